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

    static async Task<IResult> Show(
        string? month,
        string? unit,
        HttpContext http,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        var view = await MeasuresView.Read(
            reading,
            viewer,
            agency.Profile,
            MeasureRoutes.MonthOrNull(month),
            // Whoever leads a unit begins with it.
            http.Request.Query.ContainsKey("unit")
                ? UnitOf(unit)
                : viewer.Account.Unit,
            clock.Now(),
            stop
        );
        return Page.Of<MeasuresPage>(
            new
            {
                View = view,
                Reviews = await SampledAnswers.Of(reading, view.Month, agency.Profile, view.Unit?.Id, clock.Now(), stop),
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
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        var ask = new RowsAsked(MeasureRoutes.MonthOf(month), kind ?? "", UnitOf(unit), officer, after);
        return Page.Of<MeasuredRowsPage>(
            new
            {
                Viewer = viewer,
                Ask = ask,
                Found = await MeasureRoutes.RowsFor(reading, ask, viewer, agency.Profile, clock.Now(), stop),
                Unit = ask.Unit is { } id ? await Units.Find(reading, id, stop) : null,
                Officer = officer is { } who ? await Officers.Find(reading, who, stop) : null,
            }
        );
    }

    static Task<IResult> Report(
        string month,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    ) => ShowReport(month, viewer, agency, records, clock, null, stop);

    static async Task<IResult> ShowReport(
        string month,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        TimeProvider clock,
        Refusal? trouble,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        return Page.Of<ReportPage>(
            new
            {
                Viewer = viewer,
                Agency = agency.Profile.Name,
                Report = await BoardReport.Read(reading, MeasureRoutes.MonthOf(month), agency.Profile, clock.Now(), stop),
                Trouble = trouble,
            },
            Forms.StatusOf(trouble)
        );
    }

    static Task<IResult> Publish(
        string month,
        HttpContext http,
        Form form,
        Viewer viewer,
        Agency agency,
        AgencyRecords records,
        TimeProvider clock,
        CancellationToken stop
    ) =>
        Forms.Do(
            async () =>
            {
                var publication = await MeasureRoutes.PublishMonth(month, viewer, agency, records, stop);
                return Forms.To(http, $"measures/{publication.Month}/report", "measures-published");
            },
            refusal => ShowReport(month, viewer, agency, records, clock, refusal, stop)
        );

    // A filter sends an empty value for "all".
    static UnitId? UnitOf(string? unit) =>
        string.IsNullOrEmpty(unit) ? null
        : UnitId.TryParse(unit, null, out var id) ? id
        : throw new RefusedException(Units.NotFound);
}
