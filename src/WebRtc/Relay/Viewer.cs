using System.Buffers.Binary;

namespace Lapel.WebRtc;

/// <summary>The watching end: what it gets, how it fares, and which layer it can bear.</summary>
sealed class Viewer : IPeerRole
{
    const long ReportUs = 1_000_000;
    const long ChooseUs = 500_000;
    const int MostReplayedPackets = 400;
    const int MostLayers = 8;

    /// <summary>
    /// The last flight of our handshake and the first pictures would arrive together, and a browser throws away what it cannot open
    /// yet: so they wait a moment.
    /// </summary>
    const long SettleUs = 25_000;

    readonly Peer peer;
    readonly DelaySamples delays = new();
    readonly Outgoing? sound;
    readonly Outgoing? picture;
    readonly Stills? stills;
    readonly ViewerPath path = new();
    Incoming? wanted;
    readonly List<Incoming> layers = [];
    long readyUs = long.MaxValue;
    long reportUs;
    long chooseUs;
    long firstSentUs;
    long lastSentUs;
    bool started;
    (uint Ssrc, uint Middle, long AtUs) reference;

    public Viewer(Peer peer, IReadOnlyList<AgreedMedia> agreed)
    {
        this.peer = peer;
        foreach (var media in agreed)
            if (media.Offered.Kind == MediaKind.Video)
                picture ??= new(peer, media);
            else
                sound ??= new(peer, media);
        stills = picture is null ? null : new(picture);
    }

    public Peer Peer => peer;

    public Instant Joined { get; private set; }

    public void Connected(Moment now, Outbox outbox)
    {
        Joined = Time.FromMicroseconds(now.WallUs);
        peer.Stream.ViewerConnected(peer, now);
        readyUs = now.Us + SettleUs;
    }

    bool MayPass(Moment now) => now.Us >= readyUs && peer.MayPass(now);

    /// <summary>Which picture to show; a new choice is shown from its next keyframe on, or at once from the last one where that is kept.</summary>
    void Choose(Moment now, Outbox outbox)
    {
        chooseUs = now.Us;
        if (picture is null || now.Us < readyUs || peer.Stream.Publishing is not { } publisher)
            return;
        layers.Clear();
        foreach (var layer in publisher.Pictures(now))
            if (layer.Media.Codec.Codec == picture.Media.Codec.Codec && layers.Count < MostLayers)
                layers.Add(layer); // they come in the order of their size
        if (layers.Count > 0)
            stills!.Consider(layers[0], path, now);
        if (stills!.On || layers.Count == 0)
        {
            wanted = null;
            return;
        }
        Span<double> kbps = stackalloc double[layers.Count];
        for (var i = 0; i < kbps.Length; i++)
            kbps[i] = layers[i].Kbps;
        var shown = layers.IndexOf(wanted!) is var waited and >= 0 ? waited : layers.IndexOf(picture.Source!);
        var best = wanted = layers[path.Choose(kbps, shown, now)];
        if (best == picture.Source || !peer.Stream.LetsPass(isVideo: true))
            return;
        if (picture.Source is null && Replay(best, now, outbox))
            return;
        publisher.AskKeyframe(best, now, outbox);
    }

    // The join that needs no round trip to the camera: the last keyframe and everything since, if it is all here and not too much.
    bool Replay(Incoming source, Moment now, Outbox outbox)
    {
        var count = source.Highest - source.KeyframeAt + 1;
        if (
            source.KeyframeAt < 0
            || count > MostReplayedPackets
            || !source.Ring.TryFind(source.KeyframeAt, out var start, out _)
            || !MayPass(now)
        )
            return false;
        for (var sequence = source.KeyframeAt; sequence <= source.Highest; sequence++)
            if (!source.Ring.Holds(sequence))
                return false;
        path.Afresh();
        picture!.Begin(source, start, now, replays: true);
        for (var sequence = source.KeyframeAt; sequence <= source.Highest; sequence++)
            if (source.Ring.TryFind(sequence, out var kept, out var bytes) && RtpPacket.TryRead(bytes, out var packet))
                picture.Send(packet, kept, now, outbox);
        picture.Replayed(source.Highest);
        Started(now);
        return true;
    }

    public void Take(Incoming source, in RtpPacket packet, in KeptPacket kept, Moment now, Outbox outbox)
    {
        if (!MayPass(now))
            return;
        if (!source.IsVideo)
        {
            if (sound is null)
                return;
            if (sound.Source != source)
                sound.Begin(source, kept, now);
            Sent(sound.Send(packet, kept, now, outbox), now);
            return;
        }
        if (picture is null || stills!.On)
            return;
        if (picture.Source != source)
        {
            if (wanted is null)
                Choose(now, outbox);
            if (source != wanted || !kept.StartsKeyframe)
                return;
            if (picture.Source != source) // Choose may have begun it, with this packet
            {
                path.Afresh();
                picture.Begin(source, kept, now);
            }
        }
        var sent = picture.Send(packet, kept, now, outbox);
        Sent(sent, now);
        if (sent && kept.StartsKeyframe)
            Started(now);
        if (sent && packet.Marker && kept.CapturedUs != 0)
            delays.Add(now.WallUs - kept.CapturedUs + (path.RoundTripUs / 2));
    }

    void Sent(bool sent, Moment now)
    {
        if (!sent)
            return;
        firstSentUs = firstSentUs == 0 ? now.Us : firstSentUs;
        lastSentUs = now.Us;
    }

    void Started(Moment now)
    {
        if (started)
            return;
        started = true;
        peer.Stream.Tell(
            new GatewayEvent.FirstKeyframe(
                peer.Stream.Key,
                peer.Id,
                peer.Lease,
                Duration.FromTicks((now.Us - peer.CreatedAt.Us) * 10),
                Time.FromMicroseconds(now.WallUs)
            )
        );
    }

    /// <summary>The source is gone or held: nothing more of it, and the next begins afresh.</summary>
    public void Stop(bool stopSound, bool stopPicture)
    {
        if (stopSound)
            sound?.Stop();
        if (stopPicture)
        {
            picture?.Stop();
            stills?.Abandon();
            wanted = null;
        }
    }

    public bool CanShow(IReadOnlyList<AgreedMedia> published) =>
        picture is null
        || published.FirstOrDefault(p => p.Offered.Kind == MediaKind.Video) is not { } video
        || video.Codec.Codec == picture.Media.Codec.Codec;

    public void TakeRtp(Span<byte> packet, Moment now, Outbox outbox) { } // a viewer sends nothing; what it sends is nothing to us

    public void TakeRtcp(ReadOnlySpan<byte> compound, Moment now, Outbox outbox)
    {
        foreach (var part in new RtcpParts(compound))
        {
            if (part.IsNack)
                Resend(part, now, outbox);
            else if (part.IsPictureLoss || part.IsFullIntra)
                KeyframeWanted(now, outbox);
            else if (part.IsBitrateEstimate)
                path.Estimated(part.BitrateEstimate / 1000.0, now);
            else if (part.Type == RtcpType.ExtendedReport)
                ReferenceTime(part.Body, now);
            for (var i = 0; ReportBlock.TryRead(part, i, out var block); i++)
                Reported(block, now);
        }
    }

    // RFC 3611, 4.4: the receiver's reference time is the first block in what browsers send; ours answers with the next report.
    void ReferenceTime(ReadOnlySpan<byte> body, Moment now)
    {
        if (body.Length < 16 || body[4] != 4)
            return;
        reference = (
            BinaryPrimitives.ReadUInt32BigEndian(body),
            (uint)(BinaryPrimitives.ReadUInt64BigEndian(body[8..]) >> 16),
            now.Us
        );
    }

    void Resend(in RtcpPart part, Moment now, Outbox outbox)
    {
        if (picture is null || part.MediaSsrc != picture.Media.Ssrc || !peer.MayPass(now) || !peer.Stream.LetsPass(isVideo: true))
            return;
        for (var at = 8; at + 4 <= part.Body.Length; at += 4)
        {
            var first = BinaryPrimitives.ReadUInt16BigEndian(part.Body[at..]);
            var mask = BinaryPrimitives.ReadUInt16BigEndian(part.Body[(at + 2)..]);
            picture.Resend(first, path.RoundTripUs, now, outbox);
            for (var bit = 0; bit < 16; bit++)
                if ((mask & (1 << bit)) != 0)
                    picture.Resend((ushort)(first + bit + 1), path.RoundTripUs, now, outbox);
        }
    }

    void KeyframeWanted(Moment now, Outbox outbox)
    {
        if (picture?.Source is { } source && !stills!.On && peer.MayPass(now))
            peer.Stream.Publishing?.AskKeyframe(source, now, outbox);
    }

    void Reported(in ReportBlock block, Moment now)
    {
        if (block.RoundTripUs(Ntp.OfMicroseconds(now.WallUs)) is var trip and >= 0)
            path.TripTook(trip);
        if (picture is not null && block.Ssrc == picture.Media.Ssrc)
            path.Reported(block, picture.Packets, now);
    }

    public void Tick(Moment now, Outbox outbox)
    {
        sound?.Tick(now.Us);
        picture?.Tick(now.Us);
        if (now.Us - chooseUs >= ChooseUs || (picture is { Source: null } && wanted is null && stills is not { On: true }))
            Choose(now, outbox);
        if (
            stills is { On: true }
            && MayPass(now)
            && peer.Stream.LetsPass(isVideo: true)
            && peer.Stream.Publishing is { } publisher
            && layers.Count > 0
        )
            stills.Send(publisher, layers[0], path.Kbps(now), now, outbox);
        if (now.Us - reportUs < ReportUs)
            return;
        reportUs = now.Us;
        Report(sound, now, outbox);
        Report(picture, now, outbox);
        if (delays.Any && picture?.Source is not null && stills is not { On: true })
        {
            var (p50, p95) = delays.Read();
            peer.Stream.Tell(
                new GatewayEvent.DelayMeasured(peer.Stream.Key, peer.Id, peer.Lease, p50, p95, Time.FromMicroseconds(now.WallUs))
            );
        }
    }

    void Report(Outgoing? track, Moment now, Outbox outbox)
    {
        if (track is null)
            return;
        var slot = outbox.Slot;
        var writer = new RtcpWriter(slot);
        if (!track.Report(ref writer, now))
            return;
        writer.SourceDescription(track.Media.Ssrc);
        if (reference.AtUs > 0)
            writer.SinceReference(
                track.Media.Ssrc,
                reference.Ssrc,
                reference.Middle,
                (uint)((now.Us - reference.AtUs) * 65536 / 1_000_000)
            );
        peer.SendRtcp(slot, writer.LengthBytes, outbox);
    }

    /// <summary>BYE for each source (RFC 3550, 6.6); Chromium heeds the closed transport instead, others this.</summary>
    public void SayGoodBye(Outbox outbox)
    {
        var slot = outbox.Slot;
        var writer = new RtcpWriter(slot);
        writer.ReceiverReport(0, 0);
        if (sound is not null)
            writer.Bye(sound.Media.Ssrc);
        if (picture is not null)
            writer.Bye(picture.Media.Ssrc);
        peer.SendRtcp(slot, writer.LengthBytes, outbox);
    }

    public void Ended(string why, Moment now, Outbox outbox)
    {
        stills?.Abandon();
        peer.Stream.ViewerEnded(this, why, Duration.FromTicks((lastSentUs - firstSentUs) * 10), now);
    }

    public PeerStatistics Statistics
    {
        get
        {
            var delay = delays.Any ? delays.Read() : default((Duration P50, Duration P95)?);
            return new(
                peer.Id,
                peer.IsConnected,
                (sound?.Packets ?? 0) + (picture?.Packets ?? 0),
                (sound?.Octets ?? 0) + (picture?.Octets ?? 0),
                (sound?.Kbps ?? 0) + (picture?.Kbps ?? 0),
                path.LostFraction,
                path.RoundTripUs == 0 ? null : Duration.FromTicks(path.RoundTripUs * 10),
                delay?.P50,
                delay?.P95,
                path.LastKbps,
                picture?.Retransmitted ?? 0,
                stills is { On: true } ? "stills"
                    : picture?.Source?.Rid is { Length: > 0 } rid ? rid
                    : null
            );
        }
    }
}
