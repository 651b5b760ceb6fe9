import type { Bytes } from "./bytes.js";
import { concat, fromBase64, hex, same, utf8 } from "./bytes.js";

// docs/formats/receipt.md and custody-log.md: nothing is freed but on a receipt that passes every check here.

export interface Receipt {
  entry: string;
  proof: string;
}

interface Admitted {
  event?: { kind?: string; recording?: string; manifest?: string; clips?: string[] };
}

/** This browser cannot check a signature of the log: what it holds stays, and the page says so. */
export class CannotCheck extends Error {}

/**
 * Why the clips of a recording must stay: the first thing that does not hold, as a sentence. Null when the log's key, pinned at
 * enrolment, signed a head that holds this recording's admission with exactly this manifest and these clips.
 */
export async function whyNotFree(receipt: Receipt, logKey: string, recording: string, manifest: string, clips: string[]): Promise<string | null> {
  try {
    const entry = fromBase64(receipt.entry);
    if (!entry) return "The receipt's entry is not base64.";
    const { index, hashes, note } = readProof(receipt.proof);
    const { size, root } = await openCheckpoint(note, logKey);
    if (!(await includes(await leaf(entry), index, size, hashes, root))) return "The receipt's proof does not lead to the log's signed head.";
    return whyNotAdmission(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(entry)) as Admitted, recording, manifest, clips);
  } catch (trouble) {
    if (trouble instanceof CannotCheck) throw trouble;
    return trouble instanceof Error ? trouble.message : "The receipt cannot be read.";
  }
}

function whyNotAdmission(entry: Admitted, recording: string, manifest: string, clips: string[]): string | null {
  const event = entry.event;
  if (event?.kind !== "recording.admitted") return "The receipt is for another kind of custody event, not for an admission.";
  if (event.recording !== recording) return "The receipt is for another recording.";
  if (event.manifest !== manifest) return "The receipt is for another manifest of this recording.";
  if (event.clips?.length !== clips.length || !clips.every((clip, i) => clip === event.clips?.[i])) return "The receipt names other clips.";
  return null;
}

function readProof(text: string): { index: number; hashes: Bytes[]; note: string } {
  if (text.length > 256 * 1024) throw new Error("The receipt's proof is too long.");
  const end = text.indexOf("\n\n");
  const lines = end < 0 ? [] : text.slice(0, end).split("\n");
  if (lines.shift() !== "c2sp.org/tlog-proof@v1") throw new Error("The receipt's proof is not a tlog-proof@v1.");
  if (lines[0]?.startsWith("extra ") && !fromBase64(lines.shift()!.slice(6))) throw new Error("The receipt's proof has an extra line that is not base64.");
  const index = decimal(/^index (.*)$/.exec(lines.shift() ?? "")?.[1]);
  if (lines.length > 63) throw new Error("The receipt's proof has more than 63 hashes.");
  return { index, hashes: lines.map(hash), note: text.slice(end + 2) };
}

/** Opens a signed note: every signature that claims to be the log's must hold, and there must be one. */
async function openCheckpoint(note: string, logKey: string): Promise<{ size: number; root: Bytes }> {
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n") || /[\x00-\x09\x0b-\x1f]/.test(note)) throw new Error("The receipt's checkpoint is not a signed note.");
  const text = note.slice(0, split + 1);
  const log = await readKey(logKey);
  let signed = 0;
  for (const line of note.slice(split + 2, -1).split("\n")) {
    const [, name, encoded] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
    const bytes = encoded === undefined ? null : fromBase64(encoded);
    if (!bytes || bytes.length < 5) throw new Error("A line under the receipt's checkpoint is no signature.");
    if (name !== log.name || hex(bytes.subarray(0, 4)) !== log.id) continue;
    if (!(await crypto.subtle.verify("Ed25519", log.key, bytes.slice(4), utf8(text)))) throw new Error("The log's signature under the receipt is false.");
    signed++;
  }
  if (signed === 0) throw new Error("The log's key did not sign the receipt's checkpoint.");
  const [origin, size, root] = text.split("\n");
  if (origin !== log.name) throw new Error("The receipt is of another log.");
  return { size: decimal(size), root: hash(root ?? "") };
}

/** `name+hex(key ID)+base64(kind || public key)`, of kind 1. */
async function readKey(text: string): Promise<{ name: string; id: string; key: CryptoKey }> {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(text) ?? [];
  const bytes = fromBase64(encoded ?? "");
  if (!name || !id || bytes?.length !== 33 || bytes[0] !== 1) throw new Error("The log's key, kept at enrolment, cannot be read.");
  const expected = new Uint8Array(await crypto.subtle.digest("SHA-256", concat(utf8(`${name}\n`), bytes)));
  if (hex(expected.subarray(0, 4)) !== id) throw new Error("The log's key, kept at enrolment, is damaged.");
  try {
    return { name, id, key: await crypto.subtle.importKey("raw", bytes.slice(1), "Ed25519", false, ["verify"]) };
  } catch {
    throw new CannotCheck("This browser has no Ed25519, so it cannot check the server's receipt. What was sent stays on the phone until a newer browser has checked it.");
  }
}

/** RFC 9162, section 2.1.3.2. Numbers stay below 2^53: a log with more entries has not been written yet. */
async function includes(leafHash: Bytes, index: number, size: number, hashes: Bytes[], root: Bytes): Promise<boolean> {
  if (index >= size) return false;
  let i = index;
  let last = size - 1;
  let result = leafHash;
  for (const hash of hashes) {
    if (last === 0) return false;
    if (i % 2 === 1 || i === last) {
      result = await node(hash, result);
      while (i % 2 === 0 && i !== 0) {
        i = Math.floor(i / 2);
        last = Math.floor(last / 2);
      }
    } else result = await node(result, hash);
    i = Math.floor(i / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && same(result, root);
}

const leaf = (entry: Bytes): Promise<Bytes> => sha(concat(Uint8Array.of(0), entry));

const node = (left: Bytes, right: Bytes): Promise<Bytes> => sha(concat(Uint8Array.of(1), left, right));

async function sha(bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

function hash(text: string): Bytes {
  const bytes = fromBase64(text);
  if (bytes?.length !== 32) throw new Error("A hash of the receipt's proof is not the base64 of 32 bytes.");
  return bytes;
}

function decimal(text: string | undefined): number {
  const number = /^(0|[1-9][0-9]{0,15})$/.test(text ?? "") ? Number(text) : NaN;
  if (!Number.isSafeInteger(number)) throw new Error("A number of the receipt's proof cannot be read.");
  return number;
}
