using System.Text;
using System.Text.Json;
using Lapel.Governance;
using Lapel.Records;
using Lapel.Roster;
using Lapel.Tests.Records;
using Lapel.Web;

namespace Lapel.Tests.Governance;

/// <summary>Incidents entering the records, on both engines.</summary>
[Trait("engine", "both")]
public sealed class DispatchTests
{
    static readonly CancellationToken stop = CancellationToken.None;
    static readonly SaidBy File = new(IncidentSource.File, "a file");
    static readonly Instant Eight = Instant.FromUtc(2026, 11, 20, 8, 0);

    static Instant At(int minutes) => Eight + Duration.FromMinutes(minutes);

    static Task<TestAgency> Open() =>
        TestAgency.Open(
            migrations: new Migrations()
                .Of(typeof(RecordsModule).Assembly)
                .Of(typeof(RosterModule).Assembly)
                .Of(typeof(GovernanceModule).Assembly)
        );

    static async Task<Officer> Enter(TestAgency agency, string badge)
    {
        await using var work = await agency.Begin();
        var officer = await Officers.Enter(work, badge, $"Officer {badge}", null, stop);
        await work.Commit(stop);
        return officer;
    }

    static SaidPart Part(string badge, int from, int until, string? id = null, string? car = null) =>
        new(id, badge, car, null, At(from), null, null, At(until));

    static SaidIncident Say(string number, params SaidPart[] parts) =>
        new(number, "Disturbance", 2, null, null, null, null, null, null, parts);

    static async Task<Accepted> Accept(TestAgency agency, SaidBy by, params SaidIncident[] said)
    {
        await using var work = await agency.Begin();
        var accepted = await Accepting.Accept(work, said, by, stop);
        await work.Commit(stop);
        return accepted;
    }

    static async Task<(DispatchIncident Incident, IReadOnlyList<Attendance> Parts)> Look(TestAgency agency, string number)
    {
        await using var reading = await agency.Records.Read(stop);
        var incident = (await Incidents.FindByNumber(reading, number, stop))!;
        return (incident, await Attendances.Of(reading, incident.Id, stop));
    }

    static async Task<List<(string Officer, long From, long Until)>> TakeDue(TestAgency agency)
    {
        await using var work = await agency.Begin();
        var due = await work.Many(
            "SELECT officer, from_at, until_at FROM judging_due ORDER BY number",
            null,
            row => (row.Text("officer"), row.Number("from_at"), row.Number("until_at")),
            stop
        );
        await work.Execute("DELETE FROM judging_due", null, stop);
        await work.Commit(stop);
        return [.. due];
    }

    [Fact]
    public async Task The_same_again_changes_nothing_and_judges_nothing()
    {
        await using var agency = await Open();
        await Enter(agency, "3107");
        var said = Say("E-1", Part("3107", 0, 40));
        (await Accept(agency, File, said)).Added.ShouldBe(1);
        (await TakeDue(agency)).Count.ShouldBe(1);
        (await Accept(agency, File, said)).ShouldSatisfyAllConditions(
            a => a.Added.ShouldBe(0),
            a => a.Changed.ShouldBe(0),
            a => a.Same.ShouldBe(1)
        );
        (await TakeDue(agency)).ShouldBeEmpty();
        (await Look(agency, "E-1")).Incident.Revision.ShouldBe(1);
    }

    [Fact]
    public async Task Other_content_under_the_same_number_is_a_correction_and_the_past_is_kept()
    {
        await using var agency = await Open();
        var officer = await Enter(agency, "3107");
        await Accept(agency, File, Say("E-1", Part("3107", 0, 40)));
        await TakeDue(agency);
        await Accept(agency, File, Say("E-1", Part("3107", 0, 70)));
        var (incident, parts) = await Look(agency, "E-1");
        incident.Revision.ShouldBe(2);
        parts.ShouldHaveSingleItem().ClearedAt.ShouldBe(At(70));
        var due = (await TakeDue(agency)).ShouldHaveSingleItem();
        due.Officer.ShouldBe(officer.Id.Text);
        due.From.ShouldBe(At(-60).ToMicroseconds());
        due.Until.ShouldBe(At(130).ToMicroseconds());
        await using var reading = await agency.Records.Read(stop);
        var former = (await Incidents.Former(reading, incident.Id, stop)).ShouldHaveSingleItem();
        former.Revision.ShouldBe(1);
        former.Content.Parts.Single().ClearedAt.ShouldBe(At(40));
        former.ReplacedBy.ShouldBe("a file");
    }

    [Fact]
    public async Task An_officer_who_comes_back_has_two_parts()
    {
        await using var agency = await Open();
        await Accept(agency, File, Say("E-1", Part("3107", 0, 40), Part("3107", 90, 120)));
        (await Look(agency, "E-1")).Parts.Count.ShouldBe(2);
        (await Accept(agency, File, Say("E-1", Part("3107", 90, 120), Part("3107", 0, 40)))).Changed.ShouldBe(0);
    }

    [Fact]
    public async Task Two_rows_that_contradict_each_other_are_told_apart_by_order_and_said_aloud()
    {
        await using var agency = await Open();
        var accepted = await Accept(agency, File, Say("E-1", Part("3107", 0, 40), Part("3107", 0, 50)));
        accepted
            .Conflicts.ShouldHaveSingleItem()
            .Sentence.ShouldBe("Incident E-1 says two things about badge 3107 at the same time; the later row was taken.");
        (await Look(agency, "E-1")).Parts.ShouldHaveSingleItem().ClearedAt.ShouldBe(At(50));
    }

    [Fact]
    public async Task A_file_that_says_all_there_is_withdraws_whom_it_does_not_name()
    {
        await using var agency = await Open();
        await Enter(agency, "3107");
        await Enter(agency, "3112");
        await Accept(agency, File, Say("E-1", Part("3107", 0, 40), Part("3112", 5, 40)));
        await Accept(agency, File, Say("E-1", Part("3107", 0, 40)));
        (await Look(agency, "E-1")).Parts.ShouldAllBe(p => p.WithdrawnAt == null);
        await TakeDue(agency);
        await Accept(agency, File with { Whole = true }, Say("E-1", Part("3107", 0, 40)));
        var parts = (await Look(agency, "E-1")).Parts;
        parts.Single(p => p.Badge == "3112").WithdrawnAt.ShouldNotBeNull();
        parts.Single(p => p.Badge == "3107").WithdrawnAt.ShouldBeNull();
        (await TakeDue(agency)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_badge_that_nobody_has_is_kept_and_attached_when_the_officer_is_entered()
    {
        await using var agency = await TestAgency.Open(
            parts => GovernanceModule.AddParts(parts, new TestClock()),
            new Migrations()
                .Of(typeof(RecordsModule).Assembly)
                .Of(typeof(RosterModule).Assembly)
                .Of(typeof(GovernanceModule).Assembly)
        );
        await Accept(agency, File, Say("E-1", Part("9999", 0, 40)));
        (await Look(agency, "E-1")).Parts.Single().Officer.ShouldBeNull();
        var officer = await Enter(agency, "9999");
        using var enough = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var loops = Task.WhenAll(
            Task.Run(() => agency.Log.Run(enough.Token)),
            Task.Run(() => agency.Agency.Get<Followers>().Run(enough.Token))
        );
        while ((await Look(agency, "E-1")).Parts.Single().Officer is null && !enough.IsCancellationRequested)
            await Task.Delay(50);
        (await Look(agency, "E-1")).Parts.Single().Officer.ShouldBe(officer.Id);
        (await TakeDue(agency)).ShouldHaveSingleItem().Officer.ShouldBe(officer.Id.Text);
        await enough.CancelAsync();
        await Task.WhenAny(loops);
    }

    [Fact]
    public async Task A_merged_incidents_parts_go_over_and_are_judged_there()
    {
        await using var agency = await Open();
        await Enter(agency, "3107");
        await Enter(agency, "3112");
        await Accept(agency, File, Say("A", Part("3107", 0, 40), Part("3112", 0, 30)), Say("B", Part("3107", 5, 40)));
        await TakeDue(agency);
        await Accept(agency, File, Say("A") with { MergedInto = "B" });
        var (a, left) = await Look(agency, "A");
        var (b, joined) = await Look(agency, "B");
        a.MergedInto.ShouldBe(b.Id);
        left.ShouldHaveSingleItem().WithdrawnAt.ShouldNotBeNull("the officer is in B already at that time");
        joined.Select(p => p.Badge).ShouldBe(["3107", "3112"], ignoreOrder: true);
        (await TakeDue(agency)).Count.ShouldBe(2);
        // Dispatch goes on speaking of A.
        await Accept(agency, File, Say("A", Part("3112", 0, 55)) with { MergedInto = "B" });
        (await Look(agency, "B")).Parts.Single(p => p.Badge == "3112").ClearedAt.ShouldBe(At(55));
    }

    [Fact]
    public async Task Merging_into_an_incident_never_heard_of_makes_it()
    {
        await using var agency = await Open();
        await Accept(agency, File, Say("A", Part("3107", 0, 40)) with { MergedInto = "LATER" });
        var (later, parts) = await Look(agency, "LATER");
        later.CallType.ShouldBe("Disturbance");
        parts.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_correction_by_hand_stands_against_the_same_file_and_yields_to_a_new_word()
    {
        await using var agency = await Open();
        await Enter(agency, "3107");
        await Accept(agency, File, Say("E-1", Part("3107", 0, 40)));
        var part = (await Look(agency, "E-1")).Parts.Single();
        await using (var work = await agency.Begin())
        {
            await ByHand.Correct(
                work,
                "E-1",
                new("wrong day", CallType: "Assault", Parts: [new(part.Id, ClearedAt: At(45))]),
                stop
            );
            await work.Commit(stop);
        }
        (await Accept(agency, File, Say("E-1", Part("3107", 0, 40)))).Same.ShouldBe(1);
        var (incident, parts) = await Look(agency, "E-1");
        (incident.CallType, parts.Single().ClearedAt, incident.Revision).ShouldBe(("Assault", At(45), 2));
        await Accept(agency, File, Say("E-1", Part("3107", 0, 50)));
        (await Look(agency, "E-1")).Parts.Single().ClearedAt.ShouldBe(At(50));
    }

    [Fact]
    public async Task A_car_gets_its_crew_from_the_roster_whenever_that_is_entered()
    {
        await using var agency = await Open();
        var one = await Enter(agency, "3107");
        var two = await Enter(agency, "3112");
        var said = Say("E-1", Part("", 0, 40, "E-1-3K21", "3K21"));
        await Accept(agency, File, said);
        (await Look(agency, "E-1")).Parts.ShouldHaveSingleItem().Officer.ShouldBeNull();
        CallSign first;
        await using (var work = await agency.Begin())
        {
            first = await CallSigns.Enter(work, AccountId.New(), "3K21", one.Id, At(-60), At(600), stop);
            await CallSigns.Enter(work, AccountId.New(), "3K21", two.Id, At(-60), At(600), stop);
            await work.Commit(stop);
        }
        (await Look(agency, "E-1")).Parts.Select(p => p.Officer).ShouldBe([one.Id, two.Id], ignoreOrder: true);
        (await Accept(agency, File, said)).Same.ShouldBe(1, "the same file with the same crew");
        await using (var work = await agency.Begin())
        {
            await CallSigns.Remove(work, first.Id, stop);
            await work.Commit(stop);
        }
        var parts = (await Look(agency, "E-1")).Parts;
        parts.Single(p => p.WithdrawnAt is null).Officer.ShouldBe(two.Id);
    }

    [Fact]
    public async Task The_clock_holds_from_when_it_was_set_and_has_what_it_touches_judged_again()
    {
        await using var agency = await Open();
        var officer = await Enter(agency, "3107");
        await Accept(agency, File, Say("E-1", Part("3107", 0, 40)));
        await TakeDue(agency);
        await using (var work = await agency.Begin())
        {
            await DispatchClock.Set(work, AccountId.New(), At(-30), 12_500, "compared by telephone", stop);
            await work.Commit(stop);
        }
        (await TakeDue(agency)).ShouldHaveSingleItem().Officer.ShouldBe(officer.Id.Text);
        await using var reading = await agency.Records.Read(stop);
        (await DispatchClock.OffsetAt(reading, At(0), stop)).ShouldBe(Duration.FromMilliseconds(12_500));
        (await DispatchClock.OffsetAt(reading, At(-31), stop)).ShouldBe(Duration.Zero);
    }

    [Fact]
    public void An_estimate_follows_the_peak_and_not_those_who_were_late()
    {
        // 60 of 100 switched on as they arrived by a clock that is 40 s ahead; the rest minutes later.
        var differences = Enumerable
            .Range(0, 60)
            .Select(i => 40_000L + i % 11 * 1000 - 5000)
            .Concat(Enumerable.Range(0, 40).Select(i => -60_000L - i * 15_000));
        var estimate = ClockEstimate.Of(differences);
        estimate.OffsetMs!.Value.ShouldBeInRange(36_000, 44_000);
        estimate.Confidence.ShouldBe(Confidence.Good);
        ClockEstimate.Of([1, 2, 3]).OffsetMs.ShouldBeNull();
    }

    [Fact]
    public async Task An_exemption_lasts_at_most_a_year_and_names_who_decided()
    {
        await using var agency = await Open();
        var officer = await Enter(agency, "3107");
        await Accept(agency, File, Say("E-1", Part("3107", 0, 40)));
        await TakeDue(agency);
        var zone = NodaTime.DateTimeZoneProviders.Tzdb["America/Toronto"];
        var ask = new AskExemption(officer.Id, null, [], At(-60), At(600), "covert duty", "Supt. Hall");
        Exemptions.WhyNotGrant(ask with { Until = At(-60) + Duration.FromDays(366) }, zone)!.Code.ShouldBe("exemption-too-long");
        Exemptions.WhyNotGrant(ask with { ApprovedBy = " " }, zone)!.Code.ShouldBe("approver-missing");
        Exemptions.WhyNotGrant(ask with { Officer = null }, zone)!.Code.ShouldBe("exemption-for-nobody");
        await using (var work = await agency.Begin())
        {
            var granted = await Exemptions.Grant(work, AccountId.New(), ask, zone, stop);
            (await Exemptions.For(work, officer.Id, null, At(0), At(40), stop)).Single().Id.ShouldBe(granted.Id);
            await Exemptions.End(work, granted.Id, At(20), "over", stop);
            (await Exemptions.For(work, officer.Id, null, At(30), At(40), stop)).ShouldBeEmpty();
            await work.Commit(stop);
        }
        (await TakeDue(agency)).ShouldNotBeEmpty();
    }

    static byte[] Eido(string status, string at, string written, object? more = null) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, object?>
            {
                ["$id"] = "urn:emergency:uid:incidentid:a56e:psap.example",
                ["eidoVersion"] = "1.0",
                ["lastUpdateTimeStamp"] = written,
                ["incidentComponent"] = new
                {
                    internalIncidentId = "P-77",
                    incidentTypeInternalText = "FIGHT",
                    incidentCommonPriorityNumber = 10,
                },
                ["emergencyResourceComponent"] = new object[]
                {
                    new Dictionary<string, object?>
                    {
                        ["$id"] = "unit-31A",
                        ["emergencyResourceName"] = "31A",
                        ["lastUpdateTimeStamp"] = at,
                        ["primaryUnitStatusRegistryText"] = status,
                        ["agentReference"] = new object[] { new Dictionary<string, string> { ["$ref"] = "3107@police.example" } },
                    },
                },
                ["mergeComponent"] = more,
            }
        );

    [Fact]
    public void An_eido_is_read_as_far_as_the_format_page_says()
    {
        var eido = Lapel.Governance.Eido.Read(Eido("On Scene", "2026-11-20T03:05:00-05:00", "2026-11-20T03:05:01-05:00"));
        (eido.Number, eido.CallType, eido.Priority).ShouldBe(("P-77", "FIGHT", 1));
        eido.Units.ShouldHaveSingleItem().At.ShouldBe(At(5));
        DispatchSources.MomentOf([], eido.Units[0].Statuses).ShouldBe(Moment.Arrived);
        DispatchSources.MomentOf([new("10-7", Moment.Cleared)], ["10-7"]).ShouldBe(Moment.Cleared);
        DispatchSources.MomentOf([], ["Refuelling"]).ShouldBeNull();
    }

    [Theory]
    [InlineData("[]", "It is not a JSON object.")]
    [InlineData("{", "It is not JSON")]
    [InlineData("{}", "It names no incident")]
    [InlineData("{\"$id\":\"x\"}", "It does not say when it was written")]
    [InlineData("{\"$id\":\"x\",\"lastUpdateTimeStamp\":\"2026-11-20T08:00:00\"}", "is not a time with an offset")]
    public void An_eido_that_cannot_be_read_says_where(string json, string sentence) =>
        Should
            .Throw<RefusedException>(() => Lapel.Governance.Eido.Read(Encoding.UTF8.GetBytes(json)))
            .Refusal.Sentence.ShouldContain(sentence);
}
