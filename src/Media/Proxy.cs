namespace Lapel.Media;

/// <summary>
/// A playable copy (H.264 and AAC, fragmented MP4, at most 720 lines) of a clip that browsers cannot play. Derived and disposable;
/// the original stays what it is.
/// </summary>
public static class Proxy
{
    // Containers in which cameras write. The list keeps out playlists and the like, which name other files and addresses.
    const string Containers =
        "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,asf,flv,ogg,wav,mp3,aac,flac,h264,hevc,mjpeg,dv,mxf,g726,amr";

    /// <param name="to">Receives the proxy; index it with <see cref="ClipIndex.Read"/> to play it.</param>
    /// <exception cref="FfmpegException">ffmpeg cannot read the clip either; the message says why.</exception>
    public static async Task Make(
        Ffmpeg ffmpeg,
        ReadAt read,
        long lengthBytes,
        Stream to,
        TimeSpan timeout,
        CancellationToken stop
    )
    {
        // An ordinary MP4 is read from its end, so a pipe will not do, and clear evidence is not written to a disk.
        await using var clip = new LoopbackClip(read, lengthBytes);
        var arguments = new FfmpegArguments()
            .Input(clip.Url, "-protocol_whitelist", "http,tcp", "-format_whitelist", Containers, "-seekable", "1")
            .Map("0:v:0?", "0:a:0?")
            .NoInventedFrames()
            .Add(
                "-vf",
                "scale=-2:'min(720,ih)'",
                "-c:v",
                "libx264",
                "-preset",
                "veryfast",
                "-crf",
                "23",
                "-maxrate",
                "4M",
                "-bufsize",
                "8M"
            )
            .Add(
                "-pix_fmt",
                "yuv420p",
                "-profile:v",
                "high",
                "-g",
                "600",
                "-sc_threshold",
                "0",
                "-force_key_frames",
                "expr:gte(t,n_forced*2)"
            )
            .Add("-af", "aresample=async=1000")
            .Aac(96, channels: 2)
            .Add(
                "-movflags",
                "empty_moov+default_base_moof+frag_keyframe+delay_moov+skip_trailer",
                "-max_muxing_queue_size",
                "1024"
            )
            .ToStdout("mp4");
        await ffmpeg.Run(arguments, null, (output, within) => output.CopyToAsync(to, within), timeout, stop);
    }
}
