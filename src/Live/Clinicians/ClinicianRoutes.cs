using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Live;

/// <summary>
/// All that a clinician can reach: the pages under /consult, by a cookie that is sent to no other path. There is no API here on
/// purpose: a consult and its notes are for a person with a browser.
/// </summary>
static class ClinicianRoutes
{
    const string Guard = "the clinician's own session guards it";

    /// <summary>Where to connect, fetched anew before each connection.</summary>
    public sealed record Ways(Way Watch, Way Talk, Instant LeaseUntil, bool Renewable, bool Aloud);

    internal static readonly Refusal NotIn = new(
        "clinician-not-signed-in",
        "Open your personal link to sign in.",
        RefusalKind.SignInNeeded
    );

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/consult", Home).OpenToAnyone(Guard).ExcludeFromDescription();
        app.MapGet("/consult/events", Events).OpenToAnyone(Guard).ExcludeFromDescription();
        app.MapForm("/consult/leave", Leave).OpenToAnyone(Guard);
        app.MapGet("/consult/{consult}", Show).OpenToAnyone(Guard).ExcludeFromDescription();
        app.MapGet("/consult/{consult}/ways", WaysOf).OpenToAnyone(Guard).ExcludeFromDescription();
        app.MapGet("/consult/{consult}/notes.json", Export).OpenToAnyone(Guard).ExcludeFromDescription();
        app.MapForm("/consult/{consult}/{act}", Act).OpenToAnyone(Guard);
    }

    static async Task<IResult> Home(HttpContext http, [AsParameters] ClinicianDesk desk, CancellationToken stop)
    {
        http.Response.Headers.CacheControl = "no-cache, no-store";
        if (await desk.Find(http, stop) is not { } session)
            return await ClinicianDoor.NotInPage(desk, stop);
        return await HomePage(session, null, desk, stop);
    }

    static async Task<IResult> HomePage(ClinicianSession session, Refusal? trouble, ClinicianDesk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var now = desk.Clock.Now();
        var shifts = await Rota.During(reading, now, now + Duration.FromDays(14), stop);
        return Page.Of<ConsultHomePage>(
            new
            {
                Who = session.Clinician,
                Place = desk.Agency.Profile.Name,
                Ringing = await Consults.RingingAt(reading, session.Clinician.Id, stop),
                Open = await Consults.OpenOf(reading, session.Clinician.Id, stop),
                Shifts = shifts.Where(s => s.Clinician == session.Clinician.Id).ToList(),
                Policy = desk.Policy,
                PushKey = desk.Policy.Push is null ? null : desk.Agency.Get<PushSender>().PublicKey,
                Now = now,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static async Task<IResult> Events(HttpContext http, [AsParameters] ClinicianDesk desk, Pulse pulse, CancellationToken stop)
    {
        if (await desk.Find(http, stop) is null)
            return new Refused(NotIn);
        await EventStream.Send(
            http,
            pulse,
            async () =>
                await desk.Find(http, stop) is null
                    ? throw new OperationCanceledException("the session has ended")
                    : ("live", new { }),
            stop
        );
        return Results.Empty;
    }

    static async Task<IResult> Leave(HttpContext http, Form form, [AsParameters] ClinicianDesk desk, CancellationToken stop)
    {
        var session = await desk.Who(http, stop);
        await using var work = await desk.Records.Begin(session.Actor, stop);
        await ClinicianSessions.End(work, session.Id, stop);
        await work.Commit(stop);
        http.Response.Cookies.Delete(ClinicianSessions.CookieName, ClinicianDoor.CookieFor(http));
        return Forms.To(http, "consult", "consult-left");
    }

    static async Task<IResult> Show(
        ConsultId consult,
        HttpContext http,
        [AsParameters] ClinicianDesk desk,
        CancellationToken stop
    ) =>
        await desk.Find(http, stop) is { } session
            ? await ShowPage(session, consult, null, desk, stop)
            : Forms.To(http, "consult");

    static async Task<IResult> ShowPage(
        ClinicianSession session,
        ConsultId id,
        Refusal? trouble,
        ClinicianDesk desk,
        CancellationToken stop
    )
    {
        var (consult, lease) = await desk.Own(session, id, stop);
        var status = Forms.StatusOf(trouble); // notes that cannot be opened are said on the page, which is there all the same
        IReadOnlyList<ClinicalNote> notes = [];
        try
        {
            notes = await desk.Notes.Read(session, consult, stop);
        }
        catch (RefusedException gone)
        {
            trouble ??= gone.Refusal;
        }
        await using var reading = await desk.Records.Read(stop);
        var watched = consult.Session is { } seen ? await LiveSessions.Find(reading, seen, stop) : null;
        return Page.Of<ConsultConsolePage>(
            new
            {
                Who = session.Clinician,
                Place = desk.Agency.Profile.Name,
                Consult = consult,
                Session = watched,
                Officer = (await Officers.Find(reading, consult.Officer, stop))?.Name,
                Lease = lease,
                Watching = watched is null ? [] : await CameraRoutes.Shown(reading, watched.Id, stop),
                Lines = await Consults.LinesOf(reading, id, stop),
                Notes = notes,
                Policy = desk.Policy,
                Now = desk.Clock.Now(),
                Off = desk.OnAir.Trouble,
                Trouble = trouble,
            },
            status
        );
    }

    static async Task<IResult> WaysOf(
        ConsultId consult,
        HttpContext http,
        [AsParameters] ClinicianDesk desk,
        CancellationToken stop
    )
    {
        try
        {
            var session = await desk.Who(http, stop);
            var (own, lease) = await desk.Own(session, consult, stop);
            if (!own.IsOpen)
                return new Refused(Consults.Over);
            if (lease is null)
                return new Refused(ClinicianDesk.WhyNoLease(own));
            var at = http.Request.PathBase;
            return TypedResults.Ok(
                new Ways(
                    desk.OnAir.ToWatch(lease, at),
                    desk.OnAir.ToTalk(consult, lease, at),
                    lease.Until,
                    lease.Until - desk.Clock.Now() <= desk.Policy.RenewableInLast,
                    own.Aloud
                )
            );
        }
        catch (RefusedException refused)
        {
            return new Refused(refused.Refusal);
        }
    }

    static async Task<IResult> Export(
        ConsultId consult,
        HttpContext http,
        [AsParameters] ClinicianDesk desk,
        CancellationToken stop
    )
    {
        var session = await desk.Who(http, stop);
        var (own, _) = await desk.Own(session, consult, stop);
        var notes = await desk.Notes.Read(session, own, stop);
        return TypedResults.File(
            HealthRecord.Of(own, session.Clinician, desk.Agency.Profile.Name, notes, desk.Clock.Now()),
            "application/fhir+json",
            $"consult-{consult}.json"
        );
    }

    static Task<IResult> Act(
        ConsultId consult,
        string act,
        HttpContext http,
        Form form,
        [AsParameters] ClinicianDesk desk,
        CancellationToken stop
    )
    {
        ClinicianSession? session = null;
        return Forms.Do(
            async () =>
            {
                session = await desk.Who(http, stop);
                return await Do(session, consult, act, http, form, desk, stop);
            },
            refusal =>
                session is null ? Task.FromResult<IResult>(Forms.To(http, "consult"))
                : act == "accept" ? HomePage(session, refusal, desk, stop)
                : ShowPage(session, consult, refusal, desk, stop)
        );
    }

    static async Task<IResult> Do(
        ClinicianSession session,
        ConsultId id,
        string act,
        HttpContext http,
        Form form,
        ClinicianDesk desk,
        CancellationToken stop
    )
    {
        if (act == "accept")
        {
            await desk.Helping.Accept(session.Clinician, id, stop);
            return Forms.To(http, $"consult/{id}");
        }
        var (consult, lease) = await desk.Own(session, id, stop);
        switch (act)
        {
            case "say":
            case "advise":
                await desk.Helping.Say(session.Actor, consult, byClinician: true, act == "advise", form.Text("text"), stop);
                break;
            case "consent":
                await desk.Helping.Consent(session.Actor, consult, form.Text("consent"), stop);
                break;
            case "aloud":
                await desk.Helping.SetAloud(session.Actor, consult, form.Text("aloud") == "1", stop);
                break;
            case "speaks":
                await desk.Helping.Speaks(id, stop);
                return Results.NoContent();
            case "renew":
                await desk.Streaming.Renew(session.Actor, (lease ?? throw new RefusedException(Leases.Over)).Id, stop);
                break;
            case "delay":
                _ = int.TryParse(form.Text("p50"), out var middle);
                _ = int.TryParse(form.Text("p95"), out var slow);
                return lease is not null && await desk.OnAir.Measure(lease.Id, middle, slow, stop) is { } delay
                    ? TypedResults.Ok(delay)
                    : Results.NoContent();
            case "note":
                await desk.Notes.Write(session, consult, form.Text("text"), stop);
                break;
            case "destroy-notes":
                await desk.Notes.Destroy(session, consult, stop);
                return Forms.To(http, $"consult/{id}", "notes-destroyed");
            case "end":
                await desk.Helping.End(session.Actor, id, form.Text("outcome"), form.TextOrNull("consent"), "clinician", stop);
                return Forms.To(http, $"consult/{id}", "consult-ended");
            default:
                throw new RefusedException(WhoMay.Nothing);
        }
        return Forms.To(http, $"consult/{id}");
    }
}
