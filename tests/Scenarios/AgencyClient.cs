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
                Timeout = TimeSpan.FromMinutes(2),
            }
        );

    public static AgencyClient Of(HttpClient http) => new(http);

    public static async Task<AgencyClient> SignIn(Uri agency, string name, string password)
    {
        var client = Visitor(agency);
        var session = await client.Post("api/v1/sign-in", new { name, password });
        client.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            session.GetProperty("token").GetString()
        );
        return client;
    }

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
