/** The phone's clock minus the server's, as one request measured it. */
export interface ClockReading {
  offsetMs: number;
  roundTripMs: number;
  measuredAt: number;
}

/**
 * The phone's clock. Inside a recording it runs on the monotonic timer from one anchor, so that setting the system clock cannot turn
 * the times of a manifest around; between recordings it follows the system's clock again. As src/Camera/CameraClock.cs.
 */
export class PhoneClock {
  #anchor = Date.now();
  #anchorTimer = performance.now();
  reading: ClockReading | null = null;

  /** Milliseconds since 1970, whole. */
  now(): number {
    return Math.round(this.#anchor + performance.now() - this.#anchorTimer);
  }

  /** How far the system's clock has moved away from this one: somebody set it, or the phone slept. */
  movedMs(): number {
    return Date.now() - this.now();
  }

  /** Only between recordings. */
  follow(): void {
    const moved = this.movedMs();
    this.#anchor = Date.now();
    this.#anchorTimer = performance.now();
    if (this.reading) this.reading = { ...this.reading, offsetMs: this.reading.offsetMs + moved, measuredAt: this.reading.measuredAt + moved };
  }

  /** As NTP does (RFC 5905, clause 8): what the server took to answer cancels out. */
  compare(asked: number, answered: number, received: number, sent: number): void {
    const there = asked - received;
    const back = answered - sent;
    const taken = { offsetMs: Math.round((there + back) / 2), roundTripMs: Math.max(0, Math.round(back - there)), measuredAt: answered };
    const last = this.reading;
    if (!last || taken.measuredAt - last.measuredAt > 60_000 || taken.roundTripMs < last.roundTripMs) this.reading = taken;
  }
}
