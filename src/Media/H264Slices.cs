namespace Lapel.Media;

/// <summary>Reads what kind of slice an RTP packet of H.264 (RFC 6184) begins with.</summary>
public static class H264Slices
{
    /// <summary>
    /// Whether a B slice begins here: its picture is shown before one that was sent earlier, which no browser puts in order again.
    /// </summary>
    /// <param name="payload">Of one RTP packet: a NAL unit, an aggregate (STAP-A) or a fragment (FU-A).</param>
    public static bool BeginsOutOfOrder(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 2)
            return false;
        switch (payload[0] & 0x1F)
        {
            case 1:
                return IsB(payload[1..]);
            case 28:
                return (payload[1] & 0x9F) == 0x81 && IsB(payload[2..]);
            case 24:
                for (var rest = payload[1..]; rest.Length > 3; )
                {
                    var length = (rest[0] << 8) | rest[1];
                    if (length == 0 || length > rest.Length - 2)
                        return false;
                    if ((rest[2] & 0x1F) == 1 && IsB(rest[3..(2 + length)]))
                        return true;
                    rest = rest[(2 + length)..];
                }
                return false;
            default:
                return false;
        }
    }

    // ITU-T H.264, 7.3.3: first_mb_in_slice, then slice_type; 1 and 6 are B.
    static bool IsB(ReadOnlySpan<byte> slice)
    {
        var at = 0;
        return Golomb(slice, ref at) is not null && Golomb(slice, ref at) is 1 or 6;
    }

    static int? Golomb(ReadOnlySpan<byte> bytes, ref int at)
    {
        var zeros = 0;
        while (Bit(bytes, at) == 0)
            (zeros, at) = (zeros + 1, at + 1);
        if (zeros > 24 || Bit(bytes, at) < 0)
            return null;
        var value = 0;
        for (var i = 0; i <= zeros; i++)
        {
            if (Bit(bytes, at) is not (>= 0 and var bit))
                return null;
            (value, at) = ((value << 1) | bit, at + 1);
        }
        return value - 1;
    }

    static int Bit(ReadOnlySpan<byte> bytes, int at) => at / 8 < bytes.Length ? (bytes[at / 8] >> (7 - at % 8)) & 1 : -1;
}
