using System.Net;
using System.Net.NetworkInformation;
using Lapel.WebRtc;

namespace Lapel.Scenarios;

/// <summary>By which ways a browser's packets can come and go: IPv6 alone, and nothing but a relay.</summary>
public sealed class LiveMatrixPaths(ITestOutputHelper output)
{
    [Fact]
    public async Task A_browser_that_has_nothing_but_IPv6_publishes_and_watches()
    {
        Assert.SkipUnless(HasIPv6(), "This machine has no IPv6, not even for itself.");
        await using var host = await LiveMatrixHost.Open(o => o with { Bind = [IPAddress.IPv6Loopback], TcpPort = null });
        var (officer, clinician) = await BothWays(host);
        officer.ShouldEndWith("udp to ::1");
        clinician.ShouldEndWith("udp to ::1");
    }

    [Fact]
    public async Task Browsers_that_only_a_TURN_server_reaches_publish_and_watch_by_UDP_and_by_TCP()
    {
        await using var turn = await TurnServer.Start();
        await using var host = await LiveMatrixHost.Open(o =>
            o with
            {
                Turn = new([turn.Url("udp"), turn.Url("tcp")], turn.Secret),
            }
        );
        var (officer, clinician) = await BothWays(host, "window.relayOnly = 'udp'", "window.relayOnly = 'tcp'");
        officer.ShouldBe("relay udp to 127.0.0.1");
        clinician.ShouldBe("relay tcp to 127.0.0.1");
    }

    [Fact]
    public async Task A_password_of_yesterday_opens_no_TURN_server()
    {
        await using var turn = await TurnServer.Start();
        await using var host = await LiveMatrixHost.Open();
        await using var browser = await LiveBrowser.Open();
        var page = await browser.Page(host);
        var now = Time.Now(TimeProvider.System);
        var servers = new TurnServers([turn.Url("udp")], turn.Secret);
        (await page.Gathered(servers.For("watch-1", now).Single())).ShouldBe("relay");
        (await page.Gathered(servers.For("watch-1", now - NodaTime.Duration.FromDays(1)).Single())).ShouldBe("401");
        (await page.Gathered(new TurnServers([turn.Url("udp")], "guessed").For("watch-1", now).Single())).ShouldBe("401");
    }

    static bool HasIPv6() =>
        NetworkInterface
            .GetAllNetworkInterfaces()
            .SelectMany(n => n.GetIPProperties().UnicastAddresses)
            .Any(a => a.Address.Equals(IPAddress.IPv6Loopback));

    async Task<(string Officer, string Clinician)> BothWays(LiveMatrixHost host, string officers = "0", string clinicians = "0")
    {
        await using var browser = await LiveBrowser.Open();
        var (officer, clinician) = (await browser.Page(host), await browser.Page(host));
        await officer.Page.EvaluateAsync(officers);
        await clinician.Page.EvaluateAsync(clinicians);
        await officer.Publish("unit12", "vp8");
        await Wait.Until("the officer publishes", async () => (await officer.Publishing()).State == "connected");
        await clinician.Watch("unit12");
        await Wait.Until("pictures decode", async () => (await clinician.Watching()).FramesDecoded > 30);
        await Wait.Until("the tone is heard", async () => Math.Abs(await clinician.LoudestHertz() - 440) < 20);
        var (sent, watched) = (await officer.Publishing(), await clinician.Watching());
        // A browser that tries a better pair of addresses has for a moment none that is chosen.
        await Wait.Until(
            "both say by which way",
            async () =>
            {
                (sent, watched) = (await officer.Publishing(), await clinician.Watching());
                return sent.Path is not null && watched.Path is not null;
            }
        );
        output.WriteLine($"{sent}\n{watched}\n{await clinician.Delays()}");
        return (sent.Path!, watched.Path!);
    }
}
