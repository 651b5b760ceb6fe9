using Lapel.WebRtc;

namespace Lapel.Live;

/// <summary>
/// The agency's key for live tokens, P-256 as for cameras; made at the first use and kept, so that tokens outlive a restart of the server.
/// A gateway elsewhere needs only its public half.
/// </summary>
sealed class LiveKey
{
    readonly string agency;

    public LiveKey(Agency agency)
    {
        this.agency = agency.Profile.Slug;
        var file = System.IO.Path.Combine(agency.Folder.Keys, "live-token.key");
        if (File.Exists(file))
        {
            Signer = new(CameraKey.Load(file));
            return;
        }
        var key = CameraKey.New();
        key.Save(file);
        Signer = new(key);
    }

    public LiveTokenSigner Signer { get; }

    /// <summary>As `./lapel gateway --key` takes it.</summary>
    public string Public => $"{agency}={Convert.ToBase64String(Signer.Spki)}";

    /// <summary>The agency and the key of <see cref="Public"/>.</summary>
    /// <exception cref="FormatException">It is not one; the message says so.</exception>
    public static (string Agency, byte[] Spki) Parse(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        try
        {
            var (agency, spki) = (text[..int.Max(at, 0)], Convert.FromBase64String(text[(at + 1)..].Trim()));
            if (AgencyProfile.WhyNotSlug(agency) is { } no)
                throw new FormatException(no);
            _ = new CameraPublicKey(spki);
            return (agency, spki);
        }
        catch (FormatException wrong)
        {
            throw new FormatException(
                $"A key of an agency is its short name, '=' and what its server answers at /live/gateway-key. {wrong.Message}",
                wrong
            );
        }
    }
}
