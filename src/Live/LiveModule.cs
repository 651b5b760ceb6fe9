using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Live;

/// <summary>Everything of Live that the server names.</summary>
public static class LiveModule
{
    public static void AddParts(AgencyParts parts, TimeProvider clock)
    {
        parts.Add(agency => LivePolicy.Of(agency.Folder));
    }

    public static void AddServices(IServiceCollection services) { }

    public static void Map(IEndpointRouteBuilder app) { }
}
