using System.Security.Cryptography;
using System.Text;

namespace Lapel.Live;

/// <summary>
/// The keys of clinical notes. Each consult has a key of its own, in a file of its own, encrypted to its clinician's note key; that one is
/// kept encrypted to the secret in the clinician's personal link, and for a signed-in browser to the token in its cookie. The server has
/// digests of link and token only, so what lies on its disks opens no note: it takes the clinician's own request.
/// </summary>
/// <remarks>Destroying a consult's key file destroys its notes everywhere, backups of the store included.</remarks>
public sealed class NoteKeys(AgencyFolder folder)
{
    const int KeyLengthBytes = 32;
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    readonly Lock turn = new();

    /// <summary>At sign-in, the one moment at which the link's secret is here: the note key, encrypted to the new session's token.</summary>
    internal byte[] ForSession(ClinicianId clinician, string link, string session)
    {
        lock (turn)
        {
            var file = ClinicianFile(clinician, link);
            byte[] key;
            if (File.Exists(file))
                key = Open(File.ReadAllBytes(file), KeyOf(link, clinician), clinician.Text);
            else
            {
                // The first sign-in with this link. Keys that an earlier link opened are of no use to anybody: they go.
                MakeFolder();
                foreach (var old in Directory.EnumerateFiles(folder.ClinicalKeys, $"{clinician}.*.key"))
                    File.Delete(old);
                key = RandomNumberGenerator.GetBytes(KeyLengthBytes);
                Durable.WriteFile(file, Seal(key, KeyOf(link, clinician), clinician.Text), OwnerOnly);
            }
            var sealedKey = Seal(key, KeyOf(session, clinician), clinician.Text);
            CryptographicOperations.ZeroMemory(key);
            return sealedKey;
        }
    }

    /// <summary>The consult's key, made at the first note.</summary>
    /// <param name="make">False to read: none when there is no key, or when it is not this clinician's.</param>
    internal byte[]? OfConsult(ClinicianSession session, ConsultId consult, bool make)
    {
        var note = Open(session.SealedNoteKey, KeyOf(session.Token, session.Clinician.Id), session.Clinician.Id.Text);
        try
        {
            lock (turn)
            {
                var file = ConsultFile(consult);
                if (File.Exists(file))
                    return TryOpen(File.ReadAllBytes(file), note, consult.Text);
                if (!make)
                    return null;
                MakeFolder();
                var key = RandomNumberGenerator.GetBytes(KeyLengthBytes);
                Durable.WriteFile(file, Seal(key, note, consult.Text), OwnerOnly);
                return key;
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(note);
        }
    }

    /// <summary>Destroys the consult's notes: without this file they are noise.</summary>
    internal bool Destroy(ConsultId consult)
    {
        lock (turn)
        {
            var file = ConsultFile(consult);
            if (!File.Exists(file))
                return false;
            File.Delete(file);
            Durable.SyncFolder(folder.ClinicalKeys);
            return true;
        }
    }

    void MakeFolder() =>
        Directory.CreateDirectory(folder.ClinicalKeys, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

    string ConsultFile(ConsultId consult) => Path.Combine(folder.ClinicalKeys, $"consult-{consult}.key");

    // Named by the link as well, by a hash with a purpose of its own: a new link finds no key of the old one.
    string ClinicianFile(ClinicianId clinician, string link) =>
        Path.Combine(
            folder.ClinicalKeys,
            $"{clinician}.{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("lapel note key file v1:" + link)))[..16]}.key"
        );

    static byte[] KeyOf(string secret, ClinicianId clinician) =>
        HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            Encoding.UTF8.GetBytes(secret),
            KeyLengthBytes,
            Encoding.ASCII.GetBytes(clinician.Text),
            "lapel note key v1"u8.ToArray()
        );

    /// <summary>AES-256-GCM: 12-byte random nonce, ciphertext, 16-byte tag. Keys here seal few things, so random nonces do.</summary>
    internal static byte[] Seal(ReadOnlySpan<byte> clear, byte[] key, string about)
    {
        var bytes = new byte[12 + clear.Length + 16];
        RandomNumberGenerator.Fill(bytes.AsSpan(0, 12));
        using var aes = new AesGcm(key, 16);
        aes.Encrypt(
            bytes.AsSpan(0, 12),
            clear,
            bytes.AsSpan(12, clear.Length),
            bytes.AsSpan(12 + clear.Length),
            Encoding.ASCII.GetBytes(about)
        );
        return bytes;
    }

    /// <exception cref="CryptographicException">Another key, another subject, or changed bytes.</exception>
    internal static byte[] Open(byte[] bytes, byte[] key, string about)
    {
        if (bytes.Length < 28)
            throw new CryptographicException("Too short to be sealed.");
        var clear = new byte[bytes.Length - 28];
        using var aes = new AesGcm(key, 16);
        aes.Decrypt(
            bytes.AsSpan(0, 12),
            bytes.AsSpan(12, clear.Length),
            bytes.AsSpan(12 + clear.Length),
            clear,
            Encoding.ASCII.GetBytes(about)
        );
        return clear;
    }

    static byte[]? TryOpen(byte[] bytes, byte[] key, string about)
    {
        try
        {
            return Open(bytes, key, about);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
