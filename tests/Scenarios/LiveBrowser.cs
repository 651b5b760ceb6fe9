using System.Text.Json;
using Lapel.WebRtc;
using Microsoft.Playwright;

namespace Lapel.Scenarios;

/// <summary>Chromium with the pages of the live matrix.</summary>
sealed class LiveBrowser(Chromium chromium) : IAsyncDisposable
{
    public static async Task<LiveBrowser> Open() => new(await Chromium.Open());

    public async Task<LivePage> Page(LiveMatrixHost host)
    {
        var page = await (await chromium.Browser.NewContextAsync()).NewPageAsync();
        page.SetDefaultTimeout(Wait.Patience * 1000);
        await page.GotoAsync(host.Address.ToString());
        return new(page, host);
    }

    public ValueTask DisposeAsync() => chromium.DisposeAsync();
}

/// <summary>What a browser says of its connection.</summary>
/// <param name="Path">The one that was chosen: kind and transport of its own candidate, and where that reaches the gateway.</param>
sealed record BrowserStatistics(
    string State,
    string? Transport,
    bool Muted,
    int FramesDecoded,
    int PacketsLost,
    int PacketsReceived,
    int NackCount,
    int PliCount,
    int FreezeCount,
    int KeyFramesDecoded,
    int FrameHeight,
    int RtxReceived,
    long BytesReceived,
    string? Codec,
    double RoundTripMs,
    double AvailableKbps,
    double TargetBitrate,
    int Layers,
    string? Srtp,
    string? Dtls,
    string? Path,
    int AudioPackets
);

/// <param name="FirstFrame">Milliseconds from asking to the first picture on the page.</param>
/// <param name="Captured">Median of what the browser itself makes of our sender reports; -1 when it could not say.</param>
sealed record BrowserDelays(int Count, double P50, double P95, double FirstFrame, double Captured);

/// <summary>One page of a live scenario.</summary>
sealed class LivePage(IPage page, LiveMatrixHost host)
{
    static readonly JsonSerializerOptions Camel = new(JsonSerializerDefaults.Web);

    public IPage Page => page;

    public Task Publish(
        string stream,
        string codec,
        bool simulcast = false,
        int width = 640,
        int height = 360,
        string? token = null
    ) =>
        page.EvaluateAsync(
            "o => publish(o)",
            new
            {
                url = host.Whip(stream),
                token = token ?? host.Token(stream, LiveRole.Publish),
                codec,
                simulcast,
                width,
                height,
            }
        );

    public Task Watch(string stream, string? token = null, int publishedWidth = 640) =>
        page.EvaluateAsync(
            "o => { window.publishedWidth = o.publishedWidth; return watch(o); }",
            new
            {
                url = host.Whep(stream),
                token = token ?? host.Token(stream, LiveRole.Watch),
                publishedWidth,
            }
        );

    public Task<BrowserStatistics> Publishing() => Read<BrowserStatistics>("statistics(publishing)");

    public Task<BrowserStatistics> Watching() => Read<BrowserStatistics>("statistics(watched)");

    public Task<double> LoudestHertz() => Read<double>("loudestHertz()");

    public Task<BrowserDelays> Delays() =>
        Read<BrowserDelays>(
            "({count: delays.length, p50: percentile(delays, .5), p95: percentile(delays, .95), firstFrame: firstFrame ?? 1e6, captured: percentile(captured, .5)})"
        );

    /// <summary>What comes of a TURN server: "relay" when it opens, else the number of its refusal.</summary>
    public Task<string> Gathered(IceServer server) =>
        page.EvaluateAsync<string>(
            """
            server => new Promise(done => {
              const connection = new RTCPeerConnection({ iceServers: [server], iceTransportPolicy: 'relay' });
              connection.onicecandidate = ({ candidate }) => candidate?.type && done(candidate.type);
              connection.onicecandidateerror = ({ errorCode }) => errorCode === 701 || done(`${errorCode}`); // 701: from an address that does not reach it
              connection.addTransceiver('video');
              connection.setLocalDescription();
            })
            """,
            new
            {
                urls = server.Url,
                username = server.Username,
                credential = server.Credential,
            }
        );

    async Task<T> Read<T>(string expression) =>
        JsonSerializer.Deserialize<T>(
            await page.EvaluateAsync<string>($"(async () => JSON.stringify(await {expression}))()"),
            Camel
        )!;
}
