/**
 * Follows the top-level boxes of an MP4 as it is written, to know whether what has come so far ends with a whole one: only there may a
 * 'free' box be put in, which fills a segment up so that the fragment before it is whole on the disk (docs/formats/sealed-clip.md).
 */
export class BoxEdges {
  #left = 0;
  #lost = false;

  /** @returns true when the stream stands between two boxes. */
  take(bytes: Uint8Array): boolean {
    let at = 0;
    while (!this.#lost && at < bytes.length) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, bytes.length - at);
        this.#left -= step;
        at += step;
        continue;
      }
      const length = lengthAt(bytes, at);
      if (length === null) this.#lost = true;
      else this.#left = length;
    }
    return !this.#lost && this.#left === 0;
  }
}

/** Null when the header is not all here or the box has no end; then nothing is put in any more, and nothing is lost by that but a moment. */
function lengthAt(bytes: Uint8Array, at: number): number | null {
  if (bytes.length - at < 8) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const short = view.getUint32(0);
  if (short >= 8) return short;
  if (short !== 1 || bytes.length - at < 16) return null;
  const long = view.getBigUint64(8);
  return long >= 16n && long < BigInt(Number.MAX_SAFE_INTEGER) ? Number(long) : null;
}

export const ShortestFree = 8;

/** A box of exactly that length which players skip. */
export function freeBox(length: number): Uint8Array<ArrayBuffer> {
  const box = new Uint8Array(length);
  new DataView(box.buffer).setUint32(0, length);
  box.set([0x66, 0x72, 0x65, 0x65], 4);
  return box;
}
