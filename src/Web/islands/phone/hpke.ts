import type { Bytes } from "./bytes.js";
import { concat, utf8 } from "./bytes.js";

// docs/formats/wrapped-key.md: HPKE (RFC 9180) in base mode with DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
// Names and order follow the RFC's sections 4 and 5, as src/Custody/Hpke.cs does.
const Kem = concat(utf8("KEM"), big16(0x0010));
const Suite = concat(utf8("HPKE"), big16(0x0010), big16(0x0001), big16(0x0002));
const Info = utf8("lapel content key v1");
const Curve = { name: "ECDH", namedCurve: "P-256" } as const;

/** The content key of a clip, readable by the holder of the agency's evidence key only: enc (65) || ciphertext (48). */
export async function wrap(evidenceSpki: Bytes, contentKey: Bytes, clip: string): Promise<Bytes> {
  const { enc, seal } = await setupSender(evidenceSpki, Info);
  return concat(enc, await seal(utf8(clip), contentKey));
}

/** SetupBaseS. The ephemeral pair is new for every call; only vectors pass theirs. */
export async function setupSender(recipientSpki: Bytes, info: Bytes, given?: CryptoKeyPair): Promise<{ enc: Bytes; seal: (aad: Bytes, clear: Bytes) => Promise<Bytes> }> {
  const recipient = await crypto.subtle.importKey("spki", recipientSpki, Curve, true, []);
  const ephemeral = given ?? (await crypto.subtle.generateKey(Curve, true, ["deriveBits"]));
  const enc = await point(ephemeral.publicKey);
  const dh = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: recipient }, ephemeral.privateKey, 256));
  const extracted = await labeledExtract(Kem, new Uint8Array(0), "eae_prk", dh);
  const shared = await labeledExpand(Kem, extracted, "shared_secret", concat(enc, await point(recipient)), 32);
  const none = new Uint8Array(0);
  const context = concat(Uint8Array.of(0), await labeledExtract(Suite, none, "psk_id_hash", none), await labeledExtract(Suite, none, "info_hash", info));
  const secret = await labeledExtract(Suite, shared, "secret", none);
  const key = await crypto.subtle.importKey("raw", await labeledExpand(Suite, secret, "key", context, 32), "AES-GCM", false, ["encrypt"]);
  const nonce = await labeledExpand(Suite, secret, "base_nonce", context, 12);
  for (const done of [dh, extracted, shared, secret]) done.fill(0);
  return {
    enc,
    // Exactly one message a context, so the nonce is the base nonce.
    seal: async (aad, clear) => new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: aad }, key, clear)),
  };
}

async function point(key: CryptoKey): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.exportKey("raw", key));
}

function labeledExtract(suite: Bytes, salt: Bytes, label: string, input: Bytes): Promise<Bytes> {
  // HMAC fills a short key with zeros, so 32 zeros are the empty salt, which some browsers refuse as a key.
  return hmac(salt.length === 0 ? new Uint8Array(32) : salt, concat(utf8("HPKE-v1"), suite, utf8(label), input));
}

/** One block of HKDF-Expand, which is all that 32 bytes need. */
async function labeledExpand(suite: Bytes, prk: Bytes, label: string, info: Bytes, length: number): Promise<Bytes> {
  return (await hmac(prk, concat(big16(length), utf8("HPKE-v1"), suite, utf8(label), info, Uint8Array.of(1)))).slice(0, length);
}

async function hmac(key: Bytes, message: Bytes): Promise<Bytes> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, message));
}

function big16(value: number): Bytes {
  return Uint8Array.of(value >> 8, value & 0xff);
}
