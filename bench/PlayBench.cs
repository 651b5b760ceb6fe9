using System.Globalization;
using System.Net.Http.Headers;
using Lapel.Bench.Peers;

namespace Lapel.Bench;

/// <summary>
/// Playing the sealed original by byte ranges, decrypted on the way out, through the server's own route with its questions about
/// access. Beside it: sending the open file by sendfile, copying it, and ffmpeg's HLS copy, which is what others do before playing.
/// </summary>
static class PlayBench
{
    const long RangeLengthBytes = 4 << 20;

    public static async Task Run(Report report, BenchOptions options)
    {
        using var scratch = new Scratch();
        var media = BenchMedia.Make(scratch, (options.Size ?? 256) << 20);
        var length = new FileInfo(media).Length;
        using var house = await LapelHouse.Start(scratch.File("data"));
        using var camera = await BenchCamera.Enrol(house, "bench-play");
        var recording = camera.Seal(media, scratch.Folder);
        await camera.Bring(recording);
        using var clerk = await house.SignIn("clerk", "evidence-clerk");
        var token = clerk.DefaultRequestHeaders.Authorization!.ToString();
        var looked = await LapelHouse.Must(
            await clerk.PostAsync($"api/v1/recordings/{recording.Id}/viewings", Json("""{"purpose":"bench"}"""))
        );
        var path = $"/bench/api/v1/recordings/{recording.Id}/clips/1/media?viewing={looked.GetProperty("id").GetString()}";

        using var floorFolder = new Scratch();
        var floorProcess = Programs.Start("dotnet", [Programs.Self, "floor-send", media]);
        var floorPort = int.Parse((await floorProcess.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        using var floor = new PeerServer("sendfile", floorProcess, floorPort, floorFolder.Folder, (_, _) => Task.CompletedTask);

        using var wire = new Wire(house.Port);
        using var plain = new Wire(floor.Port);
        async Task<double> Ours()
        {
            var before = house.CpuSeconds;
            for (long at = 0; at < length; at += RangeLengthBytes)
            {
                var range = string.Create(
                    CultureInfo.InvariantCulture,
                    $"bytes={at}-{Math.Min(length, at + RangeLengthBytes) - 1}"
                );
                (await wire.Send("GET", path, [("Authorization", token), ("Range", range), ("X-Drop", "1")])).MustBe(206);
            }
            return length / 1e6 / (house.CpuSeconds - before);
        }
        await Ours();
        var found = await Measure.InTurns(
            options.Rounds,
            Ours,
            async () =>
            {
                var before = floor.CpuSeconds;
                for (var i = 0; i < 4; i++) // the kernel counts in hundredths
                    (await plain.Send("GET", "/", [("X-Drop", "1")])).MustBe(200);
                return 4 * length / 1e6 / Math.Max(0.01, floor.CpuSeconds - before);
            },
            () => Task.FromResult(length / 1e6 / Math.Max(0.01, Programs.Cpu("cp", [media, scratch.File("copy")]))),
            () => Task.FromResult(length / 1e6 / Hls(media, scratch))
        );
        report.Add("range reads, MB per server CPU second", "MB/s", found[0], "ffmpeg HLS copy", found[3], Goal.RatioAtLeast(5));
        report.Add("range reads, MB per server CPU second", "MB/s", found[0], "cp", found[2], Goal.RatioAtLeast(0.8));
        report.Add("range reads, MB per server CPU second", "MB/s", found[0], "sendfile over loopback", found[1]);
        await Seeks(report, wire, path, token, length);
        await FirstFrame(report, clerk, wire, recording.Id, token);
    }

    static async Task Seeks(Report report, Wire wire, string path, string token, long length)
    {
        var random = new Random(7);
        var waits = new List<double>();
        for (var i = 0; i < 200; i++)
        {
            var from = random.NextInt64(length - 65536);
            var began = System.Diagnostics.Stopwatch.GetTimestamp();
            var range = string.Create(CultureInfo.InvariantCulture, $"bytes={from}-{from + 65535}");
            (await wire.Send("GET", path, [("Authorization", token), ("Range", range)])).MustBe(206);
            waits.Add(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        report.Add("seek: 64 KiB from anywhere, p50", "ms", Measure.Percentile(waits, 50));
        report.Add("seek: 64 KiB from anywhere, p99", "ms", Measure.Percentile(waits, 99), goal: Goal.AtMost(500, "ms"));
    }

    /// <summary>What must be answered before a browser can show the first frame: playlist, header, first fragment.</summary>
    static async Task FirstFrame(Report report, HttpClient clerk, Wire wire, RecordingId recording, string token)
    {
        var waits = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            var began = System.Diagnostics.Stopwatch.GetTimestamp();
            var playlist = await clerk.GetStringAsync($"api/v1/recordings/{recording}/playlist.m3u8?purpose=bench");
            var lines = playlist.Split('\n');
            var first = lines.First(l => l.Length > 0 && l[0] != '#').Trim();
            (
                await wire.Send(
                    "GET",
                    $"/bench/api/v1/recordings/{recording}/{first}",
                    [("Authorization", token), ("Range", "bytes=0-1048575")]
                )
            ).MustBe(206);
            waits.Add(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
        report.Add(
            "first frame's bytes: playlist, then 1 MiB, p50",
            "ms",
            Measure.Percentile(waits, 50),
            goal: Goal.AtMost(1000, "ms")
        );
    }

    static double Hls(string media, Scratch scratch)
    {
        var folder = Directory.CreateDirectory(scratch.File("hls")).FullName;
        try
        {
            return Programs.Cpu(
                "ffmpeg",
                [
                    "-y",
                    "-loglevel",
                    "error",
                    "-i",
                    media,
                    "-c",
                    "copy",
                    "-f",
                    "hls",
                    "-hls_time",
                    "4",
                    "-hls_list_size",
                    "0",
                    "-hls_segment_type",
                    "fmp4",
                    "-hls_flags",
                    "single_file",
                    Path.Combine(folder, "list.m3u8"),
                ]
            );
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    static StringContent Json(string text) => new(text, new MediaTypeHeaderValue("application/json"));
}
