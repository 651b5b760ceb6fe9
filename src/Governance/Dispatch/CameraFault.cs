namespace Lapel.Governance;

/// <param name="Officer">Whose camera; one's own when none is said.</param>
/// <param name="Told">The supervisor who was told, by name.</param>
public sealed record AskFault(OfficerId? Officer, CameraId? Camera, Instant From, string What, string? Told = null);

/// <summary>Faults of cameras as reported. A report counts from when it says; when it was made stands beside it.</summary>
public static class CameraFaults
{
    public static readonly Refusal NotFound = new("fault-not-found", "There is no such fault.", RefusalKind.NotFound);

    public static Task<CameraFault?> Find(Reading reading, FaultId id, CancellationToken stop) =>
        reading.One("SELECT * FROM camera_fault WHERE id = @id", new { id }, Read, stop);

    /// <summary>An officer's faults that touch the span, in order of time.</summary>
    public static Task<IReadOnlyList<CameraFault>> OfOfficer(
        Reading reading,
        OfficerId officer,
        Instant from,
        Instant until,
        CancellationToken stop
    ) =>
        reading.Many(
            """
            SELECT * FROM camera_fault WHERE officer = @officer AND from_at < @until AND (until_at IS NULL OR until_at > @from)
            ORDER BY from_at, id
            """,
            new
            {
                officer,
                from,
                until,
            },
            Read,
            stop
        );

    /// <exception cref="RefusedException">See <see cref="WhyNotReport"/>.</exception>
    public static async Task<CameraFault> Report(Work work, AccountId by, OfficerId officer, AskFault ask, CancellationToken stop)
    {
        if (WhyNotReport(ask, work.Now) is { } refusal)
            throw new RefusedException(refusal);
        _ = await Officers.Find(work, officer, stop) ?? throw new RefusedException(Officers.NotFound);
        if (ask.Camera is { } camera && await Cameras.Find(work, camera, stop) is null)
            throw new RefusedException(Cameras.NotFound);
        var fault = new CameraFault(
            FaultId.New(),
            officer,
            ask.Camera,
            ask.From,
            null,
            ask.What.Trim(),
            string.IsNullOrWhiteSpace(ask.Told) ? null : ask.Told.Trim(),
            work.Now
        );
        await work.Execute(
            """
            INSERT INTO camera_fault (id, officer, camera, from_at, until_at, what, told, reported_by, reported_at)
            VALUES (@Id, @Officer, @Camera, @From, @Until, @What, @Told, @by, @ReportedAt)
            """,
            new
            {
                fault.Id,
                fault.Officer,
                fault.Camera,
                fault.From,
                fault.Until,
                fault.What,
                fault.Told,
                by,
                fault.ReportedAt,
            },
            stop
        );
        work.Append(new CustodyEvent.FaultReported(fault.Id, officer, fault.From, fault.What));
        await SayAffected(work, officer, fault.From, Instant.MaxValue, stop);
        return fault;
    }

    /// <summary>The camera works again, or another one was taken.</summary>
    public static async Task<CameraFault> Mend(Work work, CameraFault fault, Instant until, CancellationToken stop)
    {
        if (WhyNotMend(fault, until, work.Now) is { } refusal)
            throw new RefusedException(refusal);
        await work.Execute("UPDATE camera_fault SET until_at = @until WHERE id = @Id", new { until, fault.Id }, stop);
        work.Append(new CustodyEvent.FaultMended(fault.Id, until));
        await SayAffected(work, fault.Officer, until, Instant.MaxValue, stop);
        return fault with { Until = until };
    }

    public static Refusal? WhyNotReport(AskFault ask, Instant now) =>
        ask.From > now ? new("time-in-future", "Say since when it has not worked; that cannot be later than now.")
        : string.IsNullOrWhiteSpace(ask.What) || ask.What.Length > 1000
            ? new("fault-missing", "Say what does not work, in at most 1,000 characters.")
        : ask.Told?.Length > 120 ? new("name-too-long", "A supervisor's name has at most 120 characters.")
        : null;

    public static Refusal? WhyNotMend(CameraFault fault, Instant until, Instant now) =>
        fault.Until is not null ? new("fault-mended", "It is mended already.", RefusalKind.Conflict)
        : until <= fault.From ? new("dates-reversed", "It cannot work again before it stopped working.")
        : until > now ? new("time-in-future", "Say since when it works again; that cannot be later than now.")
        : null;

    static Task SayAffected(Work work, OfficerId officer, Instant from, Instant until, CancellationToken stop) =>
        Affected.Say(
            work,
            "a.officer = @officer",
            new Dictionary<string, object?> { ["officer"] = officer.Text },
            from,
            until,
            stop
        );

    internal static CameraFault Read(Row row) =>
        new(
            row.Id<Nouns.Fault>("id"),
            row.Id<Nouns.Officer>("officer"),
            row.IdOrNull<Nouns.Camera>("camera"),
            row.Time("from_at"),
            row.TimeOrNull("until_at"),
            row.Text("what"),
            row.TextOrNull("told"),
            row.Time("reported_at")
        );
}
