using Lapel.Media;

namespace Lapel.CameraProgram;

/// <param name="PreEvent">How much of the time before an activation is kept.</param>
/// <param name="PreEventSound">Whether that part keeps its sound.</param>
/// <param name="ClipLength">A clip is closed after so much, so that it can be uploaded while the recording goes on.</param>
/// <param name="KeepFreeBytes">Recording ends in order before the disk has less than this.</param>
public sealed record RecorderSettings(Duration PreEvent, bool PreEventSound, Duration ClipLength, long KeepFreeBytes)
{
    public static RecorderSettings Usual { get; } = new(Duration.FromSeconds(30), false, Duration.FromMinutes(10), 64L << 20);
}

/// <summary>
/// Turns fragments into recordings. Between recordings fragments go to the <see cref="PreEventBuffer"/>; inside one each is sealed
/// and on disk before the next comes (Recorder.Writing.cs). Every fact is in the journal before anybody is told of it. Calls may come from any thread.
/// </summary>
public sealed partial class Recorder(
    Home home,
    Enrolment enrolment,
    ManifestChain chain,
    CameraClock clock,
    RecorderSettings settings,
    Action<string> say
) : IDisposable
{
    /// <summary>How long a deactivation waits for the fragment in which the press fell.</summary>
    static readonly Duration LongestEnding = Duration.FromSeconds(3);

    /// <summary>A system clock that differs by more than this was set by somebody; less is drift and slewing.</summary>
    const long ClockMovedMs = 1000;

    readonly Lock guard = new();
    readonly PreEventBuffer buffer = new(settings.PreEvent);
    readonly EvidencePublicKey evidence = enrolment.EvidenceKey();
    InitSegment? init;
    OpenRecording? open;

    /// <summary>Raised, outside all locks, when there is something new to upload.</summary>
    public event Action? ClipReady;

    /// <summary>Raised, outside all locks, when <see cref="MayBeShown"/> or the running recording may have changed.</summary>
    public event Action? ShownChanged;

    /// <summary>
    /// Whether what is filmed at this moment may leave the camera live: inside a recording that nobody is ending, and in no state in which
    /// something is withheld. False before the state is written down.
    /// </summary>
    public bool MayBeShown => mayBeShown;

    volatile bool mayBeShown;

    void LookWhetherShown() =>
        mayBeShown = open is { EndsAt: null, Recording: { } recording } && !recording.States.Any(s => s.Until is null);

    /// <summary>The officer the server last named; goes into the next recording.</summary>
    public OfficerRef? Officer { get; set; }

    public bool HasPicture
    {
        get
        {
            lock (guard)
                return init is not null;
        }
    }

    public Duration PreEventHeld
    {
        get
        {
            lock (guard)
                return open is null ? buffer.Held : Duration.Zero;
        }
    }

    /// <summary>What is being recorded now, as numbers and words that no longer change; none between recordings.</summary>
    public RecordingStatus? Status()
    {
        lock (guard)
            return open is null
                ? null
                : new(
                    open.Recording.Id,
                    open.Recording.ActivatedAt,
                    open.Recording.Cause,
                    open.Recording.Urgent,
                    open.EndsAt is not null,
                    [.. open.Recording.States],
                    open.Recording.Bookmarks,
                    [.. open.Recording.ClosedClips],
                    open.Clip?.KeptUntil
                );
    }

    public Refusal? Activate(ActivationCause cause, bool urgent)
    {
        lock (guard)
        {
            if (open is { EndsAt: null })
                return new("already-recording", "The camera is recording already.", RefusalKind.Conflict);
            if (WhyNotCause(cause) is { } refusal)
                return refusal;
            if (home.FreeBytes < settings.KeepFreeBytes)
                return new("disk-full", "There is no room to record: dock the camera so that it can upload.", RefusalKind.NoRoom);
            // Pressed again within the second in which the last recording is ending: what is left of that second belongs to this one.
            Close(open?.EndCause);
            FollowClock();
            home.KeepReserve();
            var begun = new JournalFact.Activated(
                clock.Now(),
                RecordingId.New(),
                enrolment.Camera,
                Officer,
                cause,
                urgent,
                settings.PreEventSound,
                Enrolment.Software
            );
            try
            {
                open = OpenRecording.Begin(home, begun);
                if (clock.Reading is { } reading)
                    open.Write(new JournalFact.ClockCompared(clock.Now(), reading));
            }
            catch (IOException e)
            {
                open?.Dispose();
                open = null;
                return new("disk-failed", $"The camera cannot write: {e.Message}", RefusalKind.NoRoom);
            }
            say($"Recording {begun.Recording} began: {cause.Trigger}.");
            foreach (var fragment in buffer.Take(begun.At))
                Record(fragment);
            LookWhetherShown();
        }
        ShownChanged?.Invoke();
        return null;
    }

    /// <summary>Ends the recording after the fragment in which this moment falls. <see cref="WaitForClose"/> waits for that.</summary>
    public Refusal? Deactivate(ActivationCause cause)
    {
        lock (guard)
        {
            if (open is not { EndsAt: null })
                return NotRecording;
            if (WhyNotCause(cause) is { } refusal)
                return refusal;
            open.EndsAt = clock.Now();
            open.EndCause = cause;
            LookWhetherShown();
            if (init is null || open.Recording.Is(RecordingState.Stopped))
                Close(cause);
        }
        Announce();
        ShownChanged?.Invoke();
        return null;
    }

    /// <summary>Completed when nothing is being recorded any more.</summary>
    public Task WaitForClose()
    {
        lock (guard)
            return open?.Closed.Task ?? Task.CompletedTask;
    }

    public Refusal? Mark(string? label) =>
        label?.Length > 500
            ? new("label-too-long", "A bookmark's label has at most 500 characters.")
            : Note(recording => new JournalFact.Marked(clock.Now(), label));

    public Refusal? MakeUrgent() => Note(recording => new JournalFact.MadeUrgent(clock.Now()));

    public Refusal? Begin(RecordingState state, StateReason why)
    {
        if (WhyNotReason(why) is { } refusal)
            return refusal;
        lock (guard)
        {
            if (open?.Recording.Is(state) == true)
                return new("already-in-state", $"The recording is {Word(state)} already.", RefusalKind.Conflict);
            mayBeShown = false; // a disk may take its time
            var failed = Note(recording => new JournalFact.StateBegan(
                clock.Now(),
                state,
                why.Code!,
                why.Text,
                why.SaidAloud,
                why.Place,
                why.AskedBy,
                why.Supervisor
            ));
            LookWhetherShown();
            if (failed is not null)
                return failed;
        }
        ShownChanged?.Invoke();
        return null;
    }

    public Refusal? End(RecordingState state)
    {
        lock (guard)
        {
            if (open is { EndsAt: null } && !open.Recording.Is(state))
                return new("not-in-state", $"The recording is not {Word(state)}.", RefusalKind.Conflict);
            if (Note(recording => new JournalFact.StateEnded(clock.Now(), state)) is { } refusal)
                return refusal;
            LookWhetherShown();
        }
        ShownChanged?.Invoke();
        return null;
    }

    /// <summary>Where the camera is now. Kept only inside a recording: nobody is followed between recordings.</summary>
    public void Take(Position position)
    {
        lock (guard)
            if (open is { EndsAt: null } && !open.Recording.Is(RecordingState.Stopped))
                Guarded(() => open.WriteUnsynced(new JournalFact.Positioned(position.At, position)));
    }

    /// <summary>The source has begun, or begun again, with this init segment.</summary>
    public void Take(InitSegment segment)
    {
        lock (guard)
        {
            init = segment;
            buffer.Begin(segment);
            if (open is { SourceIsLost: true })
            {
                open.SourceIsLost = false;
                Guarded(() => open.Write(new JournalFact.SourceReturned(clock.Now())));
            }
        }
    }

    /// <summary>The source has ended or fallen silent. A recording goes on, waiting for the next one.</summary>
    public void LoseSource(string why)
    {
        lock (guard)
        {
            init = null;
            buffer.Begin(null);
            if (open is null || open.SourceIsLost)
                return;
            open.SourceIsLost = true;
            Guarded(() =>
            {
                CloseClip();
                open.Write(new JournalFact.SourceLost(clock.Now(), why));
            });
            if (open is { EndsAt: not null })
                Close(open.EndCause);
        }
        Announce();
    }

    public void Take(TimedFragment fragment)
    {
        lock (guard)
        {
            if (open is null)
                buffer.Add(fragment);
            else if (open.EndsAt is { } end && fragment.StartedAt >= end)
            {
                Close(open.EndCause);
                buffer.Add(fragment);
            }
            else
            {
                Record(fragment);
                if (open is { EndsAt: { } ending } && fragment.EndedAt >= ending)
                    Close(open.EndCause);
            }
        }
        Announce();
    }

    /// <summary>Called a few times a second: what must happen even when no fragment comes.</summary>
    public void Tick()
    {
        lock (guard)
        {
            if (open is null)
                FollowClock();
            else if (open.EndsAt is { } end && clock.Now() - end > LongestEnding)
                Close(open.EndCause);
            else if (home.FreeBytes < settings.KeepFreeBytes)
                Close(new("disk-full"));
            else if (Math.Abs(clock.MovedMs() - open.ClockMovedMs) > ClockMovedMs)
            {
                var moved = clock.MovedMs();
                Guarded(() => open.Write(new JournalFact.ClockMoved(clock.Now(), moved - open.ClockMovedMs)));
                open?.ClockMovedMs = moved;
            }
        }
        Announce();
    }

    /// <summary>Ends what is being recorded with what is there.</summary>
    public void Dispose()
    {
        lock (guard)
            Close(new("shutdown"));
    }

    static Refusal NotRecording { get; } = new("not-recording", "The camera is not recording.", RefusalKind.Conflict);

    Refusal? Note(Func<Recording, JournalFact> fact)
    {
        lock (guard)
        {
            if (open is not { EndsAt: null })
                return NotRecording;
            Guarded(() => open.Write(fact(open.Recording)));
            return open is null ? new("disk-failed", "The camera could not write it down.", RefusalKind.NoRoom) : null;
        }
    }

    static Refusal? WhyNotCause(ActivationCause cause) =>
        cause.Trigger.Length is 0 or > 64 || cause.Detail?.Length > 500
            ? new("bad-cause", "A trigger has 1 to 64 characters and its detail at most 500.")
            : null;

    static Refusal? WhyNotReason(StateReason why) =>
        why.Code is not { Length: > 0 and <= 64 } || string.IsNullOrWhiteSpace(why.Code)
            ? new("reason-needed", "Say why: a reason code of at most 64 characters.")
        : why.Text?.Length > 2000 ? new("text-too-long", "The text of a reason has at most 2000 characters.")
        : new[] { why.Place, why.AskedBy, why.Supervisor }.Any(word => word is { Length: 0 or > 64 })
            ? new("word-unreadable", "Place, who asked and the supervisor's badge are words of at most 64 characters.")
        : null;

    static string Word(RecordingState state) => state.ToString().ToLowerInvariant();
}

/// <summary>What is being recorded, for whoever asks.</summary>
/// <param name="KeptUntil">Everything before this moment is on disk.</param>
public sealed record RecordingStatus(
    RecordingId Recording,
    Instant ActivatedAt,
    ActivationCause Cause,
    bool Urgent,
    bool Ending,
    IReadOnlyList<StateSpan> States,
    int Bookmarks,
    IReadOnlyList<ClipEntry> ClosedClips,
    Instant? KeptUntil
);
