namespace Lapel.Governance;

/// <summary>What a decision maker is told before they decide. It proposes nothing above the floor: what is right is for people to say.</summary>
/// <param name="FloorDays">Least suspension for a breach of the class; none: no floor.</param>
/// <param name="LookBackFrom">Since when earlier decisions count.</param>
/// <param name="History">The officer's own earlier ones inside the look-back, the latest first.</param>
/// <param name="Comparable">Decisions of the same class about others, without names, the latest first.</param>
public sealed record PenaltyProposal(
    int? FloorDays,
    Instant LookBackFrom,
    IReadOnlyList<EarlierDecision> History,
    IReadOnlyList<ComparableDecision> Comparable
)
{
    public const int MostComparable = 20;

    /// <summary>
    /// Looks back from when what was found happened, not from today: a slow decision must not shorten anybody's memory, nor lengthen it.
    /// </summary>
    public static PenaltyProposal Of(ConductCase about, Instant happened, IEnumerable<DecidedBefore> decided)
    {
        var since = happened - Duration.FromDays(about.Class.LookBackDays);
        var others = decided.Where(d => d.Id != about.Id).OrderByDescending(d => d.At).ToList();
        return new(
            about.Class.FloorDays,
            since,
            [
                .. others
                    .Where(d =>
                        d.Officer == about.Officer
                        && d.Happened >= since
                        && d.Happened <= happened
                        && CaseOutcome.Find(d.Outcome) is { Breach: true }
                    )
                    .Select(d => new EarlierDecision(d.Id, d.Breach, d.Outcome, d.PenaltyDays, d.At)),
            ],
            [
                .. others
                    .Where(d => d.Officer != about.Officer && d.Breach == about.Class.Id)
                    .Take(MostComparable)
                    .Select(d => new ComparableDecision(d.Outcome, d.PenaltyDays, d.BelowFloor, d.At.InUtc().Year)),
            ]
        );
    }
}

/// <summary>A decision of this officer's that still counts.</summary>
public sealed record EarlierDecision(CaseId Case, string Breach, string Outcome, int PenaltyDays, Instant At);

/// <summary>A decision about somebody else, told so that nobody is known by it.</summary>
public sealed record ComparableDecision(string Outcome, int PenaltyDays, bool BelowFloor, int Year);

/// <summary>A decided case as looking back needs it, with what an appeal made of it.</summary>
/// <param name="Happened">When what was found happened.</param>
public sealed record DecidedBefore(
    CaseId Id,
    OfficerId Officer,
    string Breach,
    string Outcome,
    int PenaltyDays,
    bool BelowFloor,
    Instant Happened,
    Instant At
)
{
    const string Columns = """
        SELECT c.id, c.officer, c.breach, r.from_at, d.outcome, d.penalty_days, d.departure, d.at,
            a.outcome AS appeal_outcome, a.penalty_days AS appeal_days
        FROM conduct_case c
        JOIN case_decision d ON d.conduct_case = c.id
        JOIN finding_review r ON r.finding = c.finding
        LEFT JOIN appeal a ON a.conduct_case = c.id
        """;

    /// <summary>All of the officer's, and the latest of the class.</summary>
    internal static async Task<IReadOnlyList<DecidedBefore>> For(Reading reading, ConductCase about, CancellationToken stop)
    {
        var own = await reading.Many($"{Columns} WHERE c.officer = @Officer", new { about.Officer }, From, stop);
        var others = await reading.Many(
            $"{Columns} WHERE c.breach = @breach AND c.officer <> @Officer ORDER BY d.at DESC LIMIT @most",
            new
            {
                breach = about.Class.Id,
                about.Officer,
                most = PenaltyProposal.MostComparable,
            },
            From,
            stop
        );
        return [.. own, .. others];
    }

    static DecidedBefore From(Row row)
    {
        var appeal = row.TextOrNull("appeal_outcome") is { } word ? Words<AppealOutcome>.Parse(word) : (AppealOutcome?)null;
        return new(
            row.Id<Nouns.Case>("id"),
            row.Id<Nouns.Officer>("officer"),
            row.Text("breach"),
            appeal == AppealOutcome.SetAside ? "unfounded" : row.Text("outcome"),
            (int)(row.NumberOrNull("appeal_days") ?? row.Number("penalty_days")),
            row.TextOrNull("departure") is not null,
            row.Time("from_at"),
            row.Time("at")
        );
    }
}
