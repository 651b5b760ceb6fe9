using System.Globalization;

namespace Lapel.Media;

/// <summary>Where a camera's picture and sound come from.</summary>
public abstract record CaptureSource
{
    /// <summary>A street at night with the wall clock (UTC, tenths of a second) and a badge burnt in, and spoken lines repeated.</summary>
    /// <param name="SpeechWav">From <see cref="Speech"/>; null for street noise alone.</param>
    /// <param name="Seed">Another number, another street.</param>
    /// <param name="Covered">When something is before the lens; none: never.</param>
    public sealed record TestScene(string Badge, string? SpeechWav = null, int Seed = 0, LensCovered? Covered = null)
        : CaptureSource;

    /// <summary>Seconds after ffmpeg's start.</summary>
    public sealed record LensCovered(int From, int Until);

    /// <param name="RealTime">Paced as it plays; false reads as fast as it can, and the times of capture then mean nothing.</param>
    public sealed record File(string Path, bool RealTime = true) : CaptureSource;

    public sealed record Rtsp(string Url) : CaptureSource;

    /// <param name="VideoDevice">As /dev/video0.</param>
    /// <param name="SoundDevice">ALSA's name, as hw:1 or default; null for none.</param>
    public sealed record Devices(string VideoDevice, string? SoundDevice) : CaptureSource;
}

/// <param name="Preset">x264's: how much processor time a picture may cost.</param>
public sealed record CaptureSettings(
    int Width = 1280,
    int Height = 720,
    int FramesPerSecond = 30,
    int VideoKbps = 2500,
    int SoundKbps = 64,
    string Preset = "veryfast"
);

/// <summary>Where packets go beside the recording, for whoever sends them on live.</summary>
/// <param name="Port">UDP, on this machine's own loopback.</param>
/// <param name="PictureSsrc">By which the picture of this run is known, 1 to 2,147,483,647.</param>
/// <param name="SoundSsrc">By which its sound is.</param>
public sealed record CaptureTap(int Port, int PictureSsrc, int SoundSsrc)
{
    /// <summary>Leaves room for other headers and a seal in what every network takes.</summary>
    public const int MostPacketBytes = 1100;

    public const int SoundKbps = 24;
}

/// <summary>
/// The command that turns a source into fragments of one second on stdout: feed them to <see cref="FragmentStream"/>, stop it with
/// <see cref="FfmpegRun.Finish"/>.
/// </summary>
public static class Capture
{
    /// <param name="tap">None: nothing but the recording.</param>
    public static FfmpegArguments Arguments(CaptureSource source, CaptureSettings settings, CaptureTap? tap = null)
    {
        var arguments = source switch
        {
            CaptureSource.TestScene scene => Scene(scene, settings, tap is not null),
            CaptureSource.File file => file.RealTime
                ? new FfmpegArguments().Input("file:" + file.Path, "-re").Map("0:v:0", "0:a:0?")
                : new FfmpegArguments().Input("file:" + file.Path).Map("0:v:0", "0:a:0?"),
            // Ten seconds without a packet (in microseconds) end the run, so that the camera can say so and try again.
            CaptureSource.Rtsp rtsp => new FfmpegArguments()
                .Input(rtsp.Url, "-rtsp_transport", "tcp", "-timeout", "10000000")
                .Map("0:v:0", "0:a:0?"),
            CaptureSource.Devices devices => Devices(devices, settings),
            _ => throw new ArgumentOutOfRangeException(nameof(source), source, "No such source."),
        };
        if (source is not CaptureSource.TestScene)
            arguments
                .Add(
                    "-vf",
                    $"scale={Number(settings.Width)}:{Number(settings.Height)}:force_original_aspect_ratio=decrease:force_divisible_by=2"
                )
                .Add("-af", "aresample=async=1000"); // sound from a live source has holes and its own clock; the picture's time leads
        if (tap is not null && source is not (CaptureSource.TestScene or CaptureSource.Devices { SoundDevice: null }))
            arguments.Map(source is CaptureSource.Devices ? "1:a:0" : "0:a:0?");
        arguments.H264(settings.Preset, settings.VideoKbps).Aac(settings.SoundKbps, channels: 1);
        return tap is null ? arguments.FragmentsToStdout() : arguments.FragmentsToStdoutAnd(tap);
    }

    static FfmpegArguments Scene(CaptureSource.TestScene scene, CaptureSettings settings, bool twice)
    {
        var arguments = new FfmpegArguments()
            .Input(TestStreet.Sky(settings, scene.Seed), "-re", "-f", "lavfi")
            .Input("anoisesrc=color=brown:amplitude=0.02:sample_rate=48000", "-re", "-f", "lavfi");
        if (scene.SpeechWav is { } wav)
            arguments.Input("file:" + wav, "-re", "-stream_loop", "-1");
        var sound = scene.SpeechWav is null ? "[1:a]anull[a]" : "[1:a][2:a]amix=inputs=2:duration=first:normalize=0[a]";
        if (twice)
            sound = sound[..^"[a]".Length] + ",asplit[a][b]";
        // The clock is drawn after the pacing and right before the encoder: what is burnt in is when the frame was encoded.
        return arguments
            .Filter($"[0:v]{TestStreet.Picture(settings, scene)}[v];{sound}")
            .Map("[v]", "[a]")
            .Map(twice ? ["[b]"] : []);
    }

    static FfmpegArguments Devices(CaptureSource.Devices devices, CaptureSettings settings)
    {
        var arguments = new FfmpegArguments().Input(
            devices.VideoDevice,
            "-f",
            "v4l2",
            "-framerate",
            Number(settings.FramesPerSecond),
            "-video_size",
            $"{Number(settings.Width)}x{Number(settings.Height)}",
            "-use_wallclock_as_timestamps",
            "1",
            "-thread_queue_size",
            "64"
        );
        if (devices.SoundDevice is not { } sound)
            return arguments.Map("0:v:0");
        // Both devices by one clock, and the sound placed beside the picture by it: they never start at the same instant.
        arguments.Input(sound, "-f", "alsa", "-use_wallclock_as_timestamps", "1", "-isync", "0", "-thread_queue_size", "512");
        return arguments.Map("0:v:0", "1:a:0");
    }

    static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
