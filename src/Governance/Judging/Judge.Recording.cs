using NodaTime;

namespace Lapel.Governance;

/// <summary>What is found of a recording alone: its buffer, its docking, its tag.</summary>
/// <param name="AgainAt">When to judge again though nothing changes: the tagging deadline; none when it stays so.</param>
/// <param name="DockBy">Until when it had to be docked.</param>
/// <param name="TagBy">Until when it has to be tagged; none when it is of no incident.</param>
public sealed record RecordingJudgement(
    RecordingId Recording,
    int Policy,
    Instant? DockBy,
    Instant? TagBy,
    Instant? AgainAt,
    IReadOnlyList<Finding> Findings
);

public static partial class Judge
{
    /// <param name="policy">The version in force when it was switched on.</param>
    /// <param name="ofIncident">Whether it touches anything that was required: only then does it need a case number.</param>
    /// <param name="before">The recording before it, by the same camera: a buffer that reaches back to its end is not short.</param>
    public static IReadOnlyList<Finding> OfRecording(
        PolicyInForce policy,
        Recorded recording,
        Instant asOf,
        bool ofIncident = true,
        Recorded? before = null
    ) => JudgeRecording(policy, recording, asOf, ofIncident, before).Findings;

    internal static RecordingJudgement JudgeRecording(
        PolicyInForce? policy,
        Recorded recording,
        Instant asOf,
        bool ofIncident,
        Recorded? before
    )
    {
        if (policy is null)
            return new(recording.Recording, 0, null, null, null, []);
        var rules = policy.Policy;
        List<Finding>? found = null;
        void Find(FindingKind kind, Instant from, Instant until) =>
            (found ??= []).Add(
                new(
                    Findings.IdOf(kind, recording.Recording.Text, recording.Recording, 0),
                    kind,
                    null,
                    recording.Recording,
                    recording.Officer,
                    recording.Unit,
                    from,
                    until,
                    null,
                    BreachOf(rules, kind),
                    policy.Number
                )
            );

        if (BufferIsShort(rules, recording, before))
            Find(FindingKind.ShortBuffer, recording.From, recording.ActivatedAt);
        var dockBy = recording.Until + Duration.FromHours(rules.Docking.WithinHours);
        if (recording.AdmittedAt > dockBy)
            Find(FindingKind.DockedLate, dockBy, recording.AdmittedAt);
        Instant? tagBy = ofIncident ? recording.AdmittedAt + Duration.FromHours(rules.Tagging.WithinHours) : null;
        var waits = tagBy is not null && recording.TaggedAt is null;
        if (waits && asOf >= tagBy)
            Find(FindingKind.Untagged, recording.AdmittedAt, tagBy!.Value);
        return new(recording.Recording, policy.Number, dockBy, tagBy, waits && asOf < tagBy ? tagBy : null, found ?? []);
    }

    static bool BufferIsShort(Policy rules, Recorded recording, Recorded? before) =>
        recording.PreEventMs < (rules.PreEvent.Seconds - (long)rules.PreEvent.ToleranceSeconds) * 1000
        && !(
            before is not null
            && before.Camera == recording.Camera
            && before.Until + Duration.FromSeconds(rules.Tolerances.GapSeconds) >= recording.From
        );
}
