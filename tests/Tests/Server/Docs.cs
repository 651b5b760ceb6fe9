namespace Lapel.Tests.Server;

/// <summary>Pages of docs/ that are made from the running product. LAPEL_WRITE_DOCS=1 writes them; otherwise a stale one fails its test.</summary>
static class Docs
{
    public static string Root { get; } = FindRoot();

    public static void ShouldStand(string path, string text)
    {
        var file = Path.Combine(Root, path);
        if (Environment.GetEnvironmentVariable("LAPEL_WRITE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text);
        }
        (File.Exists(file) ? File.ReadAllText(file) : "").ShouldBe(
            text,
            $"{path} is stale: run the tests with LAPEL_WRITE_DOCS=1 and look at the difference"
        );
    }

    static string FindRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at!.FullName, "Lapel.slnx")))
            at = at.Parent;
        return at.FullName;
    }
}
