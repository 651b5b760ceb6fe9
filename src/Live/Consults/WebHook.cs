using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Lapel.Live;

/// <summary>
/// Tells an SMS or push gateway to wake a clinician: POST of JSON, signed with HMAC-SHA-256 over the timestamp and the body
/// (<c>Lapel-Signature: t=SECONDS,v1=HEX</c>). It carries who to wake and where to look, and nothing about the event.
/// </summary>
public sealed class WebHook(Agency agency, AgencyRecords records, LivePolicy policy, TimeProvider clock) : IJob
{
    public const string JobKind = "live.web-hook";
    public const string KeyFile = "live-webhook.key";

    // One for the process: connections to the gateway are kept.
    static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };

    public string Kind => JobKind;

    /// <param name="Clinician">The clinician's id; the gateway has the rest in its own book, or uses the phone number.</param>
    public sealed record Wake(string Kind, ConsultId? Consult, ClinicianId Clinician, string? Phone, string Text);

    /// <exception cref="HttpRequestException">The gateway did not take it; it is tried again.</exception>
    public async Task Run(string subject, CancellationToken stop)
    {
        var parts = subject.Split('/');
        var (consult, clinician) = (ConsultId.Parse(parts[0]), ClinicianId.Parse(parts[1]));
        Clinician? who;
        await using (var reading = await records.Read(stop))
        {
            who = await Clinicians.Find(reading, clinician, stop);
            if (who is null || await Consults.Find(reading, consult, stop) is not { State: ConsultState.Ringing })
                return; // answered meanwhile: nobody is woken for nothing
        }
        await Send(
            new Wake("ring", consult, clinician, who.Phone, $"{agency.Profile.Name}: an officer asks for help. Open your link."),
            stop
        );
        await using var work = await records.Begin(Actor.System("web-hook"), stop);
        await work.Execute(
            "UPDATE consult_ring SET hooked_at = @Now WHERE consult = @consult AND clinician = @clinician",
            new
            {
                work.Now,
                consult,
                clinician,
            },
            stop
        );
        await work.Commit(stop);
    }

    /// <summary>Whether a gateway is configured.</summary>
    public bool IsThere => policy.WebHook is not null;

    public async Task Send(Wake wake, CancellationToken stop)
    {
        if (policy.WebHook is not { } address)
            return;
        var body = JsonSerializer.SerializeToUtf8Bytes(wake, LapelJson.Lenient);
        using var ask = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        ask.Content.Headers.ContentType = new("application/json");
        ask.Headers.Add("Lapel-Signature", Sign(Secret(), clock.GetUtcNow().ToUnixTimeSeconds(), body));
        using var answer = await Http.SendAsync(ask, stop);
        answer.EnsureSuccessStatusCode();
    }

    public static string Sign(byte[] secret, long unixSeconds, byte[] body)
    {
        byte[] signed = [.. Encoding.ASCII.GetBytes($"{unixSeconds}."), .. body];
        return $"t={unixSeconds},v1={Convert.ToHexStringLower(HMACSHA256.HashData(secret, signed))}";
    }

    // Made at the first use; the operator copies it into the gateway.
    byte[] Secret()
    {
        var file = Path.Combine(agency.Folder.Keys, KeyFile);
        if (!File.Exists(file))
            Durable.WriteFile(file, Encoding.ASCII.GetBytes(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32))));
        return Encoding.ASCII.GetBytes(File.ReadAllText(file).Trim());
    }
}
