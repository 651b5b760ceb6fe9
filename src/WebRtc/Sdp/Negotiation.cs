using System.Security.Cryptography;

namespace Lapel.WebRtc;

/// <summary>
/// Which of an offer's sections and codecs are taken. A publisher's first usable codec is the stream's; a viewer gets exactly that one, since
/// nothing is transcoded.
/// </summary>
static class Negotiation
{
    public static Refusal? WhyNotPublish(SdpOffer offer, out List<AgreedMedia> agreed)
    {
        agreed = [];
        foreach (var kind in (MediaKind[])[MediaKind.Audio, MediaKind.Video])
            if (
                offer.Media.FirstOrDefault(m => m.Kind == kind && m.Sends && m.Codecs.Count > 0 && IsInBundle(offer, m)) is
                { } media
            )
                agreed.Add(new(media, media.Codecs[0]));
        return agreed.Count > 0
            ? WhyNotTogether(offer, agreed)
            : new(
                "live-nothing-usable",
                "The offer sends neither Opus sound nor H.264 (packetization-mode 1) or VP8 picture.",
                RefusalKind.Rejected
            );
    }

    public static Refusal? WhyNotWatch(SdpOffer offer, IReadOnlyList<AgreedMedia> published, out List<AgreedMedia> agreed)
    {
        agreed = [];
        foreach (var source in published)
        {
            var media = offer.Media.FirstOrDefault(m =>
                m.Kind == source.Offered.Kind && m.Receives && m.Codecs.Count > 0 && IsInBundle(offer, m)
            );
            if (media is not null && BestOf(media, source.Codec) is { } codec)
                agreed.Add(new(media, codec, NewSsrc(), codec.Rtx is null ? 0 : NewSsrc()));
        }
        var codecs = string.Join(" and ", published.Select(p => p.Codec.Codec));
        return agreed.Count > 0
            ? WhyNotTogether(offer, agreed)
            : new("live-nothing-usable", $"The stream is {codecs}; the offer receives neither.", RefusalKind.Rejected);
    }

    /// <summary>Sections that could carry something and have nothing to carry.</summary>
    public static List<AgreedMedia> Idle(SdpOffer offer, IReadOnlyList<AgreedMedia> agreed) =>
        [
            .. offer
                .Media.Where(m => m.Codecs.Count > 0 && IsInBundle(offer, m) && !agreed.Any(a => a.Offered == m))
                .Select(m => new AgreedMedia(m, m.Codecs[0])),
        ];

    // Everything goes through one transport; two sections outside of one bundle would need two.
    static Refusal? WhyNotTogether(SdpOffer offer, List<AgreedMedia> agreed) =>
        agreed.Count > 1 && offer.Bundle.Count == 0
            ? SdpOffer.No("The SDP offer has sound and picture but no a=group:BUNDLE; both share one port here.")
            : null;

    static bool IsInBundle(SdpOffer offer, SdpMedia media) =>
        !media.Rejected && (offer.Bundle.Count == 0 || offer.Bundle.Contains(media.Mid));

    // Of H.264 the same profile first: a decoder may be chosen by what was agreed.
    static SdpCodec? BestOf(SdpMedia media, SdpCodec published) =>
        media
            .Codecs.Where(c => c.Codec == published.Codec)
            .OrderByDescending(c => c.ProfileLevel == published.ProfileLevel)
            .ThenByDescending(c =>
                c.ProfileLevel.Length == 6 && c.ProfileLevel.StartsWith(ProfileOf(published), StringComparison.Ordinal)
            )
            .FirstOrDefault();

    static string ProfileOf(SdpCodec codec) => codec.ProfileLevel.Length == 6 ? codec.ProfileLevel[..2] : "42";

    static uint NewSsrc() => (uint)RandomNumberGenerator.GetInt32(1, int.MaxValue);
}
