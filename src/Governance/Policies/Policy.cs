namespace Lapel.Governance;

/// <summary>
/// The programme's rules as data: when a camera must be on, what may interrupt it, and what follows when it was not.
/// One document, JSON with comments, read by <see cref="PolicyText"/>; the schema is policies/policy.schema.json. A version in force
/// never changes: a change is another version (<see cref="PolicyVersion"/>).
/// </summary>
/// <param name="V">1: the version of this shape.</param>
/// <param name="Name">How people call the policy.</param>
/// <param name="About">What it is, and what it is not: shown above the rules.</param>
/// <param name="Sources">What the rules rest on, by key.</param>
public sealed record Policy(
    int V,
    string Name,
    string About,
    IReadOnlyDictionary<string, PolicySource> Sources,
    IReadOnlyList<Trigger> Triggers,
    Tolerances Tolerances,
    BufferRule PreEvent,
    IReadOnlyList<ReasonRule> Reasons,
    IReadOnlyList<Exigency> Exigencies,
    NoticeRule Notice,
    DockingRule Docking,
    TaggingRule Tagging,
    ReviewRule Reviews,
    IReadOnlyList<ExplanationReason> Explanations,
    IReadOnlyList<BreachClass> Breaches
);

/// <summary>A document a rule rests on.</summary>
/// <param name="Date">When it was published or read, as written there; none when unknown.</param>
public sealed record PolicySource(string Title, string? Date = null, string? Address = null);

/// <summary>How well a rule is known to be the service's own.</summary>
public enum Grade
{
    /// <summary>Read in a published source.</summary>
    Published,

    /// <summary>Follows by arithmetic or directly from published figures.</summary>
    Inferred,

    /// <summary>From general knowledge of the document: a default to confirm, never "the rule of" anybody.</summary>
    Unconfirmed,

    /// <summary>Lapel's own proposal.</summary>
    Proposal,
}

/// <summary>What every rule says for itself.</summary>
/// <param name="Sentence">The rule as the officer reads it.</param>
/// <param name="Sources">Keys of <see cref="Policy.Sources"/>.</param>
public sealed record Says(string Sentence, Grade Grade, IReadOnlyList<string> Sources);

/// <summary>
/// When a camera must record. The first trigger, in the document's order, that fits what the officer did decides; none: no recording is
/// required of that attendance.
/// </summary>
/// <param name="Id">A word, unique among the triggers; findings name it.</param>
/// <param name="CallTypes">Call types it holds for, <c>*</c> at an end matches any rest; empty: all.</param>
/// <param name="NotCallTypes">Call types it does not hold for.</param>
/// <param name="MostPriority">Only for calls of this priority number or a more urgent (lower) one; none: any.</param>
/// <param name="From">The moment the camera must be on; if that moment is unknown the next one that is known.</param>
/// <param name="Until">The moment up to which it must stay on.</param>
public sealed record Trigger(
    string Id,
    Says Says,
    Activity On,
    IReadOnlyList<string> CallTypes,
    IReadOnlyList<string> NotCallTypes,
    int? MostPriority,
    Moment From,
    Moment Until
);

/// <summary>What brought an officer there.</summary>
public enum Activity
{
    /// <summary>A call for service from dispatch.</summary>
    Call,

    /// <summary>An investigation or stop that the officer began.</summary>
    Investigation,

    /// <summary>Asking a person questions to collect information.</summary>
    Questioning,

    /// <summary>Taking a person somewhere.</summary>
    Transport,

    /// <summary>Traffic direction, a static post, a meal: recorded in dispatch, but nothing that the programme is about.</summary>
    Other,
}

public enum Moment
{
    Dispatched,
    EnRoute,
    Arrived,
    Cleared,
}

/// <summary>How much off is still right. All in seconds but <see cref="LongestIncidentHours"/>.</summary>
/// <param name="LateStartSeconds">A camera on this much after it had to be is in time.</param>
/// <param name="EarlyStopSeconds">A camera off this much before the end stayed on.</param>
/// <param name="GapSeconds">A hole no longer than this inside is none: clips follow each other with a moment between.</param>
/// <param name="ClockSeconds">How far the clocks of dispatch and cameras may disagree unnoticed; widens the first two.</param>
/// <param name="LongestIncidentHours">An attendance longer than this is a forgotten "clear": nobody is judged by it.</param>
public sealed record Tolerances(
    int LateStartSeconds,
    int EarlyStopSeconds,
    int GapSeconds,
    int ClockSeconds,
    int LongestIncidentHours
);

/// <summary>The pre-event buffer a recording must begin with.</summary>
/// <param name="Seconds">What must be there; 0: none is required.</param>
/// <param name="ToleranceSeconds">How much shorter is still right: encoders cut at keyframes.</param>
public sealed record BufferRule(Says Says, int Seconds, int ToleranceSeconds);

/// <summary>
/// A reason to stop, mute or avert, and when it counts. A state under a reason that is not here, or whose conditions are not met, is a
/// finding; whether the reason was good is for people to say.
/// </summary>
/// <param name="Code">As officers give it on the camera.</param>
/// <param name="Permits">Which states it can permit; empty: a reason that is known and never accepted.</param>
/// <param name="Places">Only in these kinds of place; empty: anywhere.</param>
/// <param name="NotPlaces">Not in these: an objection in a public place does not justify a stop.</param>
/// <param name="AskedBy">Only if one of these asked for it; empty: anyone, the officer too.</param>
/// <param name="SaidAloud">The reason must be said on the recording first.</param>
/// <param name="Supervisor">A supervisor must have been told or have agreed.</param>
/// <param name="UnlessExigent">Not while an exigency stands on the incident.</param>
/// <param name="MostMinutes">Longest that it permits at a stretch; none: no limit.</param>
public sealed record ReasonRule(
    string Code,
    string Label,
    Says Says,
    IReadOnlyList<RecordingState> Permits,
    IReadOnlyList<Place> Places,
    IReadOnlyList<Place> NotPlaces,
    IReadOnlyList<AskedBy> AskedBy,
    bool SaidAloud,
    bool Supervisor,
    bool UnlessExigent,
    int? MostMinutes
);

/// <summary>The kind of place, where rules differ.</summary>
public enum Place
{
    Public,
    PrivateHome,
    Hospital,
    School,
    Religious,
    Shelter,
    Washroom,
    PoliceFacility,
    Other,
}

/// <summary>Who asked for a stop, a mute or an averted lens.</summary>
public enum AskedBy
{
    Self,
    Occupant,
    Victim,
    Witness,
    Medical,
    Supervisor,
    Other,
}

/// <summary>A circumstance in which exceptions do not hold and the camera stays on.</summary>
public sealed record Exigency(string Code, string Label, Says Says);

/// <summary>That people are told. The camera's mark with <paramref name="Mark"/> as its label is the sign on the recording.</summary>
/// <param name="WithinSeconds">Of arrival.</param>
/// <param name="Required">False: its absence is counted in the measures and is no finding.</param>
public sealed record NoticeRule(Says Says, bool Required, string Mark, int WithinSeconds);

/// <param name="WithinHours">Of a recording's end: until then what is not docked is not known, afterwards it is missing.</param>
public sealed record DockingRule(Says Says, int WithinHours);

/// <summary>A recording of an incident needs its number and a category.</summary>
/// <param name="WithinHours">Of its admission.</param>
/// <param name="CaseNumber">Regular expression that a case number matches whole; none: any text.</param>
/// <param name="Categories">What may be chosen.</param>
public sealed record TaggingRule(Says Says, int WithinHours, string? CaseNumber, IReadOnlyList<string> Categories);

/// <summary>Reviews drawn at random from required recordings.</summary>
/// <param name="PerReviewerEachWeek">How many each supervisor gets.</param>
/// <param name="DueDays">Until an item is overdue.</param>
/// <param name="Questions">What the form asks, each answered yes, no or does not apply.</param>
public sealed record ReviewRule(
    Says Says,
    int PerReviewerEachWeek,
    int DueDays,
    int EscalateDays,
    IReadOnlyList<ReviewQuestion> Questions
);

public sealed record ReviewQuestion(string Id, string Text);

/// <summary>What an officer can choose to explain a finding with.</summary>
/// <param name="For">Kinds of finding it is offered for; empty: all.</param>
public sealed record ExplanationReason(string Code, string Label, IReadOnlyList<FindingKind> For);

/// <summary>What kind of breach a finding may be, and which way it goes if people sustain it. Nothing follows by itself.</summary>
/// <param name="Findings">Kinds of finding it covers.</param>
/// <param name="Route">Who deals with it.</param>
/// <param name="FloorDays">Least suspension, days; none: no floor. Below it a decision needs a signed departure.</param>
/// <param name="LookBackDays">How far back earlier decisions count as history.</param>
/// <param name="EscalatesTo">Class that applies from the <paramref name="EscalatesAt"/>th sustained one inside the look-back on.</param>
/// <param name="DecideWithinDays">Clock of the decision.</param>
/// <param name="AppealWithinDays">Clock of the appeal.</param>
/// <param name="AppealTo">Where an appeal goes, in words.</param>
/// <param name="InAnnualReport">Whether the yearly report counts it.</param>
public sealed record BreachClass(
    string Id,
    string Label,
    Says Says,
    IReadOnlyList<FindingKind> Findings,
    Route Route,
    int? FloorDays,
    int LookBackDays,
    string? EscalatesTo,
    int? EscalatesAt,
    int DecideWithinDays,
    int AppealWithinDays,
    string AppealTo,
    bool InAnnualReport
);

public enum Route
{
    Reminder,
    Coaching,
    SupervisorReview,
    ProfessionalStandards,
}
