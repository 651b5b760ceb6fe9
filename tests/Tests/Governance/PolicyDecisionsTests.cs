using Lapel.Governance;

namespace Lapel.Tests.Governance;

/// <summary>Who may do which step when: the decisions alone, case by case.</summary>
public sealed class PolicyDecisionsTests
{
    static readonly Instant Now = Instant.FromUtc(2026, 11, 21, 12, 0);
    static readonly Digest Text = Digest.Of("text"u8);
    static readonly Digest Other = Digest.Of("other"u8);
    static readonly AccountId Ada = AccountId.New();
    static readonly AccountId Ben = AccountId.New();
    static readonly OfficerId Okafor = OfficerId.New();
    static readonly PolicyTrouble[] Fine = [];

    static PolicyVersion Version(PolicyState state, Instant? from = null, int? number = null, Digest? text = null) =>
        new(PolicyVersionId.New(), number, state, "Policy", "", text ?? Text, Ada, Now, from, null);

    static Instant At(double hours) => Now + Duration.FromHours(hours);

    [Theory]
    [InlineData(PolicyState.Draft, true, null)]
    [InlineData(PolicyState.Draft, false, "policy-changed-meanwhile")]
    [InlineData(PolicyState.Proposed, true, "policy-text-fixed")]
    [InlineData(PolicyState.Adopted, true, "policy-text-fixed")]
    [InlineData(PolicyState.Withdrawn, true, "policy-text-fixed")]
    public void Only_a_draft_that_nobody_else_changed_is_edited(PolicyState state, bool sawIt, string? code) =>
        PolicyDecisions.WhyNotEdit(Version(state), sawIt ? Text : Other)?.Code.ShouldBe(code);

    [Theory]
    [InlineData(PolicyState.Draft, 0, "why", 0, null)] // this very moment is not the past
    [InlineData(PolicyState.Draft, 0, "why", 24, null)]
    [InlineData(PolicyState.Draft, 0, "why", -0.001, "policy-date-passed")]
    [InlineData(PolicyState.Draft, 0, "why", 24 * 731, "policy-date-far")]
    [InlineData(PolicyState.Draft, 0, " ", 24, "policy-note-missing")]
    [InlineData(PolicyState.Draft, 1, "why", 24, "policy-invalid")]
    [InlineData(PolicyState.Draft, 2, "why", 24, "policy-invalid")]
    [InlineData(PolicyState.Proposed, 0, "why", 24, "policy-text-fixed")]
    [InlineData(PolicyState.Adopted, 0, "why", 24, "policy-text-fixed")]
    [InlineData(PolicyState.Withdrawn, 0, "why", 24, "policy-text-fixed")]
    public void A_draft_is_proposed_when_it_is_right_and_for_a_time_to_come(
        PolicyState state,
        int wrong,
        string note,
        double hours,
        string? code
    )
    {
        var troubles = Enumerable.Range(1, wrong).Select(i => new PolicyTrouble(i, 1, "$", "Something.")).ToList();
        var newest = Version(PolicyState.Adopted, At(-100), 1, Other);
        var refusal = PolicyDecisions.WhyNotPropose(Version(state), troubles, newest, At(hours), note, Now);
        refusal?.Code.ShouldBe(code);
        (refusal is null).ShouldBe(code is null);
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(0, "policy-order")] // the same moment: which would hold?
    [InlineData(-1, "policy-order")]
    public void A_version_takes_effect_after_every_version_before_it(double hoursAfterNewest, string? code)
    {
        var newest = Version(PolicyState.Adopted, At(48), 4, Other);
        var refusal = PolicyDecisions.WhyNotPropose(
            Version(PolicyState.Draft),
            Fine,
            newest,
            At(48 + hoursAfterNewest),
            "why",
            Now
        );
        refusal?.Code.ShouldBe(code);
        (refusal is null).ShouldBe(code is null);
    }

    [Fact]
    public void The_first_version_may_begin_in_the_past_for_it_writes_down_what_held()
    {
        PolicyDecisions.WhyNotPropose(Version(PolicyState.Draft), Fine, null, At(-24 * 365), "why", Now).ShouldBeNull();
        PolicyDecisions
            .WhyNotPropose(Version(PolicyState.Draft), Fine, null, Instant.FromUtc(1999, 1, 1, 0, 0), "why", Now)!
            .Code.ShouldBe("policy-date-far");
    }

    [Fact]
    public void What_says_the_same_as_the_newest_is_no_new_version() =>
        PolicyDecisions
            .WhyNotPropose(Version(PolicyState.Draft), Fine, Version(PolicyState.Adopted, At(-1), 1), At(1), "why", Now)!
            .Code.ShouldBe("policy-unchanged");

    [Fact]
    public void Two_different_people_stand_for_exactly_one_text()
    {
        var version = Version(PolicyState.Proposed, At(24));
        var byAda = new PolicyApproval(Ada, null, "Ada", Text, Now);
        string? Why(
            PolicyVersion of,
            IReadOnlyList<PolicyApproval> given,
            AccountId by,
            OfficerId? officer = null,
            Digest? seen = null
        ) =>
            PolicyDecisions
                .WhyNotApprove(of, Fine, Version(PolicyState.Adopted, At(-1), 1, Other), given, by, officer, seen ?? Text, Now)
                ?.Code;

        Why(version, [], Ada).ShouldBeNull("whoever drafted it may be one of the two");
        Why(version, [byAda], Ada).ShouldBe("policy-approved-already");
        Why(version, [byAda], Ben).ShouldBeNull();
        Why(version, [byAda with { Officer = Okafor }], Ben, Okafor)
            .ShouldBe("policy-approved-already", "two accounts of one officer");
        Why(version, [byAda], Ben, Okafor).ShouldBeNull();
        Why(version, [], Ada, seen: Other).ShouldBe("policy-other-text");
        Why(version with { State = PolicyState.Draft }, [], Ada).ShouldBe("policy-not-proposed");
        Why(version with { State = PolicyState.Adopted }, [], Ada).ShouldBe("policy-not-proposed");
        Why(version with { State = PolicyState.Withdrawn }, [], Ada).ShouldBe("policy-not-proposed");

        PolicyDecisions.IsAdopted(version, []).ShouldBeFalse();
        PolicyDecisions.IsAdopted(version, [byAda]).ShouldBeFalse();
        PolicyDecisions.IsAdopted(version, [byAda, byAda]).ShouldBeFalse();
        PolicyDecisions.IsAdopted(version, [byAda, byAda with { Account = Ben, Digest = Other }]).ShouldBeFalse();
        PolicyDecisions.IsAdopted(version, [byAda, byAda with { Account = Ben }]).ShouldBeTrue();
    }

    [Fact]
    public void Nobody_is_judged_by_a_rule_adopted_after_it_should_have_held()
    {
        var newest = Version(PolicyState.Adopted, At(-100), 1, Other);
        string? Why(PolicyVersion? before, double hours) =>
            PolicyDecisions.WhyNotApprove(Version(PolicyState.Proposed, At(hours)), Fine, before, [], Ada, null, Text, Now)?.Code;

        Why(newest, 0).ShouldBeNull();
        Why(newest, -0.001).ShouldBe("policy-date-passed");
        Why(newest with { EffectiveFrom = At(48) }, 24).ShouldBe("policy-order", "another was adopted meanwhile");
        Why(null, -24).ShouldBeNull("the first writes down what held");
    }

    [Fact]
    public void A_text_that_this_version_of_Lapel_finds_wrong_is_not_adopted() =>
        PolicyDecisions
            .WhyNotApprove(Version(PolicyState.Proposed, At(1)), [new(3, 1, "$.v", "Wrong.")], null, [], Ada, null, Text, Now)!
            .Code.ShouldBe("policy-invalid");

    [Theory]
    [InlineData(PolicyState.Draft, "why", null)]
    [InlineData(PolicyState.Proposed, "why", null)]
    [InlineData(PolicyState.Proposed, "", "policy-reason-missing")]
    [InlineData(PolicyState.Proposed, "a\0b", "policy-note-unreadable")]
    [InlineData(PolicyState.Adopted, "why", "policy-adopted")]
    [InlineData(PolicyState.Withdrawn, "why", "policy-withdrawn")]
    public void What_is_adopted_stays(PolicyState state, string reason, string? code)
    {
        var refusal = PolicyDecisions.WhyNotWithdraw(Version(state), reason);
        refusal?.Code.ShouldBe(code);
        (refusal is null).ShouldBe(code is null);
    }
}
