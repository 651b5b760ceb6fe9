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

    static async Task<IResult> Open(AskUnit ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        var unit = await desk.Write(work => Units.Open(work, ask.Parent, ask.Name, ask.Kind, stop), stop);
        return TypedResults.Created($"units/{unit.Id}", unit);
    }

    static async Task<IResult> Rename(UnitId unit, AskName ask, [AsParameters] Desk desk, CancellationToken stop) =>
        TypedResults.Ok(await desk.Write(work => Units.Rename(work, unit, ask.Name, stop), stop));

    static async Task<IResult> Close(UnitId unit, [AsParameters] Desk desk, CancellationToken stop) =>
        TypedResults.Ok(await desk.Write(work => Units.Close(work, unit, stop), stop));

    static Task<IResult> Show([AsParameters] Desk desk, CancellationToken stop) => ShowPage(null, null, desk, stop);

    static async Task<IResult> ShowPage(Form? typed, Refusal? trouble, Desk desk, CancellationToken stop)
    {
        var today = Span.DayOf(desk.Now, desk.Agency.Profile);
        var (span, wrongDay) = SpanAsked(desk);
        trouble = wrongDay ?? trouble;
        await using var reading = await desk.Records.Read(stop);
        var picture = await RosterPicture.Read(reading, span, stop);
        return Page.Of<RosterPage>(
            new
            {
                desk.Viewer,
                Picture = picture,
                Day = Span.DayOf(span.From, desk.Agency.Profile),
                Today = today,
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    /// <summary>The day that the page is to show; today, with the refusal, when it is not a day.</summary>
    static (Span Span, Refusal? Trouble) SpanAsked(Desk desk)
    {
        try
        {
            return (AsOf.Read(desk.Http.Request.Query["on"], desk.Agency.Profile, desk.Now), null);
        }
        catch (RefusedException refused)
        {
            return (Span.OfDay(Span.DayOf(desk.Now, desk.Agency.Profile), desk.Agency.Profile), refused.Refusal);
        }
    }

    static Task<IResult> OpenByForm(Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                if (!Words<UnitKind>.TryParse(form.Text("kind"), out var kind))
                    throw new RefusedException(new("kind-missing", "Choose whether it is the service, a division or a platoon."));
                var parent = kind == UnitKind.Service ? null : form.IdOrNull<Nouns.Unit>("parent");
                await Open(new(form.Text("name"), kind, parent), desk, stop);
                return desk.To("roster", "unit-opened");
            },
            refusal => ShowPage(form, refusal, desk, stop)
        );

    static Task<IResult> ShowUnit(UnitId unit, [AsParameters] Desk desk, CancellationToken stop) =>
        ShowUnitPage(unit, null, desk, stop);

    static async Task<IResult> ShowUnitPage(UnitId id, Refusal? trouble, Desk desk, CancellationToken stop)
    {
        var (span, wrongDay) = SpanAsked(desk);
        await using var reading = await desk.Records.Read(stop);
        var picture = await RosterPicture.OfUnit(reading, span, id, stop);
        var unit = picture.Units.FirstOrDefault(u => u.Id == id) ?? throw new RefusedException(WhoMay.Nothing);
        return Page.Of<UnitPage>(
            new
            {
                desk.Viewer,
                Unit = unit,
                Picture = picture,
                Memberships = await Memberships.OfUnit(reading, id, stop),
                Day = Span.DayOf(span.From, desk.Agency.Profile),
                Today = Span.DayOf(desk.Now, desk.Agency.Profile),
                Trouble = trouble ?? wrongDay,
            },
            Forms.StatusOf(trouble ?? wrongDay)
        );
    }

    static Task<IResult> ActByForm(UnitId unit, string act, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                switch (act)
                {
                    case "close":
                        await Close(unit, desk, stop);
                        return desk.To($"roster/units/{unit}", "unit-closed");
                    case "rename":
                        await Rename(unit, new(form.Text("name")), desk, stop);
                        return desk.To($"roster/units/{unit}", "unit-renamed");
                    default:
                        throw new RefusedException(WhoMay.Nothing);
                }
            },
            refusal => ShowUnitPage(unit, refusal, desk, stop)
        );
}
