import { newId } from "./bytes.js";
import { Software } from "./camera.js";
import { OpenClip } from "./clip.js";
import type { PhoneClock } from "./clock.js";
import { signRecording } from "./ending.js";
import type { Cause, Position, StateName, StateReason } from "./manifest.js";
import { stateOf } from "./manifest.js";
import type { Kept, Self, Store } from "./store.js";

const ClockMovedMs = 1000;
const PositionEveryMs = 3000;

/** The recording ends in order before the browser's storage has less than this. */
const KeepFreeBytes = 64 << 20;

/** Why the phone cannot record now; null when it can. */
export async function whyNoRoom(): Promise<string | null> {
  const { quota, usage } = (await navigator.storage?.estimate?.()) ?? {};
  if (quota === undefined || usage === undefined || quota - usage > 2 * KeepFreeBytes) return null;
  return "There is no room on this phone: let what waits go up first, or free some storage.";
}

/**
 * One recording at a time, from the press to the signed manifest. Every fact is on the disk before the page shows it. A phone keeps nothing
 * from before the press: it has no buffer.
 */
export class Recorder {
  #kept: Kept | null = null;
  #clip: OpenClip | null = null;
  #before: Promise<void> = Promise.resolve();
  #stream: MediaStream | null = null;
  #number = 0;
  #ending: Promise<void> | null = null;
  #gone = false;
  #moved = 0;
  #ticks = 0;
  #timer = 0;

  constructor(
    readonly store: Store,
    readonly self: Self,
    readonly clock: PhoneClock,
    readonly changed: () => void,
    /** The camera gave nothing more by itself. */
    readonly pictureLost: () => void,
    /** A clip is closed after so much, so that it goes up while the recording goes on. */
    readonly clipMs: number,
  ) {}

  /** Finished clips of all recordings since the page was opened. */
  closedClips = 0;

  get recording(): Kept | null {
    return this.#kept;
  }

  get ending(): boolean {
    return this.#ending !== null;
  }

  is(state: StateName): boolean {
    return this.#kept !== null && stateOf(this.#kept.facts, state) !== undefined;
  }

  /** Everything before this is on the disk; null before the first second is. */
  get keptUntil(): number | null {
    return this.#clip?.keptUntil ?? null;
  }

  async start(stream: MediaStream, cause: Cause, urgent: boolean): Promise<void> {
    if (this.#kept) return;
    this.clock.follow();
    this.#moved = 0;
    const now = this.clock.now();
    const facts = { id: newId(now), camera: this.self.camera, ...(this.self.officer ? { officer: this.self.officer } : {}), activatedAt: now, startCause: cause, urgent, states: [], bookmarks: [], positions: [], ...(this.clock.reading ? { clock: this.clock.reading } : {}), software: Software, lastAt: now };
    const kept: Kept = { facts, phase: "open" };
    await this.store.change((on) => on("recordings").put(kept));
    this.#kept = kept;
    this.#number = 0;
    this.#gone = false;
    this.#stream = stream;
    this.#before = Promise.resolve();
    this.#next();
    this.#timer = setInterval(() => void this.#tick(), 1000);
    this.changed();
  }

  /** Ends the recording after what was recorded until now, and signs it. */
  stop(cause: Cause): Promise<void> {
    if (!this.#kept) return Promise.resolve();
    this.#ending ??= this.#end(this.#kept, cause).finally(() => {
      this.#ending = null;
      this.changed();
    });
    this.changed();
    return this.#ending;
  }

  async #end(kept: Kept, cause: Cause): Promise<void> {
    clearInterval(this.#timer);
    const pressed = this.clock.now();
    let because = cause;
    try {
      await this.#closeClip();
      await this.#before;
    } catch (trouble) {
      because = { trigger: "disk-failed", detail: trouble instanceof Error ? trouble.message.slice(0, 500) : "" };
    }
    Object.assign(kept.facts, { endedAt: pressed, endCause: because, lastAt: this.clock.now(), ...(this.clock.reading ? { clock: this.clock.reading } : {}) });
    this.#kept = null;
    this.#stream = null;
    this.clock.follow();
    await this.store.change((on) => on("recordings").put(kept));
    await signRecording(this.store, this.self, kept.facts.id);
  }

  mark(label?: string): Promise<void> {
    return this.#note((kept) => kept.facts.bookmarks.push({ at: this.clock.now(), ...(label ? { label } : {}) }));
  }

  makeUrgent(): Promise<void> {
    return this.#note((kept) => (kept.facts.urgent = true));
  }

  async begin(state: StateName, reason: StateReason): Promise<void> {
    if (!this.#kept || this.is(state)) return;
    // Silence first, then the note of it: not a word more than was meant.
    if (state === "muted") this.#sound(false);
    await this.#note((kept) => kept.facts.states.push({ state, from: this.clock.now(), ...reason }));
    if (state === "stopped") await this.#closeClip();
  }

  async end(state: StateName): Promise<void> {
    const kept = this.#kept;
    const open = kept && stateOf(kept.facts, state);
    if (!open) return;
    await this.#note(() => (open.until = this.clock.now()));
    if (state === "muted") this.#sound(true);
    if (state === "stopped" && !this.#ending) this.#next();
  }

  place(position: Position): void {
    const kept = this.#kept;
    if (!kept || this.is("stopped") || position.at < kept.facts.activatedAt) return;
    const last = kept.facts.positions.at(-1);
    // Written with the next piece of media: a position is worth no wait for the disk of its own.
    if (!last || position.at - last.at >= PositionEveryMs) kept.facts.positions.push(position);
  }

  /** The camera was taken away and is back, as another stream: a clip of its own. */
  async goOnWith(stream: MediaStream): Promise<void> {
    this.#stream = stream;
    if (!this.#kept || this.#ending) return;
    this.#sound(!this.is("muted"));
    await this.#closeClip();
    await this.pictureBack();
    if (!this.is("stopped")) this.#next();
  }

  /** A clip of the present stream, beginning when the one before is closed. */
  #next(): void {
    if (!this.#kept || !this.#stream) return;
    this.#sound(!this.is("muted"));
    const clip = OpenClip.begin(++this.#number, this.#stream, this.#kept, this.store, this.self, this.clock, this.#before, {
      lost: () => this.#lost(clip),
      failed: () => void this.stop({ trigger: "disk-failed" }),
    });
    this.#clip = clip;
    this.#before = clip.closed;
    this.changed();
  }

  #lost(clip: OpenClip): void {
    if (this.#clip !== clip) return;
    this.#clip = null;
    void this.pictureGone().finally(() => this.pictureLost());
  }

  /** The phone took picture or sound away: a call, another app, a lock screen. Said once. */
  async pictureGone(): Promise<void> {
    if (this.#gone || !this.#kept || this.#ending) return;
    this.#gone = true;
    await this.mark("Picture or sound lost: the phone took the camera away");
  }

  async pictureBack(): Promise<void> {
    if (!this.#gone) return;
    this.#gone = false;
    await this.mark("Picture and sound back");
  }

  async #closeClip(): Promise<void> {
    const clip = this.#clip;
    this.#clip = null;
    await clip?.stop();
    if (clip) this.closedClips++;
    this.changed();
  }

  /** The next clip begins before this one ends, so that nothing falls between them. */
  async #rotate(): Promise<void> {
    const old = this.#clip;
    if (!old) return;
    this.#next();
    const next = this.#clip;
    if (next && next !== old) await next.started;
    await old.stop();
    this.closedClips++;
    this.changed();
  }

  async #tick(): Promise<void> {
    const kept = this.#kept;
    if (!kept || this.#ending) return;
    const moved = this.clock.movedMs();
    if (Math.abs(moved - this.#moved) > ClockMovedMs) {
      const by = moved - this.#moved;
      this.#moved = moved;
      await this.mark(`The system clock was set by ${by} ms, or the phone slept; the times of this recording go on undisturbed`);
    }
    const begun = this.#clip?.startedAt;
    if (begun != null && this.clock.now() - begun >= this.clipMs) await this.#rotate();
    if (++this.#ticks % 10 === 0) {
      const { quota, usage } = (await navigator.storage?.estimate?.()) ?? {};
      if (quota !== undefined && usage !== undefined && quota - usage < KeepFreeBytes) await this.stop({ trigger: "disk-full" });
    }
    this.changed();
  }

  #sound(on: boolean): void {
    for (const track of this.#stream?.getAudioTracks() ?? []) track.enabled = on;
  }

  async #note(write: (kept: Kept) => void): Promise<void> {
    const kept = this.#kept;
    if (!kept) return;
    write(kept);
    kept.facts.lastAt = Math.max(kept.facts.lastAt, this.clock.now());
    await this.store.change((on) => on("recordings").put(kept));
    this.changed();
  }
}
