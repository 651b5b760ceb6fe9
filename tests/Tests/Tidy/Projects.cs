using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Lapel.Tests.Tidy;

/// <summary>The house style as tests: what a reader may rely on everywhere.</summary>
public sealed partial class The_tree
{
    static readonly string Root = FindRoot();

    static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Custody"] = [],
        ["Media"] = ["Custody"],
        ["WebRtc"] = ["Custody"],
        ["Records"] = ["Custody"],
        ["Web"] = ["Records"],
        ["Roster"] = ["Web"],
        ["Evidence"] = ["Roster", "Media"],
        ["Ingest"] = ["Evidence"],
        ["Renditions"] = ["Evidence"],
        ["Governance"] = ["Evidence"],
        ["Live"] = ["Evidence", "WebRtc"],
        ["Server"] = ["Ingest", "Renditions", "Governance", "Live"],
        ["Camera"] = ["Custody", "Media", "WebRtc"],
        ["Cli"] = ["Custody", "Media", "WebRtc"],
    };

    static string FindRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at!.FullName, "Lapel.slnx")))
            at = at.Parent;
        return at.FullName;
    }

    static IEnumerable<string> Sources(string pattern) =>
        new[] { "src", "tests", "bench" }
            .SelectMany(top => Directory.EnumerateFiles(Path.Combine(Root, top), pattern, SearchOption.AllDirectories))
            .Where(path =>
                !path.Contains("/obj/")
                && !path.Contains("/bin/")
                && !path.Contains("/node_modules/")
                && !path.Contains("/wwwroot/")
            );

    [Fact]
    public void Projects_refer_only_to_the_projects_that_ARCHITECTURE_names()
    {
        foreach (var (project, allowed) in Allowed)
        {
            var references = XDocument
                .Load(Path.Combine(Root, "src", project, $"{project}.csproj"))
                .Descendants("ProjectReference")
                .Select(r => Path.GetFileNameWithoutExtension((string)r.Attribute("Include")!));
            references.ShouldBe(allowed, ignoreOrder: true, $"references of {project}");
        }
        Directory
            .GetDirectories(Path.Combine(Root, "src"))
            .Select(d => Path.GetFileName(d))
            .ShouldBe(Allowed.Keys, ignoreOrder: true);
    }

    [Fact]
    public void No_type_has_a_name_that_says_nothing()
    {
        string[] empty =
        [
            "Manager",
            "Service",
            "Helper",
            "Util",
            "Utils",
            "Handler",
            "Processor",
            "Provider",
            "Info",
            "Data",
            "Base",
            "Common",
            "Impl",
            "Dto",
            "Model",
            "Factory",
        ];
        // Names that another library's contract asks for.
        string[] excepted = ["IdJsonFactory"];
        var found = Sources("*.cs")
            .SelectMany(path => TypeName().Matches(File.ReadAllText(path)).Select(m => m.Groups["name"].Value))
            .Where(name => empty.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal)))
            .Distinct()
            .ToList();
        found.Except(excepted).ShouldBeEmpty();
        excepted.Except(found).ShouldBeEmpty("an exception that nothing needs any more");
    }

    [Fact]
    public void No_query_counts_rows_to_skip_them() =>
        Sources("*.cs")
            .Concat(Sources("*.sql"))
            .Where(path => !path.EndsWith("/Tidy/Projects.cs", StringComparison.Ordinal))
            .Where(path => OffsetClause().IsMatch(File.ReadAllText(path)))
            .ShouldBeEmpty("lists page by key");

    [Fact]
    public void Nothing_is_left_to_do_or_skipped() =>
        Sources("*.cs")
            .Concat(Sources("*.ts"))
            .Concat(Sources("*.razor"))
            .Where(path => !path.EndsWith("/Tidy/Projects.cs", StringComparison.Ordinal))
            .Where(path => Unfinished().IsMatch(File.ReadAllText(path)))
            .ShouldBeEmpty();

    [Fact]
    public void Only_Durable_promises_that_bytes_are_on_disk() =>
        Sources("*.cs")
            .Where(path => path.Contains("/src/") && !path.EndsWith("/Durable.cs", StringComparison.Ordinal))
            .Where(path => SilentFlush().IsMatch(File.ReadAllText(path)))
            .ShouldBeEmpty(".NET hides a failed fsync; see Custody/Durable.cs");

    [Fact]
    public void Files_are_short_enough_to_be_about_one_thing()
    {
        const int MostLines = 400;
        Sources("*.cs")
            .Concat(Sources("*.razor"))
            .Concat(Sources("*.ts"))
            .Where(path => File.ReadLines(path).Count() > MostLines)
            .ShouldBeEmpty();
    }

    [Fact]
    public void Links_between_documents_lead_somewhere()
    {
        var dead =
            from path in Directory.EnumerateFiles(Root, "*.md", SearchOption.AllDirectories)
            where !path.Contains("/node_modules/") && !path.Contains("/bin/") && !path.Contains("/artifacts/")
            from Match link in MarkdownLink().Matches(File.ReadAllText(path))
            let target = link.Groups["to"].Value.Split('#')[0]
            where
                target.Length > 0
                && !target.Contains("://", StringComparison.Ordinal)
                && !target.StartsWith("mailto:", StringComparison.Ordinal)
            where !Path.Exists(Path.Combine(Path.GetDirectoryName(path)!, target))
            select $"{Path.GetRelativePath(Root, path)} -> {target}";
        dead.ShouldBeEmpty();
    }

    [GeneratedRegex(@"\b(class|record|struct|interface|enum)\s+(?!struct\b|class\b)(?<name>[A-Z][A-Za-z0-9]*)")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"\bOFFSET\s+[@\d{]")]
    private static partial Regex OffsetClause();

    [GeneratedRegex(@"NotImplementedException|\bTODO\b|\bFIXME\b|\bHACK\b|Skip\s*=\s*""|\.skip\(|Assert\.True\(true\)")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"\.Flush\(true\)|\.Flush\(flushToDisk|RandomAccess\.FlushToDisk")]
    private static partial Regex SilentFlush();

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)\)")]
    private static partial Regex MarkdownLink();
}
