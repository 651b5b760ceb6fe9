using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Ingest;

/// <param name="Model">What the browser says that it is, for people who look at the list of cameras.</param>
public sealed record ExpectPhone(string Model);

/// <param name="Code">Enrols this camera once, as every camera's does.</param>
public sealed record PhoneExpected(Camera Camera, string Code);

/// <summary>
/// The page on which an officer's phone is a camera, and the one request that it makes as that officer. Everything after it goes the way
/// of every camera: enrolment, sessions, uploads, admission.
/// </summary>
static class PhoneRoutes
{
    const int LongestModel = 120;

    public static readonly NavItem Navigation = new(
        "Record by phone",
        "phone",
        "camera",
        8,
        Words<Permission>.Of(Permission.RecordByPhone)
    );

    public static void Map(IEndpointRouteBuilder app, RouteGroupBuilder api)
    {
        app.MapGet("/phone", Show).Needs(Permission.RecordByPhone).ExcludeFromDescription();
        api.MapPost("/phones", Expect).Needs(Permission.RecordByPhone);
    }

    static async Task<IResult> Show(HttpContext http, Viewer viewer, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        var officer = viewer.Account.Officer is { } own ? await Officers.Find(reading, own, stop) : null;
        // Camera and microphone for this page alone, and for no frame in it.
        http.Response.Headers["Permissions-Policy"] = "camera=(self), microphone=(self), geolocation=(self), screen-wake-lock=(self)";
        return Page.Of<PhonePage>(new { Officer = officer?.Ref, Agency = http.Request.PathBase.ToUriComponent() });
    }

    static async Task<IResult> Expect(ExpectPhone ask, Viewer viewer, AgencyRecords records, CancellationToken stop)
    {
        if (viewer.Account.Officer is not { } officer)
            return new Refused(Phones.NoOfficer);
        if (ask.Model.Trim() is not { Length: > 0 and <= LongestModel } model)
            return new Refused(new("model-unreadable", $"Say what phone it is, in at most {LongestModel} characters."));
        try
        {
            await using var work = await records.Begin(viewer.Actor, stop);
            var (camera, code) = await Phones.Expect(work, officer, model, stop);
            await work.Commit(stop);
            return TypedResults.Created($"cameras/{camera.Id}", new PhoneExpected(camera, code.ToString()));
        }
        catch (RefusedException refused)
        {
            return new Refused(refused.Refusal);
        }
    }
}
