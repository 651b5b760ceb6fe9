using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Ingest;

/// <param name="Model">What the browser says that it is, for people who look at the list of cameras.</param>
public sealed record ExpectPhone(string Model);

/// <param name="Code">Enrols this camera once, as every camera's does.</param>
public sealed record PhoneExpected(Camera Camera, string Code);

/// <summary>
/// The one request that a phone makes as its officer, to become a camera. Everything after it goes the way of every camera: enrolment,
/// sessions, uploads, admission.
/// </summary>
static class PhoneRoutes
{
    const int LongestModel = 120;

    /// <summary>Where its page is: on the officer's own, beside live help.</summary>
    public static readonly DutyPart Part = new(typeof(PhonePart), Permission.RecordByPhone);

    public static void Map(RouteGroupBuilder api) => api.MapPost("/phones", Expect).Needs(Permission.RecordByPhone);

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
