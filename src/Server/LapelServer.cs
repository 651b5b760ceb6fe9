using System.Net;
using Lapel.Evidence;
using Lapel.Ingest;
using Lapel.Records;
using Lapel.Renditions;
using Lapel.Roster;
using Lapel.Web;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Lapel.Server;

/// <summary>
/// The whole product put together: the one place that names every module. What an agency is made of is declared first; the
/// request path in <see cref="MapEverything"/> reads from top to bottom in the order in which a request meets it.
/// </summary>
public static class LapelServer
{
    public static async Task<int> Run(string[] args)
    {
        try
        {
            await using var app = await Start(ServerOptions.Read(args), TimeProvider.System);
            if (app.Services.GetRequiredService<Agencies>().All.Count == 0)
                Console.WriteLine($"No agency yet. Set one up at {app.Address()}/ with the code in {SetupCode.FileIn(app.Options())}");
            Console.WriteLine($"Lapel is at {app.Address()}/");
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (FormatException wrong)
        {
            await Console.Error.WriteLineAsync(wrong.Message);
            return 2;
        }
        catch (Exception wrong) when (wrong is IOException or InvalidOperationException or InvalidDataException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"Lapel cannot start: {wrong.Message}");
            return 1;
        }
    }

    /// <summary>Opens every agency and listens. Dispose what it returns to stop in order.</summary>
    public static async Task<WebApplication> Start(ServerOptions options, TimeProvider clock)
    {
        var app = Build(options, clock);
        try
        {
            var house = HouseLock.Take(options.Data);
            app.Lifetime.ApplicationStopped.Register(house.Dispose);
            await app.Services.GetRequiredService<Agencies>().OpenAll(CancellationToken.None);
            MapEverything(app);
            await app.StartAsync();
            return app;
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    static WebApplication Build(ServerOptions options, TimeProvider clock)
    {
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ApplicationName = typeof(LapelServer).Assembly.GetName().Name, ContentRootPath = AppContext.BaseDirectory }
        );
        builder.Logging.ClearProviders().AddSimpleConsole(line => line.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Parse(options.Bind), options.Port);
            kestrel.AddServerHeader = false;
        });

        var logs = LoggerFactory.Create(log => log.AddSimpleConsole(line => line.SingleLine = true).SetMinimumLevel(LogLevel.Warning));
        var folders = new HouseFolders(options.Data, options.Keys, options.Records);
        var parts = new AgencyParts(logs);
        RecordsModule.AddParts(parts, folders, options.WitnessAddresses(), clock);
        RosterModule.AddParts(parts, clock);
        EvidenceModule.AddParts(parts);
        IngestModule.AddParts(parts, clock, options.ReserveBytes);
        RenditionsModule.AddParts(parts);

        var migrations = new Migrations()
            .Of(typeof(RecordsModule).Assembly)
            .Of(typeof(RosterModule).Assembly)
            .Of(typeof(EvidenceModule).Assembly)
            .Of(typeof(IngestModule).Assembly);

        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(clock);
        builder.Services.AddSingleton(_ => new Agencies(folders, parts, migrations));
        builder.Services.AddHostedService<AgencyLoops>();
        builder.Services.AddAgencyParts(parts);
        builder.Services.ConfigureHttpJsonOptions(json => LapelJson.Configure(json.SerializerOptions));
        builder.Services.AddOpenApi();
        builder.AddLook();
        builder.Services.AddAntiforgery(form => form.Cookie.SameSite = SameSiteMode.Strict);
        builder.Services.AddScoped<ISurroundings, Around>();
        builder.Services.AddSingleton(Health.Navigation);
        RosterModule.AddServices(builder.Services);
        IngestModule.ConfigureServer(builder);
        return builder.Build();
    }

    static void MapEverything(WebApplication app)
    {
        var agencies = app.Services.GetRequiredService<Agencies>();
        app.UseLook();
        app.UseProblems();
        app.UseAgencies(agencies);
        app.UseRouting();
        app.UseGate();
        app.UseAntiforgery();

        Founding.Map(app);
        RosterModule.Map(app);
        EvidenceModule.Map(app);
        IngestModule.Map(app);
        RenditionsModule.Map(app);
        LogRoutes.Map(app);
        Events.Map(app);
        Health.Map(app);
        app.MapOpenApi("/api/v1/openapi.json");
        app.MapFallback(Problems.NotFound);
    }

    public static string Address(this WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    static ServerOptions Options(this WebApplication app) => app.Services.GetRequiredService<ServerOptions>();
}
