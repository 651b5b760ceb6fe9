using Lapel.Media;

namespace Lapel.CameraProgram;

/// <summary>The sound of a fragment, and how it is left out.</summary>
static class Sound
{
    /// <summary>
    /// The fragment without what was heard: silent frames where the codec has them, since players stop at a hole in the sound, and
    /// otherwise no sound at all. Either way nothing that was said is in the clip.
    /// </summary>
    public static Fragment Off(Fragment fragment, InitSegment init)
    {
        foreach (var track in init.Tracks.Where(t => t.Kind == TrackKind.Sound))
            fragment = fragment.Silenced(track);
        return fragment;
    }

    /// <summary>From the first to the last moment that can be heard in the fragment.</summary>
    public static (Instant From, Instant Until) Span(TimedFragment timed)
    {
        var (from, until) = (timed.StartedAt, timed.EndedAt);
        foreach (var track in timed.Fragment.Tracks.Where(t => t.Kind == TrackKind.Sound && t.Timescale > 0))
        {
            var startUs = track.StartTicks * 1_000_000.0 / track.Timescale - timed.Fragment.StartUs;
            var endUs = startUs + track.DurationTicks * 1_000_000.0 / track.Timescale;
            from = Earlier(from, timed.StartedAt + Duration.FromTicks((long)(startUs * 10)));
            until = Later(until, timed.StartedAt + Duration.FromTicks((long)(endUs * 10)));
        }
        return (from, until);
    }

    static Instant Earlier(Instant a, Instant b) => a < b ? a : b;

    static Instant Later(Instant a, Instant b) => a > b ? a : b;
}
