using NodaTime;

namespace Lapel.Governance;

/// <summary>What the judge needs to know that is not about one officer: the policies, the dispatch clock, the units. Small, read at once.</summary>
sealed class Standing
{
    /// <summary>Recordings are looked for this far back: no camera's battery lasts a week.</summary>
    public static readonly Duration LongestRecording = Duration.FromDays(7);

    readonly IReadOnlyList<(Instant From, Duration Offset)> clock;
    readonly Dictionary<UnitId, UnitId?> parents;
    readonly IReadOnlyList<Exemption> ofUnits;

    Standing(
        IReadOnlyList<PolicyInForce> policies,
        IReadOnlyList<(Instant, Duration)> clock,
        Dictionary<UnitId, UnitId?> parents,
        IReadOnlyList<Exemption> ofUnits
    )
    {
        (Policies, this.clock, this.parents, this.ofUnits) = (policies, clock, parents, ofUnits);
        // An attendance longer than the policy's longest is not judged by its times, so nothing further off can matter to it.
        Reach = Duration.FromHours(1 + policies.Select(p => p.Policy.Tolerances.LongestIncidentHours).DefaultIfEmpty(24).Max());
        var offsets = clock.Select(c => c.Item2).Append(Duration.Zero).ToList();
        (LeastOffset, MostOffset) = (offsets.Min(), offsets.Max());
    }

    public IReadOnlyList<PolicyInForce> Policies { get; }

    /// <summary>How far an attendance can reach from its beginning.</summary>
    public Duration Reach { get; }

    public Duration LeastOffset { get; }

    public Duration MostOffset { get; }

    public static async Task<Standing> Of(Reading reading, CancellationToken stop)
    {
        var clock = await reading.Many(
            "SELECT from_at, offset_ms FROM dispatch_clock ORDER BY from_at",
            null,
            row => (row.Time("from_at"), Duration.FromMilliseconds(row.Number("offset_ms"))),
            stop
        );
        var units = await Units.All(reading, stop);
        var ofUnits = await reading.Many(
            "SELECT * FROM exemption WHERE unit IS NOT NULL ORDER BY from_at, id",
            null,
            OfficerFacts.ReadExemption,
            stop
        );
        return new(
            await Lapel.Governance.Policies.AllInForce(reading, stop),
            clock,
            units.ToDictionary(u => u.Id, u => u.Parent),
            ofUnits
        );
    }

    /// <summary>The same, but judged as if this were the only policy there ever was: what-if.</summary>
    public Standing Under(Policy draft) => new([new(0, Instant.MinValue, null, draft)], clock, parents, ofUnits);

    public PolicyInForce? PolicyAt(Instant at)
    {
        for (var i = Policies.Count - 1; i >= 0; i--)
            if (Policies[i].From <= at)
                return Policies[i];
        return null;
    }

    /// <summary>Dispatch clock minus server clock at that time of the dispatch clock.</summary>
    public Duration OffsetAt(Instant dispatchTime)
    {
        for (var i = clock.Count - 1; i >= 0; i--)
            if (clock[i].From <= dispatchTime)
                return clock[i].Offset;
        return Duration.Zero;
    }

    /// <summary>Exemptions of the unit or of one above it that touch the span.</summary>
    public IEnumerable<Exemption> ExemptionsOf(UnitId? unit, Instant from, Instant until)
    {
        if (ofUnits.Count == 0 || unit is null)
            return [];
        var above = new HashSet<UnitId>();
        for (UnitId? at = unit; at is { } one && above.Add(one); )
            at = parents.GetValueOrDefault(one);
        return ofUnits.Where(e => e.From < until && e.Until > from && above.Contains(e.Unit!.Value));
    }
}
