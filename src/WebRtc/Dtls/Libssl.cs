using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Lapel.WebRtc;

/// <summary>The functions of OpenSSL 3's libssl and libcrypto that a DTLS server needs, by the names that its manual gives them.</summary>
static unsafe partial class Libssl
{
    const string Ssl = "libssl.so.3";
    const string Crypto = "libcrypto.so.3";

    public const int ErrorWantRead = 2; // SSL_ERROR_WANT_READ
    public const int ErrorWantWrite = 3; // SSL_ERROR_WANT_WRITE
    public const int ErrorZeroReturn = 6; // SSL_ERROR_ZERO_RETURN: the peer sent close_notify

    const int VerifyPeer = 1; // SSL_VERIFY_PEER
    const int VerifyFailIfNoPeerCertificate = 2; // SSL_VERIFY_FAIL_IF_NO_PEER_CERT
    const int SetMtuCommand = 17; // SSL_CTRL_SET_MTU
    const int GetTimeoutCommand = 73; // DTLS_CTRL_GET_TIMEOUT
    const int HandleTimeoutCommand = 74; // DTLS_CTRL_HANDLE_TIMEOUT
    const int SetMinimumVersionCommand = 123; // SSL_CTRL_SET_MIN_PROTO_VERSION
    const int BioPendingCommand = 10; // BIO_CTRL_PENDING

    /// <summary>DTLS1_2_VERSION. Newer versions are spoken where the installed library knows them.</summary>
    public const int Dtls12 = 0xFEFD;

    /// <summary>EVP_PKEY_EC.</summary>
    public const int EcKey = 408;

    /// <summary>SSL_OP_NO_QUERY_MTU, SSL_OP_NO_TICKET, SSL_OP_NO_RENEGOTIATION: a datagram's size is ours to say, and
    /// nobody resumes or renegotiates.</summary>
    public const ulong Options = (1UL << 12) | (1UL << 14) | (1UL << 30);

    // The peer's certificate is self-signed by design (RFC 8827, 6.5): what counts is its fingerprint, compared after the handshake.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int TakeAnyCertificate(int preverified, nint store) => 1;

    public static void AskForCertificate(nint context) =>
        SSL_CTX_set_verify(context, VerifyPeer | VerifyFailIfNoPeerCertificate, &TakeAnyCertificate);

    public static void RequireAtLeastDtls12(nint context) => SSL_CTX_ctrl(context, SetMinimumVersionCommand, Dtls12, null);

    public static void SetMtu(nint ssl, int bytes) => SSL_ctrl(ssl, SetMtuCommand, bytes, null);

    /// <returns>How long until the last flight is to be sent again, in milliseconds; -1 when nothing waits for an answer.</returns>
    public static long TimeoutMs(nint ssl)
    {
        var left = stackalloc nint[2]; // struct timeval: seconds, microseconds
        return SSL_ctrl(ssl, GetTimeoutCommand, 0, left) == 1 ? (left[0] * 1000) + (left[1] / 1000) : -1;
    }

    /// <returns>False when the handshake was given up because nobody answers.</returns>
    public static bool HandleTimeout(nint ssl) => SSL_ctrl(ssl, HandleTimeoutCommand, 0, null) >= 0;

    public static int Pending(nint bio) => (int)BIO_ctrl(bio, BioPendingCommand, 0, null);

    [LibraryImport(Ssl)]
    public static partial nint DTLS_method();

    [LibraryImport(Ssl)]
    public static partial nint SSL_CTX_new(nint method);

    [LibraryImport(Ssl)]
    public static partial void SSL_CTX_free(nint context);

    [LibraryImport(Ssl)]
    public static partial ulong SSL_CTX_set_options(nint context, ulong options);

    [LibraryImport(Ssl)]
    private static partial nint SSL_CTX_ctrl(nint context, int command, nint value, void* pointer);

    [LibraryImport(Ssl)]
    private static partial void SSL_CTX_set_verify(nint context, int mode, delegate* unmanaged[Cdecl]<int, nint, int> callback);

    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_use_certificate_ASN1(nint context, int length, ReadOnlySpan<byte> der);

    [LibraryImport(Ssl)]
    public static partial int SSL_CTX_use_PrivateKey_ASN1(int type, nint context, ReadOnlySpan<byte> der, nint length);

    /// <returns>0 when it worked: this function counts the other way round.</returns>
    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SSL_CTX_set_tlsext_use_srtp(nint context, string profiles);

    [LibraryImport(Ssl, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SSL_CTX_set_cipher_list(nint context, string ciphers);

    [LibraryImport(Ssl)]
    public static partial nint SSL_new(nint context);

    [LibraryImport(Ssl)]
    public static partial void SSL_free(nint ssl);

    [LibraryImport(Ssl)]
    public static partial void SSL_set_bio(nint ssl, nint read, nint write);

    [LibraryImport(Ssl)]
    public static partial void SSL_set_accept_state(nint ssl);

    [LibraryImport(Ssl)]
    public static partial void SSL_set_connect_state(nint ssl);

    [LibraryImport(Ssl)]
    public static partial int SSL_do_handshake(nint ssl);

    [LibraryImport(Ssl)]
    public static partial int SSL_read(nint ssl, Span<byte> to, int length);

    [LibraryImport(Ssl)]
    public static partial int SSL_shutdown(nint ssl);

    [LibraryImport(Ssl)]
    public static partial int SSL_get_error(nint ssl, int result);

    [LibraryImport(Ssl)]
    private static partial nint SSL_ctrl(nint ssl, int command, nint value, void* pointer);

    [LibraryImport(Ssl)]
    public static partial nint SSL_get_selected_srtp_profile(nint ssl);

    [LibraryImport(Ssl)]
    public static partial int SSL_export_keying_material(
        nint ssl,
        Span<byte> to,
        nuint length,
        ReadOnlySpan<byte> label,
        nuint labelLength,
        nint context,
        nuint contextLength,
        int useContext
    );

    [LibraryImport(Ssl)]
    public static partial nint SSL_get1_peer_certificate(nint ssl);

    [LibraryImport(Ssl)]
    private static partial nint SSL_get_version(nint ssl);

    public static string Version(nint ssl) => Marshal.PtrToStringUTF8(SSL_get_version(ssl)) ?? "";

    [LibraryImport(Crypto)]
    private static partial int i2d_X509(nint certificate, byte** to);

    [LibraryImport(Crypto)]
    public static partial void X509_free(nint certificate);

    /// <returns>The certificate as DER.</returns>
    public static byte[] Der(nint certificate)
    {
        var bytes = new byte[Math.Max(0, i2d_X509(certificate, null))];
        fixed (byte* start = bytes)
        {
            var to = start;
            _ = i2d_X509(certificate, &to);
        }
        return bytes;
    }

    [LibraryImport(Crypto)]
    private static partial nint BIO_s_mem();

    [LibraryImport(Crypto)]
    private static partial nint BIO_new(nint method);

    public static nint NewMemory() => BIO_new(BIO_s_mem());

    [LibraryImport(Crypto)]
    public static partial int BIO_read(nint bio, Span<byte> to, int length);

    [LibraryImport(Crypto)]
    public static partial int BIO_write(nint bio, ReadOnlySpan<byte> from, int length);

    [LibraryImport(Crypto)]
    private static partial nint BIO_ctrl(nint bio, int command, nint value, void* pointer);

    [LibraryImport(Crypto)]
    public static partial void ERR_clear_error();
}
