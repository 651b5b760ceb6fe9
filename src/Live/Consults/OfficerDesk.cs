using Microsoft.AspNetCore.Http;

namespace Lapel.Live;

/// <summary>
/// What it takes to answer an officer who asks by the session of their camera or by their own sign-in: handlers take it as one parameter. Of
/// accounts alone, see <see cref="Desk"/>.
/// </summary>
public sealed record OfficerDesk(
    AgencyRecords Records,
    LiveCameras Cameras,
    Helping Helping,
    OnAir OnAir,
    LivePolicy Policy,
    TimeProvider Clock
)
{
    public Task<LiveOfficer> Officer(HttpContext http, CancellationToken stop) =>
        LiveOfficer.Require(http, Records, Cameras, Clock, stop);

    public async Task<Consult> Open(LiveOfficer officer, CancellationToken stop)
    {
        await using var reading = await Records.Read(stop);
        return await Consults.OpenOf(reading, officer.Id, stop) ?? throw new RefusedException(Consults.Over);
    }

    public async Task<HelpRoutes.HelpNow> Now(LiveOfficer officer, PathString at, CancellationToken stop)
    {
        await using var reading = await Records.Read(stop);
        var session = await LiveSessions.OpenOf(reading, officer.Id, stop);
        var consult = await Consults.OpenOf(reading, officer.Id, stop);
        var clinician = consult?.Clinician is { } who ? await Clinicians.Find(reading, who, stop) : null;
        return new(
            session,
            session is null ? [] : await CameraRoutes.Shown(reading, session.Id, stop),
            consult,
            clinician?.Name,
            clinician?.Title,
            consult is null ? 0 : (await Consults.RungOf(reading, consult.Id, stop)).Count,
            consult?.State == ConsultState.Talking
                ? OnAir.ToHear(consult, officer.Camera is null ? "phone" : "camera", at)
                : null,
            Policy.NoticeFor(clinician)
        );
    }
}
