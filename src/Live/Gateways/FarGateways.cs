using System.Collections.Concurrent;
using Lapel.WebRtc;
using Microsoft.Extensions.Logging;

namespace Lapel.Live;

/// <summary>
/// Gateways in processes of their own carry an agency's packets. Each stream has one of them: the least busy in touch when it begins, and
/// another when that one falls out of touch, which publisher and viewers find by asking for the way again.
/// </summary>
sealed class FarGateways : ICarrier, ICloses
{
    readonly GatewayLink[] links;
    readonly ConcurrentDictionary<string, GatewayLink> placed = new();
    readonly CancellationTokenSource closing = new();
    readonly Lock beginning = new();
    Task? running;

    public FarGateways(string agency, IReadOnlyList<Uri> gateways, LiveKey key, TimeProvider clock, ILogger journal) =>
        links = [.. gateways.Select(at => new GatewayLink(at, agency, key, clock, journal))];

    public string? Trouble =>
        links.Any(l => l.InTouch)
            ? null
            : "Live picture and sound are off: no gateway can be reached. The server's journal says why.";

    /// <summary>Once for the agency's life; further calls change nothing.</summary>
    public void KeepInTouch(OnAir onAir)
    {
        lock (beginning)
            running ??= Task.WhenAll(links.Select(l => Task.Run(() => l.Run(onAir, s => LinkOf(s) == l, closing.Token))));
    }

    public Uri DoorsOf(string stream) => LinkOf(stream).Doors;

    GatewayLink LinkOf(string stream) =>
        placed.AddOrUpdate(stream, _ => LeastBusy(), (_, there) => there.InTouch ? there : LeastBusy());

    GatewayLink LeastBusy() => links.OrderBy(l => l.InTouch ? 0 : 1).ThenBy(l => placed.Values.Count(p => p == l)).First();

    public bool IsPublished(string stream) => placed.TryGetValue(stream, out var link) && link.IsPublished(stream);

    public void End(string lease, string why) => Send(new GatewayOrder.EndLease(lease, why));

    public void Renew(string lease, Instant until) => Send(new GatewayOrder.RenewLease(lease, until));

    public void Hold(string stream, StreamHold hold) => LinkOf(stream).Send(new GatewayOrder.Hold(stream, hold));

    public void EndStream(string stream, string why)
    {
        Send(new GatewayOrder.EndStream(stream, why));
        placed.TryRemove(stream, out _);
    }

    // To all: a gateway that does not have it has nothing to do.
    void Send(GatewayOrder order)
    {
        foreach (var link in links)
            link.Send(order);
    }

    public async ValueTask Close()
    {
        await closing.CancelAsync();
        if (running is not null)
            await running;
    }
}
