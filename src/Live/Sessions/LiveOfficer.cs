using Microsoft.AspNetCore.Http;

namespace Lapel.Live;

/// <summary>The camera that makes a request, as its own session proves.</summary>
public sealed record LiveCamera(CameraId Id, Actor Actor);

/// <summary>
/// Recognises cameras. Their sessions are another module's, and modules beside each other do not know each other: the server hands this in.
/// </summary>
public sealed class LiveCameras(Func<HttpContext, CancellationToken, Task<(LiveCamera? Camera, Refusal? Refusal)>> recognise)
{
    public Task<(LiveCamera? Camera, Refusal? Refusal)> Recognise(HttpContext http, CancellationToken stop) =>
        recognise(http, stop);

    /// <exception cref="RefusedException">No camera's session makes this request.</exception>
    public async Task<LiveCamera> Require(HttpContext http, CancellationToken stop)
    {
        var (camera, refusal) = await recognise(http, stop);
        return camera ?? throw new RefusedException(refusal!);
    }
}

/// <summary>The officer on whose behalf a request is made: by the camera they wear, or by their own sign-in.</summary>
public sealed record LiveOfficer(OfficerId Id, Actor Actor, CameraId? Camera)
{
    public static readonly Refusal Nobody = new(
        "no-officer",
        "Nobody is assigned to this camera, or your account is not an officer's.",
        RefusalKind.Forbidden
    );

    /// <exception cref="RefusedException">Neither a camera with a wearer nor an officer's account asks.</exception>
    public static async Task<LiveOfficer> Require(
        HttpContext http,
        AgencyRecords records,
        LiveCameras cameras,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        if (http.FindViewer() is { } viewer)
            return viewer.Account.Officer is { } own ? new(own, viewer.Actor, null) : throw new RefusedException(Nobody);
        var camera = await cameras.Require(http, stop);
        await using var reading = await records.Read(stop);
        var wearer = await Assignments.WearerOf(reading, camera.Id, clock.Now(), stop);
        return wearer is null ? throw new RefusedException(Nobody) : new(wearer.Id, camera.Actor, camera.Id);
    }
}
