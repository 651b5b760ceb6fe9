namespace Lapel.Governance;

public enum RuleChanged
{
    Added,
    Removed,
    Changed,

    /// <summary>The same rules in another order, where the first that fits decides.</summary>
    Moved,
}

/// <summary>What became of one rule between two versions.</summary>
/// <param name="Section">Title of the part it belongs to.</param>
/// <param name="Heading">As the later version calls it, or the earlier when it was removed.</param>
public sealed record RuleChange(
    string Section,
    string Key,
    string Heading,
    RuleChanged Change,
    IReadOnlyList<FieldChange> Fields
);

/// <param name="Before">None when there was nothing.</param>
/// <param name="After">None when there is nothing any more.</param>
public sealed record FieldChange(string Label, string? Before, string? After);

/// <summary>Compares two versions rule by rule, by what they say and not by how they are written.</summary>
public static class PolicyDiff
{
    public static IReadOnlyList<RuleChange> Of(Policy before, Policy after)
    {
        var changes = new List<RuleChange>();
        var old = Sections(before).ToDictionary(s => s.Id);
        foreach (var section in Sections(after))
            changes.AddRange(Of(old[section.Id], section));
        return changes;
    }

    static List<RuleSection> Sections(Policy policy) => [.. PolicyInWords.Of(policy), .. PolicyInWords.Frame(policy)];

    static IEnumerable<RuleChange> Of(RuleSection before, RuleSection after)
    {
        var old = before.Rules.ToLookup(r => r.Key);
        foreach (var rule in after.Rules)
            if (old[rule.Key].FirstOrDefault() is not { } was)
                yield return new(after.Title, rule.Key, rule.Heading, RuleChanged.Added, Fields(null, rule));
            else if (Fields(was, rule) is { Count: > 0 } fields)
                yield return new(after.Title, rule.Key, rule.Heading, RuleChanged.Changed, fields);
        var now = after.Rules.Select(r => r.Key).ToHashSet();
        foreach (var gone in before.Rules.Where(r => !now.Contains(r.Key)))
            yield return new(after.Title, gone.Key, gone.Heading, RuleChanged.Removed, Fields(gone, null));
        var stayed = before.Rules.Where(r => now.Contains(r.Key)).ToList();
        var order = after.Rules.Where(r => old.Contains(r.Key)).ToList();
        if (!stayed.Select(r => r.Key).SequenceEqual(order.Select(r => r.Key)))
            yield return new(
                after.Title,
                after.Id,
                "Order of the rules",
                RuleChanged.Moved,
                [new("Order", Names(stayed), Names(order))]
            );
    }

    static string Names(IEnumerable<Rule> rules) => string.Join(", ", rules.Select(r => r.Heading));

    static List<FieldChange> Fields(Rule? before, Rule? after)
    {
        var old = Said(before);
        var now = Said(after);
        return
        [
            .. now.Select(f => f.Label)
                .Union(old.Select(f => f.Label))
                .Select(label => new FieldChange(label, Text(old, label), Text(now, label)))
                .Where(f => f.Before != f.After),
        ];
    }

    static string? Text(IReadOnlyList<RuleFact> facts, string label) => facts.FirstOrDefault(f => f.Label == label)?.Text;

    static IReadOnlyList<RuleFact> Said(Rule? rule) =>
        rule is null ? []
        : rule.Says is not { } says ? [new("Heading", rule.Heading), .. rule.Facts]
        :
        [
            new("Heading", rule.Heading),
            new("Sentence", says.Sentence),
            new("Grade", PolicyInWords.Word(says.Grade)),
            .. says.Sources.Count > 0 ? new RuleFact[] { new("Sources", string.Join(", ", says.Sources)) } : [],
            .. rule.Facts,
        ];
}
