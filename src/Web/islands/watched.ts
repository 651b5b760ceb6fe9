/**
 * `<lapel-watched data-href data-recording>` around a player: tells the server which seconds were on the screen while it played. The
 * server believes only what it served, so this can report too little and never too much.
 */
class Watched extends HTMLElement {
  /** Seconds since the last report. */
  #fresh = new Set<number>();
  #lastMs: number | null = null;
  #timer = 0;

  connectedCallback(): void {
    this.addEventListener("lapel:time", this.#seen);
    document.addEventListener("visibilitychange", this.#leaving);
    this.#timer = window.setInterval(() => void this.#tell(), 4000);
  }

  disconnectedCallback(): void {
    this.removeEventListener("lapel:time", this.#seen);
    document.removeEventListener("visibilitychange", this.#leaving);
    clearInterval(this.#timer);
    void this.#tell();
  }

  readonly #seen = (event: Event): void => {
    const { ms } = (event as CustomEvent<{ ms: number }>).detail;
    const before = this.#lastMs;
    this.#lastMs = ms;
    // A jump is a seek and shows nothing of what lies between; at eight times the speed a tick is two seconds.
    if (before === null || ms <= before || ms - before > 2500) return;
    for (let second = Math.floor(before / 1000); second <= Math.floor(ms / 1000); second++) this.#fresh.add(second);
  };

  readonly #leaving = (): void => {
    if (document.visibilityState === "hidden") void this.#tell();
  };

  async #tell(): Promise<void> {
    if (this.#fresh.size === 0) return;
    const seconds = rangesOf(this.#fresh);
    this.#fresh = new Set();
    try {
      const answer = await fetch(this.dataset.href ?? "", {
        method: "POST",
        keepalive: true,
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify({ recording: this.dataset.recording, seconds }),
      });
      if (!answer.ok) return;
      const { watchedSeconds } = (await answer.json()) as { watchedSeconds: number };
      for (const place of document.querySelectorAll("[data-watched]")) place.textContent = String(watchedSeconds);
    } catch {
      // Not told is not counted; playing goes on.
    }
  }
}

export function rangesOf(seconds: Set<number>): [number, number][] {
  const ranges: [number, number][] = [];
  for (const second of [...seconds].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last?.[1] === second) last[1] = second + 1;
    else ranges.push([second, second + 1]);
  }
  return ranges;
}

customElements.define("lapel-watched", Watched);
