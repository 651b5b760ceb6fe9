namespace Lapel.WebRtc;

/// <summary>What happened at the gateway. Told in order for a stream, outside of the packet path, to whoever listens.</summary>
/// <param name="At">The gateway's clock.</param>
public abstract record GatewayEvent(StreamKey Stream, PeerId Peer, Lease Lease, Instant At)
{
    /// <summary>Media can come: the publisher's handshake is done and its certificate is the offered one.</summary>
    public sealed record PublisherUp(StreamKey Stream, PeerId Peer, Lease Lease, Instant At)
        : GatewayEvent(Stream, Peer, Lease, At);

    /// <param name="Why">A stable word: left, lease-over, lease-ended, consent-lost, taken-over, stream-ended, never-connected, fingerprint, said-good-bye.</param>
    public sealed record PublisherDown(StreamKey Stream, PeerId Peer, Lease Lease, string Why, Instant At)
        : GatewayEvent(Stream, Peer, Lease, At);

    public sealed record ViewerJoined(StreamKey Stream, PeerId Peer, Lease Lease, Instant At)
        : GatewayEvent(Stream, Peer, Lease, At);

    /// <param name="Shown">How long media was sent to this viewer.</param>
    public sealed record ViewerLeft(StreamKey Stream, PeerId Peer, Lease Lease, string Why, Duration Shown, Instant At)
        : GatewayEvent(Stream, Peer, Lease, At);

    /// <summary>The first picture that a viewer can start with went to this viewer.</summary>
    /// <param name="SinceOffer">From its offer to that picture's first packet leaving.</param>
    public sealed record FirstKeyframe(StreamKey Stream, PeerId Peer, Lease Lease, Duration SinceOffer, Instant At)
        : GatewayEvent(Stream, Peer, Lease, At);

    /// <summary>Once a second for each viewer that gets pictures: from capture, by the publisher's corrected clock, to leaving the gateway, plus half
    /// the viewer's round trip.</summary>
    public sealed record DelayMeasured(StreamKey Stream, PeerId Peer, Lease Lease, Duration P50, Duration P95, Instant At)
        : GatewayEvent(Stream, Peer, Lease, At);
}

/// <summary>One connection as it stands.</summary>
/// <param name="LostFraction">Of the last interval that the receiving end reported, 0 to 1; null before the first report.</param>
/// <param name="RoundTrip">Null until it was measured.</param>
/// <param name="DelayP50">Capture to leaving the gateway and half a round trip; null for publishers and before the first sender report.</param>
/// <param name="EstimateKbps">What the viewer's network is believed to bear; null for publishers.</param>
/// <param name="Layer">Of simulcast; "stills" where the network carries no moving picture; null otherwise.</param>
public sealed record PeerStatistics(
    PeerId Peer,
    bool Connected,
    long Packets,
    long Bytes,
    double BitrateKbps,
    double? LostFraction,
    Duration? RoundTrip,
    Duration? DelayP50,
    Duration? DelayP95,
    double? EstimateKbps,
    long Retransmitted,
    string? Layer
);

/// <summary>Who watches: what the officer's screen shows.</summary>
public sealed record Watcher(PeerId Peer, Lease Lease, Instant Joined, PeerStatistics Statistics);
