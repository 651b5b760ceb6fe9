using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Lapel.WebRtc;

/// <summary>One section of our offer as the other end took it.</summary>
sealed record TakenMedia(string Mid, SdpCodec Codec, int MidId, int TransportSequenceId);

/// <summary>
/// A server's answer to an offer of ours, read as strictly as an offer is: any text gives what was taken or one sentence.
/// </summary>
sealed record SdpTaken(
    string Fragment,
    string Password,
    string FingerprintHash,
    string Fingerprint,
    bool WeSpeakFirst,
    IReadOnlyList<IPEndPoint> Candidates,
    TakenMedia? Sound,
    TakenMedia? Picture
)
{
    /// <param name="weSend">Whether ours was to send; otherwise it was to receive.</param>
    public static Refusal? WhyNotRead(string text, bool weSend, out SdpTaken? taken)
    {
        taken = null;
        if (SdpOffer.WhyNotParse(text, "answer", out var answer) is { } unreadable)
            return unreadable with { Code = "live-answer-unusable" };
        var media = answer.Media.Where(m =>
            m is { Kind: not MediaKind.Other, Rejected: false, Codecs.Count: > 0 } && (weSend ? m.Receives : m.Sends)
        );
        var sections = media.ToList();
        if (sections.Count == 0)
            return No("The SDP answer takes neither sound nor picture.");
        var transport = sections[0];
        if (transport.Fragment.Length is < 4 or > 256 || transport.Password.Length is < 22 or > 256)
            return No("The SDP answer lacks ICE credentials.");
        if (transport.Fingerprint.Length == 0)
            return No("The SDP answer lacks a fingerprint under SHA-256, SHA-384 or SHA-512.");
        if (transport.Setup is not ("passive" or "active"))
            return No("The SDP answer says neither a=setup:passive nor a=setup:active.");
        if (!sections.TrueForAll(m => m.RtcpMux))
            return No("The SDP answer lacks a=rtcp-mux; sound, picture and control share one port here.");
        // All in one bundle, or the second section would have a transport of its own.
        if (sections.Count > 1 && !sections.TrueForAll(m => answer.Bundle.Contains(m.Mid)))
            return No("The SDP answer does not bundle sound and picture.");
        var candidates = answer.Media.SelectMany(m => m.Candidates).Select(EndOf).OfType<IPEndPoint>().Distinct().ToList();
        if (candidates.Count == 0)
            return No("The SDP answer names no UDP address to send to.");
        taken = new(
            transport.Fragment,
            transport.Password,
            transport.FingerprintHash,
            transport.Fingerprint,
            transport.Setup == "passive",
            candidates,
            Of(sections, Codec.Opus),
            Of(sections, Codec.H264)
        );
        return taken is { Sound: null, Picture: null } ? No("The SDP answer takes neither Opus nor H.264.") : null;
    }

    static TakenMedia? Of(List<SdpMedia> sections, Codec codec) =>
        sections.SelectMany(m => m.Codecs.Where(c => c.Codec == codec).Select(c => (Media: m, Codec: c))).FirstOrDefault()
            is { Media: { } media, Codec: { } taken }
            ? new(
                media.Mid,
                taken,
                media.Extensions.GetValueOrDefault(Extension.Mid) is var mid and < 15 ? mid : 0,
                media.Extensions.GetValueOrDefault(Extension.TransportSequence) is var number and < 15 ? number : 0
            )
            : null;

    // "1 1 udp 2130706431 192.0.2.1 8189 typ host …" (RFC 8839, 5.1). Names (mDNS) and TCP are passed over.
    static IPEndPoint? EndOf(string candidate)
    {
        var words = candidate.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return
            words.Length >= 8
            && words[1] == "1"
            && words[2].Equals("udp", StringComparison.OrdinalIgnoreCase)
            && IPAddress.TryParse(words[4], out var address)
            && ushort.TryParse(words[5], NumberStyles.None, null, out var port)
            && port > 0
            && IsSomebody(address)
            ? new(address.MapToIPv6(), port)
            : null;
    }

    static bool IsSomebody(IPAddress address) =>
        !address.Equals(IPAddress.Any)
        && !address.Equals(IPAddress.IPv6Any)
        && !address.Equals(IPAddress.Broadcast)
        && !address.IsIPv6Multicast
        && !(address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes()[0] >= 224);

    static Refusal No(string sentence) => new("live-answer-unusable", sentence, RefusalKind.Invalid);
}
