using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Renditions;

/// <summary>
/// The renditions over HTTP. Filmstrip, waveform and proxy are looked at within a viewing, like the original. Thumbnails, eight small
/// pictures for lists, ask the same Access decision and are not a look of their own: a list would otherwise write fifty events that
/// say nothing each time it is scrolled.
/// </summary>
static class RenditionRoutes
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet(
                "/recordings/{id}/thumbnails",
                (RecordingId id, Asking asking) => asking.Seen(id, RenditionFiles.Thumbnails, Json)
            )
            .NeedsSignIn();
        api.MapGet(
                "/recordings/{id}/thumbnails.jpg",
                (RecordingId id, Asking asking) => asking.Seen(id, RenditionFiles.Thumbnails, Picture)
            )
            .NeedsSignIn();
        api.MapGet(
                "/recordings/{id}/filmstrip",
                (RecordingId id, Asking asking) => asking.Viewed(id, RenditionFiles.Filmstrip, Json)
            )
            .NeedsSignIn();
        api.MapGet(
                "/recordings/{id}/filmstrip.jpg",
                (RecordingId id, Asking asking) => asking.Viewed(id, RenditionFiles.Filmstrip, Picture)
            )
            .NeedsSignIn();
        api.MapGet(
                "/recordings/{id}/waveform",
                (RecordingId id, Asking asking) => asking.Viewed(id, RenditionFiles.Waveform, Whole)
            )
            .NeedsSignIn();
        api.MapMethods("/recordings/{id}/clips/{number:int}/proxy", ["GET", "HEAD"], ProxyMedia).NeedsSignIn();
        api.MapPost("/recordings/{id}/renditions/rebuild", Rebuild).DisableAntiforgery().Needs(Permission.VerifyRecordings);
    }

    static readonly Refusal NotMade = new(
        "rendition-not-made",
        "This is not made yet, or there is nothing to make it of.",
        RefusalKind.NotFound
    );

    /// <summary>What every answer here needs from its request.</summary>
    public sealed record Asking(
        HttpContext Http,
        Viewer Viewer,
        AgencyRecords Records,
        RenditionFiles Files,
        TimeProvider Clock,
        string? Viewing
    )
    {
        public static ValueTask<Asking?> BindAsync(HttpContext http)
        {
            T Ask<T>()
                where T : notnull => (T)http.RequestServices.GetService(typeof(T))!;
            return ValueTask.FromResult<Asking?>(
                new(
                    http,
                    Ask<Viewer>(),
                    Ask<AgencyRecords>(),
                    Ask<RenditionFiles>(),
                    Ask<TimeProvider>(),
                    http.Request.Query["viewing"]
                )
            );
        }

        public async Task<IResult> Seen(RecordingId id, string name, Func<Asking, byte[], IResult> answer)
        {
            var stop = Http.RequestAborted;
            await using var reading = await Records.Read(stop);
            var (recording, refusal) = await Access.Ask(reading, Viewer, id, Act.See, Clock.Now(), stop);
            return recording is null ? new Refused(refusal!) : Answer(id, name, await Clips.Of(reading, id, stop), answer);
        }

        public async Task<IResult> Viewed(RecordingId id, string name, Func<Asking, byte[], IResult> answer)
        {
            var stop = Http.RequestAborted;
            await using var reading = await Records.Read(stop);
            var (recording, refusal) = await Access.Ask(reading, Viewer, id, Act.Play, Clock.Now(), stop);
            if (recording is null)
                return new Refused(refusal!);
            return
                ViewingId.TryParse(Viewing, null, out var viewing)
                && await Viewings.Find(reading, viewing, Viewer, id, Clock.Now(), stop) is not null
                ? Answer(id, name, await Clips.Of(reading, id, stop), answer)
                : new Refused(Viewings.Closed);
        }

        IResult Answer(RecordingId id, string name, IReadOnlyList<Clip> clips, Func<Asking, byte[], IResult> answer)
        {
            // A page asks for the words of what may not be made yet; that is no failure, and its console stays quiet.
            IResult notMade = answer == Picture ? new Refused(NotMade) : TypedResults.NoContent();
            if (Files.TagOf(id, name) is not { } tag)
                return notMade;
            Http.Response.Headers.ETag = $"\"{tag}\"";
            Http.Response.Headers.CacheControl = "private, no-cache";
            if (Http.Request.Headers.IfNoneMatch.ToString() == $"\"{tag}\"")
                return TypedResults.StatusCode(StatusCodes.Status304NotModified);
            return Files.Read(id, name, clips) is { } bytes ? answer(this, bytes) : notMade;
        }
    }

    static IResult Json(Asking asking, byte[] packed)
    {
        var json = Making.Unpack(packed).Json;
        return TypedResults.Json(
            asking.Viewing is null ? json : json with { Sprite = $"{json.Sprite}?viewing={asking.Viewing}" },
            LapelJson.Lenient
        );
    }

    static IResult Picture(Asking asking, byte[] packed) => TypedResults.Bytes(Making.Unpack(packed).Jpeg, "image/jpeg");

    static IResult Whole(Asking asking, byte[] json) => TypedResults.Bytes(json, "application/json");

    static async Task<IResult> ProxyMedia(
        RecordingId id,
        int number,
        string? viewing,
        Viewer viewer,
        AgencyRecords records,
        IProxies proxies,
        RenditionFiles files,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        var (clip, look, refusal) = await MediaRoutes.Within(id, number, viewing, viewer, records, clock.Now(), stop);
        if (clip is null)
            return new Refused(refusal!);
        if (files.TagOf(id, RenditionFiles.Proxy(clip)) is not { } tag || proxies.IndexOf(clip) is not { } index)
            return new Refused(NotMade);
        return new ClearBytes(
            () => ((Proxies)proxies).Open(clip) ?? throw new ContentKeyMissingException(clip.Sealed),
            tag,
            "video/mp4",
            Served.Within(look!, clip, index, records)
        );
    }

    static async Task<IResult> Rebuild(
        RecordingId id,
        Viewer viewer,
        AgencyRecords records,
        RenditionFiles files,
        Jobs jobs,
        CancellationToken stop
    )
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        var (recording, refusal) = await Access.Ask(work, viewer, id, Act.Verify, work.Now, stop);
        if (recording is null)
            return new Refused(refusal!);
        files.Remove(id);
        await Jobs.Enqueue(work, Making.JobKind, id.Text, stop);
        await work.Commit(stop);
        jobs.Wake();
        return TypedResults.Accepted((string?)null);
    }
}
