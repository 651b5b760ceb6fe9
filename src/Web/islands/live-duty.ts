import { icon, make } from "./dom.js";
import { LiveConnection, pauseBefore, type Way } from "./webrtc.js";
import { chime } from "./chime.js";

interface Duty {
  watchers: { as: string; reason: string; since: string }[];
  consult?: { id: string; state: string; aloud: boolean };
  hear?: Way;
}

/**
 * `<lapel-live-duty data-events>`: stays connected while the page is hidden or the screen is locked as far as the phone allows. It sounds
 * and buzzes at each watcher who joins or leaves, and when help answers; and it plays what comes from the helper. It has no off switch.
 */
class LiveDuty extends HTMLElement {
  readonly #audio = make("audio", { autoplay: true });
  readonly #state = make("p", { class: "muted", role: "status" });
  readonly #unlock = make("button", { class: "button wide", type: "button", onclick: () => this.#touched() }, icon("sound"), "Allow sounds on this phone");
  #source: EventSource | null = null;
  #seen: string[] | null = null;
  #talking: string | null = null;
  #connection: LiveConnection | null = null;
  #way: Way | null = null;
  #attempt = 0;
  #retry = 0;

  connectedCallback(): void {
    this.replaceChildren(this.#audio, this.#unlock, this.#state);
    document.addEventListener("pointerdown", this.#touched, { once: true });
    this.#open();
  }

  disconnectedCallback(): void {
    this.#source?.close();
    this.#hangUp();
  }

  #open(): void {
    this.#source = new EventSource(new URL(this.dataset.events ?? "", document.baseURI));
    this.#source.addEventListener("live", (event) => this.#heard(JSON.parse((event as MessageEvent<string>).data) as Duty));
    this.#source.onerror = () => {
      this.#state.textContent = "No connection to the server. Trying again…";
      if (this.#source?.readyState === EventSource.CLOSED) setTimeout(() => this.#open(), 2000);
    };
    this.#source.onopen = () => {
      this.#state.textContent = "";
    };
  }

  #heard(now: Duty): void {
    const seen = now.watchers.map((w) => `${w.as} ${w.since}`);
    if (this.#seen) {
      if (seen.some((w) => !this.#seen?.includes(w))) chime("joined");
      else if (this.#seen.some((w) => !seen.includes(w))) chime("left");
    } else if (seen.length > 0) chime("joined");
    this.#seen = seen;
    this.dataset.watchers = String(seen.length);
    if (now.consult?.state === "talking" && this.#talking !== now.consult.id) {
      this.#talking = now.consult.id;
      chime("answered");
    }
    if (!now.consult) this.#talking = null;
    this.#audio.volume = 1;
    this.#way = now.hear ?? null;
    if (this.#way && !this.#connection) void this.#connect();
    else if (!this.#way) this.#hangUp();
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#retry);
    if (!this.#way || this.#connection) return;
    try {
      this.#connection = await LiveConnection.watch(this.#way, ["audio"], () => this.#again(), (fresh) => {
        fresh.peer.addEventListener("track", (event) => {
          this.#audio.srcObject = new MediaStream([event.track]);
          void this.#audio.play().catch(() => undefined);
        });
      });
      this.#attempt = 0;
      this.dataset.hearing = "yes";
    } catch {
      this.#again(); // nobody talks yet
    }
  }

  #again(): void {
    this.#connection?.close();
    this.#connection = null;
    delete this.dataset.hearing;
    if (this.#way) this.#retry = setTimeout(() => void this.#connect(), Math.min(1000, pauseBefore(++this.#attempt)));
  }

  #hangUp(): void {
    clearTimeout(this.#retry);
    this.#connection?.close();
    this.#connection = null;
    this.#attempt = 0;
    delete this.dataset.hearing;
  }

  #touched = (): void => {
    this.#unlock.remove();
    chime("ready");
    if (this.#audio.srcObject) void this.#audio.play().catch(() => undefined);
  };
}

customElements.define("lapel-live-duty", LiveDuty);
