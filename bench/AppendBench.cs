using System.Diagnostics;
using System.Security.Cryptography;
using Lapel.Records;

namespace Lapel.Bench;

/// <summary>
/// Custody events, durable: into the records with the change they tell of, then into the signed tree. The floor hashes the same bytes,
/// appends them to a file and waits for the disk once a batch.
/// </summary>
static class AppendBench
{
    static readonly Actor Clerk = new(ActorKind.Account, "0193", "Ada Clerk");

    public static async Task Run(Report report, BenchOptions options)
    {
        using var scratch = new Scratch();
        await using var agency = await BenchAgency.Open(scratch.File("data"));
        await Work(agency, 256, 1024);
        foreach (var batch in new[] { 1, 16, 256 })
        {
            var entries = (int)Math.Min(options.Size ?? long.MaxValue, batch == 1 ? 300 : batch * 60);
            await Records(report, options, scratch, agency, batch, entries);
            await Tiles(report, options, scratch, batch, entries);
        }
        await Latency(report, scratch, agency);
    }

    static async Task Records(Report report, BenchOptions options, Scratch scratch, BenchAgency agency, int batch, int entries)
    {
        var cpu = new List<double>();
        var found = await Measure.InTurns(
            options.Rounds,
            async () =>
            {
                var before = Environment.CpuUsage.TotalTime;
                var seconds = await Timed(() => Work(agency, batch, entries));
                cpu.Add((Environment.CpuUsage.TotalTime - before).TotalSeconds);
                return entries / seconds;
            },
            () => Task.FromResult(entries / Measure.Wall(() => Floor(scratch, batch, entries)))
        );
        report.Add($"{batch} facts a work, records then signed tree", "entries/s", found[0], "floor", found[1]);
        report.Add(
            $"{batch} facts a work, per CPU second",
            "entries/s",
            entries / Measure.Median(cpu),
            goal: batch == 256 ? Goal.AtLeast(20_000, "entries/s") : null
        );
    }

    static async Task Tiles(Report report, BenchOptions options, Scratch scratch, int batch, int entries)
    {
        using var signer = LogSigner.New("bench.example/log");
        using var log = TileLog.Open(scratch.File($"log-{batch}"), signer);
        var found = await Measure.InTurns(
            options.Rounds,
            () => entries / Measure.Wall(() => Each(batch, entries, facts => log.Append(facts))),
            () => entries / Measure.Wall(() => Floor(scratch, batch, entries))
        );
        report.Add($"{batch} entries an append, tree alone", "entries/s", found[0], "floor", found[1]);
    }

    static async Task Latency(Report report, Scratch scratch, BenchAgency agency)
    {
        using var stopping = new CancellationTokenSource();
        var running = agency.Log.Run(stopping.Token);
        var waits = new List<double>();
        // Four at once, each its next when it has its receipt: busier than a city of 2,350 cameras.
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(async _ =>
                {
                    for (var i = 0; i < 100; i++)
                    {
                        var began = Stopwatch.GetTimestamp();
                        await agency.Log.ReceiptOf((await Commit(agency, 1))[0], CancellationToken.None);
                        lock (waits)
                            waits.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                    }
                })
        );
        await stopping.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // A receipt takes some six waits for the disk one after the other, so one wait's own worst says what can be hoped for.
        List<double> syncs = [];
        using var file = File.OpenHandle(scratch.File("sync"), FileMode.Create, FileAccess.Write);
        for (var i = 0; i < waits.Count; i++)
        {
            RandomAccess.Write(file, new byte[256], i * 256L);
            syncs.Add(Measure.Wall(() => Durable.Sync(file)) * 1000);
        }
        const string Sync = "one fdatasync";
        report.Add(
            "from begin to receipt, 4 at once, p50",
            "ms",
            Measure.Percentile(waits, 50),
            Sync,
            Measure.Percentile(syncs, 50)
        );
        report.Add(
            "from begin to receipt, 4 at once, p99",
            "ms",
            Measure.Percentile(waits, 99),
            Sync,
            Measure.Percentile(syncs, 99),
            Goal.AtMost(200, "ms")
        );
    }

    /// <summary>Commits one work after the other while the integrator runs beside them, until the last entry is in the signed tree.</summary>
    static async Task Work(BenchAgency agency, int batch, int entries)
    {
        using var stopping = new CancellationTokenSource();
        var running = Task.Run(() => agency.Log.Run(stopping.Token));
        IReadOnlyList<long> last = [];
        for (var done = 0; done < entries; done += batch)
            last = await Commit(agency, batch);
        await agency.Log.Integrated(last[^1], CancellationToken.None);
        await stopping.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    static async Task<IReadOnlyList<long>> Commit(BenchAgency agency, int facts)
    {
        await using var work = await agency.Records.Begin(Clerk, CancellationToken.None);
        for (var i = 0; i < facts; i++)
            work.Append(new CustodyEvent.SignedIn(AccountId.New(), "password"));
        return await work.Commit(CancellationToken.None);
    }

    static void Floor(Scratch scratch, int batch, int entries)
    {
        using var file = File.OpenHandle(scratch.File("floor"), FileMode.Create, FileAccess.Write);
        long at = 0;
        Each(
            batch,
            entries,
            facts =>
            {
                using var bytes = new MemoryStream();
                foreach (var fact in facts)
                {
                    bytes.Write(SHA256.HashData(fact.Span));
                    bytes.Write(fact.Span);
                }
                RandomAccess.Write(file, bytes.GetBuffer().AsSpan(0, (int)bytes.Length), at);
                at += bytes.Length;
                Durable.Sync(file);
            }
        );
    }

    static void Each(int batch, int entries, Action<IReadOnlyList<ReadOnlyMemory<byte>>> append)
    {
        for (var done = 0; done < entries; done += batch)
            append([
                .. Enumerable
                    .Range(0, batch)
                    .Select(_ =>
                        (ReadOnlyMemory<byte>)
                            LogEntry
                                .Of(new CustodyEvent.SignedIn(AccountId.New(), "password"), Clerk, TimeProvider.System.Now())
                                .ToBytes()
                    ),
            ]);
    }

    static async Task<double> Timed(Func<Task> work)
    {
        var began = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
