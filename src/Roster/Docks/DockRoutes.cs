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

    static async Task<IResult> Enter(AskDock ask, Viewer viewer, AgencyRecords records, CancellationToken stop)
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        var dock = await Docks.Enter(work, ask.Name, ask.Unit, stop);
        await work.Commit(stop);
        return TypedResults.Created($"docks/{dock.Id}", dock);
    }

    static async Task<IResult> Change(DockId dock, AskDock ask, Viewer viewer, AgencyRecords records, CancellationToken stop)
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        var changed = await Docks.Change(work, dock, ask.Name, ask.Unit, stop);
        await work.Commit(stop);
        return TypedResults.Ok(changed);
    }

    static async Task<IResult> Close(DockId dock, Viewer viewer, AgencyRecords records, CancellationToken stop)
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        var closed = await Docks.Close(work, dock, stop);
        await work.Commit(stop);
        return TypedResults.Ok(closed);
    }

    static Task<IResult> Show(Viewer viewer, AgencyRecords records, CancellationToken stop) =>
        ShowPage(viewer, records, null, null, stop);

    static async Task<IResult> ShowPage(
        Viewer viewer,
        AgencyRecords records,
        Form? typed,
        Refusal? trouble,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        return Page.Of<DocksPage>(
            new
            {
                Viewer = viewer,
                Docks = await Docks.All(reading, stop),
                Units = await Units.All(reading, stop),
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> EnterByForm(HttpContext http, Form form, Viewer viewer, AgencyRecords records, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                await Enter(new(form.Text("name"), form.IdOrNull<Nouns.Unit>("unit")), viewer, records, stop);
                return Forms.To(http, "docks", "dock-entered");
            },
            refusal => ShowPage(viewer, records, form, refusal, stop)
        );

    static Task<IResult> ActByForm(
        HttpContext http,
        DockId dock,
        string act,
        Form form,
        Viewer viewer,
        AgencyRecords records,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                switch (act)
                {
                    case "close":
                        await Close(dock, viewer, records, stop);
                        return Forms.To(http, "docks", "dock-closed");
                    case "change":
                        await Change(dock, new(form.Text("name"), form.IdOrNull<Nouns.Unit>("unit")), viewer, records, stop);
                        return Forms.To(http, "docks", "dock-changed");
                    default:
                        throw new RefusedException(WhoMay.Nothing);
                }
            },
            refusal => ShowPage(viewer, records, null, refusal, stop)
        );
}
