using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Lapel.Custody;

/// <summary>
/// The layout of a sealed clip: Tink's AES256-GCM-HKDF streaming construction with segments of 16 KiB, so that any part of a long
/// clip can be decrypted and authenticated without the rest. Format: docs/formats/sealed-clip.md.
/// <code>
/// header    = 0x28 || salt (32) || nonce prefix (7)
/// key       = HKDF-SHA256(ikm = content key, salt, info = clip id in ASCII, 32 bytes)
/// segment i = AES-256-GCM(key, nonce = prefix || i as 4 bytes big-endian || 1 if last else 0, no associated data), tag appended
/// </code>
/// The header counts into the first segment: every segment starts at a multiple of 16 KiB in the file.
/// </summary>
public static class SealedFormat
{
    public const int SegmentLengthBytes = 16 * 1024;
    public const int TagLengthBytes = 16;
    public const int HeaderLengthBytes = 1 + SaltLengthBytes + NoncePrefixLengthBytes;

    /// <summary>Clear bytes in every whole segment but the first.</summary>
    public const int SegmentClearBytes = SegmentLengthBytes - TagLengthBytes;

    /// <summary>Clear bytes in the first segment when it is whole.</summary>
    public const int FirstSegmentClearBytes = SegmentClearBytes - HeaderLengthBytes;

    /// <summary>64 TiB: the segment number has 32 bits.</summary>
    public const long MaxSealedLengthBytes = (1L << 32) * SegmentLengthBytes;

    internal const int SaltLengthBytes = 32;
    internal const int NoncePrefixLengthBytes = 7;

    /// <summary>
    /// How many clear bytes a sealed file of this length holds. Of an incomplete one only whole segments count: what follows the
    /// last whole segment was torn by the power cut and is ignored.
    /// </summary>
    /// <exception cref="SealBrokenException">No complete sealed clip has this length.</exception>
    public static long ClearLength(long sealedLengthBytes, bool complete)
    {
        if (sealedLengthBytes is < 0 or > MaxSealedLengthBytes)
            throw new SealBrokenException(0, $"a sealed clip cannot be {sealedLengthBytes} bytes long");

        var (whole, rest) = Math.DivRem(sealedLengthBytes, SegmentLengthBytes);
        if (!complete)
            return whole == 0 ? 0 : sealedLengthBytes - rest - HeaderLengthBytes - whole * TagLengthBytes;

        var least = whole == 0 ? HeaderLengthBytes + TagLengthBytes : TagLengthBytes;
        if (rest < least && (rest > 0 || whole == 0))
            throw new SealBrokenException(whole, "the file ends inside it");
        var segments = whole + (rest > 0 ? 1 : 0);
        return sealedLengthBytes - HeaderLengthBytes - segments * TagLengthBytes;
    }

    /// <summary>The segment that holds a clear offset, and where in that segment's clear bytes it is.</summary>
    internal static (long Segment, int Within) Locate(long clearOffset) =>
        clearOffset < FirstSegmentClearBytes
            ? (0, (int)clearOffset)
            : (
                (clearOffset + HeaderLengthBytes) / SegmentClearBytes,
                (int)((clearOffset + HeaderLengthBytes) % SegmentClearBytes)
            );

    /// <summary>Offset of a segment's first ciphertext byte in the file.</summary>
    internal static long CipherOffset(long segment) => segment == 0 ? HeaderLengthBytes : segment * SegmentLengthBytes;

    /// <summary>Binds a clip's bytes to its id: 36 ASCII characters.</summary>
    internal static byte[] AssociatedBytes(ClipId clip) =>
        clip == default
            ? throw new ArgumentException("A clip is sealed under its id; none was given.", nameof(clip))
            : Encoding.ASCII.GetBytes(clip.Text);
}

/// <summary>A sealed clip is not what was sealed: changed, cut, joined from parts, or of another clip or key.</summary>
public sealed class SealBrokenException(long segment, string why) : Exception($"The seal is broken at segment {segment}: {why}.")
{
    public SealBrokenException(long segment)
        : this(segment, "its bytes are not the ones that were sealed") { }

    /// <summary>Counted from 0; its bytes in the file begin at 16,384 times this.</summary>
    public long Segment { get; } = segment;
}

/// <summary>Seals and opens single segments of one clip without allocating. Not thread-safe.</summary>
sealed class SegmentCipher : IDisposable
{
    readonly AesGcm aes;
    readonly byte[] nonce = new byte[12];

    public SegmentCipher(ContentKey key, ClipId clip, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> noncePrefix)
    {
        Span<byte> derived = stackalloc byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, key.Bytes, derived, salt, SealedFormat.AssociatedBytes(clip));
        aes = new(derived, SealedFormat.TagLengthBytes);
        CryptographicOperations.ZeroMemory(derived);
        noncePrefix.CopyTo(nonce);
    }

    /// <param name="cipher">As long as <paramref name="clear"/> and a tag.</param>
    public void Seal(long segment, bool last, ReadOnlySpan<byte> clear, Span<byte> cipher)
    {
        SetNonce(segment, last);
        aes.Encrypt(nonce, clear, cipher[..clear.Length], cipher[clear.Length..]);
    }

    /// <returns>False, with <paramref name="clear"/> zeroed, when the segment is not the one that was sealed.</returns>
    public bool TryOpen(long segment, bool last, ReadOnlySpan<byte> cipher, Span<byte> clear)
    {
        SetNonce(segment, last);
        try
        {
            aes.Decrypt(nonce, cipher[..clear.Length], cipher[clear.Length..], clear);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    void SetNonce(long segment, bool last)
    {
        BinaryPrimitives.WriteUInt32BigEndian(nonce.AsSpan(SealedFormat.NoncePrefixLengthBytes), checked((uint)segment));
        nonce[^1] = last ? (byte)1 : (byte)0;
    }

    public void Dispose() => aes.Dispose();
}
