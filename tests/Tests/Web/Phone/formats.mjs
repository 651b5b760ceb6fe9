// Runs what the browser runs, in Node: bundles src/Web/islands/phone in memory and answers one question from standard input as JSON.
import { createRequire } from "node:module";
import { join } from "node:path";

const web = process.argv[2];
const { build } = createRequire(join(web, "package.json"))("esbuild");
const names = ["bytes", "seal", "hpke", "envelope", "manifest", "receipt", "boxes", "digest"];
const bundle = await build({
  stdin: { contents: names.map((n) => `export * from "./${n}.js";`).join("\n"), resolveDir: join(web, "islands", "phone"), loader: "ts" },
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
});
const phone = await import("data:text/javascript;base64," + Buffer.from(bundle.outputFiles[0].contents).toString("base64"));

const { ask, ...given } = JSON.parse(await new Response(process.stdin).text());
const bytes = (base64) => Uint8Array.from(Buffer.from(base64, "base64"));
const text = (array) => Buffer.from(array).toString("base64");
const pattern = (length) => Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) % 251);

const questions = {
  async seal() {
    const clips = [];
    for (const { id, pieces, finish } of given.clips) {
      const key = phone.newContentKey();
      const seal = await phone.ClipSeal.begin(id, key);
      const out = [];
      for (const length of pieces) out.push(await seal.write(pattern(length)));
      const gap = seal.bytesToBoundary;
      const before = seal.soFar;
      if (finish) out.push(await seal.finish());
      clips.push({ id, sealed: text(Buffer.concat(out)), wrapped: text(await phone.wrap(bytes(given.evidence), key, id)), gap, soFar: finish ? seal.soFar : before });
    }
    return clips;
  },
  async hpke() {
    const algorithm = { name: "ECDH", namedCurve: "P-256" };
    const privateKey = await crypto.subtle.importKey("jwk", given.ephemeral, algorithm, true, ["deriveBits"]);
    const { d: _, ...open } = given.ephemeral;
    const publicKey = await crypto.subtle.importKey("jwk", open, algorithm, true, []);
    const { enc, seal } = await phone.setupSender(bytes(given.recipient), bytes(given.info), { privateKey, publicKey });
    return { enc: text(enc), ciphertext: text(await seal(bytes(given.aad), bytes(given.clear))) };
  },
  async sign() {
    const key = await phone.newSigningKey();
    const envelopes = [];
    let previous = null;
    for (const [i, { facts, clips }] of given.recordings.entries()) {
      const envelope = await phone.sign(phone.PayloadType, phone.manifestOf(facts, clips, i + 1, previous), key);
      previous = await phone.digestOf(envelope);
      envelopes.push(text(envelope));
    }
    return { spki: text(key.spki), keyId: key.keyId, extractable: key.privateKey.extractable, envelopes };
  },
  async receipts() {
    const answers = [];
    for (const receipt of given.receipts) answers.push(await phone.whyNotFree(receipt, given.logKey, given.recording, given.manifest, given.clips));
    return answers;
  },
  async boxes() {
    const all = bytes(given.file);
    return given.cuts.map((cut) => {
      const edges = new phone.BoxEdges();
      return cut.map(([from, until]) => edges.take(all.subarray(from, until)));
    });
  },
  async ids() {
    return Array.from({ length: 50 }, () => phone.newId());
  },
};
process.stdout.write(JSON.stringify(await questions[ask]()));
