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
            new NavItem("Measures", "measures", "speed", 38, Words<Permission>.Of(Permission.SeeMeasures), "Rules")
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

    readonly AgencyRecords records = agency.Get<AgencyRecords>();

    public string Name => "measuring";

    public string Kind => Tick;

    public async Task Follow(IReadOnlyList<LoggedEntry> entries, Work work, CancellationToken stop)
    {
        if (entries.Any(e => e.Entry.Event is CustodyEvent.AgencyFounded))
            await Jobs.Enqueue(work, Tick, "", stop);
    }

    /// <param name="subject">"due": only the months that are due. Otherwise also what is old.</param>
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
        await Jobs.EnqueueAt(next, Tick, "", now + Duration.FromHours(1), stop);
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
    public static async Task Say(Work work, AgencyProfile agency, Instant from, Instant until, CancellationToken stop)
    {
        for (var month = Month.Of(from, agency); month.CompareTo(Month.Of(until, agency)) <= 0; month = month.Plus(1))
            await work.Execute(
                "INSERT INTO measure_due (month) VALUES (@month) ON CONFLICT DO NOTHING",
                new { month = month.ToString() },
                stop
            );
        await Jobs.Enqueue(work, CountingMonths.Tick, "due", stop);
    }

    internal static Task<IReadOnlyList<Month>> All(Reading reading, CancellationToken stop) =>
        reading.Many("SELECT month FROM measure_due ORDER BY month", null, row => Month.Parse(row.Text("month")), stop);
}
