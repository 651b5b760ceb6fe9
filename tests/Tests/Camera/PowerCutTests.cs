using System.Text.Json;
using Lapel.CameraProgram;
using Shouldly;
using Xunit;

namespace Lapel.Tests.CameraProgram;

/// <summary>The disk as a power cut may leave it, at every step; what is synced is kept, what is not may be anything.</summary>
public class PowerCutTests
{
    [Fact]
    public async Task However_the_power_goes_what_was_recorded_up_to_two_seconds_before_is_sealed_signed_and_plays()
    {
        using var camera = await TestCamera.On();
        camera.Film(3);
        camera.Activate();
        var random = new Random(20261121);
        for (var second = 1; second <= 6; second++)
        {
            camera.Film(1);
            var cutAt = camera.CameraClock.Now();
            var recording = camera.Recorder.Status()!.Recording;
            foreach (var damage in (Action<RecordingFolder>[])[_ => { }, f => TearJournal(f, random), f => AddGarbage(f, random)])
            {
                using var copy = Cut(camera, recording, damage);
                var manifest = camera.Manifest(copy.Folder);
                manifest.Ending.ShouldBe(Ending.PowerCut);
                manifest.EndCause.Trigger.ShouldBe("power-cut");
                var clip = manifest.Clips.ShouldHaveSingleItem();
                clip.Complete.ShouldBeFalse();
                (cutAt - clip.EndedAt).TotalSeconds.ShouldBeLessThan(2);
                var index = camera.Index(copy.Folder, clip);
                index.IsBrowserPlayable.ShouldBeTrue();
                (clip.StartedAt + Duration.FromTicks(index.DurationUs * 10) - clip.EndedAt).TotalSeconds.ShouldBe(0, 0.1);
            }
        }
    }

    [Fact]
    public async Task Recovery_that_is_cut_itself_comes_to_the_same_manifest()
    {
        using var camera = await TestCamera.On();
        camera.Film(2);
        camera.Activate();
        camera.Film(3);
        var recording = camera.Recorder.Status()!.Recording;
        using var once = Cut(camera, recording, _ => { });
        // The manifest and the head are the last two things written: without them everything before has been done once already.
        var first = camera.Manifest(once.Folder);
        File.Delete(once.Folder.Manifest);
        File.Delete(once.Home.ChainFile);
        PowerCut.Recover(once.Home, ManifestChain.Load(once.Home, camera.Key)).ShouldBe([recording]);
        JsonSerializer
            .Serialize(camera.Manifest(once.Folder), LapelJson.Strict)
            .ShouldBe(JsonSerializer.Serialize(first, LapelJson.Strict));
    }

    [Fact]
    public async Task A_manifest_written_just_before_the_cut_is_the_chains_head_afterwards()
    {
        using var camera = await TestCamera.On();
        camera.Film(2);
        camera.Record(2);
        var head = File.ReadAllBytes(camera.Home.ChainFile);
        var second = camera.Record(2);
        File.WriteAllBytes(camera.Home.ChainFile, head); // the head of before the second manifest
        camera.SwitchOn().ShouldBeEmpty();
        camera.Chain.Sequence.ShouldBe(2);
        camera.Film(2);
        var third = camera.Manifest(camera.Record(1));
        third.Sequence.ShouldBe(3);
        third.Previous!.Value.Matches(SignedManifest.Read(File.ReadAllBytes(second.Manifest)).Envelope.Digest).ShouldBeTrue();
    }

    [Fact]
    public async Task A_cut_before_the_activation_was_on_disk_leaves_nothing()
    {
        using var camera = await TestCamera.On();
        var folder = camera.Home.Folder(RecordingId.New());
        Journal.Create(folder).Dispose();
        File.WriteAllText(folder.Journal, "{\"fact\":\"activ");
        camera.SwitchOn().ShouldBeEmpty();
        Directory.Exists(folder.Path).ShouldBeFalse();
    }

    [Fact]
    public async Task A_disk_that_lied_about_a_sync_costs_only_what_it_lost()
    {
        using var camera = await TestCamera.On();
        camera.Film(2);
        camera.Activate();
        camera.Film(5);
        using var copy = Cut(
            camera,
            camera.Recorder.Status()!.Recording,
            folder =>
            {
                using var file = File.OpenWrite(folder.Sealed(1));
                file.SetLength(file.Length - 20_000);
            }
        );
        var clip = camera.Manifest(copy.Folder).Clips.ShouldHaveSingleItem();
        camera.Index(copy.Folder, clip).Fragments.Count.ShouldBeGreaterThan(2);
    }

    [Fact]
    public async Task Clips_finished_before_the_cut_are_whole()
    {
        using var camera = await TestCamera.On(new(Duration.Zero, false, Duration.FromSeconds(3), 0));
        camera.Activate();
        camera.Film(8);
        using var copy = Cut(camera, camera.Recorder.Status()!.Recording, _ => { });
        camera.Manifest(copy.Folder).Clips.Select(c => c.Complete).ShouldBe([true, true, false]);
    }

    /// <summary>The camera's folder as it is now, damaged, and recovered.</summary>
    static CutCamera Cut(TestCamera camera, RecordingId recording, Action<RecordingFolder> damage)
    {
        var home = Home.At(camera.Folder + "-cut-" + Guid.NewGuid().ToString("N")[..6]);
        var folder = home.Folder(recording);
        Directory.CreateDirectory(folder.Path);
        foreach (var file in Directory.EnumerateFiles(camera.Home.Folder(recording).Path))
            File.Copy(file, Path.Combine(folder.Path, Path.GetFileName(file)));
        damage(folder);
        PowerCut.Recover(home, ManifestChain.Load(home, camera.Key)).ShouldBe([recording]);
        return new(home, folder);
    }

    /// <summary>The last line, which was never synced, is torn.</summary>
    static void TearJournal(RecordingFolder folder, Random random)
    {
        File.AppendAllText(
            folder.Journal,
            "{\"fact\":\"kept\",\"at\":\"2026-11-21T08:00:09Z\",\"number\":1,\"sealedLe"[..random.Next(1, 60)]
        );
        if (random.Next(2) == 0)
            File.AppendAllText(folder.Journal, "\0\0\0\0\0\0\n\0\0");
    }

    /// <summary>A file system may have made the file longer before it wrote what belongs there.</summary>
    static void AddGarbage(RecordingFolder folder, Random random)
    {
        using var file = new FileStream(folder.Sealed(1), FileMode.Append);
        var garbage = new byte[random.Next(1, 40_000)];
        if (random.Next(2) == 0)
            random.NextBytes(garbage);
        file.Write(garbage);
    }

    sealed record CutCamera(Home Home, RecordingFolder Folder) : IDisposable
    {
        public void Dispose() => Directory.Delete(Path.GetDirectoryName(Home.Recordings)!, recursive: true);
    }
}
