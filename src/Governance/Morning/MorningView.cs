using NodaTime;

namespace Lapel.Governance;

/// <summary>What a supervisor needs to know at the beginning of a shift, read in one go: of the unit and all below it.</summary>
/// <param name="Day">Yesterday, of the agency's calendar, unless another was asked for.</param>
/// <param name="Ended">How that day's attendances ended, and how many of each.</param>
/// <param name="Open">Those that are worth a word: not covered, or not whole; the gravest first.</param>
/// <param name="Reviews">Drawn reviews that wait for this supervisor.</param>
/// <param name="Faults">Cameras with a fault that is not mended.</param>
/// <param name="Undocked">Attendances that wait for a camera to be docked.</param>
public sealed record MorningView(
    LocalDate Day,
    Unit Unit,
    IReadOnlyDictionary<Outcome, long> Ended,
    long Whole,
    IReadOnlyList<JudgedRow> Open,
    long OpenCount,
    IReadOnlyList<ReviewPages.Item> Reviews,
    MorningView.Waits Waiting,
    IReadOnlyList<MorningView.Fault> Faults,
    IReadOnlyList<JudgedRow> Undocked,
    Instant Now
)
{
    public const int MostOpen = 12;
    const int MostOthers = 6;

    /// <summary>How many findings of the unit wait, and for whom.</summary>
    /// <param name="Late">Of all that are not reviewed: the officer was asked more than two weeks ago.</param>
    public sealed record Waits(long ForOfficer, long ForReview, long Late, long InCase, long ReviewsOverdue);

    public sealed record Fault(OfficerRef Officer, CameraId? Camera, string What, string? Told, Instant From);

    public long Total => Ended.Where(e => e.Key != Outcome.NotRequired).Sum(e => e.Value);

    /// <returns>None for an account without a unit.</returns>
    public static async Task<MorningView?> Read(
        Reading reading,
        Viewer viewer,
        AgencyProfile agency,
        LocalDate? day,
        Instant now,
        CancellationToken stop
    )
    {
        if (viewer.Account.Unit is not { } id || await Units.Find(reading, id, stop) is not { } unit)
            return null;
        var shown = day ?? Roster.Span.DayOf(now, agency).PlusDays(-1);
        var args = new
        {
            unit = id,
            from = Roster.Span.OfDay(shown, agency).From,
            until = Roster.Span.OfDay(shown.PlusDays(1), agency).From,
            now,
        };
        var ended = await reading.Many(
            $"""
            {UnitSql.Below}
            SELECT outcome, whole, COUNT(*) AS many FROM judgement
            WHERE begins_at >= @from AND begins_at < @until AND unit IN (SELECT id FROM below) GROUP BY outcome, whole
            """,
            args,
            row => (Outcome: row.Word<Outcome>("outcome"), Whole: row.Flag("whole"), Many: row.Number("many")),
            stop
        );
        var counts = ended.GroupBy(e => e.Outcome).ToDictionary(g => g.Key, g => g.Sum(e => e.Many));
        var whole = ended.Where(e => e is { Outcome: Outcome.Covered, Whole: true }).Sum(e => e.Many);
        return new(
            shown,
            unit,
            counts,
            whole,
            await OpenOf(reading, args, stop),
            counts.Where(c => c.Key != Outcome.NotRequired).Sum(c => c.Value) - whole,
            await ReviewPages.Items(
                reading,
                [.. (await Governance.Reviews.WaitingFor(reading, viewer.Account.Id, stop)).Take(MostOthers)],
                stop
            ),
            await WaitsOf(reading, viewer, id, now, stop),
            await FaultsOf(reading, args, stop),
            await reading.Many(
                $"""
                {UnitSql.Below}
                SELECT {JudgedRow.Query}
                WHERE j.again_at IS NOT NULL AND j.outcome = 'unknown' AND j.unit IN (SELECT id FROM below)
                ORDER BY j.again_at, j.attendance LIMIT {MostOthers}
                """,
                args,
                JudgedRow.Read,
                stop
            ),
            now
        );
    }

    static Task<IReadOnlyList<JudgedRow>> OpenOf(Reading reading, object args, CancellationToken stop) =>
        reading.Many(
            $"""
            {UnitSql.Below}
            SELECT {JudgedRow.Query}
            WHERE j.begins_at >= @from AND j.begins_at < @until AND j.unit IN (SELECT id FROM below)
                AND j.outcome <> 'not-required' AND (j.outcome <> 'covered' OR j.whole = 0)
            ORDER BY CASE j.outcome WHEN 'missing' THEN 0 WHEN 'unknown' THEN 1 WHEN 'covered' THEN 2 WHEN 'technical' THEN 3 ELSE 4 END,
                j.begins_at, j.attendance LIMIT {MostOpen}
            """,
            args,
            JudgedRow.Read,
            stop
        );

    static async Task<Waits> WaitsOf(Reading reading, Viewer viewer, UnitId unit, Instant now, CancellationToken stop)
    {
        return new(
            await In(FindingStage.ToExplain),
            await In(FindingStage.ToReview),
            await Count(
                reading,
                """
                finding JOIN finding_notice n ON n.finding = finding.id
                WHERE finding.withdrawn = 0 AND finding.unit IN (SELECT id FROM below) AND n.asked_at < @late
                    AND NOT EXISTS (SELECT 1 FROM finding_review r WHERE r.finding = finding.id)
                """,
                new { unit, late = now - Duration.FromDays(14) },
                stop
            ),
            await Count(reading, "conduct_case WHERE decided_at IS NULL AND unit IN (SELECT id FROM below)", new { unit }, stop),
            (await Governance.Reviews.WaitingFor(reading, viewer.Account.Id, stop)).Count(r => r.IsOverdue(now))
        );

        Task<long> In(FindingStage stage)
        {
            var (sql, args) = FindingState.Where(stage, now);
            args["unit"] = unit;
            return Count(reading, $"finding WHERE {sql} AND finding.unit IN (SELECT id FROM below)", args, stop);
        }
    }

    static Task<IReadOnlyList<Fault>> FaultsOf(Reading reading, object args, CancellationToken stop) =>
        reading.Many(
            $"""
            {UnitSql.Below}
            SELECT f.officer, o.badge, o.name, f.camera, f.what, f.told, f.from_at
            FROM camera_fault f JOIN officer o ON o.id = f.officer
            JOIN membership m ON m.officer = f.officer AND m.from_at <= @now AND (m.until_at IS NULL OR m.until_at > @now)
            WHERE (f.until_at IS NULL OR f.until_at > @now) AND f.from_at <= @now AND m.unit IN (SELECT id FROM below)
            ORDER BY f.from_at LIMIT {MostOthers}
            """,
            args,
            row => new Fault(
                new(row.Id<Nouns.Officer>("officer"), row.Text("badge"), row.Text("name")),
                row.IdOrNull<Nouns.Camera>("camera"),
                row.Text("what"),
                row.TextOrNull("told"),
                row.Time("from_at")
            ),
            stop
        );

    /// <param name="what">A table with its conditions; <c>below</c> is the unit <c>@unit</c> and all below it.</param>
    static async Task<long> Count(Reading reading, string what, object args, CancellationToken stop) =>
        await reading.One($"{UnitSql.Below} SELECT COUNT(*) AS many FROM {what}", args, row => row.Number("many"), stop);
}
