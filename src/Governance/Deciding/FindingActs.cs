namespace Lapel.Governance;

/// <param name="Reason">Code of one of the reasons that the finding offers.</param>
/// <param name="Recording">With <paramref name="AtMs"/> a place in a recording of one's own.</param>
/// <param name="AtMs">Milliseconds of the player's time.</param>
public sealed record AskExplanation(string? Reason, string? Text = null, RecordingId? Recording = null, long? AtMs = null);

public sealed record AskReview(ReviewOutcome? Outcome, string? Reason);

/// <summary>What people do with a finding. Each reads what is so inside its work, asks the decision, and writes.</summary>
static class FindingActs
{
    /// <exception cref="RefusedException">See <see cref="Explanations.WhyNotExplain"/>.</exception>
    public static async Task Explain(Work work, Viewer viewer, FindingId id, AskExplanation asked, CancellationToken stop)
    {
        var file = await FindingFile.Require(work, viewer, id, work.Now, stop);
        Throw(
            Explanations.WhyNotExplain(
                viewer.Account.Officer,
                file.Finding.Officer,
                file.State.ClosedAt(work.Now),
                file.State.Withdrawn,
                file.Offered,
                asked.Reason,
                asked.Text
            )
        );
        PlaceInRecording? place = null;
        if (asked is { Recording: { } recording, AtMs: { } at })
        {
            var seen = await Access.Require(work, viewer, recording, Act.See, work.Now, stop);
            if (at < 0 || at > seen.Length.TotalMilliseconds)
                throw new RefusedException(new("place-outside", "That place is not inside the recording."));
            place = new(recording, at);
        }
        var reason = file.Offered.First(o => o.Code == asked.Reason);
        await Explanations.Add(work, viewer, file.Finding, reason, asked.Text, place, stop);
    }

    /// <returns>The case that was opened, when the breach's route is professional standards.</returns>
    /// <exception cref="RefusedException">See <see cref="FindingReviews.WhyNotReview"/>.</exception>
    public static async Task<CaseId?> Review(Work work, Viewer viewer, FindingId id, AskReview asked, CancellationToken stop)
    {
        if (asked.Outcome is not { } outcome)
            throw new RefusedException(new("outcome-missing", "Choose what the review comes to."));
        var file = await FindingFile.Require(work, viewer, id, work.Now, stop);
        var facts = await ToReview(work, viewer, file, stop);
        Throw(FindingReviews.WhyNotReview(facts, outcome, asked.Reason, work.Now));
        var breach = outcome == ReviewOutcome.Sustained ? file.Class : null;
        var review = new FindingReview(
            id,
            outcome,
            asked.Reason!.Trim(),
            breach?.Id,
            breach?.Route,
            file.Because,
            viewer.Account.Id,
            viewer.Account.FullName,
            work.Now
        );
        await FindingReviews.Keep(work, file.Finding, review, stop);
        if (breach?.Route != Route.ProfessionalStandards)
            return null;
        var opened = await ConductCases.Open(work, file.Finding, breach, viewer.Account.Id, stop);
        await ListEvidence(work, opened, file, stop);
        return opened.Id;
    }

    public static async Task<ToReview> ToReview(Reading reading, Viewer viewer, FindingFile file, CancellationToken stop) =>
        new(
            file.Finding.Officer,
            viewer.Account.Officer,
            await Leads(reading, viewer, file.Finding.Unit, stop),
            file.Class is not null,
            file.State.Withdrawn,
            file.State.Explained > 0,
            file.State.AskedAt,
            file.State.Reviewed is not null
        );

    /// <summary>The viewer reviews the findings of this unit's officers.</summary>
    public static async Task<bool> Leads(Reading reading, Viewer viewer, UnitId? unit, CancellationToken stop) =>
        viewer.May(Permission.ReviewFindings)
        && viewer.Account.Unit is { } own
        && unit is { } its
        && (await Units.Subtree(reading, own, stop)).Contains(its);

    // What the finding itself rests on is evidence from the first minute; people add the rest.
    static async Task ListEvidence(Work work, ConductCase opened, FindingFile file, CancellationToken stop)
    {
        if (file.Finding.Attendance is not null)
            await CaseEvidences.Add(work, opened.Id, "The incident as dispatch has it", file.Event, null, stop);
        foreach (var recording in file.Recordings)
            await CaseEvidences.Add(work, opened.Id, "A recording of the officer's", recording.Text, recording, stop);
        await CaseEvidences.Add(
            work,
            opened.Id,
            "The finding with its explanation, as the reviewer saw it",
            $"finding {file.Finding.Id}, policy version {file.Finding.Policy}",
            null,
            stop
        );
    }

    internal static void Throw(Refusal? refusal)
    {
        if (refusal is not null)
            throw new RefusedException(refusal);
    }
}
