using Lapel.WebRtc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Live;

/// <summary>Everything of Live that the server names.</summary>
public static class LiveModule
{
    /// <param name="gateways">Gateways in processes of their own that carry the packets; none: this process does.</param>
    /// <param name="sources">How cameras that are not ours may stream; none: they do not.</param>
    /// <param name="recognise">Which camera makes a request, by the session it has with the server.</param>
    public static void AddParts(
        AgencyParts parts,
        TimeProvider clock,
        LiveGateway gateway,
        IReadOnlyList<Uri> gateways,
        SourceWays? sources,
        Func<Agency, HttpContext, CancellationToken, Task<(LiveCamera? Camera, Refusal? Refusal)>> recognise
    )
    {
        parts
            .Add(agency => LivePolicy.Of(agency.Folder))
            .Add(agency => new Outlines(agency.Folder))
            .Add(_ => new LiveSignals())
            .Add(agency => new LiveCameras((http, stop) => recognise(agency, http, stop)))
            .Add(agency => new Streaming(
                agency.Get<AgencyRecords>(),
                agency.Get<LivePolicy>(),
                agency.Get<LiveSignals>(),
                agency.Get<Pulse>()
            ))
            .Add(agency => new Helping(
                agency.Get<AgencyRecords>(),
                agency.Get<LivePolicy>(),
                agency.Get<LiveSignals>(),
                agency.Get<Pulse>()
            ))
            .Add(agency => new NoteKeys(agency.Folder))
            .Add(agency => new ClinicalNotes(agency.Folder, agency.Get<NoteKeys>(), clock))
            .Add(agency => new ClinicianSignIn(agency.Get<AgencyRecords>(), agency.Get<NoteKeys>(), clock))
            .Add(agency => new WebHook(agency, agency.Get<AgencyRecords>(), agency.Get<LivePolicy>(), clock))
            .Add(agency => new LiveKey(agency))
            .Add(agency => new OwnCarrier(agency.Profile.Slug, gateway))
            .Add(agency => new FarGateways(
                agency.Profile.Slug,
                gateways,
                agency.Get<LiveKey>(),
                clock,
                agency.Journal<FarGateways>()
            ))
            .Add(agency => new OnAir(
                agency,
                agency.Get<AgencyRecords>(),
                agency.Get<Streaming>(),
                agency.Get<LiveSignals>(),
                gateways.Count == 0 ? agency.Get<OwnCarrier>() : agency.Get<FarGateways>(),
                agency.Get<LiveKey>(),
                clock
            ))
            .Add(agency => new SourceSecrets(agency.Folder))
            .Add(agency => new SourcesAtWork(
                agency.Profile.Slug,
                sources,
                agency.Get<SourceSecrets>(),
                new(
                    agency.Get<AgencyRecords>(),
                    agency.Get<Streaming>(),
                    new(agency, agency.Get<OnAir>(), agency.Get<OwnCarrier>(), gateway),
                    clock,
                    agency.Journal<SourcesAtWork>()
                )
            ))
            .Add(agency => new SourceDesk(
                agency.Profile.Slug,
                agency.Get<AgencyRecords>(),
                agency.Get<SourceSecrets>(),
                agency.Get<SourcesAtWork>(),
                sources
            ))
            .Add(agency => new PushSender(agency.Folder, clock))
            .Add(agency => new PushRing(
                agency.Get<AgencyRecords>(),
                agency.Get<LivePolicy>(),
                agency.Get<PushSender>(),
                agency.Journal<PushRing>()
            ))
            .AddJob(agency => agency.Get<WebHook>())
            .AddJob(agency => agency.Get<PushRing>());
    }

    /// <summary>A camera's live source, for its page in the roster; none where it has none.</summary>
    public static async Task<CameraLine?> SourceOf(Reading reading, CameraId camera, CancellationToken stop) =>
        await LiveSources.Find(reading, camera, stop) is { } source
            ? new("Live source", Words<SourceKind>.Of(source.Kind).ToUpperInvariant(), "live/sources")
            : null;

    /// <summary>An agency's public key as its server answers it at <c>/live/gateway-key</c>.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static (string Agency, byte[] Spki) ReadGatewayKey(string text) => LiveKey.Parse(text.Trim());

    public static void AddServices(IServiceCollection services, LiveGateway gateway, SourceWays? sources)
    {
        services.AddSingleton(gateway);
        services.AddHostedService<LiveGatewayHost>();
        services.AddHostedService<LiveLoop>();
        if (sources?.Rtmp is { } rtmp)
        {
            services.AddSingleton(rtmp);
            services.AddHostedService<RtmpPortHost>();
        }
        services.AddHostedService<SourceLoop>();
        foreach (var item in sources is null ? Navigation : [.. Navigation, SourcesItem])
            services.AddSingleton(item);
        services.AddSingleton(
            new DemoDoor(
                "Health professional on call",
                "Has no account, only a personal link. Open this in another window, then ask for help as an officer.",
                "consult"
            )
        );
        LiveWords.Add();
    }

    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1").AddEndpointFilter(AnswerRefusals);
        CameraRoutes.Map(api);
        HelpRoutes.Map(app, api);
        WatchRoutes.Map(app, api);
        ConsultRoutes.Map(app, api);
        RotaRoutes.Map(app, api);
        SourceRoutes.Map(app, api);
        ClinicianDoor.Map(app);
        PushRoutes.Map(app);
        ClinicianRoutes.Map(app);
        app.MapGet("/live/gateway-key", (LiveKey key) => TypedResults.Text($"{key.Public}\n", "text/plain; charset=utf-8"))
            .OpenToAnyone("a public key opens nothing")
            .ExcludeFromDescription();
        if (app.ServiceProvider.GetRequiredService<LiveGateway>().Running is { } gateway)
            api.MapLive(gateway, new AgencyDoors())
                .OpenToAnyone("a live token guards it, and the records behind it")
                .ExcludeFromDescription();
    }

    static readonly NavItem[] Navigation =
    [
        new("Live", "live", "camera", 15, Words<Permission>.Of(Permission.WatchLive), "Live help"),
        new("Consults", "consults", "users", 16, Words<Permission>.Of(Permission.SeeConsults), "Live help"),
        new("Rota", "rota", "calendar", 17, Words<Permission>.Of(Permission.EditRota), "Live help"),
        new("On duty", "on-duty", "shield", 18, Words<Permission>.Of(Permission.SeeOwnRecordings), "Live help"),
    ];

    // Only where the server takes such streams. Whoever opens the page all the same is told how that is turned on.
    static readonly NavItem SourcesItem = new(
        "Live sources",
        "live/sources",
        "camera",
        19,
        Words<Permission>.Of(Permission.EditCameras),
        "Live help"
    );

    static async ValueTask<object?> AnswerRefusals(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (RefusedException refused)
        {
            return new Refused(refused.Refusal);
        }
    }
}
