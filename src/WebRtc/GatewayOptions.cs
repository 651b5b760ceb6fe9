using System.Net;

namespace Lapel.WebRtc;

/// <summary>How a gateway stands on the network, and how much it takes.</summary>
public sealed record GatewayOptions
{
    /// <summary>Addresses to listen on. <c>::</c> takes IPv4 as well; name two for two interfaces.</summary>
    public IReadOnlyList<IPAddress> Bind { get; init; } = [IPAddress.IPv6Any];

    /// <summary>The one UDP port that all media and every handshake go through; 0 for one that is free (tests).</summary>
    public int UdpPort { get; init; } = 8189;

    /// <summary>ICE-TCP for networks without UDP; null for none, 0 for a free one.</summary>
    public int? TcpPort { get; init; } = 8189;

    /// <summary>Addresses to put into answers, for instance the public one of a router; empty for the machine's own.</summary>
    public IReadOnlyList<IPAddress> Announce { get; init; } = [];

    /// <summary>Named to whoever is let in, for networks that carry neither UDP nor TCP to here.</summary>
    public TurnServers? Turn { get; init; }

    public int MostStreams { get; init; } = 500;

    public int MostViewersPerStream { get; init; } = 200;

    /// <summary>How long an offer may wait for its first valid check and handshake.</summary>
    public TimeSpan ConnectWithin { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long viewers wait for a publisher that vanished, before they are sent away.</summary>
    public TimeSpan PublisherMayReturnWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most that a publisher is asked to send (REMB), and the most of one layer that is kept for.</summary>
    public int MostBitrateKbps { get; init; } = 8000;
}
