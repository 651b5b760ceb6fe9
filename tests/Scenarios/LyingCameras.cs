namespace Lapel.Scenarios;

/// <summary>Cameras that are lost, stolen, wrong about the time, or lying. Nothing of theirs is thrown away, and people can read why.</summary>
public sealed class LyingCameras
{
    [Fact]
    public async Task A_revoked_camera_uploads_nothing_and_keeps_what_it_recorded()
    {
        await using var house = await LiveHouse.Open();
        var camera = await house.NewCamera("LC-1");
        await camera.Start();
        var recording = await camera.Record(1);
        await (await house.As("admin")).Post(
            $"api/v1/cameras/{camera.Id}/revoke",
            new { reason = "Left in a taxi", lost = true }
        );

        await camera.Tell("dock");
        await Wait.Until(
            "the camera says what is wrong",
            async () =>
                (await camera.Status()).TryGetProperty("uploadTrouble", out var why)
                && why.GetString()!.Contains("lost", StringComparison.Ordinal)
        );

        Directory.GetFiles(camera.FolderOf(recording), "*.sealed").ShouldNotBeEmpty();
        (await house.Recordings()).ShouldBeEmpty();
        await camera.Stop();
    }

    [Fact]
    public async Task Of_two_cameras_with_one_stolen_key_the_second_is_quarantined_as_a_fork_and_people_can_read_why()
    {
        await using var house = await LiveHouse.Open();
        var camera = await house.NewCamera("LC-1");
        var stolen = new CameraProcess(camera.Home + "-stolen", camera.Id, camera.Serial);
        await using var _ = stolen;
        CopyFolder(camera.Home, stolen.Home);

        await camera.Start("--docked");
        var honest = await camera.Record(1);
        await camera.UntilFreed(honest);
        await camera.Stop();
        await stolen.Start("--docked");
        var forged = await stolen.Record(1);
        await stolen.UntilRefused(forged);
        await stolen.Stop();

        File.ReadAllText(stolen.FileOf(forged, "refused.json")).ShouldContain("chain-forked");
        Directory.GetFiles(stolen.FolderOf(forged), "*.sealed").ShouldNotBeEmpty("a refused recording stays on the camera");
        (await house.Recordings()).Select(r => r.GetProperty("id").GetString()).ShouldBe([honest]);
        await using var browser = await Browser.Open();
        await using var window = await browser.Window(house, "clerk");
        await window.Page.GotoAsync($"{house.Agency}quarantine");
        (await window.Page.InnerTextAsync("main")).ShouldContain("two different manifests");
        window.Troubles.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_manifest_that_was_changed_or_lies_about_a_clip_is_quarantined_with_the_reason()
    {
        await using var house = await LiveHouse.Open();
        var camera = await house.NewCamera("LC-1");
        await camera.Start();
        var changed = await camera.Record(1);
        var lying = await camera.Record(1);
        var truthful = await camera.Record(1);
        var (_, was) = SignedManifest.Read(File.ReadAllBytes(camera.FileOf(changed, "manifest.json")));
        using (var key = camera.Key())
        using (var stranger = CameraKey.New())
        {
            var foreign = SignedManifest.Sign(was, stranger);
            var envelope = System
                .Text.Encoding.UTF8.GetString(foreign)
                .Replace(stranger.KeyId.ToString(), key.KeyId.ToString(), StringComparison.Ordinal);
            File.WriteAllText(camera.FileOf(changed, "manifest.json"), envelope);
            Rewrite(
                camera,
                lying,
                key,
                truth => truth with { Clips = [.. truth.Clips.Select(c => c with { SealedDigest = new(Digest.Of([])) })] }
            );
        }

        await camera.Tell("dock");
        await camera.UntilRefused(changed);
        await camera.UntilRefused(lying);
        await camera.UntilFreed(truthful);
        await camera.Stop();

        File.ReadAllText(camera.FileOf(changed, "refused.json")).ShouldContain("signature-wrong");
        File.ReadAllText(camera.FileOf(lying, "refused.json")).ShouldContain("clip-digest-differs");
        (await house.Recordings()).Select(r => r.GetProperty("id").GetString()).ShouldBe([truthful]);
    }

    [Fact]
    public async Task A_camera_whose_clock_is_eight_hours_off_is_admitted_and_shown_at_the_right_time()
    {
        await using var house = await LiveHouse.Open();
        var camera = await house.NewCamera("LC-1");
        await camera.StartWithClock("+8h", "--docked");
        await Wait.Until(
            "the clocks were compared",
            async () =>
                (await camera.Status()).TryGetProperty("clock", out var clock)
                && clock.ValueKind != System.Text.Json.JsonValueKind.Null
        );
        var begun = DateTimeOffset.UtcNow;
        var recording = await camera.Record(1);
        var ended = DateTimeOffset.UtcNow;
        await camera.UntilFreed(recording);
        await camera.Stop();

        var kept = await (await house.As("clerk")).Get($"api/v1/recordings/{recording}");
        var offset = TimeSpan.FromMilliseconds(kept.GetProperty("clock").GetProperty("offsetMs").GetInt64());
        offset.TotalHours.ShouldBe(8, 0.01);
        var startedAt = kept.GetProperty("recording").GetProperty("startedAt").GetDateTimeOffset();
        startedAt.ShouldBeInRange(
            begun.AddSeconds(-15),
            ended,
            "with the pre-event buffer of two seconds, by the server's clock"
        );
    }

    static void Rewrite(CameraProcess camera, string recording, CameraKey key, Func<Manifest, Manifest> lie)
    {
        var file = camera.FileOf(recording, "manifest.json");
        File.WriteAllBytes(file, SignedManifest.Sign(lie(SignedManifest.Read(File.ReadAllBytes(file)).Manifest), key));
    }

    static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
