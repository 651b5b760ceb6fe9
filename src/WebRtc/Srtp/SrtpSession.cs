using System.Security.Cryptography;

namespace Lapel.WebRtc;

/// <summary>
/// One direction of one peer's media, protected or opened by libsrtp in place. Replays and what does not authenticate are refused.
/// Not thread-safe: the peer's stream is locked around it.
/// </summary>
sealed unsafe class SrtpSession : IDisposable
{
    /// <summary>What protecting adds at most: a tag, and for RTCP an index.</summary>
    public const int MostOverheadBytes = 16 + 4;

    /// <summary>Packets that may come late and still be taken: two seconds of a busy stream.</summary>
    const int ReplayWindowPackets = 1024;

    nint made;

    SrtpSession(nint made) => this.made = made;

    // libsrtp would read what is not there, and take the whole process with it.
    nint Session => made != 0 ? made : throw new ObjectDisposedException(nameof(SrtpSession));

    public static SrtpSession Receiving(SrtpKeys keys) => Make(keys.Profile, keys.Receiving, Libsrtp.AnyInbound);

    public static SrtpSession Sending(SrtpKeys keys) => Make(keys.Profile, keys.Sending, Libsrtp.AnyOutbound);

    static SrtpSession Make(SrtpProfile profile, byte[] keyAndSalt, int ssrcs)
    {
        Libsrtp.Start();
        fixed (byte* key = keyAndSalt)
        {
            var policy = new Libsrtp.Policy
            {
                SsrcType = ssrcs,
                Rtp = Libsrtp.CryptoPolicy.Of(profile),
                Rtcp = Libsrtp.CryptoPolicy.Of(profile),
                Key = key,
                WindowSize = ReplayWindowPackets,
                // A packet sent twice without RTX is the same packet, byte for byte (Viewer keeps to that).
                AllowRepeatTransmission = 1,
            };
            var status = Libsrtp.srtp_create(out var session, &policy);
            CryptographicOperations.ZeroMemory(keyAndSalt);
            return status == Libsrtp.Ok
                ? new(session)
                : throw new CryptographicException($"libsrtp made no session: error {status}.");
        }
    }

    /// <param name="packet">The packet, with <see cref="MostOverheadBytes"/> of room behind it.</param>
    /// <returns>The new length; 0 when it could not be protected.</returns>
    public int Protect(Span<byte> packet, int lengthBytes)
    {
        fixed (byte* at = packet)
            return Libsrtp.srtp_protect(Session, at, &lengthBytes) == Libsrtp.Ok ? lengthBytes : 0;
    }

    public int ProtectRtcp(Span<byte> packet, int lengthBytes)
    {
        fixed (byte* at = packet)
            return Libsrtp.srtp_protect_rtcp(Session, at, &lengthBytes) == Libsrtp.Ok ? lengthBytes : 0;
    }

    /// <returns>The length of the opened packet; -1 when it is a replay, 0 when it does not authenticate.</returns>
    public int Open(Span<byte> packet)
    {
        var length = packet.Length;
        fixed (byte* at = packet)
            return Outcome(Libsrtp.srtp_unprotect(Session, at, &length), length);
    }

    public int OpenRtcp(Span<byte> packet)
    {
        var length = packet.Length;
        fixed (byte* at = packet)
            return Outcome(Libsrtp.srtp_unprotect_rtcp(Session, at, &length), length);
    }

    static int Outcome(int status, int length) =>
        status switch
        {
            Libsrtp.Ok => length,
            Libsrtp.ReplayFail or Libsrtp.ReplayOld => -1,
            _ => 0,
        };

    public void Dispose()
    {
        if (made == 0)
            return;
        _ = Libsrtp.srtp_dealloc(made);
        made = 0;
    }
}
