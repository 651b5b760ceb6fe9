using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Lapel.WebRtc;

/// <summary>
/// The answer to a binding request (RFC 8489), read in place as strictly as <see cref="StunRequest"/>: whole, with integrity and a right
/// fingerprint. The address in it is not read: what the other end thinks of ours changes nothing here.
/// </summary>
readonly ref struct StunReply
{
    readonly ReadOnlySpan<byte> whole;
    readonly int integrityAt;

    StunReply(ReadOnlySpan<byte> whole, int integrityAt)
    {
        this.whole = whole;
        this.integrityAt = integrityAt;
    }

    public ReadOnlySpan<byte> Transaction => whole.Slice(8, 12);

    /// <summary>False for an error, as a role conflict: the check counts for nothing then.</summary>
    public bool IsSuccess => BinaryPrimitives.ReadUInt16BigEndian(whole) == (ushort)StunType.BindingSuccess;

    public bool IsSignedWith(ReadOnlySpan<byte> password) => StunIntegrity.Holds(whole, integrityAt, password);

    public static bool TryRead(ReadOnlySpan<byte> bytes, out StunReply reply)
    {
        reply = default;
        if (bytes.Length is < StunRequest.HeadBytes or > StunRequest.MostBytes || (bytes.Length & 3) != 0)
            return false;
        if (BinaryPrimitives.ReadUInt16BigEndian(bytes) is not ((ushort)StunType.BindingSuccess or (ushort)StunType.BindingError))
            return false;
        if (
            BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) != bytes.Length - StunRequest.HeadBytes
            || BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) != StunRequest.Cookie
        )
            return false;
        var integrityAt = 0;
        for (var at = StunRequest.HeadBytes; at + 4 <= bytes.Length; )
        {
            var type = (StunAttribute)BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
            if (length > bytes.Length - at - 4)
                return false;
            if (type == StunAttribute.MessageIntegrity && integrityAt == 0)
            {
                if (length != HMACSHA1.HashSizeInBytes)
                    return false;
                integrityAt = at;
            }
            if (type == StunAttribute.Fingerprint)
            {
                var right =
                    length == 4
                    && at + 8 == bytes.Length
                    && BinaryPrimitives.ReadUInt32BigEndian(bytes[(at + 4)..])
                        == (Crc32.Of(bytes[..at]) ^ StunWriter.FingerprintMask);
                reply = new(bytes, integrityAt);
                return right && integrityAt != 0;
            }
            at += 4 + ((length + 3) & ~3);
        }
        return false;
    }
}
