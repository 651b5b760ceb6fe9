using System.Text.Json;

namespace Lapel.Custody;

/// <summary>
/// A manifest under its camera's signature. The payload is read strictly: an unknown, missing, doubled or empty field is an
/// error, so that nobody signs what the verifier does not understand. Format: docs/formats/manifest.md.
/// </summary>
public static class SignedManifest
{
    public const string PayloadType = "application/vnd.lapel.manifest+json";

    /// <summary>Signs what the camera says, whether or not it makes sense: evidence is never lost for want of a
    /// signature.</summary>
    public static byte[] Sign(Manifest manifest, CameraKey key) =>
        Envelope.Sign(PayloadType, JsonSerializer.SerializeToUtf8Bytes(manifest, LapelJson.Strict), key);

    /// <summary>
    /// Reads the form only. Ask then <see cref="Envelope.IsSignedBy"/> with the key that was enrolled for
    /// <see cref="Manifest.Camera"/>, and <see cref="Manifests.WhyNotConsistent"/>.
    /// </summary>
    /// <exception cref="FormatException">The bytes are no signed manifest; the message is a sentence for people.</exception>
    public static (Envelope Envelope, Manifest Manifest) Read(ReadOnlySpan<byte> bytes)
    {
        var envelope = Envelope.Parse(bytes);
        if (envelope.PayloadType != PayloadType)
            throw new FormatException($"The envelope holds '{envelope.PayloadType}', not a manifest ({PayloadType}).");
        return (envelope, ReadPayload(envelope.Payload));
    }

    internal static Manifest ReadPayload(ReadOnlySpan<byte> payload)
    {
        Manifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<Manifest>(payload, LapelJson.Strict);
        }
        catch (JsonException e)
        {
            throw new FormatException($"The manifest cannot be read: {e.Message}", e);
        }
        if (manifest is null)
            throw new FormatException("The manifest is null.");
        // The serializer checks fields for null, but not the elements of lists.
        if (HasNull(manifest.Clips) || HasNull(manifest.States) || HasNull(manifest.Bookmarks) || HasNull(manifest.Positions))
            throw new FormatException("The manifest has a list with a null in it.");
        return manifest;
    }

    static bool HasNull<T>(IReadOnlyList<T> list)
        where T : class
    {
        foreach (var item in list)
            if (item is null)
                return true;
        return false;
    }
}
