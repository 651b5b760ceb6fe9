using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Lapel.Scenarios;

/// <summary>One account of an agency, speaking to the server as any other program would.</summary>
sealed class AgencyClient : IDisposable
{
    AgencyClient(HttpClient http) => Http = http;

    public HttpClient Http { get; }

    /// <summary>Nobody in particular; cookies are not kept.</summary>
    public static AgencyClient Visitor(Uri agency) =>
        new(
            new HttpClient(
                new SocketsHttpHandler
                {
                    AllowAutoRedirect = false,
                    UseCookies = false,
                    MaxConnectionsPerServer = 64,
                }
            )
            {
                BaseAddress = agency,
                Timeout = TimeSpan.FromMinutes(5),
            }
        );

    public static AgencyClient Of(HttpClient http) => new(http);

    public static async Task<AgencyClient> SignIn(Uri agency, string name, string password)
    {
        using var nobody = Visitor(agency);
        return With(agency, (await nobody.Post("api/v1/sign-in", new { name, password })).GetProperty("token").GetString()!);
    }

    /// <summary>In a session that was begun before.</summary>
    public static AgencyClient With(Uri agency, string token)
    {
        var client = Visitor(agency);
        client.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public string? Token => Http.DefaultRequestHeaders.Authorization?.Parameter;

    public async Task<JsonElement> Post(string path, object body) =>
        await Read(await Http.PostAsJsonAsync(path, body, LapelJson.Lenient));

    public async Task<JsonElement> Get(string path) => await Read(await Http.GetAsync(path));

    static async Task<JsonElement> Read(HttpResponseMessage answer)
    {
        using var _ = answer;
        var text = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.ShouldBeTrue(
            $"{answer.RequestMessage?.Method} {answer.RequestMessage?.RequestUri} answered {(int)answer.StatusCode}: {text}"
        );
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone();
    }

    public void Dispose() => Http.Dispose();
}
