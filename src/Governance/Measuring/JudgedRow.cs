using System.Globalization;

namespace Lapel.Governance;

/// <summary>One judged attendance as lists show it: who, which call, what was required, how it ended.</summary>
/// <param name="From">Required from, server clock; none when nothing was required or known.</param>
/// <param name="Excuse">What excused most of it.</param>
/// <param name="AgainAt">Judged again then though nothing changes: a docking deadline.</param>
public sealed record JudgedRow(
    AttendanceId Attendance,
    IncidentId Incident,
    string Number,
    string CallType,
    int? Priority,
    OfficerRef Officer,
    UnitId? Unit,
    Instant BeginsAt,
    Instant? From,
    Instant? Until,
    string? Trigger,
    Outcome Outcome,
    long CoveredUs,
    long ExcusedUs,
    Excuse? Excuse,
    int Recordings,
    bool Whole,
    bool? Notice,
    string? Trouble,
    Instant? AgainAt
)
{
    /// <summary>Comes after SELECT; the names <c>j</c>, <c>i</c> and <c>o</c> are the judgement, its incident and its officer.</summary>
    public const string Query = """
        j.attendance, j.incident, i.number, i.call_type, i.priority, j.officer, o.badge, o.name, j.unit, j.begins_at, j.from_at,
        j.until_at, j.trigger_id, j.outcome, j.covered_us, j.excused_us, j.excuse, j.recordings, j.whole, j.notice, j.trouble, j.again_at
        FROM judgement j JOIN incident i ON i.id = j.incident JOIN officer o ON o.id = j.officer
        """;

    public static Task<JudgedRow?> Find(Reading reading, AttendanceId attendance, CancellationToken stop) =>
        reading.One(
            $"SELECT {Query} JOIN attendance a ON {Judgements.OfAttendance} WHERE a.id = @attendance",
            new { attendance },
            Read,
            stop
        );

    /// <summary>How it ended, in one plain sentence.</summary>
    public string Why =>
        Outcome switch
        {
            Outcome.NotRequired => "No rule asked for a recording.",
            Outcome.Covered when Whole => "On from beginning to end.",
            Outcome.Covered => $"{Share} of the time recorded.",
            Outcome.Exempt => Excuse == Governance.Excuse.PermittedState
                ? "Off for a reason that the policy permits."
                : "Excused by an exemption.",
            Outcome.Technical => Excuse == Governance.Excuse.NoCamera
                ? "The officer had no camera."
                : "The camera had a reported fault.",
            Outcome.Missing => "Nothing was recorded, and nothing says why.",
            Outcome.Unknown => Trouble ?? "Not docked yet, and docking is not due yet.",
            _ => throw new ArgumentOutOfRangeException(nameof(Outcome)),
        };

    /// <summary>Share of the required interval, not counting what is excused.</summary>
    string Share =>
        From is { } from && Until is { } until && (until - from).TotalMicroseconds() - ExcusedUs is > 0 and var asked
            ? Math.Clamp(Math.Floor(CoveredUs * 100.0 / asked), 0, 100).ToString("0", CultureInfo.InvariantCulture) + " %"
            : "Part";

    public static JudgedRow Read(Row row) =>
        new(
            row.Id<Nouns.Attendance>("attendance"),
            row.Id<Nouns.Incident>("incident"),
            row.Text("number"),
            row.Text("call_type"),
            (int?)row.NumberOrNull("priority"),
            new(row.Id<Nouns.Officer>("officer"), row.Text("badge"), row.Text("name")),
            row.IdOrNull<Nouns.Unit>("unit"),
            row.Time("begins_at"),
            row.TimeOrNull("from_at"),
            row.TimeOrNull("until_at"),
            row.TextOrNull("trigger_id"),
            row.Word<Outcome>("outcome"),
            row.Number("covered_us"),
            row.Number("excused_us"),
            row.TextOrNull("excuse") is { } word ? Words<Excuse>.Parse(word) : null,
            (int)row.Number("recordings"),
            row.Flag("whole"),
            row.NumberOrNull("notice") is { } notice ? notice != 0 : null,
            row.TextOrNull("trouble"),
            row.TimeOrNull("again_at")
        );
}

static class Durations
{
    public static long TotalMicroseconds(this Duration duration) => duration.BclCompatibleTicks / 10;
}
