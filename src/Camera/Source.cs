using System.Globalization;
using Lapel.Media;

namespace Lapel.CameraProgram;

/// <summary>
/// Keeps ffmpeg running on the source and hands its fragments to the recorder, each with the camera's time of its first frame. When
/// ffmpeg dies or falls silent the recorder is told, and ffmpeg is started again.
/// </summary>
public sealed class Source(
    CaptureSource source,
    CaptureSettings settings,
    Recorder recorder,
    CameraClock clock,
    Action<string> say,
    LiveTap? tap = null
)
{
    /// <summary>A camera on the network may take a while to send its first keyframe; after that a second is a fragment.</summary>
    static readonly TimeSpan LongestFirstSilence = TimeSpan.FromSeconds(20);
    static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(6);
    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    static readonly TimeSpan FinishGrace = TimeSpan.FromSeconds(1);

    /// <summary>Beyond this the stream's clock and ours have parted, and ours is right.</summary>
    static readonly Duration Drift = Duration.FromMilliseconds(500);

    Instant? zero;

    public async Task Run(CancellationToken stop)
    {
        var failures = 0;
        while (!stop.IsCancellationRequested)
        {
            var begun = DateTimeOffset.UtcNow;
            var why = "it ended";
            try
            {
                await Once(stop);
                if (source is CaptureSource.File)
                {
                    recorder.LoseSource("the file has ended");
                    recorder.Deactivate(new("source-ended"));
                    say("The file has ended.");
                    return;
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is FfmpegException or BrokenMediaException or IOException or TimeoutException)
            {
                why = e.Message;
            }
            recorder.LoseSource(FirstLine(why));
            failures = DateTimeOffset.UtcNow - begun > TimeSpan.FromMinutes(1) ? 1 : failures + 1;
            var pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, failures * failures * 0.5));
            say($"No picture: {FirstLine(why)} Trying again in {pause.TotalSeconds:0.#} s.");
            await Task.Delay(pause, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    async Task Once(CancellationToken stop)
    {
        zero = null;
        await using var run = Ffmpeg.Find().Start(Capture.Arguments(source, settings, tap?.NewRun()));
        var stream = new FragmentStream();
        var piece = new byte[128 * 1024];
        var hasInit = false;
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(stop);
        while (true)
        {
            silence.CancelAfter(hasInit ? LongestSilence : LongestFirstSilence);
            int read;
            try
            {
                read = await run.Output.ReadAsync(piece, silence.Token);
            }
            catch (OperationCanceledException e) when (!stop.IsCancellationRequested)
            {
                throw new TimeoutException("the source fell silent.", e);
            }
            if (read == 0)
                break;
            stream.Write(piece.AsSpan(0, read));
            if (!hasInit && stream.Init is { } init)
            {
                hasInit = true;
                recorder.Take(init);
            }
            while (stream.TryRead(out var fragment))
                recorder.Take(new TimedFragment(fragment, TimeOf(fragment)));
        }
        await run.Finish(FinishGrace, stop);
        await run.WaitForEnd(stop);
    }

    /// <summary>
    /// The camera's time of the first frame. The source's own timeline counts evenly, so it is trusted from one fragment to the next;
    /// where it begins on our clock is what ffmpeg noted at capture, or else the arrival less the fragment's length.
    /// </summary>
    Instant TimeOf(Fragment fragment)
    {
        var now = clock.Now();
        var start = Duration.FromTicks(fragment.StartUs * 10);
        var arrival = now - Duration.FromTicks(fragment.DurationUs * 10);
        var captured = arrival;
        if (fragment.CapturedAt is { } noted)
        {
            var byOurClock = noted - Duration.FromMilliseconds(clock.MovedMs());
            if (byOurClock <= now && now - byOurClock < Duration.FromSeconds(10))
                captured = byOurClock;
        }
        if (zero is not { } begun || Drift < captured - start - begun || Drift < begun - (captured - start))
            zero = captured - start;
        return Time.FromMicroseconds((zero.Value + start).ToMicroseconds());
    }

    /// <exception cref="CameraException">Not one of the four forms.</exception>
    public static CaptureSource Parse(string text, string badge, string? speechWav)
    {
        if (text == "scene")
            return new CaptureSource.TestScene(badge, speechWav);
        if (
            text.StartsWith(CoveredScene, StringComparison.Ordinal)
            && text[CoveredScene.Length..].Split('-') is [var from, var until]
            && int.TryParse(from, NumberStyles.None, CultureInfo.InvariantCulture, out var begins)
            && int.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out var ends)
        )
            return new CaptureSource.TestScene(badge, speechWav, Covered: new(begins, ends));
        if (text.StartsWith("file:", StringComparison.Ordinal) && text.Length > 5)
            return File.Exists(text[5..])
                ? new CaptureSource.File(Path.GetFullPath(text[5..]))
                : throw new CameraException($"There is no file {text[5..]}.");
        if (text.StartsWith("rtsp://", StringComparison.Ordinal) || text.StartsWith("rtsps://", StringComparison.Ordinal))
            return new CaptureSource.Rtsp(text);
        if (text.StartsWith("rtsp:", StringComparison.Ordinal) && text.Length > 5)
            return Parse(text[5..], badge, speechWav);
        if (
            text.StartsWith("v4l2:", StringComparison.Ordinal)
            && text[5..].Split(",alsa:") is [{ Length: > 0 } video, .. var sound] // a card's name may hold a comma itself: hw:0,1
            && !video.Contains(',')
            && sound is [] or [{ Length: > 0 }]
        )
            return new CaptureSource.Devices(video, sound is [var card] ? card : null);
        throw new CameraException(
            $"'{text}' is no source: write scene, file:PATH, rtsp://…, or v4l2:/dev/video0 and perhaps ,alsa:hw:0 after it."
        );
    }

    const string CoveredScene = "scene,covered:";

    static string FirstLine(string text) => text.Split('\n', 2)[0].TrimEnd();
}
