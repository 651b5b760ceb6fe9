using System.Security.Cryptography;

namespace Lapel.Bench;

/// <summary>
/// Sealing on the camera. It hashes twice, clear and sealed, since a court checks the media and the vault checks the object; so the
/// fair floor hashes twice too, and the floor with one hash shows what the second digest costs.
/// </summary>
static class SealBench
{
    const double CameraBytesPerSecond = 12e6 / 8; // 1080p30 at the high end of what body-worn cameras write

    public static async Task Run(Report report, BenchOptions options)
    {
        var clear = new byte[(options.Size ?? 64) << 20];
        RandomNumberGenerator.Fill(clear);
        using var scratch = new Scratch();
        Ours(clear, scratch);
        Floor(clear, scratch, 2);
        var found = await Measure.InTurns(
            Math.Max(options.Rounds, 5),
            () => clear.Length / 1e6 / Measure.OwnCpu(() => Ours(clear, scratch)),
            () => clear.Length / 1e6 / Measure.OwnCpu(() => Floor(clear, scratch, 1)),
            () => clear.Length / 1e6 / Measure.OwnCpu(() => Floor(clear, scratch, 2))
        );
        report.Add("seal, MB per CPU second", "MB/s", found[0], "GCM + 2 SHA-256 + write", found[2], Goal.RatioAtLeast(0.9));
        report.Add("seal, MB per CPU second", "MB/s", found[0], "GCM + 1 SHA-256 + write", found[1]);
        report.Add(
            "a 12 Mb/s camera",
            "% of core",
            CameraBytesPerSecond / 1e6 / found[0] * 100,
            goal: Goal.AtMost(2, "% of core")
        );
    }

    static void Ours(byte[] clear, Scratch scratch)
    {
        using var key = ContentKey.New();
        using var to = Open(scratch);
        using var writer = new SealedWriter(to, key, ClipId.New());
        // As a recorder does: a fragment at a time.
        const int Fragment = 750_000;
        for (var at = 0; at < clear.Length; at += Fragment)
            writer.Write(clear.AsSpan(at, Math.Min(Fragment, clear.Length - at)));
        writer.Finish();
    }

    static void Floor(byte[] clear, Scratch scratch, int hashes)
    {
        const int Segment = 16 * 1024;
        using var gcm = new AesGcm(RandomNumberGenerator.GetBytes(32), 16);
        using var ofClear = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var ofSealed = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var to = Open(scratch);
        var sealedBytes = new byte[Segment + 16];
        var nonce = new byte[12];
        for (var at = 0; at < clear.Length; at += Segment)
        {
            var piece = clear.AsSpan(at, Math.Min(Segment, clear.Length - at));
            BitConverter.TryWriteBytes(nonce, at);
            gcm.Encrypt(nonce, piece, sealedBytes.AsSpan(0, piece.Length), sealedBytes.AsSpan(piece.Length, 16));
            to.Write(sealedBytes, 0, piece.Length + 16);
            ofSealed.AppendData(sealedBytes, 0, piece.Length + 16);
            if (hashes == 2)
                ofClear.AppendData(piece);
        }
    }

    static FileStream Open(Scratch scratch) => new(scratch.File("sealed"), FileMode.Create, FileAccess.Write, FileShare.None, 0);
}
