using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Lapel.WebRtc;

namespace Lapel.CameraProgram;

/// <summary>The server's side of live as the camera speaks to it: reports, help, and WHIP (RFC 9725).</summary>
sealed class LiveDoor(ServerLink link, HttpClient http)
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);
    const int MostAnswerBytes = 64 * 1024;

    public Task<LiveNow> Begin(RecordingId recording, LiveReport report, CancellationToken stop) =>
        Post<LiveNow>("live/sessions", new { recording, report }, stop);

    public Task<LiveNow> Report(string session, LiveReport report, CancellationToken stop) =>
        Post<LiveNow>($"live/sessions/{session}/reports", report, stop);

    public async Task End(string session, CancellationToken stop)
    {
        using var limit = Limit(stop);
        using var answer = await link.Send(() => new(HttpMethod.Delete, link.Api($"live/sessions/{session}")), limit.Token);
    }

    public Task AskHelp(string? why, string? words, CancellationToken stop) =>
        Post<JsonElement>("live/help", new { why, words }, stop);

    public async Task WithdrawHelp(string? why, CancellationToken stop)
    {
        using var limit = Limit(stop);
        using var answer = await Sent("live/help/withdraw", new { why }, limit.Token);
    }

    async Task<T> Post<T>(string path, object body, CancellationToken stop)
    {
        using var limit = Limit(stop);
        using var answer = await Sent(path, body, limit.Token);
        return await answer.Content.ReadFromJsonAsync<T>(LapelJson.Lenient, limit.Token)
            ?? throw new JsonException($"The answer to {path} is null.");
    }

    async Task<HttpResponseMessage> Sent(string path, object body, CancellationToken stop)
    {
        var answer = await link.Send(
            () =>
                new(HttpMethod.Post, link.Api(path))
                {
                    Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, LapelJson.Lenient))
                    {
                        Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
                    },
                },
            stop
        );
        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw new ServerException(await Problem.Read(answer, stop));
    }

    /// <summary>Sends the offer and gives the publisher the answer.</summary>
    /// <returns>The WHIP session, to be deleted at the end; none when the server named none.</returns>
    public async Task<Uri?> Publish(LiveWay way, LivePublisher publisher, CancellationToken stop)
    {
        var at = link.Gateway(way.Url);
        using var limit = Limit(stop);
        using var request = new HttpRequestMessage(HttpMethod.Post, at)
        {
            Content = new StringContent(publisher.Offer, Encoding.ASCII, "application/sdp"),
            Headers = { Authorization = new("Bearer", way.Token) },
        };
        request.Content.Headers.ContentType = new("application/sdp");
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        if (answer.StatusCode != System.Net.HttpStatusCode.Created)
            throw new ServerException(await Problem.Read(answer, limit.Token));
        await using var body = await answer.Content.ReadAsStreamAsync(limit.Token);
        var bytes = new byte[MostAnswerBytes];
        var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, limit.Token);
        if (publisher.Begin(Encoding.UTF8.GetString(bytes, 0, length)) is { } refusal)
            throw new ServerException(new(0, refusal.Code, refusal.Sentence, []));
        // Its good-bye goes to whom it spoke with, or nowhere.
        return answer.Headers.Location is { } said && new Uri(at, said) is var session && !ServerLink.IsForeign(session, at)
            ? session
            : null;
    }

    public async Task HangUp(Uri session, string token, CancellationToken stop)
    {
        using var limit = Limit(stop);
        using var request = new HttpRequestMessage(HttpMethod.Delete, session)
        {
            Headers = { Authorization = new("Bearer", token) },
        };
        using var answer = await http.SendAsync(request, limit.Token);
    }

    static CancellationTokenSource Limit(CancellationToken stop)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Patience);
        return limit;
    }
}
