using System.Net;
using System.Net.Http.Json;
using Lapel.Live;
using Lapel.Records;
using Lapel.Roster;

namespace Lapel.Tests.Live;

/// <summary>Live sources without their ffmpeg: decisions, records, and the doors.</summary>
[Trait("engine", "both")]
public sealed class SourceTests
{
    static readonly Instant Now = Instant.FromUtc(2026, 11, 22, 12, 0);

    static Camera OfKind(CameraKind kind, CameraState state = CameraState.Expected) =>
        new(CameraId.New(), "AX-1", "Axis", kind, state, null, null, Now, null, null, null);

    static readonly Officer Wearer = new(OfficerId.New(), "1042", "Maya Okafor", null, Now, null);

    [Fact]
    public void A_source_is_given_only_with_somebodys_word_that_the_camera_records()
    {
        var camera = OfKind(CameraKind.Body);
        LiveSources.WhyNotGive(camera, null, SourceKind.Srt, null, declared: true).ShouldBeNull();
        LiveSources.WhyNotGive(camera, null, SourceKind.Srt, null, declared: false)!.Code.ShouldBe("live-source-undeclared");
        LiveSources.WhyNotGive(null, null, SourceKind.Srt, null, true)!.Code.ShouldBe("camera-not-found");
        LiveSources.WhyNotGive(OfKind(CameraKind.Phone), null, SourceKind.Srt, null, true)!.Code.ShouldBe("live-source-phone");
        LiveSources
            .WhyNotGive(OfKind(CameraKind.Body, CameraState.Enrolled), null, SourceKind.Srt, null, true)!
            .Code.ShouldBe("live-source-enrolled");
        foreach (var address in new[] { "http://camera/", "rtsp://me:word@camera/" })
            LiveSources.WhyNotGive(camera, null, SourceKind.Rtsp, new(address), true)!.Code.ShouldBe("live-source-address");
        LiveSources.WhyNotGive(camera, null, SourceKind.Rtsp, new("rtsp://camera/"), true).ShouldBeNull();
    }

    [Fact]
    public void It_is_shown_only_while_worn_and_not_killed()
    {
        LiveSources.WhyNotShow(OfKind(CameraKind.Body), Wearer, killed: false).ShouldBeNull();
        LiveSources.WhyNotShow(OfKind(CameraKind.Body), null, false)!.Code.ShouldBe("live-source-unworn");
        LiveSources.WhyNotShow(OfKind(CameraKind.Body), Wearer, true)!.Code.ShouldBe("live-source-killed");
        foreach (var state in new[] { CameraState.Lost, CameraState.Revoked })
            LiveSources.WhyNotShow(OfKind(CameraKind.Body, state), Wearer, false)!.Code.ShouldBe("live-source-camera-gone");
    }

    [Fact]
    public void Ports_are_taken_from_the_lowest()
    {
        var range = SourceRange.Parse("127.0.0.1", "9710-9711");
        range.Free(new HashSet<int>()).ShouldBe(9710);
        range.Free(new HashSet<int> { 9710 }).ShouldBe(9711);
        range.Free(new HashSet<int> { 9710, 9711 }).ShouldBeNull();
        foreach (var wrong in new[] { "", "9710", "9711-9710", "80-90", "9710-70000", "a-b" })
            Should.Throw<FormatException>(() => SourceRange.Parse("127.0.0.1", wrong));
        Should.Throw<FormatException>(() => SourceRange.Parse("here", "9710-9711"));
    }

    [Fact]
    public async Task A_killed_stream_keeps_the_source_off_until_somebody_lets_it_on()
    {
        await using var station = await LiveStation.Open();
        var records = station.Agency.Get<AgencyRecords>();
        var streaming = station.Agency.Get<Streaming>();
        var camera = station.Camera.Id;
        await using (var work = await records.Begin(Actor.System("test"), default))
        {
            await LiveSources.Give(
                work,
                new(camera, SourceKind.Srt, 9710, null, work.Now, "Somebody", work.Now, work.Now),
                default
            );
            await work.Commit(default);
        }
        (await Why()).ShouldBeNull();

        station.Clock.Advance(TimeSpan.FromSeconds(1));
        var session = await streaming.Begin(Actor.System("live-source"), camera, RecordingId.New(), new(true), default);
        await streaming.Kill(Actor.System("test"), [session], "Enough.", serious: false, default);
        (await Why()).ShouldBe("live-source-killed");

        station.Clock.Advance(TimeSpan.FromSeconds(1));
        await using (var work = await records.Begin(Actor.System("test"), default))
        {
            await LiveSources.Resume(work, camera, default);
            await LiveSources.Rotate(work, camera, default);
            await work.Commit(default);
        }
        (await Why()).ShouldBeNull();
        await using (var work = await records.Begin(Actor.System("test"), default))
        {
            await LiveSources.Revoke(work, camera, "Over.", default);
            (await LiveSources.All(work, default)).ShouldBeEmpty();
            await work.Commit(default);
        }

        async Task<string?> Why()
        {
            await using var reading = await records.Read(default);
            var source = (await LiveSources.Find(reading, camera, default))!;
            return (await LiveSources.WhyNotShow(reading, source, station.Clock.Now(), default))?.Code;
        }
    }

    [Fact]
    public async Task Where_no_ports_are_named_nobody_streams()
    {
        await using var station = await LiveStation.Open();
        var ask = new
        {
            camera = station.Camera.Id,
            kind = "srt",
            recordsByItself = true,
        };
        using var refused = await station.Admin.PostAsJsonAsync("api/v1/live/sources", ask, LapelJson.Lenient);
        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("live-sources-off");
        using var officer = await station.OfficersPhone.PostAsJsonAsync("api/v1/live/sources", ask, LapelJson.Lenient);
        officer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public void A_secret_is_a_file_for_its_owner_alone()
    {
        var folder = Directory.CreateTempSubdirectory("lapel-test-");
        try
        {
            var secrets = new SourceSecrets(new(folder.FullName, Path.Combine(folder.FullName, "keys")));
            var camera = CameraId.New();
            secrets.Find(camera).ShouldBeNull();
            secrets.Keep(camera, new("lapel", "secret"));
            secrets.Find(camera).ShouldBe(new SourceSecret("lapel", "secret"));
            File.GetUnixFileMode(Directory.GetFiles(folder.FullName, "*", SearchOption.AllDirectories).Single())
                .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
            secrets.Forget(camera);
            secrets.Find(camera).ShouldBeNull();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
