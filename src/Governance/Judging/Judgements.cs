namespace Lapel.Governance;

/// <summary>A judgement as the records keep it: what lists and measures read. The whole of it, with excuses, is judged again from the facts.</summary>
/// <param name="BeginsAt">Server clock; beginning of the attendance.</param>
/// <param name="From">Required from; none when nothing was required or known.</param>
/// <param name="Excuse">What excused most of it.</param>
public sealed record Judged(
    AttendanceId Attendance,
    IncidentId Incident,
    OfficerId Officer,
    UnitId? Unit,
    int Policy,
    string? Trigger,
    Instant BeginsAt,
    Instant? From,
    Instant? Until,
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
    internal static Judged Of(AttendanceFacts facts, Judgement judgement) =>
        new(
            judgement.Attendance,
            facts.Incident.Id,
            facts.Attendance.Officer!.Value,
            facts.Unit,
            judgement.Policy,
            judgement.Required?.Trigger,
            facts.BeginsAt,
            judgement.Required?.From,
            judgement.Required?.Until,
            judgement.Outcome,
            judgement.CoveredUs,
            judgement.ExcusedUs,
            judgement.Required is { Excused.Count: > 0 } required
                ? required.Excused.GroupBy(e => e.Excuse).MaxBy(g => g.Sum(e => (e.Until - e.From).BclCompatibleTicks))!.Key
                : null,
            judgement.Recordings,
            judgement.Whole,
            judgement.Notice,
            judgement.Trouble,
            judgement.AgainAt
        );
}

/// <summary>The present judgement of every attendance, in the records.</summary>
public static class Judgements
{
    public static Task<Judged?> Find(Reading reading, AttendanceId attendance, CancellationToken stop) =>
        reading.One(
            $"SELECT j.* FROM attendance a JOIN judgement j ON {OfAttendance} WHERE a.id = @attendance",
            new { attendance },
            Read,
            stop
        );

    /// <summary>A condition: <c>j</c> is the judgement of the attendance <c>a</c>. Judgements are kept by officer.</summary>
    internal const string OfAttendance = "j.officer = a.officer AND j.attendance = a.id";

    /// <summary>An officer's, whose attendance begins in the span, in order of time.</summary>
    public static Task<IReadOnlyList<Judged>> OfOfficer(
        Reading reading,
        OfficerId officer,
        Instant from,
        Instant until,
        CancellationToken stop
    ) =>
        reading.Many(
            """
            SELECT * FROM judgement WHERE officer = @officer AND begins_at >= @from AND begins_at < @until
            ORDER BY begins_at, attendance
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

    /// <summary>The facts of an attendance and its judgement by them now, with every excuse: what explanations are made of.</summary>
    public static async Task<(PolicyInForce? Policy, AttendanceFacts Facts, Judgement Judgement)?> Again(
        Reading reading,
        AttendanceId attendance,
        Instant asOf,
        CancellationToken stop
    )
    {
        var standing = await Standing.Of(reading, stop);
        if (await Facts.Of(reading, standing, attendance, stop) is not var (facts, ofOfficer))
            return null;
        var begins = facts.BeginsAt.ToMicroseconds();
        var calls = OfficerJudging.Calls(standing, ofOfficer, new(begins, begins + 1), asOf);
        var judged = calls.First(c => c.Judgement.Attendance == attendance);
        var named = judged.Judgement.Findings.SelectMany(f => f.AlsoOf).Concat(judged.Judgement.SaidWith).ToHashSet();
        var beside = calls
            .Where(c => named.Contains(c.Judgement.Attendance))
            .ToDictionary(c => c.Judgement.Attendance, c => c.Facts.Incident);
        var saidBy = new Dictionary<AttendanceId, FindingId>();
        foreach (var call in calls.Where(c => judged.Judgement.SaidWith.Contains(c.Judgement.Attendance)))
            if (call.Judgement.Findings.FirstOrDefault(f => f.AlsoOf.Contains(attendance)) is { } there)
                saidBy[call.Judgement.Attendance] = there.Id;
        return (judged.Policy, facts with { Beside = beside, SaidBy = saidBy }, judged.Judgement);
    }

    internal static Judged Read(Row row) =>
        new(
            row.Id<Nouns.Attendance>("attendance"),
            row.Id<Nouns.Incident>("incident"),
            row.Id<Nouns.Officer>("officer"),
            row.IdOrNull<Nouns.Unit>("unit"),
            (int)row.Number("policy"),
            row.TextOrNull("trigger_id"),
            row.Time("begins_at"),
            row.TimeOrNull("from_at"),
            row.TimeOrNull("until_at"),
            row.Word<Outcome>("outcome"),
            row.Number("covered_us"),
            row.Number("excused_us"),
            row.TextOrNull("excuse") is { } excuse ? Words<Excuse>.Parse(excuse) : null,
            (int)row.Number("recordings"),
            row.Flag("whole"),
            row.NumberOrNull("notice") is { } notice ? notice != 0 : null,
            row.TextOrNull("trouble"),
            row.TimeOrNull("again_at")
        );
}
