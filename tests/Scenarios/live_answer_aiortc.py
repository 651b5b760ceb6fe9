"""aiortc as the other end of a publisher: live_answer_aiortc.py OFFER-FILE. Each line printed is one JSON object."""

import asyncio
import json
import sys

from aiortc import RTCPeerConnection, RTCSessionDescription


def say(**what):
    print(json.dumps(what, separators=(",", ":")), flush=True)


async def watch(track):
    seen = 0
    while True:
        frame = await track.recv()
        seen += 1
        if seen % 10 == 0:
            say(kind=track.kind, frames=seen, width=getattr(frame, "width", 0))


async def main():
    connection = RTCPeerConnection()
    connection.on("connectionstatechange", lambda: say(state=connection.connectionState))
    connection.on("track", lambda track: asyncio.ensure_future(watch(track)))
    with open(sys.argv[1]) as offer:
        await connection.setRemoteDescription(RTCSessionDescription(offer.read(), "offer"))
    await connection.setLocalDescription(await connection.createAnswer())
    say(answer=connection.localDescription.sdp)
    await asyncio.sleep(120)


asyncio.run(main())
