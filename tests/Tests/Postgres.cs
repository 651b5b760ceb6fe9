using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

[assembly: AssemblyFixture(typeof(Lapel.Tests.Postgres))]
[assembly: CollectionBehavior(MaxParallelThreads = 2)]

namespace Lapel.Tests;

/// <summary>
/// The engine that this run of the tests uses: SQLite, or, with LAPEL_TEST_ENGINE=postgres, a private PostgreSQL from Debian's
/// package in a temporary folder. Test classes marked with the trait engine=both are run once with each.
/// </summary>
public sealed class Postgres : IAsyncDisposable
{
    const string Programs = "/usr/lib/postgresql/15/bin";
    static readonly SemaphoreSlim starting = new(1, 1);
    static Postgres? running;

    string? folder;
    int port;

    public static bool Chosen => Environment.GetEnvironmentVariable("LAPEL_TEST_ENGINE") == "postgres";

    public Postgres() => running = this;

    /// <summary>The address of a new, empty database; none when this run uses SQLite.</summary>
    public static async Task<string?> NewDatabase()
    {
        if (!Chosen)
            return null;
        var server = running ?? throw new InvalidOperationException("The assembly fixture was not made.");
        await starting.WaitAsync();
        try
        {
            if (server.folder is null)
                await server.Start();
        }
        finally
        {
            starting.Release();
        }
        var name = $"t_{Guid.NewGuid():N}";
        await using var admin = new NpgsqlConnection($"Host=127.0.0.1;Port={server.port};Username=lapel;Database=postgres");
        await admin.OpenAsync();
        await using var make = new NpgsqlCommand($"CREATE DATABASE {name}", admin);
        await make.ExecuteNonQueryAsync();
        return $"postgres://lapel@127.0.0.1:{server.port}/{name}";
    }

    async Task Start()
    {
        folder = Directory.CreateTempSubdirectory("lapel-postgres-").FullName;
        if (Environment.IsPrivilegedProcess)
            await Must("chown", "postgres", folder);
        port = FreePort();
        await AsItsUser($"{Programs}/initdb", "-D", $"{folder}/db", "-U", "lapel", "-A", "trust", "-E", "UTF8", "--no-locale");
        // Tests prove what is written, not how fast the disk is: the private server need not wait for it.
        await AsItsUser(
            $"{Programs}/pg_ctl",
            "-D",
            $"{folder}/db",
            "-l",
            $"{folder}/log",
            "-w",
            "-t",
            "180",
            "-o",
            $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=400 "
                + "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c autovacuum=off",
            "start"
        );
    }

    static Task AsItsUser(params string[] command) =>
        Environment.IsPrivilegedProcess ? Must(["runuser", "-u", "postgres", "--", .. command]) : Must(command);

    static async Task Must(params string[] command)
    {
        // Its output goes nowhere on purpose: pg_ctl's server would keep a pipe open for ever.
        using var process = Process.Start(
            new ProcessStartInfo("sh", ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", .. command])
        )!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}.");
    }

    static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        if (folder is null)
            return;
        await AsItsUser($"{Programs}/pg_ctl", "-D", $"{folder}/db", "-m", "immediate", "-w", "stop");
        Directory.Delete(folder, recursive: true);
    }
}
