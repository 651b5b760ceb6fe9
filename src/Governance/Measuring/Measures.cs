namespace Lapel.Governance;

/// <summary>The counted months, read.</summary>
public static class Measures
{
    static readonly string Sums = string.Join(", ", Counts.Kinds.Select(k => $"CAST(SUM({k}) AS BIGINT) AS {k}"));

    /// <summary>Each unit's own counts of a month, without those below it; "" for officers of no unit.</summary>
    public static async Task<IReadOnlyDictionary<string, Counts>> ByUnit(Reading reading, Month month, CancellationToken stop) =>
        (
            await reading.Many(
                $"SELECT unit, {Sums} FROM measure WHERE month = @month GROUP BY unit",
                new { month = month.ToString() },
                row => (row.Text("unit"), Counts.Read(row)),
                stop
            )
        ).ToDictionary();

    /// <summary>Month by month, those without counts left out.</summary>
    /// <param name="unit">With all below it; none: everybody.</param>
    public static async Task<IReadOnlyDictionary<Month, Counts>> Trend(
        Reading reading,
        Month from,
        Month until,
        UnitId? unit,
        CancellationToken stop
    ) =>
        (
            await reading.Many(
                $"""
                {(unit is null ? "" : UnitSql.Below)}
                SELECT month, {Sums} FROM measure
                WHERE month >= @from AND month <= @until {(unit is null ? "" : "AND unit IN (SELECT id FROM below)")}
                GROUP BY month
                """,
                new
                {
                    from = from.ToString(),
                    until = until.ToString(),
                    unit,
                },
                row => (Month.Parse(row.Text("month")), Counts.Read(row)),
                stop
            )
        ).ToDictionary();

    public static Task<IReadOnlyList<(OfficerRef Officer, Counts Counts)>> ByOfficer(
        Reading reading,
        Month month,
        UnitId? unit,
        CancellationToken stop
    ) =>
        reading.Many(
            $"""
            {(unit is null ? "" : UnitSql.Below)}
            SELECT officer.id, officer.badge, officer.name, {Sums}
            FROM measure JOIN officer ON officer.id = measure.officer
            WHERE month = @month {(unit is null ? "" : "AND unit IN (SELECT id FROM below)")}
            GROUP BY officer.id, officer.badge, officer.name ORDER BY officer.badge LIMIT 3000
            """,
            new { month = month.ToString(), unit },
            row => (new OfficerRef(row.Id<Nouns.Officer>("id"), row.Text("badge"), row.Text("name")), Counts.Read(row)),
            stop
        );

    /// <summary>Counted months, the latest first.</summary>
    public static Task<IReadOnlyList<(Month Month, Instant CountedAt)>> Counted(Reading reading, CancellationToken stop) =>
        reading.Many(
            "SELECT month, counted_at FROM measured_month ORDER BY month DESC",
            null,
            row => (Month.Parse(row.Text("month")), row.Time("counted_at")),
            stop
        );

    /// <summary>Sums over a unit and all below it.</summary>
    public static Counts Under(UnitId unit, IReadOnlyDictionary<string, Counts> byUnit, IReadOnlyList<Unit> units) =>
        units
            .Where(u => u.Parent == unit)
            .Aggregate(byUnit.GetValueOrDefault(unit.Text) ?? new Counts(), (sum, below) => sum + Under(below.Id, byUnit, units));
}
