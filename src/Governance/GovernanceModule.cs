using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Governance;

/// <summary>Everything of Governance that the server names.</summary>
public static class GovernanceModule
{
    /// <summary>Shown in the navigation of whoever may see any call at all; it is not a permission and guards nothing.</summary>
    public const string SeesCalls = "sees-calls";

    public static void AddParts(AgencyParts parts, TimeProvider clock)
    {
        JudgingParts.Add(parts);
        Dispatching.AddParts(parts, clock);
    }

    public static void AddServices(IServiceCollection services)
    {
        PolicyPages.AddServices(services);
        Dispatching.AddServices(services);
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1");
        PolicyRoutes.Map(api);
        PolicyPages.Map(app);
        JudgingRoutes.Map(api);
        Dispatching.Map(app, api);
    }
}
