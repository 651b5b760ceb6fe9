namespace Lapel.Governance;

/// <summary>What the page of measures shows: one month, one unit with all below it, and how it went month by month.</summary>
/// <param name="Unit">None: the whole service.</param>
/// <param name="Parts">The units directly below and what belongs to none of them.</param>
/// <param name="Officers">Empty for a viewer who may not see officers' numbers there.</param>
/// <param name="Trend">Thirteen months, the shown one last; a month without counts has empty ones.</param>
/// <param name="CountedAt">None when the month was not counted.</param>
public sealed record MeasuresView(
    Month Month,
    Unit? Unit,
    Counts Counts,
    IReadOnlyList<MeasuresView.Part> Parts,
    IReadOnlyList<MeasuresView.OfficerCounts> Officers,
    bool SeesOfficers,
    IReadOnlyList<MeasuresView.Point> Trend,
    IReadOnlyList<Month> Months,
    IReadOnlyList<Unit> Units,
    Instant? CountedAt
)
{
    public const int TrendMonths = 13;

    /// <param name="Unit">None for what belongs to none of the units below.</param>
    public sealed record Part(UnitId? Unit, string Name, Counts Counts);

    public sealed record OfficerCounts(OfficerRef Officer, Counts Counts);

    public sealed record Point(Month Month, Counts Counts);

    /// <param name="month">None: the last whole month, or the present one when nothing older was counted.</param>
    public static async Task<MeasuresView> Read(
        Reading reading,
        Viewer viewer,
        AgencyProfile agency,
        Month? month,
        UnitId? unit,
        Instant now,
        CancellationToken stop
    )
    {
        var counted = await Measures.Counted(reading, stop);
        var units = await Roster.Units.All(reading, stop);
        var present = Month.Of(now, agency);
        var shown = month ?? (counted.Any(c => c.Month == present.Plus(-1)) ? present.Plus(-1) : present);
        var chosen = unit is { } wanted
            ? units.FirstOrDefault(u => u.Id == wanted) ?? throw new RefusedException(Roster.Units.NotFound)
            : null;
        var byUnit = await Measures.ByUnit(reading, shown, stop);
        var trend = await Measures.Trend(reading, shown.Plus(1 - TrendMonths), shown, unit, stop);
        var seesOfficers = await SeesOfficersOf(reading, viewer, unit, stop);
        return new(
            shown,
            chosen,
            chosen is null ? Counts.Sum(byUnit.Values) : Measures.Under(chosen.Id, byUnit, units),
            PartsOf(chosen, byUnit, units),
            seesOfficers
                ? [.. (await Measures.ByOfficer(reading, shown, unit, stop)).Select(o => new OfficerCounts(o.Officer, o.Counts))]
                : [],
            seesOfficers,
            [
                .. Enumerable
                    .Range(0, TrendMonths)
                    .Select(i => shown.Plus(i + 1 - TrendMonths))
                    .Select(m => new Point(m, trend.GetValueOrDefault(m) ?? new Counts())),
            ],
            [.. counted.Select(c => c.Month).Append(shown).Distinct().OrderDescending()],
            units,
            counted.FirstOrDefault(c => c.Month == shown) is { CountedAt: var at } && counted.Any(c => c.Month == shown)
                ? at
                : null
        );
    }

    /// <summary>Numbers of single officers are for those who see their findings: of all, or of one's unit and those below it.</summary>
    public static async Task<bool> SeesOfficersOf(Reading reading, Viewer viewer, UnitId? unit, CancellationToken stop) =>
        viewer.May(Permission.SeeFindings)
        || (
            viewer.May(Permission.ReviewFindings)
            && viewer.Account.Unit is { } own
            && unit is { } asked
            && (await Roster.Units.Subtree(reading, own, stop)).Contains(asked)
        );

    static IReadOnlyList<Part> PartsOf(Unit? unit, IReadOnlyDictionary<string, Counts> byUnit, IReadOnlyList<Unit> units)
    {
        // The service itself is no part of itself: begin with what is below it.
        var top = unit ?? units.FirstOrDefault(u => u.Parent is null);
        var parts = units
            .Where(u => u.Parent == top?.Id && top is not null)
            .OrderBy(u => u.Name, StringComparer.OrdinalIgnoreCase)
            .Select(u => new Part(u.Id, u.Name, Measures.Under(u.Id, byUnit, units)))
            .Where(p => !p.Counts.IsEmpty)
            .ToList();
        if (top is not null && byUnit.GetValueOrDefault(top.Id.Text) is { IsEmpty: false } directly && parts.Count > 0)
            parts.Add(new(null, $"Directly under {top.Name}", directly));
        if (unit is null && byUnit.GetValueOrDefault("") is { IsEmpty: false } none)
            parts.Add(new(null, "No unit on record", none));
        return parts;
    }
}
