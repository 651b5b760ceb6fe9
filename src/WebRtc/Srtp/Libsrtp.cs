using System.Runtime.InteropServices;

namespace Lapel.WebRtc;

/// <summary>The functions of libsrtp 2 that the gateway needs; structures as srtp.h of 2.5 lays them out on 64-bit Linux.</summary>
static unsafe partial class Libsrtp
{
    const string Library = "libsrtp2.so.1";

    public const int Ok = 0; // srtp_err_status_ok
    public const int ReplayFail = 9; // srtp_err_status_replay_fail: seen before
    public const int ReplayOld = 10; // srtp_err_status_replay_old: older than the window

    public const int AnyInbound = 2; // ssrc_any_inbound
    public const int AnyOutbound = 3; // ssrc_any_outbound
    const uint AesGcm128 = 6; // SRTP_AES_GCM_128
    const uint AesIcm128 = 1; // SRTP_AES_ICM_128
    const uint NullAuth = 0; // SRTP_NULL_AUTH
    const uint HmacSha1 = 3; // SRTP_HMAC_SHA1
    const int ConfidentialityAndAuthentication = 3; // sec_serv_conf_and_auth

    static readonly int Started = srtp_init();

    [StructLayout(LayoutKind.Sequential)]
    public struct CryptoPolicy
    {
        public uint Cipher;
        public int KeyLength;
        public uint Auth;
        public int AuthKeyLength;
        public int TagLength;
        public int Services;

        public static CryptoPolicy Of(SrtpProfile profile) =>
            profile == SrtpProfile.AeadAes128Gcm
                ? new()
                {
                    Cipher = AesGcm128,
                    KeyLength = profile.KeyBytes + profile.SaltBytes,
                    Auth = NullAuth,
                    TagLength = 16,
                    Services = ConfidentialityAndAuthentication,
                }
                : new()
                {
                    Cipher = AesIcm128,
                    KeyLength = profile.KeyBytes + profile.SaltBytes,
                    Auth = HmacSha1,
                    AuthKeyLength = 20,
                    TagLength = 10,
                    Services = ConfidentialityAndAuthentication,
                };
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct Policy
    {
        public int SsrcType;
        public uint Ssrc;
        public CryptoPolicy Rtp;
        public CryptoPolicy Rtcp;
        public byte* Key;
        public void* Keys;
        public nuint KeyCount;
        public void* Unused;
        public nuint WindowSize;
        public int AllowRepeatTransmission;
        public int* EncryptedExtensions;
        public int EncryptedExtensionCount;
        public Policy* Next;
    }

    /// <summary>The library is started once for the process, by whoever asks first.</summary>
    public static void Start()
    {
        if (Started != Ok)
            throw new InvalidOperationException($"libsrtp did not start: error {Started}.");
    }

    [LibraryImport(Library)]
    private static partial int srtp_init();

    [LibraryImport(Library)]
    public static partial int srtp_create(out nint session, Policy* policy);

    [LibraryImport(Library)]
    public static partial int srtp_dealloc(nint session);

    [LibraryImport(Library)]
    public static partial int srtp_protect(nint session, byte* packet, int* length);

    [LibraryImport(Library)]
    public static partial int srtp_unprotect(nint session, byte* packet, int* length);

    [LibraryImport(Library)]
    public static partial int srtp_protect_rtcp(nint session, byte* packet, int* length);

    [LibraryImport(Library)]
    public static partial int srtp_unprotect_rtcp(nint session, byte* packet, int* length);
}
