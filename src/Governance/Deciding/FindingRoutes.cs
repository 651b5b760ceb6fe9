using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Governance;

/// <summary>The API of findings: the list, one of them, explaining and reviewing.</summary>
static class FindingRoutes
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/findings", List).NeedsSignIn();
        api.MapGet("/findings/{id}", One).NeedsSignIn();
        api.MapPost("/findings/{id}/explanations", Explain).DisableAntiforgery().Needs(Permission.AnswerFindings);
        api.MapPost("/findings/{id}/review", Review).DisableAntiforgery().Needs(Permission.ReviewFindings);
        api.MapGet("/my-findings", Mine).Needs(Permission.AnswerFindings);
    }

    /// <param name="Next">Ask for the next page with before; none on the last.</param>
    public sealed record ListAnswer(IReadOnlyList<ListedFinding> Findings, string? Next);

    /// <param name="Withdrawn">Facts that came later undid it.</param>
    /// <param name="Because">Why it is there; once reviewed, as the reviewer saw it.</param>
    /// <param name="AnswerUntil">The officer's time to explain ends; none while they were not asked.</param>
    public sealed record FindingAnswer(
        Finding Finding,
        bool Withdrawn,
        FindingStage Stage,
        string Event,
        string? Rule,
        Because Because,
        string? Breach,
        Instant? AskedAt,
        Instant? AnswerUntil,
        IReadOnlyList<ExplanationReason> Offered,
        IReadOnlyList<Explanation> Explanations,
        FindingReview? Review,
        CaseId? Case
    )
    {
        public static FindingAnswer Of(FindingFile file, Instant now) =>
            new(
                file.Finding,
                file.State.Withdrawn,
                file.State.StageAt(now),
                file.Event,
                file.Rule,
                file.Because,
                file.Class?.Id,
                file.State.AskedAt,
                FindingReviews.AnswerUntil(file.State.AskedAt),
                file.Offered,
                file.Explanations,
                file.Review,
                file.State.Case
            );
    }

    static async Task<IResult> List(
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        var page = await FindingFilter.Run(http.Request, reading, viewer, clock.Now(), stop);
        return TypedResults.Ok(new ListAnswer(page.Rows, page.Older?.ToString()));
    }

    static async Task<IResult> One(FindingId id, Viewer viewer, AgencyRecords records, TimeProvider clock, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return TypedResults.Ok(FindingAnswer.Of(await FindingFile.Require(reading, viewer, id, clock.Now(), stop), clock.Now()));
    }

    static async Task<IResult> Explain(
        FindingId id,
        AskExplanation ask,
        Viewer viewer,
        AgencyRecords records,
        CancellationToken stop
    )
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        await FindingActs.Explain(work, viewer, id, ask, stop);
        var file = await FindingFile.Require(work, viewer, id, work.Now, stop);
        await work.Commit(stop);
        return TypedResults.Created($"findings/{id}", file.Explanations[^1]);
    }

    /// <param name="Case">Opened with it, when the breach's route is professional standards.</param>
    public sealed record ReviewAnswer(FindingReview Review, CaseId? Case);

    static async Task<IResult> Review(FindingId id, AskReview ask, Viewer viewer, AgencyRecords records, CancellationToken stop)
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        var opened = await FindingActs.Review(work, viewer, id, ask, stop);
        var review = (await FindingReviews.Find(work, id, stop))!;
        await work.Commit(stop);
        return TypedResults.Created($"findings/{id}", new ReviewAnswer(review, opened));
    }

    public sealed record MineAnswer(
        IReadOnlyList<FindingAnswer> Open,
        IReadOnlyList<ClosedFinding> Closed,
        IReadOnlyList<OwnCase> Cases,
        IReadOnlyList<Commendation> Commendations,
        IReadOnlyList<RequiredToday> Today
    );

    static async Task<IResult> Mine(
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        if (viewer.Account.Officer is not { } officer)
            return TypedResults.Ok(new MineAnswer([], [], [], [], []));
        await using var reading = await records.Read(stop);
        var mine = await MyFindings.Read(reading, officer, agency.Profile, clock.Now(), stop);
        return TypedResults.Ok(
            new MineAnswer(
                [.. mine.Open.Select(f => FindingAnswer.Of(f, clock.Now()))],
                mine.Closed,
                mine.Cases,
                mine.Praise,
                mine.Today
            )
        );
    }
}
