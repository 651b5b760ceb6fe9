using System.Text;
using Microsoft.Data.Sqlite;

namespace Lapel.Records;

/// <summary>
/// The values of SQLite's present row, for <see cref="Row"/>. Which column a name means is found out once for a result, and a text that
/// is the same as in the row before is not made again: of an officer's thousand rows each names the officer.
/// </summary>
sealed class SqliteColumns
{
    readonly SqliteDataReader reader;
    readonly nint statement; // the reader holds it open
    readonly List<(string Name, int Column)> asked = [];
    readonly string?[] texts;
    int next;

    SqliteColumns(SqliteDataReader reader)
    {
        this.reader = reader;
        statement = reader.Handle!.DangerousGetHandle();
        texts = new string?[reader.FieldCount];
    }

    /// <returns>None on PostgreSQL, and where nothing was found.</returns>
    public static SqliteColumns? Of(System.Data.Common.DbDataReader reader) =>
        (reader as Dapper.IWrappedDataReader)?.Reader is SqliteDataReader { Handle: not null, HasRows: true } sqlite
            ? new(sqlite)
            : null;

    /// <summary>Rows are read column by column in one order, so a name is mostly the one after the last.</summary>
    int ColumnOf(string name)
    {
        for (var tried = 0; tried < asked.Count; tried++)
        {
            if (next >= asked.Count)
                next = 0;
            var (known, column) = asked[next++];
            if (ReferenceEquals(known, name))
                return column;
        }
        var found = reader.GetOrdinal(name);
        asked.Add((name, found));
        next = asked.Count;
        return found;
    }

    public long Number(string name) =>
        NumberOrNull(name) ?? throw new InvalidCastException($"Column {name} holds no number: it is null.");

    public long? NumberOrNull(string name)
    {
        var column = ColumnOf(name);
        var value = Sqlite3.ColumnNumber(statement, column);
        return value == 0 && Sqlite3.ColumnType(statement, column) == Sqlite3.Null ? null : value;
    }

    public string Text(string name) =>
        TextOrNull(name) ?? throw new InvalidCastException($"Column {name} holds no text: it is null.");

    public unsafe string? TextOrNull(string name)
    {
        var column = ColumnOf(name);
        var bytes = Sqlite3.ColumnBytes(statement, column);
        if (bytes == 0)
            return Sqlite3.ColumnType(statement, column) == Sqlite3.Null ? null : "";
        var utf8 = new ReadOnlySpan<byte>((void*)bytes, Sqlite3.ColumnLength(statement, column));
        return texts[column] is { } same && Ascii.Equals(utf8, same) ? same : texts[column] = Encoding.UTF8.GetString(utf8);
    }
}
