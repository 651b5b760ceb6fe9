namespace Lapel.Governance;

public sealed record AskSecondReview(ReviewOutcome? Outcome, SecondGround? Ground, string? Reason);

/// <summary>A review that a second one took the place of, as it was.</summary>
/// <param name="Ground">On what ground it was looked at again.</param>
public sealed record FormerReview(
    ReviewOutcome Outcome,
    string Reason,
    string? Breach,
    string Name,
    Instant At,
    Instant ReplacedAt,
    SecondGround Ground
);

/// <summary>A reviewed finding as whoever would review it again meets it.</summary>
/// <param name="Rule">Of the policy that it was judged under.</param>
/// <param name="First">None when it was not reviewed.</param>
/// <param name="InCase">The first review opened a case: professional standards decide then.</param>
/// <param name="IsAbove">The reviewer leads a unit above the first reviewer's.</param>
public sealed record ToReviewAgain(
    SecondReviewRule? Rule,
    FindingReview? First,
    bool InCase,
    AccountId Reviewer,
    bool IsAbove,
    ToReview Finding
);

/// <summary>Reviews of a finding that was reviewed, where the policy allows them. The later one counts, the earlier stays in the record.</summary>
static class SecondReviews
{
    public static Refusal? WhyNot(
        ToReviewAgain asked,
        ReviewOutcome outcome,
        SecondGround? ground,
        string? reason,
        Instant now
    ) =>
        WhyNotAtAll(asked, now)
        ?? (
            ground is not { } chosen || !asked.Rule!.Grounds.Contains(chosen)
                ? new("second-review-ground", "Say on what ground: the policy names those that it accepts.")
            : chosen == SecondGround.HigherRank && !asked.IsAbove
                ? new(
                    "second-review-not-above",
                    "On this ground it takes somebody who leads a unit above the first reviewer's.",
                    RefusalKind.Forbidden
                )
            : FindingReviews.WhyNotReview(asked.Finding with { Reviewed = false }, outcome, reason, now)
        );

    /// <summary>The reasons that no answer can mend.</summary>
    public static Refusal? WhyNotAtAll(ToReviewAgain asked, Instant now) =>
        !asked.Finding.MayReview
            ? new("review-not-yours", "You do not review the findings of this officer.", RefusalKind.Forbidden)
        : asked.First is not { } first
            ? new("finding-not-reviewed", "This finding was not reviewed yet: review it a first time.", RefusalKind.Conflict)
        : asked.Rule is not { } rule
            ? new("second-review-none", "The policy knows no second review: the first one stands.", RefusalKind.Conflict)
        : asked.InCase
            ? new("second-review-case", "A case of professional standards came of it, and they decide.", RefusalKind.Conflict)
        : asked.Reviewer == first.Account
            ? new("second-review-same", "Somebody else than the first reviewer reviews it again.", RefusalKind.Forbidden)
        : now > first.At + Duration.FromDays(rule.WithinDays)
            ? new(
                "second-review-late",
                $"A second review comes within {rule.WithinDays} days of the first.",
                RefusalKind.Conflict
            )
        : null;

    public static async Task<ToReviewAgain> Of(Reading reading, Viewer viewer, FindingFile file, CancellationToken stop)
    {
        var policy = (await Policies.AllInForce(reading, stop)).FirstOrDefault(p => p.Number == file.Finding.Policy)?.Policy;
        return new(
            policy?.SecondReview,
            file.Review,
            file.State.Case is not null,
            viewer.Account.Id,
            file.Review is { } first && await IsAbove(reading, viewer, first.Account, stop),
            await FindingActs.ToReview(reading, viewer, file, stop)
        );
    }

    static async Task<bool> IsAbove(Reading reading, Viewer viewer, AccountId first, CancellationToken stop) =>
        viewer.Account.Unit is { } own
        && (await Accounts.Find(reading, first, stop))?.Unit is { } theirs
        && own != theirs
        && (await Units.Subtree(reading, own, stop)).Contains(theirs);

    public static Task<IReadOnlyList<FormerReview>> Former(Reading reading, FindingId finding, CancellationToken stop) =>
        reading.Many(
            "SELECT * FROM finding_review_former WHERE finding = @finding ORDER BY number",
            new { finding },
            row => new FormerReview(
                row.Word<ReviewOutcome>("outcome"),
                row.Text("reason"),
                row.TextOrNull("breach"),
                row.Text("name"),
                row.Time("at"),
                row.Time("replaced_at"),
                row.Word<SecondGround>("ground")
            ),
            stop
        );

    /// <summary>Moves the first review to where former ones are kept, so that the second can take its place.</summary>
    internal static async Task SetAside(Work work, FindingReview first, SecondGround ground, CancellationToken stop)
    {
        var moved = await work.Execute(
            """
            INSERT INTO finding_review_former
                (finding, outcome, reason, breach, route, because, account, name, at, replaced_at, ground)
            SELECT finding, outcome, reason, breach, route, because, account, name, at, @Now, @ground
            FROM finding_review WHERE finding = @Finding AND at = @At AND account = @Account
            """,
            new
            {
                first.Finding,
                first.At,
                first.Account,
                work.Now,
                ground = Words<SecondGround>.Of(ground),
            },
            stop
        );
        if (moved == 0)
            throw new RefusedException(
                new("second-review-overtaken", "Somebody else reviewed it again in this moment.", RefusalKind.Conflict)
            );
        await work.Execute("DELETE FROM finding_review WHERE finding = @Finding", new { first.Finding }, stop);
    }
}
