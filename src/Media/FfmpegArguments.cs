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
        Add("-export_side_data", "prft", "-write_prft", "wallclock").Add("-movflags", FragmentFlags).ToStdout("mp4");

    const string FragmentFlags = "empty_moov+default_base_moof+frag_keyframe+delay_moov+skip_trailer";

    /// <summary>
    /// The same fragments, and beside them each packet as RTP to a port of this machine: the picture as it is encoded anyway, the sound once
    /// more as Opus. Datagrams to loopback never wait for their reader, and when that side fails ffmpeg goes on without it; when stdout is
    /// closed it ends.
    /// </summary>
    public FfmpegArguments FragmentsToStdoutAnd(CaptureTap tap)
    {
        var to = string.Create(
            CultureInfo.InvariantCulture,
            $"rtp://127.0.0.1:{tap.Port}?rtcpport={tap.Port}&pkt_size={CaptureTap.MostPacketBytes}"
        );
        return Add("-c:a:1", "libopus", "-b:a:1", Kilobits(CaptureTap.SoundKbps), "-application", "voip", "-frame_duration", "40")
            .Add("-export_side_data", "prft", "-flags", "+global_header", "-f", "tee")
            .Add(
                $@"[f=mp4:onfail=abort:select=\'v:0,a:0\':write_prft=wallclock:movflags={FragmentFlags}]pipe:1|"
                    + string.Create(
                        CultureInfo.InvariantCulture,
                        $"[f=rtp:onfail=ignore:select=v:payload_type=96:ssrc={tap.PictureSsrc}:bsfs/v=dump_extra]{to}|"
                    )
                    + string.Create(
                        CultureInfo.InvariantCulture,
                        $@"[f=rtp:onfail=ignore:select=\'a:1\':payload_type=111:ssrc={tap.SoundSsrc}]{to}"
                    )
            );
    }

    /// <summary>
    /// Each packet as RTP to a port of this machine, nothing on stdout: the picture as it is, only H.264, and the sound as Opus. Without a
    /// picture it ends; without sound it does not.
    /// </summary>
    public FfmpegArguments ToTap(CaptureTap tap)
    {
        var to = string.Create(
            CultureInfo.InvariantCulture,
            $"rtp://127.0.0.1:{tap.Port}?rtcpport={tap.Port}&pkt_size={CaptureTap.MostPacketBytes}"
        );
        // The filter stands before the tee: behind it, the RTP muxers would still believe the lengths of FLV and MP4 before each NAL unit.
        return Add(
                "-bsf:v",
                "h264_mp4toannexb",
                "-c:a",
                "libopus",
                "-b:a",
                Kilobits(CaptureTap.SoundKbps),
                "-ar",
                "48000",
                "-ac",
                "1"
            )
            .Add("-application", "voip", "-frame_duration", "40", "-flags", "+global_header", "-f", "tee")
            .Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"[f=rtp:onfail=abort:select=v:payload_type=96:ssrc={tap.PictureSsrc}:bsfs/v=dump_extra]{to}|"
                )
                    + string.Create(
                        CultureInfo.InvariantCulture,
                        $"[f=rtp:onfail=ignore:select=a:payload_type=111:ssrc={tap.SoundSsrc}]{to}"
                    )
            );
    }

    /// <summary>H.264 as it comes, one whole picture at a time, on stdin; each is decoded at once and none is held back.</summary>
    public FfmpegArguments PicturesOnStdin() =>
        Input(
            "pipe:0",
            "-protocol_whitelist",
            "pipe",
            "-fflags",
            "nobuffer",
            "-flags",
            "low_delay",
            "-threads",
            "1",
            "-probesize",
            "32",
            "-analyzeduration",
            "0",
            "-use_wallclock_as_timestamps",
            "1",
            "-f",
            "h264"
        );

    /// <summary>RTP to a port of this machine, nothing on stdout.</summary>
    public FfmpegArguments PicturesTo(int port, int ssrc) =>
        Add("-sdp_file", "/dev/null", "-payload_type", "96", "-ssrc", ssrc.ToString(CultureInfo.InvariantCulture), "-f", "rtp")
            .Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"rtp://127.0.0.1:{port}?rtcpport={port}&pkt_size={CaptureTap.MostPacketBytes}"
                )
            );

    /// <summary>The sound alone as Opus, the same way.</summary>
    public FfmpegArguments SoundTo(CaptureTap tap) =>
        Add("-vn", "-c:a", "libopus", "-b:a", Kilobits(CaptureTap.SoundKbps), "-ar", "48000", "-ac", "1", "-application", "voip")
            .Add("-sdp_file", "/dev/null", "-payload_type", "111", "-ssrc", tap.SoundSsrc.ToString(CultureInfo.InvariantCulture))
            .Add("-f", "rtp", string.Create(CultureInfo.InvariantCulture, $"rtp://127.0.0.1:{tap.Port}?rtcpport={tap.Port}"));

    public FfmpegArguments ToStdout(string format) => Add("-f", format, "pipe:1");

    static string Kilobits(int kbps) => kbps.ToString(CultureInfo.InvariantCulture) + "k";
}
