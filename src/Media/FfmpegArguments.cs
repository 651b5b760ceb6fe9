using System.Globalization;

namespace Lapel.Media;

/// <summary>An ffmpeg command line, one argument an element: nothing is ever quoted, split or seen by a shell.</summary>
public sealed class FfmpegArguments
{
    readonly List<string> list = ["-hide_banner", "-nostats", "-loglevel", "warning"];

    public IReadOnlyList<string> List => list;

    public FfmpegArguments Add(params ReadOnlySpan<string> arguments)
    {
        list.AddRange(arguments);
        return this;
    }

    /// <param name="options">Stand before the input, where ffmpeg expects them.</param>
    public FfmpegArguments Input(string url, params ReadOnlySpan<string> options) => Add(options).Add("-i", url);

    /// <summary>
    /// Fragmented MP4 from stdin, and nothing else: evidence may be hostile, and ffmpeg can be talked into opening files and addresses
    /// by the playlists it reads. The edit list is left out, since it would drop the beginning of pieces that are taken from the middle.
    /// </summary>
    public FfmpegArguments FragmentsOnStdin() =>
        Input("pipe:0", "-protocol_whitelist", "pipe", "-f", "mp4", "-ignore_editlist", "1");

    public FfmpegArguments Filter(string graph) => Add("-filter_complex", graph);

    public FfmpegArguments Map(params ReadOnlySpan<string> streams)
    {
        foreach (var stream in streams)
            Add("-map", stream);
        return this;
    }

    /// <summary>Frames at the times at which they came. Left alone, ffmpeg fills slow moments with copies: frames that no camera took.</summary>
    public FfmpegArguments NoInventedFrames() => Add("-fps_mode", "vfr");

    /// <summary>H.264 as every browser decodes it, no frame held back, a keyframe each second whatever the frame rate does.</summary>
    public FfmpegArguments H264(string preset, int kbps) =>
        NoInventedFrames()
            .Add("-c:v", "libx264", "-preset", preset, "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-profile:v", "high")
            .Add("-b:v", Kilobits(kbps), "-maxrate", Kilobits(kbps * 3 / 2), "-bufsize", Kilobits(kbps * 2))
            .Add("-g", "600", "-sc_threshold", "0", "-force_key_frames", "expr:gte(t,n_forced)");

    public FfmpegArguments Aac(int kbps, int channels) =>
        Add("-c:a", "aac", "-b:a", Kilobits(kbps), "-ar", "48000", "-ac", channels.ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// Fragmented MP4 on stdout, a fragment for each keyframe. 'delay_moov' lets the beginning tell the encoders' delays, so picture and sound
    /// are in step from the first frame; it arrives with the first fragment. 'prft' boxes carry the wall clock of each fragment's first frame.
    /// </summary>
    public FfmpegArguments FragmentsToStdout() =>
        Add("-export_side_data", "prft", "-write_prft", "wallclock")
            .Add("-movflags", "empty_moov+default_base_moof+frag_keyframe+delay_moov+skip_trailer")
            .ToStdout("mp4");

    public FfmpegArguments ToStdout(string format) => Add("-f", format, "pipe:1");

    static string Kilobits(int kbps) => kbps.ToString(CultureInfo.InvariantCulture) + "k";
}
