using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Lapel.Records;

public enum Engine
{
    Sqlite,
    Postgres,
}

/// <summary>
/// An agency's records. On SQLite one writer at a time takes its turn in the order of asking, readers never wait; on PostgreSQL the
/// engine arbitrates. A commit that returned is on disk.
/// </summary>
public sealed class AgencyRecords : ICloses
{
    readonly SemaphoreSlim writer = new(1, 1);
    readonly NpgsqlDataSource? postgres;
    readonly string sqlite;
    readonly string schema;
    readonly TimeProvider clock;

    AgencyRecords(Engine engine, string sqlite, NpgsqlDataSource? postgres, string schema, TimeProvider clock)
    {
        Engine = engine;
        this.schema = schema;
        this.sqlite = sqlite;
        this.postgres = postgres;
        this.clock = clock;
    }

    public Engine Engine { get; }

    /// <summary>Raised after a commit that appended to the custody log; handlers must only wake something up.</summary>
    public event Action? OnCommitted;

    internal void Committed() => OnCommitted?.Invoke();

    public static AgencyRecords OnDisk(string file, TimeProvider clock) =>
        new(
            Engine.Sqlite,
            new SqliteConnectionStringBuilder
            {
                DataSource = file,
                Pooling = true,
                DefaultTimeout = 30,
            }.ToString(),
            null,
            "",
            clock
        );

    /// <param name="url"><c>postgres://user:password@host:port/database</c></param>
    /// <param name="schema">The agency's own schema; made if absent.</param>
    public static AgencyRecords OnPostgres(string url, string schema, TimeProvider clock)
    {
        var uri = new Uri(url);
        var login = uri.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString).ToArray();
        var address = new NpgsqlConnectionStringBuilder
        {
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : 5432,
            Database = uri.AbsolutePath.Trim('/'),
            Username = login[0],
            Password = login.Length > 1 ? login[1] : null,
            SearchPath = schema,
            MaxPoolSize = 40,
        };
        return new(Engine.Postgres, "", NpgsqlDataSource.Create(address), schema, clock);
    }

    /// <summary>Begins a change. On SQLite this waits for its turn.</summary>
    public async Task<Work> Begin(Actor actor, CancellationToken stop)
    {
        IDisposable? turn = null;
        if (Engine == Engine.Sqlite)
        {
            await writer.WaitAsync(stop);
            turn = new Turn(writer);
        }
        try
        {
            var connection = await Open(stop);
            try
            {
                var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, stop);
                return new Work(this, connection, transaction, actor, clock.Now(), turn);
            }
            catch
            {
                await connection.DisposeAsync();
                throw;
            }
        }
        catch
        {
            turn?.Dispose();
            throw;
        }
    }

    public async Task<Reading> Read(CancellationToken stop)
    {
        var connection = await Open(stop);
        try
        {
            // A deferred transaction is SQLite's snapshot; repeatable read is PostgreSQL's.
            var transaction = connection is SqliteConnection file
                ? file.BeginTransaction(deferred: true)
                : await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, stop);
            return new Reading(connection, transaction, Engine);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>On PostgreSQL an agency lives in a schema of its own.</summary>
    internal async Task MakeSchema(CancellationToken stop)
    {
        if (postgres is null)
            return;
        await using var connection = await postgres.OpenConnectionAsync(stop);
        await using var make = connection.CreateCommand();
        make.CommandText = $"CREATE SCHEMA IF NOT EXISTS \"{schema}\""; // the name is made of an agency's slug: a-z, 0-9, _
        await make.ExecuteNonQueryAsync(stop);
    }

    internal async Task<DbConnection> Open(CancellationToken stop)
    {
        if (postgres is not null)
            return await postgres.OpenConnectionAsync(stop);
        var connection = new SqliteConnection(sqlite);
        try
        {
            await connection.OpenAsync(stop);
            await Prepare(connection, stop);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Handles of the pool that have their pragmas: they keep them, and setting them for every page that is read costs more than reading it.</summary>
    readonly ConditionalWeakTable<object, object> prepared = [];

    async Task Prepare(SqliteConnection connection, CancellationToken stop)
    {
        if (prepared.TryGetValue(connection.Handle!, out _))
            return;
        await using var pragmas = connection.CreateCommand();
        // FULL: a commit waits for the disk, since receipts are promises.
        pragmas.CommandText =
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=30000;";
        await pragmas.ExecuteNonQueryAsync(stop);
        prepared.Add(connection.Handle!, prepared);
    }

    public async ValueTask Close()
    {
        if (postgres is not null)
            await postgres.DisposeAsync();
        else
            using (var connection = new SqliteConnection(sqlite))
                SqliteConnection.ClearPool(connection);
        writer.Dispose();
    }

    sealed class Turn(SemaphoreSlim writer) : IDisposable
    {
        int done;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref done, 1) == 0)
                writer.Release();
        }
    }
}
