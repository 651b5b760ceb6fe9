using System.Buffers.Binary;

namespace Lapel.WebRtc;

/// <summary>An RTP packet (RFC 3550, 5.1) read where it lies, already authenticated; a sender may still have written nonsense into it.</summary>
readonly ref struct RtpPacket
{
    public const int HeadBytes = 12;

    /// <summary>What fits an Ethernet frame; longer ones were never sent by a WebRTC client.</summary>
    public const int MostBytes = 1500;

    const ushort OneByteExtensions = 0xBEDE;

    readonly ReadOnlySpan<byte> whole;
    readonly int extensionsAt;
    readonly int extensionsLength;
    readonly int payloadAt;

    RtpPacket(ReadOnlySpan<byte> whole, int extensionsAt, int extensionsLength, int payloadAt)
    {
        this.whole = whole;
        this.extensionsAt = extensionsAt;
        this.extensionsLength = extensionsLength;
        this.payloadAt = payloadAt;
    }

    public bool Marker => (whole[1] & 0x80) != 0;

    public byte PayloadType => (byte)(whole[1] & 0x7F);

    public ushort Sequence => BinaryPrimitives.ReadUInt16BigEndian(whole[2..]);

    public uint Timestamp => BinaryPrimitives.ReadUInt32BigEndian(whole[4..]);

    public uint Ssrc => BinaryPrimitives.ReadUInt32BigEndian(whole[8..]);

    public bool HasPadding => (whole[0] & 0x20) != 0;

    public int HeaderBytes => payloadAt;

    /// <summary>The payload with its padding, as it goes on to viewers.</summary>
    public ReadOnlySpan<byte> PayloadAndPadding => whole[payloadAt..];

    /// <summary>The payload alone; empty for a packet that is all padding (a probe of the sender's).</summary>
    public ReadOnlySpan<byte> Payload => HasPadding ? whole[payloadAt..^whole[^1]] : whole[payloadAt..];

    public static bool TryRead(ReadOnlySpan<byte> bytes, out RtpPacket packet)
    {
        packet = default;
        if (bytes.Length is < HeadBytes or > MostBytes || (bytes[0] & 0xC0) != 0x80)
            return false;
        var at = HeadBytes + (4 * (bytes[0] & 0x0F));
        int extensionsAt = 0,
            extensionsLength = 0;
        if ((bytes[0] & 0x10) != 0)
        {
            if (bytes.Length < at + 4)
                return false;
            extensionsAt = at;
            extensionsLength = 4 * BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
            at += 4 + extensionsLength;
        }
        if (at > bytes.Length)
            return false;
        if ((bytes[0] & 0x20) != 0 && (bytes.Length == at || bytes[^1] == 0 || bytes[^1] > bytes.Length - at))
            return false;
        packet = new(bytes, extensionsAt, extensionsLength, at);
        return true;
    }

    /// <summary>A header extension's bytes (RFC 8285, both forms); empty when it is not there.</summary>
    public ReadOnlySpan<byte> Extension(int id)
    {
        if (extensionsLength == 0 || id == 0)
            return default;
        var profile = BinaryPrimitives.ReadUInt16BigEndian(whole[extensionsAt..]);
        var elements = whole.Slice(extensionsAt + 4, extensionsLength);
        if (profile != OneByteExtensions && (profile & 0xFFF0) != 0x1000)
            return default;
        for (var at = 0; at < elements.Length; )
        {
            if (elements[at] == 0)
            {
                at++; // padding
                continue;
            }
            int found,
                length;
            if (profile == OneByteExtensions)
            {
                found = elements[at] >> 4;
                length = (elements[at] & 0x0F) + 1;
                at++;
                if (found == 15)
                    return default; // reserved: the rest is to be left alone
            }
            else
            {
                if (at + 2 > elements.Length)
                    return default;
                found = elements[at];
                length = elements[at + 1];
                at += 2;
            }
            if (length > elements.Length - at)
                return default;
            if (found == id)
                return elements.Slice(at, length);
            at += length;
        }
        return default;
    }

    /// <summary>
    /// Turns a retransmission (RFC 4588) back into the packet that was lost, in place: the header moves over the two bytes of original
    /// sequence number.
    /// </summary>
    /// <returns>The restored packet's bytes; empty when there is nothing in it.</returns>
    public static Span<byte> Restore(Span<byte> rtx, byte payloadType, uint ssrc)
    {
        if (!TryRead(rtx, out var packet) || packet.Payload.Length < 2)
            return default;
        var header = packet.payloadAt;
        var sequence = BinaryPrimitives.ReadUInt16BigEndian(rtx[header..]);
        rtx[..header].CopyTo(rtx[2..]);
        var restored = rtx[2..];
        restored[1] = (byte)((restored[1] & 0x80) | payloadType);
        BinaryPrimitives.WriteUInt16BigEndian(restored[2..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(restored[8..], ssrc);
        return restored;
    }
}
