using System.Security.Cryptography;
using Lapel.Records;
using Lapel.Roster;
using Lapel.Tests.Records;

namespace Lapel.Tests.Roster;

/// <summary>An agency with the roster's tables and a few units and officers.</summary>
sealed class RosterAgency : IAsyncDisposable
{
    public const string Password = "tangerine lamp otter";

    public static readonly NewPassword Chosen = NewPassword.Of(Password, CancellationToken.None).GetAwaiter().GetResult();

    public required TestAgency Inner { get; init; }
    public required Unit Service { get; init; }
    public required Unit Division { get; init; }
    public required Unit Platoon { get; init; }
    public required Unit OtherDivision { get; init; }
    public required Officer Okafor { get; init; }
    public required Officer Tremblay { get; init; }
    public required Account Admin { get; init; }

    public AgencyRecords Records => Inner.Records;
    public TestClock Clock => Inner.Clock;
    public Instant Now => Clock.Now();

    public static async Task<RosterAgency> Open()
    {
        var migrations = new Migrations().Of(typeof(RecordsModule).Assembly).Of(typeof(RosterModule).Assembly);
        var agency = await TestAgency.Open(migrations: migrations);
        var stop = CancellationToken.None;
        await using var work = await agency.Begin();
        await RosterModule.Found(work, "admin", Chosen, stop);
        var service = await Units.Open(work, null, "York Police", UnitKind.Service, stop);
        var division = await Units.Open(work, service.Id, "31 Division", UnitKind.Division, stop);
        var platoon = await Units.Open(work, division.Id, "A Platoon", UnitKind.Platoon, stop);
        var other = await Units.Open(work, service.Id, "12 Division", UnitKind.Division, stop);
        var okafor = await Officers.Enter(work, "1042", "Maya Okafor", "Constable", stop);
        var tremblay = await Officers.Enter(work, "877", "Luc Tremblay", null, stop);
        var admin = (await Accounts.FindByName(work, "admin", stop))!;
        await work.Commit(stop);
        return new()
        {
            Inner = agency,
            Service = service,
            Division = division,
            Platoon = platoon,
            OtherDivision = other,
            Okafor = okafor,
            Tremblay = tremblay,
            Admin = admin,
        };
    }

    /// <summary>Does it in one unit of work and commits.</summary>
    public async Task<T> Do<T>(Func<Work, Task<T>> act)
    {
        await using var work = await Inner.Begin();
        var result = await act(work);
        await work.Commit(CancellationToken.None);
        return result;
    }

    public async Task<T> Read<T>(Func<Reading, Task<T>> look)
    {
        await using var reading = await Records.Read(CancellationToken.None);
        return await look(reading);
    }

    /// <summary>The refusal that doing it meets; nothing is committed then.</summary>
    public async Task<Refusal> Refused(Func<Work, Task> act) =>
        (
            await Should.ThrowAsync<Lapel.Web.RefusedException>(() =>
                Do(async work =>
                {
                    await act(work);
                    return 0;
                })
            )
        ).Refusal;

    public Task<Lapel.Roster.Camera> EnrolledCamera(string serial) =>
        Do(async work =>
        {
            var (_, code) = await Cameras.Expect(work, serial, "Model 1", CancellationToken.None);
            return await Cameras.Enrol(work, code.ToString(), NewSpki(), serial, CancellationToken.None);
        });

    public static byte[] NewSpki()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportSubjectPublicKeyInfo();
    }

    /// <summary>The custody log's facts of one kind, in their order.</summary>
    public Task<IReadOnlyList<LogEntry>> Facts(string kind) =>
        Read(reading =>
            reading.Many(
                "SELECT entry FROM custody_entry WHERE kind = @kind ORDER BY arrival",
                new { kind },
                row => LogEntry.Read(row.Bytes("entry")),
                CancellationToken.None
            )
        );

    public ValueTask DisposeAsync() => Inner.DisposeAsync();
}
