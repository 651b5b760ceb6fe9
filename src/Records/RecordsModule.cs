using Microsoft.Extensions.Hosting;

namespace Lapel.Records;

/// <summary>What every agency has before any capability: records, the custody log, its followers, jobs and pulses.</summary>
public static class RecordsModule
{
    public static void AddParts(
        AgencyParts parts,
        HouseFolders folders,
        IReadOnlyList<WitnessAddress> witnesses,
        TimeProvider clock
    )
    {
        parts.Add(agency =>
            folders.RecordsUrl is { } url
                ? AgencyRecords.OnPostgres(url, "agency_" + agency.Profile.Slug.Replace('-', '_'), clock)
                : AgencyRecords.OnDisk(agency.Folder.Database, clock)
        );
        parts.Add(_ => new Pulse());
        parts.Add(agency => CustodyLog.Open(agency, agency.Journal<CustodyLog>()));
        parts.Add(agency => new Witnesses(agency.Get<CustodyLog>(), witnesses, clock));
        parts.Add(agency => new Followers(
            agency.Get<AgencyRecords>(),
            agency.Get<CustodyLog>(),
            parts.FollowersOf(agency),
            agency.Journal<Followers>()
        ));
        parts.Add(agency => new Jobs(agency.Get<AgencyRecords>(), parts.JobsOf(agency), clock, agency.Journal<Jobs>()));
    }
}

/// <summary>Keeps the loops of every open agency running: integrating the log, following it, doing jobs.</summary>
public sealed class AgencyLoops(Agencies agencies) : BackgroundService
{
    readonly List<Task> loops = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var starting = new Lock();
        void Start(Agency agency)
        {
            var log = agency.Get<CustodyLog>();
            var pulse = agency.Get<Pulse>();
            var jobs = agency.Get<Jobs>();
            log.OnGrown += () => pulse.Send("log");
            log.OnGrown += jobs.Wake;
            lock (starting)
                loops.AddRange([
                    Task.Run(() => log.Run(stoppingToken), stoppingToken),
                    Task.Run(() => agency.Get<Followers>().Run(stoppingToken), stoppingToken),
                    Task.Run(() => jobs.Run(stoppingToken), stoppingToken),
                    Task.Run(() => agency.Get<Witnesses>().Run(stoppingToken), stoppingToken),
                ]);
        }
        agencies.OnOpened += Start;
        foreach (var agency in agencies.All)
            Start(agency);
        await Task.Delay(Timeout.Infinite, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        agencies.OnOpened -= Start;
        Task[] running;
        lock (starting)
            running = [.. loops];
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
