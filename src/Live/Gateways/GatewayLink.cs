using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Threading.Channels;
using Lapel.WebRtc;
using Microsoft.Extensions.Logging;

namespace Lapel.Live;

/// <summary>
/// The records' end of a gateway's line: connects, comes again whenever it is cut, sends orders as they are decided, answers who knocks and
/// has written down who watches. What the gateway carried under a line that was cut has ended with it.
/// </summary>
sealed class GatewayLink(Uri gateway, string agency, LiveKey key, TimeProvider clock, ILogger journal)
{
    static readonly TimeSpan ComeAgainAfter = TimeSpan.FromSeconds(1);
    static readonly Duration TokenLasts = Duration.FromSeconds(60);

    readonly ConcurrentDictionary<string, byte> published = new();
    readonly HashSet<string> watching = [];
    Channel<GatewayOrder>? orders;
    string? trouble;

    /// <summary>Where browsers and cameras reach the gateway's doors for this agency, ending with a slash.</summary>
    public Uri Doors { get; } = new(gateway, $"{agency}/api/v1/live/");

    public bool InTouch => Volatile.Read(ref orders) is not null;

    public bool IsPublished(string stream) => published.ContainsKey(stream);

    /// <summary>Sent at once; lost when the line is cut, as is everything that it could concern.</summary>
    public void Send(GatewayOrder order) => Volatile.Read(ref orders)?.Writer.TryWrite(order);

    /// <param name="isHere">Whether a stream is this gateway's to carry: nobody is let in anywhere else.</param>
    public async Task Run(OnAir onAir, Func<string, bool> isHere, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // What is told is written down in order, and slower than it is told: who knocks does not wait for it.
            var told = Channel.CreateUnbounded<Func<Task>>(new() { SingleReader = true });
            var writing = WriteDown(told.Reader);
            try
            {
                await Talk(onAir, isHere, told.Writer, stop);
                Note("it ended the line");
            }
            catch (Exception cut) when (cut is WebSocketException or OperationCanceledException or IOException)
            {
                if (!stop.IsCancellationRequested)
                    Note(cut.InnerException?.Message ?? cut.Message);
            }
            Volatile.Write(ref orders, null);
            published.Clear();
            foreach (var lease in watching)
                told.Writer.TryWrite(() => onAir.Left(lease, CancellationToken.None));
            watching.Clear();
            told.Writer.Complete();
            await writing;
            await Task.Delay(ComeAgainAfter, clock, stop).ContinueWith(_ => { }, CancellationToken.None);
        }
    }

    async Task Talk(OnAir onAir, Func<string, bool> isHere, ChannelWriter<Func<Task>> told, CancellationToken stop)
    {
        using var socket = new ClientWebSocket();
        socket.Options.KeepAliveInterval = GatewayTalk.PingEvery;
        socket.Options.KeepAliveTimeout = GatewayTalk.SilentFor;
        socket.Options.SetRequestHeader("Authorization", $"Bearer {Token()}");
        using (var patience = CancellationTokenSource.CreateLinkedTokenSource(stop))
        {
            patience.CancelAfter(GatewayTalk.SilentFor);
            var line = new UriBuilder(new Uri(Doors, "control"))
            {
                Scheme = gateway.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs,
            };
            await socket.ConnectAsync(line.Uri, patience.Token);
        }
        Note(null);
        var fresh = Channel.CreateUnbounded<GatewayOrder>(new() { SingleReader = true });
        Volatile.Write(ref orders, fresh);
        await GatewayTalk.Run<GatewayOrder, GatewayNews>(socket, fresh.Reader, Hear, stop);

        void Hear(GatewayNews news)
        {
            switch (news)
            {
                case GatewayNews.Knocked knocked:
                    _ = Answer(onAir, isHere, knocked, fresh.Writer, stop);
                    break;
                case GatewayNews.PublisherUp up:
                    published[up.Stream] = 0;
                    break;
                case GatewayNews.PublisherDown down:
                    published.TryRemove(down.Stream, out _);
                    break;
                case GatewayNews.Joined joined:
                    watching.Add(joined.Lease);
                    told.TryWrite(() => onAir.Joined(joined.Lease, stop));
                    break;
                case GatewayNews.Left left:
                    watching.Remove(left.Lease);
                    told.TryWrite(() => onAir.Left(left.Lease, stop));
                    break;
                case GatewayNews.Late late:
                    told.TryWrite(() => onAir.Late(late.Lease, late.P50, late.P95));
                    break;
            }
        }
    }

    async Task Answer(
        OnAir onAir,
        Func<string, bool> isHere,
        GatewayNews.Knocked knocked,
        ChannelWriter<GatewayOrder> say,
        CancellationToken stop
    )
    {
        Offered<Admitted> outcome = Elsewhere;
        try
        {
            if (isHere(knocked.Stream))
                outcome = await onAir.Ask(knocked.Stream, knocked.Role, knocked.Token, stop);
        }
        catch (Exception wrong) when (!stop.IsCancellationRequested)
        {
            journal.LogError(wrong, "Whether somebody may come in at the gateway {Gateway} could not be decided", gateway);
            outcome = RecordsLine.OutOfTouch;
        }
        say.TryWrite(
            outcome.IsTaken(out var admitted, out var no)
                ? new GatewayOrder.Answer(knocked.Ask, admitted.Until, null)
                : new GatewayOrder.Answer(knocked.Ask, null, no)
        );
    }

    static readonly Refusal Elsewhere = new(
        "live-elsewhere",
        "Another gateway carries this stream now; ask for the way again.",
        RefusalKind.Conflict
    );

    async Task WriteDown(ChannelReader<Func<Task>> told)
    {
        await foreach (var write in told.ReadAllAsync())
            try
            {
                await write();
            }
            catch (OperationCanceledException) { }
            catch (Exception wrong)
            {
                journal.LogError(wrong, "What the gateway {Gateway} told could not be written down", gateway);
            }
    }

    // For one connection to one gateway; a new one each time.
    string Token()
    {
        var now = clock.Now();
        return key.Signer.Sign(
            new(
                agency,
                GatewayTalk.ControlStream,
                LiveRole.Control,
                Guid.NewGuid().ToString("N"),
                gateway.Authority,
                "records",
                now,
                now + TokenLasts
            )
        );
    }

    // Once for each change, not once a second.
    void Note(string? wrong)
    {
        if (wrong == trouble)
            return;
        trouble = wrong;
        if (wrong is null)
            journal.LogInformation("In touch with the gateway {Gateway}", gateway);
        else
            journal.LogWarning("Out of touch with the gateway {Gateway}: {Why}", gateway, wrong);
    }
}
