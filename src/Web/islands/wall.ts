/** Where media time meets the wall clock: the server's PlayerPiece. */
export interface Piece {
  fromMs: number;
  lengthMs: number;
  startedAt: string;
}

/** Shows media time as the wall clock of one place. Between pieces the wall clock may jump: nothing was recorded there. */
export class Wall {
  readonly #pieces: { fromMs: number; lengthMs: number; at: number }[];
  readonly #day: Intl.DateTimeFormat;
  readonly #time: Intl.DateTimeFormat;
  readonly #exact: Intl.DateTimeFormat;
  readonly #zone: Intl.DateTimeFormat;

  constructor(pieces: Piece[], zone: string) {
    this.#pieces = pieces.map((p) => ({ fromMs: p.fromMs, lengthMs: p.lengthMs, at: Date.parse(p.startedAt) }));
    const time = { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
    // Swedish writes the day as ISO 8601 does.
    this.#day = new Intl.DateTimeFormat("sv", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
    this.#time = new Intl.DateTimeFormat("sv", time);
    this.#exact = new Intl.DateTimeFormat("en-GB", { ...time, fractionalSecondDigits: 3 });
    this.#zone = new Intl.DateTimeFormat("en-CA", { timeZone: zone, timeZoneName: "short" });
  }

  get known(): boolean {
    return this.#pieces.length > 0;
  }

  get seamsMs(): number[] {
    return this.#pieces.slice(1).map((p) => p.fromMs);
  }

  /** Milliseconds since 1970, or null when the media has no wall clock. */
  at(mediaMs: number): number | null {
    const piece = this.#pieces.findLast((p) => mediaMs >= p.fromMs) ?? this.#pieces[0];
    return piece ? piece.at + (mediaMs - piece.fromMs) : null;
  }

  /** Round wall clock times, as media time, at least stepMs apart; without a wall clock, round media times. */
  ticks(durationMs: number, stepMs: number): number[] {
    const pieces = this.known ? this.#pieces : [{ fromMs: 0, lengthMs: durationMs, at: 0 }];
    const found: number[] = [];
    for (const piece of pieces) {
      for (let at = Math.ceil(piece.at / stepMs) * stepMs; at < piece.at + piece.lengthMs; at += stepMs) {
        const media = piece.fromMs + (at - piece.at);
        if (media - (found.at(-1) ?? -Infinity) >= stepMs * 0.6) found.push(media);
      }
    }
    return found;
  }

  day(mediaMs: number): string {
    const at = this.at(mediaMs);
    return at === null ? "" : this.#day.format(at);
  }

  time(mediaMs: number): string {
    const at = this.at(mediaMs);
    return at === null ? lengthOf(mediaMs) : this.#time.format(at);
  }

  /** With milliseconds, for a picture that stands still. */
  exact(mediaMs: number): string {
    const at = this.at(mediaMs);
    return at === null ? `${lengthOf(mediaMs)}.${String(Math.floor(mediaMs % 1000)).padStart(3, "0")}` : this.#exact.format(at).replace(",", ".");
  }

  zone(mediaMs: number): string {
    const at = this.at(mediaMs);
    return at === null ? "" : (this.#zone.formatToParts(at).find((p) => p.type === "timeZoneName")?.value ?? "");
  }
}

/** 4:07 or 1:02:03. */
export function lengthOf(ms: number): string {
  const whole = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, "0");
  return whole >= 3600 ? `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}` : `${Math.floor(whole / 60)}:${two(whole % 60)}`;
}
