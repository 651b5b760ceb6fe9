using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Live;

/// <summary>The police side's record of consults: who helped whom, when, why, with which outcome, and the figures over a time.</summary>
public static class ConsultRoutes
{
    const int PageSize = 50;
    const int MostInFigures = 20_000;

    /// <summary>One consult with names, its advice and chat, who was rung, and who watched with which delay.</summary>
    public sealed record ConsultRecord(
        Consult Consult,
        OfficerRef? Officer,
        string? Clinician,
        string? Title,
        string? Employer,
        IReadOnlyList<Rung> Rung,
        IReadOnlyList<ConsultLine> Lines,
        IReadOnlyList<Watching> Watching
    );

    internal static void Map(IEndpointRouteBuilder app, RouteGroupBuilder api)
    {
        api.MapGet("/live/consults", All).Needs(Permission.SeeConsults);
        api.MapGet("/live/consults/{consult}", One).Needs(Permission.SeeConsults);
        api.MapGet("/live/statistics", Figures).Needs(Permission.SeeConsults);

        app.MapGet("/consults", Show).Needs(Permission.SeeConsults).ExcludeFromDescription();
        app.MapGet("/consults/{consult}", ShowOne).Needs(Permission.SeeConsults).ExcludeFromDescription();
    }

    /// <param name="before">Only those asked before this time: the page's last one.</param>
    static async Task<IResult> All(string? before, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var consults = await Page(reading, desk.Viewer, null, Time.TryParse(before), PageSize, stop);
        return TypedResults.Ok(new Paged<Consult>(consults, consults.Count < PageSize ? null : consults[^1].AskedAt.ToText()));
    }

    // A supervisor sees their unit's, everybody else with the permission the agency's.
    static async Task<IReadOnlyList<Consult>> Page(
        Reading reading,
        Viewer viewer,
        Instant? from,
        Instant? before,
        int size,
        CancellationToken stop
    )
    {
        if (viewer.Account.Role != Role.Supervisor)
            return await Consults.Page(reading, from, before, size, stop);
        var who = await LiveRow.OnlookerOf(reading, viewer, stop);
        var found = new List<Consult>();
        for (IReadOnlyList<Consult> page; found.Count < size; before = page[^1].AskedAt)
        {
            page = await Consults.Page(reading, from, before, size, stop);
            found.AddRange(page.Where(c => c.Unit is { } unit && who.Units.Contains(unit)));
            if (page.Count < size)
                break;
        }
        return [.. found.Take(size)];
    }

    static async Task<IResult> One(ConsultId consult, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return TypedResults.Ok(await Read(reading, consult, desk.Viewer, stop) ?? throw new RefusedException(Consults.NotFound));
    }

    static async Task<ConsultRecord?> Read(Reading reading, ConsultId id, Viewer viewer, CancellationToken stop)
    {
        if (await Consults.Find(reading, id, stop) is not { } consult)
            return null;
        if (viewer.Account.Role == Role.Supervisor)
        {
            var who = await LiveRow.OnlookerOf(reading, viewer, stop);
            if (!(consult.Unit is { } unit && who.Units.Contains(unit)))
                return null;
        }
        var officer = await Officers.Find(reading, consult.Officer, stop);
        var clinician = consult.Clinician is { } helping ? await Clinicians.Find(reading, helping, stop) : null;
        return new(
            consult,
            officer?.Ref,
            clinician?.Name,
            clinician?.Title,
            clinician?.Employer,
            await Consults.RungOf(reading, id, stop),
            await Consults.LinesOf(reading, id, stop),
            consult.Session is { } session ? await Watchings.OfSession(reading, session, stop) : []
        );
    }

    /// <param name="from">A day, or a moment; the last 30 days when left out.</param>
    static async Task<IResult> Figures(string? from, [AsParameters] Desk desk, LivePolicy policy, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var since = AsOf.StartOfDay(from, desk.Agency.Profile) ?? desk.Now - Duration.FromDays(30);
        return TypedResults.Ok(ConsultStatistics.Of(await Page(reading, desk.Viewer, since, null, MostInFigures, stop), policy));
    }

    static async Task<IResult> Show([AsParameters] Desk desk, LivePolicy policy, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var before = Time.TryParse(desk.Http.Request.Query["before"]);
        var consults = await Page(reading, desk.Viewer, null, before, PageSize, stop);
        var month = await Page(reading, desk.Viewer, desk.Now - Duration.FromDays(30), null, MostInFigures, stop);
        return Web.Page.Of<ConsultsPage>(
            new
            {
                Consults = consults,
                Figures = ConsultStatistics.Of(month, policy),
                Policy = policy,
                Officers = (await Officers.All(reading, stop)).ToDictionary(o => o.Id, o => o.Ref),
                Clinicians = (await Clinicians.All(reading, stop)).ToDictionary(c => c.Id),
                Older = consults.Count < PageSize ? null : consults[^1].AskedAt.ToText(),
            }
        );
    }

    static async Task<IResult> ShowOne(ConsultId consult, [AsParameters] Desk desk, LivePolicy policy, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var found = await Read(reading, consult, desk.Viewer, stop) ?? throw new RefusedException(WhoMay.Nothing);
        var evidence = found.Consult.Recording is { } its
            ? (await Evidence.Access.Ask(reading, desk.Viewer, its, Evidence.Act.See, desk.Now, stop)).Recording
            : null;
        return Web.Page.Of<ConsultPage>(
            new
            {
                Found = found,
                Policy = policy,
                Evidence = evidence?.Id,
            }
        );
    }
}
