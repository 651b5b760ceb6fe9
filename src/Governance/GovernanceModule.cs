using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Governance;

/// <summary>Everything of Governance that the server names.</summary>
public static class GovernanceModule
{
    /// <summary>Navigation entries that more than one permission decides about.</summary>
    public static IEnumerable<string> Sees(Viewer viewer)
    {
        if (viewer.May(Permission.ReviewFindings) || viewer.May(Permission.DrawReviews))
            yield return ReviewPages.Sees;
        if (Morning.IsSupervisor(viewer) || Morning.IsManager(viewer))
            yield return Morning.Sees;
    }

    public static void AddParts(AgencyParts parts, TimeProvider clock)
    {
        JudgingParts.Add(parts);
        Reviewing.AddParts(parts, clock);
        Measuring.AddParts(parts, clock);
    }

    public static void AddServices(IServiceCollection services)
    {
        PolicyPages.AddServices(services);
        Reviewing.AddServices(services);
        Measuring.AddServices(services);
        Morning.AddServices(services);
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1");
        PolicyRoutes.Map(api);
        PolicyPages.Map(app);
        JudgingRoutes.Map(api);
        Reviewing.Map(app, api);
        Measuring.Map(app, api);
        Morning.Map(app, api);
    }
}
