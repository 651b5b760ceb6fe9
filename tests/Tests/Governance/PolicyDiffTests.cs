using System.Text.Json;
using System.Text.Json.Nodes;
using Lapel.Governance;

namespace Lapel.Tests.Governance;

public sealed class PolicyDiffTests
{
    static Policy Toronto => PolicyText.Read(PolicyPeople.Toronto);

    static IReadOnlyList<RuleChange> To(string path, string? json) =>
        PolicyDiff.Of(Toronto, PolicyText.Read(PolicyPeople.With(path, json)));

    [Fact]
    public void A_policy_does_not_differ_from_itself_however_it_is_written() =>
        PolicyDiff.Of(Toronto, PolicyText.Read(PolicyPeople.With("$.v", "1"))).ShouldBeEmpty();

    [Fact]
    public void A_changed_figure_is_told_with_what_it_was()
    {
        var change = To("$.preEvent.seconds", "60").ShouldHaveSingleItem();
        change.ShouldSatisfyAllConditions(
            c => c.Key.ShouldBe("preEvent"),
            c => c.Change.ShouldBe(RuleChanged.Changed),
            c => c.Fields.ShouldBe([new("Must be there", "30 seconds", "60 seconds")])
        );
    }

    [Fact]
    public void Rules_are_known_by_their_ids_and_not_by_their_place()
    {
        var removed = To("$.reasons[2]", null).ShouldHaveSingleItem();
        (removed.Key, removed.Change).ShouldBe(("reasons.objection-in-public", RuleChanged.Removed));
        removed.Fields.ShouldContain(new FieldChange("Permits", "nothing: never accepted", null));

        var renamed = To("$.reasons[2].code", "\"objection\"");
        renamed
            .Select(c => (c.Key, c.Change))
            .ShouldBe([("reasons.objection", RuleChanged.Added), ("reasons.objection-in-public", RuleChanged.Removed)]);
    }

    [Fact]
    public void Another_order_is_told_since_the_first_rule_that_fits_decides()
    {
        var root = JsonNode.Parse(PolicyPeople.With("$.v", "1"))!;
        var triggers = root["triggers"]!.AsArray();
        var first = triggers[0]!;
        triggers.RemoveAt(0);
        triggers.Insert(1, first);
        var moved = PolicyDiff.Of(Toronto, PolicyText.Read(root.ToJsonString())).ShouldHaveSingleItem();
        (moved.Section, moved.Change).ShouldBe(("When the camera must be on", RuleChanged.Moved));
    }

    [Fact]
    public void No_field_of_the_document_can_change_unseen()
    {
        var original = JsonNode.Parse(PolicyPeople.With("$.v", "1"))!;
        var leaves = Leaves(original, "$").Where(l => l.Path != "$.v").ToList();
        leaves.Count.ShouldBeGreaterThan(300);
        foreach (var (path, value) in leaves)
        {
            var changed = JsonNode.Parse(original.ToJsonString())!;
            PolicyPeople.Set(changed, path, Other(path, value));
            if (PolicyText.Check(changed.ToJsonString()).Policy is not { } policy)
                throw new InvalidOperationException($"{path} was changed into nonsense.");
            PolicyDiff.Of(Toronto, policy).ShouldNotBeEmpty(path);
        }
    }

    static IEnumerable<(string Path, JsonValue Value)> Leaves(JsonNode node, string path) =>
        node switch
        {
            JsonObject fields => fields.SelectMany(f => Leaves(f.Value!, $"{path}.{f.Key}")),
            JsonArray items => items.SelectMany((item, i) => Leaves(item!, $"{path}[{i}]")),
            _ => [(path, node.AsValue())],
        };

    static JsonNode Other(string path, JsonValue value) =>
        value.GetValueKind() switch
        {
            JsonValueKind.Number => value.GetValue<int>() + 1,
            JsonValueKind.String => Enumerated(path) is { } words
                ? words.First(w => w != value.GetValue<string>())
                : value.GetValue<string>() + "x",
            var kind => kind != JsonValueKind.True,
        };

    static IEnumerable<string>? Enumerated(string path) =>
        (path.Split('.')[^1].Split('[')[0]) switch
        {
            "on" => Words<Activity>(),
            "from" or "until" => Words<Moment>(),
            "grade" => Words<Grade>(),
            "permits" => Words<RecordingState>(),
            "places" or "notPlaces" => Words<Place>(),
            "askedBy" => Words<AskedBy>(),
            "findings" or "for" => Words<FindingKind>(),
            "route" => Words<Route>(),
            _ => null,
        };

    static IEnumerable<string> Words<T>()
        where T : struct, Enum => Enum.GetNames<T>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName);

    [Fact]
    public void Lines_are_compared_by_what_came_and_what_went()
    {
        var runs = LineDiff.Of("a\nb\nc\nd\ne\nf\ng\nh\ni\n", "a\nb\nc\nD\nd\ne\nf\ng\ni\n", around: 1);
        runs.Select(r => string.Join(" ", r.Select(l => $"{l.Before}/{l.After}:{l.Text}")))
            .ShouldBe(["3/3:c /4:D 4/5:d", "7/8:g 8/:h 9/9:i"]);
        LineDiff.Of("a\n", "a\n").ShouldBeEmpty();
    }

    [Fact]
    public void One_text_comes_out_of_the_other_by_the_lines_shown()
    {
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            var before = Enumerable.Range(0, random.Next(1, 30)).Select(_ => $"{random.Next(6)}").ToList();
            var after = before
                .Where(_ => random.Next(5) > 0)
                .Concat(Enumerable.Range(0, random.Next(0, 4)).Select(_ => "new"))
                .DefaultIfEmpty("")
                .ToList();
            var all = LineDiff.Of(string.Join('\n', before), string.Join('\n', after), around: 1000).SelectMany(r => r).ToList();
            if (before.SequenceEqual(after))
                all.ShouldBeEmpty();
            else
            {
                all.Where(l => l.Before is not null).Select(l => l.Text).ShouldBe(before);
                all.Where(l => l.After is not null).Select(l => l.Text).ShouldBe(after);
            }
        }
    }
}
