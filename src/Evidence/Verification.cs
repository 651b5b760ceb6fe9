using System.Buffers;
using System.Security.Cryptography;

namespace Lapel.Evidence;

/// <summary>
/// Checks one recording from the vault's bytes to the log's head, each link by itself and in the order of the chain, so that the
/// first that failed is where it broke. It believes no column that the signed bytes can say instead.
/// </summary>
/// <param name="prove">The receipt of the log's entry at a position; none while the log does not reach that far.</param>
public sealed class Verification(IVault vault, ClearClips clear, LogVerifier verifier, Func<long, Receipt?> prove)
{
    public static Verification Of(Agency agency)
    {
        var log = agency.Get<CustodyLog>();
        return new(
            agency.Get<IVault>(),
            agency.Get<ClearClips>(),
            log.Verifier,
            position => position < log.Size ? log.Prove(position) : null
        );
    }

    const int ReadLengthBytes = 512 * 1024;

    /// <summary>What the records hold about one recording, gathered in one reading: hashing takes long, a reading must not.</summary>
    public sealed record Held(
        Recording Recording,
        AdmittedManifest? Manifest,
        IReadOnlyList<Clip> Clips,
        CameraKeyEntry? Key,
        AdmittedManifest? Before,
        bool GapReported,
        long? AdmissionPosition
    );

    public static async Task<Held> Gather(Reading reading, Recording recording, CancellationToken stop)
    {
        var kept = await AdmittedManifests.Of(reading, recording.Id, stop);
        return new(
            recording,
            kept,
            await Evidence.Clips.Of(reading, recording.Id, stop),
            kept is null ? null : await CameraKeys.Find(reading, kept.CameraKey, stop),
            kept?.Previous is { } previous ? await AdmittedManifests.Find(reading, previous, stop) : null,
            await reading.Any(
                "SELECT 1 FROM custody_entry WHERE recording = @Id AND kind = 'camera.chain-gap-reported'",
                new { recording.Id },
                stop
            ),
            await AdmissionPosition(reading, recording.Id, stop)
        );
    }

    public IEnumerable<LogCheck> Check(Held held, CancellationToken stop)
    {
        var manifest = ReadManifest(held.Manifest, out var form);
        yield return form;
        yield return CameraKey(held.Manifest, held.Key);
        yield return Chain(held);
        yield return Rows(held.Recording, held.Clips, manifest);
        foreach (var clip in held.Clips)
        {
            var signed = manifest?.Clips.FirstOrDefault(c => c.Number == clip.Number);
            yield return Sealed(clip, signed, stop);
            yield return Clear(clip, signed, stop);
        }
        foreach (var check in Log(held, manifest))
            yield return check;
    }

    static Manifest? ReadManifest(AdmittedManifest? kept, out LogCheck check)
    {
        const string Name = "Manifest";
        const string What = "The signed manifest is kept as it was admitted, and reads.";
        if (kept is null)
        {
            check = new(Name, What, "The records hold no manifest of this recording.");
            return null;
        }
        try
        {
            var (envelope, manifest) = SignedManifest.Read(kept.Envelope);
            var whyNot =
                envelope.Digest != kept.Digest ? "The manifest's bytes are not the ones that were admitted."
                : manifest.Recording != kept.Recording ? "The manifest is of another recording."
                : Manifests.WhyNotConsistent(manifest);
            check = new(Name, What, whyNot);
            return manifest;
        }
        catch (FormatException e)
        {
            check = new(Name, What, e.Message);
            return null;
        }
    }

    static LogCheck CameraKey(AdmittedManifest? kept, CameraKeyEntry? key)
    {
        const string Name = "Camera signature";
        const string What = "The camera signed the manifest with the key that was enrolled for it at the time.";
        if (kept is null)
            return new(Name, What, "There is no manifest to check.");
        if (key is null || key.Camera != kept.Camera)
            return new(Name, What, $"The register of cameras does not know the key {kept.CameraKey} for this camera.");
        try
        {
            var signed = Envelope.Parse(kept.Envelope).IsSignedBy(new CameraPublicKey(key.Spki));
            return new(Name, What, signed ? null : "The signature is not the camera's.");
        }
        catch (FormatException e)
        {
            return new(Name, What, e.Message);
        }
    }

    static LogCheck Chain(Held held)
    {
        const string Name = "Chain";
        const string What = "The manifest follows the camera's manifest before it.";
        if (held.Manifest is not { } kept)
            return new(Name, What, "There is no manifest to check.");
        if (kept.Previous is not { } previous)
            return new(
                Name,
                "This is the camera's first manifest.",
                kept.Sequence == 1 ? null : $"Manifest {kept.Sequence} names none before it."
            );
        if (held.Before is { } before)
            return new(
                Name,
                What,
                before.CameraKey != kept.CameraKey ? "The manifest before it is of another camera or key."
                    : before.Sequence != kept.Sequence - 1 ? $"Manifest {kept.Sequence} follows manifest {before.Sequence}."
                    : null
            );
        return held.GapReported
            ? new(Name, "The manifest before it was never received; the gap was reported in the custody log at admission.", null)
            : new(Name, What, $"The manifest before it, {previous}, is not here, and no gap was reported.");
    }

    static LogCheck Rows(Recording recording, IReadOnlyList<Clip> clips, Manifest? manifest)
    {
        var whyNot =
            manifest is null ? "There is no manifest to compare with."
            : recording.Camera != manifest.Camera || recording.Sequence != manifest.Sequence
                ? "The records name another camera or place in its chain."
            : !clips
                .Select(c => (c.Id, c.Number, c.Sealed, c.Clear, c.Complete))
                .SequenceEqual(manifest.Clips.Select(c => (c.Id, c.Number, c.SealedDigest.Stated, c.ClearDigest, c.Complete)))
                ? "The records list other clips than the manifest."
            : null;
        return new("Records", "The records say what the manifest says.", whyNot);
    }

    LogCheck Sealed(Clip clip, ClipEntry? signed, CancellationToken stop) =>
        Try(
            $"Clip {clip.Number}, sealed",
            $"The vault holds {clip.SealedLengthBytes:N0} bytes, and their digest is the one that the camera signed.",
            () => signed is null ? "The manifest lists no such clip." : WhyNotSealed(clip, signed, stop)
        );

    LogCheck Clear(Clip clip, ClipEntry? signed, CancellationToken stop) =>
        Try(
            $"Clip {clip.Number}, media",
            "It decrypts, every segment is authentic, and the media's digest is the one that the camera signed.",
            () => signed is null ? "The manifest lists no such clip." : WhyNotClear(clip, signed, stop)
        );

    string? WhyNotSealed(Clip clip, ClipEntry signed, CancellationToken stop)
    {
        using var kept = vault.Open(clip.Sealed);
        if (kept.LengthBytes != signed.SealedLengthBytes)
            return $"The vault holds {kept.LengthBytes} bytes; the camera signed {signed.SealedLengthBytes}.";
        var digest = DigestOf(kept.Read, stop);
        return signed.SealedDigest.Matches(digest) ? null : $"The sealed bytes were changed: their digest is {digest}.";
    }

    string? WhyNotClear(Clip clip, ClipEntry signed, CancellationToken stop)
    {
        using var media = clear.Open(clip);
        if (media.LengthBytes != signed.ClearLengthBytes)
            return $"It holds {media.LengthBytes} bytes of media; the camera signed {signed.ClearLengthBytes}.";
        var digest = DigestOf(media.Read, stop);
        return signed.ClearDigest.Matches(digest) ? null : $"The media are not what the camera signed: their digest is {digest}.";
    }

    internal static Digest DigestOf(Media.ReadAt read, CancellationToken stop)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(ReadLengthBytes);
        try
        {
            for (var at = 0L; ; )
            {
                stop.ThrowIfCancellationRequested();
                var got = read(at, buffer);
                if (got == 0)
                    return Digest.FromBytes(hash.GetHashAndReset());
                hash.AppendData(buffer, 0, got);
                at += got;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    IReadOnlyList<LogCheck> Log(Held held, Manifest? manifest)
    {
        const string Name = "Custody log";
        const string What = "The custody log contains the admission of exactly this manifest and these clips.";
        var (recording, kept) = (held.Recording, held.Manifest);
        try
        {
            if (held.AdmissionPosition is not { } position || prove(position) is not { } receipt)
                return [new(Name, What, "The admission is not in the custody log yet; try again in a moment.")];
            var whyNot =
                receipt.ReadEntry().Event is not CustodyEvent.RecordingAdmitted fact ? "The log's entry is not this admission."
                : kept is null || manifest is null ? "There is no manifest to compare with."
                : fact.Recording != recording.Id || fact.Manifest != kept.Digest ? "The log admitted another manifest."
                : !fact.Clips.SequenceEqual(manifest.Clips.Select(c => c.SealedDigest.Stated)) ? "The log admitted other clips."
                : null;
            var proof = LogChecks.Receipt(receipt, verifier);
            return
            [
                new(Name, What, whyNot),
                new(
                    "Inclusion",
                    "A proof leads from that entry to the log's signed head.",
                    proof.FirstOrDefault(c => !c.Passed && !c.Name.EndsWith("signed", StringComparison.Ordinal))?.WhyNot
                ),
                new(
                    "Checkpoint",
                    "The log's head is signed with the agency's log key.",
                    proof.FirstOrDefault(c => !c.Passed && c.Name.EndsWith("signed", StringComparison.Ordinal))?.WhyNot
                ),
            ];
        }
        catch (Exception e) when (e is LogBrokenException or FormatException)
        {
            return [new(Name, What, e.Message)];
        }
    }

    /// <summary>Where in the log the recording's admission is; none until it is integrated.</summary>
    public static Task<long?> AdmissionPosition(Reading reading, RecordingId recording, CancellationToken stop) =>
        reading.One(
            "SELECT position FROM custody_entry WHERE recording = @recording AND kind = 'recording.admitted' ORDER BY arrival LIMIT 1",
            new { recording },
            row => row.NumberOrNull("position"),
            stop
        );

    static LogCheck Try(string name, string what, Func<string?> whyNot)
    {
        try
        {
            return new(name, what, whyNot());
        }
        catch (Exception e)
            when (e
                    is SealBrokenException
                        or IOException
                        or ContentKeyMissingException
                        or CryptographicException
                        or InvalidDataException
            )
        {
            return new(name, what, e.Message);
        }
    }
}
