namespace Lapel.Media;

public enum TrackKind
{
    Video,
    Sound,
    Other,
}

/// <summary>One track as its 'moov' describes it.</summary>
/// <param name="Timescale">Ticks a second, never zero.</param>
/// <param name="Codec">As in RFC 6381: avc1.64001f, hvc1.1.6.L93.B0, mp4a.40.2, opus; the sample entry's four letters if unknown.</param>
/// <param name="Width">Of the coded picture in pixels, before rotation; 0 without picture.</param>
/// <param name="RotationDegrees">Clockwise turn to show it upright: 0, 90, 180 or 270.</param>
public sealed record Track(
    uint Id,
    TrackKind Kind,
    uint Timescale,
    string Codec,
    int Width,
    int Height,
    int RotationDegrees,
    int Channels,
    int SampleRateHz
)
{
    /// <summary>H.264, AAC and Opus: what every current browser plays.</summary>
    public bool PlaysInBrowsers => Kind == TrackKind.Other || Codec.StartsWith("avc1.", StringComparison.Ordinal) || Codec is "mp4a.40.2" or "mp4a.40.5" or "mp4a.40.29" or "opus";
}
