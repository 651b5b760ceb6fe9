using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Live;

/// <summary>The officer's side: press, see who watches, hear, say how it went. By the camera, or by the page "On duty" on a phone.</summary>
public static class HelpRoutes
{
    const string Guard = "the session of the officer's camera, or the officer's own sign-in, guards it";

    /// <param name="Why">A reason of the live policy; the first when left out.</param>
    public sealed record AskHelp(string? Why = null, string? Words = null);

    public sealed record AskWithdraw(string? Why = null);

    public sealed record AskConsent(string Consent);

    public sealed record AskLine(string Text);

    public sealed record AskEnd(string Outcome, string? Consent = null);

    /// <summary>What the officer's own screen shows.</summary>
    public sealed record HelpNow(
        LiveSession? Session,
        IReadOnlyList<WatcherShown> Watchers,
        Consult? Consult,
        string? Clinician,
        string? Title,
        int Rung,
        Way? Hear,
        string? Notice
    );

    internal static void Map(IEndpointRouteBuilder app, RouteGroupBuilder api)
    {
        api.MapGet("/live/help", Read).OpenToAnyone(Guard);
        api.MapPost("/live/help", Ask).OpenToAnyone(Guard).DisableAntiforgery();
        api.MapPost("/live/help/withdraw", Withdraw).OpenToAnyone(Guard).DisableAntiforgery();
        api.MapPost("/live/help/consent", Consent).OpenToAnyone(Guard).DisableAntiforgery();
        api.MapPost("/live/help/lines", Say).OpenToAnyone(Guard).DisableAntiforgery();
        api.MapPost("/live/help/end", End).OpenToAnyone(Guard).DisableAntiforgery();
        api.MapGet("/live/help/events", Events).OpenToAnyone(Guard).ExcludeFromDescription();

        app.MapGet("/on-duty", Show).Needs(Permission.SeeOwnRecordings).ExcludeFromDescription();
        app.MapForm("/on-duty/{act}", ByForm).Needs(Permission.SeeOwnRecordings);
    }

    static async Task<IResult> Read(HttpContext http, [AsParameters] OfficerDesk desk, CancellationToken stop) =>
        TypedResults.Ok(await desk.Now(await desk.Officer(http, stop), http.Request.PathBase, stop));

    static async Task<IResult> Ask(AskHelp ask, HttpContext http, [AsParameters] OfficerDesk desk, CancellationToken stop)
    {
        var officer = await desk.Officer(http, stop);
        await desk.Helping.Ask(officer.Actor, new(officer.Id, ask.Why ?? desk.Policy.HelpReasons.Keys.First(), ask.Words), stop);
        return TypedResults.Ok(await desk.Now(officer, http.Request.PathBase, stop));
    }

    static async Task<IResult> Withdraw(
        AskWithdraw ask,
        HttpContext http,
        [AsParameters] OfficerDesk desk,
        CancellationToken stop
    )
    {
        var officer = await desk.Officer(http, stop);
        await desk.Helping.Withdraw(officer.Actor, await desk.Open(officer, stop), ask.Why ?? "not-needed", stop);
        return TypedResults.NoContent();
    }

    static async Task<IResult> Consent(AskConsent ask, HttpContext http, [AsParameters] OfficerDesk desk, CancellationToken stop)
    {
        var officer = await desk.Officer(http, stop);
        await desk.Helping.Consent(officer.Actor, await desk.Open(officer, stop), ask.Consent, stop);
        return TypedResults.NoContent();
    }

    static async Task<IResult> Say(AskLine ask, HttpContext http, [AsParameters] OfficerDesk desk, CancellationToken stop)
    {
        var officer = await desk.Officer(http, stop);
        await desk.Helping.Say(officer.Actor, await desk.Open(officer, stop), false, false, ask.Text, stop);
        return TypedResults.NoContent();
    }

    static async Task<IResult> End(AskEnd ask, HttpContext http, [AsParameters] OfficerDesk desk, CancellationToken stop)
    {
        var officer = await desk.Officer(http, stop);
        await desk.Helping.End(officer.Actor, (await desk.Open(officer, stop)).Id, ask.Outcome, ask.Consent, "officer", stop);
        return TypedResults.NoContent();
    }

    /// <summary>Server-sent <c>help</c> events: the same as GET, at the beginning and after every change.</summary>
    static async Task Events(HttpContext http, [AsParameters] OfficerDesk desk, Pulse pulse, CancellationToken stop)
    {
        LiveOfficer officer;
        try
        {
            officer = await desk.Officer(http, stop);
        }
        catch (RefusedException refused)
        {
            await new Refused(refused.Refusal).ExecuteAsync(http);
            return;
        }
        await EventStream.Send(http, pulse, async () => ("live", await desk.Now(officer, http.Request.PathBase, stop)), stop);
    }

    static Task<IResult> Show(HttpContext http, Viewer viewer, [AsParameters] OfficerDesk desk, CancellationToken stop) =>
        ShowPage(http, viewer, desk, null, stop);

    static async Task<IResult> ShowPage(
        HttpContext http,
        Viewer viewer,
        OfficerDesk desk,
        Refusal? trouble,
        CancellationToken stop
    )
    {
        HelpNow? now = null;
        Officer? officer = null;
        IReadOnlyList<ConsultLine> lines = [];
        if (viewer.Account.Officer is { } own)
        {
            now = await desk.Now(new(own, viewer.Actor, null), http.Request.PathBase, stop);
            await using var reading = await desk.Records.Read(stop);
            officer = await Officers.Find(reading, own, stop);
            if (now.Consult is { } consult)
                lines = await Consults.LinesOf(reading, consult.Id, stop);
        }
        return Page.Of<OnDutyPage>(
            new
            {
                Now = now,
                Officer = officer?.Ref,
                Parts = http.RequestServices.GetServices<DutyPart>().Where(part => viewer.May(part.Needs)).ToList(),
                Lines = lines,
                Policy = desk.Policy,
                At = desk.Clock.Now(),
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> ByForm(
        string act,
        HttpContext http,
        Form form,
        Viewer viewer,
        [AsParameters] OfficerDesk desk,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                _ = act switch
                {
                    "help" => await Ask(new(form.TextOrNull("why"), form.TextOrNull("words")), http, desk, stop),
                    "withdraw" => await Withdraw(new(form.TextOrNull("why")), http, desk, stop),
                    "consent" => await Consent(new(form.Text("consent")), http, desk, stop),
                    "say" => await Say(new(form.Text("text")), http, desk, stop),
                    "end" => await End(new(form.Text("outcome"), form.TextOrNull("consent")), http, desk, stop),
                    _ => throw new RefusedException(WhoMay.Nothing),
                };
                return Forms.To(http, "on-duty");
            },
            refusal => ShowPage(http, viewer, desk, refusal, stop)
        );
}
