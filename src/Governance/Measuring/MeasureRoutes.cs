using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Governance;

/// <summary>Measures for programs.</summary>
public static class MeasureRoutes
{
    internal static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/measures", Read).Needs(Permission.SeeMeasures);
        api.MapGet("/measures/rows", Rows).Needs(Permission.SeeMeasures);
        api.MapGet("/measures/{month}/report", Report).Needs(Permission.SeeMeasures);
        api.MapPost("/measures/{month}/publications", Publish).Needs(Permission.PublishMeasures);
    }

    /// <param name="Rate">0 to 1; none when nothing was counted.</param>
    /// <param name="Excluded">By kind.</param>
    public sealed record Value(
        string Measure,
        string Name,
        long Numerator,
        long Denominator,
        double? Rate,
        IReadOnlyDictionary<string, long> Excluded
    )
    {
        public static IReadOnlyList<Value> Of(Counts counts) =>
            [
                .. Lapel
                    .Governance.Measure.All.Select(m => m.Of(counts))
                    .Select(v => new Value(
                        v.Measure.Id,
                        v.Measure.Name,
                        v.Numerator,
                        v.Denominator,
                        v.Rate,
                        v.Excluded.ToDictionary(e => e.What.Kind, e => e.Count)
                    )),
            ];
    }

    public sealed record PartAnswer(UnitId? Unit, string Name, IReadOnlyList<Value> Measures);

    public sealed record OfficerAnswer(OfficerRef Officer, IReadOnlyList<Value> Measures);

    public sealed record MonthAnswer(string Month, IReadOnlyList<Value> Measures);

    /// <param name="Officers">None when this account may not see officers' numbers there.</param>
    public sealed record MeasuresAnswer(
        string Month,
        string Method,
        Instant? CountedAt,
        IReadOnlyList<Value> Measures,
        IReadOnlyList<PartAnswer> Parts,
        IReadOnlyList<OfficerAnswer>? Officers,
        IReadOnlyList<MonthAnswer> Trend
    );

    static async Task<IResult> Read(
        string? month,
        UnitId? unit,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        var view = await MeasuresView.Read(reading, viewer, agency.Profile, MonthOrNull(month), unit, clock.Now(), stop);
        return TypedResults.Ok(
            new MeasuresAnswer(
                view.Month.ToString(),
                Measure.Method,
                view.CountedAt,
                Value.Of(view.Counts),
                [.. view.Parts.Select(p => new PartAnswer(p.Unit, p.Name, Value.Of(p.Counts)))],
                view.SeesOfficers ? [.. view.Officers.Select(o => new OfficerAnswer(o.Officer, Value.Of(o.Counts)))] : null,
                [.. view.Trend.Select(p => new MonthAnswer(p.Month.ToString(), Value.Of(p.Counts)))]
            )
        );
    }

    static async Task<IResult> Rows(
        string month,
        string kind,
        UnitId? unit,
        OfficerId? officer,
        string? after,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        return TypedResults.Ok(
            await RowsFor(reading, new(MonthOf(month), kind, unit, officer, after), viewer, agency.Profile, clock.Now(), stop)
        );
    }

    /// <exception cref="RefusedException">This account may not see officers' numbers there, or there is no such kind.</exception>
    public static async Task<RowsFound> RowsFor(
        Reading reading,
        RowsAsked ask,
        Viewer viewer,
        AgencyProfile agency,
        Instant now,
        CancellationToken stop
    )
    {
        if (!Counts.Kinds.Contains(ask.Kind) || !await MeasuresView.SeesOfficersOf(reading, viewer, ask.Unit, stop))
            throw new RefusedException(WhoMay.Nothing);
        return await MeasuredRows.Read(reading, agency, ask, now, stop);
    }

    static async Task<IResult> Report(
        string month,
        Agency agency,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        return TypedResults.Ok(await BoardReport.Read(reading, MonthOf(month), agency.Profile, clock.Now(), stop));
    }

    static async Task<IResult> Publish(string month, Viewer viewer, Agency agency, AgencyRecords records, CancellationToken stop)
    {
        var publication = await PublishMonth(month, viewer, agency, records, stop);
        return TypedResults.Created(
            $"open-data/{publication.Month}/{publication.Edition}/datapackage.json",
            OpenDataRoutes.AnswerOf(publication)
        );
    }

    public static async Task<Publication> PublishMonth(
        string month,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        CancellationToken stop
    )
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        var publication = await Publications.Publish(work, MonthOf(month), agency.Profile, stop);
        await work.Commit(stop);
        return publication;
    }

    static readonly Refusal Unreadable = new("month-unreadable", "A month is written 2026-11.");

    public static Month MonthOf(string? text) =>
        Month.TryParse(text, out var month) ? month : throw new RefusedException(Unreadable);

    public static Month? MonthOrNull(string? text) => string.IsNullOrEmpty(text) ? null : MonthOf(text);
}
