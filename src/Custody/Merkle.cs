using System.Buffers;
using System.Numerics;
using System.Security.Cryptography;

namespace Lapel.Custody;

/// <summary>
/// Merkle tree hashes and proofs of RFC 6962, section 2.1, over SHA-256. Hashes are 32 bytes. A hash of the complete subtree over the
/// entries <c>n * 2^height</c> to <c>(n + 1) * 2^height</c> (end excluded) is asked for as <c>(height, n)</c>.
/// </summary>
public static class Merkle
{
    public const int HashLengthBytes = SHA256.HashSizeInBytes;

    /// <summary>Root of the tree without entries: SHA-256 of nothing.</summary>
    public static byte[] EmptyRoot => SHA256.HashData([]);

    /// <summary>SHA-256(0x00 || entry).</summary>
    public static byte[] LeafHash(ReadOnlySpan<byte> entry)
    {
        var hash = new byte[HashLengthBytes];
        LeafHash(entry, hash);
        return hash;
    }

    public static void LeafHash(ReadOnlySpan<byte> entry, Span<byte> to)
    {
        // One call over one buffer: twice as fast as an incremental hash for entries of this size.
        byte[]? rented = null;
        var input =
            entry.Length < 1024 ? stackalloc byte[1 + entry.Length] : rented = ArrayPool<byte>.Shared.Rent(1 + entry.Length);
        input[0] = 0;
        entry.CopyTo(input[1..]);
        SHA256.HashData(input[..(1 + entry.Length)], to);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>SHA-256(0x01 || left || right).</summary>
    public static byte[] NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var hash = new byte[HashLengthBytes];
        NodeHash(left, right, hash);
        return hash;
    }

    /// <param name="to">May be one of the two inputs.</param>
    public static void NodeHash(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right, Span<byte> to)
    {
        Span<byte> input = stackalloc byte[1 + 2 * HashLengthBytes];
        input[0] = 1;
        left.CopyTo(input[1..]);
        right.CopyTo(input[(1 + HashLengthBytes)..]);
        SHA256.HashData(input, to);
    }

    /// <summary>MTH of the entries from start to end (excluded), where start is a multiple of a power of two not below their number.</summary>
    public static byte[] RangeHash(long start, long end, Func<int, long, byte[]> subtree)
    {
        var count = end - start;
        if (count <= 0)
            return EmptyRoot;
        if (BitOperations.IsPow2(count))
        {
            var height = BitOperations.Log2((ulong)count);
            return subtree(height, start >> height);
        }
        var middle = start + Split(count);
        var left = subtree(BitOperations.Log2((ulong)(middle - start)), start / (middle - start));
        return NodeHash(left, RangeHash(middle, end, subtree));
    }

    /// <summary>PATH(index, D[size]) of section 2.1.1: from the leaf's sibling up to the root's child.</summary>
    public static IReadOnlyList<byte[]> Inclusion(long index, long size, Func<int, long, byte[]> subtree)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        var proof = new List<byte[]>();
        var (start, end) = (0L, size);
        while (end - start > 1)
        {
            var middle = start + Split(end - start);
            var inLeft = index < middle;
            proof.Add(inLeft ? RangeHash(middle, end, subtree) : RangeHash(start, middle, subtree));
            (start, end) = inLeft ? (start, middle) : (middle, end);
        }
        proof.Reverse();
        return proof;
    }

    /// <summary>PROOF(oldSize, D[newSize]) of section 2.1.2; empty when the sizes are equal or the old tree was empty.</summary>
    public static IReadOnlyList<byte[]> Consistency(long oldSize, long newSize, Func<int, long, byte[]> subtree)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(oldSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(oldSize, newSize);
        var proof = new List<byte[]>();
        if (oldSize == 0)
            return proof;
        var (start, end) = (0L, newSize);
        while (end != oldSize)
        {
            var middle = start + Split(end - start);
            var inLeft = oldSize <= middle;
            proof.Add(inLeft ? RangeHash(middle, end, subtree) : RangeHash(start, middle, subtree));
            (start, end) = inLeft ? (start, middle) : (middle, end);
        }
        if (start != 0)
            proof.Add(RangeHash(start, end, subtree)); // b = false: the old tree's last subtree is not known from its root
        proof.Reverse();
        return proof;
    }

    /// <summary>Whether the proof leads from the leaf at the index to the root of the tree of that size.</summary>
    public static bool VerifyInclusion(
        ReadOnlySpan<byte> leafHash,
        long index,
        long size,
        IReadOnlyList<byte[]> proof,
        ReadOnlySpan<byte> root
    )
    {
        if (index < 0 || index >= size || !AreHashes(proof) || leafHash.Length != HashLengthBytes)
            return false;
        var (node, last) = (index, size - 1);
        var hash = leafHash.ToArray();
        foreach (var sibling in proof)
        {
            if (last == 0)
                return false;
            if ((node & 1) == 1 || node == last)
            {
                NodeHash(sibling, hash, hash);
                // A right edge without a sibling of its own moves up unhashed.
                while ((node & 1) == 0 && node != 0)
                    (node, last) = (node >> 1, last >> 1);
            }
            else
                NodeHash(hash, sibling, hash);
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && root.SequenceEqual(hash);
    }

    /// <summary>Whether the proof shows that the old tree's entries are the first ones of the new tree, unchanged.</summary>
    public static bool VerifyConsistency(
        long oldSize,
        ReadOnlySpan<byte> oldRoot,
        long newSize,
        ReadOnlySpan<byte> newRoot,
        IReadOnlyList<byte[]> proof
    )
    {
        if (oldSize < 0 || oldSize > newSize || !AreHashes(proof))
            return false;
        if (oldSize == 0)
            return proof.Count == 0 && oldRoot.SequenceEqual(EmptyRoot);
        if (oldSize == newSize)
            return proof.Count == 0 && oldRoot.SequenceEqual(newRoot);

        // RFC 9162, section 2.1.4.2, which verifies RFC 6962's proofs.
        var (node, last) = (oldSize - 1, newSize - 1);
        while ((node & 1) == 1)
            (node, last) = (node >> 1, last >> 1);
        var next = 0;
        byte[] oldHash;
        if (node == 0)
            oldHash = oldRoot.ToArray(); // the old tree is one complete subtree of the new one
        else if (proof.Count > 0)
            oldHash = (byte[])proof[next++].Clone();
        else
            return false;
        if (oldHash.Length != HashLengthBytes)
            return false;
        var newHash = (byte[])oldHash.Clone();
        for (; next < proof.Count; next++)
        {
            if (last == 0)
                return false;
            if ((node & 1) == 1 || node == last)
            {
                NodeHash(proof[next], oldHash, oldHash);
                NodeHash(proof[next], newHash, newHash);
                while ((node & 1) == 0 && node != 0)
                    (node, last) = (node >> 1, last >> 1);
            }
            else
                NodeHash(newHash, proof[next], newHash);
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 && oldRoot.SequenceEqual(oldHash) && newRoot.SequenceEqual(newHash);
    }

    /// <summary>The largest power of two below a count of at least two.</summary>
    static long Split(long count) => 1L << BitOperations.Log2((ulong)(count - 1));

    static bool AreHashes(IReadOnlyList<byte[]> proof) => proof.All(hash => hash.Length == HashLengthBytes);
}

/// <summary>
/// The right edge of a growing tree: the roots of its complete subtrees, one for every 1 in the size's binary digits. That is all one
/// needs to add entries and to know the root.
/// </summary>
sealed class Frontier
{
    const int MaxHeight = 63;
    readonly byte[] peaks;

    public Frontier()
        : this(new byte[MaxHeight * Merkle.HashLengthBytes], 0) { }

    Frontier(byte[] peaks, long size)
    {
        this.peaks = peaks;
        Size = size;
    }

    public long Size { get; private set; }

    public static Frontier Of(long size, Func<int, long, byte[]> subtree)
    {
        var frontier = new Frontier { Size = size };
        for (var height = 0; height < MaxHeight; height++)
            if ((size >> height & 1) == 1)
                subtree(height, (size >> height) - 1).CopyTo(frontier.Peak(height));
        return frontier;
    }

    public Frontier Copy() => new((byte[])peaks.Clone(), Size);

    /// <param name="completed">Called with the height and hash of the leaf (0) and of each subtree that it completes.</param>
    public void Add(ReadOnlySpan<byte> leafHash, CompletedSubtree completed)
    {
        Span<byte> hash = stackalloc byte[Merkle.HashLengthBytes];
        leafHash.CopyTo(hash);
        completed(0, hash);
        var height = 0;
        for (; (Size >> height & 1) == 1; height++)
        {
            Merkle.NodeHash(Peak(height), hash, hash);
            completed(height + 1, hash);
        }
        hash.CopyTo(Peak(height));
        Size++;
    }

    public byte[] Root()
    {
        byte[]? root = null;
        for (var height = 0; height < MaxHeight; height++)
            if ((Size >> height & 1) == 1)
                root = root is null ? Peak(height).ToArray() : Merkle.NodeHash(Peak(height), root);
        return root ?? Merkle.EmptyRoot;
    }

    public delegate void CompletedSubtree(int height, ReadOnlySpan<byte> hash);

    Span<byte> Peak(int height) => peaks.AsSpan(height * Merkle.HashLengthBytes, Merkle.HashLengthBytes);
}
