using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Lapel.WebRtc;

/// <summary>
/// Sound or picture on its way out: packets of whichever encoder runs at the moment, under one SSRC, with gapless numbers and times that
/// go on when the encoder is another one. The last of them are kept to be sent again. Not thread-safe: its owner locks around it.
/// </summary>
sealed class SentTrack
{
    /// <summary>How fast the least time on the way is forgotten, so that a drifting clock is followed: microseconds a packet.</summary>
    const long ForgetUs = 20;

    readonly TakenMedia media;
    readonly byte[] mid;
    readonly PacketRing ring;
    readonly uint firstTimestamp = (uint)RandomNumberGenerator.GetInt32(int.MaxValue);
    long sequence = 0x1_0000 + RandomNumberGenerator.GetInt32(0x8000);
    ushort rtxSequence = (ushort)RandomNumberGenerator.GetInt32(0x8000);
    uint source;
    bool begun;
    uint anchorIn;
    uint anchorOut;
    uint lastTimestamp;
    long firstUs;
    long wayUs = long.MaxValue;
    uint packets;
    uint octets;

    public SentTrack(TakenMedia media)
    {
        this.media = media;
        mid = Encoding.ASCII.GetBytes(media.Mid);
        ring = new(media.Codec.Codec == Codec.Opus ? 128 : 1024);
        lastTimestamp = firstTimestamp;
    }

    public uint Ssrc { get; } = (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue);

    public uint RtxSsrc { get; } = (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue);

    public TakenMedia Media => media;

    /// <summary>Writes the packet as it goes out, in clear.</summary>
    /// <param name="number">Its place among all packets of the connection.</param>
    /// <returns>Its length.</returns>
    public int Write(Span<byte> to, in RtpPacket from, ushort number, long nowUs)
    {
        if (!begun || from.Ssrc != source)
            Anchor(from, nowUs);
        var timestamp = anchorOut + (from.Timestamp - anchorIn);
        lastTimestamp = timestamp;
        var onTheWay = nowUs - firstUs - SinceFirstUs(timestamp);
        wayUs = wayUs == long.MaxValue ? onTheWay : Math.Min(wayUs + ForgetUs, onTheWay);
        var header = WriteHeader(to, media.Codec.PayloadType, (ushort)++sequence, timestamp, Ssrc, from.Marker, number);
        from.Payload.CopyTo(to[header..]);
        var length = header + from.Payload.Length;
        ring.Keep(to[..length], new() { Sequence = sequence, Timestamp = timestamp });
        packets++;
        octets += (uint)from.Payload.Length;
        return length;
    }

    void Anchor(in RtpPacket from, long nowUs)
    {
        firstUs = begun ? firstUs : nowUs;
        (source, begun, anchorIn) = (from.Ssrc, true, from.Timestamp);
        anchorOut = firstTimestamp + Ticks(nowUs - firstUs - (wayUs == long.MaxValue ? 0 : wayUs));
        if ((int)(anchorOut - lastTimestamp) <= 0 && packets > 0)
            anchorOut = lastTimestamp + 1;
    }

    uint Ticks(long us) => (uint)(us * media.Codec.ClockRate / 1_000_000);

    long SinceFirstUs(uint timestamp) => (int)(timestamp - firstTimestamp) * 1_000_000L / media.Codec.ClockRate;

    /// <summary>Writes a lost packet once more: as RTX where that was agreed, else the same bytes.</summary>
    /// <returns>Its length; 0 when it is no longer kept.</returns>
    public int WriteAgain(Span<byte> to, ushort lost, ushort number, out bool numbered)
    {
        numbered = media.Codec.Rtx is not null;
        var full = sequence + (short)(lost - (ushort)sequence);
        if (!ring.TryFind(full, out var kept, out var bytes) || !RtpPacket.TryRead(bytes, out var packet))
            return 0;
        if (media.Codec.Rtx is not { } rtx)
        {
            bytes.CopyTo(to); // the same number too: one keystream must not protect two texts
            return bytes.Length;
        }
        var header = WriteHeader(to, rtx, ++rtxSequence, kept.Timestamp, RtxSsrc, packet.Marker, number);
        BinaryPrimitives.WriteUInt16BigEndian(to[header..], lost);
        packet.Payload.CopyTo(to[(header + 2)..]);
        return header + 2 + packet.Payload.Length;
    }

    int WriteHeader(Span<byte> to, byte type, ushort number, uint timestamp, uint ssrc, bool marker, ushort transportNumber)
    {
        to[0] = 0x80;
        to[1] = (byte)(type | (marker ? 0x80 : 0));
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], number);
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(to[8..], ssrc);
        var at = RtpPacket.HeadBytes + 4;
        if (media.MidId > 0 && mid.Length is > 0 and <= 16)
        {
            to[at++] = (byte)((media.MidId << 4) | (mid.Length - 1));
            mid.CopyTo(to[at..]);
            at += mid.Length;
        }
        if (media.TransportSequenceId > 0)
        {
            to[at++] = (byte)((media.TransportSequenceId << 4) | 1);
            BinaryPrimitives.WriteUInt16BigEndian(to[at..], transportNumber);
            at += 2;
        }
        if (at == RtpPacket.HeadBytes + 4)
            return RtpPacket.HeadBytes;
        to[0] |= 0x10;
        while ((at & 3) != 0)
            to[at++] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(to[12..], 0xBEDE); // one-byte extensions (RFC 8285, 4.2)
        BinaryPrimitives.WriteUInt16BigEndian(to[14..], (ushort)((at - 16) / 4));
        return at;
    }

    /// <summary>
    /// A sender report of this moment. The time that a packet has is that of its leaving the encoder: what came on the shortest way counts, so
    /// that a busy moment here moves no clock there.
    /// </summary>
    public void Report(ref RtcpWriter writer, Moment now)
    {
        if (!begun)
            return;
        var timestamp = firstTimestamp + Ticks(now.Us - firstUs - wayUs);
        writer.SenderReport(Ssrc, Ntp.OfMicroseconds(now.WallUs), timestamp, packets, octets);
    }

    public bool HasBegun => begun;

    /// <summary>Forgets what is kept to be sent again.</summary>
    public void Forget() => ring.Clear();
}
