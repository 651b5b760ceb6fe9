namespace Lapel.WebRtc;

/// <summary>
/// One stream: at most one publisher, and its viewers. Its lock is the only one that media takes, so streams do not wait for each other.
/// </summary>
sealed class LiveStream(StreamKey key, StreamHold hold, Action<GatewayEvent> tell)
{
    /// <summary>Packets that are handed to the kernel while they are still in the cache.</summary>
    const int HandOver = 64;

    readonly List<(Incoming Source, long Sequence)> taken = new(HandOver);
    Viewer[] viewers = [];

    public Lock Gate { get; } = new();

    public StreamKey Key => key;

    public Peer? PublishingPeer { get; private set; }

    public Publisher? Publishing => PublishingPeer?.Role as Publisher;

    public IReadOnlyList<Viewer> Viewers => viewers;

    public StreamHold Hold { get; private set; } = hold;

    /// <summary>Monotonic time since when nobody publishes; what waits for a return, waits from here.</summary>
    public long EmptySinceUs { get; private set; }

    public void Tell(GatewayEvent happened) => tell(happened);

    public bool LetsPass(bool isVideo) =>
        Hold switch
        {
            StreamHold.None => true,
            StreamHold.SoundOnly => !isVideo,
            StreamHold.PictureOnly => isVideo,
            _ => false,
        };

    public void Set(StreamHold next, Moment now, Outbox outbox)
    {
        if (next == Hold)
            return;
        Hold = next;
        // Before and after: what was kept is not shown later, and what comes in the meantime is not either.
        Publishing?.Forget(sound: true, picture: true);
        foreach (var viewer in viewers)
            viewer.Stop(stopSound: true, stopPicture: true);
        if (LetsPass(isVideo: true) && Publishing is { } publisher)
            foreach (var source in publisher.Sources)
                publisher.AskKeyframe(source, now, outbox);
    }

    public void Published(Peer by, Moment now, Outbox outbox)
    {
        PublishingPeer?.End("taken-over", now, outbox);
        PublishingPeer = by;
    }

    public void PublisherConnected(Peer by, Moment now) =>
        tell(new GatewayEvent.PublisherUp(key, by.Id, by.Lease, Time.FromMicroseconds(now.WallUs)));

    public void PublisherEnded(Peer by, string why, Moment now)
    {
        if (PublishingPeer == by)
        {
            PublishingPeer = null;
            EmptySinceUs = now.Us;
            foreach (var viewer in viewers)
                viewer.Stop(stopSound: true, stopPicture: true);
        }
        tell(new GatewayEvent.PublisherDown(key, by.Id, by.Lease, why, Time.FromMicroseconds(now.WallUs)));
    }

    public void Watched(Viewer viewer, Moment now, Outbox outbox)
    {
        foreach (var other in viewers)
            if (other.Peer.Lease.Id == viewer.Peer.Lease.Id)
                other.Peer.End("taken-over", now, outbox);
        viewers = [.. viewers, viewer];
    }

    public void ViewerConnected(Peer viewer, Moment now) =>
        tell(new GatewayEvent.ViewerJoined(key, viewer.Id, viewer.Lease, Time.FromMicroseconds(now.WallUs)));

    public void ViewerEnded(Viewer viewer, string why, Duration shown, Moment now)
    {
        viewers = [.. viewers.Where(v => v != viewer)];
        var at = Time.FromMicroseconds(now.WallUs);
        if (viewer.Joined != default)
            tell(new GatewayEvent.ViewerLeft(key, viewer.Peer.Id, viewer.Peer.Lease, why, shown, at));
    }

    /// <summary>A packet that the publisher's ring keeps is for the viewers: with the rest of its burst.</summary>
    public void Forward(Incoming source, in KeptPacket kept)
    {
        if (LetsPass(source.IsVideo))
            taken.Add((source, kept.Sequence));
    }

    /// <summary>Gives out what a burst brought, before anybody else gets the lock.</summary>
    public void GiveOut(Moment now, Outbox outbox)
    {
        if (taken.Count == 0)
            return;
        try
        {
            foreach (var viewer in viewers)
            {
                foreach (var (source, sequence) in taken)
                    if (source.Ring.TryFind(sequence, out var kept, out var bytes) && RtpPacket.TryRead(bytes, out var packet))
                        viewer.Take(source, packet, kept, now, outbox);
                if (outbox.Count >= HandOver)
                    outbox.Flush();
            }
        }
        finally
        {
            taken.Clear(); // never given out a second time, whatever happened
        }
    }

    public void Tick(Moment now, GatewayOptions options, Outbox outbox)
    {
        PublishingPeer?.Tick(now, outbox);
        foreach (var viewer in viewers)
            viewer.Peer.Tick(now, outbox);
        if (PublishingPeer is null && now.Us - EmptySinceUs > options.PublisherMayReturnWithin.TotalMicroseconds)
            End("stream-ended", now, outbox);
        else if (Publishing is { } publisher && PublishingPeer!.IsConnected)
            foreach (var viewer in viewers)
                if (!viewer.CanShow(publisher.Agreed))
                    viewer.Peer.End("codec-changed", now, outbox);
    }

    public bool IsOver => PublishingPeer is null && viewers.Length == 0;

    public void End(string why, Moment now, Outbox outbox)
    {
        PublishingPeer?.End(why, now, outbox);
        foreach (var viewer in viewers)
            viewer.Peer.End(why, now, outbox);
    }
}
