using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace Lapel.Bench;

/// <summary>PostgreSQL's own answer to the same question, in a private server of Debian's package: the union that covers each call, stored.</summary>
static class PostgresJoin
{
    const string Folder = "/usr/lib/postgresql/15/bin";

    /// <returns>Seconds of the join alone, loaded and indexed before; none when PostgreSQL is not installed.</returns>
    public static async Task<(double Seconds, long Covered)?> Run(JudgeWorld world)
    {
        if (!File.Exists($"{Folder}/initdb"))
            return null;
        using var scratch = new Scratch();
        var port = FreePort();
        if (Environment.IsPrivilegedProcess)
            Shell("chown", "postgres", scratch.Folder);
        AsItsUser($"{Folder}/initdb", "-D", scratch.File("db"), "-U", "lapel", "-A", "trust", "-E", "UTF8", "--no-locale");
        AsItsUser(
            $"{Folder}/pg_ctl",
            "-D",
            scratch.File("db"),
            "-l",
            scratch.File("log"),
            "-w",
            "-t",
            "60",
            "-o",
            $"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={scratch.Folder} -c fsync=off -c shared_buffers=1GB -c work_mem=256MB -c maintenance_work_mem=512MB -c max_wal_size=8GB",
            "start"
        );
        try
        {
            await using var connection = new NpgsqlConnection(
                $"Host=127.0.0.1;Port={port};Username=lapel;Database=postgres;Command Timeout=900"
            );
            await connection.OpenAsync();
            await Do(connection, "CREATE TABLE call (id INT, officer INT, from_at BIGINT, until_at BIGINT)");
            await Do(connection, "CREATE TABLE rec (officer INT, from_at BIGINT, until_at BIGINT)");
            await Load(connection, world);
            await Do(connection, "CREATE INDEX rec_of ON rec (officer, from_at) INCLUDE (until_at)");
            await Do(connection, "VACUUM ANALYZE rec");
            await Do(connection, "VACUUM ANALYZE call");
            var began = Stopwatch.GetTimestamp();
            await Do(
                connection,
                """
                CREATE TABLE covered AS
                SELECT call.id, COALESCE((
                    SELECT SUM(upper(part) - lower(part)) FROM unnest((
                        SELECT range_agg(int8range(GREATEST(rec.from_at, call.from_at), LEAST(rec.until_at, call.until_at)))
                        FROM rec WHERE rec.officer = call.officer AND rec.from_at < call.until_at
                            AND rec.from_at >= call.from_at - 7200000000 AND rec.until_at > call.from_at
                    )) part
                ), 0)::BIGINT AS us
                FROM call
                """
            );
            var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            await using var sum = new NpgsqlCommand("SELECT SUM(us)::BIGINT FROM covered", connection);
            return (seconds, (long)(await sum.ExecuteScalarAsync())!);
        }
        finally
        {
            AsItsUser($"{Folder}/pg_ctl", "-D", scratch.File("db"), "-m", "immediate", "-w", "stop");
        }
    }

    static async Task Load(NpgsqlConnection connection, JudgeWorld world)
    {
        await using (var calls = await connection.BeginBinaryImportAsync("COPY call FROM STDIN (FORMAT BINARY)"))
        {
            for (var i = 0; i < world.Officers * world.Each; i++)
            {
                var (from, until) = world.Event(i / world.Each, i % world.Each);
                await calls.StartRowAsync();
                await calls.WriteAsync(i);
                await calls.WriteAsync(i / world.Each);
                await calls.WriteAsync(from);
                await calls.WriteAsync(until);
            }
            await calls.CompleteAsync();
        }
        await using var recordings = await connection.BeginBinaryImportAsync("COPY rec FROM STDIN (FORMAT BINARY)");
        for (var officer = 0; officer < world.Officers; officer++)
        for (var k = 0; k < world.RecordingsEach; k++)
        {
            var (from, until) = world.Recording(officer, k);
            await recordings.StartRowAsync();
            await recordings.WriteAsync(officer);
            await recordings.WriteAsync(from);
            await recordings.WriteAsync(until);
        }
        await recordings.CompleteAsync();
    }

    static async Task Do(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    static void AsItsUser(params string[] command) =>
        Shell(Environment.IsPrivilegedProcess ? ["runuser", "-u", "postgres", "--", .. command] : command);

    static void Shell(params string[] command)
    {
        // Its output goes nowhere on purpose: pg_ctl's server would keep a pipe open for ever.
        using var process = Process.Start(
            new ProcessStartInfo("sh", ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", .. command])
        )!;
        process.WaitForExit();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}.");
    }

    static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
