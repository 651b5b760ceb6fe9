namespace Lapel.Scenarios;

/// <summary>
/// The pion client, built from Debian's sources. They are laid out for a build without modules but name each other by module path, with /v2
/// and /v3; a folder of links gives each the path that it is called by.
/// </summary>
sealed class PionClient : IDisposable
{
    const string Sources = "/usr/share/gocode/src";

    readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("lapel-pion-");

    public string Program => Path.Combine(folder.FullName, "client");

    public static async Task<PionClient> Build()
    {
        var client = new PionClient();
        var src = client.folder.CreateSubdirectory("src").FullName;
        Link(Sources, src, deep: ["github.com"]);
        Link($"{Sources}/github.com", $"{src}/github.com", deep: ["pion"]);
        foreach (var package in Directory.GetDirectories($"{Sources}/github.com/pion").Select(d => Path.GetFileName(d)))
        {
            var (from, to) = ($"{Sources}/github.com/pion/{package}", $"{src}/github.com/pion/{package}");
            Link(from, to, deep: []);
            foreach (var version in (string[])["v2", "v3"])
                if (!Directory.Exists($"{to}/{version}"))
                    Directory.CreateSymbolicLink($"{to}/{version}", from);
        }
        File.Copy(Path.Combine(Programs.Scenarios, "live_pion.go"), Path.Combine(client.folder.FullName, "main.go"));
        var (code, said) = await OwnProcess.Run(
            "go",
            ["build", "-o", client.Program, Path.Combine(client.folder.FullName, "main.go")],
            ("GO111MODULE", "off"),
            ("GOPATH", client.folder.FullName),
            ("GOFLAGS", "-p=2")
        );
        code.ShouldBe(0, said);
        return client;
    }

    static void Link(string from, string to, string[] deep)
    {
        Directory.CreateDirectory(to);
        foreach (var entry in Directory.GetFileSystemEntries(from))
            if (!deep.Contains(Path.GetFileName(entry)) && !Path.Exists(Path.Combine(to, Path.GetFileName(entry))))
                File.CreateSymbolicLink(Path.Combine(to, Path.GetFileName(entry)), entry);
    }

    public void Dispose() => folder.Delete(recursive: true);
}
