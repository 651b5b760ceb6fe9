/**
 * `<lapel-live data-href data-on>`: listens to the server's events. Every event becomes a DOM event `lapel:NAME` on document with the
 * parsed data as detail; those named in data-on also refresh the page's `data-live` regions by fetching the page again, which
 * needs no second rendering of anything. A hidden page closes its connection and catches up when it is looked at.
 */
class Live extends HTMLElement {
  #source: EventSource | null = null;
  #due = 0;
  #refreshing = false;
  #again = false;
  #retry = 0;
  #retryMs = 1000;
  #missed = false;
  /** The server's own HTML of each region, since islands change what is on the page. */
  readonly #shown = new WeakMap<HTMLElement, string>();

  connectedCallback(): void {
    document.addEventListener("visibilitychange", this.#look);
    document.addEventListener("lapel:refresh", this.#asked);
    this.#look();
  }

  disconnectedCallback(): void {
    document.removeEventListener("visibilitychange", this.#look);
    document.removeEventListener("lapel:refresh", this.#asked);
    this.#close();
  }

  /** Another island has changed something on the server and does not wait for the event that tells of it. */
  #asked = (): void => this.#soon();

  #look = (): void => {
    if (document.hidden) {
      this.#missed = true;
      this.#close();
    } else {
      this.#open();
      if (this.#missed) this.#soon();
      this.#missed = false;
    }
  };

  #open(): void {
    if (this.#source) return;
    const source = new EventSource(new URL(this.dataset.href ?? "events", document.baseURI));
    this.#source = source;
    source.onopen = () => {
      if (this.#retryMs > 1000) this.#soon(); // something may have happened while nobody listened
      this.#retryMs = 1000;
      this.#say("");
    };
    source.onerror = () => {
      // The browser gives up for good on an HTTP error; a server that restarts answers some of those.
      this.#close();
      this.#say("Not up to date: the server does not answer. Trying again.");
      this.#retry = setTimeout(() => this.#open(), this.#retryMs);
      this.#retryMs = Math.min(this.#retryMs * 2, 30_000);
    };
    for (const name of new Set(["changed", "progress", ...this.#names()])) source.addEventListener(name, (event) => this.#heard(name, event as MessageEvent<string>));
  }

  #close(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }

  #names(): string[] {
    return (this.dataset.on ?? "changed").split(/\s+/).filter(Boolean);
  }

  #heard(name: string, event: MessageEvent<string>): void {
    let detail: unknown = event.data;
    try {
      detail = JSON.parse(event.data);
    } catch {
      // Plain text is a detail too.
    }
    document.dispatchEvent(new CustomEvent(`lapel:${name}`, { detail }));
    if (this.#names().includes(name)) this.#soon();
  }

  /** At most one fetch in half a second, however many events come. */
  #soon(): void {
    if (this.#due) return;
    this.#due = setTimeout(() => {
      this.#due = 0;
      void this.#refresh();
    }, 500);
  }

  async #refresh(): Promise<void> {
    if (this.#refreshing) {
      this.#again = true;
      return;
    }
    this.#refreshing = true;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" }, credentials: "same-origin" });
      if (answer.redirected) location.reload(); // signed out
      else if (answer.ok) this.#swap(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      this.#say("Not up to date: the server does not answer.");
    } finally {
      this.#refreshing = false;
      if (this.#again) {
        this.#again = false;
        this.#soon();
      }
    }
  }

  #swap(page: Document): void {
    for (const old of document.querySelectorAll<HTMLElement>("[data-live]")) {
      const fresh = page.querySelector<HTMLElement>(`[data-live="${CSS.escape(old.dataset.live ?? "")}"]`);
      if (!fresh || fresh.innerHTML === this.#shown.get(old)) continue;
      const focused = old.contains(document.activeElement) ? document.activeElement : null;
      // What someone is using is left alone until they are done; a link they stand on can be found again.
      if ((focused && !(focused instanceof HTMLAnchorElement)) || old.querySelector("details[open]")) continue;
      const changed = words(old) !== words(fresh);
      this.#shown.set(old, fresh.innerHTML);
      old.replaceChildren(...document.importNode(fresh, true).childNodes);
      if (focused) [...old.querySelectorAll("a")].find((a) => a.href === focused.href)?.focus({ preventScroll: true });
      if (changed) {
        old.classList.remove("fresh");
        void old.offsetWidth; // restarts the fade
        old.classList.add("fresh");
      }
      old.dispatchEvent(new CustomEvent("lapel:fresh", { bubbles: true }));
    }
  }

  #say(words: string): void {
    const state = this.querySelector<HTMLElement>(".live-state");
    if (!state) return;
    state.hidden = words === "";
    state.textContent = words;
  }
}

/** What a region says, without what islands have added to it. */
function words(region: Element): string {
  const copy = region.cloneNode(true) as Element;
  copy.querySelectorAll(".ago, lapel-copy button").forEach((added) => added.remove());
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}

customElements.define("lapel-live", Live);
