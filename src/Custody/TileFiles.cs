using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;

namespace Lapel.Custody;

/// <summary>
/// The tiles of one append on their way to the disk: each file is synced once, then renamed to its name, then each folder is synced
/// once. A file that is there already must be the same, and is never written again.
/// </summary>
/// <param name="root">The log's folder, a full path.</param>
/// <param name="settled">Folders whose own names this process knows to be on disk.</param>
sealed class TileFiles(string root, HashSet<string> settled)
{
    const int OpenAtOnce = 64;

    readonly List<(TileName Name, byte[] Bytes)> tiles = [];

    public void Put(TileName name, byte[] bytes) => tiles.Add((name, bytes));

    public void MakeDurable()
    {
        foreach (var (name, bytes) in tiles)
            CheckSame(name, Path.Combine(root, name.Path), bytes);
        var folders = new HashSet<string>();
        foreach (var some in tiles.Chunk(OpenAtOnce))
            Write(some, folders);
        // A folder that is there already may be from an append that was killed before it synced the folder's own name.
        foreach (var folder in folders.ToList())
            for (var inner = folder; inner != root && !settled.Contains(inner); inner = Path.GetDirectoryName(inner)!)
                folders.Add(Path.GetDirectoryName(inner)!);
        AtOnce(folders, Durable.SyncFolder);
        settled.UnionWith(folders);
    }

    /// <summary>
    /// Removes the partial tiles whose full tile was among these ("Partial Tiles": the log may, once the full tile is available).
    /// Called when a checkpoint that needs none of them is durable; what cannot be removed stays, and harms nobody.
    /// </summary>
    public void DeleteOutgrownPartials()
    {
        foreach (var (name, _) in tiles.Where(t => t.Name.IsFull))
            try
            {
                var partials = Path.Combine(root, $"{name.Path}.p");
                settled.Remove(partials);
                if (Directory.Exists(partials))
                    Directory.Delete(partials, recursive: true);
            }
            catch (IOException)
            {
                // Only space is lost, 256 small files at most.
            }
    }

    void Write((TileName Name, byte[] Bytes)[] some, HashSet<string> folders)
    {
        var written = new List<(SafeFileHandle File, string Temporary, string Path)>();
        try
        {
            foreach (var (name, bytes) in some)
            {
                var path = Path.Combine(root, name.Path);
                var folder = Path.GetDirectoryName(path)!;
                Directory.CreateDirectory(folder);
                folders.Add(folder);
                if (File.Exists(path))
                    continue;
                var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.new");
                var file = File.OpenHandle(
                    temporary,
                    FileMode.Create,
                    FileAccess.Write,
                    FileShare.None,
                    FileOptions.None,
                    bytes.Length
                );
                written.Add((file, temporary, path));
                RandomAccess.Write(file, bytes, 0);
            }
            AtOnce(written, one => Durable.Sync(one.File));
        }
        finally
        {
            // Open until synced: a handle opened later might not be told of a write that failed in between.
            foreach (var (file, _, _) in written)
                file.Dispose();
        }
        // If we die here: neighbours with a leading dot are left over. Their names are fixed, so the next append takes their place.
        foreach (var (_, temporary, path) in written)
            File.Move(temporary, path, overwrite: true); // one rename; nothing is there, since one process writes
    }

    /// <summary>Waits that the disk can answer together: side by side they cost little more than one.</summary>
    static void AtOnce<T>(IReadOnlyCollection<T> of, Action<T> wait)
    {
        try
        {
            Parallel.ForEach(of, wait);
        }
        catch (AggregateException failed)
        {
            ExceptionDispatchInfo.Throw(failed.InnerExceptions[0]);
        }
    }

    // A file that exists is from an append that died before its checkpoint. Its bytes were synced before it got its name.
    static void CheckSame(TileName name, string path, byte[] bytes)
    {
        if (File.Exists(path) && !File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes))
            throw new LogBrokenException(
                $"{name} is there with other content. An append that did not finish wrote other entries than those given now; if no later "
                    + "checkpoint of this log is known anywhere, move the file away and try again."
            );
    }
}
