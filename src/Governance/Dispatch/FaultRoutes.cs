using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Governance;

/// <summary>Faults of cameras. Officers report their own; a supervisor may for officers of the unit.</summary>
public static class FaultRoutes
{
    const int Shown = 200;

    public static void Map(IEndpointRouteBuilder app, IEndpointRouteBuilder api)
    {
        app.MapGet("/faults", Show).NeedsSignIn().ExcludeFromDescription();
        app.MapForm("/faults", ReportByForm).Needs(Permission.AnswerFindings);
        app.MapForm("/faults/{fault}/mend", MendByForm).Needs(Permission.AnswerFindings);
        api.MapGet("/faults", All).NeedsSignIn();
        api.MapPost("/faults", Report).Needs(Permission.AnswerFindings);
        api.MapPost("/faults/{fault}/mend", Mend).Needs(Permission.AnswerFindings);
    }

    /// <summary>A fault with the names of who and what it is about.</summary>
    public sealed record SeenFault(CameraFault Fault, string Officer, string Badge, string? Camera);

    static async Task<IReadOnlyList<SeenFault>> Seen(Reading reading, Viewer viewer, CancellationToken stop)
    {
        var reach = await DispatchReach.Of(reading, viewer, stop);
        var args = new Dictionary<string, object?> { ["most"] = (long)Shown };
        // The same condition as for parts of incidents, with the fault's time for theirs.
        return await reading.Many(
            $"""
            SELECT a.*, o.name AS officer_name, o.badge AS badge, c.serial AS serial
            FROM (SELECT f.*, f.from_at AS begins_at FROM camera_fault f) a
            JOIN officer o ON o.id = a.officer LEFT JOIN camera c ON c.id = a.camera
            WHERE {reach.Condition(args)} ORDER BY a.reported_at DESC, a.id LIMIT @most
            """,
            args,
            row => new SeenFault(CameraFaults.Read(row), row.Text("officer_name"), row.Text("badge"), row.TextOrNull("serial")),
            stop
        );
    }

    static async Task<IResult> All([AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return TypedResults.Ok(new Paged<SeenFault>(await Seen(reading, desk.Viewer, stop), null));
    }

    static async Task<IResult> Report(AskFault ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        var officer = ask.Officer ?? (await DispatchRoutes.Own(work, desk.Viewer, stop)).Id;
        await Require(work, desk.Viewer, officer, stop);
        var fault = await CameraFaults.Report(work, desk.Viewer.Account.Id, officer, ask, stop);
        await work.Commit(stop);
        return TypedResults.Created((string?)null, fault);
    }

    /// <summary>One's own, or for whoever reviews findings an officer of their reach.</summary>
    static async Task Require(Reading reading, Viewer viewer, OfficerId officer, CancellationToken stop)
    {
        if (viewer.Account.Officer == officer)
            return;
        var reach = await DispatchReach.Of(reading, viewer, stop);
        var now = reading is Work work ? work.Now : default;
        if (!viewer.May(Permission.ReviewFindings) || !await reach.Has(reading, officer, now, stop))
            throw new RefusedException(CameraFaults.NotFound);
    }

    /// <param name="Until">Now when none is given.</param>
    public sealed record AskMend(Instant? Until = null);

    static async Task<IResult> Mend(FaultId fault, AskMend? ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        var found = await CameraFaults.Find(work, fault, stop) ?? throw new RefusedException(CameraFaults.NotFound);
        await Require(work, desk.Viewer, found.Officer, stop);
        var mended = await CameraFaults.Mend(work, found, ask?.Until ?? work.Now, stop);
        await work.Commit(stop);
        return TypedResults.Ok(mended);
    }

    static Task<IResult> Show([AsParameters] Desk desk, CancellationToken stop) => ShowPage(desk, null, null, stop);

    static async Task<IResult> ShowPage(Desk desk, Form? typed, Refusal? trouble, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var reach = await DispatchReach.Of(reading, desk.Viewer, stop);
        if (reach.IsNothing && !desk.Viewer.May(Permission.AnswerFindings))
            throw new RefusedException(WhoMay.Nothing);
        var now = desk.Now;
        var officers = new List<Officer>();
        foreach (var officer in desk.Viewer.May(Permission.ReviewFindings) ? await Officers.All(reading, stop) : [])
            if (officer.LeftAt is null && await reach.Has(reading, officer.Id, now, stop))
                officers.Add(officer);
        return Page.Of<FaultsPage>(
            new
            {
                Faults = await Seen(reading, desk.Viewer, stop),
                Officers = officers,
                Viewer = desk.Viewer,
                Now = DispatchForms.Local(now, desk.Agency.Profile),
                Typed = typed,
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> ReportByForm(Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                var from = DispatchForms.Time(form, "from", desk.Agency.Profile, "Say since when it has not worked.");
                var officer = form.IdOrNull<Nouns.Officer>("officer");
                CameraId? camera;
                await using (var reading = await desk.Records.Read(stop))
                    camera = await Worn(reading, officer ?? desk.Viewer.Account.Officer, from, stop);
                await Report(new(officer, camera, from, form.Text("what"), form.TextOrNull("told")), desk, stop);
                return desk.To("faults", "fault-reported");
            },
            refusal => ShowPage(desk, form, refusal, stop)
        );

    /// <summary>The camera that the roster says the officer wore then.</summary>
    static async Task<CameraId?> Worn(Reading reading, OfficerId? officer, Instant at, CancellationToken stop) =>
        officer is { } who
            ? (await Assignments.OfOfficer(reading, who, stop))
                .Where(a => a.Span.Contains(at))
                .Select(a => (CameraId?)a.Camera)
                .FirstOrDefault()
            : null;

    static Task<IResult> MendByForm(FaultId fault, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                await Mend(fault, new(AsOf.WallTime(form.TextOrNull("until"), desk.Agency.Profile)), desk, stop);
                return desk.To("faults", "fault-mended");
            },
            refusal => ShowPage(desk, null, refusal, stop)
        );
}
