using System.Security.Cryptography;
using Lapel.Media;

namespace Lapel.Evidence;

/// <summary>Opens sealed clips for reading their media: finds the object and its key, unwraps, decrypts what is asked for.</summary>
public sealed class ClearClips(IVault vault, ContentKeys keys, EvidenceKey evidenceKey)
{
    static readonly Digest Nothing = Digest.Of([]);

    /// <exception cref="VaultObjectMissingException">The sealed bytes are gone.</exception>
    /// <exception cref="ContentKeyMissingException">The key is destroyed or was never kept.</exception>
    /// <exception cref="CryptographicException">The key does not open under this agency's evidence key.</exception>
    public ClearClip Open(Clip clip) => Open(clip.Id, clip.Sealed, clip.Complete);

    /// <summary>For admission, before there is a row: the object and its key must be kept already.</summary>
    public ClearClip Open(ClipId clip, Digest sealedDigest, bool complete)
    {
        // Power was cut from it before its first segment. All such clips are one object with one key, which was wrapped for one of them;
        // there is nothing in them for a key to open.
        using var key = sealedDigest == Nothing ? ContentKey.New() : KeyOf(clip, sealedDigest);
        var kept = vault.Open(sealedDigest);
        try
        {
            return ClearClip.Of(new(new VaultStream(kept), kept.LengthBytes, key, clip, complete), kept);
        }
        catch
        {
            kept.Dispose();
            throw;
        }
    }

    /// <summary>The clip's content key; dispose it soon.</summary>
    public ContentKey KeyOf(ClipId clip, Digest sealedDigest) =>
        evidenceKey.Private.Unwrap(keys.Find(sealedDigest) ?? throw new ContentKeyMissingException(sealedDigest), clip);
}

/// <summary>One clip's media, decrypted and authenticated segment by segment as it is read. Not for two threads at once.</summary>
public sealed class ClearClip : IDisposable
{
    readonly SealedReader reader;
    readonly IDisposable kept;

    ClearClip(SealedReader reader, IDisposable kept)
    {
        this.reader = reader;
        this.kept = kept;
    }

    /// <param name="kept">What the reader reads; disposed with this.</param>
    public static ClearClip Of(SealedReader reader, IDisposable kept) => new(reader, kept);

    public long LengthBytes => reader.ClearLengthBytes;

    /// <exception cref="SealBrokenException">The sealed bytes were changed.</exception>
    public int Read(long offset, Span<byte> into) => reader.Read(offset, into);

    public ReadAt ReadAt => Read;

    public void Dispose()
    {
        reader.Dispose();
        kept.Dispose();
    }
}

public sealed class ContentKeyMissingException(Digest sealedClip) : Exception($"No content key is kept for {sealedClip}.")
{
    public Digest SealedClip => sealedClip;
}
