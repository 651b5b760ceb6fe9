using System.Buffers.Binary;
using System.Net;

namespace Lapel.WebRtc;

/// <summary>
/// Where a datagram came from, without an allocation: an IPv6 address (IPv4 as ::ffff:a.b.c.d), a port, and which of our ports
/// it came in by. For a TCP connection <see cref="By"/> is the connection, so that nobody else's packets are taken for its own.
/// </summary>
readonly record struct WireAddress(ulong High, ulong Low, ushort Port, int By)
{
    const ulong MappedIPv4 = 0x0000_FFFF_0000_0000;

    public bool IsIPv4 => High == 0 && (Low & 0xFFFF_FFFF_0000_0000) == MappedIPv4;

    public static WireAddress Of(IPEndPoint end, int by)
    {
        Span<byte> bytes = stackalloc byte[16];
        end.Address.MapToIPv6().TryWriteBytes(bytes, out _);
        return new(
            BinaryPrimitives.ReadUInt64BigEndian(bytes),
            BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]),
            (ushort)end.Port,
            by
        );
    }

    public IPAddress Ip
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            BinaryPrimitives.WriteUInt64BigEndian(bytes, High);
            BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Low);
            var ip = new IPAddress(bytes);
            return ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip;
        }
    }

    public override string ToString() => new IPEndPoint(Ip, Port).ToString();
}
