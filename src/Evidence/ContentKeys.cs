using System.Security.Cryptography;

namespace Lapel.Evidence;

/// <summary>
/// The wrapped content keys, one file of 113 bytes each, <c>keys/content/ab/abcd….key</c>, named by the digest of the sealed clip
/// they open. They are kept apart from the vault and from the records, so that destroying one file destroys the clip wherever its
/// sealed bytes were copied to, backups of vault and records included.
/// </summary>
public sealed class ContentKeys(string folder)
{
    const string Suffix = ".key";

    internal string PathOf(Digest sealedClip) => Path.Combine(folder, sealedClip.Hex[..2], sealedClip.Hex + Suffix);

    /// <summary>Keeps a key durably. The first one stays: a second wrapping of the same key is as good, and any other is no good.</summary>
    public void Keep(Digest sealedClip, WrappedKey key)
    {
        var path = PathOf(sealedClip);
        if (File.Exists(path))
            return;
        var own = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(own))
        {
            Directory.CreateDirectory(own, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            Durable.SyncFolder(folder);
        }
        Durable.WriteFile(path, key.Bytes);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <returns>None when it was never kept, or is destroyed; the custody log says which.</returns>
    /// <exception cref="InvalidDataException">The file is not a wrapped key any more.</exception>
    public WrappedKey? Find(Digest sealedClip)
    {
        try
        {
            var bytes = File.ReadAllBytes(PathOf(sealedClip));
            return bytes.Length == WrappedKey.LengthBytes
                ? new WrappedKey(bytes)
                : throw new InvalidDataException(
                    $"The content key of {sealedClip} has {bytes.Length} bytes, not {WrappedKey.LengthBytes}."
                );
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public bool Holds(Digest sealedClip) => File.Exists(PathOf(sealedClip));

    /// <summary>
    /// Destroys a key: overwritten, synced, removed, synced. File systems and flash that copy on write may keep old blocks for a
    /// while: put the keys folder on a volume that is itself encrypted. Repeats are harmless.
    /// </summary>
    public void Destroy(Digest sealedClip)
    {
        var path = PathOf(sealedClip);
        if (!File.Exists(path))
            return;
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
        {
            RandomAccess.Write(file, RandomNumberGenerator.GetBytes(WrappedKey.LengthBytes), 0);
            Durable.Sync(file);
        }
        // If we die here: a file of noise is left that opens nothing; destroying again removes it.
        File.Delete(path);
        Durable.SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>The sealed clips that a key is kept for, in the order of their digests.</summary>
    public IEnumerable<Digest> All() =>
        Files()
            .Select(file =>
                Digest.TryParse("sha256:" + Path.GetFileNameWithoutExtension(file), out var digest) ? digest : default
            )
            .Where(d => d != default);

    /// <summary>Files left by a write that was cut short; fsck reports them.</summary>
    public IEnumerable<string> Strays() =>
        Files()
            .Where(file =>
                !file.EndsWith(Suffix, StringComparison.Ordinal)
                || !Digest.TryParse("sha256:" + Path.GetFileNameWithoutExtension(file), out _)
            );

    IEnumerable<string> Files() =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            : [];
}
