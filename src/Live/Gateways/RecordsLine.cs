using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Threading.Channels;
using Lapel.WebRtc;

namespace Lapel.Live;

/// <summary>
/// A gateway's line to one agency's records. All that is carried for the agency is carried under leases of this line, and runs out with it: a
/// gateway that nobody can tell to stop has stopped.
/// </summary>
sealed class RecordsLine(string agency, Gateway gateway, TimeProvider clock)
{
    static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    public static readonly Refusal OutOfTouch = new(
        "live-out-of-touch",
        "This gateway is out of touch with the agency's records and lets nobody in until it is again.",
        RefusalKind.Conflict
    );

    readonly Channel<GatewayNews> news = Channel.CreateUnbounded<GatewayNews>(new() { SingleReader = true });
    readonly ConcurrentDictionary<long, (LiveToken Token, TaskCompletionSource<Offered<LiveEntry>> Heard)> asks = new();
    readonly ConcurrentDictionary<string, Lease> leases = new();
    readonly ConcurrentDictionary<string, byte> held = new();
    readonly CancellationTokenSource ending = new();
    readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    long asked;

    public async Task Run(WebSocket socket, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, ending.Token);
        await GatewayTalk.Run<GatewayNews, GatewayOrder>(socket, news.Reader, Obey, either.Token);
    }

    /// <summary>Another line takes this one's place.</summary>
    public async Task End()
    {
        await ending.CancelAsync();
        await closed.Task;
    }

    /// <param name="forget">Takes the line off the list, after nothing is carried under it any more.</param>
    public void Close(Action forget)
    {
        // Run out rather than ended: an ended lease never opens anything again, and these may, on the next line.
        foreach (var lease in leases.Values)
            lease.Renew(clock.Now() - Duration.FromSeconds(1));
        foreach (var stream in held.Keys)
            gateway.Hold(new(agency, stream), StreamHold.None);
        foreach (var (_, heard) in asks.Values)
            heard.TrySetResult(OutOfTouch);
        forget();
        closed.TrySetResult();
    }

    public async ValueTask<Offered<LiveEntry>> Ask(LiveToken token, string bearer, CancellationToken stop)
    {
        var number = Interlocked.Increment(ref asked);
        var heard = new TaskCompletionSource<Offered<LiveEntry>>(TaskCreationOptions.RunContinuationsAsynchronously);
        asks[number] = (token, heard);
        try
        {
            news.Writer.TryWrite(new GatewayNews.Knocked(number, token.Stream, token.Role, bearer));
            return await heard.Task.WaitAsync(AnswerWithin, stop);
        }
        catch (TimeoutException)
        {
            return OutOfTouch;
        }
        finally
        {
            asks.TryRemove(number, out _);
        }
    }

    public void Tell(GatewayEvent happened)
    {
        GatewayNews? said = happened switch
        {
            GatewayEvent.PublisherUp => new GatewayNews.PublisherUp(happened.Stream.Stream),
            GatewayEvent.PublisherDown down => new GatewayNews.PublisherDown(down.Stream.Stream, down.Why),
            GatewayEvent.ViewerJoined => new GatewayNews.Joined(happened.Stream.Stream, happened.Lease.Id),
            GatewayEvent.ViewerLeft left => new GatewayNews.Left(left.Stream.Stream, left.Lease.Id, left.Why),
            GatewayEvent.DelayMeasured late => new GatewayNews.Late(late.Lease.Id, late.P50, late.P95),
            _ => null,
        };
        if (said is not null)
            news.Writer.TryWrite(said);
    }

    // On the line's own thread, one after the other: a lease that is granted and ended at once is ended.
    void Obey(GatewayOrder order)
    {
        switch (order)
        {
            case GatewayOrder.Answer answer when asks.TryRemove(answer.Ask, out var ask):
                ask.Heard.TrySetResult(
                    answer is { Refusal: null, Until: { } until }
                        ? new LiveEntry(new(agency, ask.Token.Stream), OwnCarrier.Take(leases, ask.Token, until))
                        : answer.Refusal ?? OutOfTouch
                );
                break;
            case GatewayOrder.EndLease end when leases.TryRemove(end.Lease, out var lease):
                lease.End(end.Why);
                break;
            case GatewayOrder.RenewLease renew when leases.TryGetValue(renew.Lease, out var lease):
                lease.Renew(renew.Until);
                break;
            case GatewayOrder.Hold hold:
                if (hold.Held == StreamHold.None)
                    held.TryRemove(hold.Stream, out _);
                else
                    held[hold.Stream] = 0;
                gateway.Hold(new(agency, hold.Stream), hold.Held);
                break;
            case GatewayOrder.EndStream end:
                gateway.EndStream(new(agency, end.Stream), end.Why);
                break;
        }
    }
}
