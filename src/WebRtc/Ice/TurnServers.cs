using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using NodaTime;

namespace Lapel.WebRtc;

/// <summary>A TURN server as one client is told of it.</summary>
/// <param name="Url">As in <c>turn:turn.example.org:3478?transport=udp</c> (RFC 7065).</param>
public sealed record IceServer(string Url, string Username, string Credential);

/// <summary>
/// TURN servers for clients whose network lets nothing else through. Each client gets a name and a password of its own that open them for an
/// hour, made from a secret that these servers share with us (draft-uberti-behave-turn-rest; coturn's use-auth-secret). The gateway itself
/// needs none: to it a relayed client is one that comes from the relay's address.
/// </summary>
public sealed partial class TurnServers
{
    /// <summary>Counts for the beginning only: whoever is relayed stays so.</summary>
    static readonly Duration OpenFor = Duration.FromHours(1);

    readonly IReadOnlyList<string> urls;
    readonly byte[] secret;

    /// <exception cref="FormatException">A URL is none of a TURN server, or there is no secret.</exception>
    public TurnServers(IReadOnlyList<string> urls, string secret)
    {
        foreach (var url in urls)
            if (!TurnUrl().IsMatch(url))
                throw new FormatException(
                    $"A TURN server is named as turn:turn.example:3478?transport=udp or turns:turn.example:5349?transport=tcp, not '{url}'."
                );
        if (urls.Count == 0 || secret.Length == 0)
            throw new FormatException("TURN needs at least one server, and the secret that is shared with it.");
        (this.urls, this.secret) = (urls, Encoding.UTF8.GetBytes(secret));
    }

    /// <param name="urls">With commas between them; null for none.</param>
    /// <param name="secretFile">Holds the secret on its one line. Not an option's value: everybody on a machine may read those.</param>
    /// <returns>Null when neither is given.</returns>
    /// <exception cref="FormatException">One is given without the other, or is not what it should be.</exception>
    public static TurnServers? Read(IReadOnlyList<string> urls, string? secretFile)
    {
        if (urls.Count == 0 && secretFile is null)
            return null;
        if (urls.Count == 0 || secretFile is null)
            throw new FormatException("TURN servers and the file with their secret are given together.");
        try
        {
            return new(urls, File.ReadAllText(secretFile).Trim());
        }
        catch (Exception cannot) when (cannot is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"The secret of the TURN servers cannot be read: {cannot.Message}", cannot);
        }
    }

    /// <param name="holder">Whom it is for, in the TURN server's own records: the name of a lease, never of a person.</param>
    public IReadOnlyList<IceServer> For(string holder, Instant now)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{(now + OpenFor).ToUnixTimeSeconds()}:{holder}");
#pragma warning disable CA5350 // SHA-1 is what TURN servers do here; nothing weaker than its HMAC is at stake
        var password = Convert.ToBase64String(HMACSHA1.HashData(secret, Encoding.UTF8.GetBytes(name)));
#pragma warning restore CA5350
        return [.. urls.Select(url => new IceServer(url, name, password))];
    }

    [GeneratedRegex(
        @"^turns?:(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?(\?transport=(udp|tcp))?$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex TurnUrl();
}
