using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Lapel.WebRtc;

/// <summary>
/// A STUN binding request (RFC 8489) as ICE sends it (RFC 8445), read in place. Every length is compared with what is left before it is used.
/// </summary>
readonly ref struct StunRequest
{
    public const int HeadBytes = 20;
    public const uint Cookie = 0x2112_A442;
    public const int MostBytes = 1280;

    readonly ReadOnlySpan<byte> whole;
    readonly int integrityAt;

    StunRequest(ReadOnlySpan<byte> whole, int integrityAt)
    {
        this.whole = whole;
        this.integrityAt = integrityAt;
    }

    public ReadOnlySpan<byte> Transaction => whole.Slice(8, 12);

    /// <summary>USERNAME: the answerer's fragment, a colon, the offerer's.</summary>
    public ReadOnlySpan<byte> Username { get; private init; }

    /// <summary>USE-CANDIDATE: the peer nominates this path.</summary>
    public bool Nominates { get; private init; }

    /// <summary>ICE-CONTROLLED: the peer believes that we lead, which a lite agent never does.</summary>
    public bool ClaimsControlled { get; private init; }

    /// <returns>False for anything that is not a whole binding request with integrity and a right fingerprint.</returns>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out StunRequest request)
    {
        request = default;
        if (bytes.Length is < HeadBytes or > MostBytes || (bytes.Length & 3) != 0)
            return false;
        if (BinaryPrimitives.ReadUInt16BigEndian(bytes) != (ushort)StunType.BindingRequest)
            return false;
        if (BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) != bytes.Length - HeadBytes)
            return false;
        if (BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]) != Cookie)
            return false;

        ReadOnlySpan<byte> username = default;
        bool nominates = false,
            controlled = false,
            fingerprinted = false;
        var integrityAt = 0;
        for (var at = HeadBytes; at + 4 <= bytes.Length; )
        {
            if (fingerprinted)
                return false; // FINGERPRINT is the last attribute (RFC 8489, 14.7)
            var type = (StunAttribute)BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
            if (length > bytes.Length - at - 4)
                return false;
            var value = bytes.Slice(at + 4, length);
            switch (type)
            {
                case StunAttribute.Fingerprint:
                    fingerprinted =
                        length == 4
                        && BinaryPrimitives.ReadUInt32BigEndian(value) == (Crc32.Of(bytes[..at]) ^ StunWriter.FingerprintMask);
                    if (!fingerprinted)
                        return false;
                    break;
                case var _ when integrityAt != 0:
                    break; // what follows MESSAGE-INTEGRITY is not covered by it, and is passed over (14.5)
                case StunAttribute.MessageIntegrity:
                    if (length != HMACSHA1.HashSizeInBytes)
                        return false;
                    integrityAt = at;
                    break;
                case StunAttribute.Username:
                    username = value;
                    break;
                case StunAttribute.UseCandidate:
                    nominates = true;
                    break;
                case StunAttribute.IceControlled:
                    controlled = true;
                    break;
                default:
                    break;
            }
            at += 4 + ((length + 3) & ~3);
        }
        if (integrityAt == 0 || !fingerprinted || username.IsEmpty)
            return false;
        request = new(bytes, integrityAt)
        {
            Username = username,
            Nominates = nominates,
            ClaimsControlled = controlled,
        };
        return true;
    }

    public bool IsSignedWith(ReadOnlySpan<byte> password) => StunIntegrity.Holds(whole, integrityAt, password);
}

static class StunIntegrity
{
    /// <summary>Whether whoever sent this knows the password: HMAC-SHA1 over the message up to MESSAGE-INTEGRITY, its length field as if it ended there.</summary>
    public static bool Holds(ReadOnlySpan<byte> whole, int integrityAt, ReadOnlySpan<byte> password)
    {
        Span<byte> signed = stackalloc byte[StunRequest.MostBytes];
        whole[..integrityAt].CopyTo(signed);
        BinaryPrimitives.WriteUInt16BigEndian(
            signed[2..],
            (ushort)(integrityAt - StunRequest.HeadBytes + 4 + HMACSHA1.HashSizeInBytes)
        );
        Span<byte> expected = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(password, signed[..integrityAt], expected);
        return CryptographicOperations.FixedTimeEquals(expected, whole.Slice(integrityAt + 4, HMACSHA1.HashSizeInBytes));
    }
}

enum StunType : ushort
{
    BindingRequest = 0x0001,
    BindingSuccess = 0x0101,
    BindingError = 0x0111,
}

enum StunAttribute : ushort
{
    Username = 0x0006,
    MessageIntegrity = 0x0008,
    ErrorCode = 0x0009,
    XorMappedAddress = 0x0020,
    Priority = 0x0024,
    UseCandidate = 0x0025,
    Fingerprint = 0x8028,
    IceControlled = 0x8029,
    IceControlling = 0x802A,
}
