using Microsoft.AspNetCore.Http;

namespace Lapel.Live;

/// <summary>What it takes to answer a clinician, who has no account: handlers take it as one parameter. Of accounts, see <see cref="Desk"/>.</summary>
sealed record ClinicianDesk(
    Agency Agency,
    AgencyRecords Records,
    Helping Helping,
    Streaming Streaming,
    OnAir OnAir,
    ClinicalNotes Notes,
    LivePolicy Policy,
    WebHook Hook,
    TimeProvider Clock
)
{
    /// <summary>The clinician who asks.</summary>
    /// <exception cref="RefusedException">Nobody is signed in here, or the request comes from another site's page.</exception>
    public async Task<ClinicianSession> Who(HttpContext http, CancellationToken stop)
    {
        http.Response.Headers.CacheControl = "no-cache, no-store";
        if (Gate.WhyNotSameOrigin(http.Request) is { } foreign)
            throw new RefusedException(foreign);
        return await Find(http, stop) ?? throw new RefusedException(ClinicianRoutes.NotIn);
    }

    public Task<ClinicianSession?> Find(HttpContext http, CancellationToken stop) =>
        ClinicianSessions.Recognise(Records, http.Request.Cookies[ClinicianSessions.CookieName] ?? "", Clock.Now(), stop);

    /// <summary>A consult that this clinician answered; others do not exist for them.</summary>
    public async Task<(Consult Consult, WatchLease? Lease)> Own(ClinicianSession session, ConsultId id, CancellationToken stop)
    {
        await using var reading = await Records.Read(stop);
        var consult = await Consults.Find(reading, id, stop);
        if (consult is null || consult.Clinician != session.Clinician.Id)
            throw new RefusedException(WhoMay.Nothing);
        var lease = consult.Session is { } watched
            ? await Leases.OpenOf(reading, watched, session.Clinician.Id.Text, stop)
            : null;
        return (consult, lease);
    }

    /// <summary>Why there is nothing to watch: a camera that was not live yet may be at any moment and is waited for; a lease that ended is over.</summary>
    public static Refusal WhyNoLease(Consult consult) => consult.Session is null ? NotLiveYet : Leases.Over;

    static readonly Refusal NotLiveYet = new("camera-not-live", "The camera is not live yet.", RefusalKind.Conflict);
}
