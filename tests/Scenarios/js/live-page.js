// A publisher and a viewer for the live scenarios: what a page of Lapel does, with a clock burnt into the picture to measure by.
const bits = 24, cell = 16;

function drawClock(context, width, height) {
  const now = Date.now() % (1 << bits);
  context.fillStyle = `hsl(${(now / 20) % 360} 60% 40%)`;
  context.fillRect(0, 0, width, height);
  for (let i = 0; i < 60; i++) { context.fillStyle = `rgb(${(now + i * 37) % 255},${(i * 53) % 255},90)`; context.fillRect((now / 7 + i * 61) % width, (i * 29) % height, 24, 24); }
  for (let i = 0; i < bits; i++) {
    context.fillStyle = (now >> i) & 1 ? '#fff' : '#000';
    context.fillRect(i * cell, 0, cell, cell * 2);
  }
}

function readClock(context) {
  const pixels = context.getImageData(0, 0, bits * cell, cell * 2).data;
  let value = 0;
  for (let i = 0; i < bits; i++) {
    const at = 4 * (cell * bits * cell + i * cell + cell / 2); // middle of the block
    const light = (pixels[at] + pixels[at + 1] + pixels[at + 2]) / 3;
    if (light > 70 && light < 185) return undefined; // smeared
    if (light >= 185) value |= 1 << i;
  }
  return value;
}

// TURN servers that the answer names (RFC 9725, 4.6).
const relays = link => [...(link ?? '').matchAll(/<([^>]+)>; rel="ice-server"; username="([^"]+)"; credential="([^"]+)"/g)]
  .map(([, urls, username, credential]) => ({ urls, username, credential }));

async function exchange(connection, url, token) {
  const offer = await connection.createOffer();
  // A browser that only watches asks for no round trip by itself; with it, it knows when each picture was captured.
  if (!navigator.userAgent.includes('Firefox')) offer.sdp = offer.sdp.replace(/a=rtcp-fb:(\d+) nack pli\r\n/g, '$&a=rtcp-fb:$1 rrtr\r\n');
  const answer = await fetch(url, {
    method: 'POST', body: offer.sdp,
    headers: { 'Content-Type': 'application/sdp', Authorization: `Bearer ${token}` },
  });
  let text = await answer.text();
  if (answer.status !== 201) throw new Error(`${answer.status} ${text}`);
  if (window.tcpOnly) text = text.replace(/a=candidate:\S+ \d+ udp .*\r\n/g, '');
  if (window.relayOnly) connection.setConfiguration({ ...connection.getConfiguration(), iceServers: relays(answer.headers.get('Link')).filter(s => s.urls.endsWith(window.relayOnly)), iceTransportPolicy: 'relay' });
  await connection.setLocalDescription(offer);
  await connection.setRemoteDescription({ type: 'answer', sdp: text });
  connection.session = new URL(answer.headers.get('Location'), url).href;
  connection.etag = answer.headers.get('ETag');
  connection.token = token;
}

function onlyCodec(transceiver, codec) {
  if (!codec) return;
  const all = RTCRtpReceiver.getCapabilities('video').codecs;
  const first = all.filter(c => c.mimeType.toLowerCase() === `video/${codec}`
    && (codec !== 'h264' || /packetization-mode=1/.test(c.sdpFmtpLine)));
  if (first.length === 0) throw new Error(`this browser has no ${codec}`);
  transceiver.setCodecPreferences([...first, ...all.filter(c => /rtx/.test(c.mimeType))]);
}

window.publish = async ({ url, token, codec, width = 640, height = 360, simulcast }) => {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  document.body.append(canvas);
  const context = canvas.getContext('2d');
  window.drawing = setInterval(() => drawClock(context, width, height), 33);
  drawClock(context, width, height);
  const stream = canvas.captureStream(30);
  const audio = new AudioContext();
  const tone = audio.createOscillator(), sink = audio.createMediaStreamDestination();
  tone.frequency.value = 440; tone.connect(sink); tone.start();
  const connection = window.publishing = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  connection.addTransceiver(sink.stream.getAudioTracks()[0], { direction: 'sendonly' });
  const video = connection.addTransceiver(stream.getVideoTracks()[0], {
    direction: 'sendonly',
    sendEncodings: simulcast
      ? [{ rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 150000 }, { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 500000 }, { rid: 'f', maxBitrate: 2000000 }]
      : [{ maxBitrate: 2000000 }],
  });
  onlyCodec(video, codec);
  if (simulcast) // a busy machine shall cost pictures a second, not the larger layers that are asked about
    await video.sender.setParameters({ ...video.sender.getParameters(), degradationPreference: 'maintain-resolution' });
  await exchange(connection, url, token);
};

window.watch = async ({ url, token }) => {
  window.watchStarted = performance.now();
  window.delays = []; window.captured = []; window.firstFrame = undefined;
  const connection = window.watched = new RTCPeerConnection({ bundlePolicy: 'max-bundle' });
  for (const kind of ['audio', 'video']) connection.addTransceiver(kind, { direction: 'recvonly' });
  const video = document.createElement('video');
  video.autoplay = video.playsInline = video.muted = true;
  document.body.append(video);
  const stream = video.srcObject = new MediaStream();
  const ears = new AudioContext();
  const analyser = window.analyser = ears.createAnalyser();
  analyser.fftSize = 8192;
  connection.ontrack = ({ track, receiver }) => {
    if (window.atOnce) receiver.jitterBufferTarget = 0; // as the product's player does
    stream.addTrack(track);
    if (track.kind === 'audio') ears.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  };
  const canvas = new OffscreenCanvas(bits * cell, cell * 2);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const frame = (now, about) => {
    const at = Date.now();
    window.firstFrame ??= performance.now() - window.watchStarted;
    // The clock is drawn at the top left corner, in pixels of the published size.
    const factor = video.videoWidth / (window.publishedWidth ?? video.videoWidth);
    context.drawImage(video, 0, 0, bits * cell * factor, cell * 2 * factor, 0, 0, bits * cell, cell * 2);
    const code = readClock(context);
    if (code !== undefined) {
      const delay = (at - code) & ((1 << bits) - 1);
      if (delay < 60000) window.delays.push(delay);
    }
    if (about.captureTime) window.captured.push(performance.now() - about.captureTime);
    video.requestVideoFrameCallback(frame);
  };
  video.requestVideoFrameCallback(frame);
  video.play();
  await exchange(connection, url, token);
};

window.loudestHertz = () => {
  const spectrum = new Float32Array(window.analyser.frequencyBinCount);
  window.analyser.getFloatFrequencyData(spectrum);
  let best = 0;
  for (let i = 1; i < spectrum.length; i++) if (spectrum[i] > spectrum[best]) best = i;
  return spectrum[best] < -80 ? 0 : best * window.analyser.context.sampleRate / 8192;
};

window.statistics = async connection => {
  const found = {};
  const reports = [...(await connection.getStats()).values()];
  for (const r of reports) {
    if (r.type === 'inbound-rtp' && r.kind === 'video')
      Object.assign(found, { framesDecoded: r.framesDecoded ?? 0, packetsLost: r.packetsLost, packetsReceived: r.packetsReceived, packetsDiscarded: r.packetsDiscarded ?? 0, nackCount: r.nackCount, pliCount: r.pliCount, freezeCount: r.freezeCount ?? 0,
        bytesReceived: r.bytesReceived, frameHeight: r.frameHeight ?? 0, keyFramesDecoded: r.keyFramesDecoded ?? 0, rtxReceived: r.retransmittedPacketsReceived ?? 0,
        codec: reports.find(c => c.id === r.codecId)?.mimeType ?? '' });
    if (r.type === 'inbound-rtp' && r.kind === 'audio') Object.assign(found, { audioPackets: r.packetsReceived });
    if (r.type === 'outbound-rtp' && r.kind === 'video') found.sent = (found.sent ?? 0) + r.packetsSent, found.targetBitrate = (found.targetBitrate ?? 0) + (r.targetBitrate ?? 0), found.layers = (found.layers ?? 0) + (r.framesEncoded > 0 ? 1 : 0);
    const chosen = reports.find(t => t.type === 'transport')?.selectedCandidatePairId; // Firefox says it of the pair alone
    if (r.type === 'candidate-pair' && (chosen ? r.id === chosen : r.nominated)) {
      const [mine, theirs] = [r.localCandidateId, r.remoteCandidateId].map(id => reports.find(c => c.id === id));
      found.path = `${mine?.candidateType} ${mine?.relayProtocol ?? mine?.protocol} to ${theirs?.address}`;
    }
    if (r.type === 'candidate-pair' && r.nominated) Object.assign(found, { roundTripMs: (r.currentRoundTripTime ?? 0) * 1000, availableKbps: (r.availableOutgoingBitrate ?? 0) / 1000 });
    if (r.type === 'transport') Object.assign(found, { srtp: r.srtpCipher, dtls: r.tlsVersion });
  }
  const one = connection.getReceivers()[0] ?? connection.getSenders()[0];
  return { state: connection.connectionState, transport: one?.transport?.state, muted: connection.getReceivers().at(-1)?.track.muted, ...found };
};

window.percentile = (values, p) => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] : -1;
};


// A camera that comes back by itself, as the product's do: after a lost server, or a network that said nothing for seconds.
window.keepPublishing = async () => {
  const again = async () => {
    window.publishing?.close();
    clearInterval(window.drawing);
    document.querySelector('body > canvas')?.remove();
    try {
      await publish(JSON.parse(await freshWay()));
    } catch {
      if (!window.givenUp) setTimeout(again, 700);
      return;
    }
    const connection = window.publishing;
    let doubt = 0, gone = false;
    const lost = () => { if (!gone) { gone = true; if (!window.givenUp) again(); } };
    connection.addEventListener('connectionstatechange', () => {
      clearTimeout(doubt);
      if (['failed', 'closed'].includes(connection.connectionState)) lost();
      else if (connection.connectionState === 'disconnected') doubt = setTimeout(lost, 1000);
    });
    // A restarted gateway cannot say that it knows nothing of this: who hears nothing asks.
    let heard = 0, silent = 0;
    const listening = setInterval(async () => {
      if (gone) return clearInterval(listening);
      let now = 0;
      for (const report of (await connection.getStats()).values()) if (report.type === 'candidate-pair' && report.nominated) now += report.bytesReceived;
      silent = now === heard ? silent + 1 : 0;
      heard = now;
      if (silent < 2) return;
      silent = -3;
      const answer = await fetch(connection.session, { method: 'PATCH', headers: { Authorization: `Bearer ${connection.token}` } }).catch(() => null);
      if (answer?.status !== 428) lost();
    }, 1000);
  };
  await again();
};
window.ready = true;
