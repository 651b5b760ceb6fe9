namespace Lapel.Governance;

/// <summary>What people have made of a finding so far.</summary>
/// <param name="Explained">How many explanations the officer gave.</param>
public sealed record FindingState(
    FindingId Finding,
    bool Withdrawn,
    int Explained,
    Instant? AskedAt,
    Instant? SeenAt,
    ReviewOutcome? Reviewed,
    CaseId? Case,
    Instant? DecidedAt
)
{
    public FindingStage StageAt(Instant now) =>
        Case is not null && DecidedAt is null ? FindingStage.InCase
        : Reviewed is not null ? FindingStage.Closed
        : Withdrawn ? FindingStage.Withdrawn
        : Explained > 0 || FindingReviews.AnswerUntil(AskedAt) <= now ? FindingStage.ToReview
        : FindingStage.ToExplain;

    /// <summary>Decided for good: only an appeal can change it.</summary>
    public bool ClosedAt(Instant now) => StageAt(now) == FindingStage.Closed;

    /// <summary>Those of these findings, by their ids.</summary>
    public static async Task<IReadOnlyDictionary<FindingId, FindingState>> Of(
        Reading reading,
        IEnumerable<FindingId> findings,
        CancellationToken stop
    )
    {
        var args = new Dictionary<string, object>();
        var rows = await reading.Many(
            $"""
            SELECT finding.id, finding.withdrawn, n.asked_at, n.seen_at, r.outcome, c.id AS conduct_case, c.decided_at,
                (SELECT COUNT(*) FROM explanation e WHERE e.finding = finding.id) AS explained
            FROM finding
            LEFT JOIN finding_notice n ON n.finding = finding.id
            LEFT JOIN finding_review r ON r.finding = finding.id
            LEFT JOIN conduct_case c ON c.finding = finding.id
            WHERE {FindingQuery.InList("finding.id", "finding", findings.Cast<object>(), args)}
            """,
            args,
            From,
            stop
        );
        return rows.ToDictionary(r => r.Finding);
    }

    static FindingState From(Row row) =>
        new(
            row.Id<Nouns.Finding>("id"),
            row.Flag("withdrawn"),
            (int)row.Number("explained"),
            row.TimeOrNull("asked_at"),
            row.TimeOrNull("seen_at"),
            row.TextOrNull("outcome") is { } outcome ? Words<ReviewOutcome>.Parse(outcome) : null,
            row.IdOrNull<Nouns.Case>("conduct_case"),
            row.TimeOrNull("decided_at")
        );

    /// <summary>The stages as conditions on a row of finding, for lists.</summary>
    /// <param name="now">Filled in for the parameter <c>@answered</c>.</param>
    internal static (string Sql, Dictionary<string, object> Args) Where(FindingStage stage, Instant now)
    {
        const string Reviewed = "EXISTS (SELECT 1 FROM finding_review r WHERE r.finding = finding.id)";
        const string Explained = "EXISTS (SELECT 1 FROM explanation e WHERE e.finding = finding.id)";
        const string Answerless =
            "EXISTS (SELECT 1 FROM finding_notice n WHERE n.finding = finding.id AND n.asked_at <= @answered)";
        const string InCase = "EXISTS (SELECT 1 FROM conduct_case c WHERE c.finding = finding.id AND c.decided_at IS NULL)";
        var args = new Dictionary<string, object> { ["answered"] = now - Duration.FromDays(FindingReviews.NoticeDays) };
        return stage switch
        {
            FindingStage.ToExplain => (
                $"finding.withdrawn = 0 AND NOT {Reviewed} AND NOT {Explained} AND NOT {Answerless}",
                args
            ),
            FindingStage.ToReview => ($"finding.withdrawn = 0 AND NOT {Reviewed} AND ({Explained} OR {Answerless})", args),
            FindingStage.InCase => (InCase, []),
            FindingStage.Withdrawn => ($"finding.withdrawn = 1 AND NOT {Reviewed}", []),
            _ => ($"{Reviewed} AND NOT {InCase}", []),
        };
    }
}

/// <summary>For whom a finding waits.</summary>
public enum FindingStage
{
    /// <summary>For the officer's explanation.</summary>
    ToExplain,

    /// <summary>For the supervisor: it is explained, or the time to explain is over.</summary>
    ToReview,

    /// <summary>For professional standards.</summary>
    InCase,

    /// <summary>For nobody.</summary>
    Closed,

    /// <summary>Later facts undid it before anybody decided.</summary>
    Withdrawn,
}
