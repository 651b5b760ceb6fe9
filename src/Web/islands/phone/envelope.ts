import type { Bytes } from "./bytes.js";
import { base64, concat, utf8 } from "./bytes.js";
import { digestOf } from "./digest.js";

/** The camera's own key: made here, never to be read back, with its name. */
export interface SigningKey {
  privateKey: CryptoKey;
  spki: Bytes;
  keyId: string;
}

export async function newSigningKey(): Promise<SigningKey> {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey));
  return { privateKey: pair.privateKey, spki, keyId: await digestOf(spki) };
}

/** A DSSE envelope with one signature (docs/formats/manifest.md): its bytes are what is sent, kept and named by the next manifest. */
export async function sign(payloadType: string, payload: object, key: SigningKey): Promise<Bytes> {
  const body = utf8(JSON.stringify(payload));
  const type = utf8(payloadType);
  const signed = concat(utf8(`DSSEv1 ${type.length} ${payloadType} ${body.length} `), body);
  // WebCrypto answers r || s, as the format has it.
  const signature = new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, signed));
  return utf8(JSON.stringify({ payloadType, payload: base64(body), signatures: [{ keyid: key.keyId, sig: base64(signature) }] }));
}
