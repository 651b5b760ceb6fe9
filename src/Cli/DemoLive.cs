using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Lapel.Media;
using Lapel.WebRtc;

namespace Lapel.Cli;

/// <summary>Where to connect, and with which token.</summary>
sealed record LiveWay(string Url, string Token)
{
    public static LiveWay Of(JsonElement way) => new(way.GetProperty("url").GetString()!, way.GetProperty("token").GetString()!);
}

/// <summary>The demo's people at the gateway: who watches by WHEP, who talks by WHIP.</summary>
static class DemoLive
{
    static readonly TimeSpan LongestConnecting = TimeSpan.FromSeconds(8);

    /// <summary>Watches until disposed. The first pictures have arrived when this returns.</summary>
    public static async Task<LiveReceiver> Watch(Uri agency, LiveWay way, CancellationToken stop)
    {
        var receiver = new LiveReceiver(TimeProvider.System);
        try
        {
            if (receiver.Begin(await Answer(agency, way, receiver.Offer, stop)) is { } refusal)
                throw new ServerSaidNo(refusal.Sentence, refusal.Code);
            await Until("a live picture", () => receiver.Received(LiveMedia.Picture) > 0, stop);
            return receiver;
        }
        catch
        {
            receiver.Dispose();
            throw;
        }
    }

    /// <summary>Says a line, once, by a voice that nobody takes for a person's.</summary>
    /// <param name="wav">A file for the voice, made anew.</param>
    /// <param name="heard">Told when the first sound has gone out.</param>
    public static async Task Talk(Uri agency, LiveWay way, string line, string wav, Func<Task> heard, CancellationToken stop)
    {
        if (!await Speech.Speak([line], wav, stop))
            return; // nothing here can speak: it stays with the written word
        using var publisher = new LivePublisher(TimeProvider.System, withSound: true);
        if (publisher.Begin(await Answer(agency, way, publisher.Offer, stop)) is { } refusal)
            throw new ServerSaidNo(refusal.Sentence, refusal.Code);
        await Until("the clinician's connection", () => publisher.IsConnected, stop);
        using var tap = new LiveTap();
        var sent = 0;
        tap.Taken = (_, packet) =>
        {
            publisher.Send(LiveMedia.Sound, packet.Span);
            Interlocked.Increment(ref sent);
        };
        await using var ffmpeg = Ffmpeg.Find().Start(new FfmpegArguments().Input("file:" + wav, "-re").SoundTo(tap.NewRun()));
        await Until("the clinician's voice", () => Volatile.Read(ref sent) > 2, stop);
        await heard();
        while (!ffmpeg.HasEnded)
            await Task.Delay(TimeSpan.FromMilliseconds(100), stop);
    }

    static async Task<string> Answer(Uri agency, LiveWay way, string offer, CancellationToken stop)
    {
        using var http = new HttpClient();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(LongestConnecting);
        while (true)
        {
            using var ask = new HttpRequestMessage(HttpMethod.Post, new Uri(agency, way.Url))
            {
                Content = new StringContent(offer, Encoding.ASCII, new MediaTypeHeaderValue("application/sdp")),
                Headers = { Authorization = new("Bearer", way.Token) },
            };
            using var answer = await http.SendAsync(ask, patience.Token);
            var said = await answer.Content.ReadAsStringAsync(patience.Token);
            if (answer.IsSuccessStatusCode)
                return said;
            // The camera may be a moment behind: its picture is not there yet.
            await Task.Delay(TimeSpan.FromMilliseconds(300), patience.Token);
        }
    }

    static async Task Until(string what, Func<bool> so, CancellationToken stop)
    {
        using var patience = new CancellationTokenSource(LongestConnecting);
        while (!so())
        {
            if (patience.IsCancellationRequested)
                throw new ServerSaidNo($"Nothing came of {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50), stop);
        }
    }
}
