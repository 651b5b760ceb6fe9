using NodaTime;

namespace Lapel.Governance;

/// <summary>A finding as it stands in the records.</summary>
public sealed record StoodFinding(Finding Finding, bool Withdrawn);

/// <summary>A recording that is to be judged again though nothing changes: it has to be tagged by then.</summary>
/// <param name="BeganAt">When it was switched on.</param>
public sealed record RecordingWait(OfficerId Officer, RecordingId Recording, Instant BeganAt, Instant AgainAt)
{
    internal static RecordingWait Read(Row row) =>
        new(row.Id<Nouns.Officer>("officer"), row.Id<Nouns.Recording>("recording"), row.Time("began_at"), row.Time("again_at"));
}

/// <summary>What earlier judging left of an officer's, where the span now judged may change it.</summary>
sealed class StandingRows
{
    /// <summary>From here on a span is so long that reading all of an officer's findings is cheaper than finding them by name.</summary>
    static readonly Duration Long = Duration.FromDays(60);

    public Dictionary<AttendanceId, Judged> Judged { get; } = [];

    /// <summary>Attendances of the span that were judged before.</summary>
    public HashSet<AttendanceId> Loaded { get; } = [];

    /// <summary>All of the officer's.</summary>
    public Dictionary<RecordingId, RecordingWait> Waits { get; } = [];

    /// <summary>By the attendance's id, or the recording's for findings about a recording alone.</summary>
    public Dictionary<string, List<StoodFinding>> Findings { get; } = [];

    public static async Task<StandingRows> Of(
        Reading reading,
        Standing standing,
        OfficerId officer,
        Interval span,
        CancellationToken stop
    )
    {
        var rows = new StandingRows();
        var reach = OfficerFacts.Us(standing.Reach);
        var args = new
        {
            officer,
            from = span.From - reach,
            until = span.Until + reach,
            span.From,
            span.Until,
            recordedFrom = span.From - OfficerFacts.Us(Standing.LongestRecording),
        };
        await foreach (
            var judged in reading.Each(
                "SELECT * FROM judgement WHERE officer = @officer AND begins_at >= @from AND begins_at < @Until",
                args,
                Judgements.Read,
                stop
            )
        )
        {
            rows.Judged.Add(judged.Attendance, judged);
            if (judged.BeginsAt >= span.Start)
                rows.Loaded.Add(judged.Attendance);
        }
        await foreach (
            var wait in reading.Each("SELECT * FROM recording_wait WHERE officer = @officer", args, RecordingWait.Read, stop)
        )
            rows.Waits.Add(wait.Recording, wait);
        var seen = new HashSet<FindingId>();
        foreach (var sql in span.Length > OfficerFacts.Us(Long) ? FindingsOfAll : FindingsOfSpan)
        await foreach (var stood in reading.Each(sql, args, Governance.Findings.ReadStood, stop))
            if (seen.Add(stood.Finding.Id))
                rows.Add(stood);
        return rows;
    }

    void Add(StoodFinding stood)
    {
        var about = stood.Finding.Attendance?.Text ?? stood.Finding.Recording!.Value.Text;
        if (!Findings.TryGetValue(about, out var list))
            Findings.Add(about, list = []);
        list.Add(stood);
    }

    static readonly string[] FindingsOfAll =
    [
        "SELECT * FROM finding WHERE officer = @officer",
        """
            SELECT finding.* FROM recorded JOIN finding ON finding.recording = recorded.recording
            WHERE recorded.officer = @officer AND recorded.from_at >= @recordedFrom AND recorded.from_at < @Until
                AND finding.officer <> @officer AND finding.attendance IS NULL
            """,
    ];

    static readonly string[] FindingsOfSpan =
    [
        """
            SELECT * FROM finding
            WHERE officer = @officer AND attendance IS NOT NULL AND from_at >= @from AND from_at < @until
            """,
        """
            SELECT finding.* FROM judgement JOIN finding ON finding.attendance = judgement.attendance
            WHERE judgement.officer = @officer AND judgement.begins_at >= @from AND judgement.begins_at < @Until
                AND finding.officer = @officer
            """,
        """
            SELECT finding.* FROM recorded JOIN finding ON finding.recording = recorded.recording
            WHERE recorded.officer = @officer AND recorded.from_at >= @recordedFrom AND recorded.from_at < @Until
                AND finding.attendance IS NULL
            """,
    ];

    /// <summary>Whether what is left over is about something that is no longer this officer's: withdrawn, or another's after all.</summary>
    public static async Task<bool> IsGone(Reading reading, OfficerId officer, Finding left, CancellationToken stop) =>
        left.Attendance is { } attendance
            ? await IsGone(reading, officer, attendance, stop)
            : left.Officer == officer
                && !await reading.Any(
                    "SELECT 1 FROM recorded WHERE recording = @Recording AND officer = @officer",
                    new { left.Recording, officer },
                    stop
                );

    public static async Task<bool> IsGone(Reading reading, OfficerId officer, AttendanceId attendance, CancellationToken stop) =>
        !await reading.Any(
            "SELECT 1 FROM attendance WHERE id = @attendance AND officer = @officer AND withdrawn_at IS NULL",
            new { attendance, officer },
            stop
        );
}
