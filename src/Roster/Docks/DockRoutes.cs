using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Roster;

/// <summary>The docks. Their page is the cameras' page.</summary>
static class DockRoutes
{
    public sealed record AskDock(string Name, UnitId? Unit = null);

    public static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        app.MapGet("/docks", Show).Needs(Permission.SeeCameras).ExcludeFromDescription();
        app.MapForm("/docks", EnterByForm).Needs(Permission.EditCameras);
        app.MapForm("/docks/{dock}/{act}", ActByForm).Needs(Permission.EditCameras);

        api.MapGet("/docks", All).Needs(Permission.SeeCameras);
        api.MapPost("/docks", Enter).Needs(Permission.EditCameras);
        api.MapPatch("/docks/{dock}", Change).Needs(Permission.EditCameras);
        api.MapPost("/docks/{dock}/close", Close).Needs(Permission.EditCameras);
    }

    static async Task<IResult> All(AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return TypedResults.Ok(new Paged<Dock>(await Docks.All(reading, stop), null));
    }

    static async Task<IResult> Enter(AskDock ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        var dock = await desk.Write(work => Docks.Enter(work, ask.Name, ask.Unit, stop), stop);
        return TypedResults.Created($"docks/{dock.Id}", dock);
    }

    static async Task<IResult> Change(DockId dock, AskDock ask, [AsParameters] Desk desk, CancellationToken stop) =>
        TypedResults.Ok(await desk.Write(work => Docks.Change(work, dock, ask.Name, ask.Unit, stop), stop));

    static async Task<IResult> Close(DockId dock, [AsParameters] Desk desk, CancellationToken stop) =>
        TypedResults.Ok(await desk.Write(work => Docks.Close(work, dock, stop), stop));

    static Task<IResult> Show([AsParameters] Desk desk, CancellationToken stop) => ShowPage(null, null, desk, stop);

    static async Task<IResult> ShowPage(Form? typed, Refusal? trouble, Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return Page.Of<DocksPage>(
            new
            {
                desk.Viewer,
                Docks = await Docks.All(reading, stop),
                Units = await Units.All(reading, stop),
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> EnterByForm(Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                await Enter(new(form.Text("name"), form.IdOrNull<Nouns.Unit>("unit")), desk, stop);
                return desk.To("docks", "dock-entered");
            },
            refusal => ShowPage(form, refusal, desk, stop)
        );

    static Task<IResult> ActByForm(DockId dock, string act, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                switch (act)
                {
                    case "close":
                        await Close(dock, desk, stop);
                        return desk.To("docks", "dock-closed");
                    case "change":
                        await Change(dock, new(form.Text("name"), form.IdOrNull<Nouns.Unit>("unit")), desk, stop);
                        return desk.To("docks", "dock-changed");
                    default:
                        throw new RefusedException(WhoMay.Nothing);
                }
            },
            refusal => ShowPage(null, refusal, desk, stop)
        );
}
