using System.Buffers.Binary;

namespace Lapel.Custody;

/// <summary>
/// Reads a tree from tiles: a folder, a web site, an export. It believes nothing: proofs from false tiles simply do not verify, and
/// <see cref="LogChecks.Log"/> compares every tile with the entries. Safe for several threads when the source is.
/// </summary>
/// <param name="read">Gives a tile's bytes, or null when there is no such file.</param>
/// <param name="size">Entries in the tree, from a checkpoint.</param>
public sealed class TileTree(Func<TileName, byte[]?> read, long size)
{
    const int Hash = Merkle.HashLengthBytes;
    readonly FoldedTiles folded = new();

    /// <summary>Shares what it reads with other trees over the same files.</summary>
    internal TileTree(Func<TileName, byte[]?> read, long size, FoldedTiles folded)
        : this(read, size) => this.folded = folded;

    public long Size => size;

    public static TileTree In(string folder, long size) => new(name => ReadFile(folder, name), size);

    /// <exception cref="LogBrokenException">Tiles are missing or have the wrong length.</exception>
    public byte[] Root() => RootAt(size);

    /// <summary>The root when the tree had fewer entries.</summary>
    public byte[] RootAt(long earlier)
    {
        CheckReach(earlier);
        return Merkle.RangeHash(0, earlier, Subtree);
    }

    /// <summary>Proof that the entry is in the tree of that size (RFC 6962, section 2.1.1).</summary>
    public IReadOnlyList<byte[]> Inclusion(long index, long atSize)
    {
        CheckReach(atSize);
        return Merkle.Inclusion(index, atSize, Subtree);
    }

    /// <summary>Proof that the tree of the old size is the beginning of the tree of the new one (section 2.1.2).</summary>
    public IReadOnlyList<byte[]> Consistency(long oldSize, long newSize)
    {
        CheckReach(newSize);
        return Merkle.Consistency(oldSize, newSize, Subtree);
    }

    public byte[] ReadEntry(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        return ReadBundle(index / TileName.FullWidth)[(int)(index % TileName.FullWidth)].ToArray();
    }

    /// <summary>All entries in their order, one bundle in memory at a time.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> ReadEntries(long from = 0)
    {
        for (var bundle = from / TileName.FullWidth; bundle * TileName.FullWidth < size; bundle++)
            foreach (var entry in ReadBundle(bundle).Skip((int)Math.Max(0, from - bundle * TileName.FullWidth)))
                yield return entry;
    }

    /// <summary>Hash of a complete subtree, see <see cref="Merkle"/>.</summary>
    public byte[] Subtree(int height, long number)
    {
        var (level, inTile) = Math.DivRem(height, TileName.Height);
        var perTile = TileName.FullWidth >> inTile;
        if (TileName.At(level, number / perTile, size) is not { } name || number % perTile >= name.Width >> inTile)
            throw new LogBrokenException($"The tree of {size} entries has no subtree {number} of height {height}.");
        var tile = folded.Get(name, () => ReadHashes(level, name.Number));
        return tile[inTile].AsSpan((int)(number % perTile) * Hash, Hash).ToArray();
    }

    /// <summary>The hashes of a tile: 32 bytes for each, as many as the tree has there.</summary>
    public byte[] ReadHashes(int level, long number)
    {
        var name =
            TileName.At(level, number, size)
            ?? throw new LogBrokenException($"The tree of {size} entries has no tile {level}/{number}.");
        var tile = ReadTile(name);
        var expected = name.Width * Hash;
        return tile.Length >= expected && tile.Length % Hash == 0
            ? tile[..expected]
            : throw new LogBrokenException($"{name} has {tile.Length} bytes, not {expected}.");
    }

    /// <summary>The entries of a bundle, as many as the tree has there.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> ReadBundle(long number)
    {
        var name =
            TileName.At(TileName.Entries, number, size)
            ?? throw new LogBrokenException($"The tree of {size} entries has no entry bundle {number}.");
        var entries =
            EntryBundle.Read(ReadTile(name)) ?? throw new LogBrokenException($"{name} is cut in the middle of an entry.");
        return entries.Count >= name.Width
            ? [.. entries.Take(name.Width)]
            : throw new LogBrokenException($"{name} has {entries.Count} entries, not {name.Width}.");
    }

    // A partial tile may be deleted once the full one is there, which begins with the same bytes ("Partial Tiles").
    byte[] ReadTile(TileName name) =>
        read(name) ?? (name.IsFull ? null : read(name.Full)) ?? throw new LogBrokenException($"{name} is missing.");

    void CheckReach(long asked)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(asked);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(asked, size);
    }

    internal static byte[]? ReadFile(string folder, TileName name)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(folder, name.Path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }
}

/// <summary>
/// The tiles used last, with the levels of the tree between theirs and the next tile's computed once. A named tile never changes, so
/// nothing here is ever stale. It holds 128 (2 MB) at most, then starts anew.
/// </summary>
sealed class FoldedTiles
{
    const int MaxTiles = 128;
    readonly Dictionary<TileName, byte[][]> tiles = [];

    /// <returns>At [h], the hashes of all complete subtrees of height h over the tile's hashes.</returns>
    public byte[][] Get(TileName name, Func<byte[]> read)
    {
        lock (tiles)
            if (tiles.TryGetValue(name, out var known))
                return known;
        var folded = Fold(read());
        lock (tiles)
        {
            if (tiles.Count >= MaxTiles)
                tiles.Clear();
            return tiles[name] = folded;
        }
    }

    static byte[][] Fold(byte[] hashes)
    {
        const int Hash = Merkle.HashLengthBytes;
        var heights = new byte[TileName.Height][];
        heights[0] = hashes;
        for (var h = 1; h < heights.Length; h++)
        {
            var below = heights[h - 1];
            heights[h] = new byte[below.Length / (2 * Hash) * Hash];
            for (var i = 0; i < heights[h].Length; i += Hash)
                Merkle.NodeHash(below.AsSpan(2 * i, Hash), below.AsSpan(2 * i + Hash, Hash), heights[h].AsSpan(i, Hash));
        }
        return heights;
    }
}

/// <summary>Entry bundles: each entry behind its length as a big-endian uint16 (C2SP tlog-tiles, "Log entries").</summary>
static class EntryBundle
{
    public const int MaxEntryLengthBytes = ushort.MaxValue;

    /// <returns>Null when the bytes end inside an entry.</returns>
    public static IReadOnlyList<ReadOnlyMemory<byte>>? Read(ReadOnlyMemory<byte> bundle)
    {
        var entries = new List<ReadOnlyMemory<byte>>(TileName.FullWidth);
        while (bundle.Length > 0)
        {
            if (
                bundle.Length < 2
                || BinaryPrimitives.ReadUInt16BigEndian(bundle.Span) is var length && bundle.Length < 2 + length
            )
                return null;
            entries.Add(bundle.Slice(2, length));
            bundle = bundle[(2 + length)..];
        }
        return entries;
    }

    public static byte[] Write(IEnumerable<ReadOnlyMemory<byte>> entries)
    {
        var bundle = new MemoryStream();
        foreach (var entry in entries)
            Write(bundle, entry.Span);
        return bundle.ToArray();
    }

    public static void Write(Stream to, ReadOnlySpan<byte> entry)
    {
        Span<byte> length = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, checked((ushort)entry.Length));
        to.Write(length);
        to.Write(entry);
    }
}

/// <summary>The log's files contradict each other or its checkpoint. Nothing was changed; the message says where.</summary>
public sealed class LogBrokenException(string message) : Exception(message);
