import { icon, make } from "./dom.js";
import { chime } from "./chime.js";

/**
 * `<lapel-live-ring data-href data-events data-title>`: rings while the page at data-href has a `[data-ringing]` in it, also in a background
 * tab: sound, buzz, a notification where allowed, and the window's title.
 */
class LiveRing extends HTMLElement {
  readonly #title = document.title;
  #source: EventSource | null = null;
  #ringing = 0;
  #known: string | null = null;

  connectedCallback(): void {
    this.replaceChildren();
    if ("Notification" in window && Notification.permission === "default")
      this.append(make("button", { class: "button wide", type: "button", onclick: () => void this.#allow() }, icon("phone"), "Allow ringing when this page is in the background"));
    document.addEventListener("pointerdown", () => chime("ready"), { once: true });
    document.addEventListener("lapel:fresh", this.#lookHere);
    this.#open();
    this.#lookHere();
  }

  disconnectedCallback(): void {
    document.removeEventListener("lapel:fresh", this.#lookHere);
    this.#source?.close();
    this.#stop();
  }

  #open(): void {
    this.#source = new EventSource(new URL(this.dataset.events ?? "", document.baseURI));
    this.#source.addEventListener("live", () => void this.#look());
    this.#source.onerror = () => {
      if (this.#source?.readyState === EventSource.CLOSED) setTimeout(() => this.#open(), 3000);
    };
  }

  async #allow(): Promise<void> {
    await Notification.requestPermission();
    this.querySelector("button")?.remove();
  }

  #lookHere = (): void => this.#ring(document.querySelector<HTMLElement>("[data-ringing]")?.dataset.ringing ?? null);

  async #look(): Promise<void> {
    if (!document.hidden) return; // the page refreshes itself and tells
    try {
      const page = new DOMParser().parseFromString(await (await fetch(new URL(this.dataset.href ?? "", document.baseURI))).text(), "text/html");
      this.#ring(page.querySelector<HTMLElement>("[data-ringing]")?.dataset.ringing ?? null);
    } catch {
      // The event stream tells again when the server is back.
    }
  }

  #ring(what: string | null): void {
    if (what === this.#known) return;
    this.#known = what;
    this.#stop();
    if (!what) return;
    chime("ring");
    this.#ringing = setInterval(() => {
      chime("ring");
      document.title = document.title === this.#title ? `☎ ${this.dataset.title ?? "Ringing"}` : this.#title;
    }, 2000);
    if ("Notification" in window && Notification.permission === "granted") new Notification(this.dataset.title ?? "Ringing", { tag: what, requireInteraction: true });
  }

  #stop(): void {
    clearInterval(this.#ringing);
    this.#ringing = 0;
    document.title = this.#title;
  }
}

customElements.define("lapel-live-ring", LiveRing);
