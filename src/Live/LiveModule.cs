using Lapel.WebRtc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Live;

/// <summary>Everything of Live that the server names.</summary>
public static class LiveModule
{
    /// <param name="recognise">Which camera makes a request, by the session it has with the server.</param>
    public static void AddParts(
        AgencyParts parts,
        TimeProvider clock,
        LiveGateway gateway,
        Func<Agency, HttpContext, CancellationToken, Task<(LiveCamera? Camera, Refusal? Refusal)>> recognise
    )
    {
        parts
            .Add(agency => LivePolicy.Of(agency.Folder))
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
            .Add(agency => new OnAir(
                agency,
                agency.Get<AgencyRecords>(),
                agency.Get<Streaming>(),
                agency.Get<LiveSignals>(),
                gateway,
                clock
            ))
            .AddJob(agency => agency.Get<WebHook>());
    }

    public static void AddServices(IServiceCollection services, LiveGateway gateway)
    {
        services.AddSingleton(gateway);
        services.AddHostedService<LiveGatewayHost>();
        services.AddHostedService<LiveLoop>();
        foreach (var item in Navigation)
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
        ClinicianDoor.Map(app);
        ClinicianRoutes.Map(app);
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
