using System.Net.Http.Headers;
using System.Text;
using Lapel.WebRtc;

namespace Lapel.Live;

/// <summary>
/// By which a source's packets reach the gateway: as any publisher's, with a token of ours that the door checks against the records. The
/// gateway in this process is asked without HTTP in between, one elsewhere by WHIP.
/// </summary>
sealed class SourceUplink(Agency agency, OnAir onAir, OwnCarrier own, LiveGateway gateway)
{
    const int MostAnswerBytes = 64 * 1024;

    static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        Timeout = TimeSpan.FromSeconds(8),
        MaxResponseContentBufferSize = MostAnswerBytes,
    };

    /// <returns>A publisher that connects, or why not.</returns>
    public async Task<Offered<LivePublisher>> Connect(LiveSession session, TimeProvider clock, CancellationToken stop)
    {
        var way = onAir.ToPublish(session, $"/{agency.Profile.Slug}");
        var publisher = new LivePublisher(clock, withSound: true);
        try
        {
            var offered =
                Uri.TryCreate(way.Url, UriKind.Absolute, out var far) && far.Scheme is "http" or "https"
                    ? await Far(far, way.Token, publisher.Offer, stop)
                    : await Near(session.Id.Text, way.Token, publisher.Offer, stop);
            if (!offered.IsTaken(out var answer, out var no))
            {
                publisher.Dispose();
                return no;
            }
            if (publisher.Begin(answer) is not { } unreadable)
                return publisher;
            publisher.Dispose();
            return unreadable;
        }
        catch
        {
            publisher.Dispose();
            throw;
        }
    }

    async Task<Offered<string>> Near(string stream, string token, string offer, CancellationToken stop)
    {
        if (gateway.Running is not { } running)
            return new Refusal("live-off", gateway.Trouble ?? "Live picture and sound are off.", RefusalKind.Conflict);
        if (!(await onAir.Ask(stream, LiveRole.Publish, token, stop)).IsTaken(out var admitted, out var closed))
            return closed;
        var lease = own.Take(admitted.Token, admitted.Until);
        return running.Publish(new(agency.Profile.Slug, stream), offer, lease).IsTaken(out var answer, out var no)
            ? answer.Sdp
            : no;
    }

    static async Task<Offered<string>> Far(Uri at, string token, string offer, CancellationToken stop)
    {
        using var ask = new HttpRequestMessage(HttpMethod.Post, at)
        {
            Content = new StringContent(offer, Encoding.ASCII, new MediaTypeHeaderValue("application/sdp")),
            Headers = { Authorization = new("Bearer", token) },
        };
        using var answer = await Http.SendAsync(ask, stop);
        return answer.IsSuccessStatusCode
            ? await answer.Content.ReadAsStringAsync(stop)
            : new Refusal("live-gateway", $"The gateway answered {(int)answer.StatusCode}.", RefusalKind.Conflict);
    }
}
