namespace Lapel.WebRtc;

public sealed partial class Gateway
{
    const int MostRestarts = 100;

    /// <summary>The ICE session that a peer is in: WHIP's ETag. Null when there is no such peer.</summary>
    public string? IceSession(PeerId id) => peers.TryGetValue(id, out var peer) ? IceSessionOf(peer) : null;

    /// <summary>TURN servers for whoever holds this lease, opened by a password of its own; none where none is configured.</summary>
    public IReadOnlyList<IceServer> TurnFor(Lease lease) => options.Turn?.For(lease.Id, clock.Now()) ?? [];

    /// <summary>The stream that a peer belongs to; null when there is no such peer.</summary>
    public StreamKey? StreamOf(PeerId id) => peers.TryGetValue(id, out var peer) ? peer.Stream.Key : null;

    /// <summary>
    /// Takes a fragment with candidates. They are read and not used: the gateway waits to be checked (ICE-lite), so that no
    /// offer makes it send to an address that has not shown itself.
    /// </summary>
    public Refusal? Trickle(PeerId id, string fragmentSdp) =>
        !peers.ContainsKey(id) ? Gone : SdpFragment.WhyNotRead(fragmentSdp, out _);

    /// <summary>Restarts ICE: new credentials both ways, the same handshake, keys and stream; media goes on by the old path meanwhile.</summary>
    public Offered<RestartAnswer> Restart(PeerId id, string fragmentSdp)
    {
        if (!peers.TryGetValue(id, out var peer))
            return Gone;
        if (SdpFragment.WhyNotRead(fragmentSdp, out var fragment) is { } refusal)
            return refusal;
        if (fragment.Fragment.Length < 4 || fragment.Password.Length < 22)
            return SdpOffer.No("An ICE restart needs a=ice-ufrag and a=ice-pwd.");
        lock (peer.Stream.Gate)
        {
            if (peer.EndedWhy is not null)
                return Gone;
            if (peer.Ice.RemoteFragment == fragment.Fragment)
                return SdpOffer.No("An ICE restart needs credentials other than the ones in use.");
            if (peer.Ice.Given.Count >= MostRestarts)
                return new Refusal(
                    "live-too-many-restarts",
                    "This session restarted ICE too often; begin a new one.",
                    RefusalKind.TooMany
                );
            peer.Ice.Restart(IceCredentials.New(), fragment.Fragment);
            fragments[peer.Ice.Local.Fragment] = peer;
        }
        string[] lines =
        [
            "a=ice-lite",
            $"a=ice-ufrag:{peer.Ice.Local.Fragment}",
            $"a=ice-pwd:{peer.Ice.Local.Password}",
            .. candidates.Select(c => $"a={c}"),
            "a=end-of-candidates",
        ];
        return new RestartAnswer(string.Concat(lines.Select(l => l + "\r\n")), IceSessionOf(peer));
    }

    static Refusal Gone => new("live-session-gone", "There is no such live session, or no longer.", RefusalKind.NotFound);

    /// <summary>Ends one connection; media stops before this returns.</summary>
    /// <param name="why">A stable word for the record.</param>
    public bool End(PeerId id, string why = "left")
    {
        if (!peers.TryGetValue(id, out var peer))
            return false;
        using var outbox = new Outbox(counters);
        lock (peer.Stream.Gate)
            peer.End(why, Moment.Of(clock), outbox);
        outbox.Flush();
        return true;
    }

    /// <summary>
    /// Ends a stream and every lease on it, the publisher's and those of everybody who watches; nothing of it is kept, and none of
    /// these leases opens anything again.
    /// </summary>
    public bool EndStream(StreamKey key, string why = "stream-ended")
    {
        if (!streams.TryGetValue(key, out var stream))
            return false;
        using var outbox = new Outbox(counters);
        lock (stream.Gate)
        {
            stream.PublishingPeer?.Lease.End(why);
            foreach (var viewer in stream.Viewers)
                viewer.Peer.Lease.End(why);
            stream.End(why, Moment.Of(clock), outbox);
        }
        outbox.Flush();
        return true;
    }

    /// <summary>
    /// Holds back picture, sound or both from every viewer, at once; or lets them pass again, from the next keyframe on. A hold stands until it is
    /// lifted, whether somebody publishes or not: a camera that reconnects comes back held.
    /// </summary>
    /// <returns>Whether the stream is on at the moment.</returns>
    public bool Hold(StreamKey key, StreamHold hold)
    {
        LiveStream? stream;
        lock (opening) // a stream that begins at this moment begins held, or is found here
        {
            if (hold == StreamHold.None)
                holds.TryRemove(key, out _);
            else
                holds[key] = hold;
            if (!streams.TryGetValue(key, out stream))
                return false;
        }
        using var outbox = new Outbox(counters);
        lock (stream.Gate)
            stream.Set(hold, Moment.Of(clock), outbox);
        outbox.Flush();
        return true;
    }

    /// <summary>Streams that somebody publishes or waits for.</summary>
    public IReadOnlyList<StreamKey> Streams => [.. streams.Keys];

    public bool IsPublished(StreamKey key) =>
        streams.TryGetValue(key, out var stream) && stream.PublishingPeer is { IsConnected: true };

    /// <summary>Who watches a stream at this moment.</summary>
    public IReadOnlyList<Watcher> Watchers(StreamKey key)
    {
        if (!streams.TryGetValue(key, out var stream))
            return [];
        lock (stream.Gate)
            return
            [
                .. stream
                    .Viewers.Where(v => v.Peer.IsConnected)
                    .Select(v => new Watcher(v.Peer.Id, v.Peer.Lease, v.Joined, v.Statistics)),
            ];
    }

    /// <summary>How one connection fares; null when it is gone.</summary>
    public PeerStatistics? Statistics(PeerId id)
    {
        if (!peers.TryGetValue(id, out var peer))
            return null;
        lock (peer.Stream.Gate)
            return peer.Role.Statistics;
    }

    /// <summary>The publisher's side of a stream; null while nobody publishes.</summary>
    public PeerStatistics? PublisherStatistics(StreamKey key)
    {
        if (!streams.TryGetValue(key, out var stream))
            return null;
        lock (stream.Gate)
            return stream.PublishingPeer?.Role.Statistics;
    }
}
