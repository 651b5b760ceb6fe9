using System.Net;
using Lapel.CameraProgram;
using Shouldly;
using Xunit;

namespace Lapel.Tests.CameraProgram;

public class UploaderTests
{
    [Fact]
    public async Task Through_cut_connections_and_lost_sessions_every_byte_arrives_once_and_the_clips_are_freed()
    {
        using var camera = await TestCamera.On(new(Duration.Zero, false, Duration.FromSeconds(5), 0));
        camera.Film(1);
        var folder = camera.Record(12);
        var manifest = camera.Manifest(folder);
        manifest.Clips.Count.ShouldBe(3);
        using var shelf = new TusShelf(camera);
        var pieces = 0;
        shelf.CutHere = () => ++pieces is 1 or 4;
        await Upload(
            camera,
            shelf,
            () =>
            {
                if (shelf.Cuts == 1)
                    shelf.ForgetSessions();
                return File.Exists(folder.Receipt) && !File.Exists(folder.Sealed(1));
            }
        );
        shelf.Cuts.ShouldBe(2);
        shelf.ReceivedBytes.ShouldBe(manifest.Clips.Sum(c => c.SealedLengthBytes)); // not one byte twice
        Directory
            .EnumerateFiles(folder.Path)
            .Select(Path.GetFileName)
            .Order()
            .ShouldBe(["journal.jsonl", "manifest.json", "receipt.json"]);
        WrappedKey.TryParse(TusShelf.Value(shelf.Metadata[0], "wrapped-key"), out var wrapped).ShouldBeTrue();
        camera.Evidence.Unwrap(wrapped, manifest.Clips[0].Id).Dispose();
    }

    [Fact]
    public async Task Urgent_recordings_go_first_then_the_oldest()
    {
        using var camera = await TestCamera.On();
        camera.Film(1);
        RecordingFolder[] made = [camera.Record(1), camera.Record(1), camera.Record(1, urgent: true)];
        using var shelf = new TusShelf(camera);
        await Upload(camera, shelf, () => shelf.Admitted.Count == 3);
        shelf.Begun.ShouldBe([made[2].Id.Text, made[0].Id.Text, made[1].Id.Text]);
        shelf.Admitted.ShouldBe([made[2].Id, made[0].Id, made[1].Id]);
        TusShelf.Value(shelf.Metadata[0], "urgent").ShouldBe("true");
    }

    [Fact]
    public async Task A_refused_recording_keeps_its_clips_and_does_not_hold_up_the_next()
    {
        using var camera = await TestCamera.On();
        camera.Film(1);
        var refused = camera.Record(1);
        var good = camera.Record(1);
        using var shelf = new TusShelf(camera);
        shelf.Admission = folder =>
            folder.Id == refused.Id
                ? TusShelf.Json(
                    new { code = "camera-revoked", why = "This camera's key was revoked." },
                    HttpStatusCode.UnprocessableEntity
                )
                : null;
        await Upload(camera, shelf, () => File.Exists(good.Receipt) && File.Exists(refused.Refused));
        File.Exists(refused.Sealed(1)).ShouldBeTrue();
        File.Exists(refused.WrappedKey(1)).ShouldBeTrue();
        File.ReadAllText(refused.Refused).ShouldContain("This camera's key was revoked.");
    }

    [Fact]
    public async Task Clips_that_the_server_lost_are_sent_again()
    {
        using var camera = await TestCamera.On();
        camera.Film(1);
        var folder = camera.Record(2);
        using var shelf = new TusShelf(camera);
        var lost = false;
        shelf.Admission = _ =>
        {
            if (!lost)
                shelf.ForgetUploads();
            lost = true;
            return null;
        };
        await Upload(camera, shelf, () => File.Exists(folder.Receipt));
        shelf.Begun.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_receipt_from_another_log_frees_nothing()
    {
        using var camera = await TestCamera.On();
        using var impostor = LogSigner.NewFor("testford");
        camera.Film(1);
        var folder = camera.Record(1);
        using var shelf = new TusShelf(camera);
        shelf.Admission = f => TusShelf.Json(camera.Admit(f, signedBy: impostor));
        await Upload(camera, shelf, () => camera.Said.Any(s => s.Contains("receipt does not hold", StringComparison.Ordinal)));
        File.Exists(folder.Receipt).ShouldBeFalse();
        File.Exists(folder.Sealed(1)).ShouldBeTrue();
    }

    [Fact]
    public async Task Finished_clips_go_while_the_recording_goes_on()
    {
        using var camera = await TestCamera.On(new(Duration.Zero, false, Duration.FromSeconds(3), 0));
        camera.Activate();
        camera.Film(7);
        using var shelf = new TusShelf(camera);
        await Upload(camera, shelf, () => shelf.Clips.Count() == 2);
        shelf.Admitted.ShouldBeEmpty();
        var folder = camera.Deactivate();
        await Upload(camera, shelf, () => File.Exists(folder.Receipt));
        shelf.Begun.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_limit_on_bandwidth_is_kept()
    {
        var limit = new BandwidthLimit(() => 800, TimeProvider.System); // 100 kB/s
        var begun = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 6; i++)
            await limit.Take(16_000, CancellationToken.None);
        // 96 kB less the quarter of a second that may be saved up; no upper bound, since the machine may be busy.
        TimeProvider.System.GetElapsedTime(begun).TotalSeconds.ShouldBeGreaterThan(0.65);
    }

    static async Task Upload(TestCamera camera, TusShelf shelf, Func<bool> done)
    {
        using var http = new HttpClient(shelf, disposeHandler: false);
        var link = new ServerLink(http, camera.Enrolment, camera.Key, camera.CameraClock, camera.Home);
        var queue = new UploadQueue(camera.Home, camera.Recorder.Status, TimeProvider.System);
        var uploader = new Uploader(
            camera.Home,
            link,
            queue,
            new TusUpload(link, new BandwidthLimit(() => null, TimeProvider.System)),
            camera.Enrolment.Log(),
            camera.Said.Enqueue
        );
        using var stop = new CancellationTokenSource();
        uploader.Dock(true);
        var running = uploader.Run(stop.Token);
        for (var i = 0; i < 2400 && !done() && !running.IsCompleted; i++)
            await Task.Delay(50);
        await stop.CancelAsync();
        await running;
        done().ShouldBeTrue(string.Join('\n', camera.Said));
    }
}
