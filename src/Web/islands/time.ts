import { make } from "./dom.js";

const words = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "narrow" });
const Steps: [Intl.RelativeTimeFormatUnit, number][] = [["year", 31_557_600], ["month", 2_629_800], ["day", 86_400], ["hour", 3_600], ["minute", 60]];

export function ago(at: number, now = Date.now()): string {
  const seconds = Math.round((at - now) / 1000);
  if (Math.abs(seconds) < 45) return seconds > 5 ? "in a moment" : "just now";
  const [unit, size] = Steps.find(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
  return words.format(Math.round(seconds / size), unit);
}

/** `<lapel-time data-mode="both">` around a time element: adds how long ago it was, and keeps it true. */
class RelativeTime extends HTMLElement {
  #timer = 0;

  connectedCallback(): void {
    if (this.dataset.mode !== "both") return;
    this.#show();
    this.#timer = setInterval(() => this.#show(), 30_000);
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
  }

  #show(): void {
    const at = Date.parse(this.querySelector("time")?.dateTime ?? "");
    if (Number.isNaN(at)) return;
    let place = this.querySelector(".ago");
    if (!place) this.append((place = make("span", { class: "ago" })));
    const text = ago(at);
    if (place.textContent !== text) place.textContent = text;
  }
}

customElements.define("lapel-time", RelativeTime);
