using Lapel.Records;
using Microsoft.Extensions.Logging.Abstractions;

namespace Lapel.Tests.Records;

/// <summary>One agency in a temporary folder on the engine of this run, with its custody log, and no web around it.</summary>
public sealed class TestAgency : IAsyncDisposable
{
    TestAgency(string data, Agencies agencies, Agency agency, TestClock clock)
    {
        Data = data;
        Agencies = agencies;
        Agency = agency;
        Clock = clock;
    }

    public string Data { get; }
    public Agencies Agencies { get; }
    public Agency Agency { get; }
    public TestClock Clock { get; }

    public AgencyRecords Records => Agency.Get<AgencyRecords>();
    public CustodyLog Log => Agency.Get<CustodyLog>();

    public static Actor Clerk { get; } = new(ActorKind.Account, "0193", "Ada Clerk");

    public static async Task<TestAgency> Open(
        Action<AgencyParts>? more = null,
        Migrations? migrations = null,
        string? data = null,
        string? url = null
    )
    {
        data ??= Directory.CreateTempSubdirectory("lapel-test-").FullName;
        var clock = new TestClock();
        var folders = new HouseFolders(data, RecordsUrl: url ?? await Postgres.NewDatabase());
        var parts = new AgencyParts(NullLoggerFactory.Instance);
        RecordsModule.AddParts(parts, folders, [], clock);
        more?.Invoke(parts);
        var agencies = new Agencies(folders, parts, migrations ?? new Migrations().Of(typeof(RecordsModule).Assembly));
        await agencies.OpenAll(CancellationToken.None);
        var agency =
            agencies.Find("york")
            ?? await agencies.Found(
                new AgencyProfile("york", "York Police", "America/Toronto", Demo: true),
                a =>
                {
                    CustodyLog.Found(a);
                    return Task.CompletedTask;
                },
                CancellationToken.None
            );
        return new(data, agencies, agency!, clock);
    }

    public Task<Work> Begin() => Records.Begin(Clerk, CancellationToken.None);

    public async Task<long> AppendSignIn(string method = "password")
    {
        await using var work = await Begin();
        work.Append(new CustodyEvent.SignedIn(AccountId.New(), method));
        return (await work.Commit(CancellationToken.None))[0];
    }

    public async ValueTask DisposeAsync()
    {
        await Agencies.DisposeAsync();
        Directory.Delete(Data, recursive: true);
    }
}
