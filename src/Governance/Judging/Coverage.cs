namespace Lapel.Governance;

/// <summary>
/// What an officer's recordings show of an interval, moment by moment and over all of them together: a moment is recorded when one
/// recording was on and not stopped, has a picture when one was not averted either, and sound when one was not muted either. So two
/// cameras fill in for each other.
/// </summary>
sealed class Coverage
{
    readonly IReadOnlyList<Recorded> recordings;

    Coverage(Interval window, IReadOnlyList<Recorded> recordings)
    {
        Window = window;
        this.recordings = recordings;
    }

    public Interval Window { get; }

    /// <summary>Inside some recording, stopped or not.</summary>
    public List<Interval> Touched { get; private set; } = Intervals.None;

    public List<Interval> Recorded { get; private set; } = Intervals.None;

    public List<Interval> Sight { get; private set; } = Intervals.None;

    public List<Interval> Sound { get; private set; } = Intervals.None;

    /// <summary>Picture and sound.</summary>
    public List<Interval> Full { get; private set; } = Intervals.None;

    /// <summary>Those that touch the interval, in order of time.</summary>
    public IReadOnlyList<Recorded> Touching { get; private set; } = [];

    public static Coverage Of(Interval window, IReadOnlyList<Recorded> recordings)
    {
        var coverage = new Coverage(window, recordings);
        coverage.Measure();
        return coverage;
    }

    void Measure()
    {
        List<Recorded>? touching = null;
        List<Interval> touched = [];
        var stateless = true;
        foreach (var recording in recordings)
        {
            var span = SpanOf(recording);
            if (span.IsEmpty)
                continue;
            (touching ??= []).Add(recording);
            touched.Add(span);
            stateless &= recording.States.Count == 0;
        }
        if (touching is null)
            return;
        Touching = touching;
        Touched = Intervals.Union(touched);
        if (stateless)
        {
            Recorded = Sight = Sound = Full = Touched; // most recordings have no states
            return;
        }
        List<Interval> on = [],
            sight = [],
            sound = [];
        foreach (var recording in touching)
        {
            List<Interval> itself = [SpanOf(recording)];
            itself = Intervals.Minus(itself, Of(recording, RecordingState.Stopped));
            on.AddRange(itself);
            sight.AddRange(Intervals.Minus(itself, Of(recording, RecordingState.Averted)));
            sound.AddRange(Intervals.Minus(itself, Of(recording, RecordingState.Muted)));
        }
        Recorded = Intervals.Union(on);
        Sight = Intervals.Union(sight);
        Sound = Intervals.Union(sound);
        Full = Intervals.Both(Sight, Sound);
    }

    /// <summary>What one state takes away that no other recording gives: where nothing is recorded, or has no sound, or no picture.</summary>
    public List<Interval> LackOf(Recorded recording, StateSpan state)
    {
        var span = SpanOf(recording, state);
        if (span.IsEmpty)
            return Intervals.None;
        List<Interval> itself = [span];
        return state.State switch
        {
            RecordingState.Stopped => Intervals.Minus(itself, Recorded),
            RecordingState.Muted => Intervals.Minus(Heard(itself, recording), Sound),
            RecordingState.Averted => Intervals.Minus(Heard(itself, recording), Sight),
            _ => throw new ArgumentOutOfRangeException(nameof(state)),
        };
    }

    // Where it is stopped as well, the stop says all.
    List<Interval> Heard(List<Interval> itself, Recorded recording) =>
        Intervals.Minus(itself, Of(recording, RecordingState.Stopped));

    List<Interval> Of(Recorded recording, RecordingState state)
    {
        List<Interval>? spans = null;
        foreach (var span in recording.States)
            if (span.State == state)
                (spans ??= []).Add(SpanOf(recording, span));
        return spans is null ? Intervals.None : Intervals.Union(spans);
    }

    Interval SpanOf(Recorded recording) => Interval.Of(recording.From, recording.Until).In(Window);

    Interval SpanOf(Recorded recording, StateSpan state) =>
        Interval.Of(state.From, state.Until ?? recording.Until).In(SpanOf(recording));
}
