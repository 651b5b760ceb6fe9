import { icon, make } from "./dom.js";
import { Filmstrip, fit } from "./filmstrip.js";
import { lengthOf, type Wall } from "./wall.js";

export interface Span {
  fromMs: number;
  untilMs: number;
  kind: string;
  label: string;
}

export interface Mark {
  atMs: number;
  label: string;
}

interface WaveformJson {
  everyMs: number;
  peaks: number[];
}

const PreviewWidth = 176;
const TickSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200].map((s) => s * 1000);

/** The timeline under a picture: filmstrip, waveform, spans, marks and a clock, all on one scale, with one playhead. */
export class Lanes {
  readonly element: HTMLElement;
  readonly slider: HTMLElement;
  #film: Filmstrip | null = null;
  #wave: WaveformJson | null = null;
  readonly #filmCanvas = make("canvas", { class: "lane lane-film", "aria-hidden": "true" });
  readonly #waveCanvas = make("canvas", { class: "wave", "aria-hidden": "true" });
  readonly #playedCanvas = make("canvas", { class: "wave wave-played", "aria-hidden": "true" });
  readonly #buffered = make("div", { class: "lane-buffered", "aria-hidden": "true" });
  readonly #head = make("div", { class: "playhead", "aria-hidden": "true" });
  readonly #axis = make("div", { class: "lane-axis", "aria-hidden": "true" });
  readonly #preview = make("div", { class: "lane-preview", "aria-hidden": "true", hidden: true });
  readonly #previewCanvas = make("canvas", { hidden: true });
  readonly #previewTime = make("span", { class: "num" });

  constructor(
    readonly durationMs: number,
    readonly wall: Wall,
    readonly spans: Span[],
    readonly marks: Mark[],
    readonly seek: (ms: number) => void,
  ) {
    this.slider = make("div", { class: "lane-slider", role: "slider", tabindex: 0, "aria-label": "Position", "aria-valuemin": 0, "aria-valuemax": Math.round(durationMs / 1000) },
      this.#filmCanvas, make("div", { class: "lane lane-wave" }, this.#waveCanvas, this.#playedCanvas, this.#buffered), this.#spanLane());
    this.#preview.append(this.#previewCanvas, this.#previewTime);
    this.element = make("div", { class: "lanes" }, this.slider, this.#markLane(), this.#axis, this.#head, this.#preview);
    for (const seam of wall.seamsMs) this.element.append(this.#placed(make("div", { class: "seam", "aria-hidden": "true" }), seam));
    this.#filmCanvas.hidden = true;
    this.#listen();
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  async load(filmstrip: string | undefined, waveform: string | undefined): Promise<void> {
    const [film, wave] = await Promise.all([filmstrip ? Filmstrip.load(filmstrip) : null, waveform ? loadWave(waveform) : null]);
    this.#film = film;
    this.#wave = wave;
    this.#filmCanvas.hidden = this.#previewCanvas.hidden = !film;
    if (film) this.#previewCanvas.style.aspectRatio = String(film.ratio);
    this.draw();
  }

  /** Moves the playhead. */
  show(ms: number): void {
    const share = this.#share(ms);
    this.#head.style.left = `${share * 100}%`;
    this.#playedCanvas.style.clipPath = `inset(0 ${(1 - share) * 100}% 0 0)`;
    this.slider.setAttribute("aria-valuenow", String(Math.round(ms / 1000)));
    this.slider.setAttribute("aria-valuetext", `${lengthOf(ms)} of ${lengthOf(this.durationMs)}${this.wall.known ? `, ${this.wall.time(ms)}` : ""}`);
  }

  showBuffered(ranges: TimeRanges): void {
    const parts = Array.from({ length: ranges.length }, (_, i) => {
      const part = this.#placed(make("i"), ranges.start(i) * 1000);
      part.style.width = `${(this.#share(ranges.end(i) * 1000) - this.#share(ranges.start(i) * 1000)) * 100}%`;
      return part;
    });
    this.#buffered.replaceChildren(...parts);
  }

  /** Draws what depends on size and colours. */
  draw(): void {
    this.#drawFilm();
    this.#drawWave(this.#waveCanvas);
    this.#drawWave(this.#playedCanvas);
    const step = TickSteps.find((s) => (s / this.durationMs) * this.element.clientWidth >= 84) ?? 14_400_000;
    // Where a label has no room before the end, the line stands alone: turned to the left it would lie on the label before.
    const room = (ms: number) => (1 - this.#share(ms)) * this.element.clientWidth >= 56;
    const ticks = this.wall.ticks(this.durationMs, step).map((ms) => this.#placed(make("span", { class: "num" }, room(ms) ? this.wall.time(ms) : ""), ms));
    this.#axis.replaceChildren(...ticks);
  }

  #drawFilm(): void {
    const film = this.#film;
    const sized = film && fit(this.#filmCanvas);
    if (!film || !sized) return;
    const count = Math.max(1, Math.round(sized.width / (sized.height * film.ratio)));
    const each = sized.width / count;
    for (let i = 0; i < count; i++) film.draw(sized.on, ((i + 0.5) / count) * this.durationMs, i * each, 0, each, sized.height);
  }

  #drawWave(canvas: HTMLCanvasElement): void {
    const sized = fit(canvas);
    if (!sized) return;
    const { on, width, height } = sized;
    on.fillStyle = getComputedStyle(canvas).color;
    const middle = height / 2;
    if (!this.#wave) {
      on.fillRect(0, middle - 0.5, width, 1);
      return;
    }
    const { everyMs, peaks } = this.#wave;
    for (let x = 0; x < width; x += 3) {
      const from = Math.floor(((x / width) * this.durationMs) / everyMs);
      const until = Math.max(from + 1, Math.ceil((((x + 3) / width) * this.durationMs) / everyMs));
      let peak = 0;
      for (let i = from; i < until && i < peaks.length; i++) peak = Math.max(peak, peaks[i] ?? 0);
      const tall = Math.max(1, (peak / 255) * (height - 4));
      on.fillRect(x, middle - tall / 2, 2, tall);
    }
  }

  #spanLane(): HTMLElement | null {
    if (this.spans.length === 0) return null;
    const ends: number[] = [];
    const lane = make("div", { class: "lane-spans" });
    for (const span of this.spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
      // The first row that is free again.
      const free = ends.findIndex((end) => end <= span.fromMs);
      const row = free < 0 ? ends.length : free;
      ends[row] = span.untilMs;
      const bar = this.#placed(make("div", { class: `span span-${span.kind}`, title: `${span.label}, ${lengthOf(span.untilMs - span.fromMs)}` }, make("span", {}, span.label)), span.fromMs);
      bar.style.width = `${(this.#share(span.untilMs) - this.#share(span.fromMs)) * 100}%`;
      bar.style.top = `${row * 20}px`;
      lane.append(bar);
    }
    lane.style.height = `${ends.length * 20 - 2}px`;
    return lane;
  }

  #markLane(): HTMLElement | null {
    if (this.marks.length === 0) return null;
    return make("div", { class: "lane-marks" }, ...this.marks.map((mark) =>
      this.#placed(make("button", { type: "button", title: mark.label, "aria-label": `${mark.label}, at ${this.wall.time(mark.atMs)}`, onclick: () => this.seek(mark.atMs) }, icon("bookmark", 14)), mark.atMs)));
  }

  #listen(): void {
    const at = (event: PointerEvent): number => {
      const box = this.element.getBoundingClientRect();
      return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * this.durationMs;
    };
    let scrubbing = false;
    this.element.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || (event.target as Element).closest("button")) return;
      scrubbing = true;
      this.element.setPointerCapture(event.pointerId);
      this.seek(at(event));
      this.#previewAt(at(event));
    });
    this.element.addEventListener("pointermove", (event) => {
      if (scrubbing) this.seek(at(event));
      if (scrubbing || event.pointerType !== "touch") this.#previewAt(at(event));
    });
    for (const end of ["pointerup", "pointercancel"] as const) {
      this.element.addEventListener(end, (event) => {
        scrubbing = false;
        if (event.pointerType === "touch") this.#preview.hidden = true;
      });
    }
    this.element.addEventListener("pointerleave", () => (this.#preview.hidden = true));
  }

  #previewAt(ms: number): void {
    this.#preview.hidden = false;
    const width = this.element.clientWidth;
    const half = (this.#film ? PreviewWidth : 72) / 2;
    this.#preview.style.left = `${Math.max(half, Math.min(width - half, this.#share(ms) * width))}px`;
    this.#previewTime.textContent = this.wall.known ? `${this.wall.time(ms)} · ${lengthOf(ms)}` : lengthOf(ms);
    const sized = this.#film && fit(this.#previewCanvas);
    if (this.#film && sized) this.#film.draw(sized.on, ms, 0, 0, sized.width, sized.height);
  }

  #share(ms: number): number {
    return this.durationMs > 0 ? Math.max(0, Math.min(1, ms / this.durationMs)) : 0;
  }

  #placed<E extends HTMLElement>(element: E, ms: number): E {
    element.style.left = `${this.#share(ms) * 100}%`;
    return element;
  }
}

async function loadWave(href: string): Promise<WaveformJson | null> {
  try {
    const answer = await fetch(new URL(href, document.baseURI));
    return answer.ok && answer.status !== 204 ? ((await answer.json()) as WaveformJson) : null;
  } catch {
    return null;
  }
}
