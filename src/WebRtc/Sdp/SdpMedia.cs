namespace Lapel.WebRtc;

enum MediaKind
{
    Audio,
    Video,
    Other,
}

/// <summary>What the gateway relays; everything else in an offer is left unanswered.</summary>
enum Codec
{
    Opus,
    Vp8,
    H264,
}

/// <summary>One payload type of an offer that the gateway can relay.</summary>
/// <param name="Rtx">The payload type of its retransmissions (RFC 4588); null when none was offered.</param>
sealed record SdpCodec(byte PayloadType, Codec Codec, int ClockRate, string RtpMap, string Parameters, byte? Rtx)
{
    public HashSet<string> Feedback { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>profile_idc and constraints of H.264, as six hex digits; "" for others and where none is said.</summary>
    public string ProfileLevel =>
        Parameters
            .Split(';', StringSplitOptions.TrimEntries)
            .FirstOrDefault(p => p.StartsWith("profile-level-id=", StringComparison.OrdinalIgnoreCase))
            ?.Split('=')[1]
            .ToLowerInvariant()
        ?? "";
}

/// <summary>One m= section of an offer, as far as the gateway understands it.</summary>
sealed class SdpMedia
{
    public required MediaKind Kind { get; init; }

    /// <summary>As written, for the sections that are refused.</summary>
    public required string Proto { get; init; }
    public required string KindText { get; init; }
    public required string Formats { get; init; }
    public bool Rejected { get; set; }
    public string Mid { get; set; } = "";
    public string Direction { get; set; } = "sendrecv";
    public string Fragment { get; set; } = "";
    public string Password { get; set; } = "";
    public string FingerprintHash { get; set; } = "";
    public string Fingerprint { get; set; } = "";
    public string Setup { get; set; } = "";
    public bool RtcpMux { get; set; }
    public bool RtcpReducedSize { get; set; }

    /// <summary>In the order of the m= line, which is the offerer's preference.</summary>
    public List<SdpCodec> Codecs { get; } = [];

    /// <summary>URI → id (RFC 8285).</summary>
    public Dictionary<string, int> Extensions { get; } = new(StringComparer.Ordinal);

    /// <summary>The simulcast layers that the offerer wants to send, in its order (RFC 8853); empty without simulcast.</summary>
    public List<string> SimulcastSend { get; } = [];

    /// <summary>a=candidate as written, without the name; the gateway, which waits to be checked, reads none of them.</summary>
    public List<string> Candidates { get; } = [];

    /// <summary>SSRCs named by a=ssrc, first the media's.</summary>
    public List<uint> Ssrcs { get; } = [];

    public bool Sends => Direction is "sendrecv" or "sendonly";

    public bool Receives => Direction is "sendrecv" or "recvonly";
}

/// <summary>The header extensions that mean something here.</summary>
static class Extension
{
    public const string Mid = "urn:ietf:params:rtp-hdrext:sdes:mid";
    public const string Rid = "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id";
    public const string RepairedRid = "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id";
    public const string AudioLevel = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
    public const string Orientation = "urn:3gpp:video-orientation";
    public const string AbsoluteSendTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";
    public const string AbsoluteCaptureTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time";
    public const string TransportSequence = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";
}
