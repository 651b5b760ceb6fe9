using Lapel.Records;
using Lapel.Server;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lapel.Bench;

/// <summary>An agency in this process, without the web: for what is measured below the server.</summary>
sealed class BenchAgency : IAsyncDisposable
{
    BenchAgency(Agencies agencies, Agency agency)
    {
        Agencies = agencies;
        Agency = agency;
    }

    Agencies Agencies { get; }

    public Agency Agency { get; }

    public AgencyRecords Records => Agency.Get<AgencyRecords>();

    public CustodyLog Log => Agency.Get<CustodyLog>();

    /// <summary>Opens the agency "bench" of a folder, and founds it where there is none.</summary>
    public static async Task<BenchAgency> Open(string data, string? records = null)
    {
        var agencies = LapelServer.Agencies(
            new ServerOptions { Data = data, Records = records },
            TimeProvider.System,
            NullLoggerFactory.Instance
        );
        await agencies.OpenAll(CancellationToken.None);
        var agency =
            agencies.Find("bench")
            ?? await agencies.Found(
                new AgencyProfile("bench", "Bench Police", "America/Toronto", Demo: true),
                a =>
                {
                    CustodyLog.Found(a);
                    return Task.CompletedTask;
                },
                CancellationToken.None
            );
        return new(agencies, agency!);
    }

    public ValueTask DisposeAsync() => Agencies.DisposeAsync();
}
