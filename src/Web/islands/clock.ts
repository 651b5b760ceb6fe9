/** `<lapel-clock data-since>` counts up, `<lapel-clock data-until data-warn>` down, in minutes and seconds by the server's clock. */
class Clock extends HTMLElement {
  #tick = 0;
  #offset = 0;

  connectedCallback(): void {
    // The page says what time the server had; a phone's own clock may be minutes off.
    this.#offset = this.dataset.now ? Date.parse(this.dataset.now) - Date.now() : 0;
    this.#show();
    this.#tick = setInterval(() => this.#show(), 500);
  }

  disconnectedCallback(): void {
    clearInterval(this.#tick);
  }

  #show(): void {
    const now = Date.now() + this.#offset;
    const seconds = Math.max(0, Math.floor((this.dataset.until ? Date.parse(this.dataset.until) - now : now - Date.parse(this.dataset.since ?? "")) / 1000));
    this.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (this.dataset.warn) this.classList.toggle("late", seconds <= Number(this.dataset.warn));
  }
}

customElements.define("lapel-clock", Clock);
