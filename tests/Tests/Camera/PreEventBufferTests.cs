using FsCheck;
using FsCheck.Fluent;
using Lapel.CameraProgram;
using Shouldly;
using Xunit;

namespace Lapel.Tests.CameraProgram;

public class PreEventBufferTests
{
    [Fact]
    public async Task A_recording_begins_with_the_seconds_before_it_and_says_how_many()
    {
        using var camera = await TestCamera.On();
        camera.Film(12);
        var folder = camera.Record(3);
        var manifest = camera.Manifest(folder);
        manifest.PreEventMs.ShouldBeInRange(5000, 6000);
        manifest.PreEventSound.ShouldBeFalse();
        (manifest.ActivatedAt - manifest.StartedAt).TotalMilliseconds.ShouldBe(manifest.PreEventMs, 1);
        manifest.Clips[0].StartedAt.ShouldBe(manifest.StartedAt);
    }

    [Fact]
    public async Task A_camera_switched_on_just_now_keeps_and_states_what_it_has()
    {
        using var camera = await TestCamera.On();
        camera.Film(2);
        camera.Manifest(camera.Record(2)).PreEventMs.ShouldBeInRange(1900, 2100);
    }

    [Fact]
    public async Task The_buffer_is_silent_unless_sound_was_asked_for()
    {
        using var silent = await TestCamera.On();
        silent.Film(8);
        var (folder, manifest) = Recorded(silent);
        var gap = silent.Index(folder, manifest.Clips[0]).SoundGaps.ShouldHaveSingleItem();
        gap.StartUs.ShouldBeLessThan(100_000);
        gap.DurationUs.ShouldBeInRange(4_900_000, 6_100_000);

        using var hearing = await TestCamera.On(new(Duration.FromSeconds(5), true, Duration.FromMinutes(10), 0));
        hearing.Film(8);
        (folder, manifest) = Recorded(hearing);
        manifest.PreEventSound.ShouldBeTrue();
        hearing.Index(folder, manifest.Clips[0]).SoundGaps.ShouldBeEmpty();

        static (RecordingFolder, Manifest) Recorded(TestCamera camera)
        {
            var folder = camera.Record(3);
            return (folder, camera.Manifest(folder));
        }
    }

    [Fact]
    public async Task Nothing_is_on_disk_before_an_activation()
    {
        using var camera = await TestCamera.On();
        camera.Film(10);
        Directory.EnumerateFileSystemEntries(camera.Home.Recordings).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_one_recording_left_out_is_not_in_the_next_ones_buffer()
    {
        using var camera = await TestCamera.On();
        camera.Film(6);
        camera.Activate();
        camera.Film(1);
        camera.Recorder.Begin(RecordingState.Stopped, new("private")).ShouldBeNull();
        camera.Film(4);
        camera.Recorder.Deactivate(new("button")).ShouldBeNull();
        camera.Activate();
        camera.Film(1);
        camera.Manifest(camera.Deactivate()).PreEventMs.ShouldBe(0);
    }

    [Fact]
    public async Task Setting_the_clock_does_not_make_the_buffer_older()
    {
        using var camera = await TestCamera.On();
        camera.Film(8);
        camera.Clock.Set(TimeSpan.FromHours(8));
        var manifest = camera.Manifest(camera.Record(2));
        manifest.PreEventMs.ShouldBeInRange(5000, 6000);
    }

    [Fact]
    public async Task However_much_is_filmed_the_buffer_holds_what_was_asked_and_at_most_one_fragment_more()
    {
        using var camera = await TestCamera.On(new(Duration.FromSeconds(7), false, Duration.FromMinutes(10), 0));
        Prop.ForAll(
                Gen.Choose(0, 25).ToArbitrary(),
                seconds =>
                {
                    camera.Recorder.LoseSource("test");
                    camera.SwitchOn();
                    camera.Film(seconds);
                    var held = camera.Recorder.PreEventHeld.TotalSeconds;
                    return held > Math.Min(7, seconds) - 0.2 && held < 8.2;
                }
            )
            .QuickCheckThrowOnFailure();
    }
}
