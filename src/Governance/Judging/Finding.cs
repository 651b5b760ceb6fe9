namespace Lapel.Governance;

/// <summary>A gap between what the policy asked for and what the record shows. It says what is so, not whose fault it is.</summary>
/// <param name="Id">Made from what it is about (<see cref="Findings.IdOf"/>), so that judging again finds the same finding.</param>
/// <param name="Attendance">The officer's part in an incident; none when it is about a recording alone (docked late, untagged).</param>
/// <param name="Recording">The recording it is about; none when there is none.</param>
/// <param name="From">Server clock; where in time the gap begins.</param>
/// <param name="Reason">Code the officer gave on the camera, for states.</param>
/// <param name="Breach">Id of the policy's breach class it would be, if people sustain it; none when the policy has no class for it.</param>
/// <param name="Policy">Number of the policy version it was judged under.</param>
public sealed record Finding(
    FindingId Id,
    FindingKind Kind,
    AttendanceId? Attendance,
    RecordingId? Recording,
    OfficerId Officer,
    UnitId? Unit,
    Instant From,
    Instant Until,
    string? Reason,
    string? Breach,
    int Policy
);

/// <summary>The words for what can be found. The order is the order of showing.</summary>
public enum FindingKind
{
    NoRecording,
    LateStart,
    EarlyStop,
    Gap,

    /// <summary>Stopped inside a recording under a reason that the policy does not accept there.</summary>
    Stopped,
    Muted,
    Averted,
    ShortBuffer,
    NoticeMissing,
    DockedLate,
    Untagged,
}

/// <summary>How an officer's part in an incident ends: in exactly one of these.</summary>
public enum Outcome
{
    /// <summary>No rule of the policy in force asked for a recording.</summary>
    NotRequired,

    /// <summary>A camera recorded while it had to; findings may tell of parts that it did not.</summary>
    Covered,

    /// <summary>Not covered: excused by an exemption or a permitted state for all of it.</summary>
    Exempt,

    /// <summary>Not covered: no camera issued, or a reported fault, for all that was not exempt.</summary>
    Technical,

    /// <summary>Not covered, and nothing says why.</summary>
    Missing,

    /// <summary>Not known: times that cannot be right, or a camera whose docking is not due yet.</summary>
    Unknown,
}

/// <summary>Why an interval does not count against anyone.</summary>
public enum Excuse
{
    Exemption,
    NoCamera,
    Fault,
    PermittedState,
}

/// <summary>A part of the required interval that is excused, with the reason in words.</summary>
public sealed record ExcusedSpan(Instant From, Instant Until, Excuse Excuse, string Why);

/// <summary>That a camera had to record: from when to when and by which rule, whether or not any recording exists.</summary>
/// <param name="Trigger">Id of the policy's trigger.</param>
/// <param name="Excused">In order of time, not overlapping, inside the interval.</param>
public sealed record RequiredRecording(
    AttendanceId Attendance,
    OfficerId Officer,
    int Policy,
    string Trigger,
    Instant From,
    Instant Until,
    IReadOnlyList<ExcusedSpan> Excused
);

/// <summary>What was found about one officer's part in one incident, under the policy in force when the part began.</summary>
/// <param name="Required">None when nothing was required or the times cannot be right; see <paramref name="Trouble"/>.</param>
/// <param name="CoveredUs">Microseconds of the required interval that some recording covers, with picture and sound.</param>
/// <param name="ExcusedUs">Microseconds of it that are excused and not covered.</param>
/// <param name="Recordings">How many recordings touch the interval.</param>
/// <param name="Whole">A recording was on from the beginning to the end, within tolerance (measure R3).</param>
/// <param name="Notice">Whether notice is marked on the recording; none when nothing was recorded.</param>
/// <param name="Trouble">Why it cannot be judged, one sentence; none when it can.</param>
/// <param name="AgainAt">When to judge again though nothing changes: a docking deadline; none when it stays so.</param>
public sealed record Judgement(
    AttendanceId Attendance,
    int Policy,
    RequiredRecording? Required,
    Outcome Outcome,
    long CoveredUs,
    long ExcusedUs,
    int Recordings,
    bool Whole,
    bool? Notice,
    string? Trouble,
    Instant? AgainAt,
    IReadOnlyList<Finding> Findings
);
