using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Live;

/// <summary>How a clinician's browser comes in: by link and code; in a demo agency by one click.</summary>
static class ClinicianDoor
{
    public static void Map(IEndpointRouteBuilder app)
    {
        const string Door = "it is the clinicians' sign-in; link and code guard it";
        app.MapGet("/consult/enter/{link}", Enter).OpenToAnyone(Door).ExcludeFromDescription();
        app.MapForm("/consult/enter", EnterByForm).OpenToAnyone(Door);
        app.MapForm("/consult/code", SendCode).OpenToAnyone(Door);
        app.MapForm("/consult/demo", EnterDemo)
            .OpenToAnyone("it is how one signs in as a made-up clinician, in a demo agency and nowhere else");
    }

    static async Task<IResult> Enter(string link, HttpContext http, [AsParameters] ClinicianDesk desk, CancellationToken stop)
    {
        http.Response.Headers.CacheControl = "no-cache, no-store";
        http.Response.Headers["Referrer-Policy"] = "no-referrer"; // the address is half of the sign-in
        return await EnterPage(link, null, null, desk, stop);
    }

    static async Task<IResult> EnterPage(string link, Refusal? trouble, string? said, ClinicianDesk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var clinician = await Clinicians.FindByLink(reading, link, stop);
        trouble ??= clinician is null ? ClinicianSignIn.LinkGone : null;
        return Page.Of<ConsultEnterPage>(
            new
            {
                Link = clinician is null ? null : link,
                Who = clinician?.Name,
                Place = desk.Agency.Profile.Name,
                CanSend = desk.Hook.IsThere && clinician?.Phone is not null,
                Told = said,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> EnterByForm(
        HttpContext http,
        Form form,
        ClinicianSignIn signIn,
        [AsParameters] ClinicianDesk desk,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                var address = http.Connection.RemoteIpAddress?.ToString() ?? "";
                var (_, token) = await signIn.Enter(form.Text("link"), form.Text("code"), address, stop);
                http.Response.Cookies.Append(ClinicianSessions.CookieName, token, CookieFor(http));
                return Forms.To(http, "consult");
            },
            refusal => EnterPage(form.Text("link"), refusal, null, desk, stop)
        );

    static Task<IResult> EnterDemo(
        HttpContext http,
        Form form,
        ClinicianSignIn signIn,
        [AsParameters] ClinicianDesk desk,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                var clinician = form.Id<Nouns.Clinician>("clinician", "Choose somebody.");
                var token = await signIn.AsDemo(desk.Agency, clinician, http.Connection.RemoteIpAddress?.ToString() ?? "", stop);
                http.Response.Cookies.Append(ClinicianSessions.CookieName, token, CookieFor(http));
                return Forms.To(http, "consult");
            },
            _ => NotInPage(desk, stop)
        );

    internal static async Task<IResult> NotInPage(ClinicianDesk desk, CancellationToken stop)
    {
        IReadOnlyList<Clinician> demo = [];
        if (desk.Agency.Profile.Demo)
        {
            await using var reading = await desk.Records.Read(stop);
            demo = await Clinicians.OfDemo(reading, stop);
        }
        return Page.Of<ConsultEnterPage>(
            new
            {
                Place = desk.Agency.Profile.Name,
                Demo = demo,
                Trouble = demo.Count == 0 ? ClinicianRoutes.NotIn : null,
            },
            StatusCodes.Status401Unauthorized
        );
    }

    static async Task<IResult> SendCode(HttpContext http, Form form, [AsParameters] ClinicianDesk desk, CancellationToken stop)
    {
        Clinician? clinician;
        await using (var reading = await desk.Records.Read(stop))
            clinician = await Clinicians.FindByLink(reading, form.Text("link"), stop);
        if (clinician is null || !desk.Hook.IsThere || clinician.Phone is null)
            return await EnterPage(form.Text("link"), ClinicianSignIn.LinkGone, null, desk, stop);
        await using var work = await desk.Records.Begin(clinician.Actor, stop);
        var code = await ClinicianCodes.Give(work, clinician.Id, stop);
        work.Append(new CustodyEvent.ClinicianChanged(clinician.Id, clinician.Name, "sent-a-code"));
        await work.Commit(stop);
        try
        {
            await desk.Hook.Send(
                new("code", null, clinician.Id, clinician.Phone, $"{desk.Agency.Profile.Name}: your code is {code}."),
                stop
            );
        }
        catch (HttpRequestException)
        {
            return await EnterPage(
                form.Text("link"),
                new(
                    "code-not-sent",
                    "The message gateway did not take it. Ask the police service to read you a code.",
                    RefusalKind.Conflict
                ),
                null,
                desk,
                stop
            );
        }
        return await EnterPage(form.Text("link"), null, "A code is on its way to your phone.", desk, stop);
    }

    // Path: the browser sends it to the clinician's own pages and to nothing else of the agency.
    internal static CookieOptions CookieFor(HttpContext http) =>
        new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = http.Request.IsHttps,
            Path = $"{http.Request.PathBase}/consult",
            IsEssential = true,
        };
}
