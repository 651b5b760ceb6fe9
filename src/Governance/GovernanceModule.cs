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
        Reviewing.AddParts(parts, clock);
    }

    public static void AddServices(IServiceCollection services)
    {
        Reviewing.AddServices(services);
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1");
        Reviewing.Map(app, api);
    }
}
