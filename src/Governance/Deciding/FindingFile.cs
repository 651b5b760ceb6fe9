namespace Lapel.Governance;

/// <summary>Everything about one finding: what is found and why, and what people said and decided.</summary>
/// <param name="Event">What it is about, in words: the incident, or the recording.</param>
/// <param name="Because">Now; once reviewed, as the reviewer saw it.</param>
/// <param name="Rule">The sentence of the rule, as the officer reads it.</param>
/// <param name="Class">The class of breach it would be, with escalation as things stand; none when the policy has none.</param>
/// <param name="Recordings">Of the officer around that time, the one it is about first.</param>
/// <param name="Offered">Reasons to explain it with.</param>
public sealed record FindingFile(
    Finding Finding,
    FindingState State,
    string Officer,
    string Badge,
    string? Unit,
    string Event,
    string? CallType,
    Because Because,
    string? Rule,
    BreachClass? Class,
    IReadOnlyList<RecordingId> Recordings,
    IReadOnlyList<ExplanationReason> Offered,
    IReadOnlyList<Explanation> Explanations,
    FindingReview? Review
)
{
    /// <exception cref="RefusedException">There is none, or the viewer may not know of it.</exception>
    public static async Task<FindingFile> Require(
        Reading reading,
        Viewer viewer,
        FindingId id,
        Instant now,
        CancellationToken stop
    )
    {
        var reach = await WhoSees.Of(reading, viewer, stop);
        if (!reach.Any)
            throw new RefusedException(WhoMay.Nothing);
        return await Findings.Find(reading, id, stop) is { } found && reach.Sees(found.Finding)
            ? await Read(reading, found.Finding, now, stop)
            : throw new RefusedException(Findings.NotFound);
    }

    public static async Task<FindingFile> Read(Reading reading, Finding finding, Instant now, CancellationToken stop)
    {
        var state = (await FindingState.Of(reading, [finding.Id], stop))[finding.Id];
        var review = await FindingReviews.Find(reading, finding.Id, stop);
        var officer = await Officers.Find(reading, finding.Officer, stop);
        var unit = finding.Unit is { } its ? await Units.Find(reading, its, stop) : null;
        var policy = (await Policies.AllInForce(reading, stop)).FirstOrDefault(p => p.Number == finding.Policy)?.Policy;
        var about = await WhatItIsAbout(reading, finding, now, stop);
        return new(
            finding,
            state,
            officer?.Name ?? "An officer no longer on record",
            officer?.Badge ?? "",
            unit?.Name,
            about.Event,
            about.CallType,
            review?.Because ?? (state.Withdrawn ? NoLongerFound : about.Because) ?? NoLongerFound,
            about.Because is { } because ? RuleIn(because) : null,
            policy is null ? null : await ClassOf(reading, policy, finding, stop),
            about.Recordings,
            Governance.Explanations.For(policy, finding.Kind),
            await Governance.Explanations.Of(reading, finding.Id, stop),
            review
        );
    }

    static readonly Because NoLongerFound = Because.Of($"By the facts as they are now this is no longer found.");

    static async Task<BreachClass?> ClassOf(Reading reading, Policy policy, Finding finding, CancellationToken stop) =>
        policy.Breaches.FirstOrDefault(b => b.Id == finding.Breach) is { } first
            ? FindingReviews.Escalated(
                first,
                policy.Breaches,
                finding.From,
                await FindingReviews.SustainedOf(reading, finding.Officer, stop)
            )
            : null;

    static async Task<(string Event, string? CallType, Because? Because, IReadOnlyList<RecordingId> Recordings)> WhatItIsAbout(
        Reading reading,
        Finding finding,
        Instant now,
        CancellationToken stop
    )
    {
        if (finding.Attendance is { } attendance)
            return await Judgements.Again(reading, attendance, now, stop) is { } again
                ? (
                    $"{again.Facts.Incident.Number}, {again.Facts.Incident.CallType}"
                        + (again.Facts.Incident.Address is { } address ? $", {address}" : ""),
                    again.Facts.Incident.CallType,
                    again.Policy is { } policy && again.Judgement.Findings.Any(f => f.Id == finding.Id)
                        ? Explained.Of(policy, again.Facts, again.Judgement, finding)
                        : null,
                    [.. RecordingsOf(finding, again.Facts)]
                )
                : ("An incident that was corrected away", null, null, []);
        if (finding.Recording is { } id && await RecordedRows.Find(reading, id, stop) is { } recorded)
            return (
                "A recording",
                null,
                (await Policies.AllInForce(reading, stop)).FirstOrDefault(p => p.Number == finding.Policy) is { } its
                    ? Explained.Of(its, recorded, finding)
                    : null,
                [id]
            );
        return ("A recording", null, null, []);
    }

    static IEnumerable<RecordingId> RecordingsOf(Finding finding, AttendanceFacts facts)
    {
        if (finding.Recording is { } its)
            yield return its;
        foreach (var recorded in facts.Recordings.Where(r => r.From < finding.Until && r.Until > finding.From))
            if (recorded.Recording != finding.Recording)
                yield return recorded.Recording;
    }

    /// <summary>The last rule that the tree names: of the rule that asked and the one that was not met, the latter.</summary>
    static string? RuleIn(Because because) => RulesIn(because).LastOrDefault()?.Text;

    static IEnumerable<Part.Rule> RulesIn(Because because) =>
        because.Says.OfType<Part.Rule>().Concat(because.Why.SelectMany(RulesIn));
}
