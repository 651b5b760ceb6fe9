using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Lapel.WebRtc;

namespace Lapel.Scenarios;

/// <summary>
/// Every other WebRTC stack that this machine has, as publisher for Chromium and as viewer of Chromium, through the same routes and tokens.
/// </summary>
public sealed class LiveMatrixClients(ITestOutputHelper output)
{
    const int EnoughFrames = 45;

    [Theory]
    [InlineData("werift", "vp8")]
    [InlineData("werift", "h264")]
    [InlineData("libdatachannel", "vp8")]
    [InlineData("libdatachannel", "h264")]
    public Task From_npm(string stack, string codec) =>
        BothWays(
            codec,
            (role, url, token, port) =>
                OwnProcess.Start(
                    "node",
                    [
                        Path.Combine(Programs.Scenarios, "js", "live-clients.mjs"),
                        stack,
                        role,
                        url,
                        token,
                        codec,
                        port.ToString(CultureInfo.InvariantCulture),
                    ]
                )
        );

    [Theory]
    [InlineData("vp8")]
    [InlineData("h264")]
    public Task Aiortc(string codec) => BothWays(codec, Python("live_aiortc.py", codec), ownCamera: true);

    [Theory]
    [InlineData("vp8")]
    [InlineData("h264")]
    public Task GStreamer(string codec) => BothWays(codec, Python("live_gstreamer.py", codec), ownCamera: true);

    [Theory]
    [InlineData("vp8")]
    [InlineData("h264")]
    public async Task Pion(string codec)
    {
        using var built = await PionClient.Build();
        await BothWays(codec, (role, url, token, port) => OwnProcess.Start(built.Program, [role, url, token, codec, $"{port}"]));
    }

    [Fact]
    public async Task Firefox()
    {
        const string codec = "vp8"; // Debian's Firefox fetches its H.264 from Cisco on first use, which a machine without a network cannot
        // Firefox makes no candidates of 127.0.0.1: the gateway is reached by the machine's own address.
        var own = Dns.GetHostAddresses(Dns.GetHostName(), AddressFamily.InterNetwork)
            .Concat(OwnAddresses())
            .First(a => !IPAddress.IsLoopback(a));
        await BothWays(
            codec,
            (role, url, token, _) =>
                OwnProcess.Start("node", [Path.Combine(Programs.Scenarios, "js", "live-firefox.mjs"), role, url, token, codec]),
            ownCamera: true,
            options => options with { Bind = [IPAddress.IPv6Any], Announce = [IPAddress.Loopback, own] }
        );
    }

    static IEnumerable<IPAddress> OwnAddresses() =>
        System
            .Net.NetworkInformation.NetworkInterface.GetAllNetworkInterfaces()
            .SelectMany(n => n.GetIPProperties().UnicastAddresses)
            .Select(a => a.Address)
            .Where(a => a.AddressFamily == AddressFamily.InterNetwork);

    static Client Python(string script, string codec) =>
        (role, url, token, _) =>
            OwnProcess.Start("/usr/bin/python3", [Path.Combine(Programs.Scenarios, script), role, url, token, codec]);

    delegate OwnProcess Client(string role, string url, string token, int port);

    async Task BothWays(string codec, Client start, bool ownCamera = false, Func<GatewayOptions, GatewayOptions>? change = null)
    {
        await using var host = await LiveMatrixHost.Open(change);
        await using var browser = await LiveBrowser.Open();
        await Publishes(host, browser, codec, start, ownCamera);
        await Watches(host, browser, codec, start);
    }

    async Task Publishes(LiveMatrixHost host, LiveBrowser browser, string codec, Client start, bool ownCamera)
    {
        var port = Ports.Free();
        await using var client = start("publish", host.Whip("theirs"), host.Token("theirs", LiveRole.Publish), port);
        await using var camera = ownCamera ? null : Camera(codec, port);
        try
        {
            await Wait.Until("the client publishes", () => Task.FromResult(host.Gateway.IsPublished(host.Key("theirs"))));
            var viewer = await browser.Page(host);
            await viewer.Watch("theirs");
            await Wait.Until("Chromium decodes it", async () => (await viewer.Watching()).FramesDecoded > EnoughFrames);
            output.WriteLine($"publishes: {await viewer.Watching()}");
        }
        catch
        {
            output.WriteLine(client.Said);
            throw;
        }
        finally
        {
            output.WriteLine($"{host.Gateway.PublisherStatistics(host.Key("theirs"))}");
            await client.Stop(); // in order: a client may have a browser of its own to close
        }
    }

    async Task Watches(LiveMatrixHost host, LiveBrowser browser, string codec, Client start)
    {
        var officer = await browser.Page(host);
        await officer.Publish("ours", codec);
        await Wait.Until("Chromium publishes", async () => (await officer.Publishing()).State == "connected");
        await using var client = start("watch", host.Whep("ours"), host.Token("ours", LiveRole.Watch), 0);
        try
        {
            await Wait.Until("the client gets pictures", () => Task.FromResult(Received(client.Said) >= 100));
        }
        finally
        {
            output.WriteLine($"{string.Join('\n', host.Gateway.Watchers(host.Key("ours")))}\nwatches: {client.Said}");
            await client.Stop();
        }
        client.Said.ShouldContain("\"keyframeFirst\":true");
    }

    static int Received(string said)
    {
        var most = 0;
        foreach (var line in said.Split('\n').Where(l => l.StartsWith("{\"packets\"", StringComparison.Ordinal)))
            // A client may say that it does not know yet.
            if (JsonDocument.Parse(line).RootElement.GetProperty("packets") is { ValueKind: JsonValueKind.Number } packets)
                most = Math.Max(most, packets.GetInt32());
        return most;
    }

    // A picture by ffmpeg, as RTP, with a keyframe every second: for stacks that bring no encoder.
    static OwnProcess Camera(string codec, int port) =>
        OwnProcess.Start(
            "ffmpeg",
            [
                .. "-hide_banner -loglevel error -re -f lavfi -i testsrc=size=640x360:rate=30 -pix_fmt yuv420p -an".Split(' '),
                .. codec == "vp8"
                    ? "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 1M -g 30".Split(' ')
                    : "-c:v libx264 -preset ultrafast -tune zerolatency -profile:v baseline -b:v 1M -g 30".Split(' '),
                .. "-f rtp -payload_type 96".Split(' '),
                $"rtp://127.0.0.1:{port}?pkt_size=1200",
            ]
        );
}
