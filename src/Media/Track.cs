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
/// <param name="SampleRateHz">Of the sound; 0 without sound.</param>
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
    /// <summary>Null when every current browser plays it (8-bit 4:2:0 H.264, AAC, Opus); otherwise a sentence.</summary>
    public string? WhyNotInBrowsers() =>
        Kind switch
        {
            TrackKind.Video when PlainH264 => null,
            TrackKind.Video => $"Its picture is {Codec}, which not every browser plays.",
            TrackKind.Sound when Codec is "mp4a.40.2" or "mp4a.40.5" or "mp4a.40.29" or "opus" => null,
            TrackKind.Sound => $"Its sound is {Codec}, which not every browser plays.",
            _ => null,
        };

    // Baseline, Main, Extended and High. High 10, 4:2:2 and 4:4:4 have other profile numbers, and no browser decodes them.
    bool PlainH264 =>
        Codec.Length == 11
        && (Codec.StartsWith("avc1.", StringComparison.Ordinal) || Codec.StartsWith("avc3.", StringComparison.Ordinal))
        && Codec[5..7] is "42" or "4d" or "58" or "64";
}

/// <summary>What a 'moov' says of a track beyond what callers need: how to read its fragments.</summary>
/// <param name="ShiftTicks">Added to a decode time plus composition offset it gives the time on the presentation: the edit list.</param>
/// <param name="OrdinarySamples">Samples listed in the 'moov' itself; zero in a fragmented file.</param>
/// <param name="OrdinaryDurationTicks">Duration by the 'mdhd'; zero in most fragmented files.</param>
/// <param name="Defaults">From 'trex'; null when fragments of this track are not announced.</param>
sealed record MovieTrack(
    Track Track,
    long ShiftTicks,
    uint OrdinarySamples,
    ulong OrdinaryDurationTicks,
    SampleDefaults? Defaults
);

readonly record struct SampleDefaults(uint DurationTicks, uint SizeBytes, uint Flags);

/// <summary>Ticks to microseconds and back, saturating: a lie about time must not become an overflow.</summary>
static class Ticks
{
    public static long ToMicroseconds(long ticks, uint timescale) => Saturate((Int128)ticks * 1_000_000, timescale);

    public static long FromMicroseconds(long microseconds, uint timescale) =>
        Saturate((Int128)microseconds * timescale, 1_000_000);

    // A quarter of the range, so that two such times may be added or subtracted.
    const long Most = long.MaxValue / 4;

    static long Saturate(Int128 value, uint divisor)
    {
        // Floor, so that equal distances stay equal on both sides of zero.
        var quotient = value / divisor - (value % divisor < 0 ? 1 : 0);
        return quotient > Most ? Most
            : quotient < -Most ? -Most
            : (long)quotient;
    }
}
