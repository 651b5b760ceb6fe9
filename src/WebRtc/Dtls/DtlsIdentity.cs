using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Lapel.WebRtc;

/// <summary>
/// Who the gateway is on the wire: a P-256 key and a self-signed certificate made at start, known to nobody but through the
/// fingerprint in an SDP answer (RFC 8122), and the settings that every DTLS session shares. It is never saved: a restart is a new identity.
/// </summary>
sealed class DtlsIdentity : IDisposable
{
    /// <summary>In order of preference (RFC 7714, RFC 5764). Both are what browsers offer.</summary>
    const string SrtpProfiles = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";

    const string Ciphers =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:"
        + "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384";

    readonly nint context;
    bool ended;

    public DtlsIdentity(TimeProvider clock, string profiles = SrtpProfiles)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=lapel", key, HashAlgorithmName.SHA256);
        var now = clock.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(1));
        Fingerprint = Convert.ToHexString(SHA256.HashData(certificate.RawData));

        Libssl.ERR_clear_error();
        context = Libssl.SSL_CTX_new(Libssl.DTLS_method());
        if (context == 0)
            throw new CryptographicException("libssl made no DTLS context.");
        var privateKey = key.ExportECPrivateKey();
        Libssl.RequireAtLeastDtls12(context);
        Libssl.SSL_CTX_set_options(context, Libssl.Options);
        Libssl.AskForCertificate(context);
        var worked =
            Libssl.SSL_CTX_use_certificate_ASN1(context, certificate.RawData.Length, certificate.RawData) == 1
            && Libssl.SSL_CTX_use_PrivateKey_ASN1(Libssl.EcKey, context, privateKey, privateKey.Length) == 1
            && Libssl.SSL_CTX_set_cipher_list(context, Ciphers) == 1
            && Libssl.SSL_CTX_set_tlsext_use_srtp(context, profiles) == 0;
        CryptographicOperations.ZeroMemory(privateKey);
        if (!worked)
            throw new CryptographicException("libssl refused the gateway's certificate, ciphers or SRTP profiles.");
    }

    /// <summary>SHA-256 of the certificate as 64 hex digits.</summary>
    public string Fingerprint { get; }

    /// <summary>As SDP writes it: <c>AB:CD:…</c></summary>
    public string FingerprintText => string.Join(':', Fingerprint.Chunk(2).Select(pair => new string(pair)));

    /// <param name="asClient">True for the end that speaks first; the gateway itself is always the server (a=setup:passive).</param>
    public DtlsSession NewSession(bool asClient = false)
    {
        ObjectDisposedException.ThrowIf(ended, this);
        return new(context, asClient);
    }

    public void Dispose()
    {
        if (ended)
            return;
        ended = true;
        Libssl.SSL_CTX_free(context);
    }
}
