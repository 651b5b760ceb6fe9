using System.Security.Cryptography;

namespace Lapel.Custody;

/// <summary>What cameras seal to: the agency's P-256 public key. Whoever has it can seal, and can open nothing.</summary>
public sealed class EvidencePublicKey
{
    /// <summary>HPKE's info: binds a wrapped key to this use of the evidence key, and to this version of the format.</summary>
    internal static readonly byte[] WrapInfo = "lapel content key v1"u8.ToArray();

    readonly byte[] point;

    EvidencePublicKey(byte[] spki, byte[] point)
    {
        Spki = spki;
        this.point = point;
        KeyDigest = Digest.Of(spki);
    }

    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    public byte[] Spki { get; }

    /// <summary>Digest of <see cref="Spki"/>.</summary>
    public Digest KeyDigest { get; }

    /// <exception cref="FormatException">The bytes are not a P-256 SubjectPublicKeyInfo in its one DER spelling.</exception>
    public static EvidencePublicKey FromSpki(ReadOnlySpan<byte> spki)
    {
        using var key = ECDiffieHellman.Create();
        SpkiBytes.Import(spki, key);
        return new(spki.ToArray(), Hpke.ExportPoint(key));
    }

    internal static EvidencePublicKey Of(ECDiffieHellman key) => new(key.ExportSubjectPublicKeyInfo(), Hpke.ExportPoint(key));

    /// <summary>Wraps a clip's key so that only the agency can open it, and only for this clip.</summary>
    public WrappedKey Wrap(ContentKey key, ClipId clip)
    {
        using var ephemeral = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using var context = Hpke.SetupSender(ephemeral, point, WrapInfo, HpkeAead.Aes256Gcm);
        return new([.. Hpke.ExportPoint(ephemeral), .. context.Seal(SealedFormat.AssociatedBytes(clip), key.Bytes)]);
    }
}

/// <summary>The agency's evidence key: opens every clip of the agency. Thread-safe.</summary>
public sealed class EvidencePrivateKey : IDisposable
{
    readonly Lock turn = new();
    readonly ECDiffieHellman key;

    EvidencePrivateKey(ECDiffieHellman key)
    {
        this.key = key;
        Public = EvidencePublicKey.Of(key);
    }

    public EvidencePublicKey Public { get; }

    public static EvidencePrivateKey New() => new(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256));

    /// <exception cref="CryptographicException">The file is not a P-256 private key, or its passphrase is missing or
    /// wrong.</exception>
    public static EvidencePrivateKey Load(string path)
    {
        var key = ECDiffieHellman.Create();
        try
        {
            KeyFile.Load(path, key, KeyFile.Passphrase);
            return new(key);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>PKCS#8 PEM, readable by its owner only; encrypted when <c>LAPEL_KEY_PASSPHRASE</c> is set.</summary>
    public void Save(string path) => KeyFile.Save(path, key, KeyFile.Passphrase);

    /// <exception cref="CryptographicException">It was not wrapped to this key, or not for this clip.</exception>
    public ContentKey Unwrap(WrappedKey wrapped, ClipId clip)
    {
        var aad = SealedFormat.AssociatedBytes(clip);
        var bytes = wrapped.Bytes;
        if (bytes.Length != WrappedKey.LengthBytes)
            throw new CryptographicException("There is no wrapped key to open.");
        Span<byte> clear = stackalloc byte[ContentKey.LengthBytes];
        try
        {
            // The platform's key object makes no promise about concurrent use; this takes well under a millisecond.
            lock (turn)
            {
                var enc = bytes[..Hpke.EncLengthBytes];
                using var context = Hpke.SetupRecipient(enc, key, EvidencePublicKey.WrapInfo, HpkeAead.Aes256Gcm);
                context.Open(aad, bytes.AsSpan(Hpke.EncLengthBytes), clear);
            }
            return ContentKey.FromBytes(clear);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(clear);
        }
    }

    public void Dispose() => key.Dispose();
}

/// <summary>Reads public keys strictly: a key has one spelling, since its digest is its name.</summary>
static class SpkiBytes
{
    public static void Import(ReadOnlySpan<byte> spki, ECAlgorithm into)
    {
        try
        {
            into.ImportSubjectPublicKeyInfo(spki, out _);
            if (
                into.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value
                && into.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(spki)
            )
                return;
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            // Answered below with the sentence a person can use. OpenSSL calls some points off the curve an unsupported platform.
        }
        throw new FormatException("This is not a P-256 public key as SubjectPublicKeyInfo in DER.");
    }
}
