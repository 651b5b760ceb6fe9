using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Governance;

/// <summary>What the module names of dispatch.</summary>
static class Dispatching
{
    /// <summary>Shown in the navigation of whoever may see any call at all; it is not a permission and guards nothing.</summary>
    public const string SeesCalls = "sees-calls";

    public static void AddParts(AgencyParts parts, TimeProvider clock)
    {
        parts.Add(agency => new ImportFiles(agency.Folder));
        parts.AddFollower(_ => new BadgesEntered());
        parts.AddJob(agency => new Importing(agency, clock));
    }

    public static void AddServices(IServiceCollection services)
    {
        foreach (var (word, sentence) in Words)
            Done.Add(word, sentence);
        foreach (var item in Navigation)
            services.AddSingleton(item);
    }

    public static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        DispatchRoutes.Map(app, api);
        ImportPages.Map(app);
        ImportRoutes.Map(api);
        LayoutRoutes.Map(api);
        ClockRoutes.Map(app, api);
        SystemRoutes.Map(app, api);
        ExemptionRoutes.Map(app, api);
        FaultRoutes.Map(app, api);
    }

    static readonly NavItem[] Navigation =
    [
        new("Calls", "dispatch", "list", 42, SeesCalls, "Programme"),
        new("Exemptions", "exemptions", "shield", 44, Records.Words<Permission>.Of(Permission.SeeDispatch), "Programme"),
        new("Camera faults", "faults", "alert", 46, SeesCalls, "Programme"),
    ];

    static readonly (string, string)[] Words =
    [
        ("activity-entered", "Your activity was entered."),
        ("incident-corrected", "The incident was corrected. How it stood before is kept below."),
        ("import-discarded", "The import was discarded; nothing of the file was taken."),
        ("layout-changed", "The mapping was changed. Look at the rows below before you import."),
        ("row-mended", "The row was taken."),
        ("row-set-aside", "The row was set aside. It is kept, with your reason."),
        ("clock-set", "The clock was set. What it touches is being judged again."),
        ("system-revoked", "The system's token is not taken any more."),
        ("call-sign-entered", "The shift was entered, and the calls that waited for it have their officer."),
        ("call-sign-removed", "The entry was removed."),
        ("exemption-granted", "The exemption was granted. What it touches is being judged again."),
        ("exemption-ended", "The exemption was ended."),
        ("fault-reported", "The fault was reported."),
        ("fault-mended", "The camera counts as working again."),
    ];
}
