using System.Buffers.Binary;

namespace Lapel.WebRtc;

enum RtcpType : byte
{
    SenderReport = 200,
    ReceiverReport = 201,
    SourceDescription = 202,
    Bye = 203,
    TransportFeedback = 205,
    PayloadFeedback = 206,
    ExtendedReport = 207,
}

/// <summary>One packet of a compound RTCP packet (RFC 3550, 6.1), read in place.</summary>
/// <param name="count">Report count or feedback format: the head's low five bits.</param>
/// <param name="body">Everything behind the four bytes of head.</param>
readonly ref struct RtcpPart(RtcpType type, int count, ReadOnlySpan<byte> body)
{
    public RtcpType Type => type;
    public int Count => count;
    public ReadOnlySpan<byte> Body { get; } = body;

    public bool IsNack => type == RtcpType.TransportFeedback && count == 1 && Body.Length >= 12;

    public bool IsTransportWide => type == RtcpType.TransportFeedback && count == 15 && Body.Length >= 16;

    public bool IsPictureLoss => type == RtcpType.PayloadFeedback && count == 1 && Body.Length >= 8;

    public bool IsFullIntra => type == RtcpType.PayloadFeedback && count == 4 && Body.Length >= 16;

    /// <summary>REMB: feedback of the application layer that says so.</summary>
    public bool IsBitrateEstimate =>
        type == RtcpType.PayloadFeedback && count == 15 && Body.Length >= 16 && Body.Slice(8, 4).SequenceEqual("REMB"u8);

    /// <summary>Bits a second that the receiver believes it can take (draft-alvestrand-rmcat-remb).</summary>
    public long BitrateEstimate
    {
        get
        {
            var word = BinaryPrimitives.ReadUInt32BigEndian(Body[12..]);
            var exponent = (int)(word >> 18) & 0x3F;
            return exponent > 40 ? long.MaxValue >> 8 : (long)(word & 0x3_FFFF) << exponent;
        }
    }

    /// <summary>The media source that feedback is about.</summary>
    public uint MediaSsrc => BinaryPrimitives.ReadUInt32BigEndian(Body[4..]);
}

/// <summary>Walks a compound packet; ends at the first part that does not fit.</summary>
ref struct RtcpParts(ReadOnlySpan<byte> compound)
{
    ReadOnlySpan<byte> left = compound;

    public RtcpPart Current { get; private set; }

    public readonly RtcpParts GetEnumerator() => this;

    public bool MoveNext()
    {
        if (left.Length < 4 || (left[0] & 0xC0) != 0x80)
            return false;
        var length = 4 + (4 * BinaryPrimitives.ReadUInt16BigEndian(left[2..]));
        if (length > left.Length)
            return false;
        var body = left[4..length];
        if ((left[0] & 0x20) != 0) // padding, which only the last part may have
        {
            if (body.IsEmpty || body[^1] == 0 || body[^1] > body.Length)
                return false;
            body = body[..^body[^1]];
        }
        Current = new((RtcpType)left[1], left[0] & 0x1F, body);
        left = left[length..];
        return true;
    }
}

/// <summary>The sender's half of a sender report: the same moment as NTP time and as RTP timestamp.</summary>
readonly record struct SenderReport(uint Ssrc, ulong Ntp, uint Timestamp)
{
    public static bool TryRead(in RtcpPart part, out SenderReport report)
    {
        report = default;
        if (part.Type != RtcpType.SenderReport || part.Body.Length < 24)
            return false;
        var body = part.Body;
        report = new(
            BinaryPrimitives.ReadUInt32BigEndian(body),
            BinaryPrimitives.ReadUInt64BigEndian(body[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(body[12..])
        );
        return true;
    }
}

/// <summary>What a receiver says about one source (RFC 3550, 6.4.1).</summary>
/// <param name="LostFraction">Of the last interval, in 256ths.</param>
/// <param name="LastReport">The middle of our last sender report's NTP time; 0 when it has had none.</param>
/// <param name="Delay">Since it had that, in 65536ths of a second.</param>
readonly record struct ReportBlock(
    uint Ssrc,
    byte LostFraction,
    int LostTotal,
    uint Highest,
    uint Jitter,
    uint LastReport,
    uint Delay
)
{
    public const int LengthBytes = 24;

    /// <param name="index">From 0; false when the part has no such block.</param>
    public static bool TryRead(in RtcpPart part, int index, out ReportBlock block)
    {
        block = default;
        var at = part.Type switch
        {
            RtcpType.SenderReport => 24,
            RtcpType.ReceiverReport => 4,
            _ => -1,
        };
        if (at < 0 || index >= part.Count || part.Body.Length < at + ((index + 1) * LengthBytes))
            return false;
        var body = part.Body[(at + (index * LengthBytes))..];
        block = new(
            BinaryPrimitives.ReadUInt32BigEndian(body),
            body[4],
            (body[5] << 24 | body[6] << 16 | body[7] << 8) >> 8,
            BinaryPrimitives.ReadUInt32BigEndian(body[8..]),
            BinaryPrimitives.ReadUInt32BigEndian(body[12..]),
            BinaryPrimitives.ReadUInt32BigEndian(body[16..]),
            BinaryPrimitives.ReadUInt32BigEndian(body[20..])
        );
        return true;
    }

    /// <summary>Round trip in microseconds by our own clock; -1 when it cannot be said.</summary>
    public long RoundTripUs(ulong ntpNow)
    {
        if (LastReport == 0)
            return -1;
        var middle = (uint)(ntpNow >> 16);
        var trip = (int)(middle - Delay - LastReport);
        return trip < 0 ? 0 : (long)trip * 1_000_000 / 65536;
    }
}

/// <summary>NTP timestamps: seconds since 1900 in the high half, a fraction in the low.</summary>
static class Ntp
{
    const long SecondsFrom1900To1970 = 2_208_988_800;

    public static ulong OfMicroseconds(long since1970)
    {
        var (seconds, us) = Math.DivRem(since1970, 1_000_000);
        return ((ulong)(seconds + SecondsFrom1900To1970) << 32) | (ulong)((us << 32) / 1_000_000);
    }

    public static long ToMicroseconds(ulong ntp) =>
        (((long)(ntp >> 32) - SecondsFrom1900To1970) * 1_000_000) + (long)(((ntp & 0xFFFF_FFFF) * 1_000_000) >> 32);
}
