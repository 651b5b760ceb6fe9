using NodaTime;

namespace Lapel.Governance;

/// <summary>What the judge knows about one officer's part in one incident. All times are the server's clock.</summary>
/// <param name="Attendance">Its times with the dispatch clock's offset taken off.</param>
/// <param name="Unit">The officer's unit when the part began.</param>
/// <param name="Worn">Cameras assigned to the officer at any time of the part.</param>
/// <param name="Recordings">The officer's recordings that may touch it, in order of time.</param>
public sealed record AttendanceFacts(
    Attendance Attendance,
    DispatchIncident Incident,
    UnitId? Unit,
    IReadOnlyList<Worn> Worn,
    IReadOnlyList<Exemption> Exemptions,
    IReadOnlyList<CameraFault> Faults,
    IReadOnlyList<Recorded> Recordings
)
{
    /// <summary>Dispatch clock minus server clock, as it was taken off: to show what dispatch said.</summary>
    public Duration DispatchOffset { get; init; }

    /// <summary>Incidents of other attendances at the same time that a finding of this one names, or that hold seconds of it: to explain.</summary>
    public IReadOnlyDictionary<AttendanceId, DispatchIncident> Beside { get; init; } =
        new Dictionary<AttendanceId, DispatchIncident>();

    /// <summary>For attendances among <see cref="Beside"/> that hold seconds of this one: the finding there that says so.</summary>
    public IReadOnlyDictionary<AttendanceId, FindingId> SaidBy { get; init; } = new Dictionary<AttendanceId, FindingId>();

    /// <summary>Earliest of the attendance's times, or the incident's, server clock: decides which policy judges, and orders lists.</summary>
    public Instant BeginsAt { get; init; }

    /// <summary>Latest of the attendance's times, server clock.</summary>
    public Instant EndsAt { get; init; }
}

/// <summary>A camera on an officer, half-open; none as end means still.</summary>
public readonly record struct Worn(CameraId Camera, Instant From, Instant? Until);

/// <summary>A recording as the judge sees it: copied from its manifest when it was admitted, clocks corrected to the server's.</summary>
/// <param name="From">First frame, buffer included.</param>
/// <param name="ActivatedAt">When it was switched on.</param>
/// <param name="PreEventMs">Buffer as kept.</param>
/// <param name="NoticeAt">The first mark that notice was given; none when not marked.</param>
/// <param name="States">In order of time; ends filled in.</param>
/// <param name="AdmittedAt">When Lapel held it: the docking.</param>
/// <param name="TaggedAt">When it first had case number and category; none while it has not.</param>
public sealed record Recorded(
    RecordingId Recording,
    CameraId Camera,
    OfficerId Officer,
    UnitId? Unit,
    Instant From,
    Instant ActivatedAt,
    Instant Until,
    long PreEventMs,
    Instant? NoticeAt,
    IReadOnlyList<StateSpan> States,
    Instant AdmittedAt,
    Instant? TaggedAt
)
{
    /// <summary>Later marks of the same kind: a recording that goes on from one call to the next has one for each.</summary>
    public IReadOnlyList<Instant> LaterNotices { get; init; } = [];

    /// <summary>All of its marks that notice was given, in order of time.</summary>
    public IEnumerable<Instant> Notices => NoticeAt is { } first ? LaterNotices.Prepend(first) : LaterNotices;

    /// <summary>Out of the signed manifest: times lose the offset that the camera measured, open states end with the recording.</summary>
    /// <param name="marks">Labels by which officers mark that notice was given.</param>
    public static Recorded Of(
        Manifest manifest,
        OfficerId officer,
        UnitId? unit,
        IReadOnlyCollection<string> marks,
        Instant admittedAt,
        Instant? taggedAt
    )
    {
        var offset = Duration.FromMilliseconds(manifest.Clock?.OffsetMs ?? 0);
        var notices = manifest
            .Bookmarks.Where(b => b.Label is { } label && marks.Contains(label.Trim(), StringComparer.OrdinalIgnoreCase))
            .Select(b => b.At - offset)
            .Order()
            .ToList();
        return new(
            manifest.Recording,
            manifest.Camera,
            officer,
            unit,
            manifest.StartedAt - offset,
            manifest.ActivatedAt - offset,
            manifest.EndedAt - offset,
            manifest.PreEventMs,
            notices.Count > 0 ? notices[0] : null,
            [
                .. manifest
                    .States.OrderBy(s => s.From)
                    .Select(s => s with { From = s.From - offset, Until = (s.Until ?? manifest.EndedAt) - offset }),
            ],
            admittedAt,
            taggedAt
        )
        {
            LaterNotices = [.. notices.Skip(1)],
        };
    }
}

/// <summary>That an officer, or a unit's officers, need not record, for a time, by somebody's decision. At most a year.</summary>
/// <param name="CallTypes">Only for these call types; empty: whatever they do.</param>
public sealed record Exemption(
    ExemptionId Id,
    OfficerId? Officer,
    UnitId? Unit,
    IReadOnlyList<string> CallTypes,
    Instant From,
    Instant Until,
    string Reason,
    string ApprovedBy
);

/// <summary>A fault of a camera as reported, half-open; none as end means not mended yet.</summary>
/// <param name="Told">The supervisor who was told, in words; none when nobody was.</param>
public sealed record CameraFault(
    FaultId Id,
    OfficerId Officer,
    CameraId? Camera,
    Instant From,
    Instant? Until,
    string What,
    string? Told,
    Instant ReportedAt
);

/// <summary>Facts out of the records.</summary>
public static class Facts
{
    /// <summary>How far before and after recordings are told of, to explain.</summary>
    static readonly Duration Around = Duration.FromHours(2);

    /// <returns>None when there is no such attendance, when no officer is known for it, or when it was withdrawn.</returns>
    public static async Task<AttendanceFacts?> Of(Reading reading, AttendanceId attendance, CancellationToken stop) =>
        (await Of(reading, await Standing.Of(reading, stop), attendance, stop))?.Facts;

    internal static async Task<(AttendanceFacts Facts, OfficerFacts OfOfficer)?> Of(
        Reading reading,
        Standing standing,
        AttendanceId attendance,
        CancellationToken stop
    )
    {
        var attended = await reading.One(
            $"""
            SELECT {OfficerFacts.AttendedColumns} FROM attendance JOIN incident ON incident.id = attendance.incident
            WHERE attendance.id = @attendance AND attendance.officer IS NOT NULL AND attendance.withdrawn_at IS NULL
            """,
            new { attendance },
            row => OfficerFacts.ReadAttended(row, standing),
            stop
        );
        if (attended is null)
            return null;
        var span = Interval.Of(attended.Begins - Around, attended.Ends + Around);
        var officer = attended.Attendance.Officer!.Value;
        var all = await OfficerFacts.Of(reading, standing, officer, span, stop);
        return (all.FactsOf(attended, Around), all);
    }
}
