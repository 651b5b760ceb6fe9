using System.Buffers.Binary;

namespace Lapel.WebRtc;

public enum LiveMedia
{
    Sound,
    Picture,
}

/// <summary>
/// A camera's end of one live connection: makes the offer that goes by WHIP, takes the answer, and then sends what it is given, protected.
/// It never receives media, never waits for the network and holds nothing but the last seconds of packets, in memory. Every call may come
/// from any thread.
/// </summary>
public sealed class LivePublisher : IDisposable, ILeadingRole
{
    /// <summary>For each packet of media so many may be sent again: a narrow way is not made narrower by what it lost.</summary>
    const double ResendShare = 0.5;
    const double MostResends = 60;

    readonly TimeProvider clock;
    readonly LeadingEnd end;
    readonly UplinkMeter meter = new();
    SentTrack? sound;
    SentTrack? picture;
    ushort numbered;
    double mayResend = MostResends;
    (uint Ssrc, uint Middle, long AtUs) reference;
    bool mayPass = true;

    /// <param name="withSound">False for a camera that has no microphone.</param>
    /// <exception cref="DllNotFoundException">OpenSSL 3 or libsrtp2 is not installed.</exception>
    public LivePublisher(TimeProvider clock, bool withSound)
    {
        this.clock = clock;
        end = new(clock, this, "live publisher");
        Offer = LeadingOffer.ToSend(end.Ice, end.FingerprintText, withSound);
    }

    /// <summary>The SDP offer, for the body of a WHIP request.</summary>
    public string Offer { get; }

    public bool IsConnected => end.IsConnected;

    /// <summary>A stable word for why nothing more will be sent; none while it may still be.</summary>
    public string? EndedWhy => end.EndedWhy;

    /// <summary>Takes the answer and begins to connect.</summary>
    public Refusal? Begin(string answerSdp)
    {
        if (SdpTaken.WhyNotRead(answerSdp, weSend: true, out var taken) is { } refusal)
            return refusal;
        end.Begin(taken!);
        return null;
    }

    /// <summary>
    /// Sends a packet of an encoder's: its payload under our own numbers and time. Dropped while nothing is connected, while held, and
    /// when the network takes no more.
    /// </summary>
    /// <param name="rtp">An RTP packet; a new SSRC is another encoder that goes on with the same track.</param>
    public void Send(LiveMedia media, ReadOnlySpan<byte> rtp)
    {
        lock (end.Gate)
        {
            var track = media == LiveMedia.Sound ? sound : picture;
            if (!IsConnected || !mayPass || track is null || !RtpPacket.TryRead(rtp, out var packet) || packet.Payload.IsEmpty)
                return;
            var now = Moment.Of(clock);
            // Room for our header, the number of a retransmission and the tag.
            if (packet.Payload.Length > RtpPacket.MostBytes - 64)
                return;
            mayResend = Math.Min(MostResends, mayResend + ResendShare);
            Protected(track.Write(end.Slot, packet, ++numbered, now.Us), now);
        }
    }

    /// <summary>From the moment this returns nothing is sent (false), not even again what was lost; or it may be again (true).</summary>
    public void LetPass(bool may)
    {
        lock (end.Gate)
        {
            mayPass = may;
            if (may)
                return;
            sound?.Forget();
            picture?.Forget();
        }
    }

    /// <summary>What the way there carried since the last call.</summary>
    public Uplink Measure()
    {
        lock (end.Gate)
            return meter.Read(Moment.Of(clock).Us);
    }

    void ILeadingRole.Connected(SdpTaken taken, Moment now)
    {
        (sound, picture) = (taken.Sound is { } s ? new(s) : null, taken.Picture is { } p ? new(p) : null);
        meter.Begin(now.Us);
    }

    void ILeadingRole.TakeMedia(Span<byte> packet, Moment now) { } // nothing was asked for

    void ILeadingRole.TakeRtcp(ReadOnlySpan<byte> compound, Moment now)
    {
        meter.Heard(now.Us);
        foreach (var part in new RtcpParts(compound))
        {
            if (part.IsTransportWide && TransportFeedback.TryRead(part.Body, out _, out var count, out var arrived))
                meter.Told(count, arrived, now.Us);
            else if (part.IsNack && picture?.Ssrc == part.MediaSsrc)
                Resend(part, now);
            else if (part is { Type: RtcpType.ExtendedReport, Body.Length: >= 16 } && part.Body[4] == 4)
                reference = (
                    BinaryPrimitives.ReadUInt32BigEndian(part.Body),
                    (uint)(BinaryPrimitives.ReadUInt64BigEndian(part.Body[8..]) >> 16),
                    now.Us
                );
            for (var i = 0; ReportBlock.TryRead(part, i, out var block); i++)
                if (block.Ssrc == sound?.Ssrc || block.Ssrc == picture?.Ssrc)
                    if (block.RoundTripUs(Ntp.OfMicroseconds(now.WallUs)) is >= 0 and var trip)
                        meter.Trip(trip);
        }
    }

    void Resend(in RtcpPart part, Moment now)
    {
        for (var at = 8; at + 4 <= part.Body.Length && mayPass; at += 4)
        {
            var first = BinaryPrimitives.ReadUInt16BigEndian(part.Body[at..]);
            var mask = BinaryPrimitives.ReadUInt16BigEndian(part.Body[(at + 2)..]);
            for (var bit = -1; bit < 16; bit++)
                if (mayResend >= 1 && (bit < 0 || (mask & (1 << bit)) != 0))
                {
                    var length = picture!.WriteAgain(
                        end.Slot,
                        (ushort)(first + bit + 1),
                        (ushort)(numbered + 1),
                        out var counted
                    );
                    if (length == 0)
                        continue;
                    mayResend--;
                    numbered += (ushort)(counted ? 1 : 0);
                    Protected(length, now);
                }
        }
    }

    void Protected(int length, Moment now)
    {
        if (end.Send(length) is > 0 and var sent)
            meter.Sent(sent, now.Us);
    }

    void ILeadingRole.Report(Moment now)
    {
        Report(sound, now);
        Report(picture, now);
    }

    void Report(SentTrack? track, Moment now)
    {
        if (track is not { HasBegun: true })
            return;
        var writer = new RtcpWriter(end.Slot);
        track.Report(ref writer, now);
        writer.SourceDescription(track.Ssrc);
        if (reference.AtUs > 0)
            writer.SinceReference(
                track.Ssrc,
                reference.Ssrc,
                reference.Middle,
                (uint)((now.Us - reference.AtUs) * 65536 / 1_000_000)
            );
        end.SendRtcp(writer.LengthBytes);
    }

    /// <summary>Good-byes, then nothing more: keys are gone when this returns.</summary>
    public void Dispose()
    {
        if (!end.Close())
            return;
        lock (end.Gate)
        {
            if (IsConnected)
            {
                var writer = end.NewReport();
                foreach (var track in (SentTrack?[])[sound, picture])
                    if (track is { HasBegun: true })
                        writer.Bye(track.Ssrc);
                end.SendRtcp(writer.LengthBytes);
            }
            sound?.Forget();
            picture?.Forget();
        }
        end.Dispose();
    }
}
