using Lapel.Evidence;
using Lapel.Governance;
using Lapel.Records;
using Lapel.Roster;
using Lapel.Web;

namespace Lapel.Server;

/// <summary>What stands around every page: the agency's name, who is signed in, and the head of the log.</summary>
sealed class Around(IServiceProvider services) : ISurroundings
{
    static readonly Surroundings OutsideAgencies = new("Lapel", "UTC");

    public async ValueTask<Surroundings> Read(HttpContext http, CancellationToken stop)
    {
        if (http.FindAgency() is not { } agency)
            return OutsideAgencies;
        var place = new Surroundings(agency.Profile.Name, agency.Profile.TimeZone, agency.Profile.Demo);
        if (http.FindViewer() is not { } viewer)
            return place;
        var seesRecordings = viewer.SeesRecordings();
        var permissions = viewer.Permissions.Select(Words<Permission>.Of).ToHashSet();
        if (seesRecordings)
            permissions.Add(EvidenceModule.SeesRecordings);
        permissions.UnionWith(GovernanceModule.Sees(viewer));
        var log = services.GetRequiredService<CustodyLog>();
        var witnesses = services.GetRequiredService<Witnesses>();
        var waiting = new List<Waiting>();
        foreach (var page in services.GetServices<IWaiting>())
            if (await page.Read(http, stop) is { Count: > 0 } some)
                waiting.Add(some);
        return place with
        {
            SignedIn = new(
                viewer.Account.FullName,
                Roles.Words.Roles[viewer.Account.Role].Name,
                Links: [new("My account", "my-account", "user", 1)]
            ),
            Permissions = permissions,
            Log = new(
                log.Size,
                Convert.ToBase64String(log.Head.Root),
                log.GrownAt,
                witnesses.States.Count(w => w.Outcome == WitnessOutcome.Cosigned),
                viewer.May(Permission.SeeHealth) ? "health#log" : null
            ),
            SearchHref = seesRecordings ? "recordings" : null,
            SearchLabel = "Search recordings",
            Waiting = waiting,
        };
    }
}
