using System.Buffers.Text;
using System.Security.Cryptography;

namespace Lapel.Live;

/// <summary>Push services are outside the building, so they are used only when an agency names them.</summary>
/// <param name="Contact">mailto: or https: address by which a push service reaches the operator (RFC 8292).</param>
/// <param name="Services">Hosts, with a port where it is not 443, that may be sent to; *.example takes every host below it.</param>
public sealed record PushPolicy(string Contact, IReadOnlyList<string> Services)
{
    internal string? WhatIsWrong() =>
        !Contact.StartsWith("mailto:", StringComparison.Ordinal) && !Contact.StartsWith("https://", StringComparison.Ordinal)
            ? "push.contact begins with mailto: or https://."
        : Services.Count == 0 || Services.Any(s => s.Length == 0 || s.Contains('/', StringComparison.Ordinal))
            ? "push.services are hosts, as updates.push.services.mozilla.com or *.push.apple.com."
        : null;

    /// <summary>May this server send to that address? Browsers name it, so it could be anybody's.</summary>
    internal bool Knows(Uri endpoint) =>
        (endpoint.Scheme == Uri.UriSchemeHttps || endpoint.IsLoopback)
        && Services.Any(s =>
            s.StartsWith("*.", StringComparison.Ordinal)
                ? endpoint.Authority.EndsWith(s[1..], StringComparison.OrdinalIgnoreCase)
                : s.Equals(endpoint.Authority, StringComparison.OrdinalIgnoreCase)
        );
}

/// <summary>A clinician's browser that wants to be rung while its page is closed.</summary>
/// <param name="Key">The browser's public key, an uncompressed point on P-256.</param>
/// <param name="Secret">16 bytes shared with the browser alone.</param>
public sealed record PushSubscription(string Endpoint, ClinicianId Clinician, byte[] Key, byte[] Secret);

static class PushSubscriptions
{
    const int MostEndpointCharacters = 1000;

    public static Refusal? WhyNotKeep(
        PushPolicy? policy,
        string endpoint,
        string key,
        string secret,
        out byte[] point,
        out byte[] auth
    )
    {
        (point, auth) = ([], []);
        if (policy is null)
            return new("push-off", "This agency rings by no push service.", RefusalKind.Conflict);
        if (
            endpoint.Length > MostEndpointCharacters
            || !Uri.TryCreate(endpoint, UriKind.Absolute, out var at)
            || !policy.Knows(at)
        )
            return new("push-service-unknown", "This agency does not ring by your browser's push service.", RefusalKind.Rejected);
        try
        {
            point = Base64Url.DecodeFromChars(key);
            auth = Base64Url.DecodeFromChars(secret);
            PushMessage.Point(point);
        }
        catch (Exception wrong) when (wrong is FormatException or CryptographicException)
        {
            return Unreadable;
        }
        return auth.Length == 16 ? null : Unreadable;
    }

    static readonly Refusal Unreadable = new("push-key-unreadable", "The browser's key for pushes cannot be read.");

    public static Task Keep(Work work, PushSubscription subscription, CancellationToken stop) =>
        work.Execute(
            """
            INSERT INTO push_subscription (endpoint, clinician, browser_key, secret, made_at)
            VALUES (@Endpoint, @Clinician, @Key, @Secret, @Now)
            ON CONFLICT (endpoint) DO UPDATE SET clinician = @Clinician, browser_key = @Key, secret = @Secret, made_at = @Now
            """,
            new
            {
                subscription.Endpoint,
                subscription.Clinician,
                subscription.Key,
                subscription.Secret,
                work.Now,
            },
            stop
        );

    public static Task<IReadOnlyList<PushSubscription>> Of(Reading reading, ClinicianId clinician, CancellationToken stop) =>
        reading.Many(
            "SELECT * FROM push_subscription WHERE clinician = @clinician ORDER BY made_at",
            new { clinician },
            row => new PushSubscription(
                row.Text("endpoint"),
                row.Id<Nouns.Clinician>("clinician"),
                row.Bytes("browser_key"),
                row.Bytes("secret")
            ),
            stop
        );

    public static Task End(Work work, string endpoint, ClinicianId clinician, CancellationToken stop) =>
        work.Execute(
            "DELETE FROM push_subscription WHERE endpoint = @endpoint AND clinician = @clinician",
            new { endpoint, clinician },
            stop
        );

    public static Task EndAll(Work work, ClinicianId clinician, CancellationToken stop) =>
        work.Execute("DELETE FROM push_subscription WHERE clinician = @clinician", new { clinician }, stop);
}
