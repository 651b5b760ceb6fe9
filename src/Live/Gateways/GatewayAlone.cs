using System.Collections.Concurrent;
using System.Net.WebSockets;
using Lapel.WebRtc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Lapel.Live;

/// <summary>
/// A gateway in a process of its own, for agencies whose records are elsewhere. It knows their public keys and nothing else: a token opens the
/// door only when the agency's records, in touch over their line, say yes to it at that moment.
/// </summary>
public sealed class GatewayAlone : ILiveDoor
{
    const string AgencyPart = "agency";
    readonly Gateway gateway;
    readonly TimeProvider clock;
    readonly LiveTokenVerifier verifier;
    readonly TokenDoor door;
    readonly ConcurrentDictionary<string, RecordsLine> lines = new();
    readonly ConcurrentDictionary<string, Instant> used = new();

    public GatewayAlone(Gateway gateway, IReadOnlyList<(string Agency, byte[] Spki)> known, TimeProvider clock)
    {
        (this.gateway, this.clock) = (gateway, clock);
        verifier = new(known);
        door = new(verifier, AgencyOf, clock);
        gateway.Happened += happened =>
        {
            if (lines.TryGetValue(happened.Stream.Agency, out var line))
                line.Tell(happened);
        };
    }

    static string AgencyOf(HttpContext http) => http.GetRouteValue(AgencyPart) as string ?? "";

    /// <summary>Streams that it carries now, and agencies whose records are in touch: for whoever watches over it.</summary>
    public sealed record Standing(int Streams, IReadOnlyList<string> InTouch, IReadOnlyDictionary<string, long> Counts);

    public void Map(WebApplication app)
    {
        app.UseWebSockets(new() { KeepAliveInterval = GatewayTalk.PingEvery, KeepAliveTimeout = GatewayTalk.SilentFor });
        var api = app.MapGroup($"/{{{AgencyPart}}}/api/v1");
        api.MapGet(GatewayTalk.Path, Control);
        api.MapLive(gateway, this);
        app.MapGet("/health", () => new Standing(gateway.Streams.Count, [.. lines.Keys.Order()], gateway.Counts));
    }

    public async ValueTask<Offered<LiveEntry>> Ask(
        string stream,
        LiveRole role,
        string? bearer,
        HttpContext http,
        CancellationToken stop
    )
    {
        // What anybody can be told is told without troubling the records.
        if (!(await door.Ask(stream, role, bearer, http, stop)).IsTaken(out _, out var closed))
            return closed;
        if (!lines.TryGetValue(AgencyOf(http), out var line))
            return RecordsLine.OutOfTouch;
        _ = verifier.WhyNot(bearer!, clock.Now(), out var token);
        return token is null ? RecordsLine.OutOfTouch : await line.Ask(token, bearer!, stop);
    }

    async Task Control(HttpContext http)
    {
        var agency = AgencyOf(http);
        if (WhyNotControl(http, agency) is { } refusal)
        {
            http.Response.StatusCode = refusal.Kind switch
            {
                RefusalKind.SignInNeeded => StatusCodes.Status401Unauthorized,
                RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
                _ => StatusCodes.Status400BadRequest,
            };
            await http.Response.WriteAsJsonAsync(
                new { title = refusal.Sentence, code = refusal.Code },
                LapelJson.Lenient,
                "application/problem+json",
                http.RequestAborted
            );
            return;
        }
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var line = new RecordsLine(agency, gateway, clock);
        // One line for each agency: whoever comes newly speaks for it, and what was begun under the one before has ended.
        while (!lines.TryAdd(agency, line))
            if (lines.TryGetValue(agency, out var before))
                await before.End();
            else
                await Task.Yield();
        try
        {
            await line.Run(socket, http.RequestAborted);
        }
        catch (Exception broken) when (broken is WebSocketException or OperationCanceledException or IOException)
        {
            // The line's end is all that there is to say, and its other end says it.
        }
        finally
        {
            line.Close(() => lines.TryRemove(new(agency, line)));
        }
    }

    Refusal? WhyNotControl(HttpContext http, string agency)
    {
        var header = http.Request.Headers.Authorization.ToString();
        var bearer = header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header["Bearer ".Length..].Trim() : "";
        var now = clock.Now();
        if (verifier.WhyNot(bearer, now, out var token) is { } refusal)
            return refusal;
        if (token!.Agency != agency || token.Role != LiveRole.Control || token.Stream != GatewayTalk.ControlStream)
            return Elsewhere;
        // A token that another gateway was shown opens nothing here, and none opens twice.
        if (!string.Equals(token.Holder, http.Request.Host.Value, StringComparison.OrdinalIgnoreCase))
            return Elsewhere;
        foreach (var (old, until) in used)
            if (until < now)
                used.TryRemove(old, out _);
        if (!used.TryAdd(token.Lease, token.Expires))
            return Elsewhere;
        return http.WebSockets.IsWebSocketRequest ? null : new("live-control", "Records speak to a gateway by WebSocket.");
    }

    static readonly Refusal Elsewhere = new(
        "live-token-elsewhere",
        "This live token is for another gateway, was used before, or is not for speaking to one.",
        RefusalKind.Forbidden
    );
}
