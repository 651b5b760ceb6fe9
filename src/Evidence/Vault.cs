namespace Lapel.Evidence;

/// <summary>
/// Where sealed bytes are kept: each object once, under the digest of its bytes, and never changed. Whoever writes another vault
/// (S3 is expected) keeps three promises: what <see cref="Keep"/> returned from is on disk; keeping again is harmless; nothing is
/// ever overwritten.
/// </summary>
public interface IVault
{
    /// <summary>Takes a finished file into the vault; afterwards the file is gone from where it was. Repeats are harmless.</summary>
    /// <param name="digest">Of the file's bytes, computed by the caller while it received them: the vault does not hash again.</param>
    /// <exception cref="IOException">The disk said no, or the vault holds something of another length under this digest: the file
    /// stays where it is.</exception>
    void Keep(Digest digest, string finishedFile);

    /// <exception cref="VaultObjectMissingException">Nothing is kept under this digest.</exception>
    IVaultObject Open(Digest digest);

    bool Holds(Digest digest);

    /// <summary>Everything kept, in the order of the digests.</summary>
    IEnumerable<Digest> All();
}

/// <summary>One kept object, open for reading from any place. Safe for concurrent reads.</summary>
public interface IVaultObject : IDisposable
{
    long LengthBytes { get; }

    /// <summary>Reads into the span from the offset on.</summary>
    /// <returns>How many bytes; fewer than asked only at the end.</returns>
    int Read(long offset, Span<byte> into);
}

public sealed class VaultObjectMissingException(Digest digest) : IOException($"The vault holds nothing under {digest}.")
{
    public Digest Digest => digest;
}

/// <summary>A vault object as a stream, for what wants one (<see cref="SealedReader"/>, hashing). Owns the object.</summary>
public sealed class VaultStream(IVaultObject kept) : Stream
{
    long position;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => kept.LengthBytes;

    public override long Position
    {
        get => position;
        set => position = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value));
    }

    public override int Read(Span<byte> buffer)
    {
        var read = kept.Read(position, buffer);
        position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = origin switch
        {
            SeekOrigin.Begin => offset,
            SeekOrigin.Current => position + offset,
            _ => Length + offset,
        };

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException("Kept objects never change.");

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("Kept objects never change.");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            kept.Dispose();
        base.Dispose(disposing);
    }
}
