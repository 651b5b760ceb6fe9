using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Governance;

/// <summary>Everything of Governance that the server names.</summary>
public static class GovernanceModule
{
    /// <summary>Navigation entries that more than one permission decides about. They are no permissions and guard nothing.</summary>
    public static IEnumerable<string> Sees(Viewer viewer)
    {
        foreach (var entry in Deciding.NavigationOf(viewer))
            yield return entry;
        if (viewer.May(Permission.SeeDispatch) || viewer.May(Permission.AnswerFindings))
            yield return Dispatching.SeesCalls;
        if (viewer.May(Permission.ReviewFindings) || viewer.May(Permission.DrawReviews))
            yield return ReviewPages.Sees;
        if (Morning.IsSupervisor(viewer) || Morning.IsManager(viewer))
            yield return Morning.Sees;
    }

    public static void AddParts(AgencyParts parts, TimeProvider clock)
    {
        JudgingParts.Add(parts, clock);
        Dispatching.AddParts(parts, clock);
        Deciding.AddParts(parts, clock);
        Reviewing.AddParts(parts, clock);
        Measuring.AddParts(parts, clock);
    }

    public static void AddServices(IServiceCollection services)
    {
        PolicyPages.AddServices(services);
        Dispatching.AddServices(services);
        Deciding.AddServices(services);
        Reviewing.AddServices(services);
        Measuring.AddServices(services);
        Morning.AddServices(services);
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1");
        PolicyRoutes.Map(api);
        PolicyPages.Map(app);
        PolicyWhatIf.Map(app, api);
        JudgingRoutes.Map(api);
        Dispatching.Map(app, api);
        Deciding.Map(app, api);
        Reviewing.Map(app, api);
        Measuring.Map(app, api);
        Morning.Map(app, api);
    }
}
