using System.Security.Cryptography;
using Lapel.Roster;
using NodaTime;

namespace Lapel.Tests.Roster;

[Trait("engine", "both")]
public sealed class CameraTests
{
    static readonly CancellationToken stop = CancellationToken.None;

    [Fact]
    public async Task A_camera_enrols_once_with_its_code_and_its_own_key()
    {
        await using var agency = await RosterAgency.Open();
        var spki = RosterAgency.NewSpki();
        var (expected, code) = await agency.Do(w => Cameras.Expect(w, "LC-1", "Model 1", stop));
        expected.State.ShouldBe(CameraState.Expected);

        var camera = await agency.Do(w => Cameras.Enrol(w, code.ToString(), spki, "LC-1", stop));
        camera.State.ShouldBe(CameraState.Enrolled);
        camera.KeyDigest.ShouldBe(Digest.Of(spki));
        (await agency.Read(r => CameraKeys.Find(r, Digest.Of(spki), stop)))!.Camera.ShouldBe(camera.Id);
        (await agency.Read(r => Cameras.Find(r, camera.Id, stop))).ShouldBe(camera);

        (await agency.Refused(w => Cameras.Enrol(w, code.ToString(), RosterAgency.NewSpki(), "LC-1", stop))).ShouldBe(
            Cameras.WrongCode
        );
        (await agency.Facts("camera.enrolled")).Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_code_is_not_in_the_records()
    {
        await using var agency = await RosterAgency.Open();
        var (_, code) = await agency.Do(w => Cameras.Expect(w, "LC-1", "Model 1", stop));
        var kept = await agency.Read(r => r.One("SELECT code_digest FROM camera", null, row => row.Text("code_digest"), stop));
        kept.ShouldNotBeNull();
        kept.ShouldStartWith("sha256:");
        kept.ShouldNotContain(code.ToString().Replace("-", ""), Case.Insensitive);
    }

    [Fact]
    public async Task An_old_code_a_wrong_serial_number_and_a_poor_key_are_refused()
    {
        await using var agency = await RosterAgency.Open();
        var (_, code) = await agency.Do(w => Cameras.Expect(w, "LC-1", "Model 1", stop));
        var spki = RosterAgency.NewSpki();
        (await agency.Refused(w => Cameras.Enrol(w, code.ToString(), spki, "LC-2", stop))).Code.ShouldBe(
            "enrolment-serial-differs"
        );
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        (
            await agency.Refused(w => Cameras.Enrol(w, code.ToString(), p384.ExportSubjectPublicKeyInfo(), "LC-1", stop))
        ).Code.ShouldBe("camera-key-unreadable");
        (await agency.Refused(w => Cameras.Enrol(w, code.ToString(), [1, 2, 3], "LC-1", stop))).Code.ShouldBe(
            "camera-key-unreadable"
        );
        agency.Clock.Advance(TimeSpan.FromHours(24));
        (await agency.Refused(w => Cameras.Enrol(w, code.ToString(), spki, "LC-1", stop))).ShouldBe(Cameras.WrongCode);
    }

    [Fact]
    public async Task Another_code_ends_the_earlier_one()
    {
        await using var agency = await RosterAgency.Open();
        var (_, first) = await agency.Do(w => Cameras.Expect(w, "LC-1", "Model 1", stop));
        var (_, second) = await agency.Do(w => Cameras.Expect(w, "LC-1", "Model 1", stop));
        (await agency.Refused(w => Cameras.Enrol(w, first.ToString(), RosterAgency.NewSpki(), "LC-1", stop))).ShouldBe(
            Cameras.WrongCode
        );
        await agency.Do(w => Cameras.Enrol(w, second.ToString(), RosterAgency.NewSpki(), "LC-1", stop));
    }

    [Fact]
    public async Task A_revoked_camera_has_no_key_is_not_worn_and_comes_back_only_with_a_new_key()
    {
        await using var agency = await RosterAgency.Open();
        var camera = await agency.EnrolledCamera("LC-1");
        var key = camera.KeyDigest!.Value;
        await agency.Do(w => Assignments.Assign(w, camera.Id, agency.Okafor.Id, agency.Now, null, stop));
        agency.Clock.Advance(TimeSpan.FromHours(1));
        (await agency.Refused(w => Cameras.Revoke(w, camera.Id, " ", false, stop))).Code.ShouldBe("reason-missing");
        var lost = await agency.Do(w => Cameras.Revoke(w, camera.Id, "Left on a train", true, stop));

        lost.State.ShouldBe(CameraState.Lost);
        lost.KeyDigest.ShouldBeNull();
        (await agency.Read(r => CameraKeys.Find(r, key, stop)))!.RevokedAt.ShouldBe(agency.Now);
        (await agency.Read(r => Assignments.WearerOf(r, camera.Id, agency.Now, stop))).ShouldBeNull();
        (await agency.Facts("camera.key-revoked"))
            .Single()
            .Event.ShouldBe(new CustodyEvent.CameraKeyRevoked(camera.Id, key, "Left on a train"));
        (await agency.Facts("camera.returned")).Count.ShouldBe(1);

        var again = await agency.EnrolledCamera("LC-1");
        again.Id.ShouldBe(camera.Id);
        again.KeyDigest.ShouldNotBe(key);
        (await agency.Read(r => CameraKeys.Of(r, camera.Id, stop))).Count.ShouldBe(2);
    }

    [Fact]
    public async Task An_enrolled_camera_gets_no_new_code_before_its_key_is_revoked()
    {
        await using var agency = await RosterAgency.Open();
        await agency.EnrolledCamera("LC-1");
        (await agency.Refused(w => Cameras.Expect(w, "LC-1", "Model 1", stop))).Code.ShouldBe("camera-enrolled");
    }

    [Fact]
    public async Task A_key_serves_one_enrolment_only()
    {
        await using var agency = await RosterAgency.Open();
        var spki = RosterAgency.NewSpki();
        var (_, one) = await agency.Do(w => Cameras.Expect(w, "LC-1", "Model 1", stop));
        var (_, two) = await agency.Do(w => Cameras.Expect(w, "LC-2", "Model 1", stop));
        await agency.Do(w => Cameras.Enrol(w, one.ToString(), spki, "LC-1", stop));
        (await agency.Refused(w => Cameras.Enrol(w, two.ToString(), spki, "LC-2", stop))).Code.ShouldBe("camera-key-known");
    }

    [Fact]
    public async Task Who_wore_it_is_known_for_every_moment()
    {
        await using var agency = await RosterAgency.Open();
        var camera = await agency.EnrolledCamera("LC-1");
        var start = agency.Now;
        var worn = await agency.Do(w => Assignments.Assign(w, camera.Id, agency.Okafor.Id, start, null, stop));
        agency.Clock.Advance(TimeSpan.FromHours(8));
        await agency.Do(w => Assignments.Return(w, worn.Id, agency.Now, stop));
        await agency.Do(w => Assignments.Assign(w, camera.Id, agency.Tremblay.Id, agency.Now, null, stop));

        async Task<string?> At(Instant at) => (await agency.Read(r => Assignments.WearerOf(r, camera.Id, at, stop)))?.Badge;
        (await At(start - Duration.FromTicks(10))).ShouldBeNull();
        (await At(start)).ShouldBe("1042");
        (await At(agency.Now - Duration.FromTicks(10))).ShouldBe("1042");
        (await At(agency.Now)).ShouldBe("877");
    }

    [Fact]
    public async Task One_camera_one_officer_at_a_time()
    {
        await using var agency = await RosterAgency.Open();
        var first = await agency.EnrolledCamera("LC-1");
        var second = await agency.EnrolledCamera("LC-2");
        var start = agency.Now;
        await agency.Do(w => Assignments.Assign(w, first.Id, agency.Okafor.Id, start, null, stop));
        (await agency.Refused(w => Assignments.Assign(w, first.Id, agency.Tremblay.Id, start, null, stop))).Code.ShouldBe(
            "camera-worn"
        );
        (await agency.Refused(w => Assignments.Assign(w, second.Id, agency.Okafor.Id, start, null, stop))).Code.ShouldBe(
            "officer-wears-camera"
        );
        var refusal = await agency.Refused(w =>
            Assignments.Assign(w, second.Id, agency.Tremblay.Id, start + Duration.FromHours(1), null, stop)
        );
        refusal.Code.ShouldBe("assignment-in-future");
    }

    [Fact]
    public async Task A_past_shift_can_be_entered_where_nothing_overlaps()
    {
        await using var agency = await RosterAgency.Open();
        var camera = await agency.EnrolledCamera("LC-1");
        var (from, until) = (agency.Now - Duration.FromHours(20), agency.Now - Duration.FromHours(12));
        await agency.Do(w => Assignments.Assign(w, camera.Id, agency.Okafor.Id, from, until, stop));
        (
            await agency.Refused(w =>
                Assignments.Assign(w, camera.Id, agency.Tremblay.Id, from + Duration.FromHours(1), null, stop)
            )
        ).Code.ShouldBe("camera-worn");
        await agency.Do(w => Assignments.Assign(w, camera.Id, agency.Tremblay.Id, until, null, stop));
    }
}
