namespace Lapel.Custody;

/// <summary>
/// The tiles of one append on their way to the disk: each file is synced once, then renamed to its name, then each folder is synced
/// once. A file that is there already must be the same, and is never written again.
/// </summary>
sealed class TileFiles(string root)
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
            // Also the folders that are there already: an append that was killed may have made them and not synced their names.
            for (var folder = Path.GetDirectoryName(path)!; folders.Add(folder) && folder != root; folder = Path.GetDirectoryName(folder)!)
                Directory.CreateDirectory(folder);
            if (!File.Exists(path))
                Write(path, bytes);
        }
        foreach (var folder in folders)
            Durable.SyncFolder(folder);
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
                if (Directory.Exists(Path.Combine(root, $"{name.Path}.p")))
                    Directory.Delete(Path.Combine(root, $"{name.Path}.p"), recursive: true);
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

    // The file is from an append that died before its checkpoint. Its bytes were synced before it got its name.
    static void CheckSame(TileName name, string path, byte[] bytes)
    {
        if (File.Exists(path) && !File.ReadAllBytes(path).AsSpan().SequenceEqual(bytes))
            throw new LogBrokenException(
                $"{name} is there with other content. An append that did not finish wrote other entries than those given now; if no later "
                    + "checkpoint of this log is known anywhere, move the file away and try again."
            );
    }
}

/// <summary>The last tiles read. Tiles never change once named, so nothing is ever stale; it holds 128 at most, then starts anew.</summary>
sealed class TileCache(string folder)
{
    const int MaxTiles = 128;
    readonly Dictionary<TileName, byte[]> tiles = [];

    /// <returns>Not to be changed by the caller; null when there is no such file.</returns>
    public byte[]? Read(TileName name)
    {
        lock (tiles)
            if (tiles.TryGetValue(name, out var known))
                return known;
        var read = TileTree.ReadFile(folder, name);
        if (read is not null && name.Level != TileName.Entries) // bundles may be megabytes, and are seldom read twice
            lock (tiles)
            {
                if (tiles.Count >= MaxTiles)
                    tiles.Clear();
                tiles[name] = read;
            }
        return read;
    }
}
