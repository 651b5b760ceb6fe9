using System.Security.Cryptography;
using System.Text;

namespace Lapel.Custody;

/// <summary>
/// A P-256 private key as a PKCS#8 PEM file that only its owner may read (mode 0600). With a passphrase in the environment
/// variable
/// <c>LAPEL_KEY_PASSPHRASE</c> the file is encrypted PKCS#8 (PBES2: PBKDF2-HMAC-SHA256 with 600,000 rounds, AES-256-CBC), which
/// <c>openssl pkey</c> reads too. Plain files stay readable when a passphrase is set later; saving again encrypts them.
/// </summary>
static class KeyFile
{
    public const string PassphraseVariable = "LAPEL_KEY_PASSPHRASE";

    // OWASP's figure of 2023 for PBKDF2-HMAC-SHA256; costs about a third of a second once, at start.
    const int Rounds = 600_000;

    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>The passphrase that the process was started with; none when keys are to be plain.</summary>
    public static string? Passphrase { get; } =
        Environment.GetEnvironmentVariable(PassphraseVariable) is { Length: > 0 } passphrase ? passphrase : null;

    public static void Save(string path, ECAlgorithm key, string? passphrase)
    {
        var pem = passphrase is not null
            ? key.ExportEncryptedPkcs8PrivateKeyPem(
                passphrase,
                new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, Rounds)
            )
            : key.ExportPkcs8PrivateKeyPem();
        var bytes = Encoding.ASCII.GetBytes(pem + "\n");
        Durable.WriteFile(path, bytes, OwnerOnly);
        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <exception cref="CryptographicException">The file is not a P-256 private key, or its passphrase is missing or
    /// wrong.</exception>
    public static void Load(string path, ECAlgorithm into, string? passphrase)
    {
        var bytes = File.ReadAllBytes(path);
        var pem = Encoding.ASCII.GetChars(bytes);
        try
        {
            Import(path, pem, into, passphrase);
            if (into.ExportParameters(includePrivateParameters: false).Curve.Oid.Value != ECCurve.NamedCurves.nistP256.Oid.Value)
                throw new CryptographicException($"{path} holds a key on another curve than P-256.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            Array.Clear(pem);
        }
    }

    static void Import(string path, ReadOnlySpan<char> pem, ECAlgorithm into, string? passphrase)
    {
        if (!PemEncoding.TryFind(pem, out var fields))
            throw new CryptographicException($"{path} is not a PEM file.");
        switch (pem[fields.Label])
        {
            case "PRIVATE KEY":
                into.ImportFromPem(pem);
                break;
            case "ENCRYPTED PRIVATE KEY":
                into.ImportFromEncryptedPem(
                    pem,
                    passphrase
                        ?? throw new CryptographicException($"{path} is encrypted: set {PassphraseVariable} to its passphrase.")
                );
                break;
            default:
                throw new CryptographicException($"{path} holds no PKCS#8 private key.");
        }
    }
}
