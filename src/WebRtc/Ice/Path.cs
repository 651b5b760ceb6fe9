namespace Lapel.WebRtc;

/// <summary>One way to reach one peer, which proved by a STUN check that it is there: a UDP address, or an ICE-TCP connection.</summary>
sealed class Path
{
    readonly SocketAddressBytes address;

    Path(WireAddress remote, int fd, SocketAddressBytes address, TcpConnection? connection, Peer owner)
    {
        Remote = remote;
        Fd = fd;
        this.address = address;
        Connection = connection;
        Owner = owner;
    }

    public WireAddress Remote { get; }

    /// <summary>The UDP socket to send by; -1 for a connection.</summary>
    public int Fd { get; }

    public TcpConnection? Connection { get; }

    public Peer Owner { get; }

    public bool IsClosed => Connection is { IsClosed: true };

    public ref readonly SocketAddressBytes Address => ref address;

    public static Path To(in Arrival arrival, Peer owner) =>
        new(arrival.From, arrival.Fd, SocketAddressBytes.Of(arrival.From), arrival.Connection, owner);
}

/// <summary>What a packet came with besides its bytes.</summary>
readonly struct Arrival(WireAddress from, int fd, TcpConnection? connection, Moment at)
{
    public WireAddress From => from;
    public int Fd => fd;
    public TcpConnection? Connection => connection;
    public Moment At => at;
}

/// <summary>One reading of both clocks, taken once for a batch of packets.</summary>
/// <param name="Us">Monotonic microseconds: for intervals.</param>
/// <param name="WallUs">Microseconds since 1970, UTC, this machine's clock: for leases and captured-at.</param>
readonly record struct Moment(long Us, long WallUs)
{
    public static Moment Of(TimeProvider clock)
    {
        var ticks = clock.GetTimestamp();
        var us = (long)(ticks * (1e6 / clock.TimestampFrequency));
        return new(us, (clock.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / 10);
    }
}
