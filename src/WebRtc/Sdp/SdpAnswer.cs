using System.Globalization;
using System.Net;
using System.Text;

namespace Lapel.WebRtc;

/// <summary>What one accepted media section was agreed to be.</summary>
/// <param name="Ssrc">What a viewer's packets are sent under; 0 towards a publisher.</param>
/// <param name="RtxSsrc">What its retransmissions are sent under; 0 without RTX.</param>
sealed record AgreedMedia(SdpMedia Offered, SdpCodec Codec, uint Ssrc = 0, uint RtxSsrc = 0)
{
    // Looked up once: packets ask for them. 0 where the extension was not offered.
    public int MidId { get; } = IdOf(Offered, Extension.Mid);
    public int RidId { get; } = IdOf(Offered, Extension.Rid);
    public int RepairedRidId { get; } = IdOf(Offered, Extension.RepairedRid);
    public int AudioLevelId { get; } = IdOf(Offered, Extension.AudioLevel);
    public int OrientationId { get; } = IdOf(Offered, Extension.Orientation);
    public int SendTimeId { get; } = IdOf(Offered, Extension.AbsoluteSendTime);
    public int CaptureTimeId { get; } = IdOf(Offered, Extension.AbsoluteCaptureTime);
    public int TransportSequenceId { get; } = IdOf(Offered, Extension.TransportSequence);

    public bool IsVideo { get; } = Offered.Kind == MediaKind.Video;

    static int IdOf(SdpMedia offered, string extension) => offered.Extensions.GetValueOrDefault(extension);
}

/// <summary>
/// The answer to an offer: one transport (bundle, rtcp-mux, ice-lite, passive DTLS), one codec a section, and of the feedback and extensions
/// offered those that the gateway acts on. Sections that it does not take are answered with port 0.
/// </summary>
sealed class SdpAnswer
{
    /// <summary>Towards a publisher: what the gateway asks for and reads.</summary>
    public static readonly string[] PublisherFeedback = ["nack", "nack pli", "ccm fir", "transport-cc", "goog-remb"];

    /// <summary>Towards a viewer: what the gateway takes and acts on. Its estimate comes from REMB and from loss; rrtr lets it know
    /// the round trip, without which it cannot say when a picture was captured.</summary>
    public static readonly string[] ViewerFeedback = ["nack", "nack pli", "ccm fir", "goog-remb", "rrtr"];

    public static readonly string[] PublisherExtensions =
    [
        Extension.Mid,
        Extension.Rid,
        Extension.RepairedRid,
        Extension.AudioLevel,
        Extension.Orientation,
        Extension.AbsoluteCaptureTime,
        Extension.TransportSequence,
    ];

    public static readonly string[] ViewerExtensions =
    [
        Extension.Mid,
        Extension.AudioLevel,
        Extension.Orientation,
        Extension.AbsoluteCaptureTime,
        Extension.AbsoluteSendTime,
    ];

    public required SdpOffer Offer { get; init; }
    public required IReadOnlyList<AgreedMedia> Agreed { get; init; }

    /// <summary>
    /// Sections that are taken but carry nothing. Refusing them would be the same to a reader, but the first section of a bundle holds its
    /// transport, and a browser whose first section is refused loses the whole of it.
    /// </summary>
    public required IReadOnlyList<AgreedMedia> Idle { get; init; }
    public required IceCredentials Ice { get; init; }
    public required string Fingerprint { get; init; }
    public required IReadOnlyList<IceCandidate> Candidates { get; init; }

    /// <summary>True when the gateway sends (a viewer's answer).</summary>
    public required bool Sends { get; init; }

    public required ulong SessionNumber { get; init; }

    public override string ToString()
    {
        var text = new StringBuilder(2048);
        void Line(string line) => text.Append(line).Append("\r\n");
        Line("v=0");
        Line(string.Create(CultureInfo.InvariantCulture, $"o=- {SessionNumber} 1 IN IP4 0.0.0.0"));
        Line("s=-");
        Line("t=0 0");
        Line("a=ice-lite");
        var taken = Offer.Media.Where(m => Agreed.Concat(Idle).Any(a => a.Offered == m)).Select(m => m.Mid);
        Line($"a=group:BUNDLE {string.Join(' ', taken)}");
        Line($"a=msid-semantic: WMS {(Sends ? "lapel" : "*")}");
        foreach (var media in Offer.Media)
        {
            if (Agreed.FirstOrDefault(a => a.Offered == media) is { } agreed)
                Section(agreed, idle: false, Line);
            else if (Idle.FirstOrDefault(a => a.Offered == media) is { } idle)
                Section(idle, idle: true, Line);
            else
                Refuse(media, Line);
        }
        return text.ToString();
    }

    static void Refuse(SdpMedia media, Action<string> line)
    {
        line($"m={media.KindText} 0 {media.Proto} {media.Formats.Split(' ')[0]}");
        line("c=IN IP4 0.0.0.0");
        line("a=inactive");
        if (media.Mid.Length > 0)
            line($"a=mid:{media.Mid}");
    }

    void Section(AgreedMedia agreed, bool idle, Action<string> line)
    {
        var (media, codec) = (agreed.Offered, agreed.Codec);
        line($"m={media.KindText} 9 UDP/TLS/RTP/SAVPF {codec.PayloadType}{(codec.Rtx is { } and ? $" {and}" : "")}");
        line("c=IN IP4 0.0.0.0");
        line("a=rtcp:9 IN IP4 0.0.0.0");
        line($"a=ice-ufrag:{Ice.Fragment}");
        line($"a=ice-pwd:{Ice.Password}");
        line($"a=fingerprint:sha-256 {Fingerprint}");
        line("a=setup:passive");
        line($"a=mid:{media.Mid}");
        foreach (var uri in Sends ? ViewerExtensions : PublisherExtensions)
            if (media.Extensions.TryGetValue(uri, out var id))
                line($"a=extmap:{id} {uri}");
        line(
            idle ? "a=inactive"
            : Sends ? "a=sendonly"
            : "a=recvonly"
        );
        if (Sends && !idle)
            line($"a=msid:lapel {media.KindText}");
        line("a=rtcp-mux");
        if (media.RtcpReducedSize)
            line("a=rtcp-rsize");
        line($"a=rtpmap:{codec.PayloadType} {codec.RtpMap}");
        foreach (var feedback in Sends ? ViewerFeedback : PublisherFeedback)
            if (codec.Feedback.Contains(feedback))
                line($"a=rtcp-fb:{codec.PayloadType} {feedback}");
        if (codec.Parameters.Length > 0)
            line($"a=fmtp:{codec.PayloadType} {codec.Parameters}");
        if (codec.Rtx is { } rtx)
        {
            line($"a=rtpmap:{rtx} rtx/{codec.ClockRate}");
            line($"a=fmtp:{rtx} apt={codec.PayloadType}");
        }
        if (!Sends && !idle && media.SimulcastSend.Count > 0 && agreed.RidId > 0)
        {
            foreach (var rid in media.SimulcastSend)
                line($"a=rid:{rid} recv");
            line($"a=simulcast:recv {string.Join(';', media.SimulcastSend)}");
        }
        if (Sends && !idle)
        {
            if (agreed.RtxSsrc != 0)
                line($"a=ssrc-group:FID {agreed.Ssrc} {agreed.RtxSsrc}");
            line($"a=ssrc:{agreed.Ssrc} cname:lapel");
            line($"a=ssrc:{agreed.Ssrc} msid:lapel {media.KindText}");
            if (agreed.RtxSsrc != 0)
            {
                line($"a=ssrc:{agreed.RtxSsrc} cname:lapel");
                line($"a=ssrc:{agreed.RtxSsrc} msid:lapel {media.KindText}");
            }
        }
        foreach (var candidate in Candidates)
            line($"a={candidate}");
        line("a=end-of-candidates");
    }
}

/// <summary>Where a peer may reach the gateway.</summary>
sealed record IceCandidate(IPEndPoint At, bool Tcp, int Number)
{
    // RFC 8445, 5.1.2.1: host type preference 126; RFC 6544, 4.2: TCP after UDP; IPv6 first within each.
    long Priority =>
        ((Tcp ? 90L : 126L) << 24)
        + (
            (At.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? 65535L - (2 * Number) : 65534L - (2 * Number))
            << 8
        )
        + 255;

    public override string ToString() =>
        $"candidate:{Number + 1} 1 {(Tcp ? "tcp" : "udp")} {Priority} {At.Address} {At.Port} typ host{(Tcp ? " tcptype passive" : "")}";
}
