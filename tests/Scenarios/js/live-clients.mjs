// WHIP and WHEP clients on stacks that nobody here wrote: node live-clients.mjs werift|libdatachannel publish|watch URL TOKEN vp8|h264 [UDP-PORT]
// A publisher sends on the RTP that arrives at 127.0.0.1:UDP-PORT (ffmpeg's). Each line printed is one JSON object.
import dgram from 'node:dgram';

const [stack, role, url, token, codec, port] = process.argv.slice(2);
const say = what => console.log(JSON.stringify(what));
const payloadType = 96;
let packets = 0, keyframeFirst = null;

async function exchange(sdp) {
  const answer = await fetch(url, { method: 'POST', body: sdp, headers: { 'Content-Type': 'application/sdp', Authorization: `Bearer ${token}` } });
  const text = await answer.text();
  if (answer.status !== 201) { say({ failed: `${answer.status} ${text}` }); process.exit(1); }
  return text;
}

function fromCamera(send) {
  const socket = dgram.createSocket('udp4');
  socket.on('message', send);
  socket.bind(Number(port), '127.0.0.1', () => say({ listening: true }));
}

function received(payload) {
  if (packets++ === 0) keyframeFirst = codec === 'vp8' ? (payload[0] & 0x10) !== 0 : [5, 7, 24].includes(payload[0] & 31) || ((payload[0] & 31) === 28 && (payload[1] & 31) === 5);
  if (packets % 50 === 0) say({ packets, keyframeFirst });
}

async function werift() {
  const { RTCPeerConnection, useVP8, useH264, MediaStreamTrack, useNACK, usePLI } = await import('werift');
  const video = codec === 'vp8' ? useVP8({ payloadType, rtcpFeedback: [useNACK(), usePLI()] }) : useH264({ payloadType, rtcpFeedback: [useNACK(), usePLI()], parameters: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f' });
  const connection = new RTCPeerConnection({ codecs: { video: [video], audio: [] }, iceServers: [], iceAdditionalHostAddresses: ['127.0.0.1'], bundlePolicy: 'max-bundle' });
  connection.connectionStateChange.subscribe(state => say({ state }));
  if (role === 'publish') {
    const track = new MediaStreamTrack({ kind: 'video' });
    const transceiver = connection.addTransceiver(track, { direction: 'sendonly' });
    fromCamera(packet => track.writeRtp(packet));
  } else {
    const transceiver = connection.addTransceiver('video', { direction: 'recvonly' });
    transceiver.onTrack.subscribe(track => track.onReceiveRtp.subscribe(rtp => received(rtp.payload)));
    setTimeout(() => {}, 1e6);
  }
  await connection.setLocalDescription(await connection.createOffer());
  await new Promise(done => setTimeout(done, 500));
  await connection.setRemoteDescription({ type: 'answer', sdp: await exchange(connection.localDescription.sdp) });
}

async function libdatachannel() {
  const lib = (await import('node-datachannel')).default;
  const connection = new lib.PeerConnection('test', { iceServers: [], bindAddress: '127.0.0.1', disableAutoNegotiation: true });
  connection.onStateChange(state => say({ state }));
  const video = new lib.Video('0', role === 'publish' ? 'SendOnly' : 'RecvOnly');
  if (codec === 'vp8') video.addVP8Codec(payloadType); else video.addH264Codec(payloadType);
  if (role === 'publish') video.addSSRC(4242, 'cam', 'cam', 'cam');
  const track = connection.addTrack(video);
  if (role === 'publish') fromCamera(packet => { if (track.isOpen()) { packet.writeUInt32BE(4242, 8); track.sendMessageBinary(packet); } });
  else {
    const session = new lib.RtcpReceivingSession();
    track.setMediaHandler(session);
    track.onOpen(() => track.requestKeyframe());
    track.onMessage(message => { if ((message[1] & 0x7f) === payloadType) received(message.subarray(12 + ((message[0] & 0x10) ? 4 + 4 * message.readUInt16BE(14) : 0))); });
  }
  const gathered = new Promise(done => connection.onGatheringStateChange(state => state === 'complete' && done()));
  connection.setLocalDescription('offer');
  await gathered;
  connection.setRemoteDescription(await exchange(connection.localDescription().sdp), 'answer');
  setInterval(() => {}, 1e6);
}

await (stack === 'werift' ? werift() : libdatachannel());
