namespace Lapel.Custody;

/// <summary>
/// The tiles of one append on their way to the disk: each file is synced once, then renamed to its name, then each folder is synced
/// once. A file that is there already must be the same, and is never written again.
/// </summary>
/// <param name="root">The log's folder, a full path.</param>
/// <param name="settled">Folders whose own names this process knows to be on disk.</param>
sealed class TileFiles(string root, HashSet<string> settled)
{
    readonly List<(TileName Name, byte[] Bytes)> tiles = [];

    public void Put(TileName name, byte[] bytes) => tiles.Add((name, bytes));

    public void MakeDurable()
    {
        foreach (var (name, bytes) in tiles)
            CheckSame(name, Path.Combine(root, name.Path), bytes);
        var folders = new HashSet<string>();
        foreach (var (name, bytes) in tiles)
        {
            var path = Path.Combine(root, name.Path);
            var folder = Path.GetDirectoryName(path)!;
            Directory.CreateDirectory(folder);
            folders.Add(folder);
            if (!File.Exists(path))
                Write(path, bytes);
        }
        // A folder that is there already may be from an append that was killed before it synced the folder's own name.
        foreach (var folder in folders.ToList())
            for (var inner = folder; inner != root && !settled.Contains(inner); inner = Path.GetDirectoryName(inner)!)
                folders.Add(Path.GetDirectoryName(inner)!);
        foreach (var folder in folders)
            Durable.SyncFolder(folder);
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

    // If we die here: a neighbour with a leading dot is left over. Its name is fixed, so the next append takes its place.
    static void Write(string path, byte[] bytes)
    {
        var temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.new");
        using (var file = File.OpenHandle(temporary, FileMode.Create, FileAccess.Write, FileShare.None, FileOptions.None, bytes.Length))
        {
            RandomAccess.Write(file, bytes, 0);
            Durable.Sync(file);
        }
        File.Move(temporary, path, overwrite: true); // one rename; nothing is there, since one process writes
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
