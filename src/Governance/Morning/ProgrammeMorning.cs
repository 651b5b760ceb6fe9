using NodaTime;

namespace Lapel.Governance;

/// <summary>What waits for the programme's manager.</summary>
/// <param name="BadRows">Rows of dispatch that could not be read, by import.</param>
/// <param name="UnknownBadges">Badges that dispatch names and no officer has, the most frequent first.</param>
/// <param name="Proposed">Versions of the policy that wait for approval.</param>
/// <param name="ToPublish">Months that are over, counted and not published.</param>
public sealed record ProgrammeMorning(
    LocalDate Day,
    IReadOnlyDictionary<Outcome, long> Ended,
    long Whole,
    IReadOnlyList<ProgrammeMorning.BadImport> BadRows,
    IReadOnlyList<ProgrammeMorning.UnknownBadge> UnknownBadges,
    IReadOnlyList<ProgrammeMorning.Proposal> Proposed,
    IReadOnlyList<ReviewPages.Item> Overdue,
    long OverdueCount,
    IReadOnlyList<Month> ToPublish,
    Instant Now
)
{
    public sealed record BadImport(ImportId Import, string Name, Instant SentAt, long Rows);

    public sealed record UnknownBadge(string Badge, long Attendances);

    public sealed record Proposal(PolicyVersionId Version, string Name, Instant? EffectiveFrom, long Approvals);

    public long Total => Ended.Where(e => e.Key != Outcome.NotRequired).Sum(e => e.Value);

    public static async Task<ProgrammeMorning> Read(
        Reading reading,
        AgencyProfile agency,
        LocalDate? day,
        Instant now,
        CancellationToken stop
    )
    {
        var shown = day ?? Roster.Span.DayOf(now, agency).PlusDays(-1);
        var ended = await reading.Many(
            """
            SELECT outcome, whole, COUNT(*) AS many FROM judgement
            WHERE begins_at >= @from AND begins_at < @until GROUP BY outcome, whole
            """,
            new { from = Roster.Span.OfDay(shown, agency).From, until = Roster.Span.OfDay(shown.PlusDays(1), agency).From },
            row => (Outcome: row.Word<Outcome>("outcome"), Whole: row.Flag("whole"), Many: row.Number("many")),
            stop
        );
        var overdue = await Reviews.Overdue(reading, now, stop);
        return new(
            shown,
            ended.GroupBy(e => e.Outcome).ToDictionary(g => g.Key, g => g.Sum(e => e.Many)),
            ended.Where(e => e is { Outcome: Outcome.Covered, Whole: true }).Sum(e => e.Many),
            await BadRowsOf(reading, stop),
            await UnknownBadgesOf(reading, stop),
            await ProposedOf(reading, stop),
            await ReviewPages.Items(reading, [.. overdue.Take(6)], stop),
            overdue.Count,
            await ToPublishOf(reading, Month.Of(now, agency), stop),
            now
        );
    }

    static Task<IReadOnlyList<BadImport>> BadRowsOf(Reading reading, CancellationToken stop) =>
        reading.Many(
            """
            SELECT i.id, i.name, i.sent_at, COUNT(*) AS many FROM dispatch_row r JOIN dispatch_import i ON i.id = r.import
            WHERE r.bad = 1 AND r.settled_at IS NULL GROUP BY i.id, i.name, i.sent_at ORDER BY i.sent_at DESC LIMIT 8
            """,
            null,
            row => new BadImport(row.Id<Nouns.Import>("id"), row.Text("name"), row.Time("sent_at"), row.Number("many")),
            stop
        );

    static Task<IReadOnlyList<UnknownBadge>> UnknownBadgesOf(Reading reading, CancellationToken stop) =>
        reading.Many(
            """
            SELECT badge, COUNT(*) AS many FROM attendance WHERE officer IS NULL AND withdrawn_at IS NULL
            GROUP BY badge ORDER BY many DESC, badge LIMIT 8
            """,
            null,
            row => new UnknownBadge(row.Text("badge"), row.Number("many")),
            stop
        );

    static Task<IReadOnlyList<Proposal>> ProposedOf(Reading reading, CancellationToken stop) =>
        reading.Many(
            """
            SELECT v.id, v.name, v.effective_from, (SELECT COUNT(*) FROM policy_approval a WHERE a.version = v.id) AS approvals
            FROM policy_version v WHERE v.state = 'proposed' ORDER BY v.effective_from, v.id LIMIT 8
            """,
            null,
            row => new Proposal(
                row.Id<Nouns.PolicyVersion>("id"),
                row.Text("name"),
                row.TimeOrNull("effective_from"),
                row.Number("approvals")
            ),
            stop
        );

    static async Task<IReadOnlyList<Month>> ToPublishOf(Reading reading, Month present, CancellationToken stop)
    {
        var published = (await Publications.All(reading, stop)).Select(p => p.Month).ToHashSet();
        return
        [
            .. (await Measures.Counted(reading, stop))
                .Select(c => c.Month)
                .Where(m => m.CompareTo(present) < 0 && !published.Contains(m))
                .Take(3),
        ];
    }
}
