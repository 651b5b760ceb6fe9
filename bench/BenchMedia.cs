using System.Globalization;

namespace Lapel.Bench;

/// <summary>Fragmented MP4 as a body-worn camera writes it: 1080p30 H.264 with sound, made by ffmpeg, repeated to the length asked.</summary>
static class BenchMedia
{
    const int Seconds = 10;

    /// <summary>At least this long, and less than one repetition longer.</summary>
    public static string Make(Scratch scratch, long lengthBytes)
    {
        var seed = scratch.File("seed.mp4");
        if (!File.Exists(seed))
            Programs.Run(
                "ffmpeg",
                [
                    "-loglevel",
                    "error",
                    "-f",
                    "lavfi",
                    "-i",
                    "testsrc2=size=1920x1080:rate=30",
                    "-f",
                    "lavfi",
                    "-i",
                    "sine=frequency=440",
                    "-t",
                    Text(Seconds),
                    "-c:v",
                    "libx264",
                    "-preset",
                    "ultrafast",
                    "-pix_fmt",
                    "yuv420p",
                    "-g",
                    "30",
                    "-b:v",
                    "8M",
                    "-minrate",
                    "8M",
                    "-maxrate",
                    "8M",
                    "-bufsize",
                    "8M",
                    "-x264-params",
                    "nal-hrd=cbr",
                    "-c:a",
                    "aac",
                    .. Fragmented,
                    seed,
                ]
            );
        var made = scratch.File(string.Create(CultureInfo.InvariantCulture, $"media-{lengthBytes}.mp4"));
        if (!File.Exists(made))
            Programs.Run(
                "ffmpeg",
                [
                    "-loglevel",
                    "error",
                    "-stream_loop",
                    Text(lengthBytes / new FileInfo(seed).Length),
                    "-i",
                    seed,
                    "-c",
                    "copy",
                    .. Fragmented,
                    made,
                ]
            );
        return made;
    }

    static readonly string[] Fragmented = ["-movflags", "+frag_keyframe+empty_moov+default_base_moof"];

    static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
