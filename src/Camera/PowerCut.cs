using System.Security.Cryptography;

namespace Lapel.CameraProgram;

/// <summary>
/// Closes what a power cut left open, at the next start and before anything else. The open clip ends at the last segment the journal
/// knows to be on disk; whatever follows it in the file was never promised and is cut off, because without the content key nobody
/// here can tell whether it is whole. Every step may itself be cut and is then simply done again.
/// </summary>
public static class PowerCut
{
    /// <returns>The recordings that were closed.</returns>
    public static IReadOnlyList<RecordingId> Recover(Home home, ManifestChain chain)
    {
        var closed = new List<RecordingId>();
        foreach (var folder in home.Folders())
        {
            if (File.Exists(folder.Manifest))
                continue;
            if (Recording.Of(Journal.Read(folder.Journal)) is not { } recording)
            {
                // The power went before the activation was on disk, hence before the first sealed byte.
                Directory.Delete(folder.Path, recursive: true);
                continue;
            }
            using (var journal = Journal.Continue(folder))
                Close(folder, recording, journal);
            RemoveStrays(folder, recording);
            if (chain.Seal(folder, recording))
                closed.Add(recording.Id);
        }
        return closed;
    }

    static void Close(RecordingFolder folder, Recording recording, Journal journal)
    {
        if (recording.Open is { } clip)
            Write(CloseClip(folder, clip));
        if (!recording.HasEnded)
            Write(new JournalFact.PowerReturned(recording.LastKnown));

        void Write(JournalFact fact)
        {
            journal.Write(fact);
            journal.Sync();
            recording.Apply(fact);
        }
    }

    /// <summary>The fact that closes a clip whose seal was not finished: cut at the last length that is known to be on disk.</summary>
    public static JournalFact CloseClip(RecordingFolder folder, OpenedClip clip)
    {
        var path = folder.Sealed(clip.Number);
        if (!File.Exists(path))
            return new JournalFact.ClipAbandoned(clip.StartedAt, clip.Number);
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        if (LastTrue(file, clip.Kept) is not { } kept)
            return new JournalFact.ClipAbandoned(clip.StartedAt, clip.Number);
        file.SetLength(kept.SealedLengthBytes);
        Durable.Sync(file.SafeFileHandle);
        return new JournalFact.ClipClosed(
            kept.At,
            clip.Number,
            kept.SealedLengthBytes,
            kept.SealedDigest,
            kept.ClearLengthBytes,
            kept.ClearDigest,
            Complete: false
        );
    }

    /// <summary>
    /// The latest promise that the file still keeps, found in one pass. It is the last one, unless the disk lied about a sync.
    /// </summary>
    static JournalFact.Kept? LastTrue(FileStream file, IReadOnlyList<JournalFact.Kept> promises)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var piece = new byte[SealedFormat.SegmentLengthBytes];
        JournalFact.Kept? kept = null;
        var hashed = 0L;
        foreach (var promise in promises)
        {
            while (hashed < promise.SealedLengthBytes)
            {
                var read = file.Read(piece, 0, (int)Math.Min(piece.Length, promise.SealedLengthBytes - hashed));
                if (read == 0)
                    return kept;
                hash.AppendData(piece, 0, read);
                hashed += read;
            }
            if (promise.SealedLengthBytes > 0 && Digest.FromBytes(hash.GetCurrentHash()) == promise.SealedDigest)
                kept = promise;
        }
        return kept;
    }

    /// <summary>Files of clips that never began: a wrapped key or an empty file.</summary>
    static void RemoveStrays(RecordingFolder folder, Recording recording)
    {
        File.Delete(folder.WrappedKey(recording.NextClipNumber));
        File.Delete(folder.Sealed(recording.NextClipNumber));
    }
}
