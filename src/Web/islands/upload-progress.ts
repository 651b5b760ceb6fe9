interface Progress {
  id: string;
  doneBytes: number;
  totalBytes?: number | null;
}

const Units = ["B", "KB", "MB", "GB", "TB", "PB"];

/** As Size.Of on the server. */
export function sizeOf(bytes: number): string {
  let unit = 0;
  let value = bytes;
  for (; Math.abs(value) >= 999.5 && unit < Units.length - 1; unit++) value /= 1000;
  return `${value.toFixed(unit === 0 || Math.abs(value) >= 99.95 ? 0 : Math.abs(value) >= 9.995 ? 1 : 2)} ${Units[unit]}`;
}

/** `<lapel-upload-progress data-id data-done data-total>`: moves its meter with the live event `progress`, and says how fast. */
class UploadProgress extends HTMLElement {
  #last: { at: number; done: number } | null = null;
  #rate = 0;

  connectedCallback(): void {
    document.addEventListener("lapel:progress", this.#heard);
  }

  disconnectedCallback(): void {
    document.removeEventListener("lapel:progress", this.#heard);
  }

  #heard = (event: Event): void => {
    const news = (event as CustomEvent<Progress>).detail;
    if (news?.id !== this.dataset.id) return;
    const now = performance.now();
    if (this.#last && now > this.#last.at) {
      const rate = ((news.doneBytes - this.#last.done) * 1000) / (now - this.#last.at);
      this.#rate = this.#rate ? 0.7 * this.#rate + 0.3 * Math.max(0, rate) : Math.max(0, rate);
    }
    this.#last = { at: now, done: news.doneBytes };
    const total = news.totalBytes ?? Number(this.dataset.total || 0);
    const percent = total > 0 ? Math.min(100, (100 * news.doneBytes) / total) : 0;
    this.querySelector("rect")?.setAttribute("width", percent.toFixed(2));
    const text = (total > 0 ? `${sizeOf(news.doneBytes)} of ${sizeOf(total)}` : sizeOf(news.doneBytes)) + (this.#rate > 0 ? ` · ${sizeOf(this.#rate)}/s` : "");
    const track = this.querySelector(".meter-track");
    track?.setAttribute("aria-valuenow", percent.toFixed(1));
    track?.setAttribute("aria-valuetext", text);
    const words = this.querySelector(".meter-words .num");
    if (words) words.textContent = text;
  };
}

customElements.define("lapel-upload-progress", UploadProgress);
