using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Lapel.Media;
using Shouldly;

namespace Lapel.Tests.Media;

/// <summary>Small clips made by ffmpeg's test sources when first asked for, each with one known property, kept for the run.</summary>
static class GoldenMedia
{
    const string Picture = "testsrc2=s=160x120:r=30:d=5";
    const string Tone = "sine=f=440:r=48000:d=5";
    const string Fragmented = "empty_moov+default_base_moof+frag_keyframe+delay_moov+skip_trailer";

    static readonly ConcurrentDictionary<string, Lazy<byte[]>> made = new();

    /// <summary>Five seconds of picture and sound, a fragment a second: 150 frames.</summary>
    public static byte[] Normal =>
        Made(
            "-i",
            Tone,
            "-c:v",
            "libx264",
            "-g",
            "30",
            "-tune",
            "zerolatency",
            "-c:a",
            "aac",
            "-b:a",
            "48k",
            "-movflags",
            Fragmented
        );

    public static byte[] WithoutSound => Made("-c:v", "libx264", "-g", "30", "-movflags", Fragmented);

    public static byte[] WithoutPicture =>
        Made(
            "-i",
            Tone,
            "-map",
            "1:a",
            "-c:a",
            "aac",
            "-frag_duration",
            "1000000",
            "-movflags",
            "empty_moov+default_base_moof+delay_moov"
        );

    public static byte[] Hevc =>
        Made(
            "-i",
            Tone,
            "-c:v",
            "libx265",
            "-x265-params",
            "keyint=30:log-level=none",
            "-tag:v",
            "hvc1",
            "-c:a",
            "aac",
            "-movflags",
            Fragmented
        );

    public static byte[] OrdinaryLateMoov => Made("-i", Tone, "-c:v", "libx264", "-c:a", "aac");

    public static byte[] OrdinaryEarlyMoov => Made("-i", Tone, "-c:v", "libx264", "-c:a", "aac", "-movflags", "faststart");

    public static byte[] OddTimescales =>
        Made(
            "-i",
            "sine=r=44100:d=5",
            "-c:v",
            "libx264",
            "-g",
            "30",
            "-r",
            "30000/1001",
            "-video_track_timescale",
            "90001",
            "-c:a",
            "aac",
            "-ar",
            "44100",
            "-movflags",
            Fragmented
        );

    public static byte[] NegativeOffsets =>
        Made(
            "-i",
            Tone,
            "-c:v",
            "libx264",
            "-bf",
            "2",
            "-g",
            "30",
            "-c:a",
            "aac",
            "-movflags",
            Fragmented + "+negative_cts_offsets"
        );

    /// <summary>Each track's fragment in a 'moof' of its own.</summary>
    public static byte[] TracksApart =>
        Made(
            "-i",
            Tone,
            "-c:v",
            "libx264",
            "-g",
            "30",
            "-c:a",
            "aac",
            "-movflags",
            "empty_moov+default_base_moof+frag_keyframe+separate_moof+skip_trailer"
        );

    public static byte[] AbsoluteOffsets =>
        Made("-i", Tone, "-c:v", "libx264", "-g", "30", "-c:a", "aac", "-movflags", "empty_moov+frag_keyframe+skip_trailer");

    public static byte[] EveryFrame =>
        Made(
            "-i",
            Tone,
            "-c:v",
            "libx264",
            "-g",
            "30",
            "-tune",
            "zerolatency",
            "-c:a",
            "aac",
            "-movflags",
            "empty_moov+default_base_moof+frag_every_frame+delay_moov"
        );

    public static byte[] Opus =>
        Made("-i", Tone, "-c:v", "libx264", "-g", "30", "-c:a", "libopus", "-movflags", Fragmented, "-strict", "-2");

    public static byte[] Stereo =>
        Made("-i", Tone, "-c:v", "libx264", "-g", "30", "-c:a", "aac", "-ac", "2", "-movflags", Fragmented);

    public static byte[] Matroska => Made("-i", Tone, "-c:v", "libx264", "-c:a", "aac", "-f", "matroska");

    /// <summary>As a browser records it: lengths of segment and clusters are not known when they begin.</summary>
    public static byte[] WebM =>
        Made("-i", Tone, "-c:v", "libvpx", "-deadline", "realtime", "-g", "30", "-c:a", "libopus", "-f", "webm", "-live", "1");

    /// <summary>A camera worn on its side: the matrix of the 'tkhd' turns the picture clockwise by a quarter.</summary>
    public static byte[] TurnedRight
    {
        get
        {
            var clip = WithoutSound.ToArray();
            var matrix = clip.AsSpan(clip.AsSpan().IndexOf("tkhd"u8) + 4 + 40);
            ((ReadOnlySpan<byte>)[0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0]).CopyTo(matrix);
            return clip;
        }
    }

    /// <summary>The 'mdat' boxes of <see cref="Normal"/> with lengths of 64 bits.</summary>
    public static byte[] WideLengths()
    {
        var to = new MemoryStream();
        var (init, fragments) = Split(Normal);
        to.Write(init.Bytes);
        foreach (var fragment in fragments)
        {
            var bytes = fragment.Bytes;
            Boxes.Read(bytes, 0, bytes.Length, out var moof).ShouldBe(BoxReading.Whole);
            for (var at = 0; at < moof.LengthBytes - 12; at++)
                if (bytes.AsSpan(at, 4).SequenceEqual("trun"u8))
                    Add(bytes.AsSpan(at + 12, 4), 8);
            to.Write(bytes.AsSpan(0, (int)moof.LengthBytes));
            to.Write([0, 0, 0, 1, .. "mdat"u8, 0, 0, 0, 0]);
            var length = new byte[4];
            Add(length, (uint)(bytes.Length - moof.LengthBytes + 8));
            to.Write(length);
            to.Write(bytes.AsSpan((int)moof.LengthBytes + 8));
        }
        return to.ToArray();

        static void Add(Span<byte> number, uint more) =>
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(
                number,
                System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(number) + more
            );
    }

    public static (InitSegment Init, List<Fragment> Fragments) Split(ReadOnlySpan<byte> clip, int pieceBytes = int.MaxValue)
    {
        var stream = new FragmentStream();
        var fragments = new List<Fragment>();
        for (var at = 0; at < clip.Length; )
        {
            var piece = clip.Slice(at, Math.Min(pieceBytes, clip.Length - at));
            stream.Write(piece);
            at += piece.Length;
            while (stream.TryRead(out var fragment))
                fragments.Add(fragment);
        }
        return (stream.Init ?? throw new BrokenMediaException("The stream ended before its beginning was whole."), fragments);
    }

    public static byte[] Join(InitSegment init, IEnumerable<Fragment> fragments) =>
        [.. init.Bytes, .. fragments.SelectMany(f => f.Bytes)];

    public static ReadAt Reader(byte[] clip) =>
        (offset, into) =>
        {
            if (offset >= clip.Length)
                return 0;
            var count = (int)Math.Min(into.Length, clip.Length - offset);
            clip.AsSpan((int)offset, count).CopyTo(into);
            return count;
        };

    /// <summary>Decodes everything, and fails at the first thing that ffmpeg finds wrong.</summary>
    public static void ShouldDecode(byte[] clip) =>
        Run("ffmpeg", clip, "-v", "error", "-xerror", "-err_detect", "explode", "-i", "@", "-f", "null", "-")
            .Errors.ShouldBeEmpty();

    /// <param name="stream">As v or a.</param>
    public static int DecodedFrames(byte[] clip, string stream = "v") =>
        int.TryParse(
            Run(
                "ffprobe",
                clip,
                "-v",
                "error",
                "-count_frames",
                "-select_streams",
                stream,
                "-show_entries",
                "stream=nb_read_frames",
                "-of",
                "csv=p=0",
                "@"
            )
                .Output.Trim()
                .TrimEnd(','),
            CultureInfo.InvariantCulture,
            out var frames
        )
            ? frames
            : 0;

    public static byte[] SoundSamples(byte[] clip) =>
        RunBytes("ffmpeg", clip, "-v", "error", "-i", "@", "-map", "0:a", "-f", "s16le", "-").Output;

    static byte[] Made(params string[] more) =>
        made.GetOrAdd(
            string.Join(' ', more),
            _ =>
                new(() =>
                {
                    var inputs = new List<string> { "-v", "error", "-f", "lavfi", "-i", Picture };
                    foreach (var argument in more)
                    {
                        if (argument == "-i")
                            inputs.AddRange(["-f", "lavfi"]);
                        inputs.Add(argument);
                    }
                    var format = more.Contains("matroska") ? "mkv" : "mp4";
                    inputs.AddRange(["-pix_fmt", "yuv420p", "-shortest", "-threads", "1", "-y", "@out." + format]);
                    return RunBytes("ffmpeg", [], [.. inputs]).Made;
                })
        ).Value;

    static (string Output, string Errors) Run(string program, byte[] clip, params string[] arguments)
    {
        var (output, errors, _) = RunBytes(program, clip, arguments);
        return (System.Text.Encoding.UTF8.GetString(output), errors);
    }

    /// <summary>"@" among the arguments stands for a file with the clip, "@out.x" for one that is read afterwards.</summary>
    static (byte[] Output, string Errors, byte[] Made) RunBytes(string program, byte[] clip, params string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("lapel-media-");
        try
        {
            var input = Path.Combine(folder.FullName, "in.mp4");
            File.WriteAllBytes(input, clip);
            var made = arguments.FirstOrDefault(a => a.StartsWith("@out", StringComparison.Ordinal)) is { } name
                ? Path.Combine(folder.FullName, name[1..])
                : null;
            var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
            foreach (var argument in arguments)
                start.ArgumentList.Add(
                    argument == "@" ? input
                    : argument.StartsWith("@out", StringComparison.Ordinal) ? made!
                    : argument
                );
            using var process = Process.Start(start).ShouldNotBeNull();
            var errors = process.StandardError.ReadToEndAsync();
            var output = new MemoryStream();
            process.StandardOutput.BaseStream.CopyTo(output);
            process.WaitForExit();
            if (made is not null)
                process.ExitCode.ShouldBe(0, errors.Result);
            return (output.ToArray(), errors.Result, made is null ? [] : File.ReadAllBytes(made));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
