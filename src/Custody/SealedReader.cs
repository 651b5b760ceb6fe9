using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Lapel.Custody;

/// <summary>
/// Reads any part of a sealed clip: only the segments that hold it are read, authenticated and decrypted, many in one read of the
/// disk. What comes out was sealed at that place of that clip, or an exception comes instead. That nothing follows the end is
/// proven by reading up to it, when the last segment shows its mark.
/// Not thread-safe: one reader for one request. Leaves the file and the stream open.
/// </summary>
public sealed class SealedReader : IDisposable
{
    // 1 MiB from the disk at once: past that, larger reads gain nothing and fifty players at once would be felt in memory.
    const int SegmentsAtOnce = 64;

    readonly SafeFileHandle? file;
    readonly Stream? stream;
    readonly long streamStart;
    readonly SegmentCipher cipher;
    readonly long sealedLengthBytes;
    readonly long lastSegment;
    readonly bool complete;
    readonly byte[] partial = new byte[SealedFormat.SegmentClearBytes];

    /// <param name="sealedLengthBytes">As the manifest states it: a file cut short later is then found out.</param>
    /// <param name="complete">As the manifest states it: only a clip cut by loss of power may lack its last segment.</param>
    /// <exception cref="SealBrokenException">The header is damaged or the length impossible.</exception>
    public SealedReader(SafeFileHandle file, long sealedLengthBytes, ContentKey key, ClipId clip, bool complete)
        : this(file, null, sealedLengthBytes, key, clip, complete) { }

    /// <param name="seekable">Begins with the sealed clip at its present position; the reader moves it.</param>
    /// <inheritdoc cref="SealedReader(SafeFileHandle, long, ContentKey, ClipId, bool)"/>
    public SealedReader(Stream seekable, long sealedLengthBytes, ContentKey key, ClipId clip, bool complete)
        : this(null, seekable, sealedLengthBytes, key, clip, complete) { }

    SealedReader(SafeFileHandle? file, Stream? stream, long sealedLengthBytes, ContentKey key, ClipId clip, bool complete)
    {
        this.file = file;
        this.stream = stream;
        this.sealedLengthBytes = sealedLengthBytes;
        this.complete = complete;
        streamStart = stream?.Position ?? 0;
        ClearLengthBytes = SealedFormat.ClearLength(sealedLengthBytes, complete);
        lastSegment = complete
            ? (sealedLengthBytes - 1) / SealedFormat.SegmentLengthBytes
            : sealedLengthBytes / SealedFormat.SegmentLengthBytes - 1;

        Span<byte> header = stackalloc byte[SealedFormat.HeaderLengthBytes];
        header.Clear();
        // An incomplete clip without one whole segment holds nothing, not even a header worth reading.
        if (lastSegment >= 0)
        {
            if (ReadAt(0, header) < header.Length || header[0] != SealedFormat.HeaderLengthBytes)
                throw new SealBrokenException(0, "its header is not a sealed clip's");
        }
        cipher = new(key, clip, header.Slice(1, SealedFormat.SaltLengthBytes), header[(1 + SealedFormat.SaltLengthBytes)..]);
    }

    public long ClearLengthBytes { get; }

    /// <summary>Fills the span with the clear bytes from the offset on, as far as there are any.</summary>
    /// <returns>How many; less than asked only at the end, 0 at or after it.</returns>
    /// <exception cref="SealBrokenException">A needed segment is not the one that was sealed; nothing of it was given
    /// out.</exception>
    public int Read(long clearOffset, Span<byte> into)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(clearOffset);
        if (clearOffset >= ClearLengthBytes && ClearLengthBytes > 0)
            return 0;
        into = into[..(int)Math.Min(into.Length, ClearLengthBytes - Math.Min(clearOffset, ClearLengthBytes))];
        if (into.IsEmpty && ClearLengthBytes > 0)
            return 0;

        var (segment, within) = SealedFormat.Locate(into.IsEmpty ? 0 : clearOffset);
        // The last segment can be empty. It is read with the byte before it, since it alone says that the clip ends there.
        var end =
            clearOffset + into.Length >= ClearLengthBytes
                ? lastSegment
                : SealedFormat.Locate(clearOffset + into.Length - 1).Segment;
        if (end < segment)
            return 0; // an incomplete clip with no whole segment
        var buffer = ArrayPool<byte>.Shared.Rent(
            (int)Math.Min(end - segment + 1, SegmentsAtOnce) * SealedFormat.SegmentLengthBytes
        );
        try
        {
            var filled = 0;
            while (segment <= end)
            {
                var count = (int)Math.Min(end - segment + 1, SegmentsAtOnce);
                var from = segment * SealedFormat.SegmentLengthBytes;
                var length = (int)Math.Min((long)count * SealedFormat.SegmentLengthBytes, sealedLengthBytes - from);
                var cipherBytes = buffer.AsSpan(0, length);
                var got = ReadAt(from, cipherBytes);
                if (got < length)
                    throw new SealBrokenException(segment + got / SealedFormat.SegmentLengthBytes, "the file ends inside it");
                for (; count > 0; count--, segment++, within = 0)
                {
                    var one = cipherBytes[..Math.Min(cipherBytes.Length, SealedFormat.SegmentLengthBytes)];
                    cipherBytes = cipherBytes[one.Length..];
                    filled += Open(segment, one[(segment == 0 ? SealedFormat.HeaderLengthBytes : 0)..], within, into[filled..]);
                }
            }
            return filled;
        }
        catch
        {
            into.Clear();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    int Open(long segment, ReadOnlySpan<byte> cipherBytes, int within, Span<byte> into)
    {
        var last = complete && segment == lastSegment;
        var clearLength = cipherBytes.Length - SealedFormat.TagLengthBytes;
        var direct = within == 0 && into.Length >= clearLength;
        var clear = direct ? into[..clearLength] : partial.AsSpan(0, clearLength);
        if (!cipher.TryOpen(segment, last, cipherBytes, clear))
            throw new SealBrokenException(segment);
        if (direct)
            return clearLength;
        var wanted = Math.Min(clearLength - within, into.Length);
        clear.Slice(within, wanted).CopyTo(into);
        return wanted;
    }

    int ReadAt(long offset, Span<byte> into)
    {
        if (stream is not null)
        {
            stream.Position = streamStart + offset;
            return stream.ReadAtLeast(into, into.Length, throwOnEndOfStream: false);
        }
        var got = 0;
        while (got < into.Length)
        {
            var read = RandomAccess.Read(file!, into[got..], offset + got);
            if (read == 0)
                break;
            got += read;
        }
        return got;
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(partial);
        cipher.Dispose();
    }
}
