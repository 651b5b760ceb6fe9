"""A camera on the network that is not ours: GStreamer's RTSP server with live H.264 and AAC. Prints its address, then serves until killed."""
import sys
import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer

Gst.init(None)
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(
    "( videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=360,framerate=15/1"
    " ! x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 bitrate=500 ! video/x-h264,profile=baseline"
    " ! rtph264pay name=pay0 pt=96 config-interval=1"
    " audiotestsrc is-live=true wave=ticks ! audio/x-raw,rate=48000,channels=1 ! voaacenc bitrate=64000 ! rtpmp4gpay name=pay1 pt=97 )"
)
factory.set_shared(True)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service("0")
server.get_mount_points().add_factory("/street", factory)
if server.attach(None) == 0:
    sys.exit("The RTSP server could not listen.")
print(f"RTSP at rtsp://127.0.0.1:{server.get_bound_port()}/street", flush=True)
GLib.MainLoop().run()
