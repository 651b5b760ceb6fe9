using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Lapel.WebRtc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Live;

/// <summary>
/// WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep) over a <see cref="Gateway"/>: POST an offer, PATCH candidates or an ICE restart, DELETE to
/// leave. Any conforming client works; any conforming server can take this one's place.
/// </summary>
public static class WhipRoutes
{
    const string Sdp = "application/sdp";
    const string Fragment = "application/trickle-ice-sdpfrag";
    const int MostBodyBytes = Gateway.MostOfferCharacters;

    /// <summary>Maps <c>/live/whip/{stream}</c>, <c>/live/whep/{stream}</c> and their sessions <c>…/{stream}/{session}</c>.</summary>
    /// <returns>What was mapped, for conventions (who may use it).</returns>
    public static RouteGroupBuilder MapLive(this IEndpointRouteBuilder app, Gateway gateway, ILiveDoor door)
    {
        var live = app.MapGroup("/live");
        var sessions = new WhipSessions(gateway);
        foreach (var (name, role) in (ReadOnlySpan<(string, LiveRole)>)[("whip", LiveRole.Publish), ("whep", LiveRole.Watch)])
        {
            // One handler for every method, because a wrong method here has answers of its own (RFC 9725, 4.2).
            live.Map(
                $"/{name}/{{stream}}",
                (HttpContext http, string stream) => Endpoint(http, stream, role, gateway, door, sessions)
            );
            live.Map(
                $"/{name}/{{stream}}/{{session}}",
                (HttpContext http, string stream, string session) => Session(http, stream, session, role, gateway, door, sessions)
            );
        }
        return live;
    }

    static async Task Endpoint(
        HttpContext http,
        string stream,
        LiveRole role,
        Gateway gateway,
        ILiveDoor door,
        WhipSessions sessions
    )
    {
        Cors(http);
        switch (http.Request.Method)
        {
            case "OPTIONS":
                http.Response.Headers["Accept-Post"] = Sdp;
                http.Response.Headers.AccessControlAllowMethods = "OPTIONS, POST";
                // For whoever may come in, and not for those who ask whether they might: a TURN server is no open relay.
                if (
                    Bearer(http) is { } asking
                    && (await door.Ask(stream, role, asking, http, http.RequestAborted)).IsTaken(out var may, out _)
                )
                    IceServers(http, gateway.TurnFor(may.Lease));
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
            case "POST":
                await Begin(http, stream, role, gateway, door, sessions);
                return;
            default:
                http.Response.Headers.Allow = "OPTIONS, POST";
                await Refuse(http, new("live-method", "Send an offer by POST."), StatusCodes.Status405MethodNotAllowed);
                return;
        }
    }

    static async Task Begin(
        HttpContext http,
        string stream,
        LiveRole role,
        Gateway gateway,
        ILiveDoor door,
        WhipSessions sessions
    )
    {
        var bearer = Bearer(http);
        if (!(await door.Ask(stream, role, bearer, http, http.RequestAborted)).IsTaken(out var entry, out var closed))
        {
            await Refuse(http, closed);
            return;
        }
        if (!Accepts(http, Sdp))
        {
            await Refuse(http, new("live-answer-type", "The answer is application/sdp."), StatusCodes.Status406NotAcceptable);
            return;
        }
        if (await Body(http, Sdp) is not { } offer)
            return;
        var outcome =
            role == LiveRole.Publish
                ? gateway.Publish(entry.Stream, offer, entry.Lease)
                : gateway.Watch(entry.Stream, offer, entry.Lease);
        if (!outcome.IsTaken(out var answer, out var refusal))
        {
            // Draft WHEP: nothing to play is a conflict that passes; the client may come again.
            if (refusal.Kind is RefusalKind.Conflict or RefusalKind.TooMany)
                http.Response.Headers.RetryAfter = "1";
            await Refuse(http, refusal, refusal.Kind == RefusalKind.TooMany ? StatusCodes.Status503ServiceUnavailable : null);
            return;
        }
        sessions.Began(answer.Peer, bearer);
        IceServers(http, gateway.TurnFor(entry.Lease));
        http.Response.Headers.Location = $"{http.Request.PathBase}{http.Request.Path}/{answer.Peer}";
        http.Response.Headers.ETag = $"\"{answer.IceSession}\"";
        http.Response.Headers["Accept-Patch"] = Fragment;
        await Text(http, StatusCodes.Status201Created, Sdp, answer.Sdp);
    }

    static async Task Session(
        HttpContext http,
        string stream,
        string session,
        LiveRole role,
        Gateway gateway,
        ILiveDoor door,
        WhipSessions sessions
    )
    {
        Cors(http);
        var peer = new PeerId(session);
        if (http.Request.Method == "OPTIONS")
        {
            http.Response.Headers.AccessControlAllowMethods = "OPTIONS, PATCH, DELETE";
            http.Response.Headers["Accept-Patch"] = Fragment;
            http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }
        if (http.Request.Method is not ("PATCH" or "DELETE"))
        {
            http.Response.Headers.Allow = "OPTIONS, PATCH, DELETE";
            await Refuse(http, new("live-method", "A session takes PATCH and DELETE."), StatusCodes.Status405MethodNotAllowed);
            return;
        }
        // Whoever began it may go on with it, even when the token has run out since; anybody else needs a token for the same stream.
        if (!sessions.Began(peer).By(Bearer(http)))
        {
            if (!(await door.Ask(stream, role, Bearer(http), http, http.RequestAborted)).IsTaken(out var entry, out var closed))
            {
                await Refuse(http, closed);
                return;
            }
            if (gateway.StreamOf(peer) is { } key && key != entry.Stream)
            {
                await Refuse(http, new("live-session-gone", "There is no such live session.", RefusalKind.NotFound));
                return;
            }
        }
        if (gateway.IceSession(peer) is not { } iceSession)
            await Refuse(http, new("live-session-gone", "There is no such live session, or no longer.", RefusalKind.NotFound));
        else if (http.Request.Method == "DELETE")
        {
            gateway.End(peer);
            http.Response.StatusCode = StatusCodes.Status200OK;
        }
        else
            await Patch(http, peer, iceSession, gateway);
    }

    // RFC 9725, 4.3.1: the entity tag names the ICE session, and "*" asks for a new one.
    static async Task Patch(HttpContext http, PeerId peer, string iceSession, Gateway gateway)
    {
        var condition = http.Request.Headers.IfMatch.ToString();
        if (condition.Length == 0)
        {
            await Refuse(http, new("live-if-match", "PATCH needs If-Match."), StatusCodes.Status428PreconditionRequired);
            return;
        }
        if (condition != "*" && condition != $"\"{iceSession}\"")
        {
            await Refuse(
                http,
                new("live-ice-session", "This fragment is for an ICE session that is over."),
                StatusCodes.Status412PreconditionFailed
            );
            return;
        }
        if (await Body(http, Fragment) is not { } fragment)
            return;
        if (condition != "*")
        {
            if (gateway.Trickle(peer, fragment) is { } refusal)
                await Refuse(http, refusal);
            else
                http.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }
        if (!gateway.Restart(peer, fragment).IsTaken(out var restarted, out var no))
        {
            await Refuse(http, no);
            return;
        }
        http.Response.Headers.ETag = $"\"{restarted.IceSession}\"";
        await Text(http, StatusCodes.Status200OK, Fragment, restarted.SdpFragment);
    }

    static string? Bearer(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..].Trim() : null;
    }

    static bool Accepts(HttpContext http, string type)
    {
        var accept = http.Request.Headers.Accept.ToString();
        return accept.Length == 0
            || accept
                .Split(',', StringSplitOptions.TrimEntries)
                .Select(a => a.Split(';')[0].Trim())
                .Any(a => a is "*/*" or "application/*" || a.Equals(type, StringComparison.OrdinalIgnoreCase));
    }

    static async Task<string?> Body(HttpContext http, string type)
    {
        var said = (http.Request.ContentType ?? "").Split(';')[0].Trim();
        if (!said.Equals(type, StringComparison.OrdinalIgnoreCase))
        {
            await Refuse(http, new("live-content-type", $"Send {type}."), StatusCodes.Status415UnsupportedMediaType);
            return null;
        }
        var bytes = new byte[MostBodyBytes + 1];
        var length = await http.Request.Body.ReadAtLeastAsync(
            bytes,
            bytes.Length,
            throwOnEndOfStream: false,
            http.RequestAborted
        );
        if (length <= MostBodyBytes)
            return Encoding.UTF8.GetString(bytes, 0, length);
        await Refuse(
            http,
            new("live-too-long", $"At most {MostBodyBytes} bytes are read here."),
            StatusCodes.Status413PayloadTooLarge
        );
        return null;
    }

    static void Cors(HttpContext http)
    {
        var headers = http.Response.Headers;
        // Tokens, not cookies, open this door: a page from anywhere may knock.
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlAllowHeaders = "Authorization, Content-Type, If-Match";
        headers.AccessControlExposeHeaders = "Location, Link, ETag, Accept-Patch, Retry-After";
        headers.CacheControl = "no-store";
    }

    // RFC 9725, 4.6.
    static void IceServers(HttpContext http, IReadOnlyList<IceServer> servers)
    {
        foreach (var server in servers)
            http.Response.Headers.Append(
                "Link",
                $"<{server.Url}>; rel=\"ice-server\"; username=\"{server.Username}\"; credential=\"{server.Credential}\"; credential-type=\"password\""
            );
    }

    static Task Refuse(HttpContext http, Refusal refusal, int? status = null)
    {
        http.Response.StatusCode =
            status
            ?? refusal.Kind switch
            {
                RefusalKind.SignInNeeded => StatusCodes.Status401Unauthorized,
                RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
                RefusalKind.NotFound => StatusCodes.Status404NotFound,
                RefusalKind.Conflict => StatusCodes.Status409Conflict,
                RefusalKind.Rejected => StatusCodes.Status422UnprocessableEntity,
                RefusalKind.TooMany => StatusCodes.Status429TooManyRequests,
                RefusalKind.NoRoom => StatusCodes.Status507InsufficientStorage,
                _ => StatusCodes.Status400BadRequest,
            };
        if (http.Response.StatusCode == StatusCodes.Status401Unauthorized)
            http.Response.Headers.WWWAuthenticate = "Bearer";
        if (HttpMethods.IsHead(http.Request.Method))
            return Task.CompletedTask;
        return http.Response.WriteAsJsonAsync(
            new
            {
                type = "about:blank",
                title = refusal.Sentence,
                status = http.Response.StatusCode,
                code = refusal.Code,
            },
            LapelJson.Lenient,
            "application/problem+json",
            http.RequestAborted
        );
    }

    static Task Text(HttpContext http, int status, string type, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        return http.Response.WriteAsync(text, http.RequestAborted);
    }
}

/// <summary>Which token began which session: only a digest of it is kept, for as long as the session lasts.</summary>
sealed class WhipSessions
{
    readonly ConcurrentDictionary<PeerId, Beginning> begun = new();
    readonly Gateway gateway;

    public WhipSessions(Gateway gateway)
    {
        this.gateway = gateway;
        gateway.Happened += happened =>
        {
            if (happened is GatewayEvent.PublisherDown or GatewayEvent.ViewerLeft)
                begun.TryRemove(happened.Peer, out _);
        };
    }

    public void Began(PeerId peer, string? bearer)
    {
        begun[peer] = new(bearer is null ? null : Hash(bearer));
        if (begun.Count % 64 == 0) // those that never connected end without an event
            foreach (var old in begun.Keys)
                if (gateway.IceSession(old) is null)
                    begun.TryRemove(old, out _);
    }

    public Beginning Began(PeerId peer) => begun.GetValueOrDefault(peer);

    static byte[] Hash(string bearer) => SHA256.HashData(Encoding.UTF8.GetBytes(bearer));

    public readonly record struct Beginning(byte[]? Token)
    {
        public bool By(string? bearer) =>
            bearer is not null && Token is not null && CryptographicOperations.FixedTimeEquals(Token, Hash(bearer));
    }
}
