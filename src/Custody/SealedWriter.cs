using System.Security.Cryptography;

namespace Lapel.Custody;

/// <summary>
/// Seals one clip while it is being recorded. A whole segment is encrypted, hashed twice (clear and sealed) and written in one
/// call; nothing is allocated on the way. Only whole segments can be read after a power cut, so a recorder that wants its last
/// fragment safe fills up to the boundary (<see cref="BytesToBoundary"/>), flushes and syncs the file.
/// Not thread-safe. Leaves the stream open. Disposing without <see cref="Finish"/> leaves an incomplete clip, as a power cut
/// would.
/// </summary>
public sealed class SealedWriter : IDisposable
{
    enum Stage
    {
        Open,
        Finished,

        /// <summary>A write failed: what reached the file is unknown, and no segment may be sealed twice with one
        /// nonce.</summary>
        Broken,
    }

    readonly Stream to;
    readonly SegmentCipher cipher;
    readonly IncrementalHash clearHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    readonly IncrementalHash sealedHash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    readonly byte[] waiting = new byte[SealedFormat.SegmentClearBytes];
    readonly byte[] outgoing = new byte[SealedFormat.SegmentLengthBytes];
    Stage stage;
    int waitingBytes;
    long segment;

    /// <param name="to">Gets the sealed bytes from its present position on. The caller syncs and closes it.</param>
    public SealedWriter(Stream to, ContentKey key, ClipId clip)
        : this(
            to,
            key,
            clip,
            RandomNumberGenerator.GetBytes(SealedFormat.SaltLengthBytes),
            RandomNumberGenerator.GetBytes(SealedFormat.NoncePrefixLengthBytes)
        ) { }

    internal SealedWriter(Stream to, ContentKey key, ClipId clip, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> noncePrefix)
    {
        this.to = to;
        cipher = new(key, clip, salt, noncePrefix);
        // The header waits in front of the first segment and goes out with it.
        outgoing[0] = SealedFormat.HeaderLengthBytes;
        salt.CopyTo(outgoing.AsSpan(1));
        noncePrefix.CopyTo(outgoing.AsSpan(1 + SealedFormat.SaltLengthBytes));
    }

    /// <summary>Clear bytes taken so far, waiting ones included.</summary>
    public long ClearLengthBytes => DurableClearBytes + waitingBytes;

    /// <summary>Sealed bytes given to the stream so far.</summary>
    public long SealedLengthBytes { get; private set; }

    /// <summary>Clear bytes in segments given to the stream: what survives a power cut once the caller has synced the
    /// file.</summary>
    public long DurableClearBytes { get; private set; }

    /// <summary>Clear bytes missing until all bytes taken so far fill whole segments; 0 at a boundary.</summary>
    public int BytesToBoundary => waitingBytes == 0 ? 0 : Capacity - waitingBytes;

    /// <summary>Digest of all clear bytes, after <see cref="Finish"/>.</summary>
    public Digest ClearDigest { get; private set; }

    /// <summary>Digest of the sealed file, after <see cref="Finish"/>.</summary>
    public Digest SealedDigest { get; private set; }

    int HeaderHere => segment == 0 ? SealedFormat.HeaderLengthBytes : 0;

    int Capacity => SealedFormat.SegmentClearBytes - HeaderHere;

    public void Write(ReadOnlySpan<byte> clear)
    {
        MustBe(Stage.Open);
        while (clear.Length > 0)
        {
            // A full segment waits until more comes, since only Finish knows which one is the last.
            if (waitingBytes == Capacity)
                SealWaiting(last: false);

            if (waitingBytes == 0 && clear.Length > Capacity)
            {
                var whole = clear[..Capacity];
                Seal(whole, last: false);
                clear = clear[whole.Length..];
                continue;
            }
            var taken = Math.Min(Capacity - waitingBytes, clear.Length);
            clear[..taken].CopyTo(waiting.AsSpan(waitingBytes));
            waitingBytes += taken;
            clear = clear[taken..];
        }
    }

    /// <summary>Gives every whole segment to the stream. Bytes of a started segment keep waiting.</summary>
    public void Flush()
    {
        MustBe(Stage.Open);
        if (waitingBytes == Capacity)
            SealWaiting(last: false);
        to.Flush();
    }

    /// <summary>
    /// What a reader will find if power is cut now, to be noted beside the file: the clear digest of an incomplete clip cannot be
    /// computed later on the camera, which has no key to open the clip.
    /// </summary>
    public SealedSoFar SoFar()
    {
        MustBe(Stage.Open);
        return new(SealedLengthBytes, Current(sealedHash), DurableClearBytes, Current(clearHash));
    }

    /// <summary>Writes the last segment, which may be short or empty. The caller then syncs the file.</summary>
    public void Finish()
    {
        MustBe(Stage.Open);
        SealWaiting(last: true);
        to.Flush();
        ClearDigest = Current(clearHash);
        SealedDigest = Current(sealedHash);
        stage = Stage.Finished;
    }

    void SealWaiting(bool last)
    {
        Seal(waiting.AsSpan(0, waitingBytes), last);
        waitingBytes = 0;
    }

    void Seal(ReadOnlySpan<byte> clear, bool last)
    {
        var header = HeaderHere;
        var whole = outgoing.AsSpan(0, header + clear.Length + SealedFormat.TagLengthBytes);
        stage = Stage.Broken; // until all of it went well
        cipher.Seal(segment, last, clear, whole[header..]);
        segment++;
        to.Write(whole);
        clearHash.AppendData(clear);
        sealedHash.AppendData(whole);
        DurableClearBytes += clear.Length;
        SealedLengthBytes += whole.Length;
        stage = Stage.Open;
    }

    static Digest Current(IncrementalHash hash)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetCurrentHash(bytes);
        return Digest.FromBytes(bytes);
    }

    void MustBe(Stage wanted)
    {
        if (stage == wanted)
            return;
        throw new InvalidOperationException(
            stage == Stage.Finished
                ? "This clip is finished: nothing more can be sealed into it."
                : "Writing this clip failed before: it ends where the failure was."
        );
    }

    public void Dispose()
    {
        stage = stage == Stage.Finished ? stage : Stage.Broken;
        CryptographicOperations.ZeroMemory(waiting);
        cipher.Dispose();
        clearHash.Dispose();
        sealedHash.Dispose();
    }
}

/// <summary>Lengths and digests of the whole segments written so far: those of the incomplete clip that a power cut would
/// leave.</summary>
public sealed record SealedSoFar(long SealedLengthBytes, Digest SealedDigest, long ClearLengthBytes, Digest ClearDigest);
