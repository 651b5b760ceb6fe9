namespace Lapel.Governance;

/// <summary>What is counted, by its kinds. Sums of counts are counts: of officers, units, months.</summary>
public sealed record Counts
{
    /// <summary>The kinds, each a column of the table <c>measure</c>, in its order.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        "covered_whole",
        "covered_part",
        "missing",
        "exempt",
        "technical",
        "unknown",
        "not_required",
        "noticed",
        "not_noticed",
        "incidents_covered",
        "incidents_missed",
        "incidents_excluded",
        "states_reasoned",
        "states_unreasoned",
        "states_elsewhere",
        "tagged",
        "untagged",
        "tag_open",
        "docked",
        "docked_late",
    ];

    static readonly Dictionary<string, int> Places = Kinds.Index().ToDictionary(k => k.Item, k => k.Index);

    readonly long[] values = new long[Kinds.Count];

    public long this[string kind]
    {
        get => values[Places[kind]];
        init => values[Places[kind]] = value;
    }

    internal void Add(string kind, long more) => values[Places[kind]] += more;

    public static Counts operator +(Counts one, Counts other)
    {
        var sum = new Counts();
        for (var i = 0; i < Kinds.Count; i++)
            sum.values[i] = one.values[i] + other.values[i];
        return sum;
    }

    public static Counts Sum(IEnumerable<Counts> all) => all.Aggregate(new Counts(), (sum, one) => sum + one);

    public bool IsEmpty => values.All(v => v == 0);

    public long Of(IEnumerable<string> kinds) => kinds.Sum(kind => this[kind]);

    internal static Counts Read(Row row)
    {
        var counts = new Counts();
        foreach (var (i, kind) in Kinds.Index())
            counts.values[i] = row.Number(kind);
        return counts;
    }

    public bool Equals(Counts? other) => other is not null && values.AsSpan().SequenceEqual(other.values);

    public override int GetHashCode() => values.Aggregate(0, HashCode.Combine);
}
