// WHIP and WHEP by pion: client publish|watch URL TOKEN vp8|h264 UDP-PORT. A publisher sends on the RTP that arrives at the port.
// Each line printed is one JSON object.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v3"
)

func must(err error) {
	if err != nil {
		fmt.Printf("{\"failed\":%q}\n", err.Error())
		os.Exit(1)
	}
}

func main() {
	role, url, token, codec, port := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]
	mime, line := webrtc.MimeTypeVP8, ""
	if codec == "h264" {
		mime, line = webrtc.MimeTypeH264, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f"
	}
	media := &webrtc.MediaEngine{}
	must(media.RegisterCodec(webrtc.RTPCodecParameters{
		RTPCodecCapability: webrtc.RTPCodecCapability{MimeType: mime, ClockRate: 90000, SDPFmtpLine: line,
			RTCPFeedback: []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}}},
		PayloadType: 96,
	}, webrtc.RTPCodecTypeVideo))
	settings := webrtc.SettingEngine{}
	settings.SetIncludeLoopbackCandidate(true)
	connection, err := webrtc.NewAPI(webrtc.WithMediaEngine(media), webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	must(err)
	connection.OnConnectionStateChange(func(s webrtc.PeerConnectionState) { fmt.Printf("{\"state\":%q}\n", s) })

	if role == "publish" {
		track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: mime, ClockRate: 90000, SDPFmtpLine: line}, "video", "camera")
		must(err)
		_, err = connection.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly})
		must(err)
		go func() {
			socket, err := net.ListenPacket("udp4", "127.0.0.1:"+port)
			must(err)
			buffer := make([]byte, 1600)
			for {
				n, _, err := socket.ReadFrom(buffer)
				must(err)
				packet := &rtp.Packet{}
				if packet.Unmarshal(buffer[:n]) == nil {
					_ = track.WriteRTP(packet)
				}
			}
		}()
	} else {
		_, err = connection.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
		must(err)
		connection.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
			_ = connection.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: uint32(track.SSRC())}})
			first := false
			for packets := 0; ; packets++ {
				packet, _, err := track.ReadRTP()
				must(err)
				if packets == 0 {
					kind := packet.Payload[0] & 31
					first = codec == "vp8" && packet.Payload[0]&0x10 != 0 || codec == "h264" && (kind == 5 || kind == 7 || kind == 24 || kind == 28 && packet.Payload[1]&31 == 5)
				}
				if packets > 0 && packets%50 == 0 {
					fmt.Printf("{\"packets\":%d,\"keyframeFirst\":%v}\n", packets, first)
				}
			}
		})
	}

	offer, err := connection.CreateOffer(nil)
	must(err)
	gathered := webrtc.GatheringCompletePromise(connection)
	must(connection.SetLocalDescription(offer))
	<-gathered
	request, err := http.NewRequest("POST", url, strings.NewReader(connection.LocalDescription().SDP))
	must(err)
	request.Header.Set("Content-Type", "application/sdp")
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	must(err)
	text, err := io.ReadAll(answer.Body)
	must(err)
	if answer.StatusCode != 201 {
		must(fmt.Errorf("%d %s", answer.StatusCode, text))
	}
	must(connection.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(text)}))
	time.Sleep(2 * time.Minute)
}
