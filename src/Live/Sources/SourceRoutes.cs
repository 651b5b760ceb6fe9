using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Live;

/// <summary>Live sources of cameras that are not ours: given, rotated, resumed, revoked. A secret is shown once or never.</summary>
public static class SourceRoutes
{
    /// <param name="RecordsByItself">The declaration that the camera records whenever it streams; without it no source is given.</param>
    /// <param name="Address">rtsp: or rtsps:, without name and password; none for what a camera pushes.</param>
    public sealed record AskSource(
        CameraId Camera,
        SourceKind Kind,
        bool RecordsByItself,
        string? Address = null,
        string? User = null,
        string? Password = null
    );

    public sealed record AskRevoke(string Reason);

    /// <param name="State">What it does at this moment, in words.</param>
    public sealed record SourceShown(LiveSource Source, string State);

    /// <param name="Secret">SRT's passphrase, RTMP's stream key; shown only now. None for RTSP.</param>
    /// <param name="PushTo">The address without it, as a camera reaches the server by the name that was asked here.</param>
    public sealed record SourceGiven(LiveSource Source, string? Secret, string? PushTo);

    internal static void Map(IEndpointRouteBuilder app, RouteGroupBuilder api)
    {
        api.MapGet("/live/sources", All).Needs(Permission.EditCameras);
        api.MapPost("/live/sources", Give).Needs(Permission.EditCameras);
        api.MapPost("/live/sources/{camera}/secret", Rotate).Needs(Permission.EditCameras);
        api.MapPost("/live/sources/{camera}/resume", Resume).Needs(Permission.EditCameras);
        api.MapPost("/live/sources/{camera}/revoke", Revoke).Needs(Permission.EditCameras);

        app.MapGet("/live/sources", Show).Needs(Permission.EditCameras).ExcludeFromDescription();
        app.MapForm("/live/sources", GiveByForm).Needs(Permission.EditCameras);
        app.MapForm("/live/sources/{camera}/{act}", ActByForm).Needs(Permission.EditCameras);
    }

    static async Task<IResult> All(SourceDesk desk, CancellationToken stop) =>
        TypedResults.Ok(new Paged<SourceShown>(await desk.All(stop), null));

    static async Task<IResult> Give(
        HttpContext http,
        AskSource ask,
        Viewer viewer,
        SourceDesk desk,
        Agencies agencies,
        CancellationToken stop
    )
    {
        var given = await desk.Give(ask, http.Request.Host.Host, viewer.Actor, agencies, stop);
        return TypedResults.Created($"live/sources/{ask.Camera}", given);
    }

    static async Task<IResult> Rotate(
        HttpContext http,
        CameraId camera,
        Viewer viewer,
        SourceDesk desk,
        CancellationToken stop
    ) => TypedResults.Ok(await desk.Rotate(camera, http.Request.Host.Host, viewer.Actor, stop));

    static async Task<IResult> Resume(CameraId camera, Viewer viewer, SourceDesk desk, CancellationToken stop)
    {
        await desk.Resume(camera, viewer.Actor, stop);
        return TypedResults.NoContent();
    }

    static async Task<IResult> Revoke(CameraId camera, AskRevoke ask, Viewer viewer, SourceDesk desk, CancellationToken stop)
    {
        await desk.Revoke(camera, ask.Reason, viewer.Actor, stop);
        return TypedResults.NoContent();
    }

    static Task<IResult> Show(SourceDesk desk, AgencyRecords records, CancellationToken stop) =>
        ShowPage(desk, records, null, null, stop);

    static async Task<IResult> ShowPage(
        SourceDesk desk,
        AgencyRecords records,
        Form? typed,
        Refusal? trouble,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        return Page.Of<SourcesPage>(
            new
            {
                Sources = await desk.All(stop),
                Cameras = await Cameras.All(reading, stop),
                desk.Ways,
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> GiveByForm(
        HttpContext http,
        Form form,
        Viewer viewer,
        SourceDesk desk,
        Agencies agencies,
        AgencyRecords records,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                if (!Words<SourceKind>.TryParse(form.Text("kind"), out var kind))
                    throw new RefusedException(new("live-source-how", "Choose how the camera streams."));
                var ask = new AskSource(
                    form.Id<Nouns.Camera>("camera", "Choose a camera."),
                    kind,
                    form.Ticked("recordsByItself"),
                    form.TextOrNull("address"),
                    form.TextOrNull("user"),
                    form.Raw("password") is { Length: > 0 } password ? password : null
                );
                var given = await desk.Give(ask, http.Request.Host.Host, viewer.Actor, agencies, stop);
                return given.Secret is null
                    ? Forms.To(http, "live/sources", "live-source-given")
                    : await Once(given, desk, records, stop);
            },
            refusal => ShowPage(desk, records, form, refusal, stop)
        );

    static Task<IResult> ActByForm(
        HttpContext http,
        CameraId camera,
        string act,
        Form form,
        Viewer viewer,
        SourceDesk desk,
        AgencyRecords records,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                switch (act)
                {
                    case "secret":
                        return await Once(
                            await desk.Rotate(camera, http.Request.Host.Host, viewer.Actor, stop),
                            desk,
                            records,
                            stop
                        );
                    case "resume":
                        await desk.Resume(camera, viewer.Actor, stop);
                        return Forms.To(http, "live/sources", "live-source-resumed");
                    case "revoke":
                        await desk.Revoke(camera, form.Text("reason"), viewer.Actor, stop);
                        return Forms.To(http, "live/sources", "live-source-revoked");
                    default:
                        throw new RefusedException(WhoMay.Nothing);
                }
            },
            refusal => ShowPage(desk, records, null, refusal, stop)
        );

    static async Task<IResult> Once(SourceGiven given, SourceDesk desk, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return Page.Of<SourceOncePage>(
            new
            {
                Camera = (await Cameras.Find(reading, given.Source.Camera, stop))!,
                Given = given,
                TakesBoth = desk.Ways?.Rtmp is { TakesBoth: true },
            }
        );
    }
}
