using System.Text.Json.Serialization;

namespace Lapel.Roster;

/// <summary>That an officer wore a camera. One officer per camera and one camera per officer at a time; handing over is a return and a new one.</summary>
public sealed record Assignment(AssignmentId Id, CameraId Camera, OfficerId Officer, Instant From, Instant? Until)
{
    [JsonIgnore]
    public Span Span => new(From, Until);
}

public static class Assignments
{
    public static Task<Assignment?> Find(Reading reading, AssignmentId id, CancellationToken stop) =>
        reading.One("SELECT * FROM assignment WHERE id = @id", new { id }, From, stop);

    public static Task<IReadOnlyList<Assignment>> OfCamera(Reading reading, CameraId camera, CancellationToken stop) =>
        reading.Many("SELECT * FROM assignment WHERE camera = @camera ORDER BY from_at", new { camera }, From, stop);

    public static Task<IReadOnlyList<Assignment>> OfOfficer(Reading reading, OfficerId officer, CancellationToken stop) =>
        reading.Many("SELECT * FROM assignment WHERE officer = @officer ORDER BY from_at", new { officer }, From, stop);

    /// <summary>All assignments that touch the span: who wore what on that day.</summary>
    public static Task<IReadOnlyList<Assignment>> During(Reading reading, Span span, CancellationToken stop) =>
        reading.Many(
            """
            SELECT * FROM assignment
            WHERE from_at < @until AND (until_at IS NULL OR until_at > @From)
            ORDER BY from_at, id
            """,
            new { span.From, until = span.Until ?? Instant.MaxValue },
            From,
            stop
        );

    /// <summary>What these officers wore during the span.</summary>
    public static async Task<IReadOnlyList<Assignment>> Of(
        Reading reading,
        Span span,
        IReadOnlyCollection<OfficerId> officers,
        CancellationToken stop
    )
    {
        var worn = new List<Assignment>();
        foreach (var officer in officers)
            worn.AddRange((await OfOfficer(reading, officer, stop)).Where(a => a.Span.Overlaps(span)));
        return worn;
    }

    /// <summary>Who wore the camera at that moment; none when nobody did.</summary>
    public static Task<Officer?> WearerOf(Reading reading, CameraId camera, Instant at, CancellationToken stop) =>
        reading.One(
            """
            SELECT officer.* FROM assignment JOIN officer ON officer.id = assignment.officer
            WHERE camera = @camera AND from_at <= @at AND (until_at IS NULL OR until_at > @at)
            """,
            new { camera, at },
            Officers.From,
            stop
        );

    /// <summary>The officer wears the camera from then on.</summary>
    /// <param name="from">Not in the future. Earlier is allowed: paper is entered after the shift.</param>
    /// <param name="until">None while it is worn; given when a past shift is entered.</param>
    /// <exception cref="RefusedException">See <see cref="WhyNotAssign"/>.</exception>
    public static async Task<Assignment> Assign(
        Work work,
        CameraId camera,
        OfficerId officer,
        Instant from,
        Instant? until,
        CancellationToken stop
    )
    {
        await Turns.Take(work, stop);
        var what = await Cameras.Find(work, camera, stop) ?? throw new RefusedException(Cameras.NotFound);
        var who = await Officers.Find(work, officer, stop) ?? throw new RefusedException(Officers.NotFound);
        var assignment = new Assignment(AssignmentId.New(), camera, officer, from, until);
        var others = (await OfCamera(work, camera, stop)).Concat(await OfOfficer(work, officer, stop));
        WhyNotAssign(what, who, assignment, others, work.Now).Throw();
        await work.Execute(
            "INSERT INTO assignment (id, camera, officer, from_at, until_at) VALUES (@Id, @Camera, @Officer, @From, @Until)",
            assignment,
            stop
        );
        work.Append(new CustodyEvent.CameraAssigned(assignment.Id, camera, officer, from));
        if (until is { } returned)
            work.Append(new CustodyEvent.CameraReturned(assignment.Id, camera, officer, returned));
        return assignment;
    }

    /// <exception cref="RefusedException">See <see cref="WhyNotReturn"/>.</exception>
    public static async Task<Assignment> Return(Work work, AssignmentId id, Instant until, CancellationToken stop)
    {
        var found = await Find(work, id, stop) ?? throw new RefusedException(NotFound);
        WhyNotReturn(found, until, work.Now).Throw();
        await work.Execute("UPDATE assignment SET until_at = @until WHERE id = @id", new { id, until }, stop);
        work.Append(new CustodyEvent.CameraReturned(id, found.Camera, found.Officer, until));
        return found with { Until = until };
    }

    internal static async Task ReturnAllOf(Work work, OfficerId officer, CancellationToken stop)
    {
        foreach (var worn in (await OfOfficer(work, officer, stop)).Where(a => a.Until is null))
            await Return(work, worn.Id, work.Now, stop);
    }

    internal static async Task ReturnAllOf(Work work, CameraId camera, CancellationToken stop)
    {
        foreach (var worn in (await OfCamera(work, camera, stop)).Where(a => a.Until is null))
            await Return(work, worn.Id, work.Now, stop);
    }

    public static Refusal? WhyNotAssign(Camera what, Officer who, Assignment asked, IEnumerable<Assignment> others, Instant now)
    {
        if (what.State is CameraState.Revoked or CameraState.Lost)
            return new(
                "camera-not-in-use",
                $"Camera {what.Serial} is {Words<CameraState>.Of(what.State)} and cannot be worn.",
                RefusalKind.Conflict
            );
        if (who.LeftAt is not null)
            return new("officer-left", $"{who.Name} has left the service.", RefusalKind.Conflict);
        if (asked.Span.IsEmpty)
            return new("dates-reversed", "A camera cannot be returned before it was handed out.");
        if (asked.From > now || asked.Until > now)
            return new("assignment-in-future", "A camera is handed out now or was earlier, not later.");
        foreach (var other in others.Where(o => o.Span.Overlaps(asked.Span)))
            return other.Camera == asked.Camera
                ? new(
                    "camera-worn",
                    $"Camera {what.Serial} is in another assignment then ({Memberships.Words(other.Span)}); return it first.",
                    RefusalKind.Conflict
                )
                : new(
                    "officer-wears-camera",
                    $"{who.Name} wears another camera then ({Memberships.Words(other.Span)}); return it first.",
                    RefusalKind.Conflict
                );
        return null;
    }

    public static Refusal? WhyNotReturn(Assignment found, Instant until, Instant now) =>
        found.Until is not null ? new("assignment-ended", "This camera was returned already.", RefusalKind.Conflict)
        : until > now ? new("return-in-future", "A camera is returned now or was earlier, not later.")
        : until < found.From ? new("dates-reversed", "A camera cannot be returned before it was handed out.")
        : null;

    public static readonly Refusal NotFound = new("assignment-not-found", "There is no such assignment.", RefusalKind.NotFound);

    static Assignment From(Row row) =>
        new(
            row.Id<Nouns.Assignment>("id"),
            row.Id<Nouns.Camera>("camera"),
            row.Id<Nouns.Officer>("officer"),
            row.Time("from_at"),
            row.TimeOrNull("until_at")
        );
}
