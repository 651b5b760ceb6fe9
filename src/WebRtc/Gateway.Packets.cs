using System.Collections.Concurrent;

namespace Lapel.WebRtc;

/// <summary>The packet path: what kind of packet, whose, and on to that peer under its stream's lock.</summary>
public sealed partial class Gateway : IPackets
{
    const int TickMs = 10;

    readonly GatewayCounters counters = new();
    readonly ConcurrentDictionary<WireAddress, Path> paths = new();
    readonly ConcurrentDictionary<string, Peer> fragments = new(StringComparer.Ordinal);

    /// <summary>Leases that were ended before their time, until that time.</summary>
    readonly ConcurrentDictionary<string, long> over = new(StringComparer.Ordinal);

    readonly ConcurrentDictionary<StreamKey, StreamHold> holds = new();

    GatewayCounters IPackets.Counters => counters;

    // RFC 7983: the first byte tells what it is.
    void IPackets.Take(Span<byte> packet, in Arrival arrival, Burst burst)
    {
        Interlocked.Increment(ref counters.Packets);
        if (packet.Length < 2)
        {
            Interlocked.Increment(ref counters.NotUnderstood);
            return;
        }
        switch (packet[0])
        {
            case < 4:
                TakeCheck(packet, arrival, burst);
                break;
            case >= 20 and < 64 or >= 128 and < 192:
                if (!paths.TryGetValue(arrival.From, out var path))
                {
                    Interlocked.Increment(ref counters.FromUnknownAddress);
                    return;
                }
                burst.Enter(path.Owner.Stream, arrival.At);
                if (packet[0] < 64)
                    path.Owner.TakeDtls(packet, arrival.At, burst.Outbox);
                else
                    path.Owner.TakeProtected(packet, arrival.At, burst.Outbox);
                break;
            default:
                Interlocked.Increment(ref counters.NotUnderstood);
                break;
        }
    }

    void TakeCheck(ReadOnlySpan<byte> packet, in Arrival arrival, Burst burst)
    {
        if (StunRequest.TryRead(packet, out var request) && OwnerOf(request.Username) is { } peer)
        {
            burst.Enter(peer.Stream, arrival.At);
            if (peer.TakeCheck(request, arrival, burst.Outbox, Register))
                return;
        }
        Interlocked.Increment(ref counters.StunRefused);
    }

    Peer? OwnerOf(ReadOnlySpan<byte> username)
    {
        var colon = username.IndexOf((byte)':');
        if (colon is < 4 or > 64)
            return null;
        Span<char> fragment = stackalloc char[colon];
        for (var i = 0; i < colon; i++)
            fragment[i] = (char)username[i];
        return fragments.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(fragment, out var peer) ? peer : null;
    }

    // An address is a peer's from its first signed check until that peer is gone. A page that reloads may come from the same
    // port before its old connection is given up: then the old one loses the path.
    Path Register(Path path)
    {
        while (true)
        {
            var known = paths.GetOrAdd(path.Remote, path);
            if (known.Owner == path.Owner || !paths.TryUpdate(path.Remote, path, known))
                return known.Owner == path.Owner ? known : path;
            return path;
        }
    }

    void Fell(Path path) => paths.TryRemove(new(path.Remote, path));

    void Forget(Peer peer)
    {
        foreach (var path in peer.Ice.Paths)
        {
            Fell(path);
            path.Connection?.Close();
        }
        foreach (var fragment in peer.Ice.Given)
            fragments.TryRemove(fragment, out _);
        peers.TryRemove(peer.Id, out _);
        // A token that says the same again does not bring back a lease that was ended here.
        if (peer.Lease.Ended is not null)
            over[peer.Lease.Id] = peer.Lease.Expires.ToMicroseconds();
    }

    void Tick()
    {
        using var outbox = new Outbox(counters);
        while (!closing.Wait(TickMs))
        {
            foreach (var stream in streams.Values)
                try
                {
                    var now = Moment.Of(clock);
                    lock (stream.Gate)
                    {
                        stream.Tick(now, options, outbox);
                        // Under the lock, or the next packet of the publisher overtakes the replay that a new viewer starts with.
                        outbox.Flush();
                    }
                    if (stream.IsOver)
                        Drop(stream);
                }
                catch (Exception)
                {
                    Interlocked.Increment(ref counters.Faults); // this stream's trouble is not the next one's
                }
            if (!over.IsEmpty)
                foreach (var (lease, untilUs) in over)
                    if (untilUs < Moment.Of(clock).WallUs)
                        over.TryRemove(lease, out _);
        }
    }

    void Drop(LiveStream stream)
    {
        lock (opening)
            lock (stream.Gate)
                if (stream.IsOver)
                    streams.TryRemove(new(stream.Key, stream));
    }

    async Task Tell()
    {
        await foreach (var happened in events.Reader.ReadAllAsync())
        foreach (var listener in Happened?.GetInvocationList() ?? [])
            try
            {
                ((Action<GatewayEvent>)listener)(happened);
            }
            catch (Exception)
            {
                // One listener's trouble is not the next one's, and never the stream's.
            }
    }
}
