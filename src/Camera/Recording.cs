namespace Lapel.CameraProgram;

/// <summary>
/// One recording as its journal tells it: the sum of the facts so far. The running recorder and the recovery after a power cut
/// both come to the manifest through here, so the two cannot disagree.
/// </summary>
public sealed class Recording
{
    readonly List<OpenedClip> clips = [];
    readonly List<StateSpan> states = [];
    readonly List<Bookmark> bookmarks = [];
    readonly List<Position> positions = [];
    readonly JournalFact.Activated begun;
    JournalFact.Deactivated? deactivated;
    bool powerCut;
    ClockReading? clock;
    Instant last;

    public Recording(JournalFact.Activated begun)
    {
        this.begun = begun;
        last = begun.At;
        Urgent = begun.Urgent;
    }

    public RecordingId Id => begun.Recording;

    public Instant ActivatedAt => begun.At;

    public ActivationCause Cause => begun.Cause;

    public bool PreEventSound => begun.PreEventSound;

    public bool Urgent { get; private set; }

    /// <summary>The latest time any fact names.</summary>
    public Instant LastKnown => last;

    public bool HasEnded => deactivated is not null || powerCut;

    public int NextClipNumber => clips.Count + 1;

    public IReadOnlyList<StateSpan> States => states;

    public int Bookmarks => bookmarks.Count;

    /// <summary>Clips whose seal is finished, in order: they can be uploaded.</summary>
    public IEnumerable<ClipEntry> ClosedClips => clips.Select(c => c.Entry).OfType<ClipEntry>();

    /// <summary>The clip that was open when the journal ends; none when all are closed.</summary>
    public OpenedClip? Open => clips.LastOrDefault() is { Entry: null } open ? open : null;

    public Instant? MediaStartedAt => clips.FirstOrDefault()?.StartedAt;

    /// <summary>Null when the facts do not begin with an activation: the folder was made and the power went.</summary>
    public static Recording? Of(IEnumerable<JournalFact> facts)
    {
        Recording? recording = null;
        foreach (var fact in facts)
            if (recording is null && fact is JournalFact.Activated begun)
                recording = new(begun);
            else
                recording?.Apply(fact);
        return recording;
    }

    public bool Is(RecordingState state) => states.Exists(s => s.State == state && s.Until is null);

    /// <summary>Whether the state held at any moment from <paramref name="from"/> to <paramref name="until"/>.</summary>
    public bool Was(RecordingState state, Instant from, Instant until) =>
        states.Exists(s => s.State == state && s.From < until && (s.Until ?? Instant.MaxValue) > from);

    public void Apply(JournalFact fact)
    {
        if (fact.At > last)
            last = fact.At;
        switch (fact)
        {
            case JournalFact.ClockCompared f:
                clock = f.Reading;
                break;
            case JournalFact.ClipOpened f:
                clips.Add(new(f.Number, f.Clip, f.At));
                break;
            case JournalFact.Kept f when Open is { } open:
                open.Kept.Add(f);
                break;
            case JournalFact.ClipClosed f when Open is { } open:
                open.Entry = new(
                    f.Number,
                    open.Id,
                    open.StartedAt,
                    f.At,
                    f.SealedLengthBytes,
                    new(f.SealedDigest),
                    f.ClearLengthBytes,
                    new(f.ClearDigest),
                    f.Complete
                );
                open.Kept.Clear(); // a long recording has thousands, and they have done their work
                break;
            case JournalFact.ClipAbandoned when Open is not null:
                clips.RemoveAt(clips.Count - 1);
                break;
            case JournalFact.StateBegan f:
                states.Add(new(f.State, f.At, null, f.ReasonCode, f.Text, f.SaidAloud, f.Place, f.AskedBy, f.Supervisor));
                break;
            case JournalFact.StateEnded f:
                var index = states.FindIndex(s => s.State == f.State && s.Until is null);
                if (index >= 0)
                    states[index] = states[index] with { Until = f.At };
                break;
            case JournalFact.Marked f:
                bookmarks.Add(new(f.At, f.Label));
                break;
            case JournalFact.SourceLost f:
                bookmarks.Add(new(f.At, $"Picture lost: {f.Why}"));
                break;
            case JournalFact.SourceReturned f:
                bookmarks.Add(new(f.At, "Picture back"));
                break;
            case JournalFact.ClockMoved f:
                bookmarks.Add(
                    new(f.At, $"The system clock was set by {f.ByMs} ms; the times of this recording go on undisturbed")
                );
                break;
            case JournalFact.MadeUrgent:
                Urgent = true;
                break;
            case JournalFact.Positioned f:
                positions.Add(f.Position);
                break;
            case JournalFact.Deactivated f:
                deactivated = f;
                break;
            case JournalFact.PowerReturned:
                powerCut = true;
                break;
        }
    }

    /// <summary>What the camera will sign. All clips must be closed.</summary>
    public Manifest ToManifest(long sequence, ClaimedDigest? previous)
    {
        if (Open is not null || !HasEnded)
            throw new InvalidOperationException($"Recording {Id} is still open.");
        var entries = ClosedClips.ToList();
        var complete = entries.TrueForAll(c => c.Complete);
        var startedAt = MediaStartedAt is { } first && first < begun.At ? first : begun.At;
        // A clip may run past the officer's press by the rest of its last fragment.
        var endedAt = entries.Select(c => c.EndedAt).Append(deactivated?.At ?? last).Max();
        var preEventMs = PreEventMs(startedAt, entries);
        return new(
            Manifests.Version,
            begun.Recording,
            begun.Camera,
            begun.Officer,
            sequence,
            previous,
            startedAt,
            begun.At,
            endedAt,
            begun.Cause,
            deactivated?.Cause ?? new("power-cut"),
            deactivated is not null && complete ? Ending.Deactivated : Ending.PowerCut,
            preEventMs,
            begun.PreEventSound && preEventMs > 0,
            Urgent,
            clock,
            entries,
            [.. states.Select(s => AsRecorded(s, entries, endedAt))],
            [.. bookmarks.OrderBy(b => b.At)],
            [.. positions.Where(p => p.At >= startedAt && p.At <= endedAt).OrderBy(p => p.At)],
            begun.Software
        );
    }

    /// <summary>Only what is really in the clips counts: a power cut while the buffer was being sealed leaves less.</summary>
    long PreEventMs(Instant startedAt, IReadOnlyList<ClipEntry> entries)
    {
        if (entries.Count == 0)
            return 0;
        var until = entries[^1].EndedAt < begun.At ? entries[^1].EndedAt : begun.At;
        return Math.Max(0, (until.ToMicroseconds() - startedAt.ToMicroseconds()) / 1000);
    }

    /// <summary>
    /// A stop takes effect at the end of the fragment being recorded and a resumption at the beginning of the next, so the span that
    /// is stated is the one without media. The other states are stated as pressed: each fragment they touch obeys them.
    /// </summary>
    static StateSpan AsRecorded(StateSpan span, IReadOnlyList<ClipEntry> clips, Instant endedAt)
    {
        if (span.State == RecordingState.Stopped)
        {
            if (clips.LastOrDefault(c => c.StartedAt < span.From) is { } before && before.EndedAt > span.From)
                span = span with { From = before.EndedAt };
            if (span.Until is { } pressed)
                span = span with { Until = clips.FirstOrDefault(c => c.StartedAt >= pressed)?.StartedAt ?? endedAt };
        }
        return span.Until < span.From ? span with { Until = span.From } : span;
    }
}

/// <summary>A clip the journal knows. <see cref="Entry"/> is set when its seal is finished.</summary>
public sealed record OpenedClip(int Number, ClipId Id, Instant StartedAt)
{
    public List<JournalFact.Kept> Kept { get; } = [];

    public ClipEntry? Entry { get; set; }
}
