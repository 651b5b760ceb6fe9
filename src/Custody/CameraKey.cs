using System.Security.Cryptography;

namespace Lapel.Custody;

/// <summary>A camera's own P-256 key: made on the camera, never leaves it, signs what the camera says.</summary>
public sealed class CameraKey : IDisposable
{
    readonly Lock turn = new();
    readonly ECDsa key;

    CameraKey(ECDsa key)
    {
        this.key = key;
        Spki = key.ExportSubjectPublicKeyInfo();
        KeyId = Digest.Of(Spki);
    }

    /// <summary>The public half as SubjectPublicKeyInfo, DER.</summary>
    public byte[] Spki { get; }

    /// <summary>Digest of <see cref="Spki"/>: the key's name in envelopes and in the register of cameras.</summary>
    public Digest KeyId { get; }

    public static CameraKey New() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <exception cref="CryptographicException">The file is not a P-256 private key, or its passphrase is missing or
    /// wrong.</exception>
    public static CameraKey Load(string path)
    {
        var key = ECDsa.Create();
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

    /// <summary>ECDSA over SHA-256 of the bytes: r || s, 64 bytes (IEEE P1363).</summary>
    public byte[] Sign(ReadOnlySpan<byte> bytes)
    {
        lock (turn)
            return key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    public void Dispose() => key.Dispose();
}

/// <summary>The public half of a camera's key, as the agency enrolled it. Thread-safe.</summary>
public sealed class CameraPublicKey
{
    readonly byte[] spki;

    /// <exception cref="FormatException">The bytes are not a P-256 SubjectPublicKeyInfo in its one DER spelling.</exception>
    public CameraPublicKey(ReadOnlySpan<byte> spki)
    {
        using var key = ECDsa.Create();
        SpkiBytes.Import(spki, key);
        this.spki = spki.ToArray();
        KeyId = Digest.Of(spki);
    }

    public Digest KeyId { get; }

    public byte[] Spki => [.. spki];

    public bool Verify(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(spki, out _);
        return key.VerifyData(bytes, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}
