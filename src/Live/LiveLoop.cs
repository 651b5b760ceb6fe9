using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lapel.Live;

/// <summary>Once a second for every agency: rings on, ends leases whose time has come, notices cameras that fell silent.</summary>
sealed class LiveLoop(Agencies agencies, TimeProvider clock, ILogger<LiveLoop> journal) : BackgroundService
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        do foreach (var agency in agencies.All)
            await Step(agency, stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    async Task Step(Agency agency, CancellationToken stop)
    {
        try
        {
            agency.Get<FarGateways>().KeepInTouch(agency.Get<OnAir>());
            await agency.Get<Helping>().RingOn(stop);
            await agency.Get<Streaming>().Tidy(clock.Now(), stop);
        }
        catch (Exception trouble) when (!stop.IsCancellationRequested)
        {
            journal.LogError(trouble, "Live help of {Agency} could not go on", agency.Profile.Slug);
        }
    }
}
