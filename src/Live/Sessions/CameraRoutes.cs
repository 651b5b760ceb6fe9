using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Live;

/// <summary>What a camera begins a session with.</summary>
public sealed record BeginSession(RecordingId Recording, StreamReport Report);

/// <summary>Who watches, as the officer is shown it: never a name, always a role and since when.</summary>
public sealed record WatcherShown(string As, string Reason, Instant Since);

/// <summary>What a camera is told with every answer, so that its screen and its sound are never behind.</summary>
/// <param name="Publish">Where to send picture and sound; none while nothing may be shown.</param>
/// <param name="Hear">Where the clinician is heard; none while nobody talks.</param>
/// <param name="Aloud">The clinician is to be heard by the person too; otherwise by the officer alone.</param>
/// <param name="Notice">What the officer says aloud.</param>
public sealed record SessionNow(
    LiveSessionId Session,
    LiveState State,
    string? Why,
    Way? Publish,
    IReadOnlyList<WatcherShown> Watchers,
    ConsultId? Consult,
    ConsultState? ConsultState,
    Way? Hear,
    bool Aloud,
    string? Notice
);

/// <summary>A camera's side of live help. Every route takes the session that the camera has with the server anyway.</summary>
public static class CameraRoutes
{
    const string Guard = "a camera's own session guards it";

    internal static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/live/sessions", Begin).OpenToAnyone(Guard).DisableAntiforgery();
        api.MapPost("/live/sessions/{session}/reports", Report).OpenToAnyone(Guard).DisableAntiforgery();
        api.MapDelete("/live/sessions/{session}", End).OpenToAnyone(Guard).DisableAntiforgery();
    }

    static async Task<IResult> Begin(
        BeginSession ask,
        HttpContext http,
        LiveCameras cameras,
        Streaming streaming,
        OnAir onAir,
        AgencyRecords records,
        LivePolicy policy,
        CancellationToken stop
    )
    {
        var camera = await cameras.Require(http, stop);
        var session = await streaming.Begin(camera.Actor, camera.Id, ask.Recording, ask.Report, stop);
        return TypedResults.Created($"live/sessions/{session.Id}", await Now(session, http, records, onAir, policy, stop));
    }

    static async Task<IResult> Report(
        LiveSessionId session,
        StreamReport report,
        HttpContext http,
        LiveCameras cameras,
        Streaming streaming,
        OnAir onAir,
        AgencyRecords records,
        LivePolicy policy,
        CancellationToken stop
    )
    {
        var camera = await cameras.Require(http, stop);
        var own = await Own(session, camera, records, stop);
        return TypedResults.Ok(
            await Now(await streaming.Report(camera.Actor, own, report, stop), http, records, onAir, policy, stop)
        );
    }

    static async Task<IResult> End(
        LiveSessionId session,
        HttpContext http,
        LiveCameras cameras,
        Streaming streaming,
        AgencyRecords records,
        CancellationToken stop
    )
    {
        var camera = await cameras.Require(http, stop);
        await streaming.End(camera.Actor, (await Own(session, camera, records, stop)).Id, "recording-ended", stop);
        return TypedResults.NoContent();
    }

    static async Task<LiveSession> Own(LiveSessionId id, LiveCamera camera, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return await LiveSessions.Find(reading, id, stop) is { } session && session.Camera == camera.Id
            ? session
            : throw new RefusedException(LiveSessions.NotFound);
    }

    static async Task<SessionNow> Now(
        LiveSession session,
        HttpContext http,
        AgencyRecords records,
        OnAir onAir,
        LivePolicy policy,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        var consult = session.Officer is { } officer ? await Consults.OpenOf(reading, officer, stop) : null;
        var clinician = consult?.Clinician is { } who ? await Clinicians.Find(reading, who, stop) : null;
        var at = http.Request.PathBase;
        return new(
            session.Id,
            session.State,
            session.Why,
            session.State == LiveState.Live ? onAir.ToPublish(session, at) : null,
            await Shown(reading, session.Id, stop),
            consult?.Id,
            consult?.State,
            consult?.State == ConsultState.Talking ? onAir.ToHear(consult, "camera", at) : null,
            consult?.Aloud ?? false,
            consult is null ? null : policy.NoticeFor(clinician)
        );
    }

    public static async Task<IReadOnlyList<WatcherShown>> Shown(Reading reading, LiveSessionId session, CancellationToken stop) =>
        [
            .. (await Watchings.OfSession(reading, session, stop))
                .Where(w => w.LeftAt is null)
                .OrderBy(w => w.JoinedAt)
                .Select(w => new WatcherShown(w.As, w.Reason, w.JoinedAt)),
        ];
}
