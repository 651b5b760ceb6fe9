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
    }

    public static void AddServices(IServiceCollection services)
    {
        PolicyPages.AddServices(services);
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1");
        JudgingRoutes.Map(api);
        PolicyRoutes.Map(api);
        PolicyPages.Map(app);
    }
}
