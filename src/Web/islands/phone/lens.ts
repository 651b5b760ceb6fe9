import type { Position } from "./manifest.js";

// The phone's camera, its screen and its position, as far as the browser gives them.

/** Sound as it is: what a filter takes away is missing from the evidence. */
const Wanted: MediaStreamConstraints = {
  video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } },
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: true },
};

/** Opens camera and microphone, and says when the phone takes them away: a call, another app, a lock screen. */
export class Lens {
  #stream: MediaStream | null = null;
  #opening: Promise<MediaStream> | null = null;

  constructor(
    readonly lost: () => void,
    readonly back: () => void,
  ) {}

  get stream(): MediaStream | null {
    return this.#stream;
  }

  get hasPicture(): boolean {
    return this.#stream?.getVideoTracks().some((t) => t.readyState === "live" && !t.muted) ?? false;
  }

  open(): Promise<MediaStream> {
    if (this.#stream?.getTracks().every((t) => t.readyState === "live")) return Promise.resolve(this.#stream);
    this.#opening ??= this.#open().finally(() => (this.#opening = null));
    return this.#opening;
  }

  close(): void {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
  }

  async #open(): Promise<MediaStream> {
    this.close();
    const stream = await navigator.mediaDevices.getUserMedia(Wanted);
    this.#stream = stream;
    for (const track of stream.getTracks()) {
      track.addEventListener("ended", () => this.#stream === stream && this.lost());
      track.addEventListener("mute", () => this.#stream === stream && this.lost());
      track.addEventListener("unmute", () => this.#stream === stream && this.hasPicture && this.back());
    }
    return stream;
  }
}

/** Why there is no camera, in words for the officer. */
export function whyNoCamera(trouble: unknown): string {
  const name = trouble instanceof DOMException ? trouble.name : "";
  if (name === "NotAllowedError") return "The browser may not use camera and microphone. Allow both for this page in the browser's settings, then try again.";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "The browser finds no camera or no microphone on this device.";
  if (name === "NotReadableError" || name === "AbortError") return "Another app or a call holds the camera. Close it, then try again.";
  return "The camera did not start. Try again.";
}

/** Keeps the screen on while asked to: a locked screen stops a phone's camera. Browsers give it back only while the page is in front. */
export class AwakeScreen {
  #lock: WakeLockSentinel | null = null;
  #wanted = false;

  constructor() {
    document.addEventListener("visibilitychange", () => void this.#take());
  }

  static get offered(): boolean {
    return "wakeLock" in navigator;
  }

  want(on: boolean): void {
    this.#wanted = on;
    if (on) void this.#take();
    else void this.#lock?.release().catch(() => undefined);
  }

  async #take(): Promise<void> {
    if (!this.#wanted || document.hidden || !AwakeScreen.offered || (this.#lock && !this.#lock.released)) return;
    try {
      this.#lock = await navigator.wakeLock.request("screen");
    } catch {
      // Refused when the battery is low: the page says that the screen has to be kept on by hand.
    }
  }
}

/** Follows the position only while asked to: nobody is followed between recordings. */
export class Whereabouts {
  #watch: number | null = null;
  last: Position | null = null;

  constructor(
    readonly clock: { now(): number },
    readonly found: (position: Position) => void,
  ) {}

  want(on: boolean): void {
    if (on === (this.#watch !== null) || !("geolocation" in navigator)) return;
    if (this.#watch !== null) {
      navigator.geolocation.clearWatch(this.#watch);
      this.#watch = null;
      this.last = null;
      return;
    }
    this.#watch = navigator.geolocation.watchPosition(
      ({ coords }) => {
        this.last = { at: this.clock.now(), latitude: coords.latitude, longitude: coords.longitude, accuracyMetres: coords.accuracy };
        this.found(this.last);
      },
      () => undefined, // refused or unknown: the recording has no track, which the page shows
      { enableHighAccuracy: true, maximumAge: 2000, timeout: 20_000 },
    );
  }
}
