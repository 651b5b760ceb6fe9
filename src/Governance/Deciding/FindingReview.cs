using System.Text.Json;

namespace Lapel.Governance;

/// <summary>What a supervisor made of a finding. One finding has one review; it is never changed.</summary>
/// <param name="Breach">Id of the class that was sustained, escalated if so; none when nothing was.</param>
/// <param name="Because">The explanation tree as the reviewer saw it.</param>
public sealed record FindingReview(
    FindingId Finding,
    ReviewOutcome Outcome,
    string Reason,
    string? Breach,
    Route? Route,
    Because Because,
    AccountId Account,
    string Name,
    Instant At
);

/// <summary>How a review can end. The order is the order of showing: what is good for the officer comes first.</summary>
public enum ReviewOutcome
{
    /// <summary>The officer's explanation holds.</summary>
    ExplanationAccepted,

    /// <summary>What was found is so, and nothing is wrong with it.</summary>
    NoBreach,

    /// <summary>A fault of camera, dock, clock or dispatch.</summary>
    Technical,

    /// <summary>Later facts undid the finding.</summary>
    Withdrawn,

    /// <summary>Talked about, and it counts as history; no breach.</summary>
    Coaching,

    /// <summary>A breach: goes the way that the policy says.</summary>
    Sustained,
}

/// <summary>A finding as its reviewer meets it.</summary>
/// <param name="Reviewer">The officer the reviewer is; none when they are none.</param>
/// <param name="MayReview">The reviewer's permission and unit reach this finding.</param>
/// <param name="AskedAt">When the officer was asked; none while they were not.</param>
public sealed record ToReview(
    OfficerId Officer,
    OfficerId? Reviewer,
    bool MayReview,
    bool HasClass,
    bool Withdrawn,
    bool Explained,
    Instant? AskedAt,
    bool Reviewed
);

public static class FindingReviews
{
    /// <summary>Days an officer has to explain before anything can be held against them.</summary>
    public const int NoticeDays = 7;

    public const int LongestReason = 2000;

    /// <summary>The end of the time to answer; none while the officer was not asked.</summary>
    public static Instant? AnswerUntil(Instant? askedAt) => askedAt + Duration.FromDays(NoticeDays);

    /// <summary>
    /// What clears an officer can be said at once; what is held against them needs their explanation, or the time to answer has passed.
    /// </summary>
    public static Refusal? WhyNotReview(ToReview finding, ReviewOutcome outcome, string? reason, Instant now) =>
        !finding.MayReview ? new("review-not-yours", "You do not review the findings of this officer.", RefusalKind.Forbidden)
        : finding.Officer == finding.Reviewer
            ? new("finding-own", "Nobody reviews a finding about themselves. Ask another supervisor.", RefusalKind.Forbidden)
        : finding.Reviewed ? Reviewed
        : finding.Withdrawn && outcome != ReviewOutcome.Withdrawn
            ? new("finding-withdrawn-by-facts", "Later facts undid this finding: close it as withdrawn.", RefusalKind.Conflict)
        : !finding.Withdrawn && outcome == ReviewOutcome.Withdrawn
            ? new(
                "finding-stands",
                "Judged again today this finding still stands: correct the facts first.",
                RefusalKind.Conflict
            )
        : outcome == ReviewOutcome.ExplanationAccepted && !finding.Explained
            ? new(
                "explanation-none",
                "The officer has not explained it, so there is no explanation to accept.",
                RefusalKind.Conflict
            )
        : HeldAgainst(outcome) && !finding.Explained && !(AnswerUntil(finding.AskedAt) <= now)
            ? new(
                "officer-has-time",
                $"The officer has {NoticeDays} days to explain and has not yet. Until then it can be closed in their favour only.",
                RefusalKind.Conflict
            )
        : outcome == ReviewOutcome.Sustained && !finding.HasClass
            ? new(
                "breach-class-missing",
                "The policy has no class of breach for this, so it cannot be sustained.",
                RefusalKind.Conflict
            )
        : WhyNotReason(reason);

    static readonly Refusal Reviewed = new("finding-reviewed", "This finding is reviewed already.", RefusalKind.Conflict);

    public static bool HeldAgainst(ReviewOutcome outcome) => outcome is ReviewOutcome.Coaching or ReviewOutcome.Sustained;

    internal static Refusal? WhyNotReason(string? reason) =>
        string.IsNullOrWhiteSpace(reason) ? new("decision-reason-missing", "Give the reason in words: it is read for years.")
        : reason.Trim().Length > LongestReason ? new("text-too-long", $"At most {LongestReason} characters.")
        : null;

    /// <summary>
    /// The class that applies when this one is sustained: a class that was sustained often enough inside its look-back gives way to the
    /// one it escalates to, and that one may escalate in turn.
    /// </summary>
    /// <param name="at">When what was found happened.</param>
    /// <param name="earlier">Sustained before: class and when that happened.</param>
    public static BreachClass Escalated(
        BreachClass first,
        IReadOnlyList<BreachClass> classes,
        Instant at,
        IReadOnlyCollection<(string Breach, Instant At)> earlier
    )
    {
        var applies = first;
        var passed = new HashSet<string> { first.Id };
        while (
            applies is { EscalatesTo: { } to, EscalatesAt: { } nth }
            && 1 + SustainedInside(applies, at, earlier) >= nth
            && classes.FirstOrDefault(c => c.Id == to) is { } next
            && passed.Add(next.Id)
        )
            applies = next;
        return applies;
    }

    static int SustainedInside(BreachClass breach, Instant at, IEnumerable<(string Breach, Instant At)> earlier) =>
        earlier.Count(e => e.Breach == breach.Id && e.At < at && e.At >= at - Duration.FromDays(breach.LookBackDays));

    public static Task<FindingReview?> Find(Reading reading, FindingId finding, CancellationToken stop) =>
        reading.One("SELECT * FROM finding_review WHERE finding = @finding", new { finding }, From, stop);

    /// <summary>What was sustained about the officer, by when it happened.</summary>
    public static Task<IReadOnlyList<(string Breach, Instant At)>> SustainedOf(
        Reading reading,
        OfficerId officer,
        CancellationToken stop
    ) =>
        reading.Many(
            "SELECT breach, from_at FROM finding_review WHERE officer = @officer AND breach IS NOT NULL ORDER BY from_at",
            new { officer },
            row => (row.Text("breach"), row.Time("from_at")),
            stop
        );

    internal static async Task Keep(Work work, Finding finding, FindingReview review, CancellationToken stop)
    {
        var kept = await work.Execute(
            """
            INSERT INTO finding_review (finding, officer, kind, outcome, reason, breach, route, from_at, because, account, name, at)
            VALUES (@Finding, @officer, @kind, @outcome, @Reason, @Breach, @route, @from, @because, @Account, @Name, @At)
            ON CONFLICT (finding) DO NOTHING
            """,
            new
            {
                review.Finding,
                officer = finding.Officer,
                kind = Words<FindingKind>.Of(finding.Kind),
                outcome = Words<ReviewOutcome>.Of(review.Outcome),
                review.Reason,
                review.Breach,
                route = review.Route is { } route ? Words<Route>.Of(route) : null,
                from = finding.From,
                because = JsonSerializer.Serialize(review.Because, LapelJson.Lenient),
                review.Account,
                review.Name,
                review.At,
            },
            stop
        );
        if (kept == 0)
            throw new RefusedException(Reviewed); // somebody else did in this moment
        work.Append(
            new CustodyEvent.FindingReviewed(finding.Id, Words<ReviewOutcome>.Of(review.Outcome), review.Reason),
            finding.Recording
        );
    }

    static FindingReview From(Row row) =>
        new(
            row.Id<Nouns.Finding>("finding"),
            row.Word<ReviewOutcome>("outcome"),
            row.Text("reason"),
            row.TextOrNull("breach"),
            row.TextOrNull("route") is { } route ? Words<Route>.Parse(route) : null,
            row.Json<Because>("because"),
            row.Id<Nouns.Account>("account"),
            row.Text("name"),
            row.Time("at")
        );
}
