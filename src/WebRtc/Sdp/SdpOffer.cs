using System.Globalization;

namespace Lapel.WebRtc;

/// <summary>
/// An SDP offer of a WebRTC client (RFC 8866, RFC 9429), read strictly enough to answer it and no further. Any text gives an offer or
/// one sentence.
/// </summary>
sealed class SdpOffer
{
    public const int MostCharacters = 64 * 1024;
    const int MostLines = 4000;
    const int MostSections = 16;
    const int MostCodecs = 64;
    const int MostSimulcastLayers = 4;
    const int MostCandidates = 32;

    public List<SdpMedia> Media { get; } = [];

    /// <summary>mids of the first BUNDLE group.</summary>
    public List<string> Bundle { get; } = [];

    public static Refusal? WhyNotRead(string text, out SdpOffer offer) =>
        WhyNotParse(text, "offer", out offer) ?? offer.WhyNotUsable();

    /// <param name="what">offer or answer: both have the same grammar (RFC 8866), and differ in what may stand in them.</param>
    internal static Refusal? WhyNotParse(string text, string what, out SdpOffer offer)
    {
        offer = new();
        if (text.Length > MostCharacters)
            return No($"The SDP {what} has {text.Length} characters; at most {MostCharacters} are read.");
        var lines = text.Split('\n', MostLines + 1);
        if (lines.Length > MostLines)
            return No($"The SDP {what} has more than {MostLines} lines.");
        if (lines[0].TrimEnd('\r') != "v=0")
            return No($"The SDP {what} does not begin with v=0.");

        var session = new Section(
            new()
            {
                Kind = MediaKind.Other,
                KindText = "",
                Proto = "",
                Formats = "",
            }
        );
        var section = session;
        var sections = new List<Section>();
        foreach (var raw in lines)
        {
            var line = raw.AsSpan().TrimEnd('\r');
            if (line.IsEmpty)
                continue;
            if (line.Length < 2 || line[1] != '=')
                return No($"The SDP {what} has a line that is not type=value: '{Shown(line)}'.");
            var value = line[2..].ToString();
            switch (line[0])
            {
                case 'm':
                    if (sections.Count == MostSections)
                        return No($"The SDP {what} has more than {MostSections} media sections.");
                    if (Section.TryBegin(value) is not { } begun)
                        return No($"The SDP {what} has a media line that cannot be read: '{Shown(line)}'.");
                    sections.Add(section = begun);
                    break;
                case 'a' when section == session && value.StartsWith("group:BUNDLE", StringComparison.Ordinal):
                    if (offer.Bundle.Count == 0)
                        offer.Bundle.AddRange(value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(MostSections));
                    break;
                case 'a':
                    section.Attribute(value);
                    break;
                default:
                    break;
            }
        }
        foreach (var one in sections)
            offer.Media.Add(one.Finish(session.Media));
        return null;
    }

    Refusal? WhyNotUsable()
    {
        if (!Media.Any(m => m.Kind != MediaKind.Other && !m.Rejected))
            return No("The SDP offer has neither sound nor picture.");
        if (Media.Select(m => m.Mid).Distinct(StringComparer.Ordinal).Count() != Media.Count)
            return No("Two media sections of the SDP offer have the same mid, or have none.");
        foreach (var media in Media.Where(m => m.Kind != MediaKind.Other && !m.Rejected))
        {
            if (!media.RtcpMux)
                return No(
                    $"The media section '{Shown(media.Mid)}' lacks a=rtcp-mux; sound, picture and control share one port here."
                );
            if (media.Fragment.Length is < 4 or > 256 || media.Password.Length is < 22 or > 256)
                return No($"The media section '{Shown(media.Mid)}' lacks ICE credentials.");
            if (media.Fingerprint.Length == 0)
                return No($"The media section '{Shown(media.Mid)}' lacks a fingerprint under SHA-256, SHA-384 or SHA-512.");
            if (media.Setup is not ("actpass" or "active"))
                return No($"The media section '{Shown(media.Mid)}' wants a=setup:{Shown(media.Setup)}; offer actpass or active.");
        }
        return null;
    }

    /// <summary>The section whose transport carries all: the bundle's first.</summary>
    public SdpMedia Transport => Media.First(m => m.Kind != MediaKind.Other && !m.Rejected);

    public static Refusal No(string sentence) => new("live-offer-unusable", sentence, RefusalKind.Invalid);

    static string Shown(ReadOnlySpan<char> text) =>
        string.Concat(text[..Math.Min(text.Length, 60)].ToString().Where(c => !char.IsControl(c)));

    /// <summary>A media section while its lines arrive; attributes may come before the payload types that they speak of.</summary>
    sealed class Section(SdpMedia media)
    {
        readonly Dictionary<int, string> maps = [];
        readonly Dictionary<int, string> parameters = [];
        readonly List<(string PayloadType, string Feedback)> feedback = [];
        int[] order = [];

        public SdpMedia Media => media;

        public static Section? TryBegin(string value)
        {
            var words = value.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 4 || !ushort.TryParse(words[1].Split('/')[0], NumberStyles.None, null, out var port))
                return null;
            var kind = words[0] switch
            {
                "audio" => MediaKind.Audio,
                "video" => MediaKind.Video,
                _ => MediaKind.Other,
            };
            if (words[2] is not ("UDP/TLS/RTP/SAVPF" or "TCP/TLS/RTP/SAVPF" or "RTP/SAVPF"))
                kind = MediaKind.Other;
            var media = new SdpMedia
            {
                Kind = kind,
                KindText = words[0],
                Proto = words[2],
                Formats = string.Join(' ', words.Skip(3).Take(MostCodecs)),
            };
            var section = new Section(media);
            if (kind != MediaKind.Other)
                section.order = [.. words.Skip(3).Take(MostCodecs).Select(Number).Where(n => n is >= 0 and <= 127).Distinct()];
            section.portIsZero = port == 0;
            return section;
        }

        bool portIsZero;
        bool bundleOnly;

        public void Attribute(string value)
        {
            var colon = value.IndexOf(':');
            var name = colon < 0 ? value : value[..colon];
            var rest = colon < 0 ? "" : value[(colon + 1)..].Trim();
            switch (name)
            {
                case "mid":
                    media.Mid = rest.Length <= 32 ? rest : "";
                    break;
                case "sendrecv" or "sendonly" or "recvonly" or "inactive":
                    media.Direction = name;
                    break;
                case "ice-ufrag":
                    media.Fragment = rest;
                    break;
                case "ice-pwd":
                    media.Password = rest;
                    break;
                case "setup":
                    media.Setup = rest;
                    break;
                case "fingerprint":
                    Fingerprint(rest);
                    break;
                case "rtcp-mux":
                    media.RtcpMux = true;
                    break;
                case "rtcp-rsize":
                    media.RtcpReducedSize = true;
                    break;
                case "bundle-only":
                    bundleOnly = true;
                    break;
                case "rtpmap" when Split(rest) is var (number, map) && number is >= 0 and <= 127:
                    maps[number] = map;
                    break;
                case "fmtp" when Split(rest) is var (number, text) && number is >= 0 and <= 127:
                    parameters[number] = text;
                    break;
                case "rtcp-fb" when feedback.Count < 4 * MostCodecs:
                    var space = rest.IndexOf(' ');
                    if (space > 0)
                        feedback.Add((rest[..space], rest[(space + 1)..].Trim()));
                    break;
                case "extmap":
                    Extmap(rest);
                    break;
                case "simulcast":
                    Simulcast(rest);
                    break;
                case "candidate" when media.Candidates.Count < MostCandidates:
                    media.Candidates.Add(rest);
                    break;
                case "ssrc" when media.Ssrcs.Count < 16:
                    if (uint.TryParse(rest.Split(' ')[0], NumberStyles.None, null, out var ssrc) && !media.Ssrcs.Contains(ssrc))
                        media.Ssrcs.Add(ssrc);
                    break;
                default:
                    break;
            }
        }

        void Fingerprint(string rest)
        {
            var words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 2)
                return;
            var (hash, hex) = (
                words[0].ToLowerInvariant(),
                words[1].Replace(":", "", StringComparison.Ordinal).ToUpperInvariant()
            );
            var digits = hash switch
            {
                "sha-256" => 64,
                "sha-384" => 96,
                "sha-512" => 128,
                _ => 0,
            };
            if (digits == 0 || hex.Length != digits || !hex.All(char.IsAsciiHexDigit))
                return;
            (media.FingerprintHash, media.Fingerprint) = (hash, hex);
        }

        void Extmap(string rest)
        {
            var (number, uri) = Split(rest);
            // "3/recvonly uri": a direction may follow the id (RFC 8285, 5).
            if (number < 0 && rest.IndexOf('/') is var slash and > 0)
                (number, uri) = (Number(rest[..slash]), Split(rest[slash..]).Text);
            var space = uri.IndexOf(' ');
            if (number is >= 1 and <= 255 and not 15 && media.Extensions.Count < 64)
                media.Extensions.TryAdd(space < 0 ? uri : uri[..space], number);
        }

        // "send 1;2,3;~4": layers, alternatives of a layer, paused ones.
        void Simulcast(string rest)
        {
            var words = rest.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var at = Array.IndexOf(words, "send");
            if (at < 0 || at + 1 >= words.Length || media.SimulcastSend.Count > 0)
                return;
            foreach (var layer in words[at + 1].Split(';').Take(MostSimulcastLayers))
            {
                var rid = layer.Split(',')[0].TrimStart('~');
                if (rid.Length is > 0 and <= 16 && rid.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                    media.SimulcastSend.Add(rid);
            }
        }

        public SdpMedia Finish(SdpMedia session)
        {
            if (media.Fragment.Length == 0)
                (media.Fragment, media.Password) = (session.Fragment, session.Password);
            if (media.Fingerprint.Length == 0)
                (media.FingerprintHash, media.Fingerprint) = (session.FingerprintHash, session.Fingerprint);
            if (media.Setup.Length == 0)
                media.Setup = session.Setup;
            foreach (var (uri, id) in session.Extensions)
                media.Extensions.TryAdd(uri, id);
            media.Rejected = portIsZero && !bundleOnly;
            foreach (var number in order)
                if (CodecOf(number) is { } codec)
                    media.Codecs.Add(codec);
            return media;
        }

        SdpCodec? CodecOf(int number)
        {
            if (!maps.TryGetValue(number, out var map))
                return null;
            var parts = map.Split('/');
            if (parts.Length < 2 || !int.TryParse(parts[1], NumberStyles.None, null, out var rate))
                return null;
            Codec? known = (parts[0].ToUpperInvariant(), rate) switch
            {
                ("OPUS", 48000) when media.Kind == MediaKind.Audio => Codec.Opus,
                ("VP8", 90000) when media.Kind == MediaKind.Video => Codec.Vp8,
                ("H264", 90000) when media.Kind == MediaKind.Video => Codec.H264,
                _ => null,
            };
            var text = parameters.GetValueOrDefault(number, "");
            // Packetisation mode 0 cuts no NAL unit into pieces: cameras and browsers that send it alone are not seen any more.
            if (
                known is not { } codec
                || (codec == Codec.H264 && !text.Contains("packetization-mode=1", StringComparison.Ordinal))
            )
                return null;
            var made = new SdpCodec((byte)number, codec, rate, map, text, RtxOf(number));
            foreach (var (payloadType, kind) in feedback)
                if (payloadType == "*" || Number(payloadType) == number)
                    made.Feedback.Add(kind);
            return made;
        }

        byte? RtxOf(int number)
        {
            foreach (var candidate in order)
                if (
                    maps.TryGetValue(candidate, out var map)
                    && map.StartsWith("rtx/", StringComparison.OrdinalIgnoreCase)
                    && parameters.TryGetValue(candidate, out var text)
                    && text.Split(';').Any(p => p.Trim() == $"apt={number}")
                )
                    return (byte)candidate;
            return null;
        }

        static (int Number, string Text) Split(string text)
        {
            var space = text.IndexOf(' ');
            return space < 0 ? (Number(text), "") : (Number(text[..space]), text[(space + 1)..].Trim());
        }

        static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : -1;
    }
}
