using System.Text;
using System.Text.Json;
using Lapel.Governance;
using Lapel.Tests.Custody;

namespace Lapel.Tests.Governance;

public sealed class PolicyTextTests
{
    static readonly JsonDocumentOptions Commented = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    public static TheoryData<string> Shipped { get; } = [.. ShippedPolicy.All.Select(p => p.Name)];

    static IReadOnlyList<PolicyTrouble> TroublesOf(string text) =>
        Should.Throw<PolicyTextException>(() => PolicyText.Read(text)).Troubles;

    [Theory]
    [MemberData(nameof(Shipped))]
    public void What_ships_can_be_read(string name) => PolicyText.Read(ShippedPolicy.Find(name)!.ReadText()).V.ShouldBe(1);

    [Theory]
    [InlineData("toronto")]
    [InlineData("peel")]
    public void What_ships_for_a_city_could_be_proposed_as_it_is(string name) =>
        PolicyText.WhyNotValid(ShippedPolicy.Find(name)!.ReadText()).ShouldBeEmpty();

    [Fact]
    public void The_empty_policy_lists_what_is_to_be_written_and_nothing_else()
    {
        var troubles = PolicyText.WhyNotValid(ShippedPolicy.Find("template")!.ReadText());
        troubles.Select(t => t.Path).ShouldContain("$.triggers[0].says.sentence");
        troubles
            .Select(t => t.Sentence)
            .Distinct()
            .Order()
            .ShouldBe(["It has to be said what this policy is, and what it is not.", "This has not been written yet."]);
    }

    [Theory]
    [MemberData(nameof(Shipped))]
    public void A_policy_written_as_the_API_writes_it_reads_the_same(string name)
    {
        var policy = PolicyText.Read(ShippedPolicy.Find(name)!.ReadText());
        var written = JsonSerializer.Serialize(policy, LapelJson.Strict);
        JsonSerializer.Serialize(PolicyText.Read(written), LapelJson.Strict).ShouldBe(written);
        JsonSerializer
            .Serialize(JsonSerializer.Deserialize<Policy>(written, LapelJson.Strict), LapelJson.Strict)
            .ShouldBe(written);
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once_each_with_its_place()
    {
        var troubles = TroublesOf(
            """
            {
              "v": 1, // the shape
              "name": 7,
              "colour": "blue",
              "triggers": [
                { "id": "a", "on": "cal", "from": "arrived", "until": "cleared",
                  "says": { "sentence": "S", "grade": "proposal" } },
              ],
              "tolerances": { "lateStartSeconds": 1.5, "earlyStopSeconds": 1, "gapSeconds": 1, "clockSeconds": 1, "longestIncidentHours": 99999999999 },
            }
            """
        );
        troubles
            .Select(t => $"{t.Line}:{t.Column} {t.Path} {t.Sentence}")
            .ShouldBe([
                "1:1 $ 'about' is missing here.",
                "1:1 $ 'preEvent' is missing here.",
                "1:1 $ 'notice' is missing here.",
                "1:1 $ 'docking' is missing here.",
                "1:1 $ 'tagging' is missing here.",
                "1:1 $ 'reviews' is missing here.",
                "3:11 $.name Here belongs text in quotes, not 7.",
                "4:3 $ 'colour' is not a field here; known are v, name, about, sources, triggers, tolerances, preEvent, reasons, exigencies, notice, docking, tagging, reviews, explanations, breaches.",
                "6:24 $.triggers[0].on Here belongs one of call, investigation, questioning, transport, other, not 'cal'.",
                "9:39 $.tolerances.lateStartSeconds Here belongs a whole number, not 1.5.",
                "9:127 $.tolerances.longestIncidentHours Here belongs a whole number, not 99999999999.",
            ]);
    }

    [Fact]
    public void Columns_are_counted_in_characters_not_in_bytes()
    {
        var trouble = TroublesOf("{ \"v\": 1, \"name\": \"Zürich 🚓\", \"nom\": 1 }").Single(t => t.Sentence.StartsWith("'nom'"));
        (trouble.Line, trouble.Column).ShouldBe((1, 32));
    }

    [Theory]
    [InlineData("{ \"v\": 1 \"name\": 2 }", 1, 10)]
    [InlineData("{\n  \"v\": 1,\n  oops\n}", 3, 3)]
    [InlineData("{\n  \"v\": [1,\n", 3, 1)]
    [InlineData("{} {}", 1, 4)]
    public void What_is_no_JSON_says_where_it_stops_being_some(string text, int line, int column)
    {
        var trouble = TroublesOf(text).Single(t => t.Sentence.StartsWith("From here on it is not JSON"));
        (trouble.Line, trouble.Column).ShouldBe((line, column));
    }

    [Fact]
    public void Nothing_at_all_is_no_policy() => TroublesOf("").Single().Sentence.ShouldStartWith("From here on it is not JSON");

    [Fact]
    public void A_field_that_stands_twice_is_an_error_wherever_it_stands()
    {
        var text = PolicyPeople.Toronto.Replace("\"seconds\": 30,", "\"seconds\": 30, \"seconds\": 60,");
        TroublesOf(text)
            .Single()
            .ShouldSatisfyAllConditions(
                t => t.Path.ShouldBe("$.preEvent.seconds"),
                t => t.Sentence.ShouldBe("This field stands here twice; keep one of them.")
            );
    }

    [Theory]
    [InlineData(0x202E)] // would turn the rest of the line around
    [InlineData(0x0000)] // the records cannot hold it
    [InlineData(0xD83D)] // half a character
    [InlineData(0x200B)]
    public void A_character_that_cannot_be_seen_is_refused(int code)
    {
        var unseen = ((char)code).ToString();
        var trouble = TroublesOf("{\n \"v\": " + unseen + "1 }").Single();
        (trouble.Line, trouble.Column).ShouldBe((2, 7));
        trouble.Sentence.ShouldContain($"U+{code:X4}");
        PolicyText.CanBeKept(unseen).ShouldBeFalse();
    }

    [Theory]
    [InlineData("\\u0000")]
    [InlineData("\\u202e")]
    [InlineData("\\ud83d")]
    [InlineData("a\\nb")]
    public void Nor_can_an_escape_smuggle_it_in(string escape) =>
        TroublesOf(PolicyPeople.Toronto.Replace("\"name\": \"Toronto, as publicly known\"", $"\"name\": \"{escape}\""))
            .Single()
            .Path.ShouldBe("$.name");

    [Fact]
    public void A_text_longer_than_its_limit_is_not_even_looked_at()
    {
        var most = "{" + new string(' ', PolicyText.MostBytes - 2) + "}";
        TroublesOf(most).ShouldAllBe(t => t.Sentence.EndsWith("is missing here."));
        TroublesOf(most + " ").Single().Sentence.ShouldBe("A policy has at most 256 KiB; this text is longer.");
    }

    [Fact]
    public void Depth_and_length_made_to_exhaust_memory_are_refused_in_little_of_it()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 100_000));
        var wide = "{\"" + new string('n', 100_000) + "\": [" + string.Join(',', Enumerable.Repeat("{}", 40_000)) + "]}";
        var many = "{\"triggers\": [" + string.Join(',', Enumerable.Repeat("7", 100_000)) + "]}";
        var before = GC.GetTotalAllocatedBytes();
        foreach (var text in new[] { deep, wide, many })
            TroublesOf(text).Count.ShouldBeLessThanOrEqualTo(200);
        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(200_000_000);
    }

    [Fact]
    public void A_browsers_line_ends_and_a_byte_order_mark_change_nothing() =>
        PolicyText.Tidied("\uFEFF" + PolicyPeople.Toronto.Replace("\n", "\r\n") + "\r\n\r\n").ShouldBe(PolicyPeople.Toronto);

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Whatever_becomes_of_a_text_it_is_read_rightly_or_refused_in_words(string name)
    {
        var good = Encoding.UTF8.GetBytes(ShippedPolicy.Find(name)!.ReadText());
        var random = new Random(31);
        var read = 0;
        for (var i = 0; i < 3000; i++)
        {
            var text = Encoding.UTF8.GetString(Mutation.Of(good, random));
            var lines = text.Split('\n').Length;
            IReadOnlyList<PolicyTrouble> troubles;
            try
            {
                PolicyText.Read(text);
                read++;
                JsonDocument.Parse(text, Commented); // nothing passes that is no JSON
                troubles = PolicyText.WhyNotValid(text);
            }
            catch (PolicyTextException wrong)
            {
                troubles = wrong.Troubles;
                troubles.ShouldNotBeEmpty();
            }
            foreach (var trouble in troubles)
            {
                trouble.Line.ShouldBeInRange(1, lines);
                trouble.Column.ShouldBeGreaterThan(0);
                trouble.Path.ShouldStartWith("$");
                trouble.Sentence.ShouldEndWith(".");
            }
        }
        read.ShouldBeInRange(100, 2900, "both ways must have been tried");
    }
}
