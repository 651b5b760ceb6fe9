using Lapel.Evidence;
using Lapel.Records;
using Lapel.Roster;
using Lapel.Web;

namespace Lapel.Server;

/// <param name="SetupCode">From the file setup-code in the data folder: proof of being the operator.</param>
/// <param name="TimeZone">IANA name, such as America/Toronto.</param>
public sealed record FoundAgency(
    string SetupCode,
    string Slug,
    string Name,
    string TimeZone,
    bool Demo,
    string AdministratorName,
    string AdministratorPassword
);

/// <summary>How an agency begins: keys, log, records and its first administrator, by the page at the server's root or by the API.</summary>
static class Founding
{
    public static void Map(IEndpointRouteBuilder app)
    {
        const string Code = "the setup code guards it";
        const string Leads = "it only leads to pages that ask for a sign-in";
        app.MapGet("/", FrontPage).OutsideAgencies(Leads).OpenToAnyone(Leads).ExcludeFromDescription();
        app.MapPost("/api/v1/agencies", Found).DisableAntiforgery().OutsideAgencies(Code);
        app.MapPost("/found", FoundByForm).OutsideAgencies(Code).ExcludeFromDescription();
    }

    static async Task<IResult> FrontPage(
        HttpContext http,
        Agencies agencies,
        IEnumerable<IWaiting> waiting,
        CancellationToken stop
    )
    {
        if (http.FindAgency() is not null)
        {
            var viewer = http.FindViewer();
            var home =
                viewer is null ? "sign-in"
                : viewer.SeesRecordings() ? "recordings"
                : viewer.May(Permission.SeeHealth) ? "health"
                : "my-account";
            foreach (var page in viewer is null ? [] : waiting)
                switch (await page.Read(http, stop))
                {
                    case { First: true, Count: > 0 } first:
                        return TypedResults.LocalRedirect($"{http.Request.PathBase}/{first.Href}");
                    case { Home: true } always:
                        home = always.Href;
                        break;
                }
            return TypedResults.LocalRedirect($"{http.Request.PathBase}/{home}");
        }
        return agencies.All.ToList() switch
        {
            [] => Page.Of<FoundingPage>(),
            [var only] => TypedResults.LocalRedirect($"/{only.Profile.Slug}/"),
            var several => Page.Of<AgenciesPage>(new { Agencies = several.Select(a => a.Profile).ToList() }),
        };
    }

    static async Task<IResult> Found(FoundAgency ask, Agencies agencies, ServerOptions options, CancellationToken stop) =>
        await WhyNotFound(ask, agencies, options, stop) is { } refusal
            ? new Refused(refusal)
            : TypedResults.Created($"/{ask.Slug}/", new { ask.Slug, ask.Name });

    static async Task<IResult> FoundByForm(HttpContext http, Agencies agencies, ServerOptions options, CancellationToken stop)
    {
        var form = await http.Request.ReadFormAsync(stop);
        var ask = new FoundAgency(
            form["setupCode"].ToString().Trim(),
            form["slug"].ToString().Trim(),
            form["name"].ToString().Trim(),
            form["timeZone"].ToString().Trim(),
            Demo: false,
            form["administratorName"].ToString().Trim(),
            form["administratorPassword"].ToString()
        );
        return await WhyNotFound(ask, agencies, options, stop) is { } refusal
            ? Page.Of<FoundingPage>(new { Refusal = refusal, Asked = ask }, Refused.StatusOf(refusal.Kind))
            : TypedResults.LocalRedirect($"/{ask.Slug}/sign-in");
    }

    static async Task<Refusal?> WhyNotFound(FoundAgency ask, Agencies agencies, ServerOptions options, CancellationToken stop)
    {
        if (!SetupCode.IsRight(options, ask.SetupCode))
            return new(
                "setup-code-wrong",
                "That is not the setup code: it stands in the file setup-code in the data folder.",
                RefusalKind.Forbidden
            );
        if (AgencyProfile.WhyNotSlug(ask.Slug) is { } badSlug)
            return new("slug-invalid", badSlug);
        if (ask.Slug is "api" or "found" or "assets" or "_content" or "_framework")
            return new("slug-taken", "That short name is used by Lapel itself; choose another.", RefusalKind.Conflict);
        if (ask.Name.Length is 0 or > 120)
            return new("name-invalid", "Give the agency's name, up to 120 characters.");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(ask.TimeZone, out _))
            return new("time-zone-unknown", $"'{ask.TimeZone}' is not a time zone: write one like America/Toronto.");
        if (Accounts.WhyNotNew(ask.AdministratorName, ask.AdministratorPassword) is { } badAccount)
            return badAccount;
        var founded = await agencies.Found(
            new AgencyProfile(ask.Slug, ask.Name, ask.TimeZone, ask.Demo),
            agency => Prepare(agency, ask, stop),
            stop
        );
        return founded is null
            ? new("agency-exists", "An agency of that short name exists already.", RefusalKind.Conflict)
            : null;
    }

    // If we die in here: the folder exists without agency.json; founding again finds the same keys and completes it.
    static async Task Prepare(Agency agency, FoundAgency ask, CancellationToken stop)
    {
        if (!File.Exists(agency.Folder.LogKey))
            CustodyLog.Found(agency);
        var evidenceKey = EvidenceModule.Found(agency);
        var password = await NewPassword.Of(ask.AdministratorPassword, stop);
        await using var work = await agency.Get<AgencyRecords>().Begin(Actor.System("founding"), stop);
        if (await work.Any("SELECT 1 FROM custody_entry LIMIT 1", null, stop))
            return;
        work.Append(new CustodyEvent.AgencyFounded(ask.Slug, ask.Name, ask.Demo, evidenceKey));
        await RosterModule.Found(work, ask.AdministratorName, password, stop);
        await work.Commit(stop);
    }
}
