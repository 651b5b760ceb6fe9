using System.Buffers.Binary;

namespace Lapel.WebRtc;

/// <summary>Writes a compound RTCP packet into a buffer, part after part; nothing is allocated.</summary>
ref struct RtcpWriter(Span<byte> to)
{
    readonly Span<byte> to = to;

    public int LengthBytes { get; private set; }

    readonly Span<byte> Left => to[LengthBytes..];

    void Head(RtcpType type, int count, int bodyBytes)
    {
        var at = Left;
        at[0] = (byte)(0x80 | count);
        at[1] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(at[2..], (ushort)(bodyBytes / 4));
        LengthBytes += 4;
    }

    void Word(uint word)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Left, word);
        LengthBytes += 4;
    }

    public void SenderReport(uint ssrc, ulong ntp, uint timestamp, uint packets, uint octets)
    {
        Head(RtcpType.SenderReport, 0, 24);
        Word(ssrc);
        Word((uint)(ntp >> 32));
        Word((uint)ntp);
        Word(timestamp);
        Word(packets);
        Word(octets);
    }

    /// <summary>A receiver report to which <see cref="Block"/> adds its blocks, as many as said here.</summary>
    public void ReceiverReport(uint ssrc, int blocks)
    {
        Head(RtcpType.ReceiverReport, blocks, 4 + (blocks * ReportBlock.LengthBytes));
        Word(ssrc);
    }

    public void Block(in ReportBlock block)
    {
        Word(block.Ssrc);
        Word(((uint)block.LostFraction << 24) | ((uint)Math.Clamp(block.LostTotal, -0x80_0000, 0x7F_FFFF) & 0xFF_FFFF));
        Word(block.Highest);
        Word(block.Jitter);
        Word(block.LastReport);
        Word(block.Delay);
    }

    /// <summary>The one canonical name of every source here: "lapel".</summary>
    public void SourceDescription(uint ssrc)
    {
        Head(RtcpType.SourceDescription, 1, 12);
        Word(ssrc);
        ReadOnlySpan<byte> item = [1, 5, .. "lapel"u8, 0];
        item.CopyTo(Left);
        LengthBytes += item.Length;
    }

    public void Bye(uint ssrc)
    {
        Head(RtcpType.Bye, 1, 4);
        Word(ssrc);
    }

    /// <summary>Extended report with the receiver's reference time (RFC 3611, 4.4): who answers it with DLRR tells us the round trip.</summary>
    public void ReferenceTime(uint ssrc, ulong ntp)
    {
        Head(RtcpType.ExtendedReport, 0, 16);
        Word(ssrc);
        Word((4u << 24) | 2);
        Word((uint)(ntp >> 32));
        Word((uint)ntp);
    }

    /// <summary>Extended report that answers a reference time (RFC 3611, 4.5).</summary>
    public void SinceReference(uint ssrc, uint receiver, uint reference, uint delay)
    {
        Head(RtcpType.ExtendedReport, 0, 20);
        Word(ssrc);
        Word((5u << 24) | 3);
        Word(receiver);
        Word(reference);
        Word(delay);
    }

    public void PictureLoss(uint ssrc, uint media)
    {
        Head(RtcpType.PayloadFeedback, 1, 8);
        Word(ssrc);
        Word(media);
    }

    public void FullIntra(uint ssrc, uint media, byte number)
    {
        Head(RtcpType.PayloadFeedback, 4, 16);
        Word(ssrc);
        Word(0);
        Word(media);
        Word((uint)number << 24);
    }

    /// <summary>Asks for lost packets: each is a sequence number and a mask of the sixteen after it (RFC 4585, 6.2.1).</summary>
    public void Nack(uint ssrc, uint media, scoped ReadOnlySpan<ushort> ascending)
    {
        var head = LengthBytes;
        LengthBytes += 4;
        Word(ssrc);
        Word(media);
        for (var i = 0; i < ascending.Length; )
        {
            var first = ascending[i++];
            ushort mask = 0;
            while (i < ascending.Length && (ushort)(ascending[i] - first) is > 0 and <= 16 and var distance)
            {
                mask |= (ushort)(1 << (distance - 1));
                i++;
            }
            Word(((uint)first << 16) | mask);
        }
        var end = LengthBytes;
        LengthBytes = head;
        Head(RtcpType.TransportFeedback, 1, end - head - 4);
        LengthBytes = end;
    }

    public void BitrateEstimate(uint ssrc, uint media, long bitsPerSecond)
    {
        var exponent = 0;
        while (bitsPerSecond >> exponent > 0x3_FFFF)
            exponent++;
        Head(RtcpType.PayloadFeedback, 15, 20);
        Word(ssrc);
        Word(0);
        "REMB"u8.CopyTo(Left);
        LengthBytes += 4;
        Word((1u << 24) | ((uint)exponent << 18) | (uint)(bitsPerSecond >> exponent));
        Word(media);
    }

    /// <summary>A part that was written elsewhere.</summary>
    public void Part(scoped ReadOnlySpan<byte> part)
    {
        part.CopyTo(Left);
        LengthBytes += part.Length;
    }
}
