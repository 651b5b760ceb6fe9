using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Lapel.Cli;

/// <summary>A refusal by the server, or no answer; the message is a sentence for the person at the terminal.</summary>
sealed class ServerSaidNo(string sentence, string? code = null) : Exception(sentence)
{
    /// <summary>The problem's stable code; none when there was no answer.</summary>
    public string? Code => code;
}

/// <summary>One agency of a Lapel server, spoken to through its public API.</summary>
sealed class Server(Uri agency) : IDisposable
{
    readonly HttpClient http = new()
    {
        BaseAddress = new Uri(agency.ToString().TrimEnd('/') + "/"),
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Signs in for this program's run; the token lives in memory only.</summary>
    public async Task SignIn(string name, string password, CancellationToken stop)
    {
        var session = await Post("api/v1/sign-in", new { name, password }, stop);
        http.DefaultRequestHeaders.Authorization = new("Bearer", session.GetProperty("token").GetString());
    }

    public async Task<JsonElement> Post(string path, object body, CancellationToken stop) =>
        await Read(await Send(() => http.PostAsJsonAsync(path, body, LapelJson.Lenient, stop)), stop);

    /// <summary>Posts bytes as they are.</summary>
    public async Task<JsonElement> Send(string path, string type, byte[] body, CancellationToken stop) =>
        await Read(
            await Send(() =>
            {
                var content = new ByteArrayContent(body);
                content.Headers.ContentType = new(type);
                return http.PostAsync(path, content, stop);
            }),
            stop
        );

    public async Task<JsonElement> Patch(string path, object body, CancellationToken stop) =>
        await Read(await Send(() => http.PatchAsJsonAsync(path, body, LapelJson.Lenient, stop)), stop);

    /// <summary>Posts, and takes one refusal for success: what was to be made is there already.</summary>
    public async Task PostUnlessThere(string path, object body, string alreadyThere, CancellationToken stop)
    {
        try
        {
            await Post(path, body, stop);
        }
        catch (ServerSaidNo refusal) when (refusal.Code == alreadyThere) { }
    }

    public async Task<JsonElement> Get(string path, CancellationToken stop) =>
        await Read(await Send(() => http.GetAsync(path, stop)), stop);

    /// <summary>What is there as text.</summary>
    public async Task<string> Text(string path, CancellationToken stop)
    {
        await using var body = await Download(path, stop);
        using var reader = new StreamReader(body);
        return await reader.ReadToEndAsync(stop);
    }

    public async Task<Stream> Download(string path, CancellationToken stop)
    {
        var answer = await Send(() => http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, stop));
        if (!answer.IsSuccessStatusCode)
            await Read(answer, stop);
        return await answer.Content.ReadAsStreamAsync(stop);
    }

    static async Task<HttpResponseMessage> Send(Func<Task<HttpResponseMessage>> send)
    {
        try
        {
            return await send();
        }
        catch (HttpRequestException silent)
        {
            throw new ServerSaidNo($"The server does not answer: {silent.Message}");
        }
    }

    static async Task<JsonElement> Read(HttpResponseMessage answer, CancellationToken stop)
    {
        var text = await answer.Content.ReadAsStringAsync(stop);
        if (answer.IsSuccessStatusCode)
            return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
        throw ToException(text, (int)answer.StatusCode);
    }

    static ServerSaidNo ToException(string problem, int status)
    {
        try
        {
            var said = JsonSerializer.Deserialize<JsonElement>(problem);
            return new(
                said.GetProperty("title").GetString() ?? $"The server answered {status}.",
                said.GetProperty("code").GetString()
            );
        }
        catch (Exception notOne) when (notOne is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new($"The server answered {status}.");
        }
    }

    public void Dispose() => http.Dispose();
}
