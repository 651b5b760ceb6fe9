using System.Text.Json;
using Lapel.Live;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>Live through a real browser: published, relayed, watched, measured by a clock that is burnt into the picture.</summary>
[Collection(Alone.Name)]
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
        await Wait.Until("the officer publishes", async () => (await officer.Publishing()).State == "connected");
        await Task.Delay(1000); // a picture that has been running, as a clinician finds it
        await clinician.Watch("unit12");
        await Wait.Until("pictures decode", async () => (await clinician.Watching()).FramesDecoded > 90);
        await Wait.Until("the tone is heard", async () => Math.Abs(await clinician.LoudestHertz() - 440) < 20);

        var watched = await clinician.Watching();
        var delays = await clinician.Delays();
        output.WriteLine($"{watched}\n{delays}\n{await officer.Publishing()}");
        var watcher = host.Gateway.Watchers(host.Key("unit12")).ShouldHaveSingleItem();
        output.WriteLine($"{watcher.Statistics}\n{host.Gateway.PublisherStatistics(host.Key("unit12"))}");
        foreach (var (name, count) in host.Gateway.Counts)
            output.WriteLine($"{name} {count}");

        watched.Codec.ShouldBe(codec == "vp8" ? "video/VP8" : "video/H264");
        watched.PacketsLost.ShouldBe(0);
        watched.Srtp.ShouldNotBeNull().ShouldEndWith("AEAD_AES_128_GCM", customMessage: "a quarter of what the other one costs");
        delays.Count.ShouldBeGreaterThan(30, "the burnt-in clock is readable");
        delays.P50.ShouldBeLessThan(400);
        delays.FirstFrame.ShouldBeLessThan(3000);
        host.Gateway.Counts["not-authentic"].ShouldBe(0);
        host.Gateway.Counts["replayed"].ShouldBe(0);
    }

    [Fact]
    public async Task Where_only_TCP_passes_the_picture_comes_by_TCP()
    {
        await using var host = await LiveMatrixHost.Open();
        await using var browser = await LiveBrowser.Open();
        var (officer, clinician) = (await browser.Page(host), await browser.Page(host));
        foreach (var page in (LivePage[])[officer, clinician])
            await page.Page.EvaluateAsync("window.tcpOnly = true");
        await officer.Publish("unit12", "vp8");
        await Wait.Until("the officer publishes", async () => (await officer.Publishing()).State == "connected");
        await clinician.Watch("unit12");
        await Wait.Until("pictures decode", async () => (await clinician.Watching()).FramesDecoded > 60);
        output.WriteLine($"{await clinician.Watching()}\n{await clinician.Delays()}");
    }

    [Fact]
    public async Task Of_simulcast_layers_a_viewer_gets_the_largest_that_its_network_bears()
    {
        await using var host = await LiveMatrixHost.Open();
        await using var browser = await LiveBrowser.Open();
        var (officer, clinician) = (await browser.Page(host), await browser.Page(host));
        await officer.Publish("unit12", "vp8", simulcast: true, width: 960, height: 540);
        await Wait.Until(
            "layers come",
            () => Task.FromResult(host.Gateway.PublisherStatistics(host.Key("unit12"))?.Layer?.Contains(',') == true)
        );
        await clinician.Watch("unit12", publishedWidth: 960);
        await Wait.Until("pictures decode", async () => (await clinician.Watching()).FramesDecoded > 60);
        await Wait.Until(
            "a layer above the smallest is shown",
            () => Task.FromResult(host.Gateway.Watchers(host.Key("unit12")).Single().Statistics.Layer is "h" or "f")
        );
        await Wait.Until("and decoded", async () => (await clinician.Watching()).FrameHeight > 135);
        (await clinician.Watching()).PacketsLost.ShouldBe(0, "nothing overtakes the start");
        output.WriteLine($"{await clinician.Watching()}\n{host.Gateway.Watchers(host.Key("unit12")).Single().Statistics}");
    }

    [Fact]
    public async Task When_the_consult_is_over_the_browser_knows_at_once()
    {
        await using var host = await LiveMatrixHost.Open();
        await using var browser = await LiveBrowser.Open();
        var (officer, clinician) = (await browser.Page(host), await browser.Page(host));
        await officer.Publish("unit12", "h264");
        await Wait.Until("the officer publishes", async () => (await officer.Publishing()).State == "connected");
        await clinician.Watch("unit12");
        await Wait.Until("pictures decode", async () => (await clinician.Watching()).FramesDecoded > 30);
        host.Gateway.Watchers(host.Key("unit12")).Single().Lease.End("consult-over");
        await Wait.Until(
            "the viewer's connection closes",
            async () => (await clinician.Watching()).Transport is "closed",
            seconds: 3
        );
        await Task.Delay(500); // the browser may still show what had arrived before
        var last = await clinician.Watching();
        await Task.Delay(500);
        var later = await clinician.Watching();
        (later.PacketsReceived, later.FramesDecoded).ShouldBe((last.PacketsReceived, last.FramesDecoded));
        (await officer.Publishing()).State.ShouldBe("connected");
    }
}
