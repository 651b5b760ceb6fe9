namespace Lapel.Governance;

/// <summary>What a police board reads once a month: the measures with what they rest on, and what is not known. Small cells are withheld.</summary>
/// <param name="Divisions">With a value for each measure, in order; none where it is withheld.</param>
/// <param name="Unmatched">Attendances of badges that no officer has: in no count.</param>
/// <param name="Findings">Kinds found in the month and how many, largest first.</param>
public sealed record BoardReport(
    Month Month,
    string Method,
    IReadOnlyList<MeasureRoutes.Value> Service,
    IReadOnlyList<MeasureRoutes.Value> MonthBefore,
    IReadOnlyList<BoardReport.Division> Divisions,
    IReadOnlyList<BoardReport.TrendPoint> Trend,
    IReadOnlyList<BoardReport.KindCount> Findings,
    SampledAnswers Reviews,
    long Officers,
    long Recordings,
    Duration Recorded,
    long Unmatched,
    IReadOnlyList<Publication> Publications,
    Instant At
)
{
    public sealed record Division(string Name, IReadOnlyList<MeasureRoutes.Value?> Measures);

    public sealed record TrendPoint(Month Month, Counts Counts);

    public sealed record KindCount(FindingKind Kind, long Count);

    public static async Task<BoardReport> Read(
        Reading reading,
        Month month,
        AgencyProfile agency,
        Instant now,
        CancellationToken stop
    )
    {
        var shown = await Governance.Publications.Shown(reading, month, stop);
        var trend = await Measures.Trend(reading, month.Plus(1 - MeasuresView.TrendMonths), month, null, stop);
        var span = new { From = month.From(agency), Until = month.Until(agency) };
        var (recordings, length) = await reading.One(
            """
            SELECT COUNT(*) AS many, CAST(COALESCE(SUM(until_at - from_at), 0) AS BIGINT) AS us FROM recorded
            WHERE activated_at >= @From AND activated_at < @Until
            """,
            span,
            row => (row.Number("many"), row.Number("us")),
            stop
        );
        return new(
            month,
            Measure.Method,
            MeasureRoutes.Value.Of(shown.Service),
            MeasureRoutes.Value.Of(trend.GetValueOrDefault(month.Plus(-1)) ?? new()),
            [
                .. shown.Names.Select(name => new Division(
                    name,
                    [
                        .. Measure.All.Select(m =>
                            shown.Of(name, m) is null
                                ? null
                                : MeasureRoutes.Value.Of(shown.Counts[name]).Single(v => v.Measure == m.Id)
                        ),
                    ]
                )),
            ],
            [
                .. Enumerable
                    .Range(0, MeasuresView.TrendMonths)
                    .Select(i => month.Plus(i + 1 - MeasuresView.TrendMonths))
                    .Select(m => new TrendPoint(m, trend.GetValueOrDefault(m) ?? new())),
            ],
            await FindingsOf(reading, span, stop),
            await SampledAnswers.Of(reading, month, agency, null, now, stop),
            (await Measures.ByOfficer(reading, month, null, stop)).Count,
            recordings,
            Duration.FromTicks(length * 10),
            await reading.One(
                "SELECT COUNT(*) AS many FROM attendance WHERE officer IS NULL AND withdrawn_at IS NULL AND begins_at >= @From AND begins_at < @Until",
                span,
                row => row.Number("many"),
                stop
            ),
            [.. (await Governance.Publications.All(reading, stop)).Where(p => p.Month == month)],
            now
        );
    }

    static Task<IReadOnlyList<KindCount>> FindingsOf(Reading reading, object span, CancellationToken stop) =>
        reading.Many(
            """
            SELECT kind, COUNT(*) AS many FROM finding WHERE withdrawn = 0 AND from_at >= @From AND from_at < @Until
            GROUP BY kind ORDER BY many DESC, kind
            """,
            span,
            row => new KindCount(row.Word<FindingKind>("kind"), row.Number("many")),
            stop
        );
}
