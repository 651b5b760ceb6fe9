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

    static async Task<IResult> All(string? after, [AsParameters] Desk desk, CameraElsewhere elsewhere, CancellationToken stop) =>
        TypedResults.Ok(await Read(after, desk, elsewhere, stop));

    static async Task<Paged<CameraNow>> Read(string? after, Desk desk, CameraElsewhere elsewhere, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var cameras = await Cameras.Page(reading, after, Cameras.PageSize, stop);
        var now = new Span(desk.Now, desk.Now + Duration.FromTicks(10));
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

    static async Task<IResult> One(CameraId camera, [AsParameters] Desk desk, CameraElsewhere elsewhere, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var found = await Cameras.Find(reading, camera, stop) ?? throw new RefusedException(Cameras.NotFound);
        var worn = (await Assignments.OfCamera(reading, camera, stop)).FirstOrDefault(a => a.Span.Contains(desk.Now));
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

    static async Task<IResult> Expect(AskCamera ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        var expected = await ExpectOne(ask.Serial, ask.Model, desk, stop);
        return TypedResults.Created($"cameras/{expected.Camera.Id}", expected);
    }

    static async Task<CameraWithCode> ExpectOne(string serial, string model, Desk desk, CancellationToken stop)
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        var (camera, code) = await Cameras.Expect(work, serial, model, stop);
        await work.Commit(stop);
        return new(camera, code.ToString());
    }

    static async Task<IResult> Revoke(CameraId camera, AskRevoke ask, [AsParameters] Desk desk, CancellationToken stop) =>
        TypedResults.Ok(await desk.Write(work => Cameras.Revoke(work, camera, ask.Reason, ask.Lost, stop), stop));

    static async Task<IResult> ShowAll([AsParameters] Desk desk, CameraElsewhere elsewhere, CancellationToken stop) =>
        Page.Of<CamerasPage>(
            new { Viewer = desk.Viewer, Cameras = await Read(desk.Http.Request.Query["after"], desk, elsewhere, stop) }
        );

    static IResult ShowNew() => Page.Of<NewCameraPage>();

    static Task<IResult> ExpectByForm(Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
                Page.Of<CodeOncePage>(new { Expected = await ExpectOne(form.Text("serial"), form.Text("model"), desk, stop) }),
            refusal => Task.FromResult(Page.Of<NewCameraPage>(new { Typed = form, Trouble = refusal }, Forms.StatusOf(refusal)))
        );

    static Task<IResult> Show(CameraId camera, [AsParameters] Desk desk, CameraElsewhere elsewhere, CancellationToken stop) =>
        ShowPage(camera, desk, elsewhere, null, null, stop);

    static async Task<IResult> ShowPage(
        CameraId id,
        Desk desk,
        CameraElsewhere elsewhere,
        Form? typed,
        Refusal? trouble,
        CancellationToken stop
    )
    {
        await using var reading = await desk.Records.Read(stop);
        var camera = await Cameras.Find(reading, id, stop) ?? throw new RefusedException(WhoMay.Nothing);
        var assignments = await Assignments.OfCamera(reading, id, stop);
        var wearers = new Dictionary<OfficerId, Officer>();
        foreach (var officer in assignments.Select(a => a.Officer).Distinct())
            wearers[officer] = (await Officers.Find(reading, officer, stop))!;
        return Page.Of<CameraPage>(
            new
            {
                Viewer = desk.Viewer,
                Camera = camera,
                Keys = await CameraKeys.Of(reading, id, stop),
                Assignments = assignments,
                Wearers = wearers,
                Seen = (await elsewhere.Sightings(reading, [id], stop)).GetValueOrDefault(id),
                Line = desk.Viewer.May(Permission.EditCameras) ? await elsewhere.Line(reading, id, stop) : null,
                Now = desk.Now,
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> CodeByForm(
        CameraId camera,
        Form form,
        [AsParameters] Desk desk,
        CameraElsewhere elsewhere,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                Camera found;
                await using (var reading = await desk.Records.Read(stop))
                    found = await Cameras.Find(reading, camera, stop) ?? throw new RefusedException(WhoMay.Nothing);
                return Page.Of<CodeOncePage>(new { Expected = await ExpectOne(found.Serial, found.Model, desk, stop) });
            },
            refusal => ShowPage(camera, desk, elsewhere, null, refusal, stop)
        );

    static Task<IResult> RevokeByForm(
        CameraId camera,
        Form form,
        [AsParameters] Desk desk,
        CameraElsewhere elsewhere,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                await Revoke(camera, new(form.Text("reason"), form.Ticked("lost")), desk, stop);
                return desk.To($"cameras/{camera}", "camera-revoked");
            },
            refusal => ShowPage(camera, desk, elsewhere, form, refusal, stop)
        );
}
