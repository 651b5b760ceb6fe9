using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Lapel.WebRtc;

/// <summary>
/// One UDP address and the thread that reads it: up to 64 datagrams a call, each worked through where it lies. IPv4 and IPv6 share a socket
/// where the address is [::].
/// </summary>
sealed unsafe class UdpPort
{
    const int Batch = 64;
    const int BufferBytes = 2048;
    const int SocketBufferBytes = 4 * 1024 * 1024;

    readonly Socket socket;
    readonly int by;
    readonly IPackets packets;
    readonly TimeProvider clock;
    readonly Thread thread;
    volatile bool closing;

    public UdpPort(IPEndPoint bind, int by, IPackets packets, TimeProvider clock)
    {
        this.by = by;
        this.packets = packets;
        this.clock = clock;
        socket = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
        socket.ReceiveBufferSize = SocketBufferBytes;
        socket.SendBufferSize = SocketBufferBytes;
        socket.Bind(bind.AddressFamily == AddressFamily.InterNetworkV6 ? bind : new(bind.Address.MapToIPv6(), bind.Port));
        Bound = (IPEndPoint)socket.LocalEndPoint!;
        thread = new(Receive) { IsBackground = true, Name = $"live udp {Bound}" };
    }

    public IPEndPoint Bound { get; }

    public void Start() => thread.Start();

    void Receive()
    {
        var fd = (int)socket.Handle;
        var memory = (byte*)NativeMemory.AlignedAlloc(Batch * BufferBytes, 64);
        var messages = (Libc.Message*)NativeMemory.AllocZeroed(Batch, (nuint)sizeof(Libc.Message));
        var vectors = (Libc.IoVector*)NativeMemory.AllocZeroed(Batch, (nuint)sizeof(Libc.IoVector));
        var names = (SocketAddressBytes*)NativeMemory.AllocZeroed(Batch, SocketAddressBytes.Length);
        using var burst = new Burst(packets.Counters);
        for (var i = 0; i < Batch; i++)
        {
            vectors[i] = new() { Base = memory + (i * BufferBytes), Length = BufferBytes };
            messages[i].Head.Vectors = &vectors[i];
            messages[i].Head.VectorCount = 1;
            messages[i].Head.Name = &names[i];
        }
        try
        {
            while (!closing)
            {
                for (var i = 0; i < Batch; i++)
                    messages[i].Head.NameLength = SocketAddressBytes.Length;
                var got = Libc.recvmmsg(fd, messages, Batch, Libc.WaitForOne, null);
                if (got <= 0)
                    continue; // interrupted, or an ICMP error of some peer's: neither ends the port
                var now = Moment.Of(clock);
                for (var i = 0; i < got && !closing; i++)
                {
                    var from = SocketAddressBytes.Read(new(&names[i], SocketAddressBytes.Length), by);
                    var arrival = new Arrival(from, fd, null, now);
                    Take(new Span<byte>(memory + (i * BufferBytes), (int)messages[i].Length), arrival, burst);
                }
                burst.End();
            }
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
            NativeMemory.Free(messages);
            NativeMemory.Free(vectors);
            NativeMemory.Free(names);
        }
    }

    // One packet that finds a mistake of ours must not silence every stream of the port: it is counted, and the next one is read.
    void Take(Span<byte> packet, in Arrival arrival, Burst burst)
    {
        try
        {
            packets.Take(packet, arrival, burst);
        }
        catch (Exception)
        {
            Interlocked.Increment(ref packets.Counters.Faults);
        }
    }

    /// <summary>Ends the thread before the socket, so that nothing is ever sent by a number that the system gave to somebody else.</summary>
    public void Close()
    {
        closing = true;
        if (thread.IsAlive)
        {
            // shutdown() does not wake a reader of an unconnected UDP socket everywhere; a datagram to ourselves does.
            using var waker = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp) { DualMode = true };
            var to = Bound.Address.Equals(IPAddress.IPv6Any) ? new IPEndPoint(IPAddress.IPv6Loopback, Bound.Port) : Bound;
            do
            {
                try
                {
                    waker.SendTo([0xFF], to);
                }
                catch (SocketException)
                {
                    waker.SendTo([0xFF], new IPEndPoint(IPAddress.Loopback.MapToIPv6(), Bound.Port));
                }
            } while (!thread.Join(20));
        }
        socket.Dispose();
    }
}

/// <summary>Who takes what the ports receive.</summary>
interface IPackets
{
    GatewayCounters Counters { get; }

    /// <summary>One datagram, or one frame of a connection. The bytes may be changed in place and are lent for the call only.</summary>
    void Take(Span<byte> packet, in Arrival arrival, Burst burst);
}

/// <summary>What came in and was not wanted; read by operators and tests.</summary>
sealed class GatewayCounters
{
    public long Packets;
    public long NotUnderstood;
    public long StunRefused;
    public long FromUnknownAddress;
    public long NotAuthentic;
    public long Replayed;
    public long SendFailures;
    public long HandshakesRefused;

    /// <summary>Packets and ticks at which this program made a mistake; 0, or somebody should look.</summary>
    public long Faults;
}
