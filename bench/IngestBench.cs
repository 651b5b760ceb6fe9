using System.Diagnostics;
using Lapel.Bench.Peers;

namespace Lapel.Bench;

/// <summary>
/// What it costs the server to take evidence, with everything on: resumable protocol, digest, durable bytes and records, admission,
/// signed log, receipt. Beside it: the least that receive+hash+sync can cost, and upload servers that neither hash nor sync.
/// </summary>
static class IngestBench
{
    const int Parallel = 16;
    const int Crowd = 50;

    sealed record Cost(double CpuPerGb, double MbPerSecond);

    public static async Task Run(Report report, BenchOptions options)
    {
        var mebibytes = options.Size ?? 256;
        using var scratch = new Scratch();
        var whole = BenchMedia.Make(scratch, mebibytes << 20);
        var part = BenchMedia.Make(scratch, (mebibytes << 20) / Parallel);
        using var house = await LapelHouse.Start(scratch.File("data"));
        using var camera = await BenchCamera.Enrol(house, "bench-ingest");
        var peers = new List<PeerServer> { await UploadPeers.Floor(scratch) };
        try
        {
            if (await UploadPeers.Nginx(scratch, report) is { } nginx)
                peers.Add(nginx);
            if (await UploadPeers.TusNode(scratch, report) is { } node)
                peers.Add(node);
            await Ours(house, camera, scratch, part, 2); // compiled and warm
            await Compare(report, options, house, camera, scratch, peers, whole, 1, "one stream");
            await Compare(report, options, house, camera, scratch, peers, part, Parallel, $"{Parallel} at once");
            await Memory(report, house, camera, scratch);
        }
        finally
        {
            foreach (var peer in peers)
                peer.Dispose();
        }
    }

    static async Task Compare(
        Report report,
        BenchOptions options,
        LapelHouse house,
        BenchCamera camera,
        Scratch scratch,
        List<PeerServer> peers,
        string media,
        int count,
        string how
    )
    {
        var ours = new List<Cost>();
        var theirs = peers.ToDictionary(p => p.Name, _ => new List<Cost>());
        var hashing = new List<double>();
        for (var round = 0; round < options.Rounds; round++)
        {
            ours.Add(await Ours(house, camera, scratch, media, count));
            hashing.Add(UploadPeers.HashRate());
            foreach (var peer in peers)
                theirs[peer.Name].Add(await Theirs(peer, media, count));
        }
        var (cpu, rate) = Median(ours);
        foreach (var peer in peers)
            report.Add(
                $"{how}: server CPU",
                "CPU-s/GB",
                cpu,
                peer.Name,
                Median(theirs[peer.Name]).CpuPerGb,
                peer == peers[0] ? Goal.AtMost(1.5, "CPU-s/GB") : null
            );
        foreach (var peer in peers)
            report.Add(
                $"{how}: throughput",
                "MB/s",
                rate,
                peer.Name,
                Median(theirs[peer.Name]).MbPerSecond,
                count > 1 && peer.Name == "@tus/server" ? Goal.RatioAtLeast(2.5) : null
            );
        if (count == 1)
            report.Add(
                $"{how}: throughput",
                "MB/s",
                rate,
                "SHA-256 on one core",
                Measure.Median(hashing),
                Goal.RatioAtLeast(0.9)
            );
    }

    static Cost Median(List<Cost> costs) =>
        new(Measure.Median(costs.Select(c => c.CpuPerGb)), Measure.Median(costs.Select(c => c.MbPerSecond)));

    static async Task<Cost> Ours(LapelHouse house, BenchCamera camera, Scratch scratch, string media, int count)
    {
        var folder = Directory.CreateDirectory(scratch.File(Guid.NewGuid().ToString("N"))).FullName;
        var loads = Enumerable.Range(0, count).Select(_ => camera.Seal(media, folder)).ToList();
        var bytes = loads.Sum(load => new FileInfo(load.File).Length);
        var cost = await Timed(() => house.CpuSeconds, bytes, () => Task.WhenAll(loads.Select(camera.Bring)));
        Directory.Delete(folder, recursive: true);
        return cost;
    }

    static async Task<Cost> Theirs(PeerServer peer, string file, int count)
    {
        var cost = await Timed(
            () => peer.CpuSeconds,
            new FileInfo(file).Length * count,
            () =>
                Task.WhenAll(
                    Enumerable
                        .Range(0, count)
                        .Select(async _ =>
                        {
                            using var wire = new Wire(peer.Port);
                            await peer.Send(wire, file);
                        })
                )
        );
        peer.Clear();
        return cost;
    }

    static async Task<Cost> Timed(Func<double> cpu, long bytes, Func<Task> work)
    {
        var before = cpu();
        var began = Stopwatch.GetTimestamp();
        await work();
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        return new((cpu() - before) / (bytes / 1e9), bytes / 1e6 / seconds);
    }

    static async Task Memory(Report report, LapelHouse house, BenchCamera camera, Scratch scratch)
    {
        var media = BenchMedia.Make(scratch, 4 << 20);
        Proc.ForgetPeak(house.Pid);
        await Ours(house, camera, scratch, media, Crowd);
        report.Add(
            $"peak resident, {Crowd} uploads at once",
            "MiB",
            Proc.PeakMebibytes(house.Pid),
            goal: Goal.AtMost(100 + Crowd, "MiB")
        );
    }
}
