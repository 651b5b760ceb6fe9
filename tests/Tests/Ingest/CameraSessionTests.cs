using System.Net.Http.Json;
using System.Text.Json;
using Lapel.Ingest;
using Lapel.Records;
using Lapel.Roster;
using Lapel.Tests.CameraProgram;

namespace Lapel.Tests;

public sealed class CameraSessionTests
{
    [Fact]
    public async Task A_session_request_opens_one_session_and_a_recording_of_it_opens_none()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var envelope = camera.SignSession();
        ((int)(await camera.BeginSession(envelope)).StatusCode).ShouldBe(200);
        var replay = await camera.BeginSession(envelope);
        ((int)replay.StatusCode).ShouldBe(401);
        (await TestCamera.CodeOf(replay)).ShouldBe("session-request-replayed");
    }

    [Fact]
    public async Task A_wrong_clock_is_measured_and_is_no_refusal()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var at = Time.TryParse("1970-01-02T00:00:00Z");
        var recorded = camera.SignSession(at);
        var asked = await camera.BeginSession(recorded);
        ((int)asked.StatusCode, await TestCamera.CodeOf(asked)).ShouldBe((401, "session-nonce-needed"));
        var nonce = JsonDocument.Parse(camera.LastAnswer).RootElement.GetProperty("nonce").GetString();
        var signed = camera.SignSession(at, nonce);
        var answer = await camera.BeginSession(signed);
        var session = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Time.TryParse(session.GetProperty("serverTime").GetString()).ShouldNotBeNull();
        // The server's nonce is good for one session, and neither recording opens another.
        foreach (var again in new[] { signed, recorded })
            ((int)(await camera.BeginSession(again)).StatusCode).ShouldBe(401);
        await using var reading = await house.Agency.Get<AgencyRecords>().Read(default);
        var seen = (await CameraSessions.Sightings(reading, [camera.Id], default))[camera.Id];
        seen.ClockOffset.TotalDays.ShouldBeLessThan(-20_000);
        seen.ClockInWords.ShouldEndWith(" days behind");
    }

    [Fact]
    public async Task A_nonce_is_forgotten_once_its_time_alone_would_refuse_it()
    {
        var clock = new HandClock();
        await using var house = await House.Open(clock);
        using var camera = await TestCamera.Dock(house);
        var envelope = camera.SignSession(clock.Now());
        ((int)(await camera.BeginSession(envelope)).StatusCode).ShouldBe(200);

        async Task<long> Kept()
        {
            await house.Agency.Get<CameraSessions>().Forget(Duration.FromDays(30), default);
            await using var reading = await house.Agency.Get<AgencyRecords>().Read(default);
            return await reading.One("SELECT COUNT(*) AS n FROM camera_nonce", null, row => row.Number("n"), default);
        }
        (await Kept()).ShouldBeGreaterThan(0);
        clock.Pass(TimeSpan.FromHours(47));
        (await TestCamera.CodeOf(await camera.BeginSession(envelope))).ShouldBe("session-nonce-needed");
        (await Kept()).ShouldBeGreaterThan(0);
        clock.Pass(TimeSpan.FromHours(50));
        (await Kept()).ShouldBe(0);
        (await TestCamera.CodeOf(await camera.BeginSession(envelope))).ShouldBe("session-nonce-needed");
    }

    [Fact]
    public async Task A_lost_camera_is_refused_at_once_whatever_token_it_holds()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        var recording = camera.Record();
        var upload = await camera.Create(recording, recording.Clips[0]);
        await using (var work = await house.Agency.Get<AgencyRecords>().Begin(Actor.System("test"), default))
        {
            await Cameras.Revoke(work, camera.Id, "left on a bus", lost: true, default);
            await work.Commit(default);
        }
        foreach (
            var answer in new[]
            {
                await camera.Patch(upload, 0, recording.Clips[0].Bytes),
                await camera.Admit(recording.Envelope),
                await camera.BeginSession(),
            }
        )
        {
            ((int)answer.StatusCode).ShouldBe(403);
            (await TestCamera.CodeOf(answer)).ShouldBe("camera-lost");
        }
    }

    [Fact]
    public async Task Strangers_and_other_peoples_envelopes_open_nothing()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house);
        using var stranger = CameraKey.New();
        var payload = JsonSerializer.SerializeToUtf8Bytes(
            new SessionRequest(camera.Id, Time.FromMicroseconds(0), new('n', 32)),
            LapelJson.Strict
        );
        ((int)(await camera.BeginSession(Envelope.Sign(SessionRequest.PayloadType, payload, stranger))).StatusCode).ShouldBe(401);
        ((int)(await camera.BeginSession(Envelope.Sign(SignedManifest.PayloadType, payload, camera.Key))).StatusCode).ShouldBe(
            400
        );
        ((int)(await camera.BeginSession(new byte[20_000])).StatusCode).ShouldBe(400);
        ((int)(await camera.BeginSession("{}"u8.ToArray())).StatusCode).ShouldBe(400);
    }

    [Fact]
    public async Task Guessing_at_enrolment_codes_is_slowed()
    {
        await using var house = await House.Open();
        using var http = new HttpClient { BaseAddress = house.Address };
        using var key = CameraKey.New();
        var ask = new EnrolCamera("AAAAA-AAAAA-AAAAA-AAAAA", Convert.ToBase64String(key.Spki), "X-1", "test/1");
        var statuses = new List<int>();
        for (var i = 0; i < 25; i++)
            statuses.Add((int)(await http.PostAsJsonAsync("api/v1/cameras/enrol", ask, LapelJson.Lenient)).StatusCode);
        statuses[0].ShouldBe(422);
        statuses.ShouldContain(429);
    }
}
