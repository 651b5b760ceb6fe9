using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Lapel.Custody;

/// <summary>An AEAD of RFC 9180 section 7.3. Lapel uses AES-256-GCM; AES-128-GCM is here because the RFC prints its
/// vectors.</summary>
readonly record struct HpkeAead(ushort Id, int KeyLengthBytes)
{
    public static HpkeAead Aes128Gcm { get; } = new(0x0001, 16);
    public static HpkeAead Aes256Gcm { get; } = new(0x0002, 32);
}

/// <summary>
/// Hybrid public key encryption, RFC 9180, base mode: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and an AES-GCM. Names and order
/// follow the RFC's sections 4 and 5, so that the two can be read side by side.
/// </summary>
static class Hpke
{
    /// <summary>Nenc and Npk: an uncompressed point, 0x04 || X || Y.</summary>
    public const int EncLengthBytes = 65;

    const ushort KemId = 0x0010;
    const ushort KdfId = 0x0001;
    const int HashLengthBytes = 32;
    const byte ModeBase = 0x00;

    /// <summary>SetupBaseS. The ephemeral key must be new for every call; vectors pass theirs.</summary>
    public static HpkeContext SetupSender(ECDiffieHellman ephemeral, byte[] recipient, byte[] info, HpkeAead aead)
    {
        using var to = ImportPoint(recipient);
        var enc = ExportPoint(ephemeral);
        return KeySchedule(Agree(ephemeral, to, enc, recipient), info, aead);
    }

    /// <summary>SetupBaseR.</summary>
    /// <exception cref="CryptographicException">The encapsulated key is not a point of the curve.</exception>
    public static HpkeContext SetupRecipient(byte[] enc, ECDiffieHellman recipient, byte[] info, HpkeAead aead)
    {
        using var from = ImportPoint(enc);
        return KeySchedule(Agree(recipient, from, enc, ExportPoint(recipient)), info, aead);
    }

    /// <summary>SerializePublicKey.</summary>
    public static byte[] ExportPoint(ECDiffieHellman key)
    {
        var q = key.ExportParameters(includePrivateParameters: false).Q;
        return [0x04, .. q.X!, .. q.Y!];
    }

    /// <summary>DeserializePublicKey; the import checks that the point is on the curve.</summary>
    public static ECDiffieHellman ImportPoint(ReadOnlySpan<byte> point)
    {
        if (point.Length != EncLengthBytes || point[0] != 0x04)
            throw new CryptographicException("A P-256 public key is 65 bytes and begins with 4.");
        var q = new ECPoint { X = point[1..33].ToArray(), Y = point[33..].ToArray() };
        try
        {
            return ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = q });
        }
        catch (PlatformNotSupportedException e)
        {
            // .NET's word for some of OpenSSL's refusals of a point.
            throw new CryptographicException("This P-256 public key is not a point of the curve.", e);
        }
    }

    // ExtractAndExpand over the Diffie-Hellman value; kem_context = enc || pkRm.
    static byte[] Agree(ECDiffieHellman mine, ECDiffieHellman theirs, byte[] enc, byte[] recipient)
    {
        byte[] suite = [.. "KEM"u8, .. Big16(KemId)];
        using var their = theirs.PublicKey;
        var dh = mine.DeriveRawSecretAgreement(their);
        var extracted = LabeledExtract(suite, [], "eae_prk"u8, dh);
        var shared = LabeledExpand(suite, extracted, "shared_secret"u8, [.. enc, .. recipient], HashLengthBytes);
        CryptographicOperations.ZeroMemory(dh);
        CryptographicOperations.ZeroMemory(extracted);
        return shared;
    }

    static HpkeContext KeySchedule(byte[] shared, byte[] info, HpkeAead aead)
    {
        byte[] suite = [.. "HPKE"u8, .. Big16(KemId), .. Big16(KdfId), .. Big16(aead.Id)];
        byte[] context =
        [
            ModeBase,
            .. LabeledExtract(suite, [], "psk_id_hash"u8, []),
            .. LabeledExtract(suite, [], "info_hash"u8, info),
        ];
        var secret = LabeledExtract(suite, shared, "secret"u8, []);
        var key = LabeledExpand(suite, secret, "key"u8, context, aead.KeyLengthBytes);
        var baseNonce = LabeledExpand(suite, secret, "base_nonce"u8, context, HpkeContext.NonceLengthBytes);
        CryptographicOperations.ZeroMemory(shared);
        CryptographicOperations.ZeroMemory(secret);
        return new(key, baseNonce);
    }

    static byte[] LabeledExtract(ReadOnlySpan<byte> suite, byte[] salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> ikm)
    {
        byte[] labeled = [.. "HPKE-v1"u8, .. suite, .. label, .. ikm];
        var extracted = HKDF.Extract(HashAlgorithmName.SHA256, labeled, salt);
        CryptographicOperations.ZeroMemory(labeled);
        return extracted;
    }

    static byte[] LabeledExpand(
        ReadOnlySpan<byte> suite,
        byte[] prk,
        ReadOnlySpan<byte> label,
        ReadOnlySpan<byte> info,
        int length
    )
    {
        byte[] labeled = [.. Big16((ushort)length), .. "HPKE-v1"u8, .. suite, .. label, .. info];
        return HKDF.Expand(HashAlgorithmName.SHA256, prk, length, labeled);
    }

    static byte[] Big16(ushort value) => [(byte)(value >> 8), (byte)value];
}

/// <summary>The context of RFC 9180 section 5.2: seals or opens messages in order. Lapel sends exactly one a context.</summary>
sealed class HpkeContext(byte[] key, byte[] baseNonce) : IDisposable
{
    public const int NonceLengthBytes = 12;
    const int TagLengthBytes = 16;

    readonly AesGcm aes = new(key, TagLengthBytes);
    ulong sequence;

    internal ReadOnlySpan<byte> Key => key;
    internal ReadOnlySpan<byte> BaseNonce => baseNonce;

    public byte[] Seal(ReadOnlySpan<byte> aad, ReadOnlySpan<byte> clear)
    {
        var cipher = new byte[clear.Length + TagLengthBytes];
        aes.Encrypt(NextNonce(), clear, cipher.AsSpan(0, clear.Length), cipher.AsSpan(clear.Length), aad);
        return cipher;
    }

    /// <exception cref="CryptographicException">It was not sealed to this key with this info and associated data.</exception>
    public void Open(ReadOnlySpan<byte> aad, ReadOnlySpan<byte> cipher, Span<byte> clear) =>
        aes.Decrypt(NextNonce(), cipher[..clear.Length], cipher[clear.Length..], clear, aad);

    byte[] NextNonce()
    {
        var nonce = baseNonce.ToArray();
        var tail = nonce.AsSpan(NonceLengthBytes - sizeof(ulong));
        BinaryPrimitives.WriteUInt64BigEndian(tail, BinaryPrimitives.ReadUInt64BigEndian(tail) ^ sequence);
        sequence = checked(sequence + 1);
        return nonce;
    }

    public void Dispose()
    {
        aes.Dispose();
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(baseNonce);
    }
}
