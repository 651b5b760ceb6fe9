using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Lapel.Live;

/// <summary>
/// A push message as only the browser that asked for it can read (RFC 8291 over RFC 8188): one record of aes128gcm, under a key of ECDH on P-256 and
/// HKDF. The push service between sees its length and when it was sent.
/// </summary>
static class PushMessage
{
    /// <summary>RFC 8291, 4: what every push service takes.</summary>
    public const int MostClearBytes = 3993;

    const int SaltBytes = 16;
    const int PointBytes = 65;
    const int TagBytes = 16;
    const int RecordBytes = 4096;

    /// <summary>A browser's public key from the 65 bytes that it gives (an uncompressed point on P-256).</summary>
    /// <exception cref="CryptographicException">They are no point on the curve.</exception>
    public static ECParameters Point(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != PointBytes || bytes[0] != 4)
            throw new CryptographicException("A public key on P-256 has 65 bytes and begins with 4.");
        var point = new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new() { X = bytes[1..33].ToArray(), Y = bytes[33..].ToArray() },
        };
        using var check = ECDiffieHellman.Create(point);
        return point;
    }

    public static byte[] PointOf(ECParameters key) => [4, .. key.Q.X!, .. key.Q.Y!];

    /// <param name="browser">The browser's public key, 65 bytes.</param>
    /// <param name="secret">Its authentication secret, 16 bytes.</param>
    /// <exception cref="CryptographicException">The key is none.</exception>
    public static byte[] Encrypt(ReadOnlySpan<byte> clear, byte[] browser, byte[] secret)
    {
        using var own = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return Encrypt(clear, browser, secret, own, RandomNumberGenerator.GetBytes(SaltBytes));
    }

    internal static byte[] Encrypt(ReadOnlySpan<byte> clear, byte[] browser, byte[] secret, ECDiffieHellman own, byte[] salt)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(clear.Length, MostClearBytes);
        var ownPoint = PointOf(own.ExportParameters(includePrivateParameters: false));
        using var other = ECDiffieHellman.Create(Point(browser));
        var shared = own.DeriveRawSecretAgreement(other.PublicKey);
        // RFC 8291, 3.4: both keys are bound in, so that a message for one browser is none for another.
        var material = HKDF.DeriveKey(
            HashAlgorithmName.SHA256,
            shared,
            32,
            secret,
            [.. "WebPush: info\0"u8, .. browser, .. ownPoint]
        );
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, material, 16, salt, "Content-Encoding: aes128gcm\0"u8.ToArray());
        var nonce = HKDF.DeriveKey(HashAlgorithmName.SHA256, material, 12, salt, "Content-Encoding: nonce\0"u8.ToArray());

        // RFC 8188, 2.1: salt, record size, length of the key's id, the id, which here is our public key.
        var head = SaltBytes + 4 + 1 + PointBytes;
        var message = new byte[head + clear.Length + 1 + TagBytes];
        salt.CopyTo(message, 0);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(SaltBytes), RecordBytes);
        message[SaltBytes + 4] = PointBytes;
        ownPoint.CopyTo(message, SaltBytes + 5);
        byte[] padded = [.. clear, 2]; // the last record's delimiter
        using var cipher = new AesGcm(key, TagBytes);
        cipher.Encrypt(nonce, padded, message.AsSpan(head, padded.Length), message.AsSpan(head + padded.Length));
        CryptographicOperations.ZeroMemory(shared);
        return message;
    }
}

/// <summary>
/// Who sends (VAPID, RFC 8292): a key of the agency that browsers bind their subscriptions to, and a token by it for each push service.
/// </summary>
sealed class PushSender(AgencyFolder folder, TimeProvider clock)
{
    static readonly Duration TokenLasts = Duration.FromHours(1);
    readonly Lazy<CameraKey> key = new(() =>
    {
        // P-256, as for cameras; made at the first use. A new one ends every subscription.
        var file = System.IO.Path.Combine(folder.Keys, "live-push.key");
        if (File.Exists(file))
            return CameraKey.Load(file);
        var made = CameraKey.New();
        made.Save(file);
        return made;
    });

    /// <summary>As the browser takes it: the uncompressed point in base64url.</summary>
    public string PublicKey
    {
        get
        {
            using var parsed = ECDsa.Create();
            parsed.ImportSubjectPublicKeyInfo(key.Value.Spki, out _);
            return Base64Url.EncodeToString(PushMessage.PointOf(parsed.ExportParameters(includePrivateParameters: false)));
        }
    }

    /// <summary>The Authorization header for a push service.</summary>
    public string Authorize(Uri endpoint, string contact)
    {
        var until = (clock.Now() + TokenLasts).ToUnixTimeSeconds();
        var claims = System.Text.Json.JsonSerializer.Serialize(
            new
            {
                aud = endpoint.GetLeftPart(UriPartial.Authority),
                exp = until,
                sub = contact,
            }
        );
        var text =
            $"{Base64Url.EncodeToString("""{"typ":"JWT","alg":"ES256"}"""u8)}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims))}";
        var signature = Base64Url.EncodeToString(key.Value.Sign(Encoding.ASCII.GetBytes(text)));
        return $"vapid t={text}.{signature}, k={PublicKey}";
    }
}
