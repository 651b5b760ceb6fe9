using System.Buffers.Binary;

namespace Lapel.WebRtc;

/// <summary>
/// One SSRC of a publisher: its sound, its picture, or one simulcast layer of it. Counts, keeps the last packets, asks again for lost
/// ones, and knows when what it carries was captured.
/// </summary>
sealed class Incoming
{
    const int MostMissing = 256;
    const int MostAsks = 10;
    const long ReorderUs = 10_000;
    const long GiveUpUs = 1_500_000;

    readonly List<Missing> missing = new(MostMissing);
    readonly CaptureClock clock;
    BitrateMeter meter;
    SenderReport? report;
    long highest = -1;
    long first = -1;
    long received;
    long reportedExpected;
    long reportedReceived;
    double jitter;
    long lastTransitTicks;
    long reportArrivedUs;

    struct Missing
    {
        public long Sequence;
        public long SinceUs;
        public long AskedUs;
        public int Asks;
    }

    public Incoming(AgreedMedia media, uint ssrc, string rid, CaptureClock clock)
    {
        (Media, Ssrc, Rid, this.clock) = (media, ssrc, rid, clock);
        Ring = new(IsVideo ? 1024 : 64);
    }

    public AgreedMedia Media { get; }

    public bool IsVideo => Media.IsVideo;

    public uint Ssrc { get; }

    /// <summary>"" without simulcast.</summary>
    public string Rid { get; }

    /// <summary>0 until its retransmissions were seen.</summary>
    public uint RtxSsrc { get; set; }

    public PacketRing Ring { get; }

    public long Highest => highest;

    public uint HighestTimestamp { get; private set; }

    /// <summary>First packet of the last keyframe; -1 before the first.</summary>
    public long KeyframeAt { get; private set; } = -1;

    public double Kbps => meter.Kbps;

    public long Packets => received;

    public long Bytes { get; private set; }

    public long LastPacketUs { get; private set; }

    /// <summary>Lost of the last report's interval, 0 to 1.</summary>
    public double LostFraction { get; private set; }

    /// <summary>Takes a packet, original or restored from a retransmission.</summary>
    /// <returns>False for a copy of one that is there.</returns>
    public bool Take(in RtpPacket packet, ReadOnlySpan<byte> bytes, bool retransmitted, Moment now, out KeptPacket kept)
    {
        kept = default;
        var sequence = highest < 0 ? packet.Sequence + 0x1_0000 : highest + (short)(packet.Sequence - (ushort)highest);
        if (highest < 0)
            first = sequence;
        if (Ring.Holds(sequence))
            return false;
        received++;
        Bytes += bytes.Length;
        meter.Add(bytes.Length);
        LastPacketUs = now.Us;
        if (sequence > highest)
        {
            if (highest >= 0)
                Miss(highest + 1, sequence, now.Us);
            highest = sequence;
            HighestTimestamp = packet.Timestamp;
            if (!retransmitted)
                Jitter(packet.Timestamp, now.Us);
        }
        else
        {
            Found(sequence);
        }
        kept = new()
        {
            Sequence = sequence,
            Timestamp = packet.Timestamp,
            StartsKeyframe = IsVideo && Keyframe.StartsIn(Media.Codec.Codec, packet.Payload),
            CapturedUs = CapturedAt(packet),
        };
        // Of a keyframe in several packets that each look like a beginning (SPS, PPS, IDR) the first counts.
        if (
            kept.StartsKeyframe
            && Ring.TryFind(sequence - 1, out var before, out _)
            && before.Timestamp == packet.Timestamp
            && KeyframeAt >= 0
            && Ring.TryFind(KeyframeAt, out var start, out _)
            && start.Timestamp == packet.Timestamp
        )
            kept.StartsKeyframe = false;
        if (kept.StartsKeyframe && sequence > KeyframeAt)
            KeyframeAt = sequence;
        Ring.Keep(bytes, kept);
        return true;
    }

    long CapturedAt(in RtpPacket packet)
    {
        if (!clock.IsKnown)
            return 0;
        var extension = packet.Extension(Media.CaptureTimeId);
        if (extension.Length >= 8)
            return Ntp.ToMicroseconds(BinaryPrimitives.ReadUInt64BigEndian(extension)) + clock.OffsetUs;
        return CapturedAt(packet.Timestamp);
    }

    /// <summary>When what stands at an RTP timestamp was captured, by our clock; 0 before the first sender report.</summary>
    public long CapturedAt(uint timestamp) =>
        report is { } known
            ? Ntp.ToMicroseconds(known.Ntp)
                + ((int)(timestamp - known.Timestamp) * 1_000_000L / Media.Codec.ClockRate)
                + clock.OffsetUs
            : 0;

    /// <summary>Which RTP timestamp something captured now has.</summary>
    public uint TimestampAt(Moment now)
    {
        var sinceUs = report is { } known ? now.WallUs - clock.OffsetUs - Ntp.ToMicroseconds(known.Ntp) : now.Us - LastPacketUs;
        return (report?.Timestamp ?? HighestTimestamp) + (uint)(int)(sinceUs * Media.Codec.ClockRate / 1_000_000);
    }

    public void Reported(in SenderReport from, Moment now)
    {
        report = from;
        reportArrivedUs = now.Us;
        clock.Reported(from.Ntp, now.WallUs);
    }

    void Jitter(uint timestamp, long nowUs)
    {
        var arrival = nowUs * Media.Codec.ClockRate / 1_000_000;
        var transit = arrival - timestamp;
        if (received > 1)
            jitter += (Math.Min(Math.Abs((int)(transit - lastTransitTicks)), Media.Codec.ClockRate) - jitter) / 16;
        lastTransitTicks = transit;
    }

    void Miss(long from, long to, long nowUs)
    {
        if (to - from > MostMissing)
            missing.Clear(); // a gap of seconds: asking for a keyframe mends it, asking for packets does not
        else if (IsVideo && Media.Codec.Feedback.Contains("nack"))
            for (var sequence = from; sequence < to && missing.Count < MostMissing; sequence++)
                missing.Add(new() { Sequence = sequence, SinceUs = nowUs });
    }

    void Found(long sequence)
    {
        for (var i = 0; i < missing.Count; i++)
            if (missing[i].Sequence == sequence)
            {
                missing.RemoveAt(i);
                return;
            }
    }

    /// <summary>Sequence numbers to ask for now: after a moment for reordering, then once a round trip, until it is too late for them.</summary>
    /// <param name="lost">True when something was given up: pictures are broken until the next keyframe.</param>
    public int ToAsk(Span<ushort> into, long nowUs, out bool lost)
    {
        lost = false;
        var asked = 0;
        var wait = Math.Max(40_000, clock.RoundTripUs + (clock.RoundTripUs / 4));
        for (var i = 0; i < missing.Count && asked < into.Length; )
        {
            var one = missing[i];
            if (one.Asks == MostAsks || nowUs - one.SinceUs > GiveUpUs)
            {
                missing.RemoveAt(i);
                lost = true;
                continue;
            }
            if (nowUs - one.SinceUs >= ReorderUs && (one.Asks == 0 || nowUs - one.AskedUs >= wait))
            {
                into[asked++] = (ushort)one.Sequence;
                missing[i] = one with { Asks = one.Asks + 1, AskedUs = nowUs };
            }
            i++;
        }
        return asked;
    }

    public ReportBlock Report(long nowUs)
    {
        var expected = highest < 0 ? 0 : highest - first + 1;
        var (newlyExpected, newlyReceived) = (expected - reportedExpected, received - reportedReceived);
        (reportedExpected, reportedReceived) = (expected, received);
        var lost = Math.Max(0, newlyExpected - newlyReceived);
        LostFraction = newlyExpected > 0 ? (double)lost / newlyExpected : 0;
        return new(
            Ssrc,
            (byte)Math.Min(255, LostFraction * 256),
            (int)Math.Clamp(expected - received, -0x80_0000, 0x7F_FFFF),
            (uint)Math.Max(0, highest - 0x1_0000),
            (uint)jitter,
            report is { } known ? (uint)(known.Ntp >> 16) : 0,
            report is null ? 0 : (uint)((nowUs - reportArrivedUs) * 65536 / 1_000_000)
        );
    }

    public void Tick(long nowUs) => meter.Tick(nowUs);

    /// <summary>Forgets what was kept; a viewer who comes after this waits for a new keyframe.</summary>
    public void Forget()
    {
        Ring.Clear();
        missing.Clear();
        KeyframeAt = -1;
    }
}
