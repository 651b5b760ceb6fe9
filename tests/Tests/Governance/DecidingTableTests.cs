using Lapel.Governance;

namespace Lapel.Tests.Governance;

/// <summary>The decisions alone, as tables: what is asked, and why not.</summary>
public sealed class Deciding_decisions
{
    static readonly Instant Now = Instant.FromUtc(2026, 11, 21, 12, 0);
    static readonly OfficerId Reyes = OfficerId.New();
    static readonly OfficerId Brandt = OfficerId.New();
    static readonly AccountId Roth = AccountId.New();
    static readonly AccountId Marsh = AccountId.New();
    static readonly AccountId Supervisor = AccountId.New();
    static readonly Says Says = new("The rule says so.", Grade.Proposal, []);

    static BreachClass Class(string id, Route route, int? floor = null, string? to = null, int? at = null) =>
        new(id, id, Says, [], route, floor, 365, to, at, 30, 30, "the board", true);

    [Theory]
    // outcome, explained, asked so many days ago (-1: never), refused
    [InlineData(ReviewOutcome.NoBreach, false, -1, null)]
    [InlineData(ReviewOutcome.Technical, false, 0, null)]
    [InlineData(ReviewOutcome.ExplanationAccepted, false, 30, "explanation-none")]
    [InlineData(ReviewOutcome.ExplanationAccepted, true, 0, null)]
    [InlineData(ReviewOutcome.Coaching, false, -1, "officer-has-time")]
    [InlineData(ReviewOutcome.Coaching, false, 6.99, "officer-has-time")]
    [InlineData(ReviewOutcome.Coaching, false, 7, null)]
    [InlineData(ReviewOutcome.Sustained, false, 6.99, "officer-has-time")]
    [InlineData(ReviewOutcome.Sustained, true, 0, null)]
    [InlineData(ReviewOutcome.Withdrawn, true, 30, "finding-stands")]
    public void What_clears_is_said_at_once_and_what_is_held_against_waits(
        ReviewOutcome outcome,
        bool explained,
        double askedDaysAgo,
        string? refused
    )
    {
        Instant? asked = askedDaysAgo < 0 ? null : Now - Duration.FromDays(askedDaysAgo);
        var finding = new ToReview(Reyes, Brandt, true, true, false, explained, asked, false);
        (FindingReviews.WhyNotReview(finding, outcome, "A reason.", Now)?.Code).ShouldBe(refused);
    }

    [Fact]
    public void A_review_needs_somebody_else_once_with_a_reason()
    {
        var fine = new ToReview(Reyes, Brandt, true, true, false, true, Now, false);
        string? Code(ToReview finding, ReviewOutcome outcome = ReviewOutcome.Sustained, string? reason = "A reason.") =>
            FindingReviews.WhyNotReview(finding, outcome, reason, Now)?.Code;

        Code(fine).ShouldBeNull();
        Code(fine with { Reviewer = null }).ShouldBeNull("a supervisor need not be an officer");
        Code(fine with { MayReview = false }).ShouldBe("review-not-yours");
        Code(fine with { Reviewer = Reyes }).ShouldBe("finding-own");
        Code(fine with { Reviewed = true }).ShouldBe("finding-reviewed");
        Code(fine with { HasClass = false }).ShouldBe("breach-class-missing");
        Code(fine with { HasClass = false }, ReviewOutcome.Coaching).ShouldBeNull();
        Code(fine with { Withdrawn = true }).ShouldBe("finding-withdrawn-by-facts");
        Code(fine with { Withdrawn = true }, ReviewOutcome.Withdrawn).ShouldBeNull();
        Code(fine, reason: " ").ShouldBe("decision-reason-missing");
        Code(fine, reason: new string('x', 2001)).ShouldBe("text-too-long");
    }

    [Theory]
    [InlineData("suspension", 1, null, null, null)]
    [InlineData("suspension", 30, null, null, null)]
    [InlineData("suspension", 0, null, null, "penalty-days")]
    [InlineData("suspension", 366, null, null, "penalty-days")]
    [InlineData("informal", 1, null, null, "penalty-days-needless")]
    [InlineData("unfounded", 0, null, null, null)] // no breach, so no floor
    [InlineData("informal", 0, null, null, "departure-missing")]
    [InlineData("no-further-action", 0, " ", null, "departure-missing")]
    [InlineData("informal", 0, "Ten years without one.", null, "departure-unsigned")]
    [InlineData("informal", 0, "Ten years without one.", "Cleo Marsh", "departure-unsigned")]
    [InlineData("informal", 0, "Ten years without one.", "ben roth", null)]
    [InlineData("pillory", 0, null, null, "outcome-missing")]
    public void A_penalty_below_the_floor_needs_a_signed_departure(
        string outcome,
        int days,
        string? departure,
        string? signature,
        string? refused
    ) =>
        (
            CaseDecisions.WhyNotDecide(Fine, Decider(Roth), new(outcome, days, "A reason.", departure, signature), Now)?.Code
        ).ShouldBe(refused);

    static ToDecide Fine => new(Reyes, Supervisor, true, 3, true, Now, 1, false);

    static Decider Decider(AccountId account, OfficerId? officer = null) => new(account, "Ben Roth", officer, true);

    [Fact]
    public void Nothing_closes_without_event_evidence_explanation_and_reason_nor_by_the_accuser()
    {
        var asked = new AskDecision("suspension", 1, "A reason.");
        string? Code(ToDecide subject, Decider? who = null, AskDecision? ask = null) =>
            CaseDecisions.WhyNotDecide(subject, who ?? Decider(Roth), ask ?? asked, Now)?.Code;

        Code(Fine).ShouldBeNull();
        Code(Fine with { HasEvent = false }).ShouldBe("case-without-event");
        Code(Fine with { Evidence = 0 }).ShouldBe("case-without-evidence");
        Code(Fine with { Explained = false, AskedAt = null }).ShouldBe("officer-not-asked");
        Code(Fine with { Explained = false, AskedAt = Now - Duration.FromDays(6) }).ShouldBe("officer-has-time");
        Code(Fine with { Explained = false, AskedAt = Now - Duration.FromDays(7) }).ShouldBeNull();
        Code(Fine with { Decided = true }).ShouldBe("case-decided");
        Code(Fine, Decider(Supervisor)).ShouldBe("case-accuser");
        Code(Fine, Decider(Roth, Reyes)).ShouldBe("case-own");
        Code(Fine, Decider(Roth) with { MayDecide = false }).ShouldBe("decide-not-yours");
        Code(Fine, ask: asked with { Reason = "" }).ShouldBe("decision-reason-missing");
    }

    static CaseDecision Decision(string outcome = "suspension", int days = 5, int floor = 1) =>
        new(outcome, days, floor, "A reason.", null, null!, Roth, "Ben Roth", Now, Now + Duration.FromDays(30));

    [Fact]
    public void An_appeal_is_the_officers_in_time_and_once()
    {
        string? Code(
            OfficerId? asking,
            CaseDecision? decision,
            bool filed = false,
            string ground = "Too hard.",
            double days = 1
        ) => Appeals.WhyNotAppeal(asking, Reyes, decision, filed, ground, Now + Duration.FromDays(days))?.Code;

        Code(Reyes, Decision()).ShouldBeNull();
        Code(Reyes, Decision(), days: 30).ShouldBeNull();
        Code(Reyes, Decision(), days: 30.01).ShouldBe("appeal-late");
        Code(Brandt, Decision()).ShouldBe("appeal-not-yours");
        Code(null, Decision()).ShouldBe("appeal-not-yours");
        Code(Reyes, null).ShouldBe("case-open");
        Code(Reyes, Decision("unfounded", 0)).ShouldBe("appeal-needless");
        Code(Reyes, Decision(), filed: true).ShouldBe("appeal-filed");
        Code(Reyes, Decision(), ground: " ").ShouldBe("appeal-ground-missing");
    }

    [Fact]
    public void An_appeal_is_decided_by_another_and_only_to_milder()
    {
        var open = new Appeal("Too hard.", AccountId.New(), Now, null, null, null, null, null, null, null);
        string? Code(
            AppealOutcome? outcome,
            int days = 0,
            AccountId? by = null,
            string? departure = null,
            Appeal? appeal = null
        ) =>
            Appeals
                .WhyNotDecideAppeal(
                    Fine,
                    Decision(),
                    appeal ?? open,
                    Decider(by ?? Marsh),
                    outcome,
                    new(null, days, "A reason.", departure, "Ben Roth")
                )
                ?.Code;

        Code(AppealOutcome.Upheld).ShouldBeNull();
        Code(AppealOutcome.SetAside).ShouldBeNull("no breach, so no floor");
        Code(AppealOutcome.Varied, 1).ShouldBeNull();
        Code(AppealOutcome.Varied, 5).ShouldBe("appeal-not-milder");
        Code(AppealOutcome.Varied, 6).ShouldBe("appeal-not-milder");
        Code(AppealOutcome.Varied, 0).ShouldBe("departure-missing");
        Code(AppealOutcome.Varied, 0, departure: "Served already.").ShouldBeNull();
        Code(null).ShouldBe("outcome-missing");
        Code(AppealOutcome.Upheld, by: Roth).ShouldBe("appeal-decider");
        Code(AppealOutcome.Upheld, by: Supervisor).ShouldBe("case-accuser");
        Code(AppealOutcome.Upheld, appeal: open with { Outcome = AppealOutcome.Upheld }).ShouldBe("appeal-decided");
    }

    [Theory]
    [InlineData(0, "first")]
    [InlineData(1, "second")]
    [InlineData(5, "second")]
    public void A_class_escalates_at_the_count_inside_its_look_back(int before, string applies)
    {
        BreachClass[] classes =
        [
            Class("first", Route.SupervisorReview, to: "second", at: 2),
            Class("second", Route.ProfessionalStandards, 1),
        ];
        var earlier = Enumerable.Range(1, before).Select(i => ("first", Now - Duration.FromDays(i))).ToList();
        FindingReviews.Escalated(classes[0], classes, Now, earlier).Id.ShouldBe(applies);
    }

    [Fact]
    public void What_is_older_than_the_look_back_or_came_later_does_not_escalate()
    {
        BreachClass[] classes = [Class("first", Route.Coaching, to: "second", at: 2), Class("second", Route.Coaching)];
        string After(params double[] daysAgo) =>
            FindingReviews
                .Escalated(classes[0], classes, Now, [.. daysAgo.Select(d => ("first", Now - Duration.FromDays(d)))])
                .Id;

        After(365).ShouldBe("second");
        After(365.01).ShouldBe("first");
        After(-1).ShouldBe("first");
        After(0).ShouldBe("first");
        BreachClass[] circle = [Class("a", Route.Coaching, to: "b", at: 1), Class("b", Route.Coaching, to: "a", at: 1)];
        FindingReviews.Escalated(circle[0], circle, Now, []).Id.ShouldBe("b", "a circle ends");
    }

    [Fact]
    public void A_proposal_shows_own_history_and_others_without_names()
    {
        var about = new ConductCase(
            CaseId.New(),
            FindingId.Parse("0190a5a0-0000-8000-8000-000000000000"),
            Reyes,
            null,
            1,
            Class("off", Route.ProfessionalStandards, 1),
            Supervisor,
            Now,
            Now,
            null
        );
        DecidedBefore Before(OfficerId officer, double daysAgo, string outcome = "suspension", string breach = "off") =>
            new(CaseId.New(), officer, breach, outcome, 1, false, Now - Duration.FromDays(daysAgo), Now);

        var proposal = PenaltyProposal.Of(
            about,
            Now,
            [
                Before(Reyes, 10),
                Before(Reyes, 366),
                Before(Reyes, 20, "unfounded"),
                Before(Brandt, 5),
                Before(Brandt, 5, breach: "late"),
            ]
        );
        proposal.FloorDays.ShouldBe(1);
        proposal.History.ShouldHaveSingleItem().Outcome.ShouldBe("suspension");
        proposal.Comparable.ShouldHaveSingleItem();
        typeof(ComparableDecision).GetProperties().Select(p => p.PropertyType).ShouldNotContain(typeof(OfficerId));
    }

    [Theory]
    [InlineData(false, "26-1001", "Arrest", "tag-not-yours")]
    [InlineData(true, "26-1001", "Arrest", null)]
    [InlineData(true, " ", "Arrest", "case-number-missing")]
    [InlineData(true, "26-1001; more", "Arrest", "case-number-wrong")]
    [InlineData(true, "26-1001", null, "category-missing")]
    [InlineData(true, "26-1001", "Gossip", "category-unknown")]
    public void A_tag_is_what_the_policy_says(bool may, string? number, string? category, string? refused) =>
        (RecordingTags.WhyNotTag(may, new(Says, 48, "[0-9]{2}-[0-9]{4}|none", ["Arrest"]), number, category)?.Code).ShouldBe(
            refused
        );

    [Theory]
    [InlineData("0:05", 5_000L)]
    [InlineData("1:05.5", 65_500L)]
    [InlineData("1:00:00", 3_600_000L)]
    [InlineData("", null)]
    public void A_place_is_written_in_minutes_and_seconds(string typed, long? ms) => PlaceText.Read(typed).ShouldBe(ms);

    [Theory]
    [InlineData("a minute")]
    [InlineData("1:60")]
    [InlineData("-1:00")]
    [InlineData("1:2:3:4")]
    public void What_is_no_place_is_refused(string typed) =>
        Should.Throw<Lapel.Web.RefusedException>(() => PlaceText.Read(typed)).Refusal.Code.ShouldBe("place-unreadable");
}
