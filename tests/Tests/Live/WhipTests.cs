using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Lapel.Live;
using Lapel.WebRtc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Lapel.Tests.Live;

/// <summary>WHIP and WHEP to the letter: which method, which header, which status.</summary>
public sealed class WhipTests : IAsyncLifetime
{
    readonly CameraKey key = CameraKey.New();
    LiveGateway live = null!;
    WebApplication app = null!;
    HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        live = new(change: o => o with { Turn = new(["turn:turn.example.org:3478?transport=udp"], "north wind") });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.MapLive(live.Gateway, new TokenDoor(new([("york", key.Spki)]), _ => "york", TimeProvider.System));
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        http = new() { BaseAddress = new(address) };
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
        await live.DisposeAsync();
        key.Dispose();
    }

    string Token(LiveRole role, string stream = "unit12", int fromSeconds = 0, int seconds = 60, string agency = "york")
    {
        var now = Time.Now(TimeProvider.System);
        var lease = Guid.NewGuid().ToString("N");
        return new LiveTokenSigner(key).Sign(
            new(
                agency,
                stream,
                role,
                lease,
                lease,
                "camera",
                now + Duration.FromSeconds(fromSeconds),
                now + Duration.FromSeconds(fromSeconds + seconds)
            )
        );
    }

    async Task<HttpResponseMessage> Ask(
        string method,
        string path,
        string? token,
        string? body = null,
        string type = "application/sdp",
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(new(method), path);
        if (token is not null)
            request.Headers.Authorization = new("Bearer", token);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, MediaTypeHeaderValue.Parse(type));
        return await http.SendAsync(request);
    }

    [Fact]
    public async Task A_publisher_begins_trickles_restarts_and_leaves()
    {
        var token = Token(LiveRole.Publish);
        using var camera = new WirePeer(publishes: true);
        var begun = await Ask("POST", "/live/whip/unit12", token, camera.Offer());
        begun.StatusCode.ShouldBe(HttpStatusCode.Created);
        begun.Content.Headers.ContentType!.MediaType.ShouldBe("application/sdp");
        begun.Headers.GetValues("Access-Control-Expose-Headers").Single().ShouldContain("Location");
        begun
            .Headers.GetValues("Link")
            .Single()
            .ShouldMatch(
                "^<turn:turn\\.example\\.org:3478\\?transport=udp>; rel=\"ice-server\"; username=\"[0-9]{10}:[0-9a-f]{32}\"; credential=\"[^\"]{28}\"; credential-type=\"password\"$"
            );
        var (session, tag) = (begun.Headers.Location!.ToString(), begun.Headers.ETag!.ToString());
        session.ShouldStartWith("/live/whip/unit12/");
        const string fragment = "application/trickle-ice-sdpfrag";
        var candidate = $"a=ice-ufrag:{camera.Ice.Fragment}\r\na=mid:0\r\na=candidate:1 1 udp 1 192.0.2.9 9 typ host\r\n";
        (await Ask("PATCH", session, token, candidate, fragment, ("If-Match", tag))).StatusCode.ShouldBe(
            HttpStatusCode.NoContent
        );
        (await Ask("PATCH", session, token, candidate, fragment)).StatusCode.ShouldBe(HttpStatusCode.PreconditionRequired);
        (await Ask("PATCH", session, token, candidate, fragment, ("If-Match", "\"old\""))).StatusCode.ShouldBe(
            HttpStatusCode.PreconditionFailed
        );
        (await Ask("PATCH", session, token, candidate, "text/plain", ("If-Match", tag))).StatusCode.ShouldBe(
            HttpStatusCode.UnsupportedMediaType
        );
        (
            await Ask("PATCH", session, Token(LiveRole.Publish, "unit13"), candidate, fragment, ("If-Match", tag))
        ).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        var restart = await Ask(
            "PATCH",
            session,
            token,
            "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n",
            fragment,
            ("If-Match", "*")
        );
        restart.StatusCode.ShouldBe(HttpStatusCode.OK);
        restart.Headers.ETag!.ToString().ShouldNotBe(tag);
        (await restart.Content.ReadAsStringAsync()).ShouldContain("a=ice-ufrag:");
        (await Ask("DELETE", session, null)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await Ask("DELETE", session, token)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await Ask("DELETE", session, token)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Wrong_methods_types_and_offers_have_their_own_answers()
    {
        var token = Token(LiveRole.Publish);
        using var camera = new WirePeer(publishes: true);
        foreach (var method in (string[])["GET", "HEAD", "PUT", "PATCH", "DELETE"])
            (await Ask(method, "/live/whip/unit12", token)).StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        foreach (var method in (string[])["GET", "HEAD", "PUT", "POST"])
            (await Ask(method, "/live/whep/unit12/0123", token)).StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        var options = await Ask("OPTIONS", "/live/whip/unit12", null);
        options.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        options.Headers.Contains("Link").ShouldBeFalse("a TURN server opens for nobody who may not come in");
        (await Ask("OPTIONS", "/live/whip/unit12", Token(LiveRole.Watch))).Headers.Contains("Link").ShouldBeFalse();
        (await Ask("OPTIONS", "/live/whip/unit12", token)).Headers.GetValues("Link").Single().ShouldContain("credential=");
        options.Headers.GetValues("Accept-Post").Single().ShouldBe("application/sdp");
        options.Headers.GetValues("Access-Control-Allow-Headers").Single().ShouldContain("If-Match");
        (await Ask("POST", "/live/whip/unit12", token, camera.Offer(), "text/plain")).StatusCode.ShouldBe(
            HttpStatusCode.UnsupportedMediaType
        );
        (
            await Ask("POST", "/live/whip/unit12", token, camera.Offer(), "application/sdp", ("Accept", "text/html"))
        ).StatusCode.ShouldBe(HttpStatusCode.NotAcceptable);
        (await Ask("POST", "/live/whip/unit12", token, "v=0\r\n")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (
            await Ask(
                "POST",
                "/live/whip/unit12",
                token,
                camera.Offer("AV1/90000").Replace("opus", "G722", StringComparison.Ordinal)
            )
        ).StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        (await Ask("POST", "/live/whip/unit12", token, new('v', 70_000))).StatusCode.ShouldBe(
            HttpStatusCode.RequestEntityTooLarge
        );
        var nothing = await Ask("POST", "/live/whep/unit12", Token(LiveRole.Watch), camera.Offer());
        nothing.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        nothing.Headers.RetryAfter.ShouldNotBeNull();
        (await Ask("POST", "/live/whip/unit12", token, camera.Offer())).StatusCode.ShouldBe(HttpStatusCode.Created);
        (await Ask("POST", "/live/whip/unit12", Token(LiveRole.Publish), camera.Offer())).StatusCode.ShouldBe(
            HttpStatusCode.Conflict
        );
    }

    [Fact]
    public async Task Only_a_living_token_of_this_agency_for_this_stream_and_use_opens()
    {
        using var camera = new WirePeer(publishes: true);
        async Task<HttpStatusCode> Try(string? token) =>
            (await Ask("POST", "/live/whip/unit12", token, camera.Offer())).StatusCode;
        (await Try(null)).ShouldBe(HttpStatusCode.Unauthorized);
        (await Try("x.y.z")).ShouldBe(HttpStatusCode.Unauthorized);
        (await Try(Token(LiveRole.Publish, seconds: -1))).ShouldBe(HttpStatusCode.Unauthorized);
        (await Try(Token(LiveRole.Publish, fromSeconds: 120))).ShouldBe(HttpStatusCode.Unauthorized);
        (await Try(Token(LiveRole.Publish, agency: "leeds"))).ShouldBe(HttpStatusCode.Unauthorized);
        (await Try(Token(LiveRole.Watch))).ShouldBe(HttpStatusCode.Forbidden);
        (await Try(Token(LiveRole.Publish, "unit13"))).ShouldBe(HttpStatusCode.Forbidden);
        var right = Token(LiveRole.Publish);
        var verifier = new LiveTokenVerifier([("york", key.Spki)]);
        verifier.WhyNot(right, Time.Now(TimeProvider.System), out var token).ShouldBeNull();
        token!.Stream.ShouldBe("unit12");
        var random = new Random(7);
        for (var round = 0; round < 2000; round++)
        {
            var changed = right.ToCharArray();
            var at = random.Next(changed.Length - 1); // of the last character two bits mean nothing
            changed[at] = changed[at] == 'A' ? 'B' : 'A';
            verifier.WhyNot(new(changed), Time.Now(TimeProvider.System), out _).ShouldNotBeNull();
        }
        (await Try(right)).ShouldBe(HttpStatusCode.Created);
    }
}
