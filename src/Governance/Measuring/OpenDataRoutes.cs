using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Governance;

/// <summary>Published measures, for everybody.</summary>
static class OpenDataRoutes
{
    const string Public = "it was published: open data is for everybody";

    public static void Map(IEndpointRouteBuilder app, RouteGroupBuilder api)
    {
        app.MapGet("/open-data", Show).OpenToAnyone(Public).ExcludeFromDescription();
        app.MapGet("/open-data/{month}/{edition:int}/{name}", File).OpenToAnyone(Public).ExcludeFromDescription();
        api.MapGet("/open-data", List).OpenToAnyone(Public);
        api.MapGet("/open-data/{month}/{edition:int}/{name}", File).OpenToAnyone(Public);
    }

    /// <param name="Files">Names; each is at <c>open-data/MONTH/EDITION/NAME</c>.</param>
    public sealed record PublicationAnswer(
        string Month,
        int Edition,
        string Method,
        Digest Digest,
        Instant At,
        IReadOnlyList<string> Files
    );

    public static IReadOnlyList<string> FileNames { get; } =
    ["datapackage.json", "measures.csv", "excluded.csv", "rows.csv", "method.md", "recompute.py"];

    public static PublicationAnswer AnswerOf(Publication p) =>
        new(p.Month.ToString(), p.Edition, p.Method, p.Digest, p.At, FileNames);

    static async Task<IResult> List(AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return TypedResults.Ok((await Publications.All(reading, stop)).Select(AnswerOf).ToList());
    }

    static async Task<IResult> Show(HttpContext http, Agency agency, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return Page.Of<OpenDataPage>(new { Agency = agency.Profile.Name, Publications = await Publications.All(reading, stop) });
    }

    static async Task<IResult> File(
        string month,
        int edition,
        string name,
        HttpContext http,
        AgencyRecords records,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        if (
            !Month.TryParse(month, out var wanted)
            || !FileNames.Contains(name)
            || await Publications.FindFile(reading, wanted, edition, name, stop) is not { } text
        )
            return new Refused(new("publication-not-found", "There is no such publication.", RefusalKind.NotFound));
        http.Response.Headers.CacheControl = "public, max-age=31536000, immutable"; // an edition never changes
        http.Response.Headers.AccessControlAllowOrigin = "*";
        return TypedResults.Text(
            text,
            Path.GetExtension(name) switch
            {
                ".csv" => "text/csv; charset=utf-8; header=present",
                ".json" => "application/json; charset=utf-8",
                ".md" => "text/markdown; charset=utf-8",
                _ => "text/plain; charset=utf-8",
            }
        );
    }
}
