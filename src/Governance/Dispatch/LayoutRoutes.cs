using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Governance;

/// <summary>Mappings as programs see them; people edit them on an import's page.</summary>
static class LayoutRoutes
{
    public static readonly Refusal NotFound = new("layout-not-found", "There is no mapping of that name.", RefusalKind.NotFound);

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/dispatch/layouts", All).Needs(Permission.ImportDispatch);
        api.MapPut("/dispatch/layouts/{name}", Save).Needs(Permission.ImportDispatch);
        api.MapDelete("/dispatch/layouts/{name}", Remove).Needs(Permission.ImportDispatch);
    }

    static async Task<IResult> All(AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return TypedResults.Ok(new Paged<DispatchLayout>(await Layouts.All(reading, stop), null));
    }

    static async Task<IResult> Save(string name, DispatchLayout layout, [AsParameters] Desk desk, CancellationToken stop)
    {
        await desk.Write(work => Layouts.Save(work, desk.Viewer.Account.Id, layout with { Name = name.Trim() }, stop), stop);
        return TypedResults.Ok(layout with { Name = name.Trim() });
    }

    static async Task<IResult> Remove(string name, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        if (await Layouts.Remove(work, name, stop) == 0)
            throw new RefusedException(NotFound);
        await work.Commit(stop);
        return TypedResults.NoContent();
    }
}
