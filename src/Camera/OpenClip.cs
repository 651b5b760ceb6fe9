using Lapel.Media;

namespace Lapel.CameraProgram;

/// <summary>
/// One clip while it is being written: sealed as the fragments come, on disk after each of them. The content key was drawn for this
/// clip alone and exists in this object only; what stands on disk is the key wrapped to the agency.
/// </summary>
public sealed class OpenClip : IDisposable
{
    /// <summary>
    /// A fragment must be wholly on disk before so much time has passed since its first frame. With a fragment's own length and the
    /// encoder's delay this keeps the loss at a power cut under two seconds.
    /// </summary>
    static readonly Duration LatestKept = Duration.FromMilliseconds(1500);

    readonly FileStream file;
    readonly ContentKey key;
    readonly SealedWriter writer;
    readonly Queue<(long ClearEnd, Instant StartedAt, Instant EndedAt)> waiting = new();
    readonly long earlierBySeconds;

    OpenClip(FileStream file, ContentKey key, ClipId id, int number, TimedFragment first)
    {
        this.file = file;
        this.key = key;
        writer = new(file, key, id);
        (Id, Number, StartedAt, KeptUntil) = (id, number, first.StartedAt, first.StartedAt);
        earlierBySeconds = first.Fragment.StartUs / 1_000_000;
    }

    public ClipId Id { get; }

    public int Number { get; }

    public Instant StartedAt { get; }

    /// <summary>End of the last fragment written.</summary>
    public Instant EndedAt { get; private set; }

    /// <summary>End of the last fragment that is wholly on disk.</summary>
    public Instant KeptUntil { get; private set; }

    /// <summary>Opens the next clip of a recording. On return the wrapped key is on disk, and nothing of the clip is.</summary>
    public static OpenClip Begin(RecordingFolder folder, int number, EvidencePublicKey evidence, TimedFragment first)
    {
        var id = ClipId.New();
        var key = ContentKey.New();
        // If we die after this: a key without a clip, which the next start removes.
        Durable.WriteFile(folder.WrappedKey(number), evidence.Wrap(key, id).Bytes);
        var file = new FileStream(folder.Sealed(number), FileMode.Create, FileAccess.Write, FileShare.Read, 0);
        Durable.SyncFolder(folder.Path);
        return new(file, key, id, number, first);
    }

    public void Write(InitSegment init) => writer.Write(init.Bytes);

    /// <param name="fragment">As it came from the source, with or without its sound; decode times are moved to the clip's start.</param>
    public void Write(Fragment fragment, TimedFragment timed)
    {
        writer.Write(fragment.EarlierBy(earlierBySeconds).Bytes);
        EndedAt = timed.EndedAt;
        waiting.Enqueue((writer.ClearLengthBytes, timed.StartedAt, timed.EndedAt));
        if (MustPad(waiting.Peek().StartedAt, timed.StartedAt, timed.EndedAt) && Boundary() is > 0 and var gap)
            writer.Write(Padding.Free(gap));
    }

    /// <summary>
    /// Pads when the next fragment would come too late to push the oldest one still waiting in the open segment out to disk.
    /// </summary>
    public static bool MustPad(Instant oldestWaiting, Instant startedAt, Instant endedAt) =>
        endedAt + (endedAt - startedAt) - oldestWaiting > LatestKept;

    /// <summary>Waits until every whole segment is on disk and says what that is.</summary>
    public JournalFact.Kept Keep()
    {
        writer.Flush();
        Durable.Sync(file.SafeFileHandle);
        while (waiting.TryPeek(out var oldest) && oldest.ClearEnd <= writer.DurableClearBytes)
            KeptUntil = waiting.Dequeue().EndedAt;
        var soFar = writer.SoFar();
        return new(KeptUntil, Number, soFar.SealedLengthBytes, soFar.SealedDigest, soFar.ClearLengthBytes, soFar.ClearDigest);
    }

    /// <summary>Writes the last segment and waits until the whole file is on disk.</summary>
    public JournalFact.ClipClosed Finish()
    {
        writer.Finish();
        Durable.Sync(file.SafeFileHandle);
        return new(
            EndedAt,
            Number,
            writer.SealedLengthBytes,
            writer.SealedDigest,
            writer.ClearLengthBytes,
            writer.ClearDigest,
            Complete: true
        );
    }

    public void Dispose()
    {
        writer.Dispose();
        key.Dispose();
        file.Dispose();
    }

    /// <summary>Bytes to the next boundary that a 'free' box can fill; zero when we are on one.</summary>
    int Boundary()
    {
        var gap = writer.BytesToBoundary;
        return gap is > 0 and < Padding.ShortestBytes ? gap + SealedFormat.SegmentClearBytes : gap;
    }
}
