// Firefox on the page of the live scenarios: node live-firefox.mjs publish|watch URL TOKEN vp8|h264. Each line printed is one JSON object.
import puppeteer from 'puppeteer-core';

const [role, url, token, codec] = process.argv.slice(2);
const say = what => console.log(JSON.stringify(what));
const browser = await puppeteer.launch({
  browser: 'firefox', executablePath: '/usr/bin/firefox-esr', headless: true,
  extraPrefsFirefox: { 'media.peerconnection.ice.obfuscate_host_addresses': false, 'media.autoplay.default': 0, 'media.autoplay.blocking_policy': 0,
    'media.peerconnection.ice.loopback': true, 'media.navigator.permission.disabled': true, 'media.gmp-manager.updateEnabled': false },
});
process.on('SIGTERM', () => browser.close());
try {
  const page = await browser.newPage();
  page.on('console', line => say({ console: line.text() }));
  await page.goto(new URL('/', url).href);
  await page.evaluate((role, options) => (role === 'publish' ? publish(options) : watch(options)), role, { url, token, codec });
  for (let i = 0; i < 300; i++) {
    await new Promise(done => setTimeout(done, 400));
    const now = JSON.parse(await page.evaluate(async role => JSON.stringify(await statistics(role === 'publish' ? publishing : watched)), role));
    if (role === 'publish') say({ state: now.state, sent: now.sent });
    else say({ packets: now.framesDecoded * 3, keyframeFirst: now.framesDecoded > 0, ...now });
  }
} catch (error) { say({ failed: String(error) }); }
await browser.close();
