using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lapel.WebRtc;

public enum LiveRole
{
    Publish,
    Watch,

    /// <summary>Speaks for the agency's records to a gateway that stands alone.</summary>
    Control,
}

/// <summary>
/// A short-lived right to publish or watch one stream, signed by an agency, that any gateway holding the agency's public key can check
/// without asking anybody: a JSON Web Token under ES256 (RFC 7519, RFC 7518). See docs/formats/live-token.md.
/// </summary>
/// <param name="Lease">The lease's id; the gateway that takes the token makes a lease of it.</param>
/// <param name="Holder">Who holds it: the lease's holder.</param>
/// <param name="As">In which capacity, shown to the officer.</param>
public sealed record LiveToken(
    string Agency,
    string Stream,
    LiveRole Role,
    string Lease,
    string Holder,
    string As,
    Instant NotBefore,
    Instant Expires
)
{
    internal const string Type = "lapel-live+jwt";
    internal const int MostCharacters = 2048;

    /// <summary>How far two machines' clocks may be apart.</summary>
    internal static readonly Duration Leeway = Duration.FromSeconds(30);

    public Lease ToLease() => new(Lease, Holder, As, Expires);
}

/// <summary>The token's parts as they stand in it. Names are JWT's where JWT has one.</summary>
sealed record LiveTokenHead(string Alg, string Typ, string Kid);

sealed record LiveTokenClaims(
    [property: JsonPropertyName("iss")] string Agency,
    string Stream,
    LiveRole Role,
    [property: JsonPropertyName("jti")] string Lease,
    [property: JsonPropertyName("sub")] string Holder,
    string As,
    [property: JsonPropertyName("nbf")] long NotBefore,
    [property: JsonPropertyName("exp")] long Expires
);

/// <summary>Signs live tokens with an agency's P-256 key. Thread-safe.</summary>
public sealed class LiveTokenSigner(CameraKey key)
{
    /// <summary>The public half for <see cref="LiveTokenVerifier"/>, SubjectPublicKeyInfo in DER.</summary>
    public byte[] Spki => key.Spki;

    public string Sign(LiveToken token)
    {
        var claims = new LiveTokenClaims(
            token.Agency,
            token.Stream,
            token.Role,
            token.Lease,
            token.Holder,
            token.As,
            token.NotBefore.ToUnixTimeSeconds(),
            token.Expires.ToUnixTimeSeconds()
        );
        var text = $"{Part(new LiveTokenHead("ES256", LiveToken.Type, key.KeyId.ToString()))}.{Part(claims)}";
        return $"{text}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(text)))}";
    }

    static string Part<T>(T part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part, LapelJson.Strict));
}

/// <summary>Checks live tokens against the public keys of the agencies that this gateway serves: each agency signs for itself alone.</summary>
public sealed class LiveTokenVerifier
{
    readonly Dictionary<(string Agency, string KeyId), CameraPublicKey> keys = [];

    /// <exception cref="FormatException">A key is not a P-256 SubjectPublicKeyInfo.</exception>
    public LiveTokenVerifier(IEnumerable<(string Agency, byte[] Spki)> known)
    {
        foreach (var (agency, spki) in known)
        {
            var key = new CameraPublicKey(spki);
            keys[(agency, key.KeyId.ToString())] = key;
        }
    }

    /// <summary>Every reason to refuse is one answer, so that nobody learns from it how near they were; only a token's age is told.</summary>
    public Refusal? WhyNot(string text, Instant now, out LiveToken? token)
    {
        token = null;
        var parts = text.Split('.');
        if (text.Length > LiveToken.MostCharacters || parts.Length != 3)
            return NotOurs;
        LiveTokenHead? head;
        LiveTokenClaims? claims;
        byte[] signature;
        try
        {
            head = JsonSerializer.Deserialize<LiveTokenHead>(Base64Url.DecodeFromChars(parts[0]), LapelJson.Strict);
            claims = JsonSerializer.Deserialize<LiveTokenClaims>(Base64Url.DecodeFromChars(parts[1]), LapelJson.Strict);
            signature = Base64Url.DecodeFromChars(parts[2]);
        }
        catch (Exception broken) when (broken is FormatException or JsonException)
        {
            return NotOurs;
        }
        if (head is null || claims is null || head.Alg != "ES256" || head.Typ != LiveToken.Type)
            return NotOurs;
        if (!keys.TryGetValue((claims.Agency, head.Kid), out var key))
            return NotOurs;
        var signed = Encoding.ASCII.GetBytes(text[..text.LastIndexOf('.')]);
        if (signature.Length != 64 || !key.Verify(signed, signature))
            return NotOurs;
        if (claims.NotBefore is < 0 or > 253_402_300_000 || claims.Expires is < 0 or > 253_402_300_000)
            return NotOurs;
        var (from, until) = (Instant.FromUnixTimeSeconds(claims.NotBefore), Instant.FromUnixTimeSeconds(claims.Expires));
        if (now < from - LiveToken.Leeway || now >= until)
            return new("live-token-over", "This live token's time is over, or has not come yet.", RefusalKind.SignInNeeded);
        token = new(claims.Agency, claims.Stream, claims.Role, claims.Lease, claims.Holder, claims.As, from, until);
        return null;
    }

    static Refusal NotOurs => new("live-token", "A live token of this agency is needed.", RefusalKind.SignInNeeded);
}
