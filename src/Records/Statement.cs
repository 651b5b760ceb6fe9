using System.Data.Common;
using Npgsql;

namespace Lapel.Records;

/// <summary>
/// One statement many times, inside a unit of work: parsed once, and on PostgreSQL sent in batches, since there every statement by
/// itself would wait for the wire. What was added last is only certain to be sent after <see cref="Send"/>.
/// </summary>
public sealed class Statement : IAsyncDisposable
{
    const int BatchLength = 500;

    readonly DbCommand? prepared;
    readonly DbBatch? batch;
    readonly string sql;
    readonly string[] names;

    internal Statement(DbConnection connection, DbTransaction transaction, string sql, string[] names)
    {
        this.sql = sql;
        this.names = names;
        if (connection.CanCreateBatch)
        {
            batch = connection.CreateBatch();
            batch.Transaction = transaction;
            return;
        }
        prepared = connection.CreateCommand();
        prepared.Transaction = transaction;
        prepared.CommandText = sql;
        foreach (var name in names)
        {
            var parameter = prepared.CreateParameter();
            parameter.ParameterName = name;
            prepared.Parameters.Add(parameter);
        }
    }

    /// <param name="values">In the order of the names: texts, numbers (long), bytes or null.</param>
    public async ValueTask Add(object?[] values, CancellationToken stop)
    {
        if (prepared is not null)
        {
            for (var i = 0; i < values.Length; i++)
                prepared.Parameters[i].Value = values[i] ?? DBNull.Value;
            await prepared.ExecuteNonQueryAsync(stop);
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

    public async Task Send(CancellationToken stop)
    {
        if (batch is not { BatchCommands.Count: > 0 })
            return;
        await batch.ExecuteNonQueryAsync(stop);
        batch.BatchCommands.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        if (prepared is not null)
            await prepared.DisposeAsync();
        if (batch is not null)
            await batch.DisposeAsync();
    }
}
