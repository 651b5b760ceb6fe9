using System.Collections.Concurrent;
using Lapel.WebRtc;

namespace Lapel.Live;

/// <summary>
/// What moves an agency's live packets: this process's own gateway, or gateways elsewhere. <see cref="OnAir"/> decides; a carrier obeys at
/// once and tells what happened.
/// </summary>
interface ICarrier
{
    /// <summary>Why there is no picture and no voice at all; none when there is.</summary>
    string? Trouble { get; }

    /// <summary>Where the WHIP and WHEP doors of this stream are, ending with a slash; none for this server's own address.</summary>
    Uri? DoorsOf(string stream);

    bool IsPublished(string stream);

    void End(string lease, string why);

    void Renew(string lease, Instant until);

    void Hold(string stream, StreamHold hold);

    void EndStream(string stream, string why);
}

/// <summary>The gateway in this process.</summary>
sealed class OwnCarrier(string agency, LiveGateway gateway) : ICarrier
{
    readonly ConcurrentDictionary<string, Lease> leases = new();

    public string? Trouble => gateway.Trouble;

    public Uri? DoorsOf(string stream) => null;

    public bool IsPublished(string stream) => gateway.Running?.IsPublished(new(agency, stream)) ?? false;

    /// <summary>The one lease of that id, for as long as it lives: whoever comes with it again takes the place of the one before.</summary>
    public Lease Take(LiveToken token, Instant until) => Take(leases, token, until);

    internal static Lease Take(ConcurrentDictionary<string, Lease> leases, LiveToken token, Instant until)
    {
        var lease = leases.AddOrUpdate(
            token.Lease,
            id => new(id, token.Holder, token.As, until),
            (id, there) => there.Ended is null ? there : new(id, token.Holder, token.As, until)
        );
        lease.Renew(until);
        return lease;
    }

    public void End(string lease, string why)
    {
        if (leases.TryRemove(lease, out var ended))
            ended.End(why);
    }

    public void Renew(string lease, Instant until)
    {
        if (leases.TryGetValue(lease, out var renewed))
            renewed.Renew(until);
    }

    public void Hold(string stream, StreamHold hold) => gateway.Running?.Hold(new(agency, stream), hold);

    public void EndStream(string stream, string why) => gateway.Running?.EndStream(new(agency, stream), why);

    /// <summary>Rights to publish or to hear end with their stream, and nobody renews them: they are forgotten with their connection.</summary>
    public void Forget(GatewayEvent happened)
    {
        if (
            happened is GatewayEvent.PublisherDown or GatewayEvent.ViewerLeft
            && !happened.Lease.Id.StartsWith(OnAir.WatchLease, StringComparison.Ordinal)
            && !happened.Lease.Id.StartsWith(OnAir.TalkLease, StringComparison.Ordinal)
        )
            leases.TryRemove(happened.Lease.Id, out _);
    }
}
