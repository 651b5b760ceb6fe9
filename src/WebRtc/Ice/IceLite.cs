using System.Security.Cryptography;
using System.Text;

namespace Lapel.WebRtc;

/// <summary>One side's ICE credentials (RFC 8445, 5.3).</summary>
sealed record IceCredentials(string Fragment, string Password)
{
    const string IceCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /// <summary>96 bits of name, which no two peers share, and 144 of password, from the system's source of randomness.</summary>
    public static IceCredentials New() =>
        new(RandomNumberGenerator.GetString(IceCharacters, 16), RandomNumberGenerator.GetString(IceCharacters, 24));

    public byte[] PasswordBytes { get; } = Encoding.ASCII.GetBytes(Password);
}

/// <summary>
/// The gateway's end of one peer's ICE: it answers checks and never sends any (a=ice-lite). It knows which paths the peer has proved
/// to be its own, which of them is selected, and when consent was last given (RFC 7675). The peer's stream is locked around it.
/// </summary>
sealed class IceLite(IceCredentials local, string remoteFragment)
{
    /// <summary>RFC 7675, 5.1: without a valid check for this long nothing more is sent.</summary>
    public const long ConsentUs = 30_000_000;

    /// <summary>A peer behind a flapping network proves several addresses; an endless list of them is an attack.</summary>
    const int MostPaths = 8;

    readonly List<Path> paths = [];

    public IceCredentials Local { get; private set; } = local;

    /// <summary>The credentials from before a restart; good until the peer uses the new ones.</summary>
    public IceCredentials? Previous { get; private set; }

    public string RemoteFragment { get; private set; } = remoteFragment;

    string previousRemoteFragment = remoteFragment;

    /// <summary>Where to send; null until the first valid check.</summary>
    public Path? Selected { get; private set; }

    /// <summary>Monotonic time of the last valid check; 0 before the first.</summary>
    public long ConsentAtUs { get; private set; }

    public IReadOnlyList<Path> Paths => paths;

    /// <summary>Every fragment that this peer was ever known by here.</summary>
    public List<string> Given { get; } = [local.Fragment];

    public void Restart(IceCredentials next, string remote)
    {
        Given.Add(next.Fragment);
        Previous = Local;
        previousRemoteFragment = RemoteFragment;
        Local = next;
        RemoteFragment = remote;
    }

    /// <summary>Which credentials a check's user name means; null when they are not this peer's.</summary>
    public IceCredentials? CredentialsOf(ReadOnlySpan<byte> username)
    {
        if (Matches(username, Local.Fragment, RemoteFragment))
            return Local;
        return Previous is { } previous && Matches(username, previous.Fragment, previousRemoteFragment) ? previous : null;
    }

    static bool Matches(ReadOnlySpan<byte> username, string local, string remote) =>
        username.Length == local.Length + 1 + remote.Length
        && username[local.Length] == (byte)':'
        && Ascii.Equals(username[..local.Length], local)
        && Ascii.Equals(username[(local.Length + 1)..], remote);

    /// <summary>
    /// A check that proved itself. The first path is used at once, since a lite agent's answer proves it both ways; later ones
    /// when the peer nominates them, which is how a phone moves from Wi-Fi to a mobile network.
    /// </summary>
    /// <param name="fell">The path that had to make room, so that packets from it are no longer taken.</param>
    /// <returns>True when the path is new.</returns>
    public bool Checked(Path path, bool nominated, IceCredentials by, long nowUs, out Path? fell)
    {
        fell = null;
        ConsentAtUs = nowUs;
        if (by == Local)
            Previous = null;
        var known = paths.Contains(path);
        if (!known)
        {
            if (paths.Count == MostPaths)
            {
                fell = paths.First(p => p != Selected);
                paths.Remove(fell);
            }
            paths.Add(path);
        }
        if (Selected is null || nominated || Selected.IsClosed)
            Selected = path;
        return !known;
    }

    public bool HasConsent(long nowUs, long sinceUs) => nowUs - Math.Max(ConsentAtUs, sinceUs) < ConsentUs;
}
