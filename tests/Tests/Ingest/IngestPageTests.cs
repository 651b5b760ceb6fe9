using System.Net;
using System.Text.Json;
using Lapel.Ingest;
using Lapel.Records;

namespace Lapel.Tests;

public sealed class IngestPageTests
{
    [Fact]
    public async Task Uploads_in_progress_are_seen_with_how_far_they_are_and_quarantine_only_by_who_may()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house, "X-77");
        using var admin = await house.SignIn();
        (await admin.GetStringAsync("uploads")).ShouldContain("No camera is sending");
        var recording = camera.Record();
        var clip = recording.Clips[0];
        await camera.Patch(await camera.Create(recording, clip), 0, clip.Bytes[..50]);

        var page = await admin.GetStringAsync("uploads");
        page.ShouldContain("X-77");
        page.ShouldContain("Receiving");
        var upload = JsonDocument.Parse(await admin.GetStringAsync("api/v1/uploads")).RootElement.GetProperty("items")[0];
        upload.GetProperty("doneBytes").GetInt64().ShouldBe(50);
        upload.GetProperty("lengthBytes").GetInt64().ShouldBe(clip.Bytes.Length);

        (await admin.GetAsync("quarantine")).StatusCode.ShouldBe(HttpStatusCode.NotFound); // an administrator sees no evidence
        (await house.Visitor().GetAsync("api/v1/uploads")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Quarantine_shows_the_reason_and_admission_is_tried_again_only_with_the_right_to_it()
    {
        await using var house = await House.Open();
        using var camera = await TestCamera.Dock(house, "X-77");
        await Allow(house, "see-quarantine");
        using var admin = await house.SignIn();
        (await admin.GetStringAsync("quarantine")).ShouldContain("Nothing is in quarantine");
        var recording = camera.Record();
        await camera.Upload(recording with { Clips = [recording.Clips[0] with { Bytes = [.. recording.Clips[0].Bytes, 0] }] });
        var refused = await camera.Admit(recording.Envelope);
        var id = JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement.GetProperty("quarantine").GetString();

        (await admin.GetStringAsync("quarantine")).ShouldContain("X-77");
        var page = await admin.GetStringAsync($"quarantine/{id}");
        page.ShouldContain("Clip 1 arrived with");
        page.ShouldContain("dock it and let it send them again");
        page.ShouldNotContain("Try admission again");
        (await admin.GetAsync($"quarantine/{Id<Quarantined>.New()}")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await admin.PostAsync($"api/v1/quarantine/{id}/try-again", null)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);

        await Allow(house, "decide-quarantine");
        (await admin.GetStringAsync($"quarantine/{id}")).ShouldContain("Try admission again");
        var again = await admin.PostAsync($"api/v1/quarantine/{id}/try-again", null);
        (await TestCamera.CodeOf(again)).ShouldBe("clip-length-differs");
        (await admin.GetStringAsync($"quarantine/{id}")).ShouldContain("2 times");
    }

    static async Task Allow(House house, string permission)
    {
        await using var work = await house.Agency.Get<AgencyRecords>().Begin(Actor.System("test"), default);
        await work.Execute(
            "INSERT INTO role_permission (role, permission) VALUES ('administrator', @permission)",
            new { permission },
            default
        );
        await work.Commit(default);
    }
}
