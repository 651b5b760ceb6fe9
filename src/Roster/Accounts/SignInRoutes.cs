using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Roster;

/// <summary>Coming in and going out, for people and for programs.</summary>
static class SignInRoutes
{
    public sealed record AskSignIn(string Name, string Password);

    /// <param name="Token">Sent back as <c>Authorization: Bearer</c>.</param>
    public sealed record SignedInAnswer(string Token, Instant Expires, Account Account, IReadOnlyList<Permission> Permissions);

    public sealed record WhoIsAsking(Account Account, IReadOnlyList<Permission> Permissions, Session? Session);

    public static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        app.MapGet("/sign-in", Show).OpenToAnyone("it is the sign-in page").ExcludeFromDescription();
        app.MapForm("/sign-in", SignInByForm).OpenToAnyone("it is how one signs in");
        app.MapForm("/demo-sign-in", SignInAsDemo).OpenToAnyone("it is how one signs in to a demo agency");
        app.MapForm("/sign-out", SignOut).NeedsSignIn().WithMetadata(new BeforePasswordChange());

        api.MapPost("/sign-in", SignInByApi).OpenToAnyone("it is how programs sign in");
        api.MapGet("/session", Who).NeedsSignIn();
        api.MapDelete("/session", EndThis).NeedsSignIn().WithMetadata(new BeforePasswordChange());
    }

    static Task<IResult> Show(HttpContext http, Agency agency, AgencyRecords records, CancellationToken stop) =>
        http.FindViewer() is null
            ? ShowPage(http, agency, records, null, null, http.Request.Query["return"], stop)
            : Task.FromResult(Results.LocalRedirect(Wanted(http, http.Request.Query["return"])));

    static async Task<IResult> ShowPage(
        HttpContext http,
        Agency agency,
        AgencyRecords records,
        Refusal? trouble,
        string? name,
        string? wanted,
        CancellationToken stop
    )
    {
        IReadOnlyList<Account> demo = [];
        if (agency.Profile.Demo)
        {
            await using var reading = await records.Read(stop);
            demo = await SignIn.DemoAccounts(reading, stop);
        }
        http.Response.Headers.CacheControl = "no-cache, no-store";
        return Page.Of<SignInPage>(
            new
            {
                Agency = agency.Profile.Name,
                Demo = demo,
                Trouble = trouble,
                Name = name,
                Wanted = wanted,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> SignInByForm(
        HttpContext http,
        Form form,
        Agency agency,
        AgencyRecords records,
        SignInLimits limits,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                var (_, session, token) = await SignIn.WithPassword(
                    records,
                    limits,
                    form.Text("name"),
                    form.Raw("password"),
                    Carrier.Cookie,
                    Caller.Of(http),
                    stop
                );
                GiveCookie(http, token);
                return Results.LocalRedirect(Wanted(http, form.Text("return")));
            },
            refusal => ShowPage(http, agency, records, refusal, form.Text("name"), form.Text("return"), stop)
        );

    static async Task<IResult> SignInAsDemo(
        HttpContext http,
        Form form,
        Agency agency,
        AgencyRecords records,
        CancellationToken stop
    )
    {
        var account = form.Id<Nouns.Account>("account", "Choose an account.");
        var (_, _, token) = await SignIn.AsDemo(agency, records, account, Caller.Of(http), stop);
        GiveCookie(http, token);
        return Results.LocalRedirect(Wanted(http, form.Text("return")));
    }

    static async Task<IResult> SignOut(HttpContext http, Form form, Viewer viewer, AgencyRecords records, CancellationToken stop)
    {
        await End(viewer, records, stop);
        http.Response.Cookies.Delete(Gate.CookieName, CookieFor(http));
        return Forms.To(http, "sign-in", "signed-out");
    }

    static async Task<IResult> SignInByApi(
        AskSignIn ask,
        HttpContext http,
        AgencyRecords records,
        SignInLimits limits,
        CancellationToken stop
    )
    {
        var (account, session, token) = await SignIn.WithPassword(
            records,
            limits,
            ask.Name,
            ask.Password,
            Carrier.Bearer,
            Caller.Of(http),
            stop
        );
        await using var reading = await records.Read(stop);
        var may = await Roles.Of(reading, account.Role, stop);
        http.Response.Headers.CacheControl = "no-cache, no-store";
        return TypedResults.Ok(new SignedInAnswer(token, session.ExpiresAt, account, [.. may.Order()]));
    }

    static IResult Who(Viewer viewer) =>
        TypedResults.Ok(new WhoIsAsking(viewer.Account, [.. viewer.Permissions.Order()], viewer.Session));

    static async Task<IResult> EndThis(Viewer viewer, AgencyRecords records, CancellationToken stop)
    {
        await End(viewer, records, stop);
        return TypedResults.NoContent();
    }

    static async Task End(Viewer viewer, AgencyRecords records, CancellationToken stop)
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        await Sessions.End(work, viewer.Account.Id, viewer.Session!.Id, "sign-out", stop);
        await work.Commit(stop);
    }

    static void GiveCookie(HttpContext http, string token) =>
        http.Response.Cookies.Append(Gate.CookieName, token, CookieFor(http));

    // No lifetime: it ends with the browser, and the session behind it ends by itself. The path keeps agencies on one server apart.
    static CookieOptions CookieFor(HttpContext http) =>
        new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = http.Request.IsHttps,
            Path = http.Request.PathBase.HasValue ? http.Request.PathBase.Value : "/",
            IsEssential = true,
        };

    /// <summary>Where the person wanted to go: a path of this agency and nothing else, or everyone could send people anywhere from here.</summary>
    static string Wanted(HttpContext http, string? wanted) =>
        http.Request.PathBase.ToUriComponent()
        + (
            wanted is { Length: > 1 and < 1000 }
            && wanted[0] == '/'
            && wanted[1] is not ('/' or '\\')
            && !wanted.Any(char.IsControl)
                ? wanted
                : "/" // the front page knows what waits for whom
        );
}
