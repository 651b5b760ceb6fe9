using System.Text;
using System.Text.RegularExpressions;
using Lapel.Web;

namespace Lapel.Tests.Server;

/// <summary>docs/api/errors.md is made from the refusals as they stand in the sources, so none can be forgotten there.</summary>
public sealed partial class ErrorCodesTests
{
    sealed record Said(string Code, string? Sentence, int Status, string File);

    // A refusal is a code and a sentence, written next to each other: new Refusal("code", "…"), new("code", …), No("code", …), Answer(409, "code", …).
    [GeneratedRegex(
        """(?:\bnew(?: Refusal)?|\bNo|\bAnswer)\(\s*(?:context\.HttpContext,\s*new\()?(?:(?<status>[A-Za-z0-9]+),\s*)?"(?<code>[a-z][A-Za-z0-9_-]*)",\s*(?:(?<text>\$?"(?:[^"\\]|\\.)*"(?:\s*\+\s*\$?"(?:[^"\\]|\\.)*")*)|(?<made>[A-Za-z][^,)]*))(?:,\s*RefusalKind\.(?<kind>\w+))?"""
    )]
    private static partial Regex Refusals();

    [GeneratedRegex("""\$?"(?<words>(?:[^"\\]|\\.)*)"(?:\s*\+\s*)?""")]
    private static partial Regex Literal();

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*$")]
    private static partial Regex Kebab();

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Hole();

    static readonly string[] Lists =
    [
        "src/Evidence/ViewingPurpose.cs",
        "src/Governance/Deciding/CaseOutcome.cs",
        "src/Governance/Measuring/Measure.cs",
    ];

    static List<Said> All() =>
        [
            .. from file in Directory.EnumerateFiles(Path.Combine(Docs.Root, "src"), "*.cs", SearchOption.AllDirectories)
            let path = Path.GetRelativePath(Docs.Root, file)
            // Lists of words that people choose from look the same and are no refusals.
            where !Lists.Contains(path)
            // Camera and Cli make no HTTP answers, and Media no refusals.
            where
                !path.Contains("/obj/")
                && !path.StartsWith("src/Camera/")
                && !path.StartsWith("src/Cli/")
                && !path.StartsWith("src/Media/")
            from Match match in Refusals().Matches(File.ReadAllText(file))
            where !match.Groups["made"].Value.StartsWith("Severity.") // fsck's findings have codes of their own
            let sentence = match.Groups["text"].Success
                ? string.Concat(Literal().Matches(match.Groups["text"].Value).Select(l => l.Groups["words"].Value))
                : null
            where sentence is null || sentence.Contains(' ')
            orderby match.Groups["code"].Value, path
            select new Said(match.Groups["code"].Value, sentence, StatusOf(match), path),
        ];

    static int StatusOf(Match match) =>
        match.Groups["status"].Value is "ChecksumMismatch" ? 460
        : int.TryParse(match.Groups["status"].Value, out var status) ? status
        : match.Groups["kind"].Success ? Refused.StatusOf(Enum.Parse<RefusalKind>(match.Groups["kind"].Value))
        : match.Value.StartsWith("No(") ? 422
        : match.Groups["code"].Value switch
        {
            "method-not-allowed" => 405,
            "media-type-wrong" => 415,
            "server-fault" => 500,
            _ => 400,
        };

    [Fact]
    public void The_published_list_has_every_code()
    {
        var list = new StringBuilder(Head);
        foreach (var code in All().GroupBy(s => s.Code))
        {
            var statuses = string.Join(", ", code.Select(s => s.Status).Distinct().Order());
            var sentences = string.Join(
                "<br>",
                code.Select(s =>
                        s.Sentence is { } words ? Hole().Replace(words, "…").Replace("|", "\\|") : "*Says what exactly is wrong.*"
                    )
                    .Distinct()
            );
            list.Append($"| `{code.Key}` | {statuses} | {sentences} |\n");
        }
        Docs.ShouldStand("docs/api/errors.md", list.ToString());
    }

    const string Head = """
        # Errors of the API

        Every error is an RFC 9457 problem (`application/problem+json`): `title` is a sentence for a person, `status` the HTTP status and `code` one
        of these words. Codes are stable; sentences may get better. Some problems say more beside it: `clips-missing` has `missing`, a quarantined
        recording has `quarantine` and `why`. This page is made from the sources by a test, which fails when it is stale.

        | code | status | sentence |
        |---|---|---|

        """;

    [Fact]
    public void Codes_are_kebab_case() =>
        All().Where(s => !Kebab().IsMatch(s.Code)).Select(s => $"{s.Code} in {s.File}").ShouldBeEmpty();

    [Fact]
    public void Sentences_are_sentences() =>
        All()
            .Where(s =>
                s.Sentence is { } words
                    && !(char.IsUpper(words[0]) || words[0] is '{' or '\'' || words.StartsWith("publicKeySpki"))
                || s.Sentence is { } end && end[^1] is not ('.' or '}')
            )
            .Select(s => $"{s.Code} in {s.File}: {s.Sentence}")
            .ShouldBeEmpty();

    [Fact]
    public void A_code_that_stands_in_one_place_is_spelled_in_one_way() =>
        All()
            .Select(s => s.Code)
            .Distinct()
            .GroupBy(c => c.Replace("-", ""))
            .Where(g => g.Count() > 1)
            .Select(g => string.Join(" and ", g))
            .ShouldBeEmpty();
}
