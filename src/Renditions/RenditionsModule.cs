using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Renditions;

/// <summary>Everything of Renditions that the server names.</summary>
public static class RenditionsModule
{
    public static void AddParts(AgencyParts parts)
    {
        parts.Add(agency => new RenditionFiles(agency.Folder.Renditions, agency.Get<ClearClips>()));
        parts.Add<IProxies>(agency => new Proxies(agency.Get<RenditionFiles>()));
        parts.AddFollower(MakingOf);
        parts.AddJob(MakingOf);
    }

    static Making MakingOf(Agency agency) =>
        new(
            agency.Get<RenditionFiles>(),
            (Proxies)agency.Get<IProxies>(),
            agency.Get<ClearClips>(),
            agency.Get<AgencyRecords>(),
            agency.Get<Pulse>()
        );

    public static void Map(IEndpointRouteBuilder app) => RenditionRoutes.Map(app.MapGroup("/api/v1"));
}
