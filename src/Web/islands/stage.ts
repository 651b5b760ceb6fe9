import { icon, make } from "./dom.js";
import type { Span } from "./lanes.js";
import type { SourceState } from "./source.js";

const SpinAfterMs = 350;

/** The picture and what is laid over it: states, waiting, failures, the first play button. */
export class Stage {
  readonly element: HTMLElement;
  readonly #chips = make("div", { class: "stage-chips" });
  readonly #message = make("div", { class: "stage-message", role: "status", "aria-live": "polite", hidden: true });
  readonly #spin = make("div", { class: "stage-spin", hidden: true });
  readonly #big: HTMLButtonElement;
  #spinner = 0;
  #shown = "";

  constructor(
    readonly video: HTMLVideoElement,
    play: () => void,
    readonly again: () => void,
  ) {
    this.#big = make("button", { type: "button", class: "stage-play", "aria-label": "Play", onclick: play }, icon("play", 30));
    this.element = make("div", { class: "stage" }, video, this.#chips, this.#spin, this.#big, this.#message);
  }

  showSpans(spans: Span[]): void {
    const key = spans.map((s) => s.label).join("\n");
    if (key === this.#shown) return;
    this.#shown = key;
    this.#chips.replaceChildren(...spans.map((s) => make("span", { class: "stage-chip", "data-kind": s.kind }, s.label)));
  }

  /** Offers to begin, until something has been played. */
  offer(): void {
    this.#big.hidden = !this.video.paused || this.video.currentTime > 0 || !this.#message.hidden;
  }

  wait(on: boolean): void {
    clearTimeout(this.#spinner);
    if (!on) this.#spin.hidden = true;
    else this.#spinner = setTimeout(() => (this.#spin.hidden = !this.#message.hidden), SpinAfterMs);
  }

  say(state: SourceState): void {
    this.#message.hidden = state.kind === "ready";
    this.#message.replaceChildren();
    if (state.kind !== "ready") {
      this.wait(false);
      this.#message.append(
        icon(state.kind === "failed" ? "alert" : "clock", 22), make("p", {}, state.sentence),
        make("button", { type: "button", class: "button small", onclick: this.again }, "Try again"));
    }
    this.offer();
  }

  /** A word in passing. */
  flash(words: string): void {
    const chip = make("span", { class: "stage-flash", role: "status" }, words);
    this.#chips.after(chip);
    setTimeout(() => chip.remove(), 1800);
  }
}
