using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Lapel.Roster;

/// <summary>Who belongs where, wears what and may do what. The server calls these in this order, and <see cref="Gate.UseGate"/>.</summary>
public static class RosterModule
{
    /// <summary>Per agency.</summary>
    /// <param name="sightings">Who knows when a camera was last seen.</param>
    /// <param name="line">Who has something to show of a camera on a page of its own.</param>
    public static void AddParts(
        AgencyParts parts,
        TimeProvider clock,
        AskSightings? sightings = null,
        AskCameraLine? line = null
    ) => parts.Add(_ => new Clock(clock)).Add(_ => new SignInLimits(clock)).Add(_ => new CameraElsewhere(sightings, line));

    /// <summary>Per request: who asks. Only routes that need a sign-in may ask for it.</summary>
    public static void AddServices(IServiceCollection services)
    {
        services.AddScoped(s =>
            s.GetRequiredService<IHttpContextAccessor>().HttpContext?.FindViewer()
            ?? throw new InvalidOperationException("Nobody is signed in, and the route did not say that it needs somebody.")
        );
        foreach (var item in Navigation)
            services.AddSingleton(item);
    }

    /// <summary>What the roles may do, and the first administrator.</summary>
    public static async Task Found(Work work, string administratorName, NewPassword administratorPassword, CancellationToken stop)
    {
        await Roles.Seed(work, stop);
        await Accounts.First(work, administratorName, administratorPassword, stop);
    }

    /// <summary>Whenever an agency is opened, after its migrations: permissions that are new in this version are handed out, once.</summary>
    public static async Task Prepare(AgencyRecords records, CancellationToken stop)
    {
        await using var work = await records.Begin(Actor.System("roster"), stop);
        await Roles.Seed(work, stop);
        await work.Commit(stop);
    }

    /// <summary>API and pages.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/v1").AddEndpointFilter(AnswerRefusals);
        SignInRoutes.Map(app, api);
        MyAccountRoutes.Map(app, api);
        AccountRoutes.Map(app, api);
        RoleRoutes.Map(app, api);
        RosterRoutes.Map(app, api);
        OfficerRoutes.Map(app, api);
        CameraRoutes.Map(app, api);
        DockRoutes.Map(app, api);
        AssignmentRoutes.Map(app, api);
    }

    static readonly NavItem[] Navigation =
    [
        new("Roster", "roster", "users", 60, Words<Permission>.Of(Permission.SeeRoster), "Programme"),
        new("Cameras and docks", "cameras", "camera", 70, Words<Permission>.Of(Permission.SeeCameras), "Programme"),
        new("Accounts", "accounts", "key", 80, Words<Permission>.Of(Permission.SeeAccounts), "Programme"),
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
