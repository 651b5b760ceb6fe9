namespace Lapel.Scenarios;

/// <summary>Where the programs under test lie: those that `./lapel build` made, not copies beside the tests.</summary>
static class Programs
{
    public static string Root { get; } = FindRoot();

    public static string Server => Of("Server");

    public static string Camera => Of("Camera");

    public static string Cli => Of("Cli");

    /// <summary>Scripts that nobody here compiles: clients of npm packages, a disk that fails.</summary>
    public static string Scenarios => Path.Combine(Root, "tests", "Scenarios");

    static string Of(string name)
    {
        var program = Path.Combine(Root, "src", name, "bin", "Release", "net10.0", $"Lapel.{name}.dll");
        return File.Exists(program)
            ? program
            : throw new FileNotFoundException($"Run ./lapel build first: there is no {program}.");
    }

    static string FindRoot()
    {
        if (Environment.GetEnvironmentVariable("LAPEL_ROOT") is { Length: > 0 } given)
            return given;
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Lapel.slnx")))
                return folder.FullName;
        throw new DirectoryNotFoundException("The tests do not lie inside a checkout of Lapel; say where it is with LAPEL_ROOT.");
    }
}
