namespace Lapel.Scenarios;

/// <summary>An export made by the command-line tool, and that tool as the court's: it verifies in a network namespace without a network.</summary>
sealed class ExportedFolder : IAsyncDisposable
{
    readonly string parent = LiveHouse.NewFolder();

    string Folder => Path.Combine(parent, "export");

    public static async Task<ExportedFolder> Make(LiveHouse house, string recording)
    {
        var export = new ExportedFolder();
        var (code, said) = await OwnProcess.Run(
            "dotnet",
            [
                Programs.Cli,
                "export",
                "--server",
                house.Agency.ToString(),
                "--account",
                "clerk",
                "--purpose",
                "Crown brief 31-204",
                "--to",
                export.Folder,
                recording,
            ],
            ("LAPEL_PASSWORD", LiveHouse.Password)
        );
        code.ShouldBe(0, $"{said}\n{house.Server.Process.Said}");
        return export;
    }

    /// <returns>The exit code, and the first broken link that it names.</returns>
    public async Task<(int Code, string? Link)> Verify()
    {
        var (code, said) = await OwnProcess.Run("unshare", ["--net", "dotnet", Programs.Cli, "verify", Folder]);
        const string Named = "the first broken link is '";
        var at = said.IndexOf(Named, StringComparison.Ordinal);
        code.ShouldBeInRange(0, 1, said);
        return (code, at < 0 ? null : said[(at + Named.Length)..].Split('\'')[0]);
    }

    /// <summary>A byte in each kind of file, and the link that it breaks.</summary>
    public IEnumerable<(string File, string After, string Link)> Links()
    {
        var admission = Directory
            .GetFiles(Path.Combine(Folder, "custody"), "*.json")
            .Single(f => File.ReadAllText(f).Contains("recording.admitted", StringComparison.Ordinal));
        var entry = Path.GetFileNameWithoutExtension(admission);
        yield return ("media/clip-001.mp4", "mdat", "media.1");
        yield return ("manifest.dsse.json", "\"sig\":\"", "camera.signature");
        yield return ("camera-key.pem", "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE", "camera.signature");
        yield return ($"custody/{entry}.json", "\"salt\":\"", $"custody.{entry}");
        yield return ($"custody/{entry}.tlog-proof", "index ", $"custody.{entry}");
        yield return ("checkpoint.txt", "\n", "log.checkpoint");
        yield return ("manifest.json", "\"software\": \"", "copies");
        yield return ("index.html", "<title>", "files");
    }

    /// <summary>Changes one byte until disposed: the one after the first occurrence of a text.</summary>
    public IDisposable Flip(string name, string after)
    {
        var file = Path.Combine(Folder, name);
        var bytes = File.ReadAllBytes(file);
        var at = bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(after));
        at.ShouldBeGreaterThanOrEqualTo(0, $"{name} holds '{after}'");
        at += after.Length;
        var changed = bytes.ToArray();
        // Stays a digit where it was a digit, and a letter otherwise: the form is right, only the content is not.
        changed[at] = changed[at] switch
        {
            (byte)'A' => (byte)'B',
            (byte)'0' => (byte)'1',
            >= (byte)'1' and <= (byte)'9' => (byte)'0',
            _ => (byte)'A',
        };
        File.WriteAllBytes(file, changed);
        return new PutBack(file, bytes);
    }

    sealed class PutBack(string file, byte[] bytes) : IDisposable
    {
        public void Dispose() => File.WriteAllBytes(file, bytes);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(parent, recursive: true);
        return ValueTask.CompletedTask;
    }
}
