using Lapel.Governance;
using Lapel.Records;
using Lapel.Roster;
using NodaTime;

namespace Lapel.Tests.Governance;

[Trait("engine", "both")]
public sealed class Judging_in_the_records
{
    static readonly CancellationToken Stop = CancellationToken.None;

    static Duration Minutes(double minutes) => Duration.FromSeconds(60 * minutes);

    [Fact]
    public async Task A_recording_docked_days_later_turns_unknown_into_missing_and_missing_into_covered_and_docked_late()
    {
        await using var agency = await JudgingAgency.Open();
        await agency.Adopt(1, agency.Now - Duration.FromDays(30));
        var arrived = agency.Now - Minutes(60);
        var call = await agency.Call(agency.Officers[0], arrived, arrived + Minutes(20));
        await agency.Judge();
        (await agency.Of(call))!.Outcome.ShouldBe(Outcome.Unknown);
        (await agency.Of(call))!.AgainAt.ShouldBe(arrived + Minutes(20) + Duration.FromHours(16));

        agency.Inner.Clock.Advance(TimeSpan.FromHours(17));
        await agency.Judge(); // nobody said anything: the deadline did
        (await agency.Of(call))!.Outcome.ShouldBe(Outcome.Missing);
        var missing = (await agency.FindingsOf(call)).ShouldHaveSingleItem();
        (missing.Finding.Kind, missing.Withdrawn).ShouldBe((FindingKind.NoRecording, false));
        missing.Finding.Unit.ShouldBe(agency.Division.Id);

        agency.Inner.Clock.Advance(TimeSpan.FromDays(2));
        var recording = await agency.Recording(0, arrived - Minutes(1), arrived + Minutes(21));
        await agency.Judge();
        (await agency.Of(call))!.Outcome.ShouldBe(Outcome.Covered);
        (await agency.FindingsOf(call)).ShouldHaveSingleItem().Withdrawn.ShouldBeTrue();
        var late = (await agency.Read(r => Findings.OfRecording(r, recording, Stop))).Single(f =>
            f.Kind == FindingKind.DockedLate
        );
        late.Attendance.ShouldBeNull();
    }

    [Fact]
    public async Task A_correction_takes_a_finding_back_and_undoing_it_brings_the_same_one_again()
    {
        await using var agency = await JudgingAgency.Open();
        await agency.Adopt(1, agency.Now - Duration.FromDays(30));
        var arrived = agency.Now - Duration.FromDays(3);
        var call = await agency.Call(agency.Officers[0], arrived, arrived + Minutes(20));
        await agency.Recording(0, arrived + Minutes(5), arrived + Minutes(21));
        await agency.Judge();
        var late = (await agency.FindingsOf(call)).Single(f => f.Finding.Kind == FindingKind.LateStart);
        late.Withdrawn.ShouldBeFalse();
        await agency.Call(agency.Officers[0], arrived + Minutes(5), arrived + Minutes(20), call);
        await agency.Judge();
        (await agency.FindingsOf(call)).Single(f => f.Finding.Id == late.Finding.Id).Withdrawn.ShouldBeTrue();
        await agency.Call(agency.Officers[0], arrived, arrived + Minutes(20), call);
        await agency.Judge();
        (await agency.FindingsOf(call)).Single(f => f.Finding.Id == late.Finding.Id).ShouldBe(late);
    }

    [Fact]
    public async Task A_camera_that_was_off_for_two_calls_at_once_is_one_finding_that_names_both()
    {
        await using var agency = await JudgingAgency.Open();
        await agency.Adopt(1, agency.Now - Duration.FromDays(30));
        var arrived = agency.Now - Duration.FromDays(3);
        var first = await agency.Call(agency.Officers[0], arrived, arrived + Minutes(30));
        var inside = await agency.Call(agency.Officers[0], arrived + Minutes(5), arrived + Minutes(20));
        var longer = await agency.Call(agency.Officers[0], arrived + Minutes(20), arrived + Minutes(45));
        await agency.Call(agency.Officers[1], arrived, arrived + Minutes(30)); // another officer answers for their own camera
        await agency.Judge();
        var one = (await agency.FindingsOf(first)).ShouldHaveSingleItem().Finding;
        (one.From, one.Until).ShouldBe((arrived, arrived + Minutes(30)));
        one.AlsoOf.ShouldBe([inside, longer]);
        (await agency.FindingsOf(inside)).ShouldBeEmpty();
        (await agency.Of(inside))!.Outcome.ShouldBe(Outcome.Missing, "each call ends in its own state all the same");
        var rest = (await agency.FindingsOf(longer)).ShouldHaveSingleItem().Finding;
        (rest.From, rest.Until).ShouldBe((arrived + Minutes(30), arrived + Minutes(45)));
        var because = (await agency.Read(r => Explained.Of(r, new(one, false), agency.Now, Stop)))!.Tree();
        because.ShouldContain($"The officer was at {inside.Text} (DISTURBANCE) too");
        var later = (await agency.Read(r => Explained.Of(r, new(rest, false), agency.Now, Stop)))!;
        later.Tree().ShouldContain($"The officer was at {first.Text} (DISTURBANCE) before");
        Said(later).OfType<Part.Other>().ShouldHaveSingleItem().Id.ShouldBe(one.Id, "it leads to where the seconds are held");
        (await agency.Read(r => Findings.HeldElsewhere(r, agency.Officers[0].Id, inside, Stop)))
            .ShouldHaveSingleItem()
            .Id.ShouldBe(one.Id);
        (await agency.Read(r => Findings.HeldElsewhere(r, agency.Officers[0].Id, first, Stop))).ShouldBeEmpty();

        // The first call was never this officer's: what it held is said of the others.
        await agency.Do(async work =>
        {
            await work.Execute("UPDATE attendance SET withdrawn_at = @Now WHERE id = @first", new { first, work.Now }, Stop);
            await JudgingAgency.Say(work, agency.Officers[0].Id, arrived, arrived + Minutes(30));
        });
        await agency.Judge();
        (await agency.FindingsOf(first)).ShouldHaveSingleItem().Withdrawn.ShouldBeTrue();
        (await agency.FindingsOf(inside)).ShouldHaveSingleItem().Withdrawn.ShouldBeFalse();
    }

    [Fact]
    public async Task What_a_call_still_waited_for_may_hold_is_not_said_of_another_call_first()
    {
        await using var agency = await JudgingAgency.Open();
        await agency.Adopt(1, agency.Now - Duration.FromDays(30));
        var arrived = agency.Now - Minutes(120);
        var around = await agency.Call(agency.Officers[0], arrived, arrived + Minutes(90));
        var inside = await agency.Call(agency.Officers[0], arrived + Minutes(10), arrived + Minutes(20));
        agency.Inner.Clock.Advance(TimeSpan.FromHours(15)); // the docking deadline of the inner call has passed, not that of the outer
        await agency.Judge();
        (await agency.Of(inside))!.Outcome.ShouldBe(Outcome.Missing);
        (await agency.FindingsOf(inside)).ShouldBeEmpty();
        (await agency.Of(inside))!.AgainAt.ShouldBe(arrived + Minutes(90) + Duration.FromHours(16));
        agency.Inner.Clock.Advance(TimeSpan.FromHours(2));
        await agency.Judge();
        (await agency.FindingsOf(around)).ShouldHaveSingleItem().Finding.AlsoOf.ShouldBe([inside]);
        (await agency.FindingsOf(inside)).ShouldBeEmpty();
        (await agency.Of(inside))!.AgainAt.ShouldBeNull();
    }

    [Fact]
    public async Task A_call_that_was_another_officers_moves_with_its_findings_and_a_withdrawn_one_is_judged_no_more()
    {
        await using var agency = await JudgingAgency.Open();
        await agency.Adopt(1, agency.Now - Duration.FromDays(30));
        var arrived = agency.Now - Duration.FromDays(3);
        var call = await agency.Call(agency.Officers[0], arrived, arrived + Minutes(20));
        await agency.Judge();
        await agency.Call(agency.Officers[1], arrived, arrived + Minutes(20), call);
        await agency.Do(work => JudgingAgency.Say(work, agency.Officers[0].Id, arrived, arrived + Minutes(20)));
        await agency.Judge();
        (await agency.Of(call))!.Officer.ShouldBe(agency.Officers[1].Id);
        (await agency.FindingsOf(call))
            .ShouldHaveSingleItem()
            .ShouldSatisfyAllConditions(f => f.Finding.Officer.ShouldBe(agency.Officers[1].Id), f => f.Withdrawn.ShouldBeFalse());
        await agency.Do(async work =>
        {
            await work.Execute("UPDATE attendance SET withdrawn_at = @Now WHERE id = @call", new { call, work.Now }, Stop);
            await JudgingAgency.Say(work, agency.Officers[1].Id, arrived, arrived + Minutes(20));
        });
        await agency.Judge();
        (await agency.Of(call)).ShouldBeNull();
        (await agency.FindingsOf(call)).ShouldHaveSingleItem().Withdrawn.ShouldBeTrue();
    }

    [Fact]
    public async Task A_policy_that_changes_in_the_middle_of_a_call_judges_only_what_began_after_it()
    {
        await using var agency = await JudgingAgency.Open();
        var arrived = agency.Now - Duration.FromDays(3);
        await agency.Adopt(1, agency.Now - Duration.FromDays(30));
        await agency.Adopt(2, arrived + Minutes(10));
        var call = await agency.Call(agency.Officers[0], arrived, arrived + Minutes(20));
        var next = await agency.Call(agency.Officers[0], arrived + Minutes(10), arrived + Minutes(30));
        await agency.Judge();
        (await agency.Of(call))!.Policy.ShouldBe(1);
        (await agency.Of(next))!.Policy.ShouldBe(2);
    }

    [Fact]
    public async Task What_is_judged_bit_by_bit_is_what_is_judged_from_zero()
    {
        await using var agency = await JudgingAgency.Open();
        var began = agency.Now - Duration.FromDays(6);
        await agency.Adopt(1, agency.Now - Duration.FromDays(30));
        await agency.Adopt(2, agency.Now - Duration.FromDays(4));
        var random = new Random(31);
        Instant Somewhen() => began + Duration.FromSeconds(random.Next(6 * 86400));
        var calls = new List<AttendanceId>();
        for (var step = 0; step < 150; step++)
        {
            var (officer, from) = (random.Next(3), Somewhen());
            var until = from + Duration.FromSeconds(random.Next(-60, 7200));
            switch (random.Next(8))
            {
                case 0 or 1 or 2:
                    calls.Add(await agency.Call(agency.Officers[officer], from, random.Next(9) == 0 ? null : until));
                    break;
                case 3 when calls.Count > 0:
                    await agency.Call(agency.Officers[officer], from, until, calls[random.Next(calls.Count)]);
                    for (var i = 0; i < 3; i++) // dispatch says the old officer and the old span too
                        await agency.Do(work => JudgingAgency.Say(work, agency.Officers[i].Id, began, agency.Now));
                    break;
                case 4:
                    agency.Inner.Clock.Advance(TimeSpan.FromHours(random.Next(5)));
                    break;
                case 5:
                    await agency.Judge();
                    break;
                default:
                    if (until > from)
                        await agency.Recording(
                            officer,
                            from,
                            until,
                            random.Next(2) == 0
                                ? []
                                :
                                [
                                    new(
                                        (RecordingState)random.Next(3),
                                        from,
                                        from + (until - from) / 2,
                                        random.Next(2) == 0 ? "dignity" : "coffee",
                                        null,
                                        true
                                    ),
                                ]
                        );
                    break;
            }
        }
        await agency.Judge();
        var bitByBit = await agency.Dump();
        await agency.Judging.FromZero(Stop);
        (await agency.Dump()).ShouldBe(bitByBit);
        // From tables as empty as they were at first, only the findings that were taken back are not found again.
        var holding = await agency.Dump(withdrawnToo: false);
        await agency.Do(work => work.Execute("DELETE FROM finding", null, Stop));
        await agency.Judging.FromZero(Stop);
        (await agency.Dump()).ShouldBe(holding);
        // Only months in which something began are counted again.
        var months = await agency.Read(r => r.Many("SELECT month FROM measure_due", null, row => row.Text("month"), Stop));
        months.ShouldAllBe(m => string.CompareOrdinal(m, "2026") > 0);
        bitByBit.ShouldContain("Also = 0"); // calls at once are among them
        bitByBit.Length.ShouldBeGreaterThan(10_000);
    }

    [Fact]
    public async Task Findings_are_paged_by_key_and_show_only_what_the_reach_allows()
    {
        await using var agency = await JudgingAgency.Open();
        await agency.Adopt(1, agency.Now - Duration.FromDays(30));
        for (var i = 0; i < 12; i++)
            await agency.Call(
                agency.Officers[i % 2],
                agency.Now - Duration.FromDays(10 - i / 2),
                agency.Now - Duration.FromDays(10 - i / 2) + Minutes(20)
            );
        await agency.Judge();
        async Task<List<StoodFinding>> All(FindingQuery query)
        {
            var all = new List<StoodFinding>();
            FoundFindings page;
            do
            {
                page = await agency.Read(r => Findings.Of(r, query, Stop));
                all.AddRange(page.Rows);
                query = query with { Before = FindingCursor.TryParse(page.Older?.ToString()) };
            } while (page.Older is not null);
            return all;
        }
        var everything = await All(new(FindingReach.Everything, Size: 5));
        everything.Count.ShouldBe(12);
        everything.Select(f => f.Finding.From).ShouldBeInOrder(SortDirection.Descending);
        everything.Select(f => f.Finding.Id).ShouldBeUnique();
        var own = new FindingReach(false, new HashSet<UnitId>(), agency.Officers[0].Id);
        (await All(new(own, Size: 5))).ShouldAllBe(f => f.Finding.Officer == agency.Officers[0].Id);
        (await All(new(own, Size: 5))).Count.ShouldBe(6);
        (await All(new(new(false, new HashSet<UnitId> { agency.Division.Id }, null)))).Count.ShouldBe(12);
        (await All(new(new(false, new HashSet<UnitId>(), null)))).ShouldBeEmpty();
        (await All(new(FindingReach.Everything, Kinds: [FindingKind.LateStart]))).ShouldBeEmpty();
        (await All(new(FindingReach.Everything, From: agency.Now - Duration.FromDays(6) - Minutes(1)))).Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_draft_shows_what_would_appear_vanish_and_change()
    {
        await using var agency = await JudgingAgency.Open();
        await agency.Adopt(1, agency.Now - Duration.FromDays(30));
        var arrived = agency.Now - Duration.FromDays(3);
        await agency.Call(agency.Officers[0], arrived, arrived + Minutes(20));
        await agency.Recording(0, arrived + Minutes(5), arrived + Minutes(21));
        await agency.Call(agency.Officers[1], arrived, arrived + Minutes(20));
        await agency.Judge();
        var standing = await agency.Dump();
        var policy = (await agency.Read(r => Policies.AllInForce(r, Stop)))[0].Policy;
        var lenient = policy with { Tolerances = policy.Tolerances with { LateStartSeconds = 600 } };
        var strict = policy with { PreEvent = policy.PreEvent with { Seconds = 60 } };
        Task<WhatIfResult> Under(Policy draft) =>
            agency.Read(r => WhatIf.Of(r, draft, agency.Now - Duration.FromDays(5), agency.Now, agency.Now, Stop));

        var same = await Under(policy);
        (same.Calls, same.Appears, same.Vanishes, same.Changes).ShouldBe((2, 0, 0, 0));
        var without = await Under(lenient);
        without.Vanish.ShouldHaveSingleItem().Before!.Kind.ShouldBe(FindingKind.LateStart);
        without.Appears.ShouldBe(0);
        var with = await Under(strict);
        with.Appear.ShouldHaveSingleItem().After!.Kind.ShouldBe(FindingKind.ShortBuffer);
        with.OutcomesBefore.ShouldBe(with.OutcomesAfter, ignoreOrder: true);
        with.OutcomesAfter.Values.Sum().ShouldBe(2);
        (await agency.Dump()).ShouldBe(standing, "looking changes nothing");
    }

    [Fact]
    public async Task An_explanation_says_the_rule_the_rows_the_sums_and_what_would_have_been_fine()
    {
        await using var agency = await JudgingAgency.Open();
        await agency.Adopt(1, agency.Now - Duration.FromDays(30));
        var arrived = agency.Now - Duration.FromDays(3);
        var call = await agency.Call(agency.Officers[0], arrived, arrived + Minutes(12) + Duration.FromSeconds(5));
        await agency.Recording(0, arrived + Minutes(5), arrived + Minutes(21));
        await agency.Do(work =>
            work.Execute("INSERT INTO dispatch_clock (from_at, offset_ms, set_by, set_at) VALUES (0, 4000, 'x', 0)", null, Stop)
        );
        await agency.Do(work => JudgingAgency.Say(work, agency.Officers[0].Id, arrived, arrived));
        await agency.Judge();
        var late = (await agency.FindingsOf(call)).Single(f => f.Finding.Kind == FindingKind.LateStart);
        late.Finding.From.ShouldBe(arrived - Duration.FromSeconds(4));
        var because = (await agency.Read(r => Explained.Of(r, late, agency.Now, Stop)))!.Tree();
        because.ShouldContain("begins late");
        because.ShouldContain("Turn the camera on before you arrive at a call for service");
        because.ShouldContain("version 1 of the policy");
        because.ShouldContain("(published)");
        because.ShouldContain("dispatch's clock said " + arrived.ToText());
        because.ShouldContain("Dispatch's clock was 4 s ahead of the server's, which is taken off.");
        because.ShouldContain("Required: 12 min 5 s");
        because.ShouldContain("Covered with picture and sound: 7 min 1 s");
        because.ShouldContain("Tolerance for a late start: 30 s, and 15 s for clocks that disagree.");
        because.ShouldContain($"It would have been fine with a camera on by {(arrived + Duration.FromSeconds(41)).ToText()}.");
    }

    [Fact]
    public async Task A_clock_that_is_hours_off_has_its_calls_judged_where_they_were_and_leaves_what_officers_entered()
    {
        await using var agency = await JudgingAgency.Open();
        await agency.Adopt(1, agency.Now - Duration.FromDays(30));
        var (arrived, ahead) = (agency.Now - Duration.FromDays(3), Duration.FromHours(5));
        var said = await agency.Call(agency.Officers[0], arrived + ahead, arrived + ahead + Minutes(20));
        var entered = await agency.Call(agency.Officers[1], arrived, arrived + Minutes(20));
        await agency.Do(work =>
            work.Execute(
                "UPDATE incident SET source = 'on-view' WHERE id = (SELECT incident FROM attendance WHERE id = @entered)",
                new { entered },
                Stop
            )
        );
        await agency.Recording(0, arrived - Minutes(1), arrived + Minutes(21));
        await agency.Recording(1, arrived - Minutes(1), arrived + Minutes(21));
        await agency.Judge();
        (await agency.Of(said))!.Outcome.ShouldBe(Outcome.Missing);
        (await agency.Of(entered))!.Outcome.ShouldBe(Outcome.Covered);

        async Task Set(Duration offset)
        {
            var (by, from) = (AccountId.New(), agency.Now - Duration.FromDays(20));
            await agency.Do(work =>
                DispatchClock.Set(work, by, from, (long)offset.TotalMilliseconds, "compared by telephone", Stop)
            );
            await agency.Judge();
        }
        await Set(ahead);
        (await agency.Of(said))!.Outcome.ShouldBe(Outcome.Covered);
        (await agency.Of(said))!.BeginsAt.ShouldBe(arrived);
        (await agency.Of(entered))!.Outcome.ShouldBe(Outcome.Covered);
        await Set(Duration.Zero);
        (await agency.Of(said))!.Outcome.ShouldBe(Outcome.Missing);
        await Set(-ahead);
        (await agency.Of(said))!.BeginsAt.ShouldBe(arrived + ahead + ahead);
    }

    static IEnumerable<Part> Said(Because because) => because.Says.Concat(because.Why.SelectMany(Said));
}
