"""WHIP and WHEP by aiortc: live_aiortc.py publish|watch URL TOKEN vp8|h264. Each line printed is one JSON object."""

import asyncio
import fractions
import json
import sys
import urllib.request

import av
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.rtcrtpsender import RTCRtpSender

role, url, token, codec = sys.argv[1:5]


def say(**what):
    print(json.dumps(what, separators=(",", ":")), flush=True)


class Picture(MediaStreamTrack):
    """A picture that changes, 15 times a second."""

    kind = "video"
    count = 0

    async def recv(self):
        await asyncio.sleep(1 / 15)
        frame = av.VideoFrame(320, 240, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes([(self.count * 7 + plane.width) % 255]) * plane.buffer_size)
        frame.pts, frame.time_base = self.count * 6000, fractions.Fraction(1, 90000)
        self.count += 1
        return frame


def exchange(sdp):
    request = urllib.request.Request(
        url, sdp.encode(), {"Content-Type": "application/sdp", "Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode()


async def main():
    connection = RTCPeerConnection()
    connection.on("connectionstatechange", lambda: say(state=connection.connectionState))
    capabilities = (RTCRtpSender if role == "publish" else RTCRtpReceiver).getCapabilities("video").codecs
    wanted = [c for c in capabilities if c.mimeType.lower() in (f"video/{codec}", "video/rtx")]
    if role == "publish":
        transceiver = connection.addTransceiver(Picture(), direction="sendonly")
    else:
        transceiver = connection.addTransceiver("video", direction="recvonly")
        connection.on("track", lambda track: asyncio.ensure_future(frames(track)))
    transceiver.setCodecPreferences(wanted)
    await connection.setLocalDescription(await connection.createOffer())
    answer = await asyncio.to_thread(exchange, connection.localDescription.sdp)
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await asyncio.sleep(120)


async def frames(track):
    # aiortc decodes: a frame is a picture that began with a keyframe.
    count = 0
    while True:
        await track.recv()
        count += 1
        if count % 10 == 0:
            say(packets=count * 5, keyframeFirst=True)


asyncio.run(main())
