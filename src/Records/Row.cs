using System.Data.Common;
using System.Text.Json;

namespace Lapel.Records;

/// <summary>
/// One row of a result, read by column name. Both engines give the same values through it: ids and digests from text, times from
/// microseconds, booleans from 0 and 1.
/// </summary>
public readonly struct Row
{
    readonly DbDataReader reader;
    readonly SqliteColumns? sqlite; // the short way to texts and numbers

    internal Row(DbDataReader reader, SqliteColumns? sqlite) => (this.reader, this.sqlite) = (reader, sqlite);

    public string Text(string column) => sqlite is null ? reader.GetString(reader.GetOrdinal(column)) : sqlite.Text(column);

    public string? TextOrNull(string column) =>
        sqlite is not null ? sqlite.TextOrNull(column)
        : IsNull(column, out var i) ? null
        : reader.GetString(i);

    public long Number(string column) => sqlite is null ? reader.GetInt64(reader.GetOrdinal(column)) : sqlite.Number(column);

    public long? NumberOrNull(string column) =>
        sqlite is not null ? sqlite.NumberOrNull(column)
        : IsNull(column, out var i) ? null
        : reader.GetInt64(i);

    public double Real(string column) => reader.GetDouble(reader.GetOrdinal(column));

    public double? RealOrNull(string column) => IsNull(column, out var i) ? null : reader.GetDouble(i);

    public bool Flag(string column) => Number(column) != 0;

    public byte[] Bytes(string column) => (byte[])reader.GetValue(reader.GetOrdinal(column));

    public byte[]? BytesOrNull(string column) => IsNull(column, out var i) ? null : (byte[])reader.GetValue(i);

    public Instant Time(string column) => Custody.Time.FromMicroseconds(Number(column));

    public Instant? TimeOrNull(string column) => NumberOrNull(column) is { } us ? Custody.Time.FromMicroseconds(us) : null;

    public Id<TNoun> Id<TNoun>(string column) => Custody.Id<TNoun>.Parse(Text(column));

    public Id<TNoun>? IdOrNull<TNoun>(string column) => TextOrNull(column) is { } text ? Custody.Id<TNoun>.Parse(text) : null;

    public Digest Digest(string column) => Custody.Digest.Parse(Text(column));

    public Digest? DigestOrNull(string column) => TextOrNull(column) is { } text ? Custody.Digest.Parse(text) : null;

    /// <summary>An enum stored as its kebab-case word.</summary>
    public T Word<T>(string column)
        where T : struct, Enum => Words<T>.Parse(Text(column));

    public T Json<T>(string column) =>
        JsonSerializer.Deserialize<T>(Text(column), LapelJson.Lenient)
        ?? throw new InvalidDataException($"Column {column} holds a JSON null.");

    bool IsNull(string column, out int ordinal) => reader.IsDBNull(ordinal = reader.GetOrdinal(column));
}

/// <summary>Enums as the words that JSON and the database use.</summary>
public static class Words<T>
    where T : struct, Enum
{
    static readonly Dictionary<T, string> ToText = Enum.GetValues<T>()
        .ToDictionary(v => v, v => JsonNamingPolicy.KebabCaseLower.ConvertName(v.ToString()));
    static readonly Dictionary<string, T> FromText = ToText.ToDictionary(p => p.Value, p => p.Key);

    public static string Of(T value) => ToText[value];

    public static T Parse(string word) =>
        FromText.TryGetValue(word, out var value) ? value : throw new FormatException($"'{word}' is not a {typeof(T).Name}.");

    public static bool TryParse(string? word, out T value) => FromText.TryGetValue(word ?? "", out value);
}
