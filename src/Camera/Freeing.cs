namespace Lapel.CameraProgram;

/// <summary>
/// Letting go of clips. It happens only with the server's receipt in hand: a log entry, proved to be in the agency's custody log under
/// the key pinned at enrolment, that says exactly this manifest with exactly these clips was admitted. Manifest, journal and receipt
/// stay.
/// </summary>
public static class Freeing
{
    /// <summary>Why the clips of a recording must stay; null when they may go.</summary>
    /// <param name="envelope">The signed manifest's bytes.</param>
    public static Refusal? WhyNotFree(byte[] envelope, Receipt receipt, LogVerifier log)
    {
        try
        {
            var (signed, manifest) = SignedManifest.Read(envelope);
            // This camera wrote the manifest itself, so what it claims there is what it computed.
            IReadOnlyList<Digest> clips = [.. manifest.Clips.Select(c => c.SealedDigest.Stated)];
            return receipt.WhyNotAdmission(log, manifest.Recording, signed.Digest, clips) is { } why
                ? new("receipt-does-not-hold", why, RefusalKind.Rejected)
                : null;
        }
        catch (FormatException e)
        {
            return new("receipt-does-not-hold", e.Message, RefusalKind.Rejected);
        }
    }

    /// <summary>Removes the sealed clips and wrapped keys. The receipt must be on disk before.</summary>
    public static long Free(RecordingFolder folder)
    {
        if (!File.Exists(folder.Receipt))
            throw new InvalidOperationException("Clips are never freed before the receipt is on disk.");
        var freedBytes = 0L;
        foreach (
            var file in Directory
                .EnumerateFiles(folder.Path)
                .Where(f => f.EndsWith(".sealed", StringComparison.Ordinal) || f.EndsWith(".key", StringComparison.Ordinal))
        )
        {
            freedBytes += new FileInfo(file).Length;
            File.Delete(file); // if we die half-way: the receipt is there, and the next start goes on
        }
        File.Delete(folder.Uploads);
        Durable.SyncFolder(folder.Path);
        return freedBytes;
    }
}
