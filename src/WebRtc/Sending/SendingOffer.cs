namespace Lapel.WebRtc;

/// <summary>
/// What a camera offers: Opus and H.264 to send, nothing to receive, over one transport. Of feedback it asks for what it acts on: packets to
/// send again, and when each one arrived; a keyframe comes every second without being asked for.
/// </summary>
static class SendingOffer
{
    public const byte Sound = 111;
    public const byte Picture = 96;
    const byte Rtx = 97;
    const int MidId = 1;
    const int TransportSequenceId = 3;

    public static string Text(IceCredentials ice, string fingerprint, bool sound)
    {
        var transport =
            $"c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\na=ice-ufrag:{ice.Fragment}\r\na=ice-pwd:{ice.Password}\r\n"
            + $"a=fingerprint:sha-256 {fingerprint}\r\na=setup:actpass\r\n"
            + $"a=extmap:{MidId} {Extension.Mid}\r\na=extmap:{TransportSequenceId} {Extension.TransportSequence}\r\n"
            + "a=sendonly\r\na=msid:lapel lapel\r\na=rtcp-mux\r\na=rtcp-rsize\r\n";
        var voice =
            $"m=audio 9 UDP/TLS/RTP/SAVPF {Sound}\r\n{transport}a=mid:0\r\na=rtpmap:{Sound} opus/48000/2\r\n"
            + $"a=fmtp:{Sound} minptime=10;useinbandfec=1\r\na=rtcp-fb:{Sound} transport-cc\r\n";
        return "v=0\r\n"
            + $"o=- {Random.Shared.NextInt64(1, long.MaxValue)} 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
            + $"a=group:BUNDLE {(sound ? "0 " : "")}1\r\na=msid-semantic: WMS lapel\r\na=ice-options:ice2\r\n"
            + (sound ? voice : "")
            + $"m=video 9 UDP/TLS/RTP/SAVPF {Picture} {Rtx}\r\n{transport}a=mid:1\r\na=rtpmap:{Picture} H264/90000\r\n"
            + $"a=fmtp:{Picture} level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f\r\n"
            + $"a=rtcp-fb:{Picture} nack\r\na=rtcp-fb:{Picture} transport-cc\r\n"
            + $"a=rtpmap:{Rtx} rtx/90000\r\na=fmtp:{Rtx} apt={Picture}\r\n";
    }
}
