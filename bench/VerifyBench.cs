using System.Security.Cryptography;

namespace Lapel.Bench;

/// <summary>Checking a whole custody log offline, with its files and the pinned key alone; the floor only hashes the same leaves.</summary>
static class VerifyBench
{
    const int AppendedAtOnce = 4096;

    public static async Task Run(Report report, BenchOptions options)
    {
        var entries = options.Size ?? 200_000;
        using var scratch = new Scratch();
        var folder = scratch.File("log");
        using var signer = LogSigner.New("bench.example/log");
        List<byte[]> leaves = [];
        string note;
        using (var log = TileLog.Open(folder, signer))
        {
            for (long done = 0; done < entries; done += AppendedAtOnce)
            {
                var some = Enumerable
                    .Range(0, (int)Math.Min(AppendedAtOnce, entries - done))
                    .Select(_ => RandomNumberGenerator.GetBytes(256))
                    .ToList();
                leaves.AddRange(some);
                log.Append([.. some.Select(e => (ReadOnlyMemory<byte>)e)]);
            }
            note = log.HeadNote;
        }
        byte[]? Read(TileName name) =>
            Path.Combine(folder, name.Path) is var file && File.Exists(file) ? File.ReadAllBytes(file) : null;

        var found = await Measure.InTurns(
            options.Rounds,
            () =>
                entries
                / Measure.OwnCpu(() =>
                {
                    if (LogChecks.Log(Read, note, signer.Verifier, null).FirstOrDefault(c => !c.Passed) is { } broken)
                        throw new InvalidDataException(broken.ToString());
                }),
            () =>
                entries
                / Measure.OwnCpu(() =>
                {
                    foreach (var leaf in leaves)
                        SHA256.HashData(leaf);
                })
        );
        report.Add("verify a log of 256-byte entries", "entries/s", found[0], "leaf hashing alone", found[1]);
        report.Add(
            "10 million entries would take",
            "CPU-s",
            1e7 / found[0],
            "leaf hashing alone",
            1e7 / found[1],
            Goal.AtMost(60, "CPU-s")
        );
    }
}
