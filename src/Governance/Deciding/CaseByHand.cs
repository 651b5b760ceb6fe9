namespace Lapel.Governance;

/// <summary>What somebody of professional standards asks for.</summary>
/// <param name="Officer">Badge.</param>
/// <param name="Breach">Id of a class of the policy in force.</param>
/// <param name="Incident">Number of an incident that the officer took part in; or</param>
/// <param name="Recording">a recording of the officer's.</param>
public sealed record AskCase(
    string? Officer,
    string? Breach,
    CaseOrigin? Origin,
    string? Reason,
    string? Incident = null,
    RecordingId? Recording = null
);

/// <summary>A case as it is asked for, looked up.</summary>
/// <param name="HasEvent">The incident or the recording is there, and the officer's.</param>
/// <param name="Own">It would be about whoever opens it.</param>
public sealed record ToOpen(bool MayOpen, bool HasOfficer, bool Own, bool HasClass, bool HasEvent, CaseOrigin? Origin);

/// <summary>
/// Cases that no finding is behind: a complaint, a request of the board. Whoever opens one is the accuser and decides it not; the officer is
/// asked like with any other, and sees who opened it and why.
/// </summary>
static class CasesByHand
{
    public static Refusal? WhyNotOpen(ToOpen asked, string? reason) =>
        !asked.MayOpen ? new("decide-not-yours", "Your role does not decide cases.", RefusalKind.Forbidden)
        : !asked.HasOfficer ? new("officer-unknown", "No officer has that badge.")
        : asked.Own ? new("case-own", "Nobody opens a case about themselves.", RefusalKind.Forbidden)
        : asked.Origin is null or CaseOrigin.Finding
            ? new("case-origin-missing", "Say what it comes from: a complaint, a request of the board, or something else.")
        : !asked.HasClass ? new("breach-class-missing", "Choose the class of breach that it would be, by the policy in force.")
        : !asked.HasEvent
            ? new(
                "case-without-event",
                "Name the incident that the officer took part in, or a recording of theirs: a case is about something that happened."
            )
        : FindingReviews.WhyNotReason(reason);

    /// <exception cref="RefusedException">See <see cref="WhyNotOpen"/>.</exception>
    public static async Task<CaseId> Open(Work work, Viewer viewer, AskCase ask, CancellationToken stop)
    {
        var badge = ask.Officer?.Trim();
        var officer = (await Officers.All(work, stop)).FirstOrDefault(o => o.Badge == badge);
        var policy = (await Policies.AllInForce(work, stop)).LastOrDefault(p => p.From <= work.Now);
        var breach = policy?.Policy.Breaches.FirstOrDefault(b => b.Id == ask.Breach);
        var about = officer is null ? null : await Find(work, viewer, officer.Id, ask, stop);
        var asked = new ToOpen(
            viewer.May(Permission.DecideCases),
            officer is not null,
            officer is not null && officer.Id == viewer.Account.Officer,
            breach is not null,
            about is not null,
            ask.Origin
        );
        FindingActs.Throw(WhyNotOpen(asked, ask.Reason));
        var opened = new ConductCase(
            CaseId.New(),
            null,
            officer!.Id,
            about!.Unit,
            policy!.Number,
            breach!,
            viewer.Account.Id,
            work.Now,
            work.Now + Duration.FromDays(breach!.DecideWithinDays),
            null
        )
        {
            Origin = ask.Origin!.Value,
            Reason = ask.Reason!.Trim(),
            Event = about.Event,
            Attendance = about.Attendance,
            Recording = about.Recording,
            HappenedAt = about.At,
        };
        await ConductCases.Insert(work, opened, stop);
        var origin = Words<CaseOrigin>.Of(opened.Origin);
        work.Append(
            new CustodyEvent.CaseOpenedByHand(opened.Id, officer.Id, origin, breach.Id, about.Event, opened.Reason),
            about.Recording
        );
        await CaseEvidences.Add(
            work,
            opened.Id,
            about.Recording is null ? "The incident as dispatch has it" : "A recording of the officer's",
            about.Event,
            about.Recording,
            stop
        );
        return opened.Id;
    }

    sealed record About(string Event, AttendanceId? Attendance, RecordingId? Recording, UnitId? Unit, Instant At);

    static async Task<About?> Find(Work work, Viewer viewer, OfficerId officer, AskCase ask, CancellationToken stop)
    {
        if (ask.Recording is { } id)
        {
            var recording = await Access.Require(work, viewer, id, Act.See, work.Now, stop);
            return recording.Officer?.Id == officer ? new("A recording", null, id, recording.Unit, recording.StartedAt) : null;
        }
        if (
            string.IsNullOrWhiteSpace(ask.Incident)
            || await Incidents.FindByNumber(work, ask.Incident.Trim(), stop) is not { } incident
        )
            return null;
        foreach (var part in await Attendances.Of(work, incident.Id, stop))
            if (part.Officer == officer && part.WithdrawnAt is null)
            {
                var judged = await Judgements.Find(work, part.Id, stop);
                var at = judged?.BeginsAt ?? KnownPart.TimesOf(part).DefaultIfEmpty(incident.ChangedAt).Min();
                var unit = judged?.Unit ?? (await Memberships.UnitOn(work, officer, at, stop))?.Id;
                return new($"{incident.Number}, {incident.CallType}", part.Id, null, unit, at);
            }
        return null;
    }
}
