using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Governance;

/// <summary>Everything of Governance that the server names.</summary>
public static class GovernanceModule
{
    /// <summary>What navigation entries that several permissions lead to ask for.</summary>
    public const string SeesReviews = ReviewPages.Sees;

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
