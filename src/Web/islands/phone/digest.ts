import { sha256 } from "@noble/hashes/sha2.js";
import type { Bytes } from "./bytes.js";
import { hex } from "./bytes.js";

/** As in manifests: `sha256:` and 64 lower-case hex digits. */
export const digestText = (digest: Uint8Array): string => `sha256:${hex(digest)}`;

export async function digestOf(bytes: Bytes): Promise<string> {
  return digestText(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/**
 * SHA-256 of what comes in pieces. WebCrypto hashes only what is in memory as a whole, and a clip is not: this is the audited
 * implementation of @noble/hashes, and the one primitive here that is not the browser's own.
 */
export class RunningDigest {
  readonly #hash = sha256.create();

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
  }

  /** Of all bytes so far; more may follow. */
  text(): string {
    return digestText(this.#hash.clone().digest());
  }
}
