namespace Lapel.Governance;

/// <summary>
/// One measure: which kinds are its numerator, which its denominator, and which are left out of both and counted beside it.
/// docs/measures-method.md says the same in words; <see cref="Method"/> is its version.
/// </summary>
/// <param name="Id">R1 to R7.</param>
/// <param name="Counted">What one unit of the denominator is.</param>
/// <param name="Good">What the numerator says of it.</param>
public sealed record Measure(
    string Id,
    string Name,
    string Counted,
    string Good,
    IReadOnlyList<string> Numerator,
    IReadOnlyList<string> Denominator,
    IReadOnlyList<Measure.Exclusion> Excluded
)
{
    /// <summary>Changed whenever a number could change by it.</summary>
    public const string Method = "1";

    /// <param name="Words">After a number: "3 exempt".</param>
    public sealed record Exclusion(string Kind, string Words);

    static readonly Exclusion[] OfEvents =
    [
        new("exempt", "exempt"),
        new("technical", "technical"),
        new("unknown", "not known"),
        new("not_required", "not required"),
    ];

    public static IReadOnlyList<Measure> All { get; } =
    [
        new(
            "R1",
            "Officer-events recorded",
            "officer-events that had to be recorded",
            "recorded at least in part",
            ["covered_whole", "covered_part"],
            ["covered_whole", "covered_part", "missing"],
            OfEvents
        ),
        new(
            "R2",
            "Incidents recorded",
            "incidents that somebody had to record",
            "recorded by at least one camera",
            ["incidents_covered"],
            ["incidents_covered", "incidents_missed"],
            [new("incidents_excluded", "wholly excused or not known")]
        ),
        new(
            "R3",
            "Recorded from beginning to end",
            "officer-events that had to be recorded",
            "recorded whole, within tolerance",
            ["covered_whole"],
            ["covered_whole", "covered_part", "missing"],
            OfEvents
        ),
        new(
            "R4",
            "Notice given",
            "officer-events that were recorded",
            "with notice marked on the recording",
            ["noticed"],
            ["noticed", "not_noticed"],
            [new("missing", "not recorded")]
        ),
        new(
            "R5",
            "Stops, mutes and averted lenses with a valid reason",
            "stops, mutes and averted lenses in a required time",
            "for a reason that the policy accepts there",
            ["states_reasoned"],
            ["states_reasoned", "states_unreasoned"],
            [new("states_elsewhere", "outside every required time")]
        ),
        new(
            "R6",
            "Tagged in time",
            "recordings",
            "with case number and category in time",
            ["tagged"],
            ["tagged", "untagged"],
            [new("tag_open", "still in time to be tagged")]
        ),
        new("R7", "Docked in time", "recordings", "docked within the policy's hours", ["docked"], ["docked", "docked_late"], []),
    ];

    public static Measure? Find(string? id) =>
        All.FirstOrDefault(m => string.Equals(m.Id, id, StringComparison.OrdinalIgnoreCase));

    public MeasureValue Of(Counts counts) =>
        new(this, counts.Of(Numerator), counts.Of(Denominator), [.. Excluded.Select(e => (e, counts[e.Kind]))]);
}

/// <summary>A measure's number for some officers and months.</summary>
public sealed record MeasureValue(
    Measure Measure,
    long Numerator,
    long Denominator,
    IReadOnlyList<(Measure.Exclusion What, long Count)> Excluded
)
{
    /// <summary>0 to 1; none when nothing was counted.</summary>
    public double? Rate => Denominator == 0 ? null : (double)Numerator / Denominator;
}

/// <summary>Where the truth may lie when only a sample was looked at.</summary>
public static class Wilson
{
    const double Z = 1.959963984540054; // 95 %, both sides

    /// <summary>
    /// Wilson's score interval (1927) for a share of a simple random sample: right for small samples and for shares near 0 and 1, where
    /// the textbook's interval is not.
    /// </summary>
    public static (double Low, double High) Of(long successes, long size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        var (n, share) = ((double)size, (double)successes / size);
        var middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n);
        var half = Z / (1 + Z * Z / n) * Math.Sqrt(share * (1 - share) / n + Z * Z / (4 * n * n));
        return (successes == 0 ? 0 : Math.Max(0, middle - half), successes == size ? 1 : Math.Min(1, middle + half));
    }
}
