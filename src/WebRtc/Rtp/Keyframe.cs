namespace Lapel.WebRtc;

/// <summary>Where a picture begins that needs none before it: what a viewer can start with.</summary>
static class Keyframe
{
    const int H264Idr = 5;
    const int H264ParameterSet = 7;
    const int H264Aggregate = 24; // STAP-A
    const int H264Fragment = 28; // FU-A

    /// <returns>True when this payload is the first of a keyframe.</returns>
    public static bool StartsIn(Codec codec, ReadOnlySpan<byte> payload) =>
        codec switch
        {
            Codec.Vp8 => Vp8(payload),
            Codec.H264 => H264(payload),
            _ => false,
        };

    // RFC 7741, 4.2 and 4.3: the descriptor's start bit in partition 0, and the frame's own P bit.
    static bool Vp8(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty || (payload[0] & 0x10) == 0 || (payload[0] & 0x07) != 0)
            return false;
        var at = 1;
        if ((payload[0] & 0x80) != 0)
        {
            if (payload.Length <= at)
                return false;
            var has = payload[at++];
            if ((has & 0x80) != 0) // picture id, of one byte or two
            {
                if (payload.Length <= at)
                    return false;
                at += (payload[at] & 0x80) != 0 ? 2 : 1;
            }
            at += (has & 0x40) != 0 ? 1 : 0; // TL0PICIDX
            at += (has & 0x30) != 0 ? 1 : 0; // TID, KEYIDX
        }
        return payload.Length > at && (payload[at] & 0x01) == 0;
    }

    // RFC 6184, 5.4: parameter sets stand before the picture and arrive alone, in an aggregate or not at all.
    static bool H264(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
            return false;
        switch (payload[0] & 0x1F)
        {
            case H264ParameterSet or H264Idr:
                return true;
            case H264Aggregate:
                for (var at = 1; at + 3 <= payload.Length; )
                {
                    var length = (payload[at] << 8) | payload[at + 1];
                    if ((payload[at + 2] & 0x1F) is H264ParameterSet or H264Idr)
                        return true;
                    at += 2 + length;
                }
                return false;
            case H264Fragment:
                return payload.Length > 1 && (payload[1] & 0x80) != 0 && (payload[1] & 0x1F) == H264Idr;
            default:
                return false;
        }
    }
}
