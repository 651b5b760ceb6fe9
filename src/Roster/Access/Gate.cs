using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Lapel.Roster;

/// <summary>
/// The one door: finds out who asks, and asks each route's own declaration whether they may. It stands between routing and the routes,
/// so that no handler runs, and no parameter of it is read, for someone who may not use it.
/// </summary>
public static class Gate
{
    public const string CookieName = "lapel";
    const string BearerPrefix = "Bearer ";

    /// <summary>Comes after routing, and before antiforgery and the routes.</summary>
    public static void UseGate(this IApplicationBuilder app) => app.Use(Pass);

    static async Task Pass(HttpContext http, RequestDelegate next)
    {
        var stop = http.RequestAborted;
        var viewer = http.FindAgency() is { } agency ? await Recognise(http, agency, stop) : null;
        if (viewer is not null)
        {
            http.SetViewer(viewer);
            http.Response.Headers.CacheControl = "no-cache, no-store"; // a route that knows better says so
        }
        if (WhyNotPass(http, viewer) is { } refusal)
            await Refuse(http, refusal);
        else
            await next(http);
    }

    static Refusal? WhyNotPass(HttpContext http, Viewer? viewer)
    {
        if (viewer?.Session?.Carrier == Carrier.Cookie && WhyNotSameOrigin(http.Request) is { } foreign)
            return foreign;
        if (http.GetEndpoint() is not { } route)
            return null;
        // Outside an agency nobody is known and nothing is kept: only what was made to stand there does.
        if (http.FindAgency() is null)
            return route.Metadata.GetMetadata<OutsideAgencies>() is null ? WhoMay.Nothing : null;
        if (route.Metadata.GetMetadata<OpenToAnyone>() is not null)
            return null;
        // A route that does not say who may use it is for nobody at all.
        if (route.Metadata.GetMetadata<NeedsPermission>() is not { } needs)
            return WhoMay.Nothing;
        if (WhoMay.WhyNot(viewer, needs, IsLooking(http.Request)) is { } refusal)
            return refusal;
        return viewer!.Account.MustChange && route.Metadata.GetMetadata<BeforePasswordChange>() is null
            ? PasswordChangeNeeded
            : null;
    }

    /// <summary>Problem+json for programs; for people the sign-in page, or the page that every refusal gets.</summary>
    static async Task Refuse(HttpContext http, Refusal refusal)
    {
        var start = http.Request.PathBase.ToUriComponent();
        if (refusal == WhoMay.Nothing)
            http.Response.StatusCode = StatusCodes.Status404NotFound; // answered as every address that leads nowhere, byte for byte
        else if (http.Request.Path.StartsWithSegments("/api"))
            await new Refused(refusal).ExecuteAsync(http);
        else if (refusal == PasswordChangeNeeded)
            http.Response.Redirect($"{start}/my-account");
        else if (refusal.Kind != RefusalKind.SignInNeeded)
            throw new RefusedException(refusal);
        else
        {
            var wanted = http.Request.Path.ToUriComponent() + http.Request.QueryString.ToUriComponent();
            var returns = IsLooking(http.Request) && wanted.Length is > 1 and < 1000;
            http.Response.Redirect(returns ? $"{start}/sign-in?return={Uri.EscapeDataString(wanted)}" : $"{start}/sign-in");
        }
    }

    /// <summary>
    /// A browser sends the cookie by itself, so a change must come from one of our own pages. Browsers say so in Sec-Fetch-Site, older ones
    /// in Origin; a request that says neither did not come from a browser that we would trust with a cookie.
    /// </summary>
    public static Refusal? WhyNotSameOrigin(HttpRequest request)
    {
        if (IsLooking(request))
            return null;
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
            return site == "same-origin" ? null : CrossSite;
        var origin = request.Headers.Origin.ToString();
        return string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase) ? null : CrossSite;
    }

    public static readonly Refusal CrossSite = new(
        "cross-site",
        "This request did not come from one of Lapel's own pages. Programs use a bearer token instead of the cookie.",
        RefusalKind.Forbidden
    );

    public static readonly Refusal PasswordChangeNeeded = new(
        "password-change-needed",
        "Choose a password of your own first: the present one was set by an administrator.",
        RefusalKind.Forbidden
    );

    static bool IsLooking(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);

    static async Task<Viewer?> Recognise(HttpContext http, Agency agency, CancellationToken stop)
    {
        var header = http.Request.Headers.Authorization.ToString();
        var (token, carrier) = header.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase)
            ? (header[BearerPrefix.Length..].Trim(), Carrier.Bearer)
            : (http.Request.Cookies[CookieName] ?? "", Carrier.Cookie);
        if (token.Length == 0)
            return null;
        var records = agency.Get<AgencyRecords>();
        var now = agency.Get<Clock>().Now;
        Viewer? viewer;
        await using (var reading = await records.Read(stop))
            viewer = await Sessions.Recognise(reading, token, carrier, now, stop);
        if (viewer is not null)
            await Sessions.Note(records, viewer.Session!, now, stop);
        return viewer;
    }
}

/// <summary>On routes that a person whose password was set by somebody else needs: to change it, and to leave.</summary>
sealed record BeforePasswordChange;

/// <summary>The server's clock, as the gate reads it.</summary>
sealed class Clock(TimeProvider time)
{
    public Instant Now => time.Now();
}
