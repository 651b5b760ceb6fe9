using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Roster;

/// <summary>Handing out cameras and taking them back.</summary>
static class AssignmentRoutes
{
    /// <param name="From">Now when none is given.</param>
    /// <param name="Until">None while it is worn.</param>
    public sealed record AskAssignment(CameraId Camera, OfficerId Officer, Instant? From = null, Instant? Until = null);

    public sealed record AskReturn(Instant? Until = null);

    public static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        app.MapForm("/roster/officers/{officer}/assign", AssignByForm).Needs(Permission.AssignCameras);
        app.MapForm("/assignments/{assignment}/return", ReturnByForm).Needs(Permission.AssignCameras);

        api.MapGet("/assignments", All).Needs(Permission.SeeRoster);
        api.MapPost("/assignments", Assign).Needs(Permission.AssignCameras);
        api.MapPost("/assignments/{assignment}/return", Return).Needs(Permission.AssignCameras);
    }

    /// <summary>Those of a camera, of an officer, or all that touch a day.</summary>
    static async Task<IResult> All(
        string? on,
        CameraId? camera,
        OfficerId? officer,
        [AsParameters] Desk desk,
        CancellationToken stop
    )
    {
        await using var reading = await desk.Records.Read(stop);
        if (on is null && camera is { } what)
            return TypedResults.Ok(new Paged<Assignment>(await Assignments.OfCamera(reading, what, stop), null));
        if (on is null && officer is { } who)
            return TypedResults.Ok(new Paged<Assignment>(await Assignments.OfOfficer(reading, who, stop), null));
        var during = await Assignments.During(reading, AsOf.Read(on, desk.Agency.Profile, desk.Now), stop);
        var asked = during.Where(a => (camera is null || a.Camera == camera) && (officer is null || a.Officer == officer));
        return TypedResults.Ok(new Paged<Assignment>([.. asked], null));
    }

    static async Task<IResult> Assign(AskAssignment ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        var assignment = await desk.Write(
            work => Assignments.Assign(work, ask.Camera, ask.Officer, ask.From ?? work.Now, ask.Until, stop),
            stop
        );
        return TypedResults.Created($"assignments/{assignment.Id}", assignment);
    }

    static async Task<IResult> Return(
        AssignmentId assignment,
        AskReturn? ask,
        [AsParameters] Desk desk,
        CancellationToken stop
    ) => TypedResults.Ok(await desk.Write(work => Assignments.Return(work, assignment, ask?.Until ?? work.Now, stop), stop));

    static Task<IResult> AssignByForm(OfficerId officer, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                var camera = form.Id<Nouns.Camera>("camera", "Choose a camera.");
                var from = AsOf.WallTime(form.TextOrNull("from"), desk.Agency.Profile);
                await Assign(new(camera, officer, from, null), desk, stop);
                return desk.To($"roster/officers/{officer}", "camera-assigned");
            },
            refusal => OfficerRoutes.ShowPage(officer, refusal, desk, stop)
        );

    static async Task<IResult> ReturnByForm(AssignmentId assignment, Form form, [AsParameters] Desk desk, CancellationToken stop)
    {
        var returned = await desk.Write(work => Assignments.Return(work, assignment, work.Now, stop), stop);
        var back = form.Text("back") == "camera" ? $"cameras/{returned.Camera}" : $"roster/officers/{returned.Officer}";
        return desk.To(back, "camera-returned");
    }
}
