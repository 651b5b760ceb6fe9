namespace Lapel.Media;

/// <summary>Where a camera's picture and sound come from.</summary>
public abstract record CaptureSource
{
    /// <summary>A moving scene with the wall clock (UTC, tenths of a second) and a text burnt in, and spoken lines from a WAV file, repeated.</summary>
    public sealed record TestScene(string Badge, string? SpeechWav = null, int Seed = 0) : CaptureSource;

    /// <param name="RealTime">Paced as it plays; false reads as fast as it can.</param>
    public sealed record File(string Path, bool RealTime = true) : CaptureSource;

    public sealed record Rtsp(string Url) : CaptureSource;

    /// <param name="VideoDevice">As /dev/video0.</param>
    /// <param name="SoundDevice">ALSA's name, as hw:1 or default; null for none.</param>
    public sealed record Devices(string VideoDevice, string? SoundDevice) : CaptureSource;
}

public sealed record CaptureSettings(int Width = 1280, int Height = 720, int FramesPerSecond = 30, int VideoKbps = 2500, int SoundKbps = 64);

/// <summary>The command that turns a source into fragments of one second on stdout: feed them to <see cref="FragmentStream"/>.</summary>
public static class Capture
{
    public static FfmpegArguments Arguments(CaptureSource source, CaptureSettings settings) => new();

    /// <summary>Speaks lines into a WAV file with flite; false when flite is not installed.</summary>
    public static Task<bool> Speak(IReadOnlyList<string> lines, string wav, CancellationToken stop) => Task.FromResult(false);
}
