using System.Diagnostics;
using Lapel.Media;

namespace Lapel.Bench;

/// <summary>Looking into a clip at admission, through its seal, beside ffprobe on the open file.</summary>
static class ProbeBench
{
    public static async Task Run(Report report, BenchOptions options)
    {
        using var scratch = new Scratch();
        var media = BenchMedia.Make(scratch, (options.Size ?? 128) << 20);
        using var key = ContentKey.New();
        var clip = ClipId.New();
        var sealedFile = scratch.File("sealed");
        await using (var to = File.Create(sealedFile))
        {
            using var writer = new SealedWriter(to, key, clip);
            writer.Write(await File.ReadAllBytesAsync(media));
            writer.Finish();
        }
        using var file = File.OpenHandle(sealedFile);
        long bytes = 0;
        int reads = 0;

        void Ours()
        {
            (bytes, reads) = (0, 0);
            using var reader = new SealedReader(file, RandomAccess.GetLength(file), key, clip, complete: true);
            var index = ClipIndex.Read(
                (offset, into) =>
                {
                    var read = reader.Read(offset, into);
                    (bytes, reads) = (bytes + read, reads + 1);
                    return read;
                },
                reader.ClearLengthBytes
            );
            if (index.Fragments.Count == 0 || index.Cut)
                throw new InvalidDataException("The clip's index is empty.");
        }

        Ours();
        string[] quick = ["-loglevel", "error", "-show_format", "-show_streams", media];
        string[] packets =
        [
            "-loglevel",
            "error",
            "-select_streams",
            "v:0",
            "-show_entries",
            "packet=pts,pos,size,flags",
            "-of",
            "csv",
            media,
        ];
        var found = await Measure.InTurns(
            Math.Max(options.Rounds, 5),
            () => Measure.Wall(Ours) * 1000,
            () => Measure.Wall(() => Programs.Run("ffprobe", quick)) * 1000,
            () => Measure.Wall(() => Programs.Run("ffprobe", packets)) * 1000
        );
        var name = $"index of a {new FileInfo(media).Length >> 20} MiB clip";
        report.Add(
            name,
            "ms",
            found[0],
            "ffprobe, streams only",
            found[1],
            Goal.Both(Goal.AtMost(10, "ms"), Goal.RatioAtMost(0.1))
        );
        report.Add(name, "ms", found[0], "ffprobe, every packet as ours", found[2]);
        report.Add($"bytes asked for in {reads} reads", "MiB", bytes / 1048576.0, goal: Goal.AtMost(1, "MiB"));
        // Each read opens whole segments of 16 KiB.
        report.Add(
            "bytes decrypted for them, at most",
            "MiB",
            reads * (double)SealedFormat.SegmentLengthBytes / 1048576.0 + bytes / 1048576.0
        );
    }
}
