namespace Lapel.Governance;

public sealed record AskEvidence(string? What, string? Reference = null, RecordingId? Recording = null);

public sealed record AskAppeal(string? Ground);

public sealed record AskAppealDecision(
    AppealOutcome? Outcome,
    int Days = 0,
    string? Reason = null,
    string? Departure = null,
    string? Signature = null
);

/// <summary>What people do with a case.</summary>
static class CaseActs
{
    /// <exception cref="RefusedException">See <see cref="CaseEvidences.WhyNotAdd"/>.</exception>
    public static async Task AddEvidence(Work work, Viewer viewer, CaseId id, AskEvidence asked, CancellationToken stop)
    {
        var folder = await CaseFolder.Require(work, viewer, id, stop);
        FindingActs.Throw(
            CaseEvidences.WhyNotAdd(CaseFolder.Who(viewer), folder.Decision is not null, asked.What, asked.Reference)
        );
        if (asked.Recording is { } recording)
            await Access.Require(work, viewer, recording, Act.See, work.Now, stop);
        await CaseEvidences.Add(work, id, asked.What!, asked.Reference, asked.Recording, stop);
    }

    /// <exception cref="RefusedException">See <see cref="CaseDecisions.WhyNotDecide"/>.</exception>
    public static async Task Decide(Work work, Viewer viewer, CaseId id, AskDecision asked, CancellationToken stop)
    {
        var folder = await CaseFolder.Require(work, viewer, id, stop);
        var who = CaseFolder.Who(viewer);
        FindingActs.Throw(CaseDecisions.WhyNotDecide(folder.ToDecide, who, asked, work.Now));
        var outcome = CaseOutcome.Find(asked.Outcome)!;
        var floor = folder.Case.Class.FloorDays;
        var finding = folder.Finding;
        await CaseDecisions.Keep(
            work,
            folder.Case,
            new(
                outcome.Code,
                asked.Days,
                floor ?? 0,
                asked.Reason!.Trim(),
                CaseDecisions.IsBelowFloor(floor, outcome, asked.Days) ? asked.Departure!.Trim() : null,
                new(
                    finding.Finding,
                    finding.Event,
                    finding.Because,
                    folder.Evidence,
                    finding.Explanations,
                    finding.State.AskedAt,
                    finding.Review!,
                    folder.Proposal
                ),
                viewer.Account.Id,
                viewer.Account.FullName,
                work.Now,
                work.Now + Duration.FromDays(folder.Case.Class.AppealWithinDays)
            ),
            stop
        );
    }

    /// <exception cref="RefusedException">See <see cref="Appeals.WhyNotAppeal"/>.</exception>
    public static async Task Appeal(Work work, Viewer viewer, CaseId id, AskAppeal asked, CancellationToken stop)
    {
        var folder = await CaseFolder.Require(work, viewer, id, stop);
        FindingActs.Throw(
            Appeals.WhyNotAppeal(
                viewer.Account.Officer,
                folder.Case.Officer,
                folder.Decision,
                folder.Appeal is not null,
                asked.Ground,
                work.Now
            )
        );
        await Appeals.File(work, id, viewer.Account.Id, asked.Ground!, stop);
    }

    /// <exception cref="RefusedException">See <see cref="Appeals.WhyNotDecideAppeal"/>.</exception>
    public static async Task DecideAppeal(Work work, Viewer viewer, CaseId id, AskAppealDecision asked, CancellationToken stop)
    {
        var folder = await CaseFolder.Require(work, viewer, id, stop);
        var who = CaseFolder.Who(viewer);
        var decision = new AskDecision(null, asked.Days, asked.Reason, asked.Departure, asked.Signature);
        FindingActs.Throw(
            Appeals.WhyNotDecideAppeal(folder.ToDecide, folder.Decision, folder.Appeal, who, asked.Outcome, decision)
        );
        await Appeals.Decide(work, id, folder.Decision!, who, asked.Outcome!.Value, decision, stop);
    }
}
