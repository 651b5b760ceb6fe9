// The few ways in which bytes become text and back that the formats ask for.

/** Bytes that WebCrypto and IndexedDB take: never a view of shared memory. */
export type Bytes = Uint8Array<ArrayBuffer>;

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text) as Bytes;

export function concat(...parts: Uint8Array[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

export function base64(bytes: Uint8Array): string {
  let text = "";
  // In pieces: the arguments of one call are limited.
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

export const base64Url = (bytes: Uint8Array): string => base64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

/** Standard base64 in its one spelling; anything else is null. */
export function fromBase64(text: string): Bytes | null {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return null;
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return base64(bytes) === text ? bytes : null;
}

export const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

export function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((b, i) => b === other[i]);
}

/** A UUIDv7 (RFC 9562), as every id of Lapel: milliseconds, then 74 random bits. */
export function newId(at = Date.now()): string {
  const bytes = random(16);
  new DataView(bytes.buffer).setUint16(0, Math.floor(at / 2 ** 32));
  new DataView(bytes.buffer).setUint32(2, at >>> 0);
  bytes[6] = 0x70 | (bytes[6]! & 0x0f);
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const text = hex(bytes);
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join("-");
}

/** ISO 8601 with Z, as all formats have it: no more decimals than needed. */
export const timeText = (ms: number): string => new Date(Math.round(ms)).toISOString().replace(/\.?0*Z$/, "Z");
