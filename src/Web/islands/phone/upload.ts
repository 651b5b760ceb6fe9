import type { Bytes } from "./bytes.js";
import { base64, base64Url, concat, utf8 } from "./bytes.js";
import type { CameraLink } from "./camera.js";
import { refusedBy, ServerRefused } from "./camera.js";
import { free } from "./ending.js";
import type { ClipFacts } from "./manifest.js";
import type { Receipt } from "./receipt.js";
import { CannotCheck, whyNotFree } from "./receipt.js";
import type { Kept, Store } from "./store.js";

// docs/formats/upload.md: tus 1.0.0, and admission after it.
const Tus = { "tus-resumable": "1.0.0" };

/** So much goes in one request: what a bad connection can lose at once. */
const PieceBytes = 1 << 20;
const FirstPauseMs = 1000;
const LongestPauseMs = 30_000;
const Offline = "No connection to the server. What was recorded is safe on this phone and goes up later.";

const pause = (ms: number): Promise<void> => new Promise((go) => setTimeout(go, Math.max(0, ms)));

export interface Progress {
  /** Sealed bytes that are still to go, in finished clips. */
  waitingBytes: number;
  sending: boolean;
  /** Why nothing goes at the moment; null when all is well. */
  trouble: string | null;
}

/**
 * Sends finished clips and signed manifests, oldest first and urgent before others, resumes at the byte, and frees a recording when its receipt
 * holds. It never gives up; it pauses longer after each failure, and tries at once when the phone is online again.
 */
export class Uploader {
  #running = false;
  #again = false;
  #pauseMs = FirstPauseMs;
  #timer = 0;
  progress: Progress = { waitingBytes: 0, sending: false, trouble: null };

  constructor(
    readonly store: Store,
    readonly link: CameraLink,
    readonly changed: () => void,
  ) {
    addEventListener("online", () => this.wake());
  }

  /** There may be something to send. */
  wake(): void {
    clearTimeout(this.#timer);
    if (this.#running) this.#again = true;
    else void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      do {
        this.#again = false;
        await this.#round();
        this.#pauseMs = FirstPauseMs;
      } while (this.#again);
      this.#say({ sending: false, trouble: null });
    } catch (trouble) {
      // fetch answers a lost network with a TypeError, whatever the browser.
      this.#say({ sending: false, trouble: trouble instanceof TypeError ? Offline : trouble instanceof Error ? trouble.message : String(trouble) });
      this.#timer = setTimeout(() => this.wake(), this.#pauseMs);
      this.#pauseMs = Math.min(2 * this.#pauseMs, LongestPauseMs);
    } finally {
      this.#running = false;
    }
  }

  async #round(): Promise<void> {
    const due = (await this.store.recordings()).filter((r) => r.phase === "open" || r.phase === "signed");
    due.sort((a, b) => Number(b.facts.urgent) - Number(a.facts.urgent) || a.facts.activatedAt - b.facts.activatedAt);
    let waiting = 0;
    const work: { kept: Kept; clips: ClipFacts[] }[] = [];
    for (const kept of due) {
      // What is open or was cut off has its length only once the manifest is signed.
      const clips = (await this.store.clipsOf(kept.facts.id)).filter((c) => !c.sent && (c.complete || kept.phase === "signed"));
      waiting += clips.reduce((sum, c) => sum + c.sealedLengthBytes, 0);
      work.push({ kept, clips });
    }
    this.#say({ waitingBytes: waiting, sending: waiting > 0 });
    if (work.every((w) => w.clips.length === 0 && w.kept.phase === "open")) await this.link.token(); // who is the officer, what is the time
    for (const { kept, clips } of work) {
      for (const clip of clips) await this.#send(kept, clip);
      if (kept.phase === "signed") await this.#admit(kept);
    }
  }

  async #send(kept: Kept, clip: ClipFacts): Promise<void> {
    let offset = clip.upload === undefined ? null : await this.#offset(clip.upload);
    let address = clip.upload;
    if (offset === null || address === undefined) {
      address = await this.#create(kept, clip);
      offset = 0;
      const created = address;
      await this.store.change((on) => on("clips").put({ ...clip, upload: created }));
    }
    const here = { ...clip, upload: address };
    let left = clip.sealedLengthBytes - offset;
    while (left > 0) {
      const begun = performance.now();
      const body = concat(...(await this.store.bytes(clip.id, offset, Math.min(PieceBytes, left)))).subarray(0, left) as Bytes;
      if (body.length === 0) throw new Error(`Clip ${clip.number} is shorter on this phone than its manifest says.`);
      const answer = await this.link.fetch(address, { method: "PATCH", body, headers: { ...Tus, "upload-offset": String(offset), "content-type": "application/offset+octet-stream" } });
      // Another request of ours may still hold it, or more came than we learnt: ask where it stands.
      const next = answer.status === 204 ? Number(answer.headers.get("upload-offset")) : [409, 423].includes(answer.status) ? await this.#offset(address) : null;
      if (next === null || (answer.status !== 204 && next === offset)) throw await refusedBy(answer);
      this.#say({ waitingBytes: Math.max(0, this.progress.waitingBytes - (next - offset)) });
      offset = next;
      left = clip.sealedLengthBytes - offset;
      // What the agency asks uploads to stay below; bits and milliseconds.
      const kbps = this.link.bandwidthKbps;
      if (kbps !== null && left > 0) await pause((8 * body.length) / kbps - (performance.now() - begun));
    }
    await this.store.change((on) => on("clips").put({ ...here, sent: true }));
  }

  async #create(kept: Kept, clip: ClipFacts): Promise<string> {
    const metadata = { recording: kept.facts.id, clip: clip.id, number: String(clip.number), "wrapped-key": base64Url(clip.wrapped), urgent: String(kept.facts.urgent) };
    const answer = await this.link.fetch("uploads", {
      method: "POST",
      headers: { ...Tus, "upload-length": String(clip.sealedLengthBytes), "upload-metadata": Object.entries(metadata).map(([k, v]) => `${k} ${base64(utf8(v))}`).join(",") },
    });
    if (answer.status !== 201) throw await refusedBy(answer);
    return new URL(answer.headers.get("location") ?? "", new URL("uploads", this.link.api)).href;
  }

  /** @returns how much the server has on disk; null when it knows nothing of this upload any more. */
  async #offset(address: string): Promise<number | null> {
    const answer = await this.link.fetch(address, { method: "HEAD", headers: Tus });
    if (answer.ok) return Number(answer.headers.get("upload-offset"));
    if ([404, 410].includes(answer.status)) return null;
    throw await refusedBy(answer);
  }

  async #admit(kept: Kept): Promise<void> {
    const answer = await this.link.fetch("admissions", { method: "POST", body: kept.envelope! });
    if (answer.ok) return this.#free(kept, (await answer.json()) as Receipt);
    const refused = await refusedBy(answer);
    if (refused.code === "clips-missing") {
      // The server lost or ended an upload: these begin anew.
      const missing = (refused.more["missing"] ?? []) as string[];
      const clips = (await this.store.clipsOf(kept.facts.id)).filter((c) => missing.includes(c.id));
      await this.store.change((on) => {
        for (const { upload: _, sent: __, ...clip } of clips) on("clips").put(clip);
      });
      throw refused;
    }
    if (refused.status !== 422 && refused.status !== 400) throw refused;
    await this.store.change((on) => on("recordings").put({ ...kept, phase: "refused", refused: { code: refused.code, why: refused.message } }));
    this.changed();
  }

  /** Lets go of the clips: only of what the log's signed head proves to be held, exactly as it was signed here. */
  async #free(kept: Kept, receipt: Receipt): Promise<void> {
    const clips = await this.store.clipsOf(kept.facts.id);
    const digests = clips.sort((a, b) => a.number - b.number).map((c) => c.sealedDigest);
    let why: string | null;
    try {
      why = await whyNotFree(receipt, this.link.self.logKey, kept.facts.id, kept.manifest!, digests);
    } catch (trouble) {
      if (!(trouble instanceof CannotCheck)) throw trouble;
      await this.store.change((on) => on("recordings").put({ ...kept, receipt }));
      throw new ServerRefused(0, "cannot-check", trouble.message, {});
    }
    if (why !== null) throw new ServerRefused(0, "receipt-does-not-hold", `The server's receipt does not hold, so nothing is deleted: ${why}`, {});
    await this.store.change((on) => on("recordings").put({ ...kept, receipt }));
    await free(this.store, kept.facts.id);
    this.changed();
  }

  #say(news: Partial<Progress>): void {
    this.progress = { ...this.progress, ...news };
    this.changed();
  }
}
