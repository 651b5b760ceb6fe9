using System.Data.Common;
using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;
using SQLitePCL;

namespace Lapel.Records;

/// <summary>
/// One statement many times, inside a unit of work. On SQLite it is parsed once and bound by position, since looking parameters up by name
/// costs as much as the insert; on PostgreSQL it is sent in batches, since there every statement by itself would wait for the wire. What
/// was added last is only certain to be sent after <see cref="Send"/>. Dispose it before the work.
/// </summary>
public sealed class Statement : IAsyncDisposable
{
    const int BatchLength = 500;

    readonly string sql;
    readonly string[] names;
    readonly sqlite3? file;
    readonly sqlite3_stmt? parsed;
    readonly int[] places = [];
    readonly DbBatch? batch;

    internal Statement(DbConnection connection, DbTransaction transaction, string sql, string[] names)
    {
        (this.sql, this.names) = (sql, names);
        if (connection is SqliteConnection sqlite)
        {
            file = sqlite.Handle!;
            SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(file, sql, out parsed), file);
            places = [.. names.Select(name => raw.sqlite3_bind_parameter_index(parsed, "@" + name))];
        }
        else
        {
            batch = connection.CreateBatch();
            batch.Transaction = transaction;
        }
    }

    /// <param name="values">In the order of the names: texts, numbers (long), bytes or null.</param>
    public async ValueTask Add(object?[] values, CancellationToken stop)
    {
        if (parsed is not null)
        {
            Step(parsed, values);
            return;
        }
        var command = batch!.CreateBatchCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++)
            command.Parameters.Add(new NpgsqlParameter(names[i], values[i] ?? DBNull.Value));
        batch.BatchCommands.Add(command);
        if (batch.BatchCommands.Count >= BatchLength)
            await Send(stop);
    }

    void Step(sqlite3_stmt statement, object?[] values)
    {
        var handle = statement.DangerousGetHandle(); // held open by this
        for (var i = 0; i < values.Length; i++)
        {
            var bound = values[i] switch
            {
                null => Sqlite3.BindNull(handle, places[i]),
                long number => Sqlite3.BindNumber(handle, places[i], number),
                string text => BindText(handle, places[i], text),
                byte[] bytes => raw.sqlite3_bind_blob(statement, places[i], bytes),
                var other => throw new ArgumentException(
                    $"A {other.GetType().Name} is not a value of a statement.",
                    nameof(values)
                ),
            };
            if (bound != raw.SQLITE_OK)
                SqliteException.ThrowExceptionForRC(bound, file!);
        }
        var done = raw.sqlite3_step(statement);
        var reset = raw.sqlite3_reset(statement); // says the same again
        if (done is not (raw.SQLITE_DONE or raw.SQLITE_ROW))
            SqliteException.ThrowExceptionForRC(done, file!);
        SqliteException.ThrowExceptionForRC(reset, file!);
    }

    static unsafe int BindText(nint statement, int place, string text)
    {
        const int Short = 256;
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        Span<byte> utf8 = most <= Short ? stackalloc byte[Short] : new byte[most];
        var length = Encoding.UTF8.GetBytes(text, utf8);
        fixed (byte* bytes = utf8)
            return Sqlite3.BindText(statement, place, bytes, length, Sqlite3.Transient);
    }

    public async Task Send(CancellationToken stop)
    {
        if (batch is not { BatchCommands.Count: > 0 })
            return;
        await batch.ExecuteNonQueryAsync(stop);
        batch.BatchCommands.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        parsed?.Dispose();
        if (batch is not null)
            await batch.DisposeAsync();
    }
}
