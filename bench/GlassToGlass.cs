using System.Text.Json;
using Lapel.Live;
using Lapel.Scenarios;
using Lapel.WebRtc;

namespace Lapel.Bench;

/// <summary>
/// What one Chromium sees of another on this machine: from drawing a clock to reading it off a decoded picture, and from asking to watch to the
/// first picture. No lens and no screen are in it; the browser's encoder, jitter buffer and decoder are. Through our gateway, and with the same
/// pages through Janus's video room.
/// </summary>
static class GlassToGlass
{
    const string Browser = "/usr/bin/chromium";
    const string Stream = "glass";
    const int Joins = 12;

    sealed record Seen(IReadOnlyList<double> Joins, IReadOnlyList<double> Delays);

    static string Scripts => System.IO.Path.Combine(Programs.Root, "tests", "Scenarios", "js");

    public static async Task Run(Report report)
    {
        if (!File.Exists(Browser) || !Directory.Exists(System.IO.Path.Combine(Scripts, "node_modules", "puppeteer-core")))
        {
            report.Note(
                "No browser's figures: Chromium is not installed (apt install chromium), or `npm --prefix tests/Scenarios/js ci` was not run."
            );
            return;
        }
        await using var host = await LiveMatrixHost.Open();
        var ours = Watch(
            host,
            new
            {
                whip = host.Whip(Stream),
                publish = host.Token(Stream, LiveRole.Publish),
                whep = host.Whep(Stream),
                watch = Enumerable.Range(0, Joins).Select(_ => host.Token(Stream, LiveRole.Watch)),
            }
        );
        var theirs = Janus.IsInstalled ? await ThroughJanus(host) : null;
        report.Note(
            $"Chromium publishes 640 x 360 VP8 of at most 2 Mbit/s and Chromium watches, on this machine; {ours.Delays.Count} pictures, {Joins} joinings."
        );
        foreach (
            var (what, of, percent, goal) in new (string, Func<Seen, IReadOnlyList<double>>, int, Goal)[]
            {
                ("drawn to decoded in a browser, p50", s => s.Delays, 50, Goal.AtMost(60, "ms")),
                ("the same, p95", s => s.Delays, 95, Goal.AtMost(100, "ms")),
                ("asking to watch until the first picture, p50", s => s.Joins, 50, Goal.AtMost(1000, "ms")),
                ("the same, p95", s => s.Joins, 95, Goal.AtMost(1000, "ms")),
            }
        )
            report.Add(
                what,
                "ms",
                Measure.Percentile(of(ours), percent),
                theirs is null ? null : "Janus",
                theirs is null ? null : Measure.Percentile(of(theirs), percent),
                goal
            );
    }

    static async Task<Seen> ThroughJanus(LiveMatrixHost host)
    {
        using var janus = new Janus();
        await janus.Ready();
        return Watch(
            host,
            new
            {
                janus = janus.Address,
                room = Janus.Room,
                joins = Joins,
            }
        );
    }

    static Seen Watch(LiveMatrixHost host, object through) =>
        JsonSerializer.Deserialize<Seen>(
            Programs.Run(
                "node",
                [
                    System.IO.Path.Combine(Scripts, "live-glass.mjs"),
                    host.Address.ToString(),
                    JsonSerializer.Serialize(through, JsonSerializerOptions.Web),
                ]
            ),
            JsonSerializerOptions.Web
        )!;
}
