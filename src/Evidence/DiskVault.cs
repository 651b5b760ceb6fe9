using Microsoft.Win32.SafeHandles;

namespace Lapel.Evidence;

/// <summary>
/// The vault as files: <c>vault/ab/cd/abcd….sealed</c>, readable by its owner, writable by nobody. Two levels of folders keep each
/// below a few thousand names at ten million objects. Only a move brings a file in, so a half-written object cannot exist here.
/// </summary>
/// <param name="afterStep">Told after each durable step; the crash tests stop there. Production passes none.</param>
public sealed class DiskVault(string root, Action<string>? afterStep = null) : IVault
{
    const string Suffix = ".sealed";

    public string PathOf(Digest digest) => Path.Combine(root, digest.Hex[..2], digest.Hex[2..4], digest.Hex + Suffix);

    public void Keep(Digest digest, string finishedFile)
    {
        var kept = PathOf(digest);
        if (File.Exists(kept))
        {
            LetGoOfRepeat(digest, kept, finishedFile);
            return;
        }
        if (!File.Exists(finishedFile))
            throw new FileNotFoundException($"There is no file {finishedFile} to keep.", finishedFile);

        // The receiver has synced as it wrote; asking again costs nothing then, and makes the promise ours.
        using (var file = File.OpenHandle(finishedFile, FileMode.Open, FileAccess.ReadWrite))
            Durable.Sync(file);
        Step("synced");
        MakeFolder(Path.GetDirectoryName(Path.GetDirectoryName(kept)!)!);
        MakeFolder(Path.GetDirectoryName(kept)!);
        Step("folder-made");
        File.SetUnixFileMode(finishedFile, UnixFileMode.UserRead);
        Step("made-read-only");
        // If we die inside the move: the object has one name or both; keeping again removes the other.
        Durable.MoveOnce(finishedFile, kept);
        Step("moved");
    }

    /// <summary>The object is here already: a repeat, or a crash between two steps of a move. The second name goes.</summary>
    void LetGoOfRepeat(Digest digest, string kept, string finishedFile)
    {
        // A crash may have come between the rename and its sync.
        Durable.SyncFolder(Path.GetDirectoryName(kept)!);
        if (!File.Exists(finishedFile))
            return;
        var (have, offered) = (new FileInfo(kept).Length, new FileInfo(finishedFile).Length);
        if (have != offered)
            throw new IOException(
                $"The vault holds {have} bytes under {digest}, and {offered} bytes were offered under it: one of them is damaged. Run lapel fsck."
            );
        File.Delete(finishedFile);
        Durable.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(finishedFile))!);
        Step("repeat-removed");
    }

    public IVaultObject Open(Digest digest)
    {
        try
        {
            return new DiskObject(
                File.OpenHandle(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.RandomAccess)
            );
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new VaultObjectMissingException(digest);
        }
    }

    public bool Holds(Digest digest) => File.Exists(PathOf(digest));

    public IEnumerable<Digest> All() => Files().Select(DigestOf).OfType<Digest>();

    /// <summary>Files in the vault's folders that no digest names; fsck reports them.</summary>
    public IEnumerable<string> Strays() => Files().Where(file => DigestOf(file) is not { } digest || PathOf(digest) != file);

    IEnumerable<string> Files() =>
        Directory.Exists(root)
            ? Directory
                .EnumerateDirectories(root)
                .Order(StringComparer.Ordinal)
                .SelectMany(first =>
                    Directory.EnumerateFiles(first, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                )
                .Concat(Directory.EnumerateFiles(root))
            : [];

    static Digest? DigestOf(string file) =>
        file.EndsWith(Suffix, StringComparison.Ordinal)
        && Digest.TryParse("sha256:" + Path.GetFileName(file)[..^Suffix.Length], out var digest)
            ? digest
            : null;

    static void MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        Directory.CreateDirectory(folder);
        Durable.SyncFolder(Path.GetDirectoryName(folder)!);
    }

    void Step(string name) => afterStep?.Invoke(name);

    sealed class DiskObject(SafeFileHandle file) : IVaultObject
    {
        public long LengthBytes { get; } = RandomAccess.GetLength(file);

        public int Read(long offset, Span<byte> into)
        {
            var total = 0;
            while (total < into.Length)
            {
                var read = RandomAccess.Read(file, into[total..], offset + total);
                if (read == 0)
                    break;
                total += read;
            }
            return total;
        }

        public void Dispose() => file.Dispose();
    }
}
