namespace Lapel.Custody;

/// <summary>
/// The custody log's files in one folder, in the C2SP tlog-tiles layout: <c>checkpoint</c>, <c>tile/…</c>, <c>tile/entries/…</c>.
/// A plain web server over the folder is a complete tlog-tiles log. One process writes it (a lock on <c>.lock</c>); reading is free.
/// <para>
/// The order of an append is entries and tiles, then the checkpoint, then nothing is ever taken back. If we die between the two, files
/// reach beyond the checkpoint: no promise was made about them, and appending the same entries again, in batches of any size, finds the
/// same bytes there and goes on. So recovery is an append, and opening only reads.
/// </para>
/// </summary>
public sealed class TileLog : IDisposable
{
    public const string CheckpointFile = "checkpoint";

    /// <summary>The newest checkpoint that carries a cosignature; older than <see cref="CheckpointFile"/> when the log has grown since.</summary>
    public const string WitnessedFile = "checkpoint.witnessed";

    /// <summary>Lengths are uint16 in entry bundles.</summary>
    public const int MaxEntryLengthBytes = EntryBundle.MaxEntryLengthBytes;

    readonly string folder;
    readonly LogSigner signer;
    readonly FileStream turn;
    readonly FoldedTiles folded;
    readonly HashSet<string> settled = [];
    readonly Lock gate = new();
    volatile Published published;
    volatile string? witnessed;
    RightEdge edge;

    TileLog(
        string folder,
        LogSigner signer,
        FileStream turn,
        FoldedTiles folded,
        Published published,
        RightEdge edge,
        string? witnessed
    )
    {
        this.folder = folder;
        this.signer = signer;
        this.turn = turn;
        this.folded = folded;
        this.published = published;
        this.edge = edge;
        this.witnessed = witnessed;
    }

    public long Size => published.Head.Size;

    public Checkpoint Head => published.Head;

    /// <summary>The signed checkpoint, with the cosignatures that arrived for it.</summary>
    public string HeadNote => published.Note;

    /// <summary>The newest cosigned checkpoint; null before a witness answered.</summary>
    public string? WitnessedNote => witnessed;

    public LogVerifier Verifier => signer.Verifier;

    /// <summary>Opens the folder's log, or founds one in an empty folder by signing a checkpoint of no entries.</summary>
    /// <exception cref="LogBrokenException">The checkpoint is not of this key, or the files do not lead to its root.</exception>
    /// <exception cref="IOException">Another process writes this log.</exception>
    public static TileLog Open(string folder, LogSigner signer)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        Directory.CreateDirectory(folder);
        var turn = new FileStream(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            var folded = new FoldedTiles();
            var path = Path.Combine(folder, CheckpointFile);
            if (!File.Exists(path))
                Found(folder, path, signer);
            var note = File.ReadAllText(path);
            var head = Trust(CheckpointFile, note, signer.Verifier);
            var published = new Published(head, note, Tree(folder, head.Size, folded));
            var edge = RightEdge.Of(published.Tree);
            if (!edge.Root().AsSpan().SequenceEqual(published.Head.Root))
                throw new LogBrokenException(
                    $"The tiles in {folder} do not lead to the root of its checkpoint, {published.Head}."
                );
            return new(folder, signer, turn, folded, published, edge, ReadWitnessed(folder, signer.Verifier));
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Adds the entries in their order, durably, and signs a new checkpoint. When this returns, no crash can undo it; when it throws,
    /// the head is what it was and the same call may be made again.
    /// </summary>
    /// <exception cref="ArgumentException">An entry is longer than <see cref="MaxEntryLengthBytes"/>; nothing was added.</exception>
    /// <exception cref="LogBrokenException">Other entries than these were once written here; see the class.</exception>
    /// <exception cref="IOException">The disk said no.</exception>
    public Checkpoint Append(IReadOnlyList<ReadOnlyMemory<byte>> entries)
    {
        for (var i = 0; i < entries.Count; i++)
            if (entries[i].Length > MaxEntryLengthBytes)
                throw new ArgumentException(
                    $"Entry {i} has {entries[i].Length} bytes; a log entry has at most {MaxEntryLengthBytes}.",
                    nameof(entries)
                );
        lock (gate)
        {
            if (entries.Count == 0)
                return Head;
            var next = edge.Copy();
            var files = new TileFiles(folder, settled);
            foreach (var entry in entries)
                next.Add(entry.Span, files);
            next.PutPartials(edge, files);
            files.MakeDurable();

            var head = new Checkpoint(signer.Origin, next.Size, next.Root());
            var note = signer.Sign(head).ToString();
            Durable.WriteFile(Path.Combine(folder, CheckpointFile), NoteText.Utf8(note));
            // If we die here: partial tiles lie beside full ones. They are true, and read by nobody.
            edge = next;
            published = new(head, note, Tree(folder, head.Size, folded));
            files.DeleteOutgrownPartials();
            return head;
        }
    }

    /// <summary>
    /// The signed head at an earlier size. Ed25519 leaves a signer no choice: it is, byte for byte, the note that was published at that
    /// size if one was.
    /// </summary>
    public string NoteAt(long size) => signer.Sign(new(signer.Origin, size, published.Tree.RootAt(size))).ToString();

    public byte[] ReadEntry(long index) => published.Tree.ReadEntry(index);

    /// <summary>All entries in order, as of now.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> ReadEntries(long from = 0) => published.Tree.ReadEntries(from);

    public IReadOnlyList<byte[]> Inclusion(long index, long size) => published.Tree.Inclusion(index, size);

    public IReadOnlyList<byte[]> Consistency(long oldSize, long newSize) => published.Tree.Consistency(oldSize, newSize);

    /// <summary>Proof that the entry is under the present head.</summary>
    public TlogProof Prove(long index)
    {
        var now = published;
        return new(index, now.Tree.Inclusion(index, now.Head.Size), now.Note);
    }

    public Receipt ReceiptFor(long index) => Receipt.Of(ReadEntry(index), Prove(index));

    /// <summary>What the log serves under its URL prefix: <c>checkpoint</c> or a tile that the present head has.</summary>
    /// <returns>Null for everything else.</returns>
    public byte[]? ReadResource(string path)
    {
        var now = published;
        if (path == CheckpointFile)
            return NoteText.Utf8(now.Note);
        if (path == WitnessedFile)
            return witnessed is { } note ? NoteText.Utf8(note) : null;
        if (!TileName.TryParse(path, out var asked))
            return null;
        if (TileName.At(asked.Level, asked.Number, now.Head.Size) is not { } have || asked.Width > have.Width)
            return null;
        // A narrower tile than any on disk is the beginning of a wider one: clients with an older checkpoint ask for those.
        if (TileTree.ReadFile(folder, asked) is { } exact)
            return exact;
        if (asked.Level == TileName.Entries)
            return EntryBundle.Write(now.Tree.ReadBundle(asked.Number).Take(asked.Width));
        return now.Tree.ReadHashes(asked.Level, asked.Number)[..(asked.Width * Merkle.HashLengthBytes)];
    }

    /// <summary>
    /// Keeps a checkpoint of this log that witnesses cosigned. When the log has not grown since, the cosignatures join
    /// <see cref="HeadNote"/>; in any case the note is <see cref="WitnessedNote"/> unless a newer one is.
    /// </summary>
    /// <param name="note">Verified by the caller with the witnesses' keys: every signature on it is kept.</param>
    public void Keep(SignedNote note)
    {
        lock (gate)
        {
            var cosigned = Verifier.Open(note.ToString());
            if (cosigned.Size > Size || !published.Tree.RootAt(cosigned.Size).AsSpan().SequenceEqual(cosigned.Root))
                throw new LogBrokenException($"A witness cosigned {cosigned}, which this log has never been.");
            if (witnessed is { } last && Verifier.Open(last).Size > cosigned.Size)
                return;
            var merged = cosigned == Head ? SignedNote.Parse(HeadNote).With(note.Signatures) : note;
            if (witnessed is { } same && SignedNote.Parse(same) is { } kept && kept.Text == merged.Text)
                merged = kept.With(merged.Signatures);
            Durable.WriteFile(Path.Combine(folder, WitnessedFile), NoteText.Utf8(merged.ToString()));
            witnessed = merged.ToString();
            if (cosigned != Head)
                return;
            Durable.WriteFile(Path.Combine(folder, CheckpointFile), NoteText.Utf8(merged.ToString()));
            published = published with { Note = merged.ToString() };
        }
    }

    /// <summary>The head that exactly these entries give, computed in memory: fsck compares it with <see cref="Head"/>.</summary>
    public static Checkpoint Rebuild(string origin, IEnumerable<byte[]> entries)
    {
        var frontier = new Frontier();
        foreach (var entry in entries)
            frontier.Add(Merkle.LeafHash(entry), (_, _) => { });
        return new(origin, frontier.Size, frontier.Root());
    }

    public void Dispose() => turn.Dispose();

    static void Found(string folder, string path, LogSigner signer)
    {
        // A checkpoint of nothing is written before the first tile. Tiles without one mean that the checkpoint was lost, and signing a
        // new beginning would contradict what was signed before.
        if (Directory.Exists(Path.Combine(folder, "tile")))
            throw new LogBrokenException(
                $"{folder} has tiles but no checkpoint: put the checkpoint file back from a backup or a mirror."
            );
        Durable.WriteFile(path, NoteText.Utf8(signer.Sign(new(signer.Origin, 0, Merkle.EmptyRoot)).ToString()));
        Durable.SyncFolder(Path.GetDirectoryName(folder) ?? folder);
    }

    static TileTree Tree(string folder, long size, FoldedTiles folded) =>
        new(name => TileTree.ReadFile(folder, name), size, folded);

    static string? ReadWitnessed(string folder, LogVerifier verifier)
    {
        var path = Path.Combine(folder, WitnessedFile);
        if (!File.Exists(path))
            return null;
        var note = File.ReadAllText(path);
        _ = Trust(WitnessedFile, note, verifier);
        return note;
    }

    static Checkpoint Trust(string file, string note, LogVerifier verifier)
    {
        try
        {
            return verifier.Open(note);
        }
        catch (FormatException e)
        {
            throw new LogBrokenException($"The log's file {file} is not to be trusted: {e.Message}");
        }
    }

    /// <summary>What readers see, changed as a whole: they never wait for an append.</summary>
    sealed record Published(Checkpoint Head, string Note, TileTree Tree);
}
