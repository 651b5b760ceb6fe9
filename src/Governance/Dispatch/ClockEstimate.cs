namespace Lapel.Governance;

public enum Confidence
{
    /// <summary>Too few to say anything.</summary>
    None,
    Weak,
    Good,
}

/// <summary>
/// An estimate of how far the clock of dispatch is from the server's, from when officers switched their cameras on and when dispatch
/// says that they arrived. It cannot tell a clock from a habit: officers who always switch on half a minute before they arrive look like
/// a clock that is half a minute ahead. So it is shown with all it rests on, and nothing follows from it by itself.
/// </summary>
/// <param name="OffsetMs">Dispatch minus server; none when there are too few.</param>
/// <param name="SpreadMs">Half of those near the peak lie within this much of it.</param>
/// <param name="NearShare">Of all pairs, how many lie within a minute of the peak: 0 to 1.</param>
/// <param name="Bins">Counts of differences, <see cref="BinSeconds"/> wide, from <see cref="FirstBinSeconds"/> on.</param>
public sealed record ClockEstimate(
    long? OffsetMs,
    long SpreadMs,
    int Pairs,
    double NearShare,
    Confidence Confidence,
    IReadOnlyList<int> Bins
)
{
    public const int BinSeconds = 15;
    public const int FirstBinSeconds = -900;
    public const int Fewest = 20;
    const int BinCount = 2 * -FirstBinSeconds / BinSeconds;
    const int Many = 100;
    static readonly Duration Window = Duration.FromMinutes(15);

    public static int BinStart(int bin) => FirstBinSeconds + bin * BinSeconds;

    /// <summary>
    /// The peak of the differences: the minute that holds most of them, and their median within it. Means and medians of all would
    /// follow the officers who were late.
    /// </summary>
    /// <param name="differencesMs">Arrival by dispatch minus switching on by the server.</param>
    public static ClockEstimate Of(IEnumerable<long> differencesMs)
    {
        var sorted = differencesMs.Where(d => Math.Abs(d) < -FirstBinSeconds * 1000L).Order().ToList();
        var bins = new int[BinCount];
        foreach (var difference in sorted)
            bins[(int)Math.Floor((difference / 1000.0 - FirstBinSeconds) / BinSeconds)]++;
        if (sorted.Count < Fewest)
            return new(null, 0, sorted.Count, 0, Confidence.None, bins);
        var (best, bestCount) = (0, 0);
        for (int first = 0, end = 0; first < sorted.Count; first++)
        {
            while (end < sorted.Count && sorted[end] <= sorted[first] + 60_000)
                end++;
            if (end - first > bestCount)
                (best, bestCount) = (first, end - first);
        }
        var peak = sorted.GetRange(best, bestCount);
        var offset = peak[peak.Count / 2];
        var near = sorted.Where(d => Math.Abs(d - offset) <= 60_000).Select(d => Math.Abs(d - offset)).Order().ToList();
        var share = (double)near.Count / sorted.Count;
        var confidence = sorted.Count >= Many && share >= 0.4 ? Confidence.Good : Confidence.Weak;
        return new(offset, near[near.Count / 2], sorted.Count, share, confidence, bins);
    }

    /// <summary>Pairs every part that says when the officer arrived with the recording of theirs switched on nearest to then.</summary>
    public static async Task<ClockEstimate> Estimate(Reading reading, Instant from, Instant until, CancellationToken stop)
    {
        var differences = new Dictionary<string, long>();
        var pairs = reading.Each(
            """
            SELECT a.id AS id, a.arrived_at AS arrived_at, r.activated_at AS activated_at
            FROM attendance a JOIN incident i ON i.id = a.incident
            JOIN recorded r ON r.officer = a.officer AND r.from_at BETWEEN a.arrived_at - @reach AND a.arrived_at + @reach
            WHERE a.begins_at >= @from AND a.begins_at < @until AND a.arrived_at IS NOT NULL AND a.withdrawn_at IS NULL
                AND i.source <> 'on-view'
            """,
            new
            {
                from,
                until,
                reach = (long)(Window.TotalMilliseconds * 2000),
            },
            row =>
                (
                    Id: row.Text("id"),
                    Difference: (row.Time("arrived_at") - row.Time("activated_at")).BclCompatibleTicks
                        / TimeSpan.TicksPerMillisecond
                ),
            stop
        );
        await foreach (var (id, difference) in pairs)
            if (!differences.TryGetValue(id, out var nearest) || Math.Abs(difference) < Math.Abs(nearest))
                differences[id] = difference;
        return Of(differences.Values);
    }
}
