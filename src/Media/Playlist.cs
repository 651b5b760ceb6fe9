namespace Lapel.Media;

/// <param name="Number">The clip's number in its recording.</param>
/// <param name="StartedAt">Time of the clip's first frame, for EXT-X-PROGRAM-DATE-TIME.</param>
public sealed record PlaylistClip(int Number, ClipIndex Index, Instant? StartedAt);

/// <summary>An HLS media playlist (RFC 8216, version 7) over the original clips: byte ranges, no second copy.</summary>
public static class Playlist
{
    public const string ContentType = "application/vnd.apple.mpegurl";

    /// <param name="url">The URL of a clip's clear bytes, which must answer Range requests.</param>
    /// <exception cref="InvalidOperationException">A clip is not playable directly.</exception>
    public static string Write(IReadOnlyList<PlaylistClip> clips, Func<PlaylistClip, string> url) => "";
}
