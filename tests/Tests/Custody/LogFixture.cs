using System.Security.Cryptography;
using System.Text;

namespace Lapel.Tests.Custody;

/// <summary>A log in a temporary folder; in memory where the system has such a folder, since these tests make thousands of syncs.</summary>
sealed class LogFixture : IDisposable
{
    const string Memory = "/dev/shm";

    public LogFixture()
    {
        Signer = LogSigner.NewFor("westvale");
        Folder = Path.Combine(Directory.Exists(Memory) ? Memory : Path.GetTempPath(), $"lapel-log-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Folder);
    }

    public string Folder { get; }

    public LogSigner Signer { get; }

    public TileLog Open() => TileLog.Open(Folder, Signer);

    /// <summary>Every file of the log but its lock, by relative path.</summary>
    public SortedDictionary<string, byte[]> Files() => FilesOf(Folder);

    public static SortedDictionary<string, byte[]> FilesOf(string folder)
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            if (Path.GetFileName(file) != ".lock")
                files[Path.GetRelativePath(folder, file)] = File.ReadAllBytes(file);
        return files;
    }

    public void Dispose()
    {
        Signer.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>RFC 6962 written down as slowly and as literally as possible, sharing nothing with the code under test.</summary>
static class SlowTree
{
    public static byte[] Entry(int i) => Encoding.UTF8.GetBytes($"entry {i} {new string('x', i * 7 % 50)}");

    public static List<byte[]> Entries(int count) => [.. Enumerable.Range(0, count).Select(Entry)];

    public static List<ReadOnlyMemory<byte>> AsMemory(this IEnumerable<byte[]> entries) =>
        [.. entries.Select(e => new ReadOnlyMemory<byte>(e))];

    public static byte[] Mth(IReadOnlyList<byte[]> d) =>
        d.Count switch
        {
            0 => SHA256.HashData([]),
            1 => SHA256.HashData([0, .. d[0]]),
            _ => SHA256.HashData([1, .. Mth(Take(d, 0, K(d.Count))), .. Mth(Take(d, K(d.Count), d.Count))]),
        };

    public static List<byte[]> Path(int m, IReadOnlyList<byte[]> d)
    {
        if (d.Count == 1)
            return [];
        var k = K(d.Count);
        return m < k
            ? [.. Path(m, Take(d, 0, k)), Mth(Take(d, k, d.Count))]
            : [.. Path(m - k, Take(d, k, d.Count)), Mth(Take(d, 0, k))];
    }

    public static List<byte[]> Proof(int m, IReadOnlyList<byte[]> d) => SubProof(m, d, true);

    static List<byte[]> SubProof(int m, IReadOnlyList<byte[]> d, bool whole)
    {
        if (m == d.Count)
            return whole ? [] : [Mth(d)];
        var k = K(d.Count);
        return m <= k
            ? [.. SubProof(m, Take(d, 0, k), whole), Mth(Take(d, k, d.Count))]
            : [.. SubProof(m - k, Take(d, k, d.Count), false), Mth(Take(d, 0, k))];
    }

    /// <summary>The files a tlog-tiles log of exactly these entries has, one partial tile for each level and no older ones.</summary>
    public static Dictionary<string, byte[]> Tiles(IReadOnlyList<byte[]> entries)
    {
        var files = new Dictionary<string, byte[]>();
        var units = entries.Select(e => SHA256.HashData([0, .. e])).ToList();
        for (var level = 0; units.Count > 0; level++)
        {
            for (var n = 0; n * 256 < units.Count; n++)
            {
                var tile = units.Skip(n * 256).Take(256).ToList();
                var suffix = Number(n) + (tile.Count < 256 ? $".p/{tile.Count}" : "");
                files[$"tile/{level}/{suffix}"] = [.. tile.SelectMany(h => h)];
                if (level == 0)
                    files[$"tile/entries/{suffix}"] =
                    [
                        .. entries.Skip(n * 256).Take(256).SelectMany(e => (byte[])[(byte)(e.Length >> 8), (byte)e.Length, .. e]),
                    ];
            }
            units = [.. units.Chunk(256).Where(c => c.Length == 256).Select(Combine)];
        }
        return files;
    }

    static string Number(int n) => n < 1000 ? $"{n:000}" : $"x{n / 1000:000}/{n % 1000:000}";

    static byte[] Combine(IReadOnlyList<byte[]> hashes) =>
        hashes.Count == 1
            ? hashes[0]
            : SHA256.HashData([
                1,
                .. Combine(Take(hashes, 0, hashes.Count / 2)),
                .. Combine(Take(hashes, hashes.Count / 2, hashes.Count)),
            ]);

    static int K(int n)
    {
        var k = 1;
        while (k * 2 < n)
            k *= 2;
        return k;
    }

    static List<byte[]> Take(IReadOnlyList<byte[]> d, int from, int to) => [.. d.Skip(from).Take(to - from)];
}
