using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Evidence;

/// <summary>The API of recordings: the list, one of them, and what proves it.</summary>
static class RecordingRoutes
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/recordings", List).NeedsSignIn();
        api.MapGet("/recordings/{id}", One).NeedsSignIn();
        api.MapGet("/recordings/{id}/manifest", Manifest).NeedsSignIn();
        api.MapGet("/recordings/{id}/receipt", Receipt).NeedsSignIn();
        api.MapGet("/recordings/{id}/custody", Custody).NeedsSignIn();
        api.MapPost("/recordings/{id}/verify", Verify).DisableAntiforgery().Needs(Permission.VerifyRecordings);
        api.MapGet("/recordings/{id}/grants", Grants).Needs(Permission.GrantAccess);
        api.MapPost("/recordings/{id}/grants", Give).DisableAntiforgery().Needs(Permission.GrantAccess);
        api.MapPost("/recordings/{id}/grants/{number:long}/revoke", Revoke).DisableAntiforgery().Needs(Permission.GrantAccess);
    }

    public sealed record ListAnswer(IReadOnlyList<Recording> Recordings, string? Newer, string? Older);

    static async Task<IResult> List([AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var (query, refusal) = await RecordingQuery.Read(desk.Http.Request, reading, desk.Agency.Profile, stop);
        if (query is null)
            return new Refused(refusal!);
        var page = await query.Run(reading, desk.Viewer, desk.Now, stop);
        return Json(desk.Http, new ListAnswer(page.Rows, page.Newer?.ToString(), page.Older?.ToString()));
    }

    /// <summary>The recording, its clips, and of its manifest what is shown: states, bookmarks, positions.</summary>
    public sealed record OneAnswer(
        Recording Recording,
        IReadOnlyList<Clip> Clips,
        IReadOnlyList<StateSpan> States,
        IReadOnlyList<Bookmark> Bookmarks,
        IReadOnlyList<Position> Positions,
        ClockReading? Clock,
        string Software
    );

    static Task<IResult> One(RecordingId id, [AsParameters] Desk desk, CancellationToken stop) =>
        Seeing(
            id,
            desk,
            stop,
            async (reading, recording) =>
            {
                var kept = (await AdmittedManifests.Of(reading, id, stop))!;
                var (_, manifest) = SignedManifest.Read(kept.Envelope);
                var clips = await Clips.Of(reading, id, stop);
                return Json(
                    desk.Http,
                    new OneAnswer(
                        recording,
                        clips,
                        manifest.States,
                        manifest.Bookmarks,
                        manifest.Positions,
                        manifest.Clock,
                        manifest.Software
                    )
                );
            }
        );

    /// <summary>The envelope's bytes, exactly as the camera sent them.</summary>
    static Task<IResult> Manifest(RecordingId id, [AsParameters] Desk desk, CancellationToken stop) =>
        Seeing(
            id,
            desk,
            stop,
            async (reading, _) =>
            {
                desk.Http.Response.Headers.CacheControl = "private, no-store";
                var kept = (await AdmittedManifests.Of(reading, id, stop))!;
                desk.Http.Response.Headers.ETag = $"\"{kept.Digest.Hex}\"";
                return TypedResults.Bytes(kept.Envelope, "application/json");
            }
        );

    static async Task<IResult> Receipt(RecordingId id, [AsParameters] Desk desk, CustodyLog log, CancellationToken stop)
    {
        long? arrival = null;
        var refusal = await Seeing(
            id,
            desk,
            stop,
            async (reading, _) =>
            {
                arrival = await reading.One(
                    "SELECT arrival FROM custody_entry WHERE recording = @id AND kind = 'recording.admitted' ORDER BY arrival LIMIT 1",
                    new { id },
                    row => (long?)row.Number("arrival"),
                    stop
                );
                return TypedResults.Empty;
            }
        );
        return arrival is null ? refusal : Json(desk.Http, await log.ReceiptOf(arrival.Value, stop));
    }

    /// <param name="Position">Place in the custody log, from 0; none while it is on its way in.</param>
    /// <param name="Words">After the actor's name.</param>
    public sealed record CustodyLine(long? Position, Instant At, Actor Actor, string Words, string? Text, CustodyEvent Event);

    static Task<IResult> Custody(RecordingId id, [AsParameters] Desk desk, CancellationToken stop) =>
        Seeing(
            id,
            desk,
            stop,
            async (reading, _) =>
                Json(desk.Http, new { events = (await CustodyLog.About(reading, id, stop)).Select(ToLine).ToList() })
        );

    internal static CustodyLine ToLine(LoggedEntry logged)
    {
        var words = CustodySentences.Of(logged.Entry.Event);
        return new(
            logged.Position < 0 ? null : logged.Position,
            logged.Entry.At,
            logged.Entry.Actor,
            words.Title,
            words.Text,
            logged.Entry.Event
        );
    }

    /// <summary>Streams the checks as lines of JSON while they are made, then puts the outcome in the custody log.</summary>
    static async Task<IResult> Verify(RecordingId id, [AsParameters] Desk desk, Verification verification, CancellationToken stop)
    {
        Verification.Held held;
        await using (var reading = await desk.Records.Read(stop))
        {
            var (recording, refusal) = await Access.Ask(reading, desk.Viewer, id, Act.Verify, desk.Now, stop);
            if (recording is null)
                return new Refused(refusal!);
            held = await Verification.Gather(reading, recording, stop);
        }
        desk.Http.Response.ContentType = "application/x-ndjson";
        desk.Http.Response.Headers.CacheControl = "no-store";
        LogCheck? firstBroken = null;
        foreach (var check in verification.Check(held, stop))
        {
            if (!check.Passed)
                firstBroken ??= check;
            await Line(
                new
                {
                    name = check.Name,
                    ok = check.Passed,
                    text = check.WhyNot ?? check.What,
                }
            );
        }
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        work.Append(new CustodyEvent.RecordingVerified(id, firstBroken is null, firstBroken?.Name), id);
        await work.Commit(stop);
        return TypedResults.Empty;

        async Task Line(object line)
        {
            await desk.Http.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(line, LapelJson.Lenient), stop);
            await desk.Http.Response.Body.WriteAsync("\n"u8.ToArray(), stop);
            await desk.Http.Response.Body.FlushAsync(stop);
        }
    }

    static async Task<IResult> Grants(RecordingId id, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var reading = await desk.Records.Read(stop);
        var (recording, refusal) = await Access.Ask(reading, desk.Viewer, id, Act.Grant, desk.Now, stop);
        return recording is null
            ? new Refused(refusal!)
            : Json(desk.Http, new { grants = await AccessGrants.Of(reading, id, stop) });
    }

    /// <param name="Account">Id or name of who may see it.</param>
    public sealed record GiveAsk(string Account, string Reason, Instant? Until = null);

    static async Task<IResult> Give(RecordingId id, GiveAsk ask, [AsParameters] Desk desk, CancellationToken stop)
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        await Access.Require(work, desk.Viewer, id, Act.Grant, work.Now, stop);
        var to = await FindAccount(work, ask.Account, stop);
        var grant = await AccessGrants.Give(work, desk.Viewer.Account.Id, to, id, ask.Reason, ask.Until, stop);
        await work.Commit(stop);
        desk.Http.Response.StatusCode = StatusCodes.Status201Created;
        return Json(desk.Http, grant, StatusCodes.Status201Created);
    }

    internal static async Task<Account?> FindAccount(Reading reading, string? idOrName, CancellationToken stop) =>
        AccountId.TryParse(idOrName, null, out var id)
            ? await Accounts.Find(reading, id, stop)
            : await Accounts.FindByName(reading, idOrName ?? "", stop);

    public sealed record RevokeAsk(string Reason);

    static async Task<IResult> Revoke(
        RecordingId id,
        long number,
        RevokeAsk ask,
        [AsParameters] Desk desk,
        CancellationToken stop
    )
    {
        await using var work = await desk.Records.Begin(desk.Viewer.Actor, stop);
        await Access.Require(work, desk.Viewer, id, Act.Grant, work.Now, stop);
        await AccessGrants.Revoke(work, desk.Viewer.Account.Id, id, number, ask.Reason, stop);
        await work.Commit(stop);
        return TypedResults.NoContent();
    }

    static async Task<IResult> Seeing(
        RecordingId id,
        Desk desk,
        CancellationToken stop,
        Func<Reading, Recording, Task<IResult>> answer
    )
    {
        await using var reading = await desk.Records.Read(stop);
        var (recording, refusal) = await Access.Ask(reading, desk.Viewer, id, Act.See, desk.Now, stop);
        return recording is null ? new Refused(refusal!) : await answer(reading, recording);
    }

    static IResult Json<T>(HttpContext http, T answer, int status = StatusCodes.Status200OK)
    {
        http.Response.Headers.CacheControl = "private, no-store";
        return TypedResults.Json(answer, LapelJson.Lenient, statusCode: status);
    }
}
