using Lapel.CameraProgram;
using Lapel.Media;
using Shouldly;
using Xunit;

namespace Lapel.Tests.CameraProgram;

public class RecorderTests
{
    [Fact]
    public async Task A_sealed_clip_opens_with_the_agencys_key_and_plays_for_its_stated_time()
    {
        using var camera = await TestCamera.On();
        camera.Film(3);
        var folder = camera.Record(6);
        var manifest = camera.Manifest(folder);
        var clip = manifest.Clips.ShouldHaveSingleItem();
        clip.Complete.ShouldBeTrue();
        var index = camera.Index(folder, clip);
        index.Cut.ShouldBeFalse();
        index.IsBrowserPlayable.ShouldBeTrue();
        index.MediaStartUs.ShouldBeLessThan(1_000_000); // begins near zero however long the camera was on
        (index.DurationUs / 1e6).ShouldBe((clip.EndedAt - clip.StartedAt).TotalSeconds, 0.1);
        Directory
            .EnumerateFiles(folder.Path)
            .Select(Path.GetFileName)
            .Order()
            .ShouldBe(["0001.key", "0001.sealed", "journal.jsonl", "manifest.json"]);
    }

    [Fact]
    public async Task The_second_in_which_stop_is_pressed_is_recorded_to_its_end()
    {
        using var camera = await TestCamera.On();
        camera.Film(1);
        camera.Activate();
        camera.Film(2);
        var pressed = camera.CameraClock.Now() + Duration.FromMilliseconds(400);
        var manifest = camera.Manifest(camera.Deactivate());
        manifest.EndedAt.ShouldBeGreaterThanOrEqualTo(pressed);
        manifest.Clips[^1].EndedAt.ShouldBe(manifest.EndedAt);
        manifest.EndCause.Trigger.ShouldBe("button");
    }

    [Fact]
    public async Task Muted_seconds_have_picture_and_no_sound()
    {
        using var camera = await TestCamera.On(new(Duration.Zero, true, Duration.FromMinutes(10), 0));
        camera.Activate();
        camera.Film(3);
        camera.Film(
            1,
            () =>
                camera
                    .Recorder.Begin(RecordingState.Muted, new("privileged", "with counsel", true, "public", "witness", "31-0310"))
                    .ShouldBeNull()
        );
        camera.Film(2);
        camera.Film(1, () => camera.Recorder.End(RecordingState.Muted).ShouldBeNull());
        camera.Film(3);
        var folder = camera.Deactivate();
        var manifest = camera.Manifest(folder);
        var span = manifest.States.ShouldHaveSingleItem();
        (span.State, span.ReasonCode, span.Text, span.SaidAloud).ShouldBe(
            (RecordingState.Muted, "privileged", "with counsel", true)
        );
        (span.Place, span.AskedBy, span.Supervisor).ShouldBe(("public", "witness", "31-0310"));
        var clip = manifest.Clips.ShouldHaveSingleItem();
        var gap = camera.Index(folder, clip).SoundGaps.ShouldHaveSingleItem();
        var gapFrom = clip.StartedAt + Duration.FromTicks(gap.StartUs * 10);
        var gapUntil = gapFrom + Duration.FromTicks(gap.DurationUs * 10);
        // Not a moment of the mute may be heard; up to a fragment on either side may be silent with it.
        gapFrom.ShouldBeLessThanOrEqualTo(span.From);
        gapUntil.ShouldBeGreaterThanOrEqualTo(span.Until!.Value);
        (gapUntil - gapFrom).TotalSeconds.ShouldBeLessThan(5.2);
    }

    [Fact]
    public async Task An_averted_lens_is_stated_and_both_picture_and_sound_go_on()
    {
        using var camera = await TestCamera.On(new(Duration.Zero, true, Duration.FromMinutes(10), 0));
        camera.Activate();
        camera.Film(1);
        camera.Recorder.Begin(RecordingState.Averted, new("undressed")).ShouldBeNull();
        camera.Recorder.Begin(RecordingState.Averted, new("undressed"))!.Code.ShouldBe("already-in-state");
        camera.Film(2);
        camera.Recorder.End(RecordingState.Averted).ShouldBeNull();
        camera.Recorder.End(RecordingState.Averted)!.Code.ShouldBe("not-in-state");
        var folder = camera.Deactivate();
        var manifest = camera.Manifest(folder);
        manifest.States.ShouldHaveSingleItem().State.ShouldBe(RecordingState.Averted);
        camera.Index(folder, manifest.Clips.ShouldHaveSingleItem()).SoundGaps.ShouldBeEmpty();
    }

    [Fact]
    public async Task Stopped_seconds_are_in_no_clip_and_the_stated_span_is_exactly_the_one_without_media()
    {
        using var camera = await TestCamera.On();
        camera.Film(1);
        camera.Activate();
        camera.Film(2);
        camera.Film(1, () => camera.Recorder.Begin(RecordingState.Stopped, new("informant", null, true)).ShouldBeNull());
        camera.Film(4);
        camera.Film(1, () => camera.Recorder.End(RecordingState.Stopped).ShouldBeNull());
        camera.Film(2);
        var manifest = camera.Manifest(camera.Deactivate());
        manifest.Clips.Count.ShouldBe(2);
        var span = manifest.States.ShouldHaveSingleItem();
        span.From.ShouldBeGreaterThanOrEqualTo(manifest.Clips[0].EndedAt);
        span.Until.ShouldBe(manifest.Clips[1].StartedAt);
        (span.Until!.Value - span.From).TotalSeconds.ShouldBeGreaterThan(3.5);
    }

    [Fact]
    public async Task A_state_still_open_at_the_end_stays_open_in_the_manifest()
    {
        using var camera = await TestCamera.On();
        camera.Film(1);
        camera.Activate();
        camera.Film(2);
        camera.Recorder.Begin(RecordingState.Stopped, new("informant")).ShouldBeNull();
        camera.Film(2);
        var recording = camera.Recorder.Status()!.Recording;
        camera.Recorder.Deactivate(new("button")).ShouldBeNull();
        camera.Manifest(camera.Home.Folder(recording)).States.ShouldHaveSingleItem().Until.ShouldBeNull();
    }

    [Fact]
    public async Task A_long_recording_is_cut_into_clips_without_a_gap_and_finished_ones_can_go()
    {
        using var camera = await TestCamera.On(new(Duration.Zero, false, Duration.FromSeconds(3), 0));
        camera.Activate();
        camera.Film(8);
        camera.Recorder.Status()!.ClosedClips.Count.ShouldBe(2);
        var manifest = camera.Manifest(camera.Deactivate());
        manifest.Clips.Count.ShouldBe(3);
        for (var i = 1; i < manifest.Clips.Count; i++)
            manifest.Clips[i].StartedAt.ShouldBe(manifest.Clips[i - 1].EndedAt);
    }

    [Fact]
    public async Task No_state_without_a_reason_and_nothing_at_all_without_a_recording()
    {
        using var camera = await TestCamera.On();
        camera.Film(1);
        camera.Recorder.Begin(RecordingState.Muted, new("privileged"))!.Code.ShouldBe("not-recording");
        camera.Recorder.Mark("x")!.Code.ShouldBe("not-recording");
        camera.Recorder.Deactivate(new("button"))!.Code.ShouldBe("not-recording");
        camera.Activate();
        camera.Recorder.Activate(new("button"), false)!.Code.ShouldBe("already-recording");
        camera.Recorder.Begin(RecordingState.Muted, new(null))!.Code.ShouldBe("reason-needed");
        camera.Recorder.Begin(RecordingState.Muted, new(" "))!.Code.ShouldBe("reason-needed");
        camera.Recorder.Begin(RecordingState.Muted, new("x", Place: ""))!.Code.ShouldBe("word-unreadable");
        camera.Recorder.Begin(RecordingState.Muted, new("x", new string('a', 5000)))!.Code.ShouldBe("text-too-long");
    }

    [Fact]
    public async Task Pressing_start_again_while_the_last_second_runs_out_begins_another_recording()
    {
        using var camera = await TestCamera.On();
        camera.Film(2);
        camera.Activate();
        camera.Film(2);
        var first = camera.Recorder.Status()!.Recording;
        camera.Recorder.Deactivate(new("button")).ShouldBeNull();
        camera.Activate(urgent: true);
        camera.Film(2);
        var second = camera.Manifest(camera.Deactivate());
        second.Recording.ShouldNotBe(first);
        second.Urgent.ShouldBeTrue();
        var (envelope, _) = SignedManifest.Read(File.ReadAllBytes(camera.Home.Folder(first).Manifest));
        second.Sequence.ShouldBe(2);
        second.Previous!.Value.Matches(envelope.Digest).ShouldBeTrue();
    }

    [Fact]
    public async Task Setting_the_clock_during_a_recording_leaves_its_times_in_order_and_is_written_down()
    {
        using var camera = await TestCamera.On();
        camera.CameraClock.Compare(camera.CameraClock.Now(), camera.CameraClock.Now(), camera.Clock.Now(), camera.Clock.Now());
        camera.Film(1);
        camera.Activate();
        camera.Film(2);
        camera.Clock.Set(TimeSpan.FromHours(-8));
        camera.Film(2);
        var manifest = camera.Manifest(camera.Deactivate());
        (manifest.EndedAt - manifest.ActivatedAt).TotalSeconds.ShouldBeInRange(4, 6.5);
        manifest.Bookmarks.ShouldHaveSingleItem().Label.ShouldNotBeNull().ShouldContain("clock was set by -28800000 ms");
        manifest.Clock.ShouldNotBeNull().OffsetMs.ShouldBe(0);
        camera.CameraClock.Reading!.OffsetMs.ShouldBe(-28_800_000); // from now on the camera is eight hours behind, and says so
    }

    [Fact]
    public async Task When_the_source_dies_the_recording_goes_on_in_another_clip_and_says_when()
    {
        using var camera = await TestCamera.On();
        camera.Film(1);
        camera.Activate();
        camera.Film(3);
        camera.Recorder.LoseSource("ffmpeg was killed");
        camera.Clock.Pass(TimeSpan.FromSeconds(2));
        camera.RestartSource();
        camera.Film(3);
        var manifest = camera.Manifest(camera.Deactivate());
        manifest.Clips.Count.ShouldBe(2);
        manifest.Bookmarks.Select(b => b.Label).ShouldBe(["Picture lost: ffmpeg was killed", "Picture back"]);
    }

    [Fact]
    public async Task Without_room_a_recording_is_refused_or_ended_in_order()
    {
        using var full = await TestCamera.On(new(Duration.Zero, false, Duration.FromMinutes(10), long.MaxValue));
        full.Film(1);
        full.Recorder.Activate(new("button"), false)!.Code.ShouldBe("disk-full");
        Directory.EnumerateFileSystemEntries(full.Home.Recordings).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_recording_without_a_single_frame_keeps_its_journal_and_does_not_break_the_chain()
    {
        using var camera = await TestCamera.On();
        camera.Recorder.LoseSource("unplugged");
        camera.Activate();
        var empty = camera.Recorder.Status()!.Recording;
        camera.Recorder.Deactivate(new("button")).ShouldBeNull();
        File.Exists(camera.Home.Folder(empty).Manifest).ShouldBeFalse();
        File.Exists(camera.Home.Folder(empty).Journal).ShouldBeTrue();
        camera.RestartSource();
        camera.Film(1);
        camera.Manifest(camera.Record(1)).Sequence.ShouldBe(1);
    }

    [Fact]
    public async Task Positions_marks_and_the_officer_are_in_the_manifest()
    {
        using var camera = await TestCamera.On();
        camera.Recorder.Officer = new(OfficerId.New(), "4711", "A. Ndiaye");
        camera.Film(1);
        camera.Recorder.Take(new Position(camera.CameraClock.Now(), 43.6, -79.4, null)); // before the recording: nobody's business
        camera.Activate();
        camera.Film(1);
        camera.Recorder.Take(new Position(camera.CameraClock.Now(), 43.65, -79.38, 4.5));
        camera.Recorder.Mark("knife").ShouldBeNull();
        camera.Recorder.MakeUrgent().ShouldBeNull();
        var manifest = camera.Manifest(camera.Deactivate());
        manifest.Positions.ShouldHaveSingleItem().Latitude.ShouldBe(43.65);
        manifest.Bookmarks.ShouldHaveSingleItem().Label.ShouldBe("knife");
        manifest.Officer!.Badge.ShouldBe("4711");
        manifest.Urgent.ShouldBeTrue();
    }

    [Fact]
    public void A_fragment_is_padded_out_when_the_next_would_come_too_late()
    {
        var zero = Instant.FromUtc(2026, 1, 1, 0, 0);
        PaddedAfter(1000, waitingMs: 0).ShouldBeTrue();
        PaddedAfter(500, waitingMs: 0).ShouldBeFalse();
        PaddedAfter(500, waitingMs: 500).ShouldBeFalse();
        PaddedAfter(500, waitingMs: 1000).ShouldBeTrue();

        bool PaddedAfter(int lengthMs, int waitingMs) =>
            OpenClip.MustPad(zero - Duration.FromMilliseconds(waitingMs), zero, zero + Duration.FromMilliseconds(lengthMs));
    }

    [Fact]
    public async Task What_is_filmed_may_be_shown_only_inside_a_recording_that_is_in_no_state()
    {
        using var camera = await TestCamera.On();
        var shown = new List<bool>();
        camera.Recorder.ShownChanged += () => shown.Add(camera.Recorder.MayBeShown);
        camera.Film(3);
        camera.Recorder.MayBeShown.ShouldBeFalse("the buffer");
        camera.Activate();
        camera.Recorder.MayBeShown.ShouldBeTrue();
        foreach (var state in Enum.GetValues<RecordingState>())
        {
            camera.Recorder.Begin(state, new("reason")).ShouldBeNull();
            camera.Recorder.MayBeShown.ShouldBeFalse($"{state}");
        }
        foreach (var state in Enum.GetValues<RecordingState>())
        {
            camera.Recorder.MayBeShown.ShouldBeFalse("while one of them stands");
            camera.Recorder.End(state).ShouldBeNull();
        }
        camera.Recorder.MayBeShown.ShouldBeTrue();
        camera.Recorder.Begin(RecordingState.Muted, new(null)).ShouldNotBeNull();
        camera.Recorder.MayBeShown.ShouldBeTrue("what was refused changed nothing");
        camera.Film(1, () => camera.Recorder.Deactivate(new("button")).ShouldBeNull());
        camera.Recorder.MayBeShown.ShouldBeFalse("ended");
        shown[0].ShouldBeTrue();
        shown[^1].ShouldBeFalse();
    }
}
