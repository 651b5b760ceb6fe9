using System.Net;

namespace Lapel.WebRtc;

/// <summary>A STUN or TURN server that clients are told of (WHIP's Link header). The gateway itself needs none.</summary>
/// <param name="Url">As in <c>turn:turn.example.org:3478?transport=udp</c>.</param>
public sealed record IceServer(string Url, string? Username = null, string? Credential = null);

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

    public IReadOnlyList<IceServer> IceServers { get; init; } = [];

    public int MostStreams { get; init; } = 500;

    public int MostViewersPerStream { get; init; } = 200;

    /// <summary>How long an offer may wait for its first valid check and handshake.</summary>
    public TimeSpan ConnectWithin { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long viewers wait for a publisher that vanished, before they are sent away.</summary>
    public TimeSpan PublisherMayReturnWithin { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most that a publisher is asked to send (REMB), and the most of one layer that is kept for.</summary>
    public int MostBitrateKbps { get; init; } = 8000;
}
