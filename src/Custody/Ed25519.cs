using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Lapel.Custody;

/// <summary>
/// An Ed25519 key pair (RFC 8032), computed by the system's libcrypto (OpenSSL 3) because .NET has no Ed25519 of its own.
/// Safe for use by several threads: libcrypto's keys are read only, and each signature has its own context.
/// </summary>
public sealed class Ed25519 : IDisposable
{
    public const int SeedLengthBytes = 32;
    public const int PublicKeyLengthBytes = 32;
    public const int SignatureLengthBytes = 64;

    readonly Libcrypto.Key key;

    Ed25519(Libcrypto.Key key, byte[] publicKey)
    {
        this.key = key;
        PublicKey = publicKey;
    }

    /// <summary>32 bytes, encoded as in RFC 8032, section 5.1.5.</summary>
    public byte[] PublicKey { get; }

    /// <param name="seed">The 32 bytes that RFC 8032 calls the private key.</param>
    public static Ed25519 FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedLengthBytes)
            throw new ArgumentException($"An Ed25519 seed has {SeedLengthBytes} bytes, not {seed.Length}.", nameof(seed));
        var key = Libcrypto.EVP_PKEY_new_raw_private_key(Libcrypto.Ed25519Type, 0, seed, (nuint)seed.Length);
        Libcrypto.Check(!key.IsInvalid, "making an Ed25519 key");
        var publicKey = new byte[PublicKeyLengthBytes];
        var length = (nuint)publicKey.Length;
        Libcrypto.Check(Libcrypto.EVP_PKEY_get_raw_public_key(key, publicKey, ref length) == 1, "reading an Ed25519 public key");
        return new(key, publicKey);
    }

    /// <returns>The 64-byte signature; the same message always gives the same one.</returns>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        using var context = Libcrypto.NewContext();
        Libcrypto.Check(Libcrypto.EVP_DigestSignInit(context, 0, 0, 0, key) == 1, "preparing an Ed25519 signature");
        var signature = new byte[SignatureLengthBytes];
        var length = (nuint)signature.Length;
        var signed = Libcrypto.EVP_DigestSign(context, signature, ref length, message, (nuint)message.Length);
        Libcrypto.Check(signed == 1 && length == SignatureLengthBytes, "signing with Ed25519");
        return signature;
    }

    /// <returns>False for anything that is not a right signature, wrong lengths and impossible public keys included.</returns>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != PublicKeyLengthBytes || signature.Length != SignatureLengthBytes)
            return false;
        using var key = Libcrypto.EVP_PKEY_new_raw_public_key(Libcrypto.Ed25519Type, 0, publicKey, (nuint)publicKey.Length);
        using var context = Libcrypto.NewContext();
        var right =
            !key.IsInvalid
            && Libcrypto.EVP_DigestVerifyInit(context, 0, 0, 0, key) == 1
            && Libcrypto.EVP_DigestVerify(context, signature, (nuint)signature.Length, message, (nuint)message.Length) == 1;
        if (!right)
            Libcrypto.ERR_clear_error(); // a refusal leaves a note that the next caller on this thread would take for its own
        return right;
    }

    public void Dispose() => key.Dispose();
}

/// <summary>The few functions of OpenSSL 3's libcrypto that <see cref="Ed25519"/> needs.</summary>
static partial class Libcrypto
{
    /// <summary>EVP_PKEY_ED25519, which is NID_ED25519 of obj_mac.h.</summary>
    public const int Ed25519Type = 1087;

    const string Library = "libcrypto.so.3";

    public static Context NewContext()
    {
        var context = EVP_MD_CTX_new();
        Check(!context.IsInvalid, "making a signature context");
        return context;
    }

    public static void Check(bool worked, string what)
    {
        if (worked)
            return;
        ERR_clear_error();
        throw new CryptographicException($"libcrypto failed at {what}.");
    }

    public sealed class Key() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_PKEY_free(handle);
            return true;
        }
    }

    public sealed class Context() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            EVP_MD_CTX_free(handle);
            return true;
        }
    }

    [LibraryImport(Library)]
    public static partial Key EVP_PKEY_new_raw_private_key(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library)]
    public static partial Key EVP_PKEY_new_raw_public_key(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Library)]
    public static partial int EVP_PKEY_get_raw_public_key(Key key, Span<byte> to, ref nuint length);

    [LibraryImport(Library)]
    private static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    private static partial Context EVP_MD_CTX_new();

    [LibraryImport(Library)]
    private static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(Library)]
    public static partial int EVP_DigestSignInit(Context context, nint keyContext, nint digest, nint engine, Key key);

    [LibraryImport(Library)]
    public static partial int EVP_DigestSign(
        Context context,
        Span<byte> signature,
        ref nuint signatureLength,
        ReadOnlySpan<byte> message,
        nuint messageLength
    );

    [LibraryImport(Library)]
    public static partial int EVP_DigestVerifyInit(Context context, nint keyContext, nint digest, nint engine, Key key);

    [LibraryImport(Library)]
    public static partial int EVP_DigestVerify(
        Context context,
        ReadOnlySpan<byte> signature,
        nuint signatureLength,
        ReadOnlySpan<byte> message,
        nuint messageLength
    );

    [LibraryImport(Library)]
    public static partial void ERR_clear_error();
}
