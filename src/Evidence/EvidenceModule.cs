using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Evidence;

/// <summary>Everything of Evidence that the server names.</summary>
public static class EvidenceModule
{
    /// <summary>Makes the agency's evidence key, or finds the one that a founding cut short has made.</summary>
    /// <returns>Digest of the public key.</returns>
    public static Digest Found(Agency agency) => agency.Get<EvidenceKey>().Public.KeyDigest;

    /// <param name="fsck">What other modules have fsck look at; they come after evidence itself.</param>
    public static void AddParts(AgencyParts parts, params IReadOnlyList<Func<Agency, IFsckRound>> fsck)
    {
        parts.Add(agency => new FsckRounds([.. fsck.Select(make => make(agency))]));
        parts.Add<IVault>(agency => new DiskVault(agency.Folder.Vault));
        parts.Add(agency => new ContentKeys(agency.Folder.ContentKeys));
        parts.Add(agency => EvidenceKey.Of(agency.Folder));
        parts.Add(agency => new ClearClips(agency.Get<IVault>(), agency.Get<ContentKeys>(), agency.Get<EvidenceKey>()));
        parts.Add(Verification.Of);
        parts.Add(agency => new Export(
            agency.Get<ClearClips>(),
            agency.Get<CustodyLog>(),
            agency.Get<AgencyRecords>(),
            agency.Profile
        ));
    }

    /// <summary>Shown in the navigation of whoever may see any recording at all; it is not a permission and guards nothing.</summary>
    public const string SeesRecordings = "sees-recordings";

    public static void AddServices(IServiceCollection services) =>
        services.AddSingleton(new NavItem("Recordings", "recordings", "play", 10, SeesRecordings, "Evidence"));

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1");
        RecordingRoutes.Map(api);
        MediaRoutes.Map(api);
        Export.Map(api);
        RecordingPages.Map(app);
    }
}
