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

    static async Task<IResult> Read(string? month, UnitId? unit, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var view = await MeasuresView.Read(reading, desk.Viewer, desk.Agency.Profile, MonthOrNull(month), unit, desk.Now, stop);
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
        string? month,
        string? kind,
        UnitId? unit,
        OfficerId? officer,
        string? after,
        [AsParameters] Desk desk,
        CancellationToken stop
    )
    {
        await using var reading = await desk.Records.Read(stop);
        return TypedResults.Ok(
            await RowsFor(
                reading,
                new(MonthOrNull(month) ?? Month.Of(desk.Now, desk.Agency.Profile), KindsOf(kind), unit, officer, after),
                desk,
                stop
            )
        );
    }

    /// <exception cref="RefusedException">This account may not see officers' numbers there, or there is no such kind.</exception>
    public static async Task<RowsFound> RowsFor(Reading reading, RowsAsked ask, Desk desk, CancellationToken stop)
    {
        if (ask.Kinds.Any(kind => !Counts.Kinds.Contains(kind)))
            throw new RefusedException(new("kind-unknown", "There is no such kind: the method names those that are counted."));
        if (!await MeasuresView.SeesOfficersOf(reading, desk.Viewer, ask.Unit, stop))
            throw new RefusedException(WhoMay.Nothing);
        return await MeasuredRows.Read(reading, desk.Agency.Profile, ask, desk.Now, stop);
    }

    static async Task<IResult> Report(string month, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return TypedResults.Ok(await BoardReport.Read(reading, MonthOf(month), desk.Agency.Profile, desk.Now, stop));
    }

    static async Task<IResult> Publish(string month, [AsParameters] Desk desk, CancellationToken stop)
    {
        var publication = await PublishMonth(month, desk, stop);
        return TypedResults.Created(
            $"open-data/{publication.Month}/{publication.Edition}/datapackage.json",
            OpenDataRoutes.AnswerOf(publication)
        );
    }

    public static async Task<Publication> PublishMonth(string month, Desk desk, CancellationToken stop)
    {
        var publication = await desk.Write(work => Publications.Publish(work, MonthOf(month), desk.Agency.Profile, stop), stop);
        return publication;
    }

    public static IReadOnlyList<string> KindsOf(string? kind) =>
        string.IsNullOrEmpty(kind) ? ["missing"] : kind.Split(',').Take(Counts.Kinds.Count).ToList();

    static readonly Refusal Unreadable = new("month-unreadable", "A month is written 2026-11.");

    public static Month MonthOf(string? text) =>
        Month.TryParse(text, out var month) ? month : throw new RefusedException(Unreadable);

    public static Month? MonthOrNull(string? text) => string.IsNullOrEmpty(text) ? null : MonthOf(text);
}
