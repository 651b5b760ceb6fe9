using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lapel.WebRtc;

/// <summary>struct sockaddr_in6. Every socket of the gateway is IPv6 and takes IPv4 as mapped addresses.</summary>
[InlineArray(28)]
struct SocketAddressBytes
{
    public const int Length = 28;
    const ushort AddressFamilyInet6 = 10;

    byte first;

    public static SocketAddressBytes Of(WireAddress address)
    {
        SocketAddressBytes bytes = default;
        Span<byte> to = bytes;
        MemoryMarshal.Write(to, AddressFamilyInet6);
        BinaryPrimitives.WriteUInt16BigEndian(to[2..], address.Port);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], address.High);
        BinaryPrimitives.WriteUInt64BigEndian(to[16..], address.Low);
        return bytes;
    }

    public static WireAddress Read(ReadOnlySpan<byte> from, int by) =>
        new(
            BinaryPrimitives.ReadUInt64BigEndian(from[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(from[16..]),
            BinaryPrimitives.ReadUInt16BigEndian(from[2..]),
            by
        );
}

/// <summary>The three calls for many datagrams at once that .NET's Socket does not have. Layouts are Linux's on 64 bits.</summary>
static unsafe partial class Libc
{
    public const int WaitForOne = 0x10000; // MSG_WAITFORONE: block for the first, take what else is there
    public const int DoNotWait = 0x40; // MSG_DONTWAIT
    public const int NoSignal = 0x4000; // MSG_NOSIGNAL
    public const int SolUdp = 17;
    public const int UdpSegment = 103; // UDP_SEGMENT, linux/udp.h

    [StructLayout(LayoutKind.Sequential)]
    public struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHead
    {
        public void* Name;
        public uint NameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Message
    {
        public MessageHead Head;
        public uint Length;
    }

    /// <summary>struct cmsghdr with a __u16 behind it, padded to the next eight bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct SegmentControl
    {
        public nuint Length;
        public int Level;
        public int Type;
        public ushort SegmentBytes;
        public ushort Pad1;
        public uint Pad2;

        public const int MeaningfulBytes = 16 + 2;
    }

    [LibraryImport("libc", SetLastError = true)]
    public static partial int recvmmsg(int fd, Message* messages, uint count, int flags, void* timeout);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int sendmmsg(int fd, Message* messages, uint count, int flags);
}
