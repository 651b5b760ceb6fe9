using System.Diagnostics;
using Shouldly;
using Xunit;

namespace Lapel.Tests.CameraProgram;

/// <summary>The camera program loses power: at most two seconds are lost, which is a promise.</summary>
[Collection(Alone.Name)]
public sealed class CameraKilledTests
{
    [Fact]
    public async Task Killed_at_any_moment_it_has_all_but_the_last_two_seconds_sealed_signed_and_playable()
    {
        using var camera = await TestCamera.On();
        var random = new Random();
        for (var cut = 0; cut < 3; cut++)
        {
            RecordingId recording;
            Instant killedAt;
            using (var process = CameraProcess.Run(camera, "--pre-event", "4"))
            {
                await CameraProcess.Until(camera, s => s.PreEventSeconds > 2);
                (await CameraProcess.Tell(camera, new("activate", Trigger: "holster"))).Ok.ShouldBeTrue();
                await Task.Delay(random.Next(2500, 5500));
                recording = (await CameraProcess.Tell(camera, new("status"))).Status!.Recording!.Recording;
                killedAt = TimeProvider.System.Now();
                process.Kill();
                await process.Exit();
            }
            using (var process = CameraProcess.Run(camera))
            {
                await CameraProcess.Until(camera, s => s.State == "ready");
                process.Said.ShouldContain($"Recording {recording} was cut by loss of power");
                process.Send(15);
                (await process.Exit()).ShouldBe(0);
            }
            var folder = camera.Home.Folder(recording);
            var manifest = camera.Manifest(folder);
            manifest.Ending.ShouldBe(Ending.PowerCut);
            manifest.Sequence.ShouldBe(cut + 1);
            manifest.StartCause.Trigger.ShouldBe("holster");
            manifest.PreEventMs.ShouldBeGreaterThan(1500);
            var clip = manifest.Clips.ShouldHaveSingleItem();
            (killedAt - clip.EndedAt).TotalSeconds.ShouldBeLessThan(2);
            var index = camera.Index(folder, clip);
            index.IsBrowserPlayable.ShouldBeTrue();
            (index.DurationUs / 1e6).ShouldBe((clip.EndedAt - clip.StartedAt).TotalSeconds, 0.2);
            (await DecodedFrames(camera.Unseal(folder, clip))).ShouldBeInRange(
                (int)(index.DurationUs * 15 / 1_000_000) - 2,
                (int)(index.DurationUs * 15 / 1_000_000) + 2
            );
        }
    }

    static async Task<int> DecodedFrames(byte[] clip)
    {
        var path = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(path, clip);
            var start = new ProcessStartInfo("ffprobe") { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (
                var a in (string[])
                    [
                        "-v",
                        "quiet",
                        "-count_frames",
                        "-select_streams",
                        "v",
                        "-show_entries",
                        "stream=nb_read_frames",
                        "-of",
                        "csv=p=0",
                        path,
                    ]
            )
                start.ArgumentList.Add(a);
            using var probe = Process.Start(start)!;
            var frames = await probe.StandardOutput.ReadToEndAsync();
            await probe.WaitForExitAsync();
            return int.Parse(frames.Trim().Trim(','), System.Globalization.CultureInfo.InvariantCulture);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
