using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Lapel.Custody;

/// <summary>
/// A DSSE v1 envelope (Dead Simple Signing Envelope) with exactly one signature, ECDSA P-256 over SHA-256, r || s. The signature
/// covers
/// <c>PAE(type, payload)</c>, so a payload cannot be passed off as one of another type.
/// Lapel is stricter than DSSE asks: no other fields, one signature, standard base64 in its one spelling.
/// </summary>
public sealed class Envelope
{
    /// <summary>More than a twelve-hour recording with a position every second needs; less than hurts a server.</summary>
    public const int MaxLengthBytes = 8 * 1024 * 1024;

    const int SignatureLengthBytes = 64;

    readonly byte[] signature;

    Envelope(string payloadType, byte[] payload, Digest keyId, byte[] signature, Digest digest)
    {
        PayloadType = payloadType;
        Payload = payload;
        KeyId = keyId;
        this.signature = signature;
        Digest = digest;
    }

    public string PayloadType { get; }

    /// <summary>The bytes that were signed. Believe them only after <see cref="IsSignedBy"/>.</summary>
    public byte[] Payload { get; }

    /// <summary>The key that the signer names. It selects a key to try and proves nothing.</summary>
    public Digest KeyId { get; }

    /// <summary>Digest of the envelope's own bytes, as they were received.</summary>
    public Digest Digest { get; }

    public static byte[] Sign(string payloadType, ReadOnlySpan<byte> payload, CameraKey key)
    {
        var signature = Convert.ToBase64String(key.Sign(PreAuthEncoding(payloadType, payload)));
        var wire = new Wire(payloadType, Convert.ToBase64String(payload), [new(key.KeyId.ToString(), signature)]);
        return JsonSerializer.SerializeToUtf8Bytes(wire, LapelJson.Strict);
    }

    /// <exception cref="FormatException">The bytes are not such an envelope; the message is a sentence for people.</exception>
    public static Envelope Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MaxLengthBytes)
            throw new FormatException($"The envelope has {bytes.Length} bytes; at most {MaxLengthBytes} are read.");
        var wire = ReadWire(bytes);
        if (wire.Signatures is not [{ } only])
            throw new FormatException("The envelope must have exactly one signature.");
        if (!Digest.TryParse(only.Keyid, out var keyId))
            throw new FormatException("The envelope's keyid is not written sha256: and 64 lower-case hex digits.");
        var signature = Decode(only.Sig, "signature");
        if (signature.Length != SignatureLengthBytes)
            throw new FormatException($"The envelope's signature has {signature.Length} bytes, not {SignatureLengthBytes}.");
        return new(wire.PayloadType, Decode(wire.Payload, "payload"), keyId, signature, Digest.Of(bytes));
    }

    public bool IsSignedBy(CameraPublicKey key) =>
        key.KeyId == KeyId && key.Verify(PreAuthEncoding(PayloadType, Payload), signature);

    /// <summary>PAE of DSSE v1: "DSSEv1" SP length(type) SP type SP length(payload) SP payload, lengths in decimal
    /// bytes.</summary>
    internal static byte[] PreAuthEncoding(string payloadType, ReadOnlySpan<byte> payload)
    {
        var typeLength = Encoding.UTF8.GetByteCount(payloadType);
        var head = string.Create(CultureInfo.InvariantCulture, $"DSSEv1 {typeLength} {payloadType} {payload.Length} ");
        return [.. Encoding.UTF8.GetBytes(head), .. payload];
    }

    static Wire ReadWire(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<Wire>(bytes, LapelJson.Strict)
                ?? throw new FormatException("The envelope is null.");
        }
        catch (JsonException e)
        {
            throw new FormatException($"The envelope is not the JSON that DSSE describes: {e.Message}", e);
        }
    }

    static byte[] Decode(string base64, string what)
    {
        // Convert.FromBase64String skips white space and ignores stray trailing bits; a signed format has one spelling.
        if (Base64.IsValid(base64, out var length))
        {
            var bytes = new byte[length];
            if (Convert.TryFromBase64String(base64, bytes, out _) && Convert.ToBase64String(bytes) == base64)
                return bytes;
        }
        throw new FormatException($"The envelope's {what} is not base64 in its one spelling.");
    }

    sealed record Wire(string PayloadType, string Payload, IReadOnlyList<Signature> Signatures);

    sealed record Signature(string Keyid, string Sig);
}
