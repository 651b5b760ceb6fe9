using System.Net;
using Microsoft.Extensions.Logging;

namespace Lapel.Live;

/// <summary>
/// Rings a clinician's browsers through their push services. The message says that somebody asks for help and nothing else; what it is about stands on
/// the page that it opens.
/// </summary>
sealed class PushRing(AgencyRecords records, LivePolicy policy, PushSender sender, ILogger<PushRing> journal) : IJob
{
    public const string JobKind = "live.push";
    const int RingSeconds = 60;

    // One for the process. No redirects: the address was checked against the policy, and only it.
    static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };

    public string Kind => JobKind;

    /// <exception cref="HttpRequestException">A push service did not take it; it is tried again while it rings.</exception>
    public async Task Run(string subject, CancellationToken stop)
    {
        var parts = subject.Split('/');
        var (consult, clinician) = (ConsultId.Parse(parts[0]), ClinicianId.Parse(parts[1]));
        IReadOnlyList<PushSubscription> browsers;
        await using (var reading = await records.Read(stop))
        {
            if (policy.Push is null || await Consults.Find(reading, consult, stop) is not { State: ConsultState.Ringing })
                return; // answered meanwhile
            browsers = await PushSubscriptions.Of(reading, clinician, stop);
        }
        HttpRequestException? refused = null;
        foreach (var browser in browsers)
            try
            {
                await Send(browser, policy.Push, stop);
            }
            catch (HttpRequestException trouble)
            {
                refused = trouble; // the others are rung all the same
            }
        if (refused is not null)
            throw refused;
    }

    async Task Send(PushSubscription browser, PushPolicy push, CancellationToken stop)
    {
        var endpoint = new Uri(browser.Endpoint);
        if (!push.Knows(endpoint))
            return; // the policy has changed since
        using var ask = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = new ByteArrayContent(PushMessage.Encrypt("""{"ring":true}"""u8, browser.Key, browser.Secret)),
        };
        ask.Content.Headers.ContentType = new("application/octet-stream");
        ask.Content.Headers.ContentEncoding.Add("aes128gcm");
        ask.Headers.TryAddWithoutValidation("Authorization", sender.Authorize(endpoint, push.Contact));
        ask.Headers.Add("TTL", $"{RingSeconds}"); // a ring that comes late is worse than none
        ask.Headers.Add("Urgency", "high");
        ask.Headers.Add("Topic", "ring"); // a second ring takes the place of one not delivered yet
        using var answer = await Http.SendAsync(ask, stop);
        if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            // RFC 8030, 7.3: this browser is rung no more.
            await using var work = await records.Begin(Actor.System("push"), stop);
            await PushSubscriptions.End(work, browser.Endpoint, browser.Clinician, stop);
            await work.Commit(stop);
            return;
        }
        if (!answer.IsSuccessStatusCode)
            journal.LogWarning("The push service {Host} answered {Status}", endpoint.Host, (int)answer.StatusCode);
        answer.EnsureSuccessStatusCode();
    }
}
