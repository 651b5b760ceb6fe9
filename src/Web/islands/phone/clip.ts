import { BoxEdges, freeBox, ShortestFree } from "./boxes.js";
import type { Bytes } from "./bytes.js";
import { concat, newId } from "./bytes.js";
import type { PhoneClock } from "./clock.js";
import { wrap } from "./hpke.js";
import type { ClipFacts } from "./manifest.js";
import { ClipSeal, clearBytesOf, newContentKey } from "./seal.js";
import type { Kept, Self, Store } from "./store.js";

// What the browser offers, best first: H.264 with AAC plays everywhere as it is, H.264 with Opus in every browser, the rest gets a proxy.
const Kinds = ["video/mp4;codecs=avc1.42E01F,mp4a.40.2", "video/mp4;codecs=avc1.42E01F,opus", "video/mp4", "video/webm;codecs=vp8,opus", "video/webm"];

export const kindOffered = (): string | null => Kinds.find((kind) => typeof MediaRecorder !== "undefined" && MediaRecorder.isTypeSupported(kind)) ?? null;

/** The browser hands over what it has every second, and is asked for a keyframe as often: that much a closed tab can cost, and a second more. */
const SliceMs = 1000;

/** MediaRecorder's options, with the one that the DOM's types do not have yet. */
interface Recording extends MediaRecorderOptions {
  videoKeyFrameIntervalDuration?: number;
}

interface Told {
  /** The browser's recorder ended by itself. */
  lost(): void;
  /** Something could not be kept. */
  failed(): void;
}

/**
 * One clip while it is written: what the browser's recorder gives is sealed and kept, piece by piece, with the recording's facts in the
 * same transaction. The content key was drawn for this clip alone; what is kept of it is wrapped to the agency.
 */
export class OpenClip {
  readonly #media: MediaRecorder;
  readonly #edges: BoxEdges | null;
  #work: Promise<void>;
  #seal!: ClipSeal;
  #facts!: ClipFacts;
  #asked = false;

  /** Completed when its last segment is kept; it fails when the phone could not keep something. */
  readonly closed: Promise<void>;

  /** Completed when the browser really records. */
  readonly started: Promise<void>;

  private constructor(
    readonly number: number,
    stream: MediaStream,
    readonly kept: Kept,
    readonly store: Store,
    readonly self: Self,
    readonly clock: PhoneClock,
    after: Promise<void>,
    told: Told,
  ) {
    const kind = kindOffered();
    const options: Recording = { ...(kind ? { mimeType: kind } : {}), videoBitsPerSecond: 2_500_000, audioBitsPerSecond: 96_000, videoKeyFrameIntervalDuration: SliceMs };
    this.#media = new MediaRecorder(stream, options);
    this.#edges = (kind ?? this.#media.mimeType).startsWith("video/mp4") ? new BoxEdges() : null;
    let startedAt = clock.now();
    this.started = new Promise((go) => {
      this.#media.addEventListener("start", () => {
        startedAt = clock.now();
        go();
      });
      this.#media.addEventListener("stop", () => go()); // without a picture there is no start
    });
    // Only the last clip of a recording can be cut off, so this one is opened on the disk when the one before is closed.
    this.#work = Promise.all([after, this.started]).then(() => this.#open(startedAt));
    this.#media.addEventListener("dataavailable", (event) => {
      const at = clock.now();
      this.#work = this.#work.then(async () => this.#write(new Uint8Array(await event.data.arrayBuffer()), at));
      this.#work.catch(() => told.failed());
    });
    this.closed = new Promise((done, fail) => {
      this.#media.addEventListener("stop", () => {
        this.#work = this.#work.then(() => this.#finish());
        this.#work.then(done, fail);
        if (!this.#asked) told.lost(); // its tracks are gone
      });
      this.#media.addEventListener("error", () => this.stop());
    });
    this.closed.catch(() => undefined); // whoever waits for it hears of it
    this.#media.start(SliceMs);
  }

  /** Begins at once; `after` is the end of the clip before it. */
  static begin(number: number, stream: MediaStream, kept: Kept, store: Store, self: Self, clock: PhoneClock, after: Promise<void>, told: Told): OpenClip {
    return new OpenClip(number, stream, kept, store, self, clock, after, told);
  }

  get startedAt(): number | null {
    return this.#facts?.startedAt ?? null;
  }

  /** Everything before this is on the disk. */
  get keptUntil(): number | null {
    return this.#facts && this.#facts.sealedLengthBytes > 0 ? this.#facts.endedAt : null;
  }

  stop(): Promise<void> {
    this.#asked = true;
    if (this.#media.state !== "inactive") this.#media.stop();
    return this.closed;
  }

  async #open(startedAt: number): Promise<void> {
    const id = newId(startedAt);
    const contentKey = newContentKey();
    const wrapped = await wrap(this.self.evidenceSpki, contentKey, id);
    this.#seal = await ClipSeal.begin(id, contentKey);
    contentKey.fill(0);
    this.#facts = { ...this.#seal.soFar, id, recording: this.kept.facts.id, number: this.number, startedAt, endedAt: startedAt, complete: false, wrapped };
    await this.#keep(new Uint8Array(0));
  }

  async #write(clear: Bytes, at: number): Promise<void> {
    if (clear.length === 0) return;
    const parts = [await this.#seal.write(clear)];
    if (this.#edges?.take(clear)) {
      const gap = this.#seal.bytesToBoundary;
      if (gap > 0) parts.push(await this.#seal.write(freeBox(gap >= ShortestFree ? gap : gap + clearBytesOf(1))));
    }
    this.#facts.endedAt = Math.max(this.#facts.startedAt, at);
    await this.#keep(concat(...parts));
  }

  async #finish(): Promise<void> {
    const last = await this.#seal.finish();
    this.#facts.endedAt = Math.max(this.#facts.endedAt, this.#facts.startedAt);
    this.#facts.complete = true;
    await this.#keep(last);
  }

  /** If we die before this is on the disk, the clip ends where it did; if after, with these bytes. There is nothing between. */
  async #keep(bytes: Bytes): Promise<void> {
    const at = this.#facts.sealedLengthBytes;
    Object.assign(this.#facts, this.#seal.soFar);
    this.kept.facts.lastAt = Math.max(this.kept.facts.lastAt, this.#facts.endedAt);
    await this.store.change((on) => {
      if (bytes.length > 0) on("pieces").put(bytes, [this.#facts.id, at]);
      on("clips").put(this.#facts);
      on("recordings").put(this.kept);
    });
  }
}
