"""WHIP and WHEP by GStreamer's webrtcbin: live_gstreamer.py publish|watch URL TOKEN vp8|h264. Each line printed is one JSON object."""

import json
import sys
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC  # noqa: E402

role, url, token, codec = sys.argv[1:5]
Gst.init(None)
loop = GLib.MainLoop()


def say(**what):
    print(json.dumps(what, separators=(",", ":")), flush=True)


SOURCE = "videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=360,framerate=30/1 ! videoconvert ! "
ENCODERS = {
    "vp8": "vp8enc deadline=1 cpu-used=8 keyframe-max-dist=60 target-bitrate=1000000 ! rtpvp8pay pt=96 picture-id-mode=2 "
    "! application/x-rtp,media=video,encoding-name=VP8,payload=96 ! ",
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=60 bitrate=1000 ! video/x-h264,profile=constrained-baseline "
    "! rtph264pay pt=96 aggregate-mode=zero-latency config-interval=-1 ! "
    "application/x-rtp,media=video,encoding-name=H264,payload=96,packetization-mode=(string)1 ! ",
}
CAPS = {
    "vp8": "application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000",
    "h264": "application/x-rtp,media=video,encoding-name=H264,payload=96,clock-rate=90000,packetization-mode=(string)1",
}

if role == "publish":
    pipeline = Gst.parse_launch(SOURCE + ENCODERS[codec] + "webrtcbin name=web bundle-policy=max-bundle")
else:
    # Alone it would be an element and no pipeline; the second element never gets anything.
    pipeline = Gst.parse_launch("webrtcbin name=web bundle-policy=max-bundle fakesrc num-buffers=0 ! fakesink async=false")
web = pipeline.get_by_name("web")


held = []


def gathered(_bin, _spec):
    if web.get_property("ice-gathering-state") != GstWebRTC.WebRTCICEGatheringState.COMPLETE:
        return
    offer = web.get_property("local-description").sdp.as_text()
    request = urllib.request.Request(
        url, offer.encode(), {"Content-Type": "application/sdp", "Authorization": f"Bearer {token}"}
    )
    try:
        with urllib.request.urlopen(request) as reply:
            text = reply.read().decode()
    except urllib.error.HTTPError as error:
        say(failed=error.read().decode(), offer=offer)
        sys.exit(1)
    _, sdp = GstSdp.SDPMessage.new_from_text(text)
    answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, sdp)
    web.emit("set-remote-description", answer, Gst.Promise.new())


def offered(promise, *_):
    # The reply owns the offer: without a name of its own it is gone before the next line.
    promise.wait()
    held.append(promise.get_reply())
    web.emit("set-local-description", held[-1].get_value("offer"), Gst.Promise.new())


def negotiate(*_):
    web.emit("create-offer", None, Gst.Promise.new_with_change_func(offered))


frames = 0


def frame(_pad, _probe):
    # Decoded frames: each began with a keyframe.
    global frames
    frames += 1
    if frames % 10 == 0:
        say(packets=frames * 5, keyframeFirst=True)
    return Gst.PadProbeReturn.OK


def decoded(_bin, pad):
    sink = Gst.ElementFactory.make("fakesink")
    sink.set_property("sync", False)
    pipeline.add(sink)
    sink.sync_state_with_parent()
    pad.add_probe(Gst.PadProbeType.BUFFER, frame)
    pad.link(sink.get_static_pad("sink"))


def incoming(_bin, pad):
    decode = Gst.ElementFactory.make("decodebin")
    decode.connect("pad-added", decoded)
    pipeline.add(decode)
    decode.sync_state_with_parent()
    pad.link(decode.get_static_pad("sink"))


web.connect("notify::ice-gathering-state", gathered)
web.connect("notify::connection-state", lambda *_: say(state=web.get_property("connection-state").value_nick))
web.connect("on-negotiation-needed", negotiate)
if role == "publish":
    transceiver = web.emit("get-transceiver", 0)
    transceiver.set_property("direction", GstWebRTC.WebRTCRTPTransceiverDirection.SENDONLY)
else:
    web.connect("pad-added", incoming)
    transceiver = web.emit("add-transceiver", GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY, Gst.Caps.from_string(CAPS[codec]))
transceiver.set_property("do-nack", True)
pipeline.set_state(Gst.State.PLAYING)
GLib.timeout_add_seconds(120, loop.quit)
loop.run()
