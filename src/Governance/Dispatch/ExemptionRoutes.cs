using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Governance;

/// <summary>Exemptions. Their reasons can be private, so a supervisor sees those of the own unit's officers, of units and of tasks.</summary>
static class ExemptionRoutes
{
    static readonly Duration Back = Duration.FromDays(400);

    public static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        app.MapGet("/exemptions", Show).Needs(Permission.SeeDispatch).ExcludeFromDescription();
        app.MapForm("/exemptions", GrantByForm).Needs(Permission.GrantExemptions);
        app.MapForm("/exemptions/{exemption}/end", EndByForm).Needs(Permission.GrantExemptions);
        api.MapGet("/exemptions", All).Needs(Permission.SeeDispatch);
        api.MapPost("/exemptions", Grant).Needs(Permission.GrantExemptions);
        api.MapPost("/exemptions/{exemption}/end", End).Needs(Permission.GrantExemptions);
    }

    static async Task<IReadOnlyList<Exemption>> Seen(Reading reading, Viewer viewer, Instant now, CancellationToken stop)
    {
        var reach = await DispatchReach.Of(reading, viewer, stop);
        var seen = new List<Exemption>();
        foreach (var exemption in await Exemptions.During(reading, now - Back, now + Back, stop))
            if (
                viewer.May(Permission.GrantExemptions)
                || exemption.Officer is not { } officer
                || await reach.Has(reading, officer, now, stop)
            )
                seen.Add(exemption);
        seen.Reverse();
        return seen;
    }

    static async Task<IResult> All([AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return TypedResults.Ok(new Paged<Exemption>(await Seen(reading, desk.Viewer, desk.Now, stop), null));
    }

    static async Task<IResult> Grant(AskExemption ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        var granted = await desk.Write(
            work => Exemptions.Grant(work, desk.Viewer.Account.Id, ask, Span.ZoneOf(desk.Agency.Profile), stop),
            stop
        );
        return TypedResults.Created((string?)null, granted);
    }

    /// <param name="Until">Now when none is given.</param>
    public sealed record AskEnd(string Reason, Instant? Until = null);

    static async Task<IResult> End(ExemptionId exemption, AskEnd ask, [AsParameters] Desk desk, CancellationToken stop) =>
        TypedResults.Ok(await desk.Write(work => Exemptions.End(work, exemption, ask.Until ?? work.Now, ask.Reason, stop), stop));

    static Task<IResult> Show([AsParameters] Desk desk, CancellationToken stop) => ShowPage(desk, null, null, stop);

    static async Task<IResult> ShowPage(Desk desk, Form? typed, Refusal? trouble, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return Page.Of<ExemptionsPage>(
            new
            {
                Exemptions = await Seen(reading, desk.Viewer, desk.Now, stop),
                Officers = await Officers.All(reading, stop),
                Units = await Roster.Units.All(reading, stop),
                MayGrant = desk.Viewer.May(Permission.GrantExemptions),
                Now = desk.Now,
                Today = Span.DayOf(desk.Now, desk.Agency.Profile),
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> GrantByForm(Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                Instant Day(string name, int plus) =>
                    NodaTime.Text.LocalDatePattern.Iso.Parse(form.Text(name)) is { Success: true, Value: var day }
                    && day.Year is > 1970 and < 2200
                        ? Span.ZoneOf(desk.Agency.Profile).AtStartOfDay(day.PlusDays(plus)).ToInstant()
                        : throw new RefusedException(new("day-unreadable", "Say from which day until which day."));
                var ask = new AskExemption(
                    form.IdOrNull<Nouns.Officer>("officer"),
                    form.IdOrNull<Nouns.Unit>("unit"),
                    form.Text("call-types")
                        .Split(['\n', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                    Day("from", 0),
                    Day("until", 1),
                    form.Text("reason"),
                    form.Text("approved-by")
                );
                await Grant(ask, desk, stop);
                return desk.To("exemptions", "exemption-granted");
            },
            refusal => ShowPage(desk, form, refusal, stop)
        );

    static Task<IResult> EndByForm(ExemptionId exemption, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                await using (var work = await desk.Records.Begin(desk.Viewer.Actor, stop))
                {
                    // One that has not begun is ended at its beginning: it never excused anything.
                    var found = await Exemptions.Find(work, exemption, stop) ?? throw new RefusedException(Exemptions.NotFound);
                    await Exemptions.End(work, exemption, Instant.Max(work.Now, found.From), form.TextOrNull("reason"), stop);
                    await work.Commit(stop);
                }
                return desk.To("exemptions", "exemption-ended");
            },
            refusal => ShowPage(desk, null, refusal, stop)
        );
}
