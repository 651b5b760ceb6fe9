using System.Data;
using System.Data.Common;
using System.Globalization;
using Dapper;

namespace Lapel.Records;

/// <summary>A consistent view of an agency's records. Close it soon: a long one keeps the engine from tidying up.</summary>
public class Reading : IAsyncDisposable
{
    private protected readonly DbConnection connection;
    private protected readonly DbTransaction transaction;
    int closed;

    internal Reading(DbConnection connection, DbTransaction transaction, Engine engine)
    {
        this.connection = connection;
        this.transaction = transaction;
        Engine = engine;
    }

    public Engine Engine { get; }

    public async Task<IReadOnlyList<T>> Many<T>(string sql, object? args, Func<Row, T> from, CancellationToken stop)
    {
        var rows = new List<T>();
        await using var reader = await Reader(sql, args, stop);
        var columns = SqliteColumns.Of(reader);
        while (await reader.ReadAsync(stop))
            rows.Add(from(new Row(reader, columns)));
        return rows;
    }

    /// <summary>The first row, or the default (null for records) when there is none.</summary>
    public async Task<T?> One<T>(string sql, object? args, Func<Row, T> from, CancellationToken stop)
    {
        await using var reader = await Reader(sql, args, stop);
        return await reader.ReadAsync(stop) ? from(new Row(reader, SqliteColumns.Of(reader))) : default;
    }

    public async Task<bool> Any(string sql, object? args, CancellationToken stop)
    {
        await using var reader = await Reader(sql, args, stop);
        return await reader.ReadAsync(stop);
    }

    /// <summary>Rows one after the other, for what is too long to hold.</summary>
    public async IAsyncEnumerable<T> Each<T>(
        string sql,
        object? args,
        Func<Row, T> from,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop
    )
    {
        await using var reader = await Reader(sql, args, stop);
        var columns = SqliteColumns.Of(reader);
        while (await reader.ReadAsync(stop))
            yield return from(new Row(reader, columns));
    }

    Task<DbDataReader> Reader(string sql, object? args, CancellationToken stop) =>
        connection.ExecuteReaderAsync(Sql.Command(sql, args, transaction, stop), CommandBehavior.Default);

    /// <summary>Lets go of the view; of a change that was not committed, nothing remains. Twice does no harm.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Interlocked.Exchange(ref closed, 1) != 0)
            return; // a second return would give the pooled connection to two
        try
        {
            await transaction.DisposeAsync(); // rolls back what was not committed
        }
        catch (InvalidOperationException)
        {
            // A command was cut off in the middle (stopping): closing the connection ends the transaction as well.
        }
        finally
        {
            await connection.DisposeAsync();
        }
    }
}

/// <summary>
/// One unit of work: a change to the records and the custody events that tell of it, in one transaction. What is not committed is
/// undone on dispose.
/// </summary>
public sealed class Work : Reading
{
    readonly List<(byte[] Entry, RecordingId? About, CustodyEvent Fact)> facts = [];
    readonly AgencyRecords records;
    readonly IDisposable? turn;

    internal Work(
        AgencyRecords records,
        DbConnection connection,
        DbTransaction transaction,
        Actor actor,
        Instant now,
        IDisposable? turn
    )
        : base(connection, transaction, records.Engine)
    {
        this.records = records;
        this.turn = turn;
        Actor = actor;
        Now = now;
    }

    public Actor Actor { get; }

    /// <summary>The server's clock when the work began: one time for everything that happens in it.</summary>
    public Instant Now { get; }

    public Task<int> Execute(string sql, object? args, CancellationToken stop) =>
        connection.ExecuteAsync(Sql.Command(sql, args, transaction, stop));

    /// <summary>
    /// Memory for pages of SQLite's file, on this connection until it is said anew. A change that touches more pages than fit writes
    /// them out and reads them back again and again. PostgreSQL has its own.
    /// </summary>
    public async Task KeepPages(int mebibytes, CancellationToken stop)
    {
        if (Engine == Engine.Sqlite)
            await Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA cache_size = -{mebibytes * 1024}"), null, stop);
    }

    /// <summary>SQLite's own.</summary>
    public const int FewPages = 2;

    /// <summary>For many rows: the same statement with other values, again and again.</summary>
    /// <param name="names">Of the parameters, without @.</param>
    public Statement Prepare(string sql, params string[] names) => new(connection, transaction, sql, names);

    /// <summary>Puts a fact in the custody log when, and only when, this work commits.</summary>
    /// <param name="about">The recording whose custody timeline shows it.</param>
    /// <exception cref="ArgumentException">The fact is longer than an entry of the log can be.</exception>
    public void Append(CustodyEvent fact, RecordingId? about = null)
    {
        var entry = LogEntry.Of(fact, Actor, Now).ToBytes();
        if (entry.Length > TileLog.MaxEntryLengthBytes)
            throw new ArgumentException(
                $"A custody event has at most {TileLog.MaxEntryLengthBytes} bytes; this one has {entry.Length}.",
                nameof(fact)
            );
        facts.Add((entry, about, fact));
    }

    /// <returns>The arrival numbers of the appended facts, in their order; the custody log turns an arrival into a receipt.</returns>
    public async Task<IReadOnlyList<long>> Commit(CancellationToken stop)
    {
        var arrivals = await InsertFacts(stop);
        await transaction.CommitAsync(stop);
        if (arrivals.Count > 0)
            records.Committed();
        return arrivals;
    }

    // One prepared statement for all of them: having it parsed for each costs more than the insert itself.
    async Task<List<long>> InsertFacts(CancellationToken stop)
    {
        var arrivals = new List<long>(facts.Count);
        if (facts.Count == 0)
            return arrivals;
        await using var insert = connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = """
            INSERT INTO custody_entry (entry, kind, recording, at)
            VALUES (@entry, @kind, @about, @at) RETURNING arrival
            """;
        DbParameter Parameter(string name, DbType type)
        {
            var parameter = insert.CreateParameter();
            (parameter.ParameterName, parameter.DbType) = (name, type);
            insert.Parameters.Add(parameter);
            return parameter;
        }
        var entry = Parameter("entry", DbType.Binary);
        var kind = Parameter("kind", DbType.String);
        var about = Parameter("about", DbType.String);
        Parameter("at", DbType.Int64).Value = Now.ToMicroseconds();
        await insert.PrepareAsync(stop);
        foreach (var (bytes, recording, fact) in facts)
        {
            entry.Value = bytes;
            kind.Value = CustodyEvents.KindOf(fact);
            about.Value = (object?)recording?.Text ?? DBNull.Value;
            arrivals.Add((long)(await insert.ExecuteScalarAsync(stop))!);
        }
        return arrivals;
    }

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await base.DisposeAsync();
        }
        finally
        {
            turn?.Dispose();
        }
    }
}
