using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;

namespace Lapel.CameraProgram;

/// <summary>
/// The camera's connection to its agency. It proves who it is by a signed envelope and gets a token for a while; each time it also
/// learns the server's time, who wears it, and how much bandwidth it may use.
/// </summary>
public sealed class ServerLink(HttpClient http, Enrolment enrolment, CameraKey key, CameraClock clock, Home home)
{
    public const string PayloadType = "application/vnd.lapel.camera-session+json";

    readonly Uri api = new(enrolment.Server.TrimEnd('/') + "/api/v1/");
    readonly SemaphoreSlim opening = new(1); // uploads and live ask at the same time
    volatile string? token;

    public OfficerRef? Officer { get; private set; } = LoadOfficer(home);

    /// <summary>The server's limit, kilobits a second; none when it names none.</summary>
    public int? BandwidthKbps { get; private set; }

    public event Action<OfficerRef?>? OfficerNamed;

    public Uri Api(string path) => new(api, path);

    /// <summary>An address that the server named, absolute or from its root.</summary>
    /// <exception cref="ServerException">It is another server's.</exception>
    public Uri SameHost(string address)
    {
        var to = new Uri(api, address);
        return IsForeign(to)
            ? throw new ServerException(
                new(0, "foreign-address", $"The server pointed to another one, {to.Host}; the token stays here.", [])
            )
            : to;
    }

    /// <summary>
    /// Where the server wants live packets to go: to itself, or to a gateway that it names. There only a token for one live stream is shown,
    /// never the camera's own.
    /// </summary>
    /// <exception cref="ServerException">It is no address, or it is less protected than the server's own.</exception>
    public Uri Gateway(string address)
    {
        if (!Uri.TryCreate(api, address, out var to) || to.Scheme is not ("https" or "http"))
            throw new ServerException(new(0, "gateway-address", "The server named a gateway by no address.", []));
        return to.Scheme == Uri.UriSchemeHttp && api.Scheme == Uri.UriSchemeHttps
            ? throw new ServerException(
                new(0, "gateway-unprotected", $"The server named the gateway {to.Host} without TLS; no picture goes there.", [])
            )
            : to;
    }

    bool IsForeign(Uri to) => IsForeign(to, api);

    /// <summary>Whether two addresses are not of one server.</summary>
    public static bool IsForeign(Uri one, Uri other) =>
        Uri.Compare(one, other, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) != 0;

    /// <summary>Sends with the token, and once more with a new one when it has run out. The caller disposes the response.</summary>
    /// <param name="make">Makes the request; called again for the second try, since a request cannot be sent twice.</param>
    /// <exception cref="ServerException">No session to be had.</exception>
    public async Task<HttpResponseMessage> Send(Func<HttpRequestMessage> make, CancellationToken stop)
    {
        var mayRenew = token is not null;
        while (true)
        {
            if (token is null)
                await OpenSession(stop, unlessOpen: true);
            var mine = token;
            using var request = make();
            if (request.RequestUri is { } to)
                SameHost(to.ToString());
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", mine);
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
            if (response.StatusCode != HttpStatusCode.Unauthorized)
                return response;
            var problem = await Problem.Read(response, stop);
            response.Dispose();
            if (token == mine)
                token = null;
            if (!mayRenew)
                throw new ServerException(problem);
            mayRenew = false;
        }
    }

    /// <summary>Opens a session now; also what a docked camera does to have its clock compared.</summary>
    /// <param name="unlessOpen">Not when somebody else has just done it.</param>
    public async Task OpenSession(CancellationToken stop, bool unlessOpen = false)
    {
        await opening.WaitAsync(stop);
        try
        {
            if (unlessOpen && token is not null)
                return;
            // A slow round trip says little about the clock, and the first one of a program is slow: measure again, and keep the best.
            for (var attempt = 1; attempt <= 3; attempt++)
                if ((await OpenSessionOnce(stop)).RoundTripMs <= 50)
                    break;
            clock.Save(home.ClockFile);
        }
        finally
        {
            opening.Release();
        }
        OfficerNamed?.Invoke(Officer);
    }

    /// <param name="given">The server's nonce, for a camera whose clock is far off; else the camera makes one up.</param>
    async Task<ClockReading> OpenSessionOnce(CancellationToken stop, string? given = null)
    {
        var nonce = given ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var payload = JsonSerializer.SerializeToUtf8Bytes(new Ask(enrolment.Camera, clock.Now(), nonce), LapelJson.Strict);
        using var body = new ByteArrayContent(Envelope.Sign(PayloadType, payload, key));
        body.Headers.ContentType = new("application/json");
        var asked = clock.Now(); // after signing, which takes time of its own
        using var response = await http.PostAsync(Api("cameras/session"), body, stop);
        var answered = clock.Now();
        if (!response.IsSuccessStatusCode)
        {
            var problem = await Problem.Read(response, stop);
            return problem is { Code: "session-nonce-needed", Nonce: { } offered } && given is null
                ? await OpenSessionOnce(stop, offered)
                : throw new ServerException(problem);
        }
        var answer =
            await response.Content.ReadFromJsonAsync<Answer>(LapelJson.Lenient, stop)
            ?? throw new JsonException("the session is null");
        token = answer.Token;
        var taken = clock.Compare(asked, answered, answer.ReceivedAt ?? answer.ServerTime, answer.ServerTime);
        BandwidthKbps = answer.BandwidthKbps is > 0 and var limit ? limit : null;
        if (answer.Officer != Officer)
        {
            Officer = answer.Officer;
            Durable.WriteFile(home.OfficerFile, JsonSerializer.SerializeToUtf8Bytes(new Named(Officer), LapelJson.Strict));
        }
        return taken;
    }

    static OfficerRef? LoadOfficer(Home home)
    {
        try
        {
            return File.Exists(home.OfficerFile)
                ? JsonSerializer.Deserialize<Named>(File.ReadAllBytes(home.OfficerFile), LapelJson.Strict)?.Officer
                : null;
        }
        catch (JsonException)
        {
            return null; // asked again at the next session
        }
    }

    sealed record Ask(CameraId Camera, Instant At, string Nonce);

    sealed record Answer(
        string Token,
        Instant Expires,
        Instant ServerTime,
        Instant? ReceivedAt = null,
        OfficerRef? Officer = null,
        int? BandwidthKbps = null
    );

    sealed record Named(OfficerRef? Officer = null);
}

/// <summary>The server answered, and the answer was no.</summary>
public sealed class ServerException(Problem problem) : Exception(problem.Sentence)
{
    public Problem Problem { get; } = problem;
}
