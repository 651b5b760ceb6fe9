using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using NodaTime;

namespace Lapel.Governance;

/// <summary>The API of judgements, for reading; and judging everything again.</summary>
static class JudgingRoutes
{
    static readonly Duration LongestSpan = Duration.FromDays(400);

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/judgements", List).NeedsSignIn();
        api.MapPost("/judging/replay", Replay).DisableAntiforgery().Needs(Permission.EditPolicies);
    }

    public sealed record JudgementsAnswer(IReadOnlyList<Judged> Judgements);

    static async Task<IResult> List(
        OfficerId officer,
        string from,
        string until,
        [AsParameters] Desk desk,
        CancellationToken stop
    )
    {
        if (
            Time.TryParse(from) is not { } first
            || Time.TryParse(until) is not { } last
            || last <= first
            || last - first > LongestSpan
        )
            return new Refused(
                new("span-not-understood", "Give from and until as times in UTC, at most 400 days apart, the earlier first.")
            );
        await using var reading = await desk.Records.Read(stop);
        var reach = await WhoSees.Of(reading, desk.Viewer, stop);
        var judged = await Judgements.OfOfficer(reading, officer, first, last, stop);
        return TypedResults.Ok(new JudgementsAnswer([.. judged.Where(j => reach.Sees(j.Officer, j.Unit))]));
    }

    static async Task<IResult> Replay(Judging judging, CancellationToken stop)
    {
        await judging.FromZero(stop);
        return TypedResults.NoContent();
    }
}
