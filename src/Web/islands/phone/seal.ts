import type { Bytes } from "./bytes.js";
import { concat, random, utf8 } from "./bytes.js";
import { RunningDigest } from "./digest.js";

// docs/formats/sealed-clip.md: Tink's AES-GCM-HKDF streaming, 16 KiB segments.
const SegmentBytes = 16 * 1024;
const TagBytes = 16;
const HeaderBytes = 40;
const SaltBytes = 32;
const PrefixBytes = 7;
const ContentKeyBytes = 32;

/** Clear bytes of a whole segment; the first has the header before it. */
export const clearBytesOf = (segment: number): number => SegmentBytes - TagBytes - (segment === 0 ? HeaderBytes : 0);

/** What is in whole segments: what a reader finds if nothing comes after it. */
export interface SoFar {
  sealedLengthBytes: number;
  sealedDigest: string;
  clearLengthBytes: number;
  clearDigest: string;
}

export const newContentKey = (): Bytes => random(ContentKeyBytes);

/**
 * Seals one clip as it is recorded: clear bytes go in, sealed segments come out in their order. One call at a time. The segment key
 * cannot be read back from the browser; when the page goes, nobody here can open the clip or go on with it.
 */
export class ClipSeal {
  readonly #key: CryptoKey;
  readonly #prefix: Bytes;
  readonly #sealed = new RunningDigest();
  readonly #clear = new RunningDigest();
  #header: Bytes;
  #waiting: Bytes = new Uint8Array(0);
  #segment = 0;
  #sealedLength = 0;
  #clearLength = 0;

  private constructor(key: CryptoKey, salt: Bytes, prefix: Bytes) {
    this.#key = key;
    this.#prefix = prefix;
    this.#header = concat(Uint8Array.of(HeaderBytes), salt, prefix);
  }

  /** Salt and prefix are given by vectors only: two clips with one content key and one salt would betray each other. */
  static async begin(clip: string, contentKey: Bytes, salt = random(SaltBytes), prefix = random(PrefixBytes)): Promise<ClipSeal> {
    const material = await crypto.subtle.importKey("raw", contentKey, "HKDF", false, ["deriveKey"]);
    const key = await crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt, info: utf8(clip) }, material, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
    return new ClipSeal(key, salt, prefix);
  }

  /** Clear bytes until all that was taken fills whole segments; 0 at a boundary. */
  get bytesToBoundary(): number {
    return this.#waiting.length === 0 ? 0 : clearBytesOf(this.#segment) - this.#waiting.length;
  }

  get soFar(): SoFar {
    return {
      sealedLengthBytes: this.#sealedLength,
      sealedDigest: this.#sealed.text(),
      clearLengthBytes: this.#clearLength,
      clearDigest: this.#clear.text(),
    };
  }

  /** @returns the whole segments that are ready, possibly none; the rest waits for more. */
  async write(clear: Bytes): Promise<Bytes> {
    const all = concat(this.#waiting, clear);
    const ready: Bytes[] = [];
    let at = 0;
    for (let next = clearBytesOf(this.#segment); all.length - at >= next; next = clearBytesOf(this.#segment)) {
      ready.push(await this.#seal(all.slice(at, at + next), false));
      at += next;
    }
    this.#waiting = all.slice(at);
    return concat(...ready);
  }

  /** The last segment, short or empty: without it a reader takes the clip for cut off. */
  async finish(): Promise<Bytes> {
    const last = await this.#seal(this.#waiting, true);
    this.#waiting = new Uint8Array(0);
    return last;
  }

  async #seal(clear: Bytes, last: boolean): Promise<Bytes> {
    const nonce = new Uint8Array(PrefixBytes + 5);
    nonce.set(this.#prefix);
    new DataView(nonce.buffer).setUint32(PrefixBytes, this.#segment);
    nonce[PrefixBytes + 4] = last ? 1 : 0;
    const body = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, tagLength: 8 * TagBytes }, this.#key, clear));
    const whole = concat(this.#header, body);
    this.#header = new Uint8Array(0);
    this.#segment++;
    this.#sealed.add(whole);
    this.#clear.add(clear);
    this.#sealedLength += whole.length;
    this.#clearLength += clear.length;
    return whole;
  }
}
