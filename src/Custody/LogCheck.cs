namespace Lapel.Custody;

/// <summary>One thing that an outsider checked, and why it does not hold.</summary>
/// <param name="Name">Stable, such as <c>receipt.included</c>.</param>
/// <param name="What">What holds when it passed, in plain words.</param>
/// <param name="WhyNot">Null when it passed.</param>
public sealed record LogCheck(string Name, string What, string? WhyNot)
{
    public bool Passed => WhyNot is null;

    public override string ToString() => Passed ? $"ok    {Name}: {What}" : $"FAIL  {Name}: {WhyNot}";
}

/// <summary>
/// The checks of the custody log that need no server: only the files and a pinned verifier key. They answer and never throw; a check
/// that could not be made counts as failed and says what it waited for.
/// </summary>
public static class LogChecks
{
    /// <summary>Entry bytes, proof and signature of one receipt.</summary>
    public static IReadOnlyList<LogCheck> Receipt(Receipt receipt, LogVerifier log)
    {
        var checks = new Checks();
        var entry = checks.Try(
            "receipt.entry",
            "The entry is a custody event that this version understands.",
            () =>
            {
                _ = receipt.ReadEntry();
                return receipt.ReadEntryBytes();
            }
        );
        var proof = checks.Try("receipt.proof", "The proof is a well-formed tlog-proof@v1.", receipt.ReadProof);
        Proof(checks, "receipt", proof, entry, log);
        return checks.Made;
    }

    /// <summary>One exported entry with its tlog-proof file.</summary>
    public static IReadOnlyList<LogCheck> Proof(ReadOnlySpan<byte> entry, string proofText, LogVerifier log)
    {
        var checks = new Checks();
        var proof = checks.Try("proof.form", "The proof is a well-formed tlog-proof@v1.", () => TlogProof.Parse(proofText));
        Proof(checks, "proof", proof, entry.ToArray(), log);
        return checks.Made;
    }

    /// <summary>That a newer signed checkpoint continues an older one.</summary>
    public static IReadOnlyList<LogCheck> Growth(
        string olderNote,
        string newerNote,
        IReadOnlyList<byte[]> consistency,
        LogVerifier log
    )
    {
        var checks = new Checks();
        var older = checks.Try("older.signed", "The older checkpoint is signed by the log's key.", () => log.Open(olderNote));
        var newer = checks.Try("newer.signed", "The newer checkpoint is signed by the log's key.", () => log.Open(newerNote));
        checks.Ask(
            "log.grew",
            "Every entry under the older checkpoint is unchanged under the newer one.",
            () =>
                older is null || newer is null ? NotMade("a checkpoint")
                : Merkle.VerifyConsistency(older.Size, older.Root, newer.Size, newer.Root, consistency) ? null
                : $"The checkpoints {older.Size} and {newer.Size} are not shown to be of one history."
        );
        return checks.Made;
    }

    /// <summary>
    /// A whole log from its files: checkpoint, every entry, every tile, and that it continues what the verifier remembers. Streams; one
    /// bundle is in memory at a time. Any change of the history since <paramref name="remembered"/> makes some check fail.
    /// </summary>
    /// <param name="read">A tile's bytes or null, as for <see cref="TileTree"/>.</param>
    /// <param name="remembered">A checkpoint of this log seen earlier, from elsewhere; null for a first meeting.</param>
    public static IReadOnlyList<LogCheck> Log(Func<TileName, byte[]?> read, string note, LogVerifier log, Checkpoint? remembered)
    {
        var checks = new Checks();
        var head = checks.Try("log.signed", "The checkpoint is signed by the log's key.", () => log.Open(note));
        var tree = head is null ? null : new TileTree(read, head.Size);
        byte[]? rootThen = null;
        checks.Ask(
            "log.whole",
            "The entries are exactly those under the checkpoint, and every tile agrees with them.",
            () => tree is null ? NotMade("the checkpoint") : WhyNotWhole(tree, head!, remembered?.Size ?? 0, out rootThen)
        );
        if (remembered is null)
            return checks.Made;
        checks.Ask(
            "log.continues",
            "The log begins with every entry that it had when its earlier checkpoint was seen.",
            () =>
                head is null ? NotMade("the checkpoint")
                : remembered.Origin != log.Origin ? $"The earlier checkpoint is of another log, {remembered.Origin}."
                : head.Size < remembered.Size
                    ? $"The log has {head.Size} entries; it once had {remembered.Size}: entries were taken back."
                : rootThen is null ? NotMade("the whole log")
                : rootThen.AsSpan().SequenceEqual(remembered.Root) ? null
                : $"Its first {remembered.Size} entries are not those it had then: the history was rewritten."
        );
        return checks.Made;
    }

    static void Proof(Checks checks, string name, TlogProof? proof, byte[]? entry, LogVerifier log)
    {
        var head = checks.Try(
            $"{name}.signed",
            "The checkpoint in the proof is signed by the log's key.",
            () => proof is null ? throw new FormatException(NotMade("the proof")) : log.Open(proof.Note)
        );
        checks.Ask(
            $"{name}.included",
            "The log contains exactly this entry at the place that the proof names.",
            () =>
                proof is null || head is null || entry is null ? NotMade("the entry and the proof")
                : proof.Includes(entry, head) ? null
                : $"The proof does not lead from this entry to the log's head: it is not entry {proof.Index} of the {head.Size}."
        );
    }

    static string? WhyNotWhole(TileTree tree, Checkpoint head, long rememberedSize, out byte[]? rootThen)
    {
        rootThen = rememberedSize == 0 ? Merkle.EmptyRoot : null;
        var frontier = new Frontier();
        var right = new TilesInOrder(tree);
        foreach (var entry in tree.ReadEntries())
        {
            frontier.Add(Merkle.LeafHash(entry.Span), right.Compare);
            if (right.FirstDifference is { } difference)
                return difference;
            if (frontier.Size == rememberedSize)
                rootThen = frontier.Root();
        }
        return frontier.Root().AsSpan().SequenceEqual(head.Root)
            ? null
            : "The entries do not give the root hash that was signed.";
    }

    static string NotMade(string waitedFor) => $"Not checked, because {waitedFor} does not hold.";

    /// <summary>Compares the hashes, as they come, with the tiles of their level.</summary>
    sealed class TilesInOrder(TileTree tree)
    {
        readonly Dictionary<int, (long Next, byte[] Tile)> levels = [];

        public string? FirstDifference { get; private set; }

        public void Compare(int height, ReadOnlySpan<byte> hash)
        {
            var (level, inTile) = Math.DivRem(height, TileName.Height);
            if (inTile != 0)
                return;
            var (index, tile) = levels.GetValueOrDefault(level, (0, []));
            var place = (int)(index % TileName.FullWidth);
            if (place == 0)
                tile = tree.ReadHashes(level, index / TileName.FullWidth);
            if (!hash.SequenceEqual(tile.AsSpan(place * Merkle.HashLengthBytes, Merkle.HashLengthBytes)))
                FirstDifference ??=
                    level == 0 ? $"Entry {index} is not the one that was logged." : $"Tile {level}/{index / 256} is false.";
            levels[level] = (index + 1, tile);
        }
    }

    sealed class Checks
    {
        readonly List<LogCheck> made = [];

        public IReadOnlyList<LogCheck> Made => made;

        public void Ask(string name, string what, Func<string?> whyNot)
        {
            string? reason;
            try
            {
                reason = whyNot();
            }
            catch (Exception e) when (e is FormatException or LogBrokenException)
            {
                reason = e.Message;
            }
            made.Add(new(name, what, reason));
        }

        public T? Try<T>(string name, string what, Func<T> make)
            where T : class
        {
            T? result = null;
            Ask(
                name,
                what,
                () =>
                {
                    result = make();
                    return null;
                }
            );
            return result;
        }
    }
}
