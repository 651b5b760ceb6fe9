using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Lapel.Ingest;

/// <summary>From a camera's first word to evidence: enrolment, sessions, uploads, admission, quarantine. Program.cs calls these.</summary>
public static class IngestModule
{
    public static void AddParts(AgencyParts parts, TimeProvider clock, IngestSettings settings) =>
        parts
            .Add(_ => settings)
            .Add(agency => new Uploads(agency, agency.Get<AgencyRecords>(), settings, agency.Get<Pulse>(), clock))
            .Add(agency => new CameraSessions(agency.Get<AgencyRecords>(), settings, agency.Get<Pulse>(), clock))
            .Add(_ => new EnrolmentLimit(settings, clock))
            .Add(agency => new Quarantine(agency, agency.Get<AgencyRecords>(), agency.Get<Uploads>(), agency.Get<Pulse>()))
            .Add(agency => new Admissions(
                agency.Get<AgencyRecords>(),
                agency.Get<Uploads>(),
                agency.Get<Quarantine>(),
                agency.Get<IVault>(),
                agency.Get<ContentKeys>(),
                agency.Get<EvidenceKey>(),
                agency.Get<CustodyLog>(),
                agency.Get<Pulse>(),
                clock
            ));

    /// <summary>The live event that says how far an upload has come: <c>{"id","doneBytes","totalBytes"}</c>.</summary>
    public const string Progress = "progress";

    /// <summary>What fsck looks at besides evidence.</summary>
    public static IFsckRound FsckRound(Agency agency) =>
        new IngestFsck(agency, agency.Get<AgencyRecords>(), agency.Get<Uploads>(), agency.Get<Quarantine>());

    /// <param name="reserveBytes">Free bytes that ingest never promises away; the default when none.</param>
    public static void AddParts(AgencyParts parts, TimeProvider clock, long? reserveBytes = null) =>
        AddParts(parts, clock, reserveBytes is { } bytes ? new IngestSettings { ReserveBytes = bytes } : new IngestSettings());

    public static void ConfigureServer(WebApplicationBuilder builder)
    {
        IngestKestrel.Configure(builder);
        builder.Services.AddHostedService<IngestLoop>();
        foreach (var item in IngestPages.Navigation)
            builder.Services.AddSingleton(item);
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1");
        CameraDoor.Map(api);
        UploadRoutes.Map(api);
        AdmissionRoutes.Map(api);
        IngestPages.Map(app, api);
    }
}

/// <summary>Keeps every agency's ingest tidy: finishes moves into quarantine, ends uploads that nobody came back for, forgets old sessions.</summary>
sealed class IngestLoop(Agencies agencies, ILogger<IngestLoop> journal) : BackgroundService
{
    static readonly TimeSpan Every = TimeSpan.FromMinutes(5);
    static readonly TimeSpan Idle = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every);
        do foreach (var agency in agencies.All)
            await Tidy(agency, stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    async Task Tidy(Agency agency, CancellationToken stop)
    {
        try
        {
            await agency.Get<Quarantine>().SettleAll(stop);
            await agency.Get<Uploads>().Expire(stop);
            await agency.Get<Uploads>().Tidy(Idle, stop);
            await agency.Get<CameraSessions>().Forget(Duration.FromDays(30), stop);
        }
        catch (Exception trouble) when (!stop.IsCancellationRequested)
        {
            journal.LogError(trouble, "Ingest of {Agency} could not be tidied", agency.Profile.Slug);
        }
    }
}
