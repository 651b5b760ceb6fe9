namespace Lapel.Custody;

/// <summary>
/// The part of the tree that still grows, in memory: at each level the tile that is not full yet, the entry bundle that is not full yet,
/// and the <see cref="Frontier"/>. Appending needs no other file, however long the log is.
/// </summary>
sealed class RightEdge
{
    readonly Frontier frontier;
    readonly List<MemoryStream> tiles;
    readonly MemoryStream bundle;

    RightEdge(Frontier frontier, List<MemoryStream> tiles, MemoryStream bundle)
    {
        this.frontier = frontier;
        this.tiles = tiles;
        this.bundle = bundle;
    }

    public long Size => frontier.Size;

    public byte[] Root() => frontier.Root();

    /// <summary>Reads the edge of a tree from its tiles.</summary>
    /// <exception cref="LogBrokenException">Tiles are missing, or the newest entries are not those that the tiles name.</exception>
    public static RightEdge Of(TileTree tree)
    {
        var tiles = new List<MemoryStream>();
        for (var level = 0; TileName.CountAt(level, tree.Size) is var count and > 0; level++)
            tiles.Add(count % TileName.FullWidth == 0 ? new() : Buffer(tree.ReadHashes(level, count / TileName.FullWidth)));
        var bundle = new MemoryStream();
        if (tree.Size % TileName.FullWidth != 0)
        {
            var leaves = tree.ReadHashes(0, tree.Size / TileName.FullWidth);
            var entries = tree.ReadBundle(tree.Size / TileName.FullWidth);
            for (var i = 0; i < entries.Count; i++)
            {
                var leaf = leaves.AsSpan(i * Merkle.HashLengthBytes, Merkle.HashLengthBytes);
                if (!leaf.SequenceEqual(Merkle.LeafHash(entries[i].Span)))
                    throw new LogBrokenException($"Entry {tree.Size - entries.Count + i} is not the one that was logged.");
                EntryBundle.Write(bundle, entries[i].Span);
            }
        }
        return new(Frontier.Of(tree.Size, tree.Subtree), tiles, bundle);
    }

    /// <summary>An append works on a copy, so that a failed one leaves nothing behind in memory.</summary>
    public RightEdge Copy() => new(frontier.Copy(), [.. tiles.Select(t => Buffer(t.ToArray()))], Buffer(bundle.ToArray()));

    /// <summary>Adds an entry, handing every tile that it fills to <paramref name="files"/>.</summary>
    public void Add(ReadOnlySpan<byte> entry, TileFiles files)
    {
        var index = Size;
        EntryBundle.Write(bundle, entry);
        Span<byte> leaf = stackalloc byte[Merkle.HashLengthBytes];
        Merkle.LeafHash(entry, leaf);
        frontier.Add(
            leaf,
            (height, hash) =>
            {
                var (level, inTile) = Math.DivRem(height, TileName.Height);
                if (inTile == 0)
                    AddHash(level, index >> height, hash, files);
            }
        );
        if (Size % TileName.FullWidth == 0)
            Hand(bundle, new(TileName.Entries, index / TileName.FullWidth), files);
    }

    /// <summary>Hands over the tiles that are wider than they were, but not full.</summary>
    public void PutPartials(RightEdge before, TileFiles files)
    {
        for (var level = TileName.Entries; level < tiles.Count; level++)
        {
            var count = TileName.CountAt(level, Size);
            if (count == TileName.CountAt(level, before.Size) || count % TileName.FullWidth == 0)
                continue;
            var name = new TileName(level, count / TileName.FullWidth, (int)(count % TileName.FullWidth));
            files.Put(name, (level == TileName.Entries ? bundle : tiles[level]).ToArray());
        }
    }

    void AddHash(int level, long index, ReadOnlySpan<byte> hash, TileFiles files)
    {
        if (tiles.Count == level)
            tiles.Add(new());
        tiles[level].Write(hash);
        if ((index + 1) % TileName.FullWidth == 0)
            Hand(tiles[level], new(level, index / TileName.FullWidth), files);
    }

    static void Hand(MemoryStream full, TileName name, TileFiles files)
    {
        files.Put(name, full.ToArray());
        full.SetLength(0);
    }

    static MemoryStream Buffer(byte[] bytes)
    {
        var buffer = new MemoryStream();
        buffer.Write(bytes);
        return buffer;
    }
}
