using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Governance;

/// <summary>What people make of findings: explain, review, decide, appeal, praise, tag.</summary>
sealed class Deciding(TimeProvider clock)
{
    /// <summary>The server's clock, for what is asked of outside a request's handler.</summary>
    public TimeProvider Clock => clock;

    // Words that only decide what the navigation shows; they are not permissions and guard nothing.
    const string HasFindings = "has-findings";
    const string SeesFindings = "sees-findings";
    const string SeesCases = "sees-cases";
    const string Group = "Programme";

    /// <summary>What the navigation shows this viewer.</summary>
    public static IEnumerable<string> NavigationOf(Viewer viewer)
    {
        var all = viewer.May(Permission.SeeFindings) || viewer.May(Permission.DecideCases);
        if (viewer.May(Permission.AnswerFindings) && viewer.Account.Officer is not null)
            yield return HasFindings;
        if (all || viewer.May(Permission.ReviewFindings))
            yield return SeesFindings;
        if (all)
            yield return SeesCases;
    }

    public static void AddParts(AgencyParts parts, TimeProvider clock)
    {
        parts.Add(_ => new Deciding(clock));
        parts.AddJob(agency => new Asking(agency.Get<AgencyRecords>()));
    }

    public static void AddServices(IServiceCollection services)
    {
        services.AddSingleton(new NavItem("My findings", "my-findings", "user", 5, HasFindings));
        services.AddSingleton(new NavItem("Findings", "findings", "flag", 30, SeesFindings, Group));
        services.AddSingleton(new NavItem("Cases", "cases", "shield", 34, SeesCases, Group));
        services.AddSingleton<IWaiting, OfficerWaiting>();
        services.AddSingleton<IWaiting, ReviewWaiting>();
        services.AddSingleton<IWaiting, CaseWaiting>();
        services.AddSingleton<IRecordingAside, TagAside>();
        services.AddSingleton<IRecordingAside, FindingsAside>();
        services.AddSingleton<IRecordingAside, PraiseAside>();
    }

    public static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        FindingRoutes.Map(api);
        FindingPages.Map(app);
        CaseRoutes.Map(api);
        CasePages.Map(app);
        TagRoutes.Map(app, api);
        PraiseRoutes.Map(app, api);
    }
}
