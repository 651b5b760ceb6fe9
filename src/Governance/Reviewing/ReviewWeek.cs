namespace Lapel.Governance;

/// <summary>
/// Draws every unit's week by itself: fixes last week's list on Monday, draws when the log has it, deals, and passes on what is overdue.
/// It looks once an hour; what it has done already it finds done.
/// </summary>
sealed class ReviewWeek(Agency agency, TimeProvider clock) : IFollower, IJob
{
    public const string Tick = "reviews";
    static readonly Duration Pause = Duration.FromHours(1);

    readonly AgencyRecords records = agency.Get<AgencyRecords>();

    public string Name => "reviewing";

    public string Kind => Tick;

    public async Task Follow(IReadOnlyList<LoggedEntry> entries, Work work, CancellationToken stop)
    {
        foreach (var logged in entries)
            switch (logged.Entry.Event)
            {
                case CustodyEvent.AgencyFounded:
                    await Jobs.Enqueue(work, Tick, "", stop);
                    break;
                case CustodyEvent.ReviewFrameCommitted committed:
                    await work.Execute(
                        "UPDATE review_draw SET position = @Position WHERE id = @Draw AND position IS NULL",
                        new { logged.Position, committed.Draw },
                        stop
                    );
                    await Jobs.Enqueue(work, Drawing.JobKind, committed.Draw.Text, stop);
                    break;
                case CustodyEvent.RecordingAdmitted admitted:
                    await Jobs.Enqueue(work, LookingForLeads.JobKind, admitted.Recording.Text, stop);
                    break;
                case CustodyEvent.ContentKeyDestroyed destroyed:
                    await MediaLeads.Forget(work, destroyed.Recording, stop);
                    break;
            }
    }

    public async Task Run(string subject, CancellationToken stop)
    {
        IReadOnlyList<PolicyInForce> policies;
        IReadOnlyList<Reviewer> reviewers;
        var (from, until) = LastWeek(clock.Now(), agency.Profile);
        await using (var reading = await records.Read(stop))
        {
            policies = await Policies.AllInForce(reading, stop);
            reviewers = await Reviewers.All(reading, stop);
        }
        foreach (var unit in reviewers.GroupBy(r => r.Unit))
            await CommitWeek(unit.Key, unit.Count(), from, until, policies, stop);

        await using var work = await records.Begin(Actor.System(Name), stop);
        if (await Reviews.Escalate(work, number => policies.FirstOrDefault(p => p.Number == number)?.Policy.Reviews, stop) > 0)
            agency.Get<Pulse>().Send("reviews");
        await Jobs.Enqueue(work, Tick, "", stop, work.Now + Pause);
        await work.Commit(stop);
    }

    async Task CommitWeek(
        UnitId unit,
        int reviewers,
        Instant from,
        Instant until,
        IReadOnlyList<PolicyInForce> policies,
        CancellationToken stop
    )
    {
        await using var work = await records.Begin(Actor.System(Name), stop);
        var policy = policies.LastOrDefault(p => p.From <= work.Now);
        if (policy is null || policy.Policy.Reviews.PerReviewerEachWeek == 0)
            return;
        if (
            await work.Any(
                "SELECT 1 FROM review_draw WHERE unit = @unit AND from_at = @from AND weekly = 1",
                new { unit, from },
                stop
            )
        )
            return;
        if ((await ReviewDraws.Frame(work, unit, from, until, stop)).Count == 0)
            return; // nothing was required: nothing to draw from, and a later correction may still bring something
        await ReviewDraws.Commit(
            work,
            weekly: true,
            unit,
            from,
            until,
            policy.Policy.Reviews.PerReviewerEachWeek * reviewers,
            policy,
            stop
        );
        await work.Commit(stop);
    }

    /// <summary>The last whole week, Monday to Monday, as the agency's calendar has it.</summary>
    public static (Instant From, Instant Until) LastWeek(Instant now, AgencyProfile agency)
    {
        var today = Roster.Span.DayOf(now, agency);
        var monday = today.PlusDays(1 - (int)today.DayOfWeek);
        return (Roster.Span.OfDay(monday.PlusDays(-7), agency).From, Roster.Span.OfDay(monday, agency).From);
    }
}

/// <summary>Draws from a fixed list as soon as the log has it under a signed head.</summary>
sealed class Drawing(Agency agency) : IJob
{
    public const string JobKind = "review-draw";

    public string Kind => JobKind;

    public async Task Run(string subject, CancellationToken stop)
    {
        await using var work = await agency.Get<AgencyRecords>().Begin(Actor.System("reviewing"), stop);
        if (await ReviewDraws.Find(work, DrawId.Parse(subject), stop) is not { Position: { } position } draw)
            return;
        var policies = await Policies.AllInForce(work, stop);
        var rule =
            policies.FirstOrDefault(p => p.Number == draw.Policy)?.Policy.Reviews
            ?? throw new InvalidOperationException($"Policy version {draw.Policy} of this draw is not there.");
        await ReviewDraws.Draw(work, draw, agency.Get<CustodyLog>().Tiles.NoteAt(position + 1), rule, stop);
        await work.Commit(stop);
        agency.Get<Pulse>().Send("reviews");
    }
}
