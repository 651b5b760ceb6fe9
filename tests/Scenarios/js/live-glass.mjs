// What Chromium sees of Chromium, through a gateway: node live-glass.mjs PAGE JSON
//   {"whip": url, "publish": token, "whep": url, "watch": [token, …]}   WHIP and WHEP, a token for each joining
//   {"janus": url, "room": 1, "joins": N}                              Janus's video room
// A canvas with a clock burnt in is published as VP8. Then a viewer joins again and again, and stays the last time.
// Prints {"joins": [ms from asking to the first decoded picture], "delays": [ms from drawing to decoded]}.
import puppeteer from 'puppeteer-core';

const [address, json] = process.argv.slice(2);
const through = JSON.parse(json);
const settleMs = 2000, watchMs = 12_000, patienceMs = 20_000;
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--autoplay-policy=no-user-gesture-required', '--allow-loopback-in-peer-connection', '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--disable-background-timer-throttling', '--disable-renderer-backgrounding', '--disable-backgrounding-occluded-windows'];

// Janus's own words instead of WHIP and WHEP: the publisher offers, and to a viewer Janus does.
function speakJanus({ janus, room }) {
  const feed = 1;
  let asked = 0;
  const ask = async (path, body) => (await fetch(janus + path, { method: 'POST', body: JSON.stringify({ transaction: `${++asked}`, ...body }) })).json();
  window.exchange = async (connection, role) => {
    const session = `/${(await ask('', { janus: 'create' })).data.id}`;
    const handle = `${session}/${(await ask(session, { janus: 'attach', plugin: 'janus.plugin.videoroom' })).data.id}`;
    const say = (body, jsep) => ask(handle, { janus: 'message', body, ...(jsep ? { jsep } : {}) });
    const hear = async found => {
      for (;;) {
        const heard = await (await fetch(janus + session)).json();
        if (heard.plugindata?.data.error) throw new Error(heard.plugindata.data.error);
        if (found(heard)) return heard;
      }
    };
    connection.onicecandidate = ({ candidate }) => ask(handle, { janus: 'trickle', candidate: candidate ?? { completed: true } });
    if (role === 'publish') {
      await say({ request: 'join', ptype: 'publisher', room, id: feed });
      await hear(heard => heard.plugindata?.data.videoroom === 'joined');
      const offer = await connection.createOffer();
      await connection.setLocalDescription(offer);
      await say({ request: 'publish' }, { type: offer.type, sdp: offer.sdp });
      await connection.setRemoteDescription((await hear(heard => heard.jsep)).jsep);
    } else {
      await say({ request: 'join', ptype: 'subscriber', room, streams: [{ feed }] });
      await connection.setRemoteDescription((await hear(heard => heard.jsep)).jsep);
      const answer = await connection.createAnswer();
      await connection.setLocalDescription(answer);
      await say({ request: 'start' }, { type: answer.type, sdp: answer.sdp });
    }
  };
}

const browser = await puppeteer.launch({ executablePath: '/usr/bin/chromium', headless: true, args: flags });
try {
  const open = async () => {
    const page = await (await browser.createBrowserContext()).newPage();
    await page.goto(address);
    await page.evaluate(() => { window.atOnce = true; });
    if (through.janus) await page.evaluate(speakJanus, through);
    return page;
  };
  const until = (page, condition) => page.waitForFunction(condition, { timeout: patienceMs, polling: 5 });
  const [lens, eyes] = [await open(), await open()];
  await lens.evaluate(way => publish(way), { url: through.whip ?? 'publish', token: through.publish, codec: 'vp8' });
  await until(lens, () => publishing.connectionState === 'connected');
  await new Promise(done => setTimeout(done, settleMs)); // a picture that has been running, as a viewer finds it
  const joins = [];
  for (const token of through.watch ?? Array(through.joins).fill('')) {
    await eyes.evaluate(() => { window.watched?.close(); document.querySelectorAll('video').forEach(video => video.remove()); });
    await new Promise(done => setTimeout(done, 100 + 370 * joins.length % 700)); // at any moment between two keyframes
    await eyes.evaluate(way => watch(way), { url: through.whep ?? 'watch', token });
    await until(eyes, () => firstFrame !== undefined);
    joins.push(await eyes.evaluate(() => firstFrame));
  }
  await new Promise(done => setTimeout(done, settleMs));
  await eyes.evaluate(() => { window.delays = []; });
  await new Promise(done => setTimeout(done, watchMs));
  console.log(JSON.stringify({ joins, delays: await eyes.evaluate(() => delays) }));
} finally {
  await browser.close();
}
