using Lapel.Evidence;
using Lapel.Records;
using Lapel.Roster;
using Lapel.Web;

namespace Lapel.Server;

public enum Condition
{
    Well,
    Watch,
    Act,
}

/// <param name="Sentence">What is, and what to do if something must be done.</param>
public sealed record Finding(string About, Condition Condition, string Sentence);

/// <summary>The agency's machine in plain words: room, log, witnesses, followers, checks, clocks.</summary>
public sealed record HealthReport(
    IReadOnlyList<Finding> Findings,
    RoomReport Room,
    string LogHead,
    long LogSize,
    IReadOnlyList<WitnessState> Witnesses,
    IReadOnlyList<FollowerState> Followers,
    IReadOnlyList<JobState> JobsInTrouble,
    LastFsck? LastFsck,
    IReadOnlyList<CameraClock> CameraClocks
)
{
    public Condition Worst => Findings.Count == 0 ? Condition.Well : Findings.Max(f => f.Condition);
}

/// <param name="DaysLeft">At the pace of the last 14 days; none when nothing came in.</param>
public sealed record RoomReport(long FreeBytes, long TotalBytes, long ReserveBytes, long BytesADay, double? DaysLeft)
{
    /// <summary>A pace of days says nothing about years.</summary>
    public static string Long(double days, string unit = "") =>
        days > 365
            ? "more than a year"
            : string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"{(days < 10 ? Math.Round(days, 1) : Math.Round(days))}{unit}"
            );
}

/// <summary>How far a camera's clock was from the server's when its newest recording ended.</summary>
public sealed record CameraClock(CameraId Camera, string Serial, long OffsetMs, Instant At);

static class Health
{
    public static NavItem Navigation { get; } =
        new("System health", "health", "check", 90, Words<Permission>.Of(Permission.SeeHealth), "Programme");

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(
                "/health",
                async (HttpContext http, CancellationToken stop) =>
                    Page.Of<HealthPage>(new { Report = await Report(http.RequestServices, stop) })
            )
            .Needs(Permission.SeeHealth)
            .ExcludeFromDescription();
        app.MapGet(
                "/api/v1/health",
                async (HttpContext http, CancellationToken stop) => TypedResults.Ok(await Report(http.RequestServices, stop))
            )
            .Needs(Permission.SeeHealth);
        // For load balancers and `lapel up`: says only that the process answers.
        app.MapGet("/alive", () => TypedResults.Text("alive"))
            .OpenToAnyone("says only that the server answers")
            .OutsideAgencies("says only that the server answers")
            .ExcludeFromDescription();
    }

    static async Task<HealthReport> Report(IServiceProvider services, CancellationToken stop)
    {
        var agency = services.GetRequiredService<Agency>();
        var log = services.GetRequiredService<CustodyLog>();
        var clock = services.GetRequiredService<TimeProvider>();
        await using var read = await services.GetRequiredService<AgencyRecords>().Read(stop);
        var room = await Room(read, agency, services.GetRequiredService<ServerOptions>(), clock.Now(), stop);
        var followers = await services.GetRequiredService<Followers>().States(read, stop);
        var jobs = await Jobs.InTrouble(read, stop);
        var fsck = LastFsck.Of(agency.Folder);
        var cameras = await CameraClocks(read, stop);
        var witnesses = services.GetRequiredService<Witnesses>();
        List<Finding> findings =
        [
            AboutRoom(room),
            AboutLog(log),
            AboutWitnesses(witnesses),
            .. followers.Where(f => f.Name != "" && (f.Trouble is not null || f.Behind > 1000)).Select(AboutFollower),
            .. jobs.Take(1)
                .Select(job => new Finding(
                    "Jobs",
                    Condition.Watch,
                    $"{jobs.Count} job(s) failed and will be tried again; the first: {job.Kind}, {job.Trouble}"
                )),
            AboutFsck(fsck, clock.Now()),
            ServerClock.IsKept()
                ? new("Clock", Condition.Well, "This machine's clock is kept in step by a time service.")
                : new(
                    "Clock",
                    Condition.Watch,
                    "No time service keeps this machine's clock in step. Start one (chrony or systemd-timesyncd): receipts carry this clock's time."
                ),
            .. cameras
                .Where(c => Math.Abs(c.OffsetMs) > 30_000)
                .Select(c => new Finding(
                    "Camera clock",
                    Condition.Watch,
                    $"Camera {c.Serial} was {Math.Abs(c.OffsetMs) / 1000} s {(c.OffsetMs > 0 ? "ahead" : "behind")}. Dock it so that it sets its clock, and read its recordings' times with that in mind."
                )),
        ];
        return new(findings, room, log.HeadNote, log.Size, [.. witnesses.States], followers, jobs, fsck, cameras);
    }

    static async Task<RoomReport> Room(Reading read, Agency agency, ServerOptions options, Instant now, CancellationToken stop)
    {
        var disk = new DriveInfo(agency.Folder.Root);
        const int Days = 14;
        var recent = await read.One(
            "SELECT COALESCE(SUM(sealed_bytes), 0) AS bytes, COALESCE(MIN(admitted_at), @now) AS first FROM recording WHERE admitted_at >= @since",
            new { now, since = now - Duration.FromDays(Days) },
            row => (Bytes: row.Number("bytes"), First: row.Time("first")),
            stop
        );
        var days = Math.Max(1, (now - recent.First).TotalDays);
        var perDay = (long)(recent.Bytes / days);
        var reserve = Math.Max(options.ReserveBytes, disk.TotalSize / 20);
        var usable = Math.Max(0, disk.AvailableFreeSpace - reserve);
        return new(disk.AvailableFreeSpace, disk.TotalSize, reserve, perDay, perDay == 0 ? null : (double)usable / perDay);
    }

    static Finding AboutRoom(RoomReport room) =>
        room switch
        {
            _ when room.FreeBytes <= room.ReserveBytes => new(
                "Room",
                Condition.Act,
                $"The disk is down to its reserve ({Size.Of(room.FreeBytes)} free): uploads are refused until there is room. Add disk space now."
            ),
            { DaysLeft: < 14 and var days } => new(
                "Room",
                Condition.Act,
                $"At the present pace the disk is full in {days:0} days. Add disk space."
            ),
            { DaysLeft: < 60 and var days } => new(
                "Room",
                Condition.Watch,
                $"At the present pace the disk lasts {days:0} more days."
            ),
            { DaysLeft: { } days } => new(
                "Room",
                Condition.Well,
                $"At the present pace the disk lasts {RoomReport.Long(days, " more days")}: {Size.Of(room.FreeBytes)} free, {Size.Of(room.BytesADay)} a day."
            ),
            _ => new(
                "Room",
                Condition.Well,
                $"{Size.Of(room.FreeBytes)} free of {Size.Of(room.TotalBytes)}; nothing came in during the last 14 days."
            ),
        };

    static Finding AboutLog(CustodyLog log) =>
        log.Trouble is { } trouble
            ? new("Custody log", Condition.Act, $"The log cannot go on: {trouble}")
            : new("Custody log", Condition.Well, $"{log.Size} entries under a signed checkpoint.");

    static Finding AboutWitnesses(Witnesses witnesses)
    {
        var states = witnesses.States;
        if (witnesses.Count == 0)
            return new(
                "Witnesses",
                Condition.Watch,
                "No outside witness countersigns the log. Ask a police board, an ombudsman or a university to run one, and name it in the configuration."
            );
        if (states.FirstOrDefault(w => w.Outcome == WitnessOutcome.HistoryDisputed) is { } dispute)
            return new(
                "Witnesses",
                Condition.Act,
                $"{dispute.Sentence} Stop, keep everything as it is, and find out why before anything else."
            );
        var cosigned = states.Count(w => w.Outcome == WitnessOutcome.Cosigned);
        return new(
            "Witnesses",
            cosigned == witnesses.Count ? Condition.Well : Condition.Watch,
            $"{cosigned} of {witnesses.Count} witnesses countersigned the head when last asked."
        );
    }

    static Finding AboutFollower(FollowerState follower) =>
        new(
            "Followers",
            follower.Trouble is null ? Condition.Watch : Condition.Act,
            follower.Trouble is null
                ? $"{follower.Name} is {follower.Behind} entries behind."
                : $"{follower.Name} stands still: {follower.Trouble}"
        );

    static Finding AboutFsck(LastFsck? last, Instant now) =>
        last switch
        {
            null => new("Check", Condition.Watch, "Everything held has not been re-verified yet. Run ./lapel fsck."),
            { Errors: > 0 } => new(
                "Check",
                Condition.Act,
                $"The last full check found {last.Errors} fault(s). Run ./lapel fsck and read its list."
            ),
            _ when now - last.At > Duration.FromDays(8) => new(
                "Check",
                Condition.Watch,
                "The last full check is more than a week old. Run ./lapel fsck."
            ),
            _ => new("Check", Condition.Well, $"The last full check read {Size.Of(last.Bytes)} and found nothing wrong."),
        };

    static Task<IReadOnlyList<CameraClock>> CameraClocks(Reading read, CancellationToken stop) =>
        read.Many(
            """
            SELECT c.id, c.serial, r.clock_offset_ms, r.admitted_at FROM camera c
            JOIN recording r ON r.id = (SELECT id FROM recording WHERE camera = c.id ORDER BY started_at DESC, place DESC LIMIT 1)
            WHERE r.clock_offset_ms IS NOT NULL ORDER BY c.serial LIMIT 500
            """,
            null,
            row => new CameraClock(
                row.Id<Nouns.Camera>("id"),
                row.Text("serial"),
                row.Number("clock_offset_ms"),
                row.Time("admitted_at")
            ),
            stop
        );
}
