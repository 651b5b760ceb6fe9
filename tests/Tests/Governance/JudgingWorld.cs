using Lapel.Governance;
using NodaTime;

namespace Lapel.Tests.Governance;

/// <summary>Facts for the judge, put together in a sentence: nine in the morning, a call of ten minutes, one camera all day.</summary>
public sealed record JudgingWorld
{
    public static readonly Instant Nine = Instant.FromUtc(2026, 11, 20, 9, 0);
    public static readonly OfficerId Officer = OfficerId.New();
    public static readonly CameraId Camera = CameraId.New();
    public static readonly CameraId OtherCamera = CameraId.New();
    static readonly Says Says = new("The rule says so.", Grade.Proposal, []);

    public Policy Policy { get; init; } = SomePolicy;
    public Attendance Attendance { get; init; } =
        new(
            AttendanceId.New(),
            IncidentId.New(),
            Officer,
            "3101",
            "D31-4",
            Activity.Call,
            At(-300),
            At(-240),
            At(0),
            At(600),
            null
        );
    public DispatchIncident Incident { get; init; } =
        new(IncidentId.New(), "26-1001", IncidentSource.File, "DISTURBANCE", 2, null, null, null, At(-310), null, 1, At(0));
    public IReadOnlyList<Worn> Worn { get; init; } = [new(Camera, At(-10_000), null)];
    public IReadOnlyList<Exemption> Exemptions { get; init; } = [];
    public IReadOnlyList<CameraFault> Faults { get; init; } = [];
    public IReadOnlyList<Recorded> Recordings { get; init; } = [];

    /// <summary>Two days later: everything had its time to come in.</summary>
    public Instant AsOf { get; init; } = At(2 * 86400);

    public static Instant At(double seconds) => Nine + Duration.FromTicks((long)(seconds * 10_000_000));

    public AttendanceFacts Facts =>
        new(Attendance, Incident, null, Worn, Exemptions, Faults, [.. Recordings.OrderBy(r => r.From)]) { BeginsAt = At(-300) };

    public PolicyInForce InForce => new(3, At(-100_000), null, Policy);

    public Judgement Judgement => Judge.Of(InForce, Facts, AsOf);

    public IEnumerable<FindingKind> Kinds => Judgement.Findings.Select(f => f.Kind);

    public JudgingWorld WithRecording(double from, double until, params StateSpan[] states) =>
        this with
        {
            Recordings = [.. Recordings, Recording(from, until, states)],
        };

    public static Recorded Recording(double from, double until, params StateSpan[] states) =>
        new(
            RecordingId.New(),
            Camera,
            Officer,
            null,
            At(from),
            At(Math.Min(from + 30, until)),
            At(until),
            30_000,
            null,
            states,
            At(until + 3600),
            At(until + 7200)
        );

    public static StateSpan Stopped(double from, double until, string reason = "refusal") =>
        new(RecordingState.Stopped, At(from), At(until), reason, null, SaidAloud: true, "private-home", "occupant");

    public static StateSpan Muted(double from, double until, string reason = "tactics") =>
        new(RecordingState.Muted, At(from), At(until), reason, null, SaidAloud: true);

    public static Exemption Exempt(double from, double until) =>
        new(ExemptionId.New(), Officer, null, [], At(from), At(until), "Undercover task", "Chief Ng");

    public static CameraFault Fault(double from, double? until, CameraId? camera = null) =>
        new(FaultId.New(), Officer, camera, At(from), until is { } end ? At(end) : null, "Lens cracked", "Sgt. Ito", At(from));

    public static readonly Policy SomePolicy = new(
        1,
        "A policy for tests",
        "Made up.",
        new Dictionary<string, PolicySource>(),
        [
            new("urgent", Says, Activity.Call, [], [], 1, Moment.Dispatched, Moment.Cleared),
            new("calls", Says, Activity.Call, [], ["PARADE*"], null, Moment.Arrived, Moment.Cleared),
            new("rides", Says, Activity.Transport, [], [], null, Moment.EnRoute, Moment.Arrived),
        ],
        new(30, 60, 5, 15, 12),
        new(Says, 30, 3),
        [
            new(
                "refusal",
                "Occupant refused",
                Says,
                [RecordingState.Stopped],
                [Place.PrivateHome, Place.Shelter],
                [],
                [AskedBy.Occupant],
                SaidAloud: true,
                Supervisor: false,
                UnlessExigent: true,
                MostMinutes: null
            ),
            new("tactics", "Tactical talk", Says, [RecordingState.Muted], [], [], [], false, false, false, MostMinutes: 2),
            new(
                "dignity",
                "Dignity",
                Says,
                [RecordingState.Averted, RecordingState.Muted],
                [],
                [Place.Public],
                [],
                false,
                false,
                true,
                null
            ),
            new(
                "ordered",
                "A supervisor ordered it",
                Says,
                [RecordingState.Stopped],
                [],
                [],
                [],
                false,
                Supervisor: true,
                false,
                null
            ),
            new("objection", "Objection in public", Says, [], [], [], [], false, false, false, null),
        ],
        [new("imminent-harm", "Somebody is about to be harmed", Says)],
        new(Says, Required: true, "notice given", WithinSeconds: 60),
        new(Says, WithinHours: 24),
        new(Says, WithinHours: 48, null, ["Arrest"]),
        new(Says, 3, 7, 3, []),
        [],
        [
            new(
                "state",
                "Interrupted",
                Says,
                [FindingKind.Stopped, FindingKind.Muted, FindingKind.Averted],
                Route.ProfessionalStandards,
                1,
                365,
                null,
                null,
                30,
                30,
                "the board",
                true
            ),
            new("late", "Late", Says, [FindingKind.LateStart], Route.Coaching, null, 365, null, null, 30, 30, "the board", true),
        ]
    );
}
