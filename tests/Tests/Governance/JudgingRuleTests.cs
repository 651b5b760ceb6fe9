using Lapel.Governance;
using NodaTime;
using static Lapel.Tests.Governance.JudgingWorld;

namespace Lapel.Tests.Governance;

/// <summary>The rules of docs/decisions/0023-judging.md as tables. Seconds count from the officer's arrival; the call lasts until 600.</summary>
public sealed class A_call_is_judged
{
    static readonly JudgingWorld Call = new();

    [Theory]
    [InlineData(-60, 700, Outcome.Covered, "")]
    [InlineData(0, 600, Outcome.Covered, "")]
    [InlineData(45, 600, Outcome.Covered, "")] // 30 s late is right, and 15 s are the clocks'
    [InlineData(45.000001, 600, Outcome.Covered, "LateStart")]
    [InlineData(0, 525, Outcome.Covered, "")] // 60 s and 15 s
    [InlineData(0, 524.999999, Outcome.Covered, "EarlyStop")]
    [InlineData(300, 310, Outcome.Covered, "LateStart,EarlyStop")]
    [InlineData(599.999999, 700, Outcome.Covered, "LateStart")]
    [InlineData(600, 700, Outcome.Missing, "NoRecording")] // begins when all is over
    [InlineData(-60, 0, Outcome.Missing, "NoRecording")] // ends as the officer arrives
    [InlineData(300, 300, Outcome.Missing, "NoRecording")] // a recording of no length shows nothing
    public void By_when_the_recording_begins_and_ends(double from, double until, Outcome outcome, string kinds)
    {
        var judged = (Call with { Policy = SomePolicy with { Notice = SomePolicy.Notice with { Required = false } } })
            .WithRecording(from, until)
            .Judgement;
        judged.Outcome.ShouldBe(outcome);
        string.Join(',', judged.Findings.Select(f => f.Kind)).ShouldBe(kinds);
        judged.Whole.ShouldBe(outcome == Outcome.Covered && kinds == "");
    }

    [Theory]
    [InlineData(5, "")]
    [InlineData(5.000001, "Gap")]
    [InlineData(200, "Gap")]
    public void By_the_hole_between_two_recordings(double hole, string kinds)
    {
        var world = Call.WithRecording(-60, 300).WithRecording(300 + hole, 700);
        string.Join(',', world.Kinds.Where(k => k != FindingKind.NoticeMissing)).ShouldBe(kinds);
        world.Judgement.CoveredUs.ShouldBe(600_000_000 - (long)(hole * 1_000_000));
    }

    [Fact]
    public void A_recording_that_serves_two_calls_covers_both()
    {
        var world = Call.WithRecording(-60, 2000);
        var second = world with
        {
            Attendance = world.Attendance with { Id = AttendanceId.New(), ArrivedAt = At(500), ClearedAt = At(1900) },
        };
        world.Judgement.Outcome.ShouldBe(Outcome.Covered);
        second.Judgement.Outcome.ShouldBe(Outcome.Covered);
        second.Judgement.CoveredUs.ShouldBe(1_400_000_000);
    }

    [Fact]
    public void A_camera_swapped_in_the_middle_goes_on_where_the_first_left_off()
    {
        var second = Recording(299, 700) with { Camera = OtherCamera };
        var world = Call.WithRecording(-60, 300) with
        {
            Worn = [new(Camera, At(-9000), At(299)), new(OtherCamera, At(299), null)],
        };
        (world with { Recordings = [.. world.Recordings, second] }).Judgement.Whole.ShouldBeTrue();
        // The second camera is not docked yet: nobody says that the recording ends early.
        var waiting = world with
        {
            AsOf = At(3600),
        };
        waiting.Kinds.ShouldNotContain(FindingKind.EarlyStop);
        waiting.Judgement.AgainAt.ShouldBe(At(600) + Duration.FromHours(24));
        // It never came.
        world.Kinds.ShouldContain(FindingKind.EarlyStop);
    }

    [Theory]
    [InlineData(3600, Outcome.Unknown)]
    [InlineData(600 + 86400 - 0.000001, Outcome.Unknown)]
    [InlineData(600 + 86400, Outcome.Missing)]
    public void As_unknown_until_the_camera_is_due_at_its_dock_and_then_as_missing(double asOf, Outcome outcome)
    {
        var judged = (Call with { AsOf = At(asOf) }).Judgement;
        judged.Outcome.ShouldBe(outcome);
        judged.AgainAt.ShouldBe(outcome == Outcome.Unknown ? At(600 + 86400) : null);
        judged.Findings.Count.ShouldBe(outcome == Outcome.Missing ? 1 : 0);
    }

    [Theory]
    [InlineData("cleared before arrival", 100, null, 50, "cleared before the officer arrived")]
    [InlineData("no end", 0, null, null, "when the officer was cleared")]
    [InlineData("no beginning", null, null, 600, "when the officer arrived")]
    [InlineData("no length", 100, null, 100, "same moment")]
    [InlineData("25 hours", 0, null, 25 * 3600, "longer than 12 h")]
    [InlineData("arrived before setting out", 0, 10, 600, "arrived before the officer set out")]
    public void As_unknown_with_a_sentence_when_the_times_cannot_be_right(
        string what,
        int? arrived,
        int? enRoute,
        int? cleared,
        string sentence
    )
    {
        static Instant? Or(int? seconds) => seconds is { } s ? At(s) : null;
        var attendance = Call.Attendance with
        {
            DispatchedAt = null,
            EnRouteAt = Or(enRoute),
            ArrivedAt = Or(arrived),
            ClearedAt = Or(cleared),
        };
        var judged = (Call.WithRecording(0, 600) with { Attendance = attendance }).Judgement;
        judged.Outcome.ShouldBe(Outcome.Unknown, what);
        judged.Trouble!.ShouldContain(sentence);
        judged.Findings.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(Activity.Call, "DISTURBANCE", 2, "calls")]
    [InlineData(Activity.Call, "DISTURBANCE", 1, "urgent")]
    [InlineData(Activity.Call, "DISTURBANCE", null, "calls")] // no priority known: the urgent rule does not fit
    [InlineData(Activity.Call, "Parade escort", 2, null)]
    [InlineData(Activity.Transport, "DISTURBANCE", 2, "rides")]
    [InlineData(Activity.Other, "MEAL", 2, null)]
    public void By_the_first_rule_that_fits(Activity activity, string callType, int? priority, string? trigger)
    {
        var world = Call with
        {
            Attendance = Call.Attendance with { Activity = activity },
            Incident = Call.Incident with { CallType = callType, Priority = priority },
        };
        Required.Of(world.InForce, world.Facts).Required?.Trigger.ShouldBe(trigger);
        (world.Judgement.Outcome == Outcome.NotRequired).ShouldBe(trigger is null);
    }

    [Fact]
    public void As_not_required_when_no_policy_was_in_force() =>
        Judge.Of(null, Call.Facts, Call.AsOf).Outcome.ShouldBe(Outcome.NotRequired);

    [Fact]
    public void From_the_next_moment_that_is_known()
    {
        var world = Call with
        {
            Incident = Call.Incident with { Priority = 1 },
            Attendance = Call.Attendance with { DispatchedAt = null },
        };
        world.Judgement.Required!.From.ShouldBe(At(-240));
    }

    [Theory]
    [InlineData(-100, 700, Outcome.Exempt)]
    [InlineData(0, 600, Outcome.Exempt)]
    [InlineData(45, 600, Outcome.Exempt)] // what a late start would be forgiven does not undo an exemption
    [InlineData(45.000001, 600, Outcome.Missing)]
    public void As_exempt_when_an_exemption_holds_for_all_of_it(double from, double until, Outcome outcome) =>
        (Call with { Exemptions = [Exempt(from, until)] }).Judgement.Outcome.ShouldBe(outcome);

    [Fact]
    public void As_missing_when_the_exemption_is_for_other_call_types() =>
        (Call with { Exemptions = [Exempt(-100, 700) with { CallTypes = ["PARADE*"] }] }).Judgement.Outcome.ShouldBe(
            Outcome.Missing
        );

    [Theory]
    [InlineData(-100.0, null, Outcome.Technical)]
    [InlineData(-100.0, 700.0, Outcome.Technical)]
    [InlineData(-100.0, 300.0, Outcome.Missing)]
    public void As_technical_when_a_fault_was_reported_for_all_of_it(double from, double? until, Outcome outcome) =>
        (Call with { Faults = [Fault(from, until)] }).Judgement.Outcome.ShouldBe(outcome);

    [Fact]
    public void As_technical_when_the_officer_had_no_camera() =>
        (Call with { Worn = [new(Camera, At(-9000), At(-500))] }).Judgement.Outcome.ShouldBe(Outcome.Technical);

    [Fact]
    public void As_missing_when_the_fault_was_of_a_camera_that_the_officer_no_longer_wore() =>
        (Call with { Faults = [Fault(-900, null, OtherCamera)] }).Judgement.Outcome.ShouldBe(Outcome.Missing);

    [Fact]
    public void As_technical_when_exemption_and_fault_together_hold_for_all_of_it()
    {
        var judged = (Call with { Exemptions = [Exempt(-100, 300)], Faults = [Fault(200, null)] }).Judgement;
        judged.Outcome.ShouldBe(Outcome.Technical);
        judged
            .Required!.Excused.Select(e => (e.From, e.Until, e.Excuse))
            .ShouldBe([(At(0), At(300), Excuse.Exemption), (At(300), At(600), Excuse.Fault)]);
        judged.ExcusedUs.ShouldBe(600_000_000);
    }

    [Fact]
    public void As_covered_even_while_exempt_and_without_findings_in_the_exempt_part()
    {
        var judged = (Call with { Exemptions = [Exempt(-100, 300)] }).WithRecording(310, 700).Judgement;
        judged.Outcome.ShouldBe(Outcome.Covered);
        judged.Whole.ShouldBeTrue();
        judged.Findings.Where(f => f.Kind != FindingKind.NoticeMissing).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(-10.0, false)] // within the clocks' tolerance before
    [InlineData(-20.0, true)]
    [InlineData(60.0, false)]
    [InlineData(75.0, false)]
    [InlineData(75.000001, true)]
    public void By_whether_notice_is_marked_in_time(double? mark, bool missing)
    {
        var recording = Recording(-60, 700) with { NoticeAt = mark is { } at ? At(at) : null };
        var judged = (Call with { Recordings = [recording] }).Judgement;
        judged.Findings.Any(f => f.Kind == FindingKind.NoticeMissing).ShouldBe(missing);
        judged.Notice.ShouldBe(!missing);
    }

    [Fact]
    public void By_the_mark_that_belongs_to_this_call_when_one_recording_goes_on()
    {
        var recording = Recording(-4000, 700) with { NoticeAt = At(-3000), LaterNotices = [At(20)] };
        (Call with { Recordings = [recording] }).Judgement.Notice.ShouldBe(true);
        (Call with { Recordings = [recording with { LaterNotices = [] }] }).Judgement.Notice.ShouldBe(false);
    }

    [Fact]
    public void With_the_breach_class_of_the_policy()
    {
        var judged = Call.WithRecording(100, 700).Judgement;
        judged.Findings.Single(f => f.Kind == FindingKind.LateStart).Breach.ShouldBe("late");
        judged.Findings.Single(f => f.Kind == FindingKind.NoticeMissing).Breach.ShouldBeNull();
    }

    [Fact]
    public void With_the_same_finding_again_and_another_when_another_recording_begins()
    {
        var late = Call.WithRecording(100, 700);
        var first = late.Judgement.Findings.Single(f => f.Kind == FindingKind.LateStart);
        late.Judgement.Findings.Single(f => f.Kind == FindingKind.LateStart).ShouldBe(first);
        var better = late.WithRecording(60, 90).Judgement.Findings.Single(f => f.Kind == FindingKind.LateStart);
        better.Id.ShouldNotBe(first.Id);
        better.Until.ShouldBe(At(60));
    }
}
