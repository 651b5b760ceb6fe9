namespace Lapel.WebRtc;

/// <summary>
/// What a client sends while it gathers candidates or restarts ICE (application/trickle-ice-sdpfrag, RFC 8840). A lite agent waits to be
/// checked, so of the fragment only the credentials matter; clients name sections wrongly and get away with it.
/// </summary>
sealed record SdpFragment(string Fragment, string Password)
{
    const int MostCharacters = 32 * 1024;

    public static Refusal? WhyNotRead(string text, out SdpFragment fragment)
    {
        fragment = new("", "");
        if (text.Length > MostCharacters)
            return SdpOffer.No($"The fragment has {text.Length} characters; at most {MostCharacters} are read.");
        foreach (var raw in text.AsSpan().EnumerateLines())
        {
            if (raw.IsEmpty)
                continue;
            if (raw.Length < 2 || raw[1] != '=')
                return SdpOffer.No("The fragment has a line that is not type=value.");
            if (raw.StartsWith("a=ice-ufrag:") && fragment.Fragment.Length == 0)
                fragment = fragment with { Fragment = raw["a=ice-ufrag:".Length..].Trim().ToString() };
            else if (raw.StartsWith("a=ice-pwd:") && fragment.Password.Length == 0)
                fragment = fragment with { Password = raw["a=ice-pwd:".Length..].Trim().ToString() };
        }
        return fragment.Fragment.Length > 256 || fragment.Password.Length > 256
            ? SdpOffer.No("The fragment's ICE credentials are longer than 256 characters.")
            : null;
    }
}
