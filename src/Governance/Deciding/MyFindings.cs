using Microsoft.AspNetCore.Http;

namespace Lapel.Governance;

/// <summary>An officer's own page: what waits for them, what was decided about them, what was praised, and how they stand.</summary>
/// <param name="Open">Not decided yet, the oldest first.</param>
/// <param name="More">How many more are open than shown.</param>
/// <param name="Closed">Decided lately, the latest first.</param>
/// <param name="Today">What their camera had to record today.</param>
/// <param name="Month">How the last 28 days ended, by outcome.</param>
public sealed record MyFindings(
    IReadOnlyList<FindingFile> Open,
    int More,
    IReadOnlyList<ClosedFinding> Closed,
    IReadOnlyList<OwnCase> Cases,
    IReadOnlyList<Commendation> Praise,
    IReadOnlyList<RequiredToday> Today,
    IReadOnlyDictionary<Outcome, int> Month
)
{
    const int MostOpen = 20;
    public const int MonthDays = 28;

    public static async Task<MyFindings> Read(
        Reading reading,
        OfficerId officer,
        AgencyProfile agency,
        Instant now,
        CancellationToken stop
    )
    {
        var open = await reading.Many(
            """
            SELECT f.* FROM finding f WHERE f.officer = @officer AND f.withdrawn = 0
                AND NOT EXISTS (SELECT 1 FROM finding_review r WHERE r.finding = f.id)
            ORDER BY f.from_at, f.id
            """,
            new { officer },
            Findings.Read,
            stop
        );
        var files = new List<FindingFile>();
        foreach (var finding in open.Take(MostOpen))
            files.Add(await FindingFile.Read(reading, finding, now, stop));
        var today = Span.OfDay(Span.DayOf(now, agency), agency);
        return new(
            files,
            Math.Max(0, open.Count - MostOpen),
            await ClosedFinding.Of(reading, officer, stop),
            await OwnCase.Of(reading, officer, stop),
            await Commendations.OfOfficer(reading, officer, stop),
            await RequiredToday.Of(reading, officer, today, stop),
            await MonthOf(reading, officer, now, stop)
        );
    }

    static async Task<IReadOnlyDictionary<Outcome, int>> MonthOf(
        Reading reading,
        OfficerId officer,
        Instant now,
        CancellationToken stop
    ) =>
        (
            await reading.Many(
                """
                SELECT outcome, COUNT(*) AS many FROM judgement
                WHERE officer = @officer AND begins_at >= @since AND outcome <> 'not-required' GROUP BY outcome
                """,
                new { officer, since = now - Duration.FromDays(MonthDays) },
                row => (row.Word<Outcome>("outcome"), (int)row.Number("many")),
                stop
            )
        ).ToDictionary(r => r.Item1, r => r.Item2);
}

public sealed record ClosedFinding(
    FindingId Finding,
    FindingKind Kind,
    ReviewOutcome Outcome,
    string Reason,
    string By,
    Instant At
)
{
    public static Task<IReadOnlyList<ClosedFinding>> Of(Reading reading, OfficerId officer, CancellationToken stop) =>
        reading.Many(
            "SELECT * FROM finding_review WHERE officer = @officer ORDER BY at DESC, finding LIMIT 20",
            new { officer },
            row => new ClosedFinding(
                row.Id<Nouns.Finding>("finding"),
                row.Word<FindingKind>("kind"),
                row.Word<ReviewOutcome>("outcome"),
                row.Text("reason"),
                row.Text("name"),
                row.Time("at")
            ),
            stop
        );
}

/// <param name="Outcome">Code; none while it is open.</param>
public sealed record OwnCase(CaseId Case, string Label, string? Outcome, int PenaltyDays, Instant OpenedAt, Instant? DecidedAt)
{
    public static Task<IReadOnlyList<OwnCase>> Of(Reading reading, OfficerId officer, CancellationToken stop) =>
        reading.Many(
            """
            SELECT c.*, d.outcome, d.penalty_days FROM conduct_case c LEFT JOIN case_decision d ON d.conduct_case = c.id
            WHERE c.officer = @officer ORDER BY c.opened_at DESC LIMIT 20
            """,
            new { officer },
            row => new OwnCase(
                row.Id<Nouns.Case>("id"),
                row.Json<BreachClass>("breach_class").Label,
                row.TextOrNull("outcome"),
                (int)(row.NumberOrNull("penalty_days") ?? 0),
                row.Time("opened_at"),
                row.TimeOrNull("decided_at")
            ),
            stop
        );
}

public sealed record RequiredToday(
    string Number,
    string CallType,
    Instant? From,
    Instant? Until,
    Outcome Outcome,
    string? Trouble
)
{
    public static Task<IReadOnlyList<RequiredToday>> Of(Reading reading, OfficerId officer, Span day, CancellationToken stop) =>
        reading.Many(
            """
            SELECT j.*, i.number, i.call_type FROM judgement j JOIN incident i ON i.id = j.incident
            WHERE j.officer = @officer AND j.begins_at >= @from AND j.begins_at < @until AND j.outcome <> 'not-required'
            ORDER BY j.begins_at, j.attendance LIMIT 50
            """,
            new
            {
                officer,
                from = day.From,
                until = day.Until,
            },
            row => new RequiredToday(
                row.Text("number"),
                row.Text("call_type"),
                row.TimeOrNull("from_at"),
                row.TimeOrNull("until_at"),
                row.Word<Outcome>("outcome"),
                row.TextOrNull("trouble")
            ),
            stop
        );
}

/// <summary>What waits for the officer who is signed in: findings to explain, and praise not seen yet.</summary>
sealed class OfficerWaiting : IWaiting
{
    public async ValueTask<Waiting?> Read(HttpContext http, CancellationToken stop)
    {
        if (
            http.FindAgency() is not { } agency
            || http.FindViewer() is not { Account.Officer: { } officer } viewer
            || !viewer.May(Permission.AnswerFindings)
        )
            return null;
        await using var reading = await agency.Get<AgencyRecords>().Read(stop);
        var (findings, praise) = await reading.One(
            """
            SELECT
                (SELECT COUNT(*) FROM finding f WHERE f.officer = @officer AND f.withdrawn = 0
                    AND NOT EXISTS (SELECT 1 FROM finding_review r WHERE r.finding = f.id)
                    AND NOT EXISTS (SELECT 1 FROM explanation e WHERE e.finding = f.id)) AS findings,
                (SELECT COUNT(*) FROM commendation WHERE officer = @officer AND seen_at IS NULL) AS praise
            """,
            new { officer },
            row => (row.Number("findings"), row.Number("praise")),
            stop
        );
        var banner = (findings, praise) switch
        {
            (0, _) => "Somebody praised what you did.",
            (1, 0) => "One finding waits for your explanation.",
            (1, _) => "One finding waits for your explanation, and somebody praised what you did.",
            (_, 0) => $"{findings} findings wait for your explanation.",
            _ => $"{findings} findings wait for your explanation, and somebody praised what you did.",
        };
        return new("my-findings", findings + praise, banner, First: true);
    }
}

/// <summary>What waits for whoever reviews a unit's findings.</summary>
sealed class ReviewWaiting : IWaiting
{
    /// <summary>More than that is not counted: it stands on every page.</summary>
    const int MostCounted = 100;
    static readonly Duration Counted = Duration.FromDays(90);

    public async ValueTask<Waiting?> Read(HttpContext http, CancellationToken stop)
    {
        if (
            http.FindAgency() is not { } agency
            || http.FindViewer() is not { Account.Unit: not null } viewer
            || !viewer.May(Permission.ReviewFindings)
        )
            return null;
        await using var reading = await agency.Get<AgencyRecords>().Read(stop);
        var now = agency.Get<Deciding>().Clock.Now();
        var reach = await WhoSees.Of(reading, viewer, stop);
        var (waits, args) = FindingState.Where(FindingStage.ToReview, now);
        args["since"] = now - Counted;
        args["most"] = MostCounted;
        var count = await reading.One(
            $"""
            SELECT COUNT(*) AS many FROM (SELECT 1 FROM finding
                WHERE {(reach with { Own = null }).Sql(
                "finding",
                args
            )} AND finding.from_at >= @since AND {waits} LIMIT @most) few
            """,
            args,
            row => row.Number("many"),
            stop
        );
        return new("findings", count);
    }
}

/// <summary>What waits for professional standards.</summary>
sealed class CaseWaiting : IWaiting
{
    public async ValueTask<Waiting?> Read(HttpContext http, CancellationToken stop)
    {
        if (http.FindAgency() is not { } agency || http.FindViewer() is not { } viewer || !viewer.May(Permission.DecideCases))
            return null;
        await using var reading = await agency.Get<AgencyRecords>().Read(stop);
        var open = await reading.One(
            """
            SELECT (SELECT COUNT(*) FROM conduct_case WHERE decided_at IS NULL)
                + (SELECT COUNT(*) FROM appeal WHERE outcome IS NULL) AS many
            """,
            null,
            row => row.Number("many"),
            stop
        );
        return new("cases", open);
    }
}
