using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Lapel.WebRtc;

/// <summary>Writes a STUN message into a buffer; nothing is allocated.</summary>
ref struct StunWriter
{
    public const uint FingerprintMask = 0x5354_554E; // "STUN"

    readonly Span<byte> to;
    int at = StunRequest.HeadBytes;

    public StunWriter(Span<byte> to, StunType type, ReadOnlySpan<byte> transaction)
    {
        this.to = to;
        BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)type);
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], StunRequest.Cookie);
        transaction.CopyTo(to[8..]);
    }

    /// <summary>XOR-MAPPED-ADDRESS: what the peer looks like from here.</summary>
    public void MappedAddress(WireAddress peer)
    {
        Span<byte> value = stackalloc byte[20];
        var length = peer.IsIPv4 ? 8 : 20;
        BinaryPrimitives.WriteUInt16BigEndian(value, (ushort)(peer.IsIPv4 ? 1 : 2));
        BinaryPrimitives.WriteUInt16BigEndian(value[2..], (ushort)(peer.Port ^ (StunRequest.Cookie >> 16)));
        if (peer.IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(value[4..], (uint)peer.Low ^ StunRequest.Cookie);
        }
        else
        {
            BinaryPrimitives.WriteUInt64BigEndian(value[4..], peer.High);
            BinaryPrimitives.WriteUInt64BigEndian(value[12..], peer.Low);
            for (var i = 0; i < 16; i++)
                value[4 + i] ^= to[4 + i]; // cookie and transaction stand one after the other in the head
        }
        Attribute(StunAttribute.XorMappedAddress, value[..length]);
    }

    /// <summary>ERROR-CODE 487: both sides believe the other leads (RFC 8445, 7.3.1.1).</summary>
    public void RoleConflict() => Attribute(StunAttribute.ErrorCode, [0, 0, 4, 87, .. "Role Conflict"u8]);

    public void Attribute(StunAttribute type, scoped ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to[at..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(to[(at + 2)..], (ushort)value.Length);
        value.CopyTo(to[(at + 4)..]);
        var padded = (value.Length + 3) & ~3;
        to.Slice(at + 4 + value.Length, padded - value.Length).Clear();
        at += 4 + padded;
    }

    /// <summary>MESSAGE-INTEGRITY and FINGERPRINT, each over what stands before it.</summary>
    /// <returns>The message's length.</returns>
    public int Finish(scoped ReadOnlySpan<byte> password)
    {
        Span<byte> tag = stackalloc byte[HMACSHA1.HashSizeInBytes];
        SetLength(4 + tag.Length);
        HMACSHA1.HashData(password, to[..at], tag);
        Attribute(StunAttribute.MessageIntegrity, tag);
        SetLength(8);
        Span<byte> check = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(check, Crc32.Of(to[..at]) ^ FingerprintMask);
        Attribute(StunAttribute.Fingerprint, check);
        return at;
    }

    readonly void SetLength(int more) =>
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], (ushort)(at - StunRequest.HeadBytes + more));
}

/// <summary>CRC-32 of ITU V.42, as STUN's FINGERPRINT has it. A checksum, not a secret: it tells STUN from other packets.</summary>
static class Crc32
{
    static readonly uint[] Table = MakeTable();

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
            crc = Table[(byte)(crc ^ b)] ^ (crc >> 8);
        return ~crc;
    }

    static uint[] MakeTable()
    {
        var table = new uint[256];
        for (uint n = 0; n < table.Length; n++)
        {
            var c = n;
            for (var k = 0; k < 8; k++)
                c = (c & 1) != 0 ? 0xEDB8_8320 ^ (c >> 1) : c >> 1;
            table[n] = c;
        }
        return table;
    }
}
