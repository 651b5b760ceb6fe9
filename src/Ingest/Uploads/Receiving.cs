using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Lapel.Ingest;

/// <summary>
/// An upload's file, open, and the SHA-256 of what is in it. Bytes go from the connection's own buffers to the file and through the
/// hash, and are copied nowhere. Whoever holds the turn is alone with it; the rest is for reading.
/// </summary>
sealed class Receiving(string file) : IDisposable
{
    // Fewer, larger writes cost less; what a cut connection had waiting below this is sent again. 128 KiB wastes at most 2 % of a
    // 6 MiB stretch between cuts; 32 KiB and 512 KiB cost as much per byte.
    const int ReadAtLeastBytes = 128 * 1024;
    const int HashAgainBytes = 1024 * 1024;

    static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(1);

    // A sync waits on a thread; a handful at a time keeps the others serving.
    static readonly SemaphoreSlim Syncing = new(4, 4);

    readonly SemaphoreSlim turn = new(1, 1);
    readonly List<ReadOnlyMemory<byte>> pieces = [];
    SafeFileHandle? handle;
    IncrementalHash? hash;
    CancellationTokenSource? holder;
    long offsetBytes;
    long lastByteAt;
    long toldAt;

    /// <summary>Bytes in the file and in the hash; some may not be on disk yet.</summary>
    public long OffsetBytes => Volatile.Read(ref offsetBytes);

    /// <summary>Bytes that a sync has confirmed.</summary>
    public long DurableBytes { get; private set; }

    public bool IsOpen => handle is not null;

    /// <summary>
    /// Waits for nobody who is busy: while another request brings bytes the answer is none. One that has been silent for a while is
    /// ended, since its camera is evidently the one asking now.
    /// </summary>
    public async Task<Turn?> Take(TimeSpan silence, TimeProvider clock, CancellationToken stop)
    {
        if (!await turn.WaitAsync(0, stop))
        {
            if (clock.GetElapsedTime(Volatile.Read(ref lastByteAt)) < silence || Volatile.Read(ref holder) is not { } silent)
                return null;
            try
            {
                await silent.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // It ended by itself in this moment.
            }
            if (!await turn.WaitAsync(TimeSpan.FromSeconds(10), stop))
                return null;
        }
        var mine = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Volatile.Write(ref lastByteAt, clock.GetTimestamp());
        Volatile.Write(ref holder, mine);
        return new Turn(this, mine);
    }

    /// <summary>Opens the file at a length that is believed, and hashes what is there: nothing to hash unless the server restarted.</summary>
    public void Open(long believedBytes)
    {
        handle = File.OpenHandle(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        RandomAccess.SetLength(handle, believedBytes); // what is beyond was never promised
        hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(HashAgainBytes);
        try
        {
            long at = 0;
            while (at < believedBytes)
            {
                var read = RandomAccess.Read(handle, buffer.AsSpan(0, (int)Math.Min(HashAgainBytes, believedBytes - at)), at);
                if (read == 0)
                    throw new IOException($"{file} is shorter than it was a moment ago.");
                hash.AppendData(buffer, 0, read);
                at += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        Volatile.Write(ref offsetBytes, believedBytes);
        DurableBytes = 0; // until this process has synced it itself
    }

    /// <summary>Reads a request's body until it ends, breaks off or has brought all that fits.</summary>
    /// <param name="mostBytes">What still fits into the upload.</param>
    /// <param name="piece">Hashes the body alone, for a checksum.</param>
    /// <param name="moved">Called about once a second while bytes come.</param>
    /// <param name="checkpoint">Called when many bytes have come since the last sync.</param>
    /// <exception cref="IOException">The disk failed. A connection that fails is not an exception but <see cref="BodyEnd.Torn"/>.</exception>
    public async Task<BodyEnd> Receive(
        PipeReader body,
        long mostBytes,
        IncrementalHash? piece,
        Action moved,
        Func<Task> checkpoint,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        while (true)
        {
            ReadResult read;
            try
            {
                read = await body.ReadAtLeastAsync(ReadAtLeastBytes, stop);
            }
            // The network's failures are IOExceptions of several kinds; the disk's are raised below and go through.
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                return BodyEnd.Torn;
            }
            var fits = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, mostBytes));
            if (!fits.IsEmpty)
            {
                Write(fits, piece);
                mostBytes -= fits.Length;
                Volatile.Write(ref lastByteAt, clock.GetTimestamp());
                if (clock.GetElapsedTime(toldAt) >= TellEvery)
                {
                    toldAt = clock.GetTimestamp();
                    moved();
                }
            }
            var tooLong = read.Buffer.Length > fits.Length;
            body.AdvanceTo(read.Buffer.End);
            if (tooLong)
                return BodyEnd.TooLong;
            if (read.IsCompleted)
                return BodyEnd.Whole;
            if (OffsetBytes - DurableBytes >= SyncEveryBytes)
                await checkpoint();
        }
    }

    /// <summary>Bytes after which a long request makes what it brought durable, so that a power cut costs no more than this.</summary>
    public const long SyncEveryBytes = 64 * 1024 * 1024;

    void Write(ReadOnlySequence<byte> bytes, IncrementalHash? piece)
    {
        pieces.Clear();
        foreach (var segment in bytes)
            pieces.Add(segment);
        // If we die or the disk fails here: the file may be longer than the offset. Opening cuts it back.
        RandomAccess.Write(handle!, pieces, offsetBytes);
        foreach (var segment in pieces)
        {
            hash!.AppendData(segment.Span);
            piece?.AppendData(segment.Span);
        }
        pieces.Clear();
        Volatile.Write(ref offsetBytes, offsetBytes + bytes.Length);
    }

    /// <exception cref="IOException">The disk said no: nothing since <see cref="DurableBytes"/> may be promised.</exception>
    public async Task Sync()
    {
        if (DurableBytes == OffsetBytes && DurableBytes > 0)
            return;
        await Syncing.WaitAsync();
        try
        {
            Durable.Sync(handle!);
        }
        finally
        {
            Syncing.Release();
        }
        DurableBytes = OffsetBytes;
    }

    /// <summary>Digest of everything so far, without touching the file.</summary>
    public Digest Whole() => Digest.FromBytes(hash!.GetCurrentHash());

    public Remembered Remember() => new(OffsetBytes, hash!.Clone());

    /// <summary>Forgets what came since: its checksum did not match.</summary>
    public void GoBack(Remembered to)
    {
        hash!.Dispose();
        hash = to.Hash;
        Volatile.Write(ref offsetBytes, to.OffsetBytes);
        DurableBytes = Math.Min(DurableBytes, to.OffsetBytes);
        RandomAccess.SetLength(handle!, to.OffsetBytes);
    }

    /// <summary>Lets go of file and hash; the next request opens and hashes again.</summary>
    public void Close()
    {
        handle?.Dispose();
        hash?.Dispose();
        (handle, hash) = (null, null);
    }

    /// <summary>Only for who knows that nobody holds the turn.</summary>
    public void Dispose()
    {
        Close();
        turn.Dispose();
    }

    /// <summary>How long nothing has come.</summary>
    public TimeSpan Idle(TimeProvider clock) => clock.GetElapsedTime(Volatile.Read(ref lastByteAt));

    internal sealed record Remembered(long OffsetBytes, IncrementalHash Hash);

    internal sealed class Turn(Receiving of, CancellationTokenSource mine) : IDisposable
    {
        /// <summary>Ends with the request, and when another request takes over.</summary>
        public CancellationToken Ended => mine.Token;

        public void Dispose()
        {
            Volatile.Write(ref of.holder, null);
            mine.Dispose();
            of.turn.Release();
        }
    }
}

enum BodyEnd
{
    Whole,

    /// <summary>The connection broke, or another request took over; what came is kept.</summary>
    Torn,

    /// <summary>It brought more than the upload's length; what fits is kept.</summary>
    TooLong,
}
