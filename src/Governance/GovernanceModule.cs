using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Governance;

/// <summary>Everything of Governance that the server names.</summary>
public static class GovernanceModule
{
    public static void AddParts(AgencyParts parts, TimeProvider clock)
    {
        JudgingParts.Add(parts);
        Deciding.AddParts(parts, clock);
    }

    public static void AddServices(IServiceCollection services)
    {
        PolicyPages.AddServices(services);
        Deciding.AddServices(services);
    }

    /// <summary>What the navigation shows this viewer besides what their permissions say.</summary>
    public static IEnumerable<string> NavigationOf(Viewer viewer) => Deciding.NavigationOf(viewer);

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1");
        PolicyRoutes.Map(api);
        PolicyPages.Map(app);
        JudgingRoutes.Map(api);
        Deciding.Map(app, api);
    }
}
