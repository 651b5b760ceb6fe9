using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Lapel.Custody;

/// <summary>A SHA-256 digest that this process computed itself. Written <c>sha256:</c> and 64 lower-case hex digits.</summary>
[JsonConverter(typeof(DigestJson))]
public readonly record struct Digest
{
    const string Prefix = "sha256:";
    readonly string? hex;

    Digest(string hex) => this.hex = hex;

    /// <summary>64 lower-case hex digits; empty for <c>default</c>.</summary>
    public string Hex => hex ?? "";

    public static Digest Of(ReadOnlySpan<byte> bytes) => FromBytes(SHA256.HashData(bytes));

    /// <param name="sha256">32 bytes.</param>
    public static Digest FromBytes(ReadOnlySpan<byte> sha256) =>
        sha256.Length == SHA256.HashSizeInBytes
            ? new(Convert.ToHexStringLower(sha256))
            : throw new ArgumentException($"A SHA-256 digest has 32 bytes, not {sha256.Length}.", nameof(sha256));

    public byte[] ToBytes() => Convert.FromHexString(Hex);

    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        if (text is null || !text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length != Prefix.Length + 64)
            return false;
        var hex = text[Prefix.Length..];
        foreach (var c in hex)
            if (c is not ((>= '0' and <= '9') or (>= 'a' and <= 'f')))
                return false;
        digest = new(hex);
        return true;
    }

    public static Digest Parse(string text) =>
        TryParse(text, out var digest)
            ? digest
            : throw new FormatException($"'{text}' is not a digest: write sha256: and 64 lower-case hex digits.");

    public override string ToString() => hex is null ? "" : Prefix + hex;
}

/// <summary>A digest that somebody else states. It becomes a <see cref="Digest"/> only by comparing it with one.</summary>
[JsonConverter(typeof(ClaimedDigestJson))]
public readonly record struct ClaimedDigest(Digest Stated)
{
    public bool Matches(Digest computed) =>
        CryptographicOperations.FixedTimeEquals(
            System.Text.Encoding.ASCII.GetBytes(Stated.Hex),
            System.Text.Encoding.ASCII.GetBytes(computed.Hex)
        );

    public override string ToString() => Stated.ToString();
}

sealed class DigestJson : JsonConverter<Digest>
{
    public override Digest Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        Digest.TryParse(reader.GetString(), out var digest)
            ? digest
            : throw new JsonException("a digest is written sha256: and 64 lower-case hex digits");

    public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

sealed class ClaimedDigestJson : JsonConverter<ClaimedDigest>
{
    public override ClaimedDigest Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        Digest.TryParse(reader.GetString(), out var digest)
            ? new(digest)
            : throw new JsonException("a digest is written sha256: and 64 lower-case hex digits");

    public override void Write(Utf8JsonWriter writer, ClaimedDigest value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
