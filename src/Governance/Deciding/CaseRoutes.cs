using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Governance;

/// <summary>The API of cases of professional standards.</summary>
static class CaseRoutes
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/cases", List).NeedsSignIn();
        api.MapGet("/cases/{id}", One).NeedsSignIn();
        api.MapPost("/cases/{id}/evidence", AddEvidence).DisableAntiforgery().Needs(Permission.DecideCases);
        api.MapPost("/cases/{id}/decision", Decide).DisableAntiforgery().Needs(Permission.DecideCases);
        api.MapPost("/cases/{id}/appeal", File).DisableAntiforgery().Needs(Permission.AnswerFindings);
        api.MapPost("/cases/{id}/appeal/decision", DecideAppeal).DisableAntiforgery().Needs(Permission.DecideCases);
    }

    public sealed record ListAnswer(IReadOnlyList<ListedCase> Cases, string? Next);

    static async Task<IResult> List(
        bool? open,
        string? before,
        Viewer viewer,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        var rows = await CaseList.Page(reading, viewer, open == true, before, stop);
        return TypedResults.Ok(new ListAnswer(rows.Rows, rows.Older));
    }

    public sealed record CaseAnswer(
        ConductCase Case,
        FindingRoutes.FindingAnswer Finding,
        IReadOnlyList<CaseEvidence> Evidence,
        PenaltyProposal Proposal,
        CaseDecision? Decision,
        Appeal? Appeal
    );

    static async Task<IResult> One(CaseId id, Viewer viewer, AgencyRecords records, TimeProvider clock, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return TypedResults.Ok(await Answer(reading, viewer, id, clock.Now(), stop));
    }

    static async Task<CaseAnswer> Answer(Reading reading, Viewer viewer, CaseId id, Instant now, CancellationToken stop)
    {
        var folder = await CaseFolder.Require(reading, viewer, id, stop);
        return new(
            folder.Case,
            FindingRoutes.FindingAnswer.Of(folder.Finding, now),
            folder.Evidence,
            folder.Proposal,
            folder.Decision,
            folder.Appeal
        );
    }

    static Task<IResult> AddEvidence(CaseId id, AskEvidence ask, Viewer viewer, AgencyRecords records, CancellationToken stop) =>
        Do(id, viewer, records, work => CaseActs.AddEvidence(work, viewer, id, ask, stop), stop);

    static Task<IResult> Decide(CaseId id, AskDecision ask, Viewer viewer, AgencyRecords records, CancellationToken stop) =>
        Do(id, viewer, records, work => CaseActs.Decide(work, viewer, id, ask, stop), stop);

    static Task<IResult> File(CaseId id, AskAppeal ask, Viewer viewer, AgencyRecords records, CancellationToken stop) =>
        Do(id, viewer, records, work => CaseActs.Appeal(work, viewer, id, ask, stop), stop);

    static Task<IResult> DecideAppeal(
        CaseId id,
        AskAppealDecision ask,
        Viewer viewer,
        AgencyRecords records,
        CancellationToken stop
    ) => Do(id, viewer, records, work => CaseActs.DecideAppeal(work, viewer, id, ask, stop), stop);

    static async Task<IResult> Do(CaseId id, Viewer viewer, AgencyRecords records, Func<Work, Task> act, CancellationToken stop)
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        await act(work);
        var answer = await Answer(work, viewer, id, work.Now, stop);
        await work.Commit(stop);
        return TypedResults.Created($"cases/{id}", answer);
    }
}
