using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Lapel.Custody;

/// <summary>
/// The 32 random bytes that one clip is sealed with. Kept in memory that the collector does not copy about, and zeroed on
/// dispose. It leaves a process only wrapped (<see cref="EvidencePublicKey.Wrap"/>).
/// </summary>
public sealed class ContentKey : IDisposable
{
    public const int LengthBytes = 32;

    readonly byte[] bytes = GC.AllocateArray<byte>(LengthBytes, pinned: true);
    bool disposed;

    ContentKey() { }

    public static ContentKey New()
    {
        var key = new ContentKey();
        RandomNumberGenerator.Fill(key.bytes);
        return key;
    }

    /// <param name="key">32 bytes; copied, so the caller may zero its own.</param>
    public static ContentKey FromBytes(ReadOnlySpan<byte> key)
    {
        if (key.Length != LengthBytes)
            throw new ArgumentException($"A content key has {LengthBytes} bytes, not {key.Length}.", nameof(key));
        var copy = new ContentKey();
        key.CopyTo(copy.bytes);
        return copy;
    }

    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            return bytes;
        }
    }

    public void Dispose()
    {
        disposed = true;
        CryptographicOperations.ZeroMemory(bytes);
    }
}

/// <summary>
/// A content key that only the agency's evidence key can open: HPKE's encapsulated key (65 bytes) and the encrypted content key
/// (32 and a tag of 16). It travels and is kept apart from the sealed bytes: whoever destroys it destroys the clip, everywhere.
/// Format: docs/formats/wrapped-key.md.
/// </summary>
public readonly record struct WrappedKey
{
    public const int LengthBytes = Hpke.EncLengthBytes + ContentKey.LengthBytes + 16;

    readonly byte[]? bytes;

    public WrappedKey(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        if (bytes.Length != LengthBytes)
            throw new ArgumentException($"A wrapped key has {LengthBytes} bytes, not {bytes.Length}.", nameof(bytes));
        this.bytes = bytes;
    }

    /// <summary>113 bytes; empty for <c>default</c>.</summary>
    public byte[] Bytes => bytes ?? [];

    public string ToBase64Url() => Base64Url.EncodeToString(Bytes);

    /// <summary>Accepts base64url without padding, of exactly 113 bytes, in its one spelling.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out WrappedKey key)
    {
        key = default;
        Span<byte> decoded = stackalloc byte[LengthBytes];
        if (
            text is null
            || text.Length != Base64Url.GetEncodedLength(LengthBytes)
            || !Base64Url.IsValid(text, out var length) // the decoder throws at a foreign letter
            || length != LengthBytes
            || !Base64Url.TryDecodeFromChars(text, decoded, out _)
        )
            return false;
        var parsed = new WrappedKey(decoded.ToArray());
        if (parsed.ToBase64Url() != text)
            return false;
        key = parsed;
        return true;
    }

    public bool Equals(WrappedKey other) => Bytes.AsSpan().SequenceEqual(other.Bytes);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes);
        return hash.ToHashCode();
    }

    public override string ToString() => ToBase64Url();
}
