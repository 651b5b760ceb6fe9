using System.Globalization;
using System.Text;
using NodaTime.Text;

namespace Lapel.Media;

/// <param name="Number">The clip's number in its recording.</param>
/// <param name="StartedAt">Time of the clip's first frame, for EXT-X-PROGRAM-DATE-TIME; null when nobody knows.</param>
public sealed record PlaylistClip(int Number, ClipIndex Index, Instant? StartedAt);

/// <summary>An HLS media playlist (RFC 8216, version 7) over the original clips: byte ranges, no second copy.</summary>
public static class Playlist
{
    public const string ContentType = "application/vnd.apple.mpegurl";

    /// <summary>
    /// Short enough that a seek fetches little, long enough that an hour is 900 requests. Groups end at keyframes, so they may be longer.
    /// </summary>
    const long GroupUs = 4_000_000;

    static readonly InstantPattern Pattern = InstantPattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss.fff'Z'");

    /// <param name="url">The URL of a clip's clear bytes, which must answer Range requests; relative to the playlist or absolute.</param>
    /// <exception cref="InvalidOperationException">A clip is not playable directly.</exception>
    public static string Write(IReadOnlyList<PlaylistClip> clips, Func<PlaylistClip, string> url)
    {
        var body = new StringBuilder();
        long longestUs = 0;
        for (var i = 0; i < clips.Count; i++)
        {
            if (i > 0)
                body.Append("#EXT-X-DISCONTINUITY\n");
            longestUs = Math.Max(longestUs, WriteClip(body, clips[i], Quotable(url(clips[i]))));
        }
        // The target may not be smaller than any duration rounded to the nearest second (4.3.3.1).
        var target = Math.Max(1, (longestUs + 500_000) / 1_000_000);
        return $"#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{target.ToString(CultureInfo.InvariantCulture)}\n"
            + "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n#EXT-X-INDEPENDENT-SEGMENTS\n"
            + body
            + "#EXT-X-ENDLIST\n";
    }

    static long WriteClip(StringBuilder to, PlaylistClip clip, string url)
    {
        if (clip.Index.NotPlayableDirectly is { } why)
            throw new InvalidOperationException($"Clip {clip.Number} cannot be listed: {why}");
        var (init, longestUs, expectedUs) = (clip.Index.Init, 0L, (long?)null);
        to.Append(CultureInfo.InvariantCulture, $"#EXT-X-MAP:URI=\"{url}\",BYTERANGE=\"{init.LengthBytes}@{init.Offset}\"\n");
        foreach (var group in GroupsOf(clip.Index))
        {
            // Players count on from the last date; after a hole in the picture that would be wrong.
            if (clip.StartedAt is { } startedAt && (expectedUs is not { } expected || Math.Abs(group.StartUs - expected) > 1000))
                to.Append(
                    CultureInfo.InvariantCulture,
                    $"#EXT-X-PROGRAM-DATE-TIME:{Pattern.Format(startedAt + Duration.FromNanoseconds(group.StartUs * 1000L))}\n"
                );
            to.Append(
                CultureInfo.InvariantCulture,
                $"#EXTINF:{group.DurationUs / 1_000_000}.{group.DurationUs % 1_000_000:D6},\n"
            );
            to.Append(CultureInfo.InvariantCulture, $"#EXT-X-BYTERANGE:{group.Bytes.LengthBytes}@{group.Bytes.Offset}\n{url}\n");
            longestUs = Math.Max(longestUs, group.DurationUs);
            expectedUs = group.StartUs + group.DurationUs;
        }
        return longestUs;
    }

    internal readonly record struct Group(ByteRange Bytes, long StartUs, long DurationUs);

    /// <summary>Whole fragments from one keyframe to another. What comes before the first keyframe cannot be decoded and is left out.</summary>
    internal static IEnumerable<Group> GroupsOf(ClipIndex index)
    {
        IndexedFragment? first = null;
        long end = 0,
            endUs = 0;
        foreach (var fragment in index.Fragments)
        {
            if (first is null && !fragment.StartsWithKeyframe)
                continue;
            if (first is { } begun && fragment.StartsWithKeyframe && fragment.StartUs - begun.StartUs >= GroupUs - 100_000)
            {
                yield return Made(begun, end, endUs);
                first = null;
            }
            if (first is null)
                (first, endUs) = (fragment, fragment.StartUs);
            end = fragment.End;
            endUs = Math.Max(endUs, fragment.StartUs + fragment.DurationUs);
        }
        if (first is { } last)
            yield return Made(last, end, endUs);
    }

    static Group Made(IndexedFragment first, long end, long endUs) =>
        new(new(first.Offset, end - first.Offset), first.StartUs, Math.Clamp(endUs - first.StartUs, 1, 86_400_000_000));

    static string Quotable(string url) =>
        url.AsSpan().ContainsAny('"', '\n', '\r')
            ? throw new ArgumentException("A URL in a playlist cannot have quotes or line ends.", nameof(url))
            : url;
}
