using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Lapel.Custody;

/// <summary>Signature type identifier bytes of C2SP signed-note, "Signature types". Lapel knows these two.</summary>
public enum NoteKeyKind : byte
{
    /// <summary>Ed25519 over the note text: how a log signs its checkpoints.</summary>
    Log = 0x01,

    /// <summary>Timestamped Ed25519 of C2SP tlog-cosignature: how a witness countersigns them.</summary>
    Witness = 0x04,
}

/// <summary>
/// A public key that signs notes, written as a C2SP "vkey": <c>name+hex(key ID)+base64(kind || public key)</c>.
/// It says who must have signed; where a verifier got it from is the whole of its trust.
/// </summary>
public sealed record NoteKey
{
    NoteKey(string name, NoteKeyKind kind, byte[] publicKey)
    {
        Name = name;
        Kind = kind;
        PublicKey = publicKey;
        Id = IdOf(name, kind, publicKey);
    }

    public string Name { get; }

    public NoteKeyKind Kind { get; }

    /// <summary>32 bytes.</summary>
    public byte[] PublicKey { get; }

    /// <summary>First four bytes of SHA-256(name || 0x0A || kind || public key), big-endian (C2SP signed-note, "Signatures").</summary>
    public uint Id { get; }

    public static NoteKey Of(string name, NoteKeyKind kind, ReadOnlySpan<byte> publicKey)
    {
        if (!IsName(name))
            throw new ArgumentException(
                "A note key's name is not empty and has no spaces, control characters or plus.",
                nameof(name)
            );
        if (publicKey.Length != Ed25519.PublicKeyLengthBytes)
            throw new ArgumentException($"An Ed25519 public key has 32 bytes, not {publicKey.Length}.", nameof(publicKey));
        return new(name, kind, publicKey.ToArray());
    }

    /// <exception cref="FormatException">It is no vkey of a kind that Lapel knows, or its key ID does not fit its key.</exception>
    public static NoteKey Parse(string text)
    {
        // The name has no plus, but base64 may: cut at the first two.
        var parts = text.Split('+', 3);
        if (parts.Length != 3 || !IsName(parts[0]))
            throw new FormatException("A verifier key is written name+keyid+base64.");
        if (!NoteText.TryBase64(parts[2], out var bytes) || bytes.Length != 1 + Ed25519.PublicKeyLengthBytes)
            throw new FormatException("The verifier key's last part is not the base64 of a kind byte and a 32-byte public key.");
        var kind = (NoteKeyKind)bytes[0];
        if (kind is not (NoteKeyKind.Log or NoteKeyKind.Witness))
            throw new FormatException($"The verifier key has kind {bytes[0]}; Lapel knows 1 (log) and 4 (witness).");
        var key = new NoteKey(parts[0], kind, bytes[1..]);
        return key.HexId == parts[1]
            ? key
            : throw new FormatException($"The verifier key's ID should be {key.HexId}: part of the key is mistyped.");
    }

    /// <summary>Whether the signature (without its key ID) is this key's over the note text.</summary>
    public bool Verify(ReadOnlySpan<byte> text, ReadOnlySpan<byte> signature) =>
        Kind == NoteKeyKind.Witness
            ? Cosignature.TryRead(signature, out var seconds, out var inner)
                && Ed25519.Verify(PublicKey, Cosignature.Message(text, seconds), inner)
            : Ed25519.Verify(PublicKey, text, signature);

    public bool Equals(NoteKey? other) =>
        other is not null && Name == other.Name && Kind == other.Kind && PublicKey.AsSpan().SequenceEqual(other.PublicKey);

    public override int GetHashCode() => HashCode.Combine(Name, Kind, Id);

    /// <summary>The vkey.</summary>
    public override string ToString() => $"{Name}+{HexId}+{Convert.ToBase64String([(byte)Kind, .. PublicKey])}";

    internal string HexId => Id.ToString("x8", CultureInfo.InvariantCulture);

    internal static bool IsName(string name) => name.Length > 0 && !name.Any(c => char.IsWhiteSpace(c) || c < ' ' || c == '+');

    static uint IdOf(string name, NoteKeyKind kind, byte[] publicKey) =>
        BinaryPrimitives.ReadUInt32BigEndian(
            SHA256.HashData([.. Encoding.UTF8.GetBytes(name), (byte)'\n', (byte)kind, .. publicKey])
        );
}

/// <summary>The spellings that notes, checkpoints and proofs share. One spelling only: what has two can be changed unseen.</summary>
static class NoteText
{
    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Standard base64 (RFC 4648, section 4) with padding, no spaces, and no stray bits at the end.</summary>
    public static bool TryBase64(string text, out byte[] bytes)
    {
        var buffer = new byte[text.Length];
        var read = Convert.TryFromBase64String(text, buffer, out var length);
        bytes = read ? buffer[..length] : [];
        return read && Convert.ToBase64String(bytes) == text;
    }

    /// <summary>32 bytes as base64.</summary>
    public static bool TryHash(string text, out byte[] hash) =>
        TryBase64(text, out hash) && hash.Length == Merkle.HashLengthBytes;

    /// <summary>ASCII decimal without sign or leading zeroes, up to 2^63 - 1.</summary>
    public static bool TryDecimal(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)
        && number.ToString(CultureInfo.InvariantCulture) == text;

    /// <exception cref="FormatException">Half a surrogate pair.</exception>
    public static byte[] Utf8(string text)
    {
        try
        {
            return Strict.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            throw new FormatException("The text is not valid Unicode.");
        }
    }

    /// <exception cref="FormatException">Not UTF-8.</exception>
    public static string FromUtf8(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException("The text is not valid UTF-8.");
        }
    }
}
