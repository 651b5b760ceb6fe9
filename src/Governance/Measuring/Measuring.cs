using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Governance;

/// <summary>Everything of Measuring that the module names.</summary>
static class Measuring
{
    public static void AddParts(AgencyParts parts, TimeProvider clock)
    {
        parts.AddFollower(agency => new CountingMonths(agency, clock));
        parts.AddJob(agency => new CountingMonths(agency, clock));
    }

    public static void AddServices(IServiceCollection services) =>
        services.AddSingleton(
            new NavItem("Measures", "measures", "speed", 38, Words<Permission>.Of(Permission.SeeMeasures), "Programme")
        );

    public static void Map(IEndpointRouteBuilder app, RouteGroupBuilder api)
    {
        MeasureRoutes.Map(api);
        MeasurePages.Map(app);
        OpenDataRoutes.Map(app, api);
    }
}

/// <summary>
/// Keeps the counts of months fresh: at once those that <see cref="MonthsDue"/> names, every hour the last three, and all of them
/// once a day, so that a change nobody told of is seen the next morning.
/// </summary>
sealed class CountingMonths(Agency agency, TimeProvider clock) : IFollower, IJob
{
    public const string Tick = "measures";

    /// <summary>Subject: count only the months that are due.</summary>
    public const string DueOnly = "due";

    readonly AgencyRecords records = agency.Get<AgencyRecords>();

    public string Name => "measuring";

    public string Kind => Tick;

    public async Task Follow(IReadOnlyList<LoggedEntry> entries, Work work, CancellationToken stop)
    {
        if (entries.Any(e => e.Entry.Event is CustodyEvent.AgencyFounded))
            await Jobs.Enqueue(work, Tick, "", stop);
    }

    public async Task Run(string subject, CancellationToken stop)
    {
        var months = new SortedSet<Month>();
        var now = clock.Now();
        await using (var reading = await records.Read(stop))
        {
            months.UnionWith(await MonthsDue.All(reading, stop));
            if (subject.Length == 0)
                months.UnionWith(await Old(reading, now, stop));
        }
        foreach (var month in months)
        {
            await using var work = await records.Begin(Actor.System(Name), stop);
            await CountingMonth.Count(work, month, agency.Profile, stop);
            await work.Commit(stop);
        }
        if (months.Count > 0)
            agency.Get<Pulse>().Send("measures");
        if (subject.Length > 0)
            return;
        await using var next = await records.Begin(Actor.System(Name), stop);
        await Jobs.Enqueue(next, Tick, "", stop, now + Duration.FromHours(1));
        await next.Commit(stop);
    }

    async Task<IEnumerable<Month>> Old(Reading reading, Instant now, CancellationToken stop)
    {
        var first = await reading.One(
            """
            SELECT MIN(at) AS at FROM (
                SELECT MIN(begins_at) AS at FROM judgement UNION ALL SELECT MIN(activated_at) AS at FROM recorded
            ) AS beginnings
            """,
            null,
            row => row.TimeOrNull("at"),
            stop
        );
        if (first is not { } begin)
            return [];
        var counted = (
            await reading.Many(
                "SELECT month, counted_at FROM measured_month",
                null,
                row => (Month.Parse(row.Text("month")), row.Time("counted_at")),
                stop
            )
        ).ToDictionary();
        var present = Month.Of(now, agency.Profile);
        var found = new List<Month>();
        for (var month = Month.Of(begin, agency.Profile); month.CompareTo(present) <= 0; month = month.Plus(1))
            if (
                month.CompareTo(present.Plus(-2)) >= 0
                || !counted.TryGetValue(month, out var at)
                || at < now - Duration.FromDays(1)
            )
                found.Add(month);
        return found;
    }
}

/// <summary>
/// Months to be counted again. Whoever changes judgements or what is known of recordings says so in the same work; saying it twice does no
/// harm.
/// </summary>
public static class MonthsDue
{
    /// <param name="spans">What changed began in these. A day is added at both ends, so that the agency's time zone need not be known.</param>
    public static async Task Say(Work work, IEnumerable<(Instant From, Instant Until)> spans, CancellationToken stop)
    {
        var months = new HashSet<Month>();
        foreach (var (from, until) in spans)
            for (
                var (month, last) = (Utc(from - Duration.FromDays(1)), Utc(until + Duration.FromDays(1)));
                month.CompareTo(last) <= 0;

            )
            {
                months.Add(month);
                month = month.Plus(1);
            }
        foreach (var month in months)
            await work.Execute(
                "INSERT INTO measure_due (month) VALUES (@month) ON CONFLICT DO NOTHING",
                new { month = month.ToString() },
                stop
            );
        // Not at once: what brings one change mostly brings many.
        if (months.Count > 0)
            await Jobs.Enqueue(work, CountingMonths.Tick, CountingMonths.DueOnly, stop, work.Now + Duration.FromSeconds(10));

        static Month Utc(Instant at) => new(at.InUtc().Year, at.InUtc().Month);
    }

    internal static Task<IReadOnlyList<Month>> All(Reading reading, CancellationToken stop) =>
        reading.Many("SELECT month FROM measure_due ORDER BY month", null, row => Month.Parse(row.Text("month")), stop);
}
