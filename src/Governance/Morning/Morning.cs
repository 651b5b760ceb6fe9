using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;
using NodaTime.Text;

namespace Lapel.Governance;

/// <summary>The page that a day begins with, for supervisors and for the programme's manager: each their own.</summary>
static class Morning
{
    /// <summary>Shown in the navigation to whoever has a morning.</summary>
    public const string Sees = "morning";

    public static void AddServices(IServiceCollection services)
    {
        services.AddSingleton(new NavItem("Morning", "morning", "sun", 1, Sees));
        services.AddSingleton<IWaiting, MorningWaits>();
    }

    public static void Map(IEndpointRouteBuilder app, RouteGroupBuilder api)
    {
        app.MapGet("/morning", Show).NeedsSignIn().ExcludeFromDescription();
        api.MapGet("/morning", Read).NeedsSignIn();
    }

    public static bool IsSupervisor(Viewer viewer) => viewer.May(Permission.ReviewFindings) && viewer.Account.Unit is not null;

    public static bool IsManager(Viewer viewer) => viewer.May(Permission.DrawReviews);

    /// <summary>One of the two, by who asks.</summary>
    public sealed record MorningAnswer(MorningView? Unit, ProgrammeMorning? Programme);

    static async Task<IResult> Read(string? day, [AsParameters] Desk desk, CancellationToken stop) =>
        TypedResults.Ok(await For(day, desk, stop));

    static async Task<IResult> Show(string? day, [AsParameters] Desk desk, CancellationToken stop)
    {
        var (unit, programme) = await For(day, desk, stop);
        return unit is not null
            ? Page.Of<MorningPage>(new { View = unit, Viewer = desk.Viewer })
            : Page.Of<ProgrammeMorningPage>(new { View = programme });
    }

    static async Task<MorningAnswer> For(string? day, Desk desk, CancellationToken stop)
    {
        LocalDate? asked =
            string.IsNullOrEmpty(day) ? null
            : LocalDatePattern.Iso.Parse(day) is { Success: true, Value: { Year: > 1900 and < 9000 } read } ? read
            : throw new RefusedException(new("day-unreadable", "A day is written 2026-11-21."));
        await using var reading = await desk.Records.Read(stop);
        if (
            IsSupervisor(desk.Viewer)
            && await MorningView.Read(reading, desk.Viewer, desk.Agency.Profile, asked, desk.Now, stop) is { } own
        )
            return new(own, null);
        return IsManager(desk.Viewer)
            ? new(null, await ProgrammeMorning.Read(reading, desk.Agency.Profile, asked, desk.Now, stop))
            : throw new RefusedException(WhoMay.Nothing);
    }
}

/// <summary>Leads a supervisor and the programme's manager to their morning after sign-in.</summary>
sealed class MorningWaits : IWaiting
{
    public ValueTask<Waiting?> Read(HttpContext http, CancellationToken stop) =>
        new(
            http.FindViewer() is { } viewer && (Morning.IsSupervisor(viewer) || Morning.IsManager(viewer))
                ? new Waiting("morning", 0, Home: true)
                : null
        );
}

/// <summary>The number beside "Reviews".</summary>
sealed class ReviewsWait : IWaiting
{
    public async ValueTask<Waiting?> Read(HttpContext http, CancellationToken stop)
    {
        if (http.FindViewer() is not { } viewer || !viewer.May(Permission.ReviewFindings))
            return null;
        await using var reading = await http.RequestServices.GetRequiredService<AgencyRecords>().Read(stop);
        return new(
            "reviews",
            await reading.One(
                "SELECT COUNT(*) AS many FROM review WHERE reviewer = @Id AND done_at IS NULL",
                new { viewer.Account.Id },
                row => row.Number("many"),
                stop
            )
        );
    }
}
