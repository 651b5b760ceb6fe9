using Lapel.Roster;

namespace Lapel.Tests.Roster;

[Trait("engine", "both")]
public sealed class PhoneTests
{
    static readonly CancellationToken stop = CancellationToken.None;

    [Fact]
    public async Task An_officers_phone_stands_beside_the_body_worn_camera_and_a_new_phone_takes_the_old_ones_place()
    {
        await using var agency = await RosterAgency.Open();
        var officer = await agency.Do(w => Officers.Enter(w, "4711", "Okafor, Maya", null, stop));
        var (body, _) = await agency.Do(w => Cameras.Expect(w, "LC-1", "Model 1", stop));
        await agency.Do(w => Assignments.Assign(w, body.Id, officer.Id, w.Now, null, stop));

        var (first, _) = await agency.Do(w => Phones.Expect(w, officer.Id, "Android, Chrome 140", stop));
        (first.Kind, first.Serial).ShouldBe((CameraKind.Phone, "PHONE-4711-1"));
        (await agency.Read(r => Cameras.Find(r, first.Id, stop)))!.Kind.ShouldBe(CameraKind.Phone);
        (await Worn(agency, officer.Id)).ShouldBe([body.Id, first.Id], ignoreOrder: true);

        var (second, code) = await agency.Do(w => Phones.Expect(w, officer.Id, "iPhone, Safari 18", stop));
        second.Serial.ShouldBe("PHONE-4711-2");
        (await Worn(agency, officer.Id)).ShouldBe([body.Id, second.Id], ignoreOrder: true);

        await agency.Do(w => Cameras.Enrol(w, code.ToString(), RosterAgency.NewSpki(), second.Serial, stop));
        var (other, _) = await agency.Do(w => Cameras.Expect(w, "LC-2", "Model 1", stop));
        (await agency.Refused(w => Assignments.Assign(w, other.Id, officer.Id, w.Now, null, stop))).Code.ShouldBe(
            "officer-wears-camera"
        );
    }

    static Task<IReadOnlyList<CameraId>> Worn(RosterAgency agency, OfficerId officer) =>
        agency.Read<IReadOnlyList<CameraId>>(async r =>
            [.. (await Assignments.OfOfficer(r, officer, stop)).Where(a => a.Until is null).Select(a => a.Camera)]
        );
}
