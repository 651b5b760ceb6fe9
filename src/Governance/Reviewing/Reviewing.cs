using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Governance;

/// <summary>Everything of Reviewing that the module names.</summary>
static class Reviewing
{
    public static void AddParts(AgencyParts parts, TimeProvider clock)
    {
        parts.AddFollower(agency => new ReviewWeek(agency, clock));
        parts.AddJob(agency => new ReviewWeek(agency, clock));
        parts.AddJob(agency => new Drawing(agency));
        parts.AddJob(agency => new LookingForLeads(agency));
    }

    public static void AddServices(IServiceCollection services)
    {
        services.AddSingleton<IRecordingAside, LeadsAside>();
        services.AddSingleton<IWaiting, ReviewsWait>();
        services.AddSingleton(new NavItem("Reviews", "reviews", "eye", 36, ReviewPages.Sees, "Programme"));
    }

    public static void Map(IEndpointRouteBuilder app, RouteGroupBuilder api)
    {
        ReviewRoutes.Map(api);
        ReviewPages.Map(app);
    }
}
