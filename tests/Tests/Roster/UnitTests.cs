using Lapel.Roster;

namespace Lapel.Tests.Roster;

[Trait("engine", "both")]
public sealed class UnitTests
{
    static readonly CancellationToken stop = CancellationToken.None;

    [Fact]
    public async Task A_units_subtree_is_the_unit_and_everything_below_it()
    {
        await using var agency = await RosterAgency.Open();
        var below = await agency.Read(r => Units.Subtree(r, agency.Division.Id, stop));
        below.ShouldBe([agency.Division.Id, agency.Platoon.Id], ignoreOrder: true);
        (await agency.Read(r => Units.Subtree(r, agency.Service.Id, stop))).Count.ShouldBe(4);
    }

    [Fact]
    public async Task There_is_one_service_and_platoons_have_nothing_below_them()
    {
        await using var agency = await RosterAgency.Open();
        (await agency.Refused(w => Units.Open(w, null, "Another", UnitKind.Service, stop))).Code.ShouldBe("service-exists");
        (await agency.Refused(w => Units.Open(w, agency.Platoon.Id, "Squad", UnitKind.Platoon, stop))).Code.ShouldBe(
            "unit-too-deep"
        );
        (await agency.Refused(w => Units.Open(w, null, "Loose", UnitKind.Division, stop))).Code.ShouldBe("unit-not-found");
    }

    [Fact]
    public async Task Two_open_units_in_one_place_cannot_have_the_same_name()
    {
        await using var agency = await RosterAgency.Open();
        (await agency.Refused(w => Units.Open(w, agency.Division.Id, "a platoon", UnitKind.Platoon, stop))).Code.ShouldBe(
            "unit-name-taken"
        );
        await agency.Do(w => Units.Open(w, agency.OtherDivision.Id, "A Platoon", UnitKind.Platoon, stop));
    }

    [Fact]
    public async Task A_unit_with_members_or_units_cannot_be_closed()
    {
        await using var agency = await RosterAgency.Open();
        await agency.Do(w => Memberships.Join(w, agency.Okafor.Id, agency.Platoon.Id, agency.Now, null, stop));
        (await agency.Refused(w => Units.Close(w, agency.Platoon.Id, stop))).Code.ShouldBe("unit-has-members");
        (await agency.Refused(w => Units.Close(w, agency.Division.Id, stop))).Code.ShouldBe("unit-has-units");
        (await agency.Refused(w => Units.Close(w, agency.Service.Id, stop))).Code.ShouldBe("service-stays");
    }

    [Fact]
    public async Task Every_change_of_a_unit_is_a_custody_event()
    {
        await using var agency = await RosterAgency.Open();
        await agency.Do(w => Units.Rename(w, agency.Platoon.Id, "B Platoon", stop));
        await agency.Do(w => Units.Close(w, agency.Platoon.Id, stop));
        var changes = (await agency.Facts("unit.changed")).Select(e => ((CustodyEvent.UnitChanged)e.Event).Change);
        changes.ShouldBe(["opened", "opened", "opened", "opened", "renamed", "closed"]);
    }

    [Fact]
    public void A_name_that_reads_as_another_is_refused() =>
        Units.WhyNotOpen([], null, "31\u202Enoisivid", UnitKind.Service)!.Code.ShouldBe("name-unreadable");
}
