namespace Lapel.WebRtc;

/// <summary>
/// What an end that begins a connection offers: Opus and H.264 one way, over one transport. Of feedback it asks for what it acts on, which for a
/// camera is packets to send again and when each one arrived; a keyframe comes every second without being asked for.
/// </summary>
static class LeadingOffer
{
    public const byte Sound = 111;
    public const byte Picture = 96;
    const byte Rtx = 97;
    const int MidId = 1;
    const int TransportSequenceId = 3;

    public static string ToSend(IceCredentials ice, string fingerprint, bool sound) =>
        Text(
            ice,
            fingerprint,
            sound,
            $"a=extmap:{MidId} {Extension.Mid}\r\na=extmap:{TransportSequenceId} {Extension.TransportSequence}\r\n"
                + "a=sendonly\r\na=msid:lapel lapel\r\n",
            $"a=rtcp-fb:{Sound} transport-cc\r\n",
            $" {Rtx}",
            $"a=rtcp-fb:{Picture} nack\r\na=rtcp-fb:{Picture} transport-cc\r\n"
                + $"a=rtpmap:{Rtx} rtx/90000\r\na=fmtp:{Rtx} apt={Picture}\r\n"
        );

    public static string ToReceive(IceCredentials ice, string fingerprint) =>
        Text(ice, fingerprint, sound: true, $"a=extmap:{MidId} {Extension.Mid}\r\na=recvonly\r\n", "", "", "");

    static string Text(
        IceCredentials ice,
        string fingerprint,
        bool sound,
        string direction,
        string soundFeedback,
        string furtherTypes,
        string pictureFeedback
    )
    {
        var transport =
            $"c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:{ice.Fragment}\r\na=ice-pwd:{ice.Password}\r\n"
            + $"a=fingerprint:sha-256 {fingerprint}\r\na=setup:actpass\r\n{direction}a=rtcp-mux\r\na=rtcp-rsize\r\n";
        var voice =
            $"m=audio 9 UDP/TLS/RTP/SAVPF {Sound}\r\n{transport}a=mid:0\r\na=rtpmap:{Sound} opus/48000/2\r\n"
            + $"a=fmtp:{Sound} minptime=10;useinbandfec=1\r\n{soundFeedback}";
        return "v=0\r\n"
            + $"o=- {Random.Shared.NextInt64(1, long.MaxValue)} 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
            + $"a=group:BUNDLE {(sound ? "0 " : "")}1\r\na=msid-semantic: WMS lapel\r\na=ice-options:ice2\r\n"
            + (sound ? voice : "")
            + $"m=video 9 UDP/TLS/RTP/SAVPF {Picture}{furtherTypes}\r\n{transport}a=mid:1\r\na=rtpmap:{Picture} H264/90000\r\n"
            + $"a=fmtp:{Picture} level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n{pictureFeedback}";
    }
}
