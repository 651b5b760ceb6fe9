using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Lapel.WebRtc;

enum DtlsState
{
    Shaking,
    Connected,

    /// <summary>The peer said good-bye, or something that no handshake can go on from.</summary>
    Ended,
}

/// <summary>What the handshake agreed on for media: a profile and both directions' master keys with salts (RFC 5764, 4.2).</summary>
readonly record struct SrtpKeys(SrtpProfile Profile, byte[] Receiving, byte[] Sending);

/// <summary>
/// One DTLS association over whatever carries datagrams: bytes in by <see cref="Feed"/>, records out by <see cref="TakeRecord"/>. Not
/// thread-safe: the peer's stream is locked around it.
/// </summary>
sealed class DtlsSession : IDisposable
{
    /// <summary>What a handshake datagram may hold and still pass every tunnel on the way.</summary>
    const int Mtu = 1200;

    /// <summary>Record type, version, epoch and sequence number, length (RFC 6347, 4.1).</summary>
    const int RecordHeadBytes = 13;

    /// <summary>A peer that fills more than this before it is connected is not shaking hands.</summary>
    const int MostHandshakeBytes = 64 * 1024;

    readonly byte[] waiting = new byte[16 * 1024];
    readonly bool asClient;
    nint ssl;
    readonly nint toUs;
    readonly nint fromUs;
    int waitingStart;
    int waitingEnd;
    int handshakeBytes;

    public DtlsSession(nint context, bool asClient)
    {
        this.asClient = asClient;
        ssl = Libssl.SSL_new(context);
        toUs = Libssl.NewMemory();
        fromUs = Libssl.NewMemory();
        if (ssl == 0 || toUs == 0 || fromUs == 0)
            throw new CryptographicException("libssl made no DTLS session.");
        Libssl.SSL_set_bio(ssl, toUs, fromUs);
        Libssl.SetMtu(ssl, Mtu);
        if (asClient)
            Libssl.SSL_set_connect_state(ssl);
        else
            Libssl.SSL_set_accept_state(ssl);
    }

    public DtlsState State { get; private set; }

    public string Version => Libssl.Version(ssl);

    /// <summary>Takes one datagram, or none (a client's first step), and goes on as far as that allows.</summary>
    public DtlsState Feed(ReadOnlySpan<byte> datagram)
    {
        if (State == DtlsState.Ended)
            return State;
        Libssl.ERR_clear_error(); // the queue is the thread's: another session's failure must not be read as ours
        if (!datagram.IsEmpty)
            _ = Libssl.BIO_write(toUs, datagram, datagram.Length);
        if (State == DtlsState.Shaking)
        {
            handshakeBytes += datagram.Length;
            var result = Libssl.SSL_do_handshake(ssl);
            if (result == 1)
                State = DtlsState.Connected;
            else if (handshakeBytes > MostHandshakeBytes || !CanGoOn(result))
                State = DtlsState.Ended;
        }
        if (State == DtlsState.Connected)
            ReadOn();
        Libssl.ERR_clear_error();
        return State;
    }

    // Application data has no meaning here (no data channels); reading is how alerts and repeated flights are answered.
    void ReadOn()
    {
        Span<byte> nothing = stackalloc byte[2048];
        int result;
        while ((result = Libssl.SSL_read(ssl, nothing, nothing.Length)) > 0) { }
        if (!CanGoOn(result))
            State = DtlsState.Ended;
    }

    bool CanGoOn(int result) => Libssl.SSL_get_error(ssl, result) is Libssl.ErrorWantRead or Libssl.ErrorWantWrite;

    /// <summary>Milliseconds until <see cref="Repeat"/> is due; -1 when nothing waits.</summary>
    public long RepeatInMs => State == DtlsState.Shaking ? Libssl.TimeoutMs(ssl) : -1;

    /// <summary>Puts the last flight out again; libssl doubles the wait each time and gives up after twelve.</summary>
    public void Repeat()
    {
        if (!Libssl.HandleTimeout(ssl))
            State = DtlsState.Ended;
        Libssl.ERR_clear_error();
    }

    /// <summary>
    /// The next record to send, as a datagram of its own: a memory BIO glues a whole flight together, which would be larger than any
    /// network takes.
    /// </summary>
    public bool TakeRecord(Span<byte> to, out int lengthBytes)
    {
        lengthBytes = 0;
        if (waitingStart == waitingEnd)
        {
            waitingStart = waitingEnd = 0;
            if (Libssl.Pending(fromUs) is var pending && (pending <= 0 || ssl == 0))
                return false;
            waitingEnd = Math.Max(0, Libssl.BIO_read(fromUs, waiting, Math.Min(pending, waiting.Length)));
        }
        var left = waiting.AsSpan(waitingStart, waitingEnd - waitingStart);
        var length = RecordLength(left);
        if (length <= 0 || length > left.Length || length > to.Length)
        {
            waitingStart = waitingEnd = 0;
            return false;
        }
        left[..length].CopyTo(to);
        waitingStart += length;
        lengthBytes = length;
        return true;
    }

    // DTLS 1.3 may shorten a record's head to a byte of flags (RFC 9147, 4); without a length it fills its datagram.
    static int RecordLength(ReadOnlySpan<byte> records)
    {
        if (records.IsEmpty)
            return 0;
        if ((records[0] & 0xE0) == 0x20)
        {
            var head = 1 + ((records[0] & 0x08) != 0 ? 2 : 1);
            if ((records[0] & 0x04) == 0)
                return records.Length;
            return records.Length < head + 2 ? 0 : head + 2 + ((records[head] << 8) | records[head + 1]);
        }
        return records.Length < RecordHeadBytes ? 0 : RecordHeadBytes + ((records[11] << 8) | records[12]);
    }

    /// <summary>The certificate's fingerprint under the hash that the SDP named; null when there is none to compare.</summary>
    public string? PeerFingerprint(string hash)
    {
        var certificate = Libssl.SSL_get1_peer_certificate(ssl);
        if (certificate == 0)
            return null;
        var der = Libssl.Der(certificate);
        Libssl.X509_free(certificate);
        return hash switch
        {
            "sha-256" => Convert.ToHexString(SHA256.HashData(der)),
            "sha-384" => Convert.ToHexString(SHA384.HashData(der)),
            "sha-512" => Convert.ToHexString(SHA512.HashData(der)),
            _ => null,
        };
    }

    /// <summary>Null when the peer agreed to no SRTP profile of ours.</summary>
    public SrtpKeys? ExportKeys()
    {
        var selected = Libssl.SSL_get_selected_srtp_profile(ssl);
        if (selected == 0)
            return null;
        // SRTP_PROTECTION_PROFILE: a name and then an unsigned long, which is the profile's number of RFC 5764 and 7714.
        var profile = SrtpProfile.Of((int)Marshal.ReadIntPtr(selected, nint.Size));
        if (profile is null)
            return null;
        int key = profile.KeyBytes,
            salt = profile.SaltBytes;
        var material = new byte[2 * (key + salt)];
        if (Libssl.SSL_export_keying_material(ssl, material, (nuint)material.Length, "EXTRACTOR-dtls_srtp"u8, 19, 0, 0, 0) != 1)
            return null;
        // Client's key, server's key, client's salt, server's salt; libsrtp takes each direction's key and salt in one piece.
        byte[] client = [.. material.AsSpan(0, key), .. material.AsSpan(2 * key, salt)];
        byte[] server = [.. material.AsSpan(key, key), .. material.AsSpan((2 * key) + salt, salt)];
        CryptographicOperations.ZeroMemory(material);
        return asClient ? new(profile, server, client) : new(profile, client, server);
    }

    /// <summary>Says good-bye (close_notify): a browser then knows at once, instead of waiting for its timeouts.</summary>
    public void SayGoodBye()
    {
        if (State == DtlsState.Connected)
            _ = Libssl.SSL_shutdown(ssl);
        State = DtlsState.Ended;
        Libssl.ERR_clear_error();
    }

    public void Dispose()
    {
        if (ssl == 0)
            return;
        Libssl.SSL_free(ssl); // frees both memory BIOs with it
        ssl = 0;
        State = DtlsState.Ended;
    }
}
