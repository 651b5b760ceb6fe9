using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Roster;

/// <summary>The tree of units, and who belonged where on a day.</summary>
static class RosterRoutes
{
    public sealed record AskUnit(string Name, UnitKind Kind, UnitId? Parent = null);

    public sealed record AskName(string Name);

    public static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        app.MapGet("/roster", Show).Needs(Permission.SeeRoster).ExcludeFromDescription();
        app.MapForm("/roster/units", OpenByForm).Needs(Permission.EditRoster);
        app.MapGet("/roster/units/{unit}", ShowUnit).Needs(Permission.SeeRoster).ExcludeFromDescription();
        app.MapForm("/roster/units/{unit}/{act}", ActByForm).Needs(Permission.EditRoster);

        api.MapGet("/units", All).Needs(Permission.SeeRoster);
        api.MapPost("/units", Open).Needs(Permission.EditRoster);
        api.MapPatch("/units/{unit}", Rename).Needs(Permission.EditRoster);
        api.MapPost("/units/{unit}/close", Close).Needs(Permission.EditRoster);
    }

    static async Task<IResult> All(AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return TypedResults.Ok(new Paged<Unit>(await Units.All(reading, stop), null));
    }

    static async Task<IResult> Open(AskUnit ask, Viewer viewer, AgencyRecords records, CancellationToken stop)
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        var unit = await Units.Open(work, ask.Parent, ask.Name, ask.Kind, stop);
        await work.Commit(stop);
        return TypedResults.Created($"units/{unit.Id}", unit);
    }

    static async Task<IResult> Rename(UnitId unit, AskName ask, Viewer viewer, AgencyRecords records, CancellationToken stop)
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        var renamed = await Units.Rename(work, unit, ask.Name, stop);
        await work.Commit(stop);
        return TypedResults.Ok(renamed);
    }

    static async Task<IResult> Close(UnitId unit, Viewer viewer, AgencyRecords records, CancellationToken stop)
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        var closed = await Units.Close(work, unit, stop);
        await work.Commit(stop);
        return TypedResults.Ok(closed);
    }

    static Task<IResult> Show(
        HttpContext http,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        Clock clock,
        CancellationToken stop
    ) => ShowPage(http, viewer, agency, records, clock, null, null, stop);

    static async Task<IResult> ShowPage(
        HttpContext http,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        Clock clock,
        Form? typed,
        Refusal? trouble,
        CancellationToken stop
    )
    {
        var today = Span.DayOf(clock.Now, agency.Profile);
        var (span, wrongDay) = SpanAsked(http, agency, clock);
        trouble = wrongDay ?? trouble;
        await using var reading = await records.Read(stop);
        var picture = await RosterPicture.Read(reading, span, stop);
        return Page.Of<RosterPage>(
            new
            {
                Viewer = viewer,
                Picture = picture,
                Day = Span.DayOf(span.From, agency.Profile),
                Today = today,
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    /// <summary>The day that the page is to show; today, with the refusal, when it is not a day.</summary>
    static (Span Span, Refusal? Trouble) SpanAsked(HttpContext http, Agency agency, Clock clock)
    {
        try
        {
            return (AsOf.Read(http.Request.Query["on"], agency.Profile, clock.Now), null);
        }
        catch (RefusedException refused)
        {
            return (Span.OfDay(Span.DayOf(clock.Now, agency.Profile), agency.Profile), refused.Refusal);
        }
    }

    static Task<IResult> OpenByForm(
        HttpContext http,
        Form form,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        Clock clock,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                if (!Words<UnitKind>.TryParse(form.Text("kind"), out var kind))
                    throw new RefusedException(new("kind-missing", "Choose whether it is the service, a division or a platoon."));
                var parent = kind == UnitKind.Service ? null : form.IdOrNull<Nouns.Unit>("parent");
                await Open(new(form.Text("name"), kind, parent), viewer, records, stop);
                return Forms.To(http, "roster", "unit-opened");
            },
            refusal => ShowPage(http, viewer, agency, records, clock, form, refusal, stop)
        );

    static Task<IResult> ShowUnit(
        UnitId unit,
        HttpContext http,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        Clock clock,
        CancellationToken stop
    ) => ShowUnitPage(unit, http, viewer, agency, records, clock, null, stop);

    static async Task<IResult> ShowUnitPage(
        UnitId id,
        HttpContext http,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        Clock clock,
        Refusal? trouble,
        CancellationToken stop
    )
    {
        var (span, wrongDay) = SpanAsked(http, agency, clock);
        await using var reading = await records.Read(stop);
        var picture = await RosterPicture.OfUnit(reading, span, id, stop);
        var unit = picture.Units.FirstOrDefault(u => u.Id == id) ?? throw new RefusedException(WhoMay.Nothing);
        return Page.Of<UnitPage>(
            new
            {
                Viewer = viewer,
                Unit = unit,
                Picture = picture,
                Memberships = await Memberships.OfUnit(reading, id, stop),
                Day = Span.DayOf(span.From, agency.Profile),
                Today = Span.DayOf(clock.Now, agency.Profile),
                Trouble = trouble ?? wrongDay,
            },
            Forms.StatusOf(trouble ?? wrongDay)
        );
    }

    static Task<IResult> ActByForm(
        HttpContext http,
        UnitId unit,
        string act,
        Form form,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        Clock clock,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                switch (act)
                {
                    case "close":
                        await Close(unit, viewer, records, stop);
                        return Forms.To(http, $"roster/units/{unit}", "unit-closed");
                    case "rename":
                        await Rename(unit, new(form.Text("name")), viewer, records, stop);
                        return Forms.To(http, $"roster/units/{unit}", "unit-renamed");
                    default:
                        throw new RefusedException(WhoMay.Nothing);
                }
            },
            refusal => ShowUnitPage(unit, http, viewer, agency, records, clock, refusal, stop)
        );
}
