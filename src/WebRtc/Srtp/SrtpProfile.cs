namespace Lapel.WebRtc;

/// <summary>An SRTP protection profile: its number in use_srtp, and its sizes (RFC 5764, 4.1.2; RFC 7714, 14.2).</summary>
sealed record SrtpProfile(int Number, string Name, int KeyBytes, int SaltBytes, int RtpTagBytes)
{
    public static readonly SrtpProfile AeadAes128Gcm = new(7, "SRTP_AEAD_AES_128_GCM", 16, 12, 16);
    public static readonly SrtpProfile Aes128CmSha180 = new(1, "SRTP_AES128_CM_SHA1_80", 16, 14, 10);

    public static SrtpProfile? Of(int number) =>
        number switch
        {
            7 => AeadAes128Gcm,
            1 => Aes128CmSha180,
            _ => null,
        };
}
