using Lapel.Governance;
using NodaTime;
using static Lapel.Tests.Governance.JudgingWorld;

namespace Lapel.Tests.Governance;

/// <summary>When a stop, a mute or an averted lens is permitted, and what is said when it is not.</summary>
public sealed class An_interruption_is_judged
{
    static readonly JudgingWorld Call = new()
    {
        Policy = SomePolicy with { Notice = SomePolicy.Notice with { Required = false } },
    };

    static StateSpan State(
        RecordingState state,
        string reason,
        string? place = null,
        string? askedBy = null,
        bool saidAloud = false,
        string? supervisor = null,
        double length = 60
    ) => new(state, At(100), At(100 + length), reason, null, saidAloud, place, askedBy, supervisor);

    [Theory]
    [InlineData("private-home", "occupant", true, null)]
    [InlineData("shelter", "occupant", true, null)]
    [InlineData("public", "occupant", true, "place of this kind: public")]
    [InlineData(null, "occupant", true, "nobody said what kind of place")]
    [InlineData("on the moon", "occupant", true, "nobody said what kind of place")]
    [InlineData("private-home", "witness", true, "when asked for by: witness")]
    [InlineData("private-home", null, true, "nobody said who did")]
    [InlineData("private-home", "occupant", false, "said aloud")]
    public void A_refusal_needs_its_place_its_asker_and_to_be_said_aloud(
        string? place,
        string? askedBy,
        bool aloud,
        string? why
    ) =>
        Says(
            StateRules.WhyNotPermitted(
                SomePolicy,
                State(RecordingState.Stopped, "refusal", place, askedBy, aloud),
                Call.Incident
            ),
            why
        );

    [Theory]
    [InlineData(Place.PrivateHome, null)]
    [InlineData(Place.Public, "place of this kind: public")]
    public void The_place_is_the_incidents_when_the_camera_did_not_say(Place place, string? why) =>
        Says(
            StateRules.WhyNotPermitted(
                SomePolicy,
                State(RecordingState.Stopped, "refusal", null, "occupant", true),
                Call.Incident with
                {
                    Place = place,
                }
            ),
            why
        );

    [Theory]
    [InlineData("imminent-harm", "does not hold while this stands: Somebody is about to be harmed")]
    [InlineData("a word that the policy does not know", null)]
    [InlineData(null, null)]
    public void An_exigency_of_the_policy_ends_exceptions(string? exigency, string? why) =>
        Says(
            StateRules.WhyNotPermitted(
                SomePolicy,
                State(RecordingState.Stopped, "refusal", "private-home", "occupant", true),
                Call.Incident with
                {
                    Exigency = exigency,
                }
            ),
            why
        );

    [Theory]
    [InlineData(RecordingState.Stopped, "objection", "never accepted")]
    [InlineData(RecordingState.Muted, "objection", "never accepted")]
    [InlineData(RecordingState.Stopped, "tactics", "not accepted for stopping")]
    [InlineData(RecordingState.Averted, "tactics", "not accepted for turning the lens away")]
    [InlineData(RecordingState.Muted, "tactics", null)]
    [InlineData(RecordingState.Stopped, "coffee", "not one of the policy's")]
    [InlineData(RecordingState.Stopped, "ordered", "needs a supervisor")]
    public void A_reason_permits_what_it_names(RecordingState state, string reason, string? why) =>
        Says(StateRules.WhyNotPermitted(SomePolicy, State(state, reason), Call.Incident), why);

    [Theory]
    [InlineData("public", "place of this kind: public")]
    [InlineData("hospital", null)]
    [InlineData(null, "nobody said what kind of place")]
    public void A_reason_can_be_barred_from_a_kind_of_place(string? place, string? why) =>
        Says(StateRules.WhyNotPermitted(SomePolicy, State(RecordingState.Averted, "dignity", place), Call.Incident), why);

    [Fact]
    public void A_supervisors_order_needs_the_supervisors_name() =>
        StateRules
            .WhyNotPermitted(SomePolicy, State(RecordingState.Stopped, "ordered", supervisor: "2044"), Call.Incident)
            .ShouldBeNull();

    [Theory]
    [InlineData(120, null)]
    [InlineData(121, "longer than the 2 min")]
    public void A_reason_can_have_a_longest_time(double length, string? why) =>
        Says(StateRules.WhyNotPermitted(SomePolicy, State(RecordingState.Muted, "tactics", length: length), Call.Incident), why);

    static void Says(string? said, string? expected)
    {
        if (expected is null)
            said.ShouldBeNull();
        else
            said.ShouldNotBeNull().ShouldContain(expected);
    }

    [Fact]
    public void Past_its_longest_time_only_the_rest_is_found()
    {
        var judged = Call.WithRecording(-60, 700, Muted(100, 400)).Judgement;
        var finding = judged.Findings.ShouldHaveSingleItem();
        (finding.Kind, finding.From, finding.Until).ShouldBe((FindingKind.Muted, At(220), At(400)));
        judged.Required!.Excused.ShouldHaveSingleItem().Excuse.ShouldBe(Excuse.PermittedState);
        judged.ExcusedUs.ShouldBe(120_000_000);
        judged.CoveredUs.ShouldBe(300_000_000);
        judged.Outcome.ShouldBe(Outcome.Covered);
    }

    [Fact]
    public void A_permitted_stop_leaves_the_recording_whole() =>
        Call.WithRecording(-60, 700, Stopped(100, 400))
            .Judgement.ShouldSatisfyAllConditions(
                j => j.Findings.ShouldBeEmpty(),
                j => j.Whole.ShouldBeTrue(),
                j => j.CoveredUs.ShouldBe(300_000_000)
            );

    [Theory]
    [InlineData(5, 0)]
    [InlineData(5.000001, 1)]
    public void A_slip_no_longer_than_a_gap_may_be_is_none(double length, int findings) =>
        Call.WithRecording(-60, 700, Stopped(100, 100 + length, "objection")).Judgement.Findings.Count.ShouldBe(findings);

    [Fact]
    public void Muted_while_another_camera_hears_is_no_gap()
    {
        var world = Call.WithRecording(-60, 700, Muted(100, 400, "objection"));
        world.Kinds.ShouldBe([FindingKind.Muted]);
        world
            .WithRecording(90, 410)
            .Judgement.ShouldSatisfyAllConditions(j => j.Findings.ShouldBeEmpty(), j => j.CoveredUs.ShouldBe(600_000_000));
    }

    [Fact]
    public void Stopped_throughout_for_no_accepted_reason_is_missing_and_says_that_it_was_stopped()
    {
        var judged = Call.WithRecording(-60, 700, Stopped(-10, 650, "objection")).Judgement;
        judged.Outcome.ShouldBe(Outcome.Missing);
        judged.Findings.ShouldHaveSingleItem().Kind.ShouldBe(FindingKind.Stopped);
    }

    [Fact]
    public void Stopped_throughout_for_an_accepted_reason_is_exempt() =>
        Call.WithRecording(-60, 700, Stopped(-10, 650))
            .Judgement.ShouldSatisfyAllConditions(j => j.Outcome.ShouldBe(Outcome.Exempt), j => j.Findings.ShouldBeEmpty());
}
