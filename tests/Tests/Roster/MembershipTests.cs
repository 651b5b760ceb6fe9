using FsCheck;
using FsCheck.Fluent;
using Lapel.Roster;
using NodaTime;

namespace Lapel.Tests.Roster;

[Trait("engine", "both")]
public sealed class MembershipTests
{
    static readonly CancellationToken stop = CancellationToken.None;
    static readonly AgencyProfileOf Toronto = new();

    sealed class AgencyProfileOf
    {
        public Lapel.Records.AgencyProfile Profile { get; } = new("york", "York Police", "America/Toronto", false);

        public Instant Day(int month, int day) => Span.OfDay(new LocalDate(2026, month, day), Profile).From;
    }

    [Fact]
    public async Task An_officer_belonged_where_the_dates_say()
    {
        await using var agency = await RosterAgency.Open();
        await agency.Do(w => Memberships.Join(w, agency.Okafor.Id, agency.Platoon.Id, Toronto.Day(3, 1), null, stop));
        await agency.Do(w => Memberships.Join(w, agency.Okafor.Id, agency.OtherDivision.Id, Toronto.Day(6, 1), null, stop));

        async Task<string?> On(Instant at) => (await agency.Read(r => Officers.UnitOn(r, agency.Okafor.Id, at, stop)))?.Name;
        (await On(Toronto.Day(2, 28))).ShouldBeNull();
        (await On(Toronto.Day(3, 1))).ShouldBe("A Platoon");
        (await On(Toronto.Day(6, 1) - Duration.FromTicks(10))).ShouldBe("A Platoon");
        (await On(Toronto.Day(6, 1))).ShouldBe("12 Division");
    }

    [Fact]
    public async Task A_day_shows_both_units_when_the_officer_moved_in_the_middle_of_it()
    {
        await using var agency = await RosterAgency.Open();
        var noon = Toronto.Day(6, 1) + Duration.FromHours(12);
        await agency.Do(w => Memberships.Join(w, agency.Okafor.Id, agency.Platoon.Id, Toronto.Day(3, 1), null, stop));
        await agency.Do(w => Memberships.Join(w, agency.Okafor.Id, agency.OtherDivision.Id, noon, null, stop));
        var day = Span.OfDay(new LocalDate(2026, 6, 1), Toronto.Profile);
        (await agency.Read(r => Memberships.During(r, day, stop)))
            .Select(m => m.Unit)
            .ShouldBe([agency.Platoon.Id, agency.OtherDivision.Id]);
    }

    [Fact]
    public async Task A_membership_that_overlaps_an_earlier_one_is_refused_with_a_sentence()
    {
        await using var agency = await RosterAgency.Open();
        await agency.Do(w =>
            Memberships.Join(w, agency.Okafor.Id, agency.Platoon.Id, Toronto.Day(3, 1), Toronto.Day(6, 1), stop)
        );
        var refusal = await agency.Refused(w =>
            Memberships.Join(w, agency.Okafor.Id, agency.OtherDivision.Id, Toronto.Day(5, 1), null, stop)
        );
        refusal.Code.ShouldBe("membership-overlaps");
        refusal.Sentence.ShouldContain("Maya Okafor belonged to another unit then");
        (await agency.Read(r => Memberships.Of(r, agency.Okafor.Id, stop))).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Moving_an_officer_ends_the_membership_that_lasts_and_both_are_custody_events()
    {
        await using var agency = await RosterAgency.Open();
        await agency.Do(w => Memberships.Join(w, agency.Okafor.Id, agency.Platoon.Id, Toronto.Day(3, 1), null, stop));
        await agency.Do(w => Memberships.Join(w, agency.Okafor.Id, agency.OtherDivision.Id, Toronto.Day(6, 1), null, stop));
        var facts = (await agency.Facts("membership.changed")).Select(e => (CustodyEvent.MembershipChanged)e.Event).ToList();
        facts.Select(f => f.Until).ShouldBe([null, Toronto.Day(6, 1), null]);
        facts.Select(f => f.Unit).ShouldBe([agency.Platoon.Id, agency.Platoon.Id, agency.OtherDivision.Id]);
    }

    [Fact]
    public async Task An_officer_who_left_joins_nothing_and_gave_the_camera_back()
    {
        await using var agency = await RosterAgency.Open();
        var camera = await agency.EnrolledCamera("LC-1");
        await agency.Do(w => Assignments.Assign(w, camera.Id, agency.Okafor.Id, agency.Now, null, stop));
        agency.Clock.Advance(TimeSpan.FromHours(1));
        await agency.Do(w => Officers.Leave(w, agency.Okafor.Id, stop));
        (await agency.Read(r => Assignments.WearerOf(r, camera.Id, agency.Now, stop))).ShouldBeNull();
        (
            await agency.Refused(w => Memberships.Join(w, agency.Okafor.Id, agency.Platoon.Id, agency.Now, null, stop))
        ).Code.ShouldBe("officer-left");
    }

    [Fact]
    public async Task A_badge_number_is_never_given_twice()
    {
        await using var agency = await RosterAgency.Open();
        await agency.Do(w => Officers.Leave(w, agency.Okafor.Id, stop));
        (await agency.Refused(w => Officers.Enter(w, "1042", "Somebody Else", null, stop))).Code.ShouldBe("badge-taken");
    }

    [Fact]
    public void A_day_of_the_clock_change_has_its_own_length()
    {
        var spring = Span.OfDay(new LocalDate(2026, 3, 8), Toronto.Profile);
        var autumn = Span.OfDay(new LocalDate(2026, 11, 1), Toronto.Profile);
        (spring.Until!.Value - spring.From).ShouldBe(Duration.FromHours(23));
        (autumn.Until!.Value - autumn.From).ShouldBe(Duration.FromHours(25));
    }

    [Fact]
    public void Two_spans_overlap_exactly_when_some_moment_is_in_both()
    {
        var moments = Enumerable.Range(0, 12).Select(m => Instant.FromUnixTimeSeconds(m)).ToList();
        var spans =
            from a in Gen.Choose(0, 9)
            from length in Gen.Choose(1, 6)
            select new Span(
                moments[0] + Duration.FromSeconds(a),
                length == 6 ? null : moments[0] + Duration.FromSeconds(a + length)
            );
        Check.QuickThrowOnFailure(
            Prop.ForAll(
                Gen.Zip(spans, spans).ToArbitrary(),
                two => two.Item1.Overlaps(two.Item2) == moments.Any(m => two.Item1.Contains(m) && two.Item2.Contains(m))
            )
        );
    }
}
