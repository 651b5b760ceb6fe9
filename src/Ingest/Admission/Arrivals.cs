using System.Security.Cryptography;
using Lapel.Media;

namespace Lapel.Ingest;

/// <summary>A clip's sealed bytes as they came, wherever they lie at the moment, and the wrapped key that came with them.</summary>
/// <param name="File">None when the vault has taken them already: we died after that step and go on from there.</param>
public sealed record Arrival(
    ClipId Clip,
    int Number,
    UploadId Upload,
    string? File,
    long LengthBytes,
    Digest Digest,
    WrappedKey? Key
)
{
    /// <summary>
    /// Opens the first segment, which proves that the wrapped key, the agency's key, the clip's id and the bytes belong together, and
    /// reads what is where in the media. An unplayable clip is evidence all the same.
    /// </summary>
    /// <param name="index">Of what can be read; empty when nothing can.</param>
    /// <returns>Why the clip cannot be opened at all; none when it can.</returns>
    public string? WhyNotOpened(ClipEntry stated, EvidenceKey evidence, IVault vault, out ClipIndex index, out bool broken)
    {
        index = ClipIndex.Read((_, _) => 0, 0);
        broken = false;
        if (Key is not { } wrapped)
            return "its wrapped key is lost.";
        try
        {
            using var key = evidence.Private.Unwrap(wrapped, Clip);
            using var bytes = Open(vault);
            using var reader = new SealedReader(bytes, LengthBytes, key, Clip, stated.Complete);
            var first = new byte[1];
            reader.Read(0, first);
            var until = long.MaxValue;
            index = ClipIndex.Read(
                (offset, into) =>
                {
                    try
                    {
                        return offset >= until ? 0 : reader.Read(offset, into);
                    }
                    catch (SealBrokenException)
                    {
                        until = Math.Min(until, offset); // the media ends where its seal does
                        return 0;
                    }
                },
                reader.ClearLengthBytes
            );
            broken = until != long.MaxValue;
            return null;
        }
        catch (SealBrokenException damaged)
        {
            return damaged.Message;
        }
        catch (Exception lost) when (lost is VaultObjectMissingException or FileNotFoundException)
        {
            return "its bytes are lost.";
        }
        catch (CryptographicException)
        {
            return "it was wrapped for another agency or another clip.";
        }
    }

    Stream Open(IVault vault) =>
        File is not null
            ? new FileStream(File, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0)
            : new VaultStream(vault.Open(Digest));
}

/// <summary>Finds what has arrived of a manifest's clips.</summary>
static class Arrivals
{
    /// <summary>
    /// Of several attempts at one clip the one that the camera signed is taken, else the newest. An upload whose bytes are neither in its
    /// file nor in the vault is ended here, so that its camera learns to send the clip again.
    /// </summary>
    public static async Task<IReadOnlyList<Arrival>> Uploaded(
        IReadOnlyList<Upload> attempts,
        Manifest manifest,
        Uploads uploads,
        IVault vault,
        CancellationToken stop
    )
    {
        var arrivals = new List<Arrival>();
        foreach (var stated in manifest.Clips)
        {
            Arrival? best = null;
            foreach (var attempt in attempts.Where(u => u.Clip == stated.Id))
            {
                // After a restart, bytes can be all there and not yet noted.
                var upload = attempt.IsOpen ? await uploads.Settled(attempt, stop) : attempt;
                if (upload is not { State: UploadState.Complete, Digest: { } digest })
                    continue;
                var file = File.Exists(uploads.BytesFile(upload.Id)) ? uploads.BytesFile(upload.Id) : null;
                if (file is null && !vault.Holds(digest))
                {
                    await uploads.Lost(upload.Id, stop);
                    continue;
                }
                var signed = stated.SealedDigest.Matches(digest);
                if (best is not null && !signed)
                    continue;
                best = new(
                    stated.Id,
                    stated.Number,
                    upload.Id,
                    file,
                    upload.OffsetBytes,
                    digest,
                    uploads.ReadMetadata(upload.Id)?.WrappedKey
                );
                if (signed)
                    break;
            }
            if (best is not null)
                arrivals.Add(best);
        }
        return arrivals;
    }
}
