using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Roster;

/// <summary>The registry of cameras. Enrolment itself, which a camera asks for and not a person, is Ingest's.</summary>
public static class CameraRoutes
{
    public sealed record AskCamera(string Serial, string Model);

    /// <param name="Code">Shown once; <paramref name="Camera"/> says until when it can be used.</param>
    public sealed record CameraWithCode(Camera Camera, string Code);

    public sealed record AskRevoke(string Reason, bool Lost = false);

    /// <summary>A camera, who wears it now, and when it was last in touch.</summary>
    public sealed record CameraNow(Camera Camera, OfficerRef? Wearer, Instant? Since, Sighting? Seen);

    internal static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        app.MapGet("/cameras", ShowAll).Needs(Permission.SeeCameras).ExcludeFromDescription();
        app.MapGet("/cameras/new", ShowNew).Needs(Permission.EditCameras).ExcludeFromDescription();
        app.MapForm("/cameras/new", ExpectByForm).Needs(Permission.EditCameras);
        app.MapGet("/cameras/{camera}", Show).Needs(Permission.SeeCameras).ExcludeFromDescription();
        app.MapForm("/cameras/{camera}/code", CodeByForm).Needs(Permission.EditCameras);
        app.MapForm("/cameras/{camera}/revoke", RevokeByForm).Needs(Permission.EditCameras);

        api.MapGet("/cameras", All).Needs(Permission.SeeCameras);
        api.MapPost("/cameras", Expect).Needs(Permission.EditCameras);
        api.MapGet("/cameras/{camera}", One).Needs(Permission.SeeCameras);
        api.MapGet("/cameras/{camera}/keys", Keys).Needs(Permission.SeeCameras);
        api.MapPost("/cameras/{camera}/revoke", Revoke).Needs(Permission.EditCameras);
    }

    static async Task<IResult> All(
        string? after,
        AgencyRecords records,
        CameraElsewhere elsewhere,
        Clock clock,
        CancellationToken stop
    ) => TypedResults.Ok(await Read(after, records, elsewhere, clock, stop));

    static async Task<Paged<CameraNow>> Read(
        string? after,
        AgencyRecords records,
        CameraElsewhere elsewhere,
        Clock clock,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        var cameras = await Cameras.Page(reading, after, Cameras.PageSize, stop);
        var now = new Span(clock.Now, clock.Now + Duration.FromTicks(10));
        var worn = (await Assignments.During(reading, now, stop)).ToDictionary(a => a.Camera);
        var seen = await elsewhere.Sightings(reading, [.. cameras.Select(c => c.Id)], stop);
        var rows = new List<CameraNow>();
        foreach (var camera in cameras)
        {
            var assignment = worn.GetValueOrDefault(camera.Id);
            var wearer = assignment is null ? null : await Officers.Find(reading, assignment.Officer, stop);
            rows.Add(new(camera, wearer?.Ref, assignment?.From, seen.GetValueOrDefault(camera.Id)));
        }
        return Paged.Of(rows, Cameras.PageSize, c => c.Camera.Serial);
    }

    static async Task<IResult> One(
        CameraId camera,
        AgencyRecords records,
        CameraElsewhere elsewhere,
        Clock clock,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        var found = await Cameras.Find(reading, camera, stop) ?? throw new RefusedException(Cameras.NotFound);
        var worn = (await Assignments.OfCamera(reading, camera, stop)).FirstOrDefault(a => a.Span.Contains(clock.Now));
        var wearer = worn is null ? null : await Officers.Find(reading, worn.Officer, stop);
        var seen = await elsewhere.Sightings(reading, [camera], stop);
        return TypedResults.Ok(new CameraNow(found, wearer?.Ref, worn?.From, seen.GetValueOrDefault(camera)));
    }

    static async Task<IResult> Keys(CameraId camera, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        if (await Cameras.Find(reading, camera, stop) is null)
            throw new RefusedException(Cameras.NotFound);
        return TypedResults.Ok(new Paged<CameraKeyEntry>(await CameraKeys.Of(reading, camera, stop), null));
    }

    static async Task<IResult> Expect(
        AskCamera ask,
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        CancellationToken stop
    )
    {
        var expected = await ExpectOne(ask.Serial, ask.Model, viewer, records, stop);
        return TypedResults.Created($"cameras/{expected.Camera.Id}", expected);
    }

    static async Task<CameraWithCode> ExpectOne(
        string serial,
        string model,
        Viewer viewer,
        AgencyRecords records,
        CancellationToken stop
    )
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        var (camera, code) = await Cameras.Expect(work, serial, model, stop);
        await work.Commit(stop);
        return new(camera, code.ToString());
    }

    static async Task<IResult> Revoke(
        CameraId camera,
        AskRevoke ask,
        Viewer viewer,
        AgencyRecords records,
        CancellationToken stop
    )
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        var revoked = await Cameras.Revoke(work, camera, ask.Reason, ask.Lost, stop);
        await work.Commit(stop);
        return TypedResults.Ok(revoked);
    }

    static async Task<IResult> ShowAll(
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        CameraElsewhere elsewhere,
        Clock clock,
        CancellationToken stop
    ) =>
        Page.Of<CamerasPage>(
            new { Viewer = viewer, Cameras = await Read(http.Request.Query["after"], records, elsewhere, clock, stop) }
        );

    static IResult ShowNew() => Page.Of<NewCameraPage>();

    static Task<IResult> ExpectByForm(
        HttpContext http,
        Form form,
        Viewer viewer,
        AgencyRecords records,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
                Page.Of<CodeOncePage>(
                    new { Expected = await ExpectOne(form.Text("serial"), form.Text("model"), viewer, records, stop) }
                ),
            refusal => Task.FromResult(Page.Of<NewCameraPage>(new { Typed = form, Trouble = refusal }, Forms.StatusOf(refusal)))
        );

    static Task<IResult> Show(
        CameraId camera,
        Viewer viewer,
        AgencyRecords records,
        CameraElsewhere elsewhere,
        Clock clock,
        CancellationToken stop
    ) => ShowPage(camera, viewer, records, elsewhere, clock, null, null, stop);

    static async Task<IResult> ShowPage(
        CameraId id,
        Viewer viewer,
        AgencyRecords records,
        CameraElsewhere elsewhere,
        Clock clock,
        Form? typed,
        Refusal? trouble,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        var camera = await Cameras.Find(reading, id, stop) ?? throw new RefusedException(WhoMay.Nothing);
        var assignments = await Assignments.OfCamera(reading, id, stop);
        var wearers = new Dictionary<OfficerId, Officer>();
        foreach (var officer in assignments.Select(a => a.Officer).Distinct())
            wearers[officer] = (await Officers.Find(reading, officer, stop))!;
        return Page.Of<CameraPage>(
            new
            {
                Viewer = viewer,
                Camera = camera,
                Keys = await CameraKeys.Of(reading, id, stop),
                Assignments = assignments,
                Wearers = wearers,
                Seen = (await elsewhere.Sightings(reading, [id], stop)).GetValueOrDefault(id),
                Line = viewer.May(Permission.EditCameras) ? await elsewhere.Line(reading, id, stop) : null,
                Now = clock.Now,
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> CodeByForm(
        HttpContext http,
        CameraId camera,
        Form form,
        Viewer viewer,
        AgencyRecords records,
        CameraElsewhere elsewhere,
        Clock clock,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                Camera found;
                await using (var reading = await records.Read(stop))
                    found = await Cameras.Find(reading, camera, stop) ?? throw new RefusedException(WhoMay.Nothing);
                return Page.Of<CodeOncePage>(
                    new { Expected = await ExpectOne(found.Serial, found.Model, viewer, records, stop) }
                );
            },
            refusal => ShowPage(camera, viewer, records, elsewhere, clock, null, refusal, stop)
        );

    static Task<IResult> RevokeByForm(
        HttpContext http,
        CameraId camera,
        Form form,
        Viewer viewer,
        AgencyRecords records,
        CameraElsewhere elsewhere,
        Clock clock,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                await Revoke(camera, new(form.Text("reason"), form.Ticked("lost")), viewer, records, stop);
                return Forms.To(http, $"cameras/{camera}", "camera-revoked");
            },
            refusal => ShowPage(camera, viewer, records, elsewhere, clock, form, refusal, stop)
        );
}
