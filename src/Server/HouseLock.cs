namespace Lapel.Server;

/// <summary>One server at a time works in a data folder; a second one is told so instead of harming the first.</summary>
sealed class HouseLock : IDisposable
{
    readonly FileStream held;

    HouseLock(FileStream held) => this.held = held;

    /// <exception cref="IOException">Another server holds the folder.</exception>
    public static HouseLock Take(string data)
    {
        Directory.CreateDirectory(data);
        var path = Path.Combine(data, "server.lock");
        try
        {
            // The kernel lets go of it when the process ends, however it ends.
            return new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            throw new IOException($"another Lapel server is using {data}. Stop it first, or give --data another folder.");
        }
    }

    public void Dispose() => held.Dispose();
}
