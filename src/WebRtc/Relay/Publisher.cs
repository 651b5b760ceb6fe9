using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Lapel.WebRtc;

/// <summary>
/// The publishing end of a stream: sorts what comes into sources, asks again for what was lost, tells the sender what its network
/// does to its packets, and asks for keyframes when viewers need them.
/// </summary>
sealed class Publisher : IPeerRole
{
    const long FeedbackUs = 50_000;
    const long AskUs = 20_000;
    const long ReportUs = 1_000_000;
    const long KeyframeAskUs = 300_000;
    const int MostSources = 16;

    readonly Peer peer;
    readonly AgreedMedia[] agreed;
    readonly List<Incoming> sources = [];
    readonly CaptureClock clock = new();
    readonly TransportFeedback feedback = new();
    readonly uint ssrc = (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue);
    readonly int transportSequenceId;
    readonly bool reducedSize;
    readonly int mostBitrateKbps;
    int sourcesEver;
    long feedbackUs;
    long askUs;
    long reportUs;
    long keyframeUs;
    byte intraNumber;

    public Publisher(Peer peer, IReadOnlyList<AgreedMedia> agreed, int mostBitrateKbps)
    {
        (this.peer, this.agreed, this.mostBitrateKbps) = (peer, [.. agreed], mostBitrateKbps);
        transportSequenceId = agreed
            .Where(a => a.Codec.Feedback.Contains("transport-cc"))
            .Select(a => a.TransportSequenceId)
            .FirstOrDefault(id => id > 0);
        reducedSize = agreed.All(a => a.Offered.RtcpReducedSize);
    }

    public IReadOnlyList<Incoming> Sources => sources;

    public IReadOnlyList<AgreedMedia> Agreed => agreed;

    public Incoming? Sound => sources.Find(s => !s.IsVideo);

    /// <summary>The simulcast layers that send at the moment, or the one picture; cheapest first.</summary>
    public IEnumerable<Incoming> Pictures(Moment now) =>
        sources.Where(s => s.IsVideo && now.Us - s.LastPacketUs < 2_000_000).OrderBy(s => s.Kbps);

    public void Connected(Moment now, Outbox outbox) => peer.Stream.PublisherConnected(peer, now);

    public void TakeRtp(Span<byte> bytes, Moment now, Outbox outbox)
    {
        if (!RtpPacket.TryRead(bytes, out var packet))
            return;
        if (transportSequenceId > 0 && packet.Extension(transportSequenceId) is { Length: >= 2 } number)
            feedback.Arrived(BinaryPrimitives.ReadUInt16BigEndian(number), now.Us);
        var payloadType = packet.PayloadType;
        foreach (var media in agreed)
        {
            if (payloadType == media.Codec.PayloadType)
            {
                if (!packet.Payload.IsEmpty && SourceOf(packet, media) is { } source)
                    Take(source, packet, bytes, retransmitted: false, now, outbox);
                return;
            }
            if (payloadType == media.Codec.Rtx)
            {
                if (RetransmittedSource(packet, media) is not { } original)
                    return;
                var restored = RtpPacket.Restore(bytes, media.Codec.PayloadType, original.Ssrc);
                if (RtpPacket.TryRead(restored, out var again) && !again.Payload.IsEmpty)
                    Take(original, again, restored, retransmitted: true, now, outbox);
                return;
            }
        }
    }

    void Take(Incoming source, in RtpPacket packet, ReadOnlySpan<byte> bytes, bool retransmitted, Moment now, Outbox outbox)
    {
        if (source.Take(packet, bytes, retransmitted, now, out var kept))
            peer.Stream.Forward(source, kept);
    }

    // By SSRC once it is known; a new one says which layer it is by its RID, or is the section's only one.
    Incoming? SourceOf(in RtpPacket packet, AgreedMedia media)
    {
        foreach (var known in sources)
            if (known.Ssrc == packet.Ssrc)
                return known.Media == media ? known : null;
        var rid = "";
        if (media.Offered.SimulcastSend.Count > 0 && media.RidId > 0)
        {
            rid = RidIn(packet.Extension(media.RidId), media);
            if (rid.Length == 0)
                return null;
        }
        if (sourcesEver == MostSources)
            return null; // a sender that changes its mind this often is not a camera
        sourcesEver++;
        sources.RemoveAll(s => s.Media == media && s.Rid == rid);
        var source = new Incoming(media, packet.Ssrc, rid, clock);
        sources.Add(source);
        return source;
    }

    Incoming? RetransmittedSource(in RtpPacket packet, AgreedMedia media)
    {
        Incoming? only = null;
        var count = 0;
        foreach (var source in sources)
        {
            if (source.Media != media)
                continue;
            if (source.RtxSsrc == packet.Ssrc)
                return source;
            (only, count) = (source, count + 1);
        }
        var found = only;
        if (count != 1 || only!.Rid.Length > 0)
        {
            var rid = RidIn(packet.Extension(media.RepairedRidId), media);
            found = sources.Find(s => s.Media == media && s.Rid.Length > 0 && s.Rid == rid);
        }
        if (found is { RtxSsrc: 0 })
            found.RtxSsrc = packet.Ssrc;
        return found;
    }

    static string RidIn(ReadOnlySpan<byte> value, AgreedMedia media)
    {
        foreach (var rid in media.Offered.SimulcastSend)
            if (System.Text.Ascii.Equals(value, rid))
                return rid;
        return "";
    }

    public void TakeRtcp(ReadOnlySpan<byte> compound, Moment now, Outbox outbox)
    {
        foreach (var part in new RtcpParts(compound))
        {
            if (SenderReport.TryRead(part, out var report))
            {
                foreach (var source in sources)
                    if (source.Ssrc == report.Ssrc)
                        source.Reported(report, now);
            }
            else if (part.Type == RtcpType.ExtendedReport)
            {
                RoundTrip(part.Body, now);
            }
        }
    }

    // DLRR (RFC 3611, 4.5): the answer to our reference time.
    void RoundTrip(ReadOnlySpan<byte> body, Moment now)
    {
        for (var at = 4; at + 4 <= body.Length; )
        {
            var length = 4 * BinaryPrimitives.ReadUInt16BigEndian(body[(at + 2)..]);
            if (length > body.Length - at - 4)
                return;
            if (body[at] == 5)
                for (var block = at + 4; block + 12 <= at + 4 + length; block += 12)
                {
                    var answer = new ReportBlock(
                        0,
                        0,
                        0,
                        0,
                        0,
                        BinaryPrimitives.ReadUInt32BigEndian(body[(block + 4)..]),
                        BinaryPrimitives.ReadUInt32BigEndian(body[(block + 8)..])
                    );
                    if (
                        BinaryPrimitives.ReadUInt32BigEndian(body[block..]) == ssrc
                        && answer.RoundTripUs(Ntp.OfMicroseconds(now.WallUs)) is var trip and >= 0
                    )
                        clock.RoundTripUs = trip;
                }
            at += 4 + length;
        }
    }

    /// <summary>Asks for a picture that viewers can start with, at most a few times a second however many of them ask.</summary>
    public void AskKeyframe(Incoming source, Moment now, Outbox outbox)
    {
        if (now.Us - keyframeUs < KeyframeAskUs || !source.IsVideo)
            return;
        keyframeUs = now.Us;
        var slot = outbox.Slot;
        var writer = Begin(slot);
        if (source.Media.Codec.Feedback.Contains("nack pli") || !source.Media.Codec.Feedback.Contains("ccm fir"))
            writer.PictureLoss(ssrc, source.Ssrc);
        else
            writer.FullIntra(ssrc, source.Ssrc, intraNumber++);
        peer.SendRtcp(slot, writer.LengthBytes, outbox);
    }

    // Feedback stands alone only where reduced size was agreed (RFC 5506); else an empty report goes before it.
    RtcpWriter Begin(Span<byte> slot)
    {
        var writer = new RtcpWriter(slot);
        if (!reducedSize)
            writer.ReceiverReport(ssrc, 0);
        return writer;
    }

    public void Tick(Moment now, Outbox outbox)
    {
        if (now.Us - feedbackUs >= FeedbackUs && feedback.HasNews)
        {
            feedbackUs = now.Us;
            var slot = outbox.Slot;
            var writer = Begin(slot);
            Span<byte> part = stackalloc byte[1300];
            writer.Part(part[..feedback.Write(part, ssrc, sources.Count > 0 ? sources[0].Ssrc : 0)]);
            if (writer.LengthBytes > 8)
                peer.SendRtcp(slot, writer.LengthBytes, outbox);
        }
        if (now.Us - askUs >= AskUs)
        {
            askUs = now.Us;
            foreach (var source in sources)
                AskAgain(source, now, outbox);
        }
        if (now.Us - reportUs >= ReportUs)
        {
            reportUs = now.Us;
            Report(now, outbox);
        }
    }

    void AskAgain(Incoming source, Moment now, Outbox outbox)
    {
        source.Tick(now.Us);
        Span<ushort> numbers = stackalloc ushort[64];
        var count = source.ToAsk(numbers, now.Us, out var lost);
        if (count > 0)
        {
            var slot = outbox.Slot;
            var writer = Begin(slot);
            writer.Nack(ssrc, source.Ssrc, numbers[..count]);
            peer.SendRtcp(slot, writer.LengthBytes, outbox);
        }
        if (lost)
            AskKeyframe(source, now, outbox);
    }

    void Report(Moment now, Outbox outbox)
    {
        var slot = outbox.Slot;
        var writer = new RtcpWriter(slot);
        writer.ReceiverReport(ssrc, sources.Count);
        foreach (var source in sources)
            writer.Block(source.Report(now.Us));
        writer.SourceDescription(ssrc);
        writer.ReferenceTime(ssrc, Ntp.OfMicroseconds(now.WallUs));
        foreach (var source in sources)
            if (source.Media.Codec.Feedback.Contains("goog-remb"))
            {
                writer.BitrateEstimate(ssrc, source.Ssrc, Estimate());
                break;
            }
        peer.SendRtcp(slot, writer.LengthBytes, outbox);
    }

    double estimateKbps;

    // Where the sender has transport-wide feedback its own estimate is better: then this is only the limit.
    long Estimate()
    {
        if (transportSequenceId > 0)
            return mostBitrateKbps * 1000L;
        var (loss, kbps) = (0.0, 0.0);
        foreach (var source in sources)
            (loss, kbps) = (Math.Max(loss, source.LostFraction), kbps + source.Kbps);
        estimateKbps = estimateKbps == 0 ? 1500 : estimateKbps;
        if (loss > 0.10)
            estimateKbps *= 1 - (0.5 * loss);
        else if (loss < 0.02)
            estimateKbps = Math.Min(estimateKbps * 1.08, Math.Max(1500, 2 * kbps));
        estimateKbps = Math.Clamp(estimateKbps, 100, mostBitrateKbps);
        return (long)(estimateKbps * 1000);
    }

    public void SayGoodBye(Outbox outbox) { } // it is we who listen: there is no source of ours to end

    public void Ended(string why, Moment now, Outbox outbox)
    {
        foreach (var source in sources)
            source.Forget();
        peer.Stream.PublisherEnded(peer, why, now);
    }

    /// <summary>Forgets what is kept of sound, of picture or of both.</summary>
    public void Forget(bool sound, bool picture)
    {
        foreach (var source in sources)
            if (source.IsVideo ? picture : sound)
                source.Forget();
    }

    public PeerStatistics Statistics =>
        new(
            peer.Id,
            peer.IsConnected,
            sources.Sum(s => s.Packets),
            sources.Sum(s => s.Bytes),
            sources.Sum(s => s.Kbps),
            sources.Count == 0 ? null : sources.Max(s => s.LostFraction),
            clock.RoundTripUs == 0 ? null : Duration.FromTicks(clock.RoundTripUs * 10),
            null,
            null,
            null,
            0,
            string.Join(',', sources.Where(s => s.Rid.Length > 0).Select(s => s.Rid)) is { Length: > 0 } rids ? rids : null
        );
}
