using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lapel.Live;

/// <summary>The certificate that cameras see at the RTMP port, read again when its files have changed.</summary>
public sealed class RtmpCertificate
{
    readonly string chainFile;
    readonly string keyFile;
    readonly Lock turn = new();
    SslStreamCertificateContext context;
    DateTime writtenAt;

    RtmpCertificate(string chainFile, string keyFile)
    {
        (this.chainFile, this.keyFile) = (chainFile, keyFile);
        writtenAt = WrittenAt();
        context = Read();
    }

    /// <param name="chain">PEM: the server's own certificate first, then those between it and a root that cameras know.</param>
    /// <param name="key">PEM: its private key, without a password.</param>
    /// <exception cref="FormatException">One of them cannot be read, or they do not belong together.</exception>
    public static RtmpCertificate Load(string chain, string key)
    {
        try
        {
            return new(chain, key);
        }
        catch (Exception wrong) when (IsTrouble(wrong))
        {
            throw new FormatException($"The certificate for RTMPS cannot be used ({chain}, {key}): {wrong.Message}");
        }
    }

    /// <param name="trouble">Told what is wrong with new files, while the ones before are still used.</param>
    internal SslStreamCertificateContext Now(Action<string> trouble)
    {
        lock (turn)
        {
            try
            {
                var now = WrittenAt();
                if (now != writtenAt)
                    (context, writtenAt) = (Read(), now);
            }
            catch (Exception wrong) when (IsTrouble(wrong))
            {
                trouble($"The new certificate for RTMPS cannot be used, the one before is: {wrong.Message}");
            }
            return context;
        }
    }

    static bool IsTrouble(Exception wrong) =>
        wrong is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException;

    DateTime WrittenAt() =>
        File.GetLastWriteTimeUtc(chainFile) is var chain && File.GetLastWriteTimeUtc(keyFile) is var key && chain > key
            ? chain
            : key;

    SslStreamCertificateContext Read()
    {
        var others = new X509Certificate2Collection();
        others.ImportFromPemFile(chainFile);
        return SslStreamCertificateContext.Create(
            X509Certificate2.CreateFromPemFile(chainFile, keyFile),
            [.. others.Skip(1)],
            offline: true // what a server may ask of others during a handshake is nothing
        );
    }
}
