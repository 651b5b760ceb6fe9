using System.Text.Json;
using Lapel.Live.WebRtc;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>Live through a real browser: published, relayed, watched, measured by a clock that is burnt into the picture.</summary>
public sealed class LiveMatrixChromium(ITestOutputHelper output)
{
    [Theory]
    [InlineData("vp8")]
    [InlineData("h264")]
    public async Task Chromium_publishes_and_Chromium_watches(string codec)
    {
        await using var host = await LiveMatrixHost.Open();
        await using var browser = await LiveBrowser.Open();
        var officer = await browser.Page(host);
        var clinician = await browser.Page(host);
        await officer.Publish("unit12", codec);
        await LiveBrowser.Until("the officer publishes", async () => (await officer.Publishing()).State == "connected");
        await Task.Delay(1000); // a picture that has been running, as a clinician finds it
        await clinician.Watch("unit12");
        await LiveBrowser.Until("pictures decode", async () => (await clinician.Watching()).FramesDecoded > 90);
        await LiveBrowser.Until("the tone is heard", async () => Math.Abs(await clinician.LoudestHertz() - 440) < 20);

        var watched = await clinician.Watching();
        var delays = await clinician.Delays();
        output.WriteLine($"{watched}\n{delays}\n{await officer.Publishing()}");
        var watcher = host.Gateway.Watchers(host.Key("unit12")).ShouldHaveSingleItem();
        output.WriteLine($"{watcher.Statistics}\n{host.Gateway.PublisherStatistics(host.Key("unit12"))}");
        foreach (var (name, count) in host.Gateway.Counts)
            output.WriteLine($"{name} {count}");

        watched.Codec.ShouldBe(codec == "vp8" ? "video/VP8" : "video/H264");
        watched.PacketsLost.ShouldBe(0);
        delays.Count.ShouldBeGreaterThan(30, "the burnt-in clock is readable");
        delays.P50.ShouldBeLessThan(400);
        delays.FirstFrame.ShouldBeLessThan(3000);
        host.Gateway.Counts["not-authentic"].ShouldBe(0);
        host.Gateway.Counts["replayed"].ShouldBe(0);
    }
}
