using Lapel.Media;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MediaPlaylist = Lapel.Media.Playlist;

namespace Lapel.Evidence;

/// <summary>Playable copies of clips that browsers do not play as recorded; Renditions makes them.</summary>
public interface IProxies
{
    /// <summary>What is where in the proxy; none while it is not made.</summary>
    ClipIndex? IndexOf(Clip clip);
}

/// <summary>
/// Playing the original: a playlist of byte ranges over the clips, and the ranges, decrypted on their way out. Everything is asked
/// within a <see cref="Viewing"/>.
/// </summary>
public static class MediaRoutes
{
    internal static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/recordings/{id}/viewings", OpenViewing).DisableAntiforgery().NeedsSignIn();
        api.MapGet("/recordings/{id}/playlist.m3u8", Playlist).NeedsSignIn();
        api.MapMethods("/recordings/{id}/clips/{number:int}/media", ["GET", "HEAD"], Media).NeedsSignIn();
        api.MapMethods("/recordings/{id}/clips/{number:int}/sealed", ["GET", "HEAD"], Sealed).NeedsSignIn();
    }

    public sealed record OpenViewingAsk(string? Purpose = null);

    static async Task<IResult> OpenViewing(
        RecordingId id,
        OpenViewingAsk ask,
        Viewer viewer,
        AgencyRecords records,
        CancellationToken stop
    )
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        var (recording, refusal) = await Access.Ask(work, viewer, id, Act.Play, work.Now, stop);
        if (recording is null)
            return new Refused(refusal!);
        if (ViewingPurpose.WhyNotLook(viewer, recording, ask.Purpose) is { } purposeless)
            return new Refused(purposeless);
        var viewing = await Viewings.Open(work, viewer, id, Viewings.Page, ask.Purpose, stop);
        await work.Commit(stop);
        return TypedResults.Json(viewing, LapelJson.Lenient, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>Opening a playlist is what starts a playing: it writes the event, with the viewing it belongs to or a new one.</summary>
    static async Task<IResult> Playlist(
        RecordingId id,
        string? viewing,
        string? purpose,
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        IProxies proxies,
        CancellationToken stop
    )
    {
        IReadOnlyList<(Clip Clip, ClipIndex Index)> clips;
        Viewing open;
        await using (var work = await records.Begin(viewer.Actor, stop))
        {
            var (recording, refusal) = await Access.Ask(work, viewer, id, Act.Play, work.Now, stop);
            if (recording is null)
                return new Refused(refusal!);
            clips = await Clips.WithIndexes(work, id, stop);
            if (WhyNotPlay(clips, proxies) is { } notYet)
                return new Refused(notYet);
            if (viewing is null && ViewingPurpose.WhyNotLook(viewer, recording, purpose) is { } purposeless)
                return new Refused(purposeless);
            else if (viewing is null)
                open = await Viewings.Open(work, viewer, id, Viewings.Played, purpose, stop);
            else if (await FindViewing(work, viewing, viewer, id, work.Now, stop) is { } found)
                await Viewings.MarkPlayed(work, open = found, stop);
            else
                return new Refused(Viewings.Closed);
            await work.Commit(stop);
        }
        var pieces = clips
            .Select(c =>
                c.Index.IsBrowserPlayable ? new PlaylistClip(c.Clip.Number, c.Index, c.Clip.StartedAt) : OfProxy(c.Clip, proxies)
            )
            .Where(p => p.Index.Fragments.Count > 0)
            .ToList();
        http.Response.Headers.CacheControl = "private, no-store";
        return TypedResults.Text(
            MediaPlaylist.Write(
                pieces,
                piece =>
                    $"clips/{piece.Number}/{(clips.Single(c => c.Clip.Number == piece.Number).Index.IsBrowserPlayable ? "media" : "proxy")}?viewing={open.Id}"
            ),
            MediaPlaylist.ContentType
        );
    }

    static PlaylistClip OfProxy(Clip clip, IProxies proxies) => new(clip.Number, proxies.IndexOf(clip)!, clip.StartedAt);

    static Refusal? WhyNotPlay(IReadOnlyList<(Clip Clip, ClipIndex Index)> clips, IProxies proxies)
    {
        if (clips.All(c => c.Index.Tracks.Count == 0))
            return new(
                "nothing-to-play",
                "This recording has neither picture nor sound that can be played. It is kept as it is.",
                RefusalKind.Conflict
            );
        return clips.Any(c => !c.Index.IsBrowserPlayable && c.Index.Tracks.Count > 0 && proxies.IndexOf(c.Clip) is null)
            ? new(
                "proxy-not-made",
                "Browsers cannot play this recording as it is; a playable copy is being made. Try again in a few minutes.",
                RefusalKind.Conflict
            )
            : null;
    }

    static async Task<IResult> Media(
        RecordingId id,
        int number,
        string? viewing,
        Viewer viewer,
        AgencyRecords records,
        ClearClips clear,
        TimeProvider clock,
        CancellationToken stop
    )
    {
        var (clip, look, refusal) = await Within(id, number, viewing, viewer, records, clock.Now(), stop);
        return clip is null
            ? new Refused(refusal!)
            : new ClearBytes(
                () => clear.Open(clip),
                clip.Clear.Stated.Hex,
                "video/mp4",
                Served.Within(look!, clip, null, records)
            );
    }

    /// <summary>The clip, for somebody who may play it and has it open.</summary>
    public static async Task<(Clip? Clip, Viewing? Viewing, Refusal? Refusal)> Within(
        RecordingId id,
        int number,
        string? viewing,
        Viewer viewer,
        AgencyRecords records,
        Instant now,
        CancellationToken stop
    )
    {
        await using var reading = await records.Read(stop);
        var (recording, refusal) = await Access.Ask(reading, viewer, id, Act.Play, now, stop);
        if (recording is null)
            return (null, null, refusal);
        if (await FindViewing(reading, viewing, viewer, id, now, stop) is not { } look)
            return (null, null, Viewings.Closed);
        var clip = await Clips.Find(reading, id, number, stop);
        return clip is null ? (null, null, NoSuchClip) : (clip, look, null);
    }

    /// <summary>The bytes as the vault keeps them. Each answer is an export: the event is on disk before the first byte goes.</summary>
    static async Task<IResult> Sealed(
        RecordingId id,
        int number,
        string? purpose,
        HttpContext http,
        Viewer viewer,
        AgencyRecords records,
        IVault vault,
        CancellationToken stop
    )
    {
        await using var work = await records.Begin(viewer.Actor, stop);
        var (recording, refusal) = await Access.Ask(work, viewer, id, Act.Export, work.Now, stop);
        if (recording is null)
            return new Refused(refusal!);
        if (await Clips.Find(work, id, number, stop) is not { } clip)
            return new Refused(NoSuchClip);
        if (!vault.Holds(clip.Sealed))
            return new Refused(
                new("clip-missing", "The vault does not hold this clip any more. Verify the recording.", RefusalKind.Conflict)
            );
        http.Response.Headers.ETag = $"\"{clip.Sealed.Hex}\"";
        http.Response.Headers.CacheControl = "private, no-store";
        if (HttpMethods.IsHead(http.Request.Method))
        {
            http.Response.ContentLength = clip.SealedLengthBytes;
            http.Response.ContentType = "application/octet-stream";
            return TypedResults.Empty;
        }
        work.Append(new CustodyEvent.RecordingExported(id, $"clip {number}, sealed", Viewings.PurposeOf(purpose)), id);
        await work.Commit(stop);
        return TypedResults.Stream(new VaultStream(vault.Open(clip.Sealed)), "application/octet-stream", $"{clip.Id}.sealed");
    }

    static async Task<Viewing?> FindViewing(
        Reading reading,
        string? viewing,
        Viewer viewer,
        RecordingId recording,
        Instant now,
        CancellationToken stop
    ) => ViewingId.TryParse(viewing, null, out var id) ? await Viewings.Find(reading, id, viewer, recording, now, stop) : null;

    static readonly Refusal NoSuchClip = new("clip-not-found", "This recording has no such clip.", RefusalKind.NotFound);
}
