using System.Net;
using Lapel.Evidence;
using Lapel.Governance;
using Lapel.Ingest;
using Lapel.Live;
using Lapel.Records;
using Lapel.Renditions;
using Lapel.Roster;
using Lapel.Web;
using Lapel.WebRtc;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.HttpOverrides;

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
            if (args is ["fsck", .. var rest])
                return await FsckCommand.Run(rest);
            if (args is ["gateway", .. var alone])
                return await GatewayCommand.Run(alone);
            var options = ServerOptions.Read(args);
            await using var app = await Start(options, TimeProvider.System);
            if (app.Services.GetRequiredService<Agencies>().All.Count == 0)
                Console.WriteLine($"No agency yet. Set one up at {app.Address()}/ with the code in {SetupCode.FileIn(options)}");
            Console.WriteLine($"Lapel is at {app.Address()}/");
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (FormatException wrong)
        {
            await Console.Error.WriteLineAsync(wrong.Message);
            return 2;
        }
        catch (Exception wrong)
            when (wrong is IOException or InvalidOperationException or InvalidDataException or UnauthorizedAccessException)
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
            SetupCode.ReadOrMake(options);
            var agencies = app.Services.GetRequiredService<Agencies>();
            await agencies.OpenAll(CancellationToken.None);
            foreach (var agency in agencies.All)
                await RosterModule.Prepare(agency.Get<AgencyRecords>(), CancellationToken.None);
            if (options.Gateways.Count == 0)
                app.Services.GetRequiredService<LiveGateway>().Open();
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
            new WebApplicationOptions
            {
                ApplicationName = typeof(LapelServer).Assembly.GetName().Name,
                ContentRootPath = AppContext.BaseDirectory,
            }
        );
        builder
            .Logging.ClearProviders()
            .AddSimpleConsole(line => line.SingleLine = true)
            .SetMinimumLevel(LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Error) // it warns of every page that says no-store itself
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error); // it warns that form keys are not encrypted at rest
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Parse(options.Bind), options.Port);
            kestrel.AddServerHeader = false;
        });

        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(clock);
        var logs = LoggerFactory.Create(log =>
            log.AddSimpleConsole(line => line.SingleLine = true).SetMinimumLevel(LogLevel.Warning)
        );
        var live = Gateway(options, clock);
        var sources = options.Sources(clock);
        var parts = Parts(options, clock, logs, live, sources);
        builder.Services.AddSingleton(_ => new Agencies(Folders(options), parts, Migrations()));
        builder.Services.AddHostedService<AgencyLoops>();
        builder.Services.AddAgencyParts(parts);
        builder.Services.ConfigureHttpJsonOptions(json => LapelJson.Configure(json.SerializerOptions));
        ApiDescription.AddServices(builder.Services);
        builder.Services.Configure<RouteOptions>(routes =>
            routes.SetParameterPolicy<Microsoft.AspNetCore.Routing.Constraints.RegexInlineRouteConstraint>("regex")
        );
        builder.AddLook();
        // The keys of form tokens, and of nothing else: with the rest of what lasts, not in somebody's home folder.
        builder
            .Services.AddDataProtection()
            .SetApplicationName("lapel")
            .PersistKeysToFileSystem(new(Path.Combine(options.Keys ?? options.Data, "forms")));
        builder.Services.AddAntiforgery(form => form.Cookie.SameSite = SameSiteMode.Strict);
        builder.Services.AddScoped<ISurroundings, Around>();
        builder.Services.AddSingleton(Health.Navigation);
        RosterModule.AddServices(builder.Services);
        EvidenceModule.AddServices(builder.Services);
        GovernanceModule.AddServices(builder.Services);
        LiveModule.AddServices(builder.Services, live, sources);
        IngestModule.ConfigureServer(builder);
        return builder.Build();
    }

    /// <summary>The agencies without the web: for commands that work on the folder itself.</summary>
    public static Agencies Agencies(ServerOptions options, TimeProvider clock, ILoggerFactory logs) =>
        new(Folders(options), Parts(options, clock, logs, Gateway(options, clock), sources: null), Migrations());

    static LiveGateway Gateway(ServerOptions options, TimeProvider clock)
    {
        var port = options.LivePort ?? (options.Port == 0 ? 0 : 8189);
        return new(
            new()
            {
                Bind = [IPAddress.Parse(options.Bind)],
                UdpPort = port,
                TcpPort = port,
                Turn = options.TurnServers(),
            },
            fallBack: options.LivePort is null,
            clock
        );
    }

    static HouseFolders Folders(ServerOptions options) => new(options.Data, options.Keys, options.Records);

    static AgencyParts Parts(
        ServerOptions options,
        TimeProvider clock,
        ILoggerFactory logs,
        LiveGateway live,
        SourceWays? sources
    )
    {
        var parts = new AgencyParts(logs);
        RecordsModule.AddParts(parts, Folders(options), options.WitnessAddresses(), clock);
        RosterModule.AddParts(parts, clock, CameraSessions.Sightings, LiveModule.SourceOf);
        EvidenceModule.AddParts(parts, IngestModule.FsckRound, GovernanceModule.FsckRound);
        IngestModule.AddParts(parts, clock, options.ReserveBytes);
        RenditionsModule.AddParts(parts);
        GovernanceModule.AddParts(parts, clock);
        LiveModule.AddParts(parts, clock, live, options.GatewayAddresses(), sources, WhichCamera);
        return parts;
    }

    // Live and Ingest do not know each other: this is where a camera's session with the one opens the other.
    static async Task<(LiveCamera?, Refusal?)> WhichCamera(Agency agency, HttpContext http, CancellationToken stop)
    {
        var (caller, refusal) = await agency.Get<CameraSessions>().Recognise(http, stop);
        return (caller is null ? null : new(caller.Id, caller.Actor), refusal);
    }

    // In the order of the references between modules: later tables refer to earlier ones.
    static Migrations Migrations() =>
        new Migrations()
            .Of(typeof(RecordsModule).Assembly)
            .Of(typeof(RosterModule).Assembly)
            .Of(typeof(EvidenceModule).Assembly)
            .Of(typeof(IngestModule).Assembly)
            .Of(typeof(GovernanceModule).Assembly)
            .Of(typeof(LiveModule).Assembly);

    static void MapEverything(WebApplication app)
    {
        var agencies = app.Services.GetRequiredService<Agencies>();
        app.UseProxies(app.Services.GetRequiredService<ServerOptions>());
        app.UseLook([
            .. app
                .Services.GetRequiredService<ServerOptions>()
                .GatewayAddresses()
                .Select(g => g.GetLeftPart(UriPartial.Authority)),
        ]);
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
        GovernanceModule.Map(app);
        LiveModule.Map(app);
        LogRoutes.Map(app);
        Events.Map(app);
        Health.Map(app);
        ApiDescription.Map(app);
        const string Nothing = "it says that there is nothing";
        app.MapFallback("{**path}", Problems.NotFound).OpenToAnyone(Nothing).OutsideAgencies(Nothing);
    }

    /// <summary>Comes first: everything after it sees the client, and not the proxy.</summary>
    static void UseProxies(this WebApplication app, ServerOptions options)
    {
        if (options.Proxies() is not { Count: > 0 } proxies)
            return;
        var headers = new ForwardedHeadersOptions
        {
            ForwardedHeaders =
                ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
            ForwardLimit = proxies.Count,
        };
        headers.KnownIPNetworks.Clear(); // loopback would be believed by default
        headers.KnownProxies.Clear();
        foreach (var proxy in proxies)
            headers.KnownIPNetworks.Add(proxy);
        app.UseForwardedHeaders(headers);
    }

    public static string Address(this WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
}
