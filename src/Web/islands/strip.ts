import { make } from "./dom.js";
import { Filmstrip, fit } from "./filmstrip.js";

/** `<lapel-strip data-href>`: a picture of a recording; the pointer runs through the others. Loads when it comes into view. */
class Strip extends HTMLElement {
  #seen = new IntersectionObserver((entries) => {
    if (!entries.some((e) => e.isIntersecting)) return;
    this.#seen.disconnect();
    void this.#load();
  }, { rootMargin: "200px" });

  connectedCallback(): void {
    this.#seen.observe(this);
  }

  disconnectedCallback(): void {
    this.#seen.disconnect();
  }

  async #load(): Promise<void> {
    const film = await Filmstrip.load(this.dataset.href ?? "");
    if (!film) return;
    const canvas = make("canvas", { "aria-hidden": "true" });
    const line = make("div", { class: "strip-line" });
    this.replaceChildren(canvas, line);
    const whole = film.json.count * film.json.everyMs;
    // The first picture is often still dark.
    const rest = whole * 0.3;
    const show = (atMs: number): void => {
      const sized = fit(canvas);
      if (sized) film.draw(sized.on, atMs, 0, 0, sized.width, sized.height);
    };
    show(rest);
    const card = this.closest<HTMLElement>(".media-card") ?? this;
    card.addEventListener("pointermove", (event) => {
      if (event.pointerType === "touch") return;
      const box = this.getBoundingClientRect();
      const share = Math.max(0, Math.min(0.999, (event.clientX - box.left) / box.width));
      this.classList.add("running");
      line.style.transform = `translateX(${share * box.width}px)`;
      show(share * whole);
    });
    card.addEventListener("pointerleave", () => {
      this.classList.remove("running");
      show(rest);
    });
  }
}

customElements.define("lapel-strip", Strip);
