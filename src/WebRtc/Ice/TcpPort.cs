using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Lapel.WebRtc;

/// <summary>
/// ICE-TCP, passive (RFC 6544), for networks that let no UDP out: each packet behind two bytes of length (RFC 4571). Connections are few
/// and prove themselves with a STUN check at once, or are closed.
/// </summary>
sealed class TcpPort
{
    const int MostConnections = 512;
    const int MostPerAddress = 16;
    static readonly TimeSpan ProveWithin = TimeSpan.FromSeconds(10);

    readonly Socket listener;
    readonly IPackets packets;
    readonly TimeProvider clock;
    readonly ConcurrentDictionary<int, TcpConnection> connections = new();
    readonly CancellationTokenSource closing = new();
    Task accepting = Task.CompletedTask;
    int lastNumber = 1 << 16; // above every UDP port's number in a WireAddress

    public TcpPort(IPEndPoint bind, IPackets packets, TimeProvider clock)
    {
        this.packets = packets;
        this.clock = clock;
        listener = new(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(bind.AddressFamily == AddressFamily.InterNetworkV6 ? bind : new(bind.Address.MapToIPv6(), bind.Port));
        Bound = (IPEndPoint)listener.LocalEndPoint!;
    }

    public IPEndPoint Bound { get; }

    public int Connections => connections.Count;

    public void Start()
    {
        listener.Listen(64);
        accepting = Task.Run(Accept);
    }

    async Task Accept()
    {
        while (!closing.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(closing.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                continue; // gone before it was taken
            }
            var remote = ((IPEndPoint)socket.RemoteEndPoint!).Address;
            if (connections.Count >= MostConnections || connections.Values.Count(c => c.Remote.Equals(remote)) >= MostPerAddress)
            {
                socket.Dispose();
                continue;
            }
            var number = ++lastNumber;
            var connection = new TcpConnection(socket, number);
            connections[number] = connection;
            _ = Serve(connection);
        }
    }

    async Task Serve(TcpConnection connection)
    {
        var buffer = new byte[2 + 2048];
        using var burst = new Burst(packets.Counters);
        using var unproved = CancellationTokenSource.CreateLinkedTokenSource(closing.Token);
        unproved.CancelAfter(ProveWithin);
        try
        {
            var held = 0;
            while (true)
            {
                var stop = connection.IsProved ? closing.Token : unproved.Token;
                var got = await connection.Socket.ReceiveAsync(buffer.AsMemory(held), stop);
                if (got == 0)
                    return;
                held += got;
                var used = TakeFrames(connection, buffer.AsSpan(0, held), burst);
                if (used < 0)
                    return; // a frame that no packet of ours is as long as: not one of us
                buffer.AsSpan(used, held - used).CopyTo(buffer);
                held -= used;
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Ended by us, by the peer or by the network; the peer's own timers decide what that means.
        }
        finally
        {
            connection.Close();
            connections.TryRemove(connection.Number, out _);
        }
    }

    int TakeFrames(TcpConnection connection, Span<byte> held, Burst burst)
    {
        var used = 0;
        try
        {
            while (held.Length - used >= 2)
            {
                int length = BinaryPrimitives.ReadUInt16BigEndian(held[used..]);
                if (length > 2048)
                    return -1;
                if (held.Length - used - 2 < length)
                    break;
                var arrival = new Arrival(connection.Address, -1, connection, Moment.Of(clock));
                if (length > 0)
                    packets.Take(held.Slice(used + 2, length), arrival, burst);
                used += 2 + length;
            }
        }
        finally
        {
            burst.End();
        }
        return used;
    }

    public async Task Close()
    {
        await closing.CancelAsync();
        listener.Dispose();
        await accepting;
        foreach (var connection in connections.Values)
            connection.Close();
    }
}

/// <summary>One ICE-TCP connection. What cannot be sent soon is dropped: live pictures do not wait.</summary>
sealed class TcpConnection(Socket socket, int number)
{
    const int MostWaitingBytes = 256 * 1024;

    readonly Lock turn = new();
    byte[] waiting = new byte[MostWaitingBytes];
    byte[] leaving = new byte[MostWaitingBytes];
    int waitingBytes;
    bool sending;

    public Socket Socket => socket;

    public int Number => number;

    public IPAddress Remote { get; } = ((IPEndPoint)socket.RemoteEndPoint!).Address;

    public WireAddress Address { get; } = WireAddress.Of((IPEndPoint)socket.RemoteEndPoint!, number);

    /// <summary>A STUN check with a right password came by it.</summary>
    public bool IsProved { get; set; }

    public bool IsClosed { get; private set; }

    public void Send(ReadOnlySpan<byte> packet)
    {
        lock (turn)
        {
            if (IsClosed || waitingBytes + 2 + packet.Length > MostWaitingBytes)
                return;
            BinaryPrimitives.WriteUInt16BigEndian(waiting.AsSpan(waitingBytes), (ushort)packet.Length);
            packet.CopyTo(waiting.AsSpan(waitingBytes + 2));
            waitingBytes += 2 + packet.Length;
            if (sending)
                return;
            sending = true;
        }
        _ = Drain();
    }

    async Task Drain()
    {
        try
        {
            while (true)
            {
                int length;
                lock (turn)
                {
                    if (waitingBytes == 0 || IsClosed)
                    {
                        sending = false;
                        return;
                    }
                    (waiting, leaving) = (leaving, waiting);
                    length = waitingBytes;
                    waitingBytes = 0;
                }
                for (var at = 0; at < length; )
                    at += await socket.SendAsync(leaving.AsMemory(at, length - at), SocketFlags.None);
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            Close();
        }
    }

    public void Close()
    {
        lock (turn)
        {
            if (IsClosed)
                return;
            IsClosed = true;
        }
        socket.Dispose();
    }
}
