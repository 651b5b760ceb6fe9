using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Governance;

/// <summary>The pages of measures: a month, the rows behind a number, the board's report.</summary>
static class MeasurePages
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/measures", Show).Needs(Permission.SeeMeasures).ExcludeFromDescription();
        app.MapGet("/measures/method", ShowMethod).Needs(Permission.SeeMeasures).ExcludeFromDescription();
        app.MapGet("/measures/rows", Rows).Needs(Permission.SeeMeasures).ExcludeFromDescription();
        app.MapGet("/measures/{month}/report", Report).Needs(Permission.SeeMeasures).ExcludeFromDescription();
        app.MapForm("/measures/{month}/publications", Publish).Needs(Permission.PublishMeasures);
        Done.Add(
            "measures-published",
            "The month is published. Its files stay as they are; a correction will be another edition."
        );
    }

    static async Task<IResult> Show(string? month, string? unit, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var view = await MeasuresView.Read(
            reading,
            desk.Viewer,
            desk.Agency.Profile,
            MeasureRoutes.MonthOrNull(month),
            // Whoever leads a unit begins with it.
            desk.Http.Request.Query.ContainsKey("unit")
                ? UnitOf(unit)
                : desk.Viewer.Account.Unit,
            desk.Now,
            stop
        );
        return Page.Of<MeasuresPage>(
            new
            {
                View = view,
                Reviews = await SampledAnswers.Of(reading, view.Month, desk.Agency.Profile, view.Unit?.Id, desk.Now, stop),
            }
        );
    }

    static IResult ShowMethod() => Page.Of<MethodPage>();

    static async Task<IResult> Rows(
        string? month,
        string? kind,
        string? unit,
        OfficerId? officer,
        string? after,
        [AsParameters] Desk desk,
        CancellationToken stop
    )
    {
        await using var reading = await desk.Records.Read(stop);
        var ask = new RowsAsked(
            MeasureRoutes.MonthOrNull(month) ?? Month.Of(desk.Now, desk.Agency.Profile),
            MeasureRoutes.KindsOf(kind),
            UnitOf(unit),
            officer,
            after
        );
        return Page.Of<MeasuredRowsPage>(
            new
            {
                Viewer = desk.Viewer,
                Ask = ask,
                Found = await MeasureRoutes.RowsFor(reading, ask, desk, stop),
                Unit = ask.Unit is { } id ? await Units.Find(reading, id, stop) : null,
                Officer = officer is { } who ? await Officers.Find(reading, who, stop) : null,
            }
        );
    }

    static Task<IResult> Report(string month, [AsParameters] Desk desk, CancellationToken stop) =>
        ShowReport(month, desk, null, stop);

    static async Task<IResult> ShowReport(string month, Desk desk, Refusal? trouble, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return Page.Of<ReportPage>(
            new
            {
                Viewer = desk.Viewer,
                Agency = desk.Agency.Profile.Name,
                Report = await BoardReport.Read(reading, MeasureRoutes.MonthOf(month), desk.Agency.Profile, desk.Now, stop),
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> Publish(string month, Form form, [AsParameters] Desk desk, CancellationToken stop) =>
        Forms.Do(
            async () =>
            {
                var publication = await MeasureRoutes.PublishMonth(month, desk, stop);
                return desk.To($"measures/{publication.Month}/report", "measures-published");
            },
            refusal => ShowReport(month, desk, refusal, stop)
        );

    // A filter sends an empty value for "all".
    static UnitId? UnitOf(string? unit) =>
        string.IsNullOrEmpty(unit) ? null
        : UnitId.TryParse(unit, null, out var id) ? id
        : throw new RefusedException(Units.NotFound);
}
