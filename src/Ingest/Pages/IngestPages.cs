using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Ingest;

/// <summary>One upload as people see it: no pictures, only who sends how much.</summary>
/// <param name="DoneBytes">In the file at this moment.</param>
/// <param name="Stalled">Nothing has come for a minute, and bytes are missing.</param>
public sealed record UploadInProgress(
    UploadId Id,
    CameraId Camera,
    string CameraSerial,
    RecordingId Recording,
    int Number,
    bool Urgent,
    long DoneBytes,
    long? LengthBytes,
    UploadState State,
    bool Stalled,
    Instant TouchedAt,
    Instant? ExpiresAt
);

/// <summary>What people see of ingest: uploads in progress, quarantine, remarks. Each page and the API give the same facts.</summary>
static class IngestPages
{
    const int MostUploads = 200;
    const int MostRemarks = 50;
    static readonly Duration StalledAfter = Duration.FromMinutes(1);

    public static readonly NavItem[] Navigation =
    [
        new("Uploads", "uploads", "upload", 30, Words<Permission>.Of(Permission.SeeUploads), "Evidence"),
        new("Quarantine", "quarantine", "shield", 40, Words<Permission>.Of(Permission.SeeQuarantine), "Evidence"),
    ];

    public static void Map(IEndpointRouteBuilder app, RouteGroupBuilder api)
    {
        app.MapGet("/uploads", UploadsPage).Needs(Permission.SeeUploads).ExcludeFromDescription();
        app.MapGet("/quarantine", QuarantinePage).Needs(Permission.SeeQuarantine).ExcludeFromDescription();
        app.MapGet("/quarantine/{id}", QuarantinedPage).Needs(Permission.SeeQuarantine).ExcludeFromDescription();
        app.MapPost("/quarantine/{id}/try-again", TryAgainByForm)
            .Needs(Permission.DecideQuarantine)
            .WithMetadata(new RequireAntiforgeryTokenAttribute())
            .ExcludeFromDescription();

        api.MapGet("/uploads", AllUploads).Needs(Permission.SeeUploads);
        api.MapGet("/quarantine", AllQuarantined).Needs(Permission.SeeQuarantine);
        api.MapGet("/quarantine/{id}", OneQuarantined).Needs(Permission.SeeQuarantine);
        api.MapPost("/quarantine/{id}/try-again", TryAgain).Needs(Permission.DecideQuarantine);
        api.MapGet("/admission-remarks", AllRemarks).Needs(Permission.SeeQuarantine);
    }

    static async Task<IReadOnlyList<UploadInProgress>> Waiting(
        Reading reading,
        Uploads uploads,
        Instant now,
        CancellationToken stop
    )
    {
        var waiting = await UploadRows.Waiting(reading, MostUploads, stop);
        var serials = new Dictionary<CameraId, string>();
        foreach (var camera in waiting.Select(upload => upload.Camera).Distinct())
            if (await Cameras.Find(reading, camera, stop) is { } known)
                serials.Add(camera, known.Serial);
        return
        [
            .. from upload in waiting
            orderby upload.State, upload.Urgent descending, upload.TouchedAt descending
            select new UploadInProgress(
                upload.Id,
                upload.Camera,
                serials.GetValueOrDefault(upload.Camera, "unknown"),
                upload.Recording,
                upload.Number,
                upload.Urgent,
                uploads.OffsetNow(upload),
                upload.LengthBytes,
                upload.State,
                upload.IsOpen && now - upload.TouchedAt > StalledAfter,
                upload.TouchedAt,
                upload.IsOpen ? upload.ExpiresAt : null
            ),
        ];
    }

    static async Task<IResult> AllUploads([AsParameters] Desk desk, Uploads uploads, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return TypedResults.Json(new { items = await Waiting(reading, uploads, desk.Now, stop) }, LapelJson.Lenient);
    }

    static async Task<IResult> UploadsPage([AsParameters] Desk desk, Uploads uploads, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return Page.Of<UploadsPage>(
            new
            {
                Uploads = await Waiting(reading, uploads, desk.Now, stop),
                Room = await uploads.Room(reading, stop),
                uploads.Settings,
            }
        );
    }

    static async Task<IResult> AllQuarantined(string? after, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        var page = await Quarantine.Page(reading, await Last(reading, after, stop), stop);
        return TypedResults.Json(
            new { items = page, next = page.Count < Quarantine.PageSize ? null : page[^1].Id.Text },
            LapelJson.Lenient
        );
    }

    static async Task<IResult> QuarantinePage(string? after, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        var before = await Last(reading, after, stop);
        return Page.Of<QuarantinePage>(
            new
            {
                Rows = await Quarantine.Page(reading, before, stop),
                First = before is null,
                Remarks = before is null ? await Remarks.Newest(reading, MostRemarks, stop) : [],
            }
        );
    }

    static async Task<Quarantined?> Last(Reading reading, string? after, CancellationToken stop) =>
        Id<Quarantined>.TryParse(after, null, out var id) ? await Quarantine.Find(reading, id, stop) : null;

    static async Task<IResult> OneQuarantined(Id<Quarantined> id, AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return await Quarantine.Find(reading, id, stop) is { } found
            ? TypedResults.Json(
                new { quarantined = found, clips = await Quarantine.ClipsOf(reading, id, stop) },
                LapelJson.Lenient
            )
            : new Refused(WhoMay.Nothing);
    }

    static async Task<IResult> QuarantinedPage(Id<Quarantined> id, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        return await Quarantine.Find(reading, id, stop) is { } found
            ? Page.Of<QuarantinedPage>(
                new
                {
                    Row = found,
                    Clips = await Quarantine.ClipsOf(reading, id, stop),
                    MayDecide = desk.Viewer.May(Permission.DecideQuarantine),
                    Tried = desk.Http.Request.Query["tried"] == "refused",
                }
            )
            : throw new RefusedException(WhoMay.Nothing);
    }

    static async Task<IResult> TryAgain(
        Id<Quarantined> id,
        [AsParameters] Desk desk,
        Admissions admissions,
        CancellationToken stop
    ) =>
        await admissions.TryAgain(id, desk.Viewer.Actor, stop) switch
        {
            Admitted.WithReceipt admitted => TypedResults.Json(new { admitted.Recording, admitted.Receipt }, LapelJson.Lenient),
            Admitted.Waiting waiting => new Refused(waiting.Refusal, new { missing = waiting.Missing }),
            Admitted.Refused refused => new Refused(
                refused.Refusal,
                new { why = refused.Refusal.Sentence, quarantine = refused.Quarantine.Text }
            ),
            _ => new Refused(WhoMay.Nothing),
        };

    static async Task<IResult> TryAgainByForm(
        Id<Quarantined> id,
        Form form,
        [AsParameters] Desk desk,
        Admissions admissions,
        CancellationToken stop
    )
    {
        _ = form; // it has no fields; binding it has checked the page's antiforgery token
        var start = desk.Http.Request.PathBase.ToUriComponent();
        return await admissions.TryAgain(id, desk.Viewer.Actor, stop) switch
        {
            Admitted.WithReceipt admitted when desk.Viewer.May(Permission.SeeAllRecordings) => TypedResults.LocalRedirect(
                $"{start}/recordings/{admitted.Recording}"
            ),
            Admitted.Refused or Admitted.Waiting => TypedResults.LocalRedirect($"{start}/quarantine/{id}?tried=refused"),
            _ => TypedResults.LocalRedirect($"{start}/quarantine/{id}"),
        };
    }

    static async Task<IResult> AllRemarks(AgencyRecords records, CancellationToken stop)
    {
        await using var reading = await records.Read(stop);
        return TypedResults.Json(new { items = await Remarks.Newest(reading, MostRemarks, stop) }, LapelJson.Lenient);
    }
}
