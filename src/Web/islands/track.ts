import { make, svg } from "./dom.js";

export interface Point {
  atMs: number;
  latitude: number;
  longitude: number;
}

const Size = 240;
const Margin = 26;
const MetresPerDegree = 111_320;

/** Where the camera went, to scale and without a map: a line, a dot, north and a length to measure by. */
export class Track {
  readonly element: HTMLElement;
  readonly #places: { atMs: number; x: number; y: number }[];
  readonly #dot = svg("circle", { class: "track-now", r: 6 });
  readonly #passed = svg("polyline", { class: "track-passed" });
  readonly #words = make("span", { class: "num" });

  constructor(
    readonly points: Point[],
    seek: (ms: number) => void,
  ) {
    const middle = points.reduce((sum, p) => sum + p.latitude, 0) / points.length;
    const shrink = Math.cos((middle * Math.PI) / 180);
    const metres = points.map((p) => ({ atMs: p.atMs, x: p.longitude * MetresPerDegree * shrink, y: -p.latitude * MetresPerDegree }));
    const [left, right] = [Math.min(...metres.map((m) => m.x)), Math.max(...metres.map((m) => m.x))];
    const [top, bottom] = [Math.min(...metres.map((m) => m.y)), Math.max(...metres.map((m) => m.y))];
    const room = Size - 2 * Margin;
    // Somebody who stands still must not look like somebody who runs about: at least 40 m across.
    const scale = room / Math.max(right - left, bottom - top, 40);
    const [dx, dy] = [(room - (right - left) * scale) / 2, (room - (bottom - top) * scale) / 2];
    this.#places = metres.map((m) => ({ atMs: m.atMs, x: Margin + dx + (m.x - left) * scale, y: Margin + dy + (m.y - top) * scale }));

    const line = this.#places.map((p) => `${p.x.toFixed(1)},${p.y.toFixed(1)}`).join(" ");
    const first = this.#places[0]!;
    const bar = [5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000].findLast((m) => m * scale <= room * 0.45) ?? 5;
    const drawing = svg("svg", { viewBox: `0 0 ${Size} ${Size}`, role: "img", "aria-label": "Track of positions" }, [
      svg("polyline", { class: "track-line", points: line }),
      this.#passed,
      svg("circle", { class: "track-start", cx: first.x, cy: first.y, r: 3.5 }),
      this.#dot,
      svg("path", { class: "track-rule", d: `M12 ${Size - 12}v-5m0 5h${(bar * scale).toFixed(1)}m0 0v-5` }),
      text(12, Size - 21, bar >= 1000 ? `${bar / 1000} km` : `${bar} m`),
      svg("path", { class: "track-rule", d: `M${Size - 16} 28v-14m-4 5 4-5 4 5` }),
      text(Size - 16, 40, "N", "middle"),
    ]);
    drawing.addEventListener("click", (event) => {
      const box = drawing.getBoundingClientRect();
      const [x, y] = [((event.clientX - box.left) / box.width) * Size, ((event.clientY - box.top) / box.height) * Size];
      const nearest = this.#places.reduce((best, p) => (Math.hypot(p.x - x, p.y - y) < Math.hypot(best.x - x, best.y - y) ? p : best));
      seek(nearest.atMs);
    });
    this.element = make("div", { class: "track" }, drawing, make("p", { class: "track-words" }, this.#words));
  }

  show(ms: number): void {
    const next = this.#places.findIndex((p) => p.atMs > ms);
    const i = next < 0 ? this.#places.length - 1 : Math.max(0, next - 1);
    const [from, to] = [this.#places[i]!, this.#places[Math.min(i + 1, this.#places.length - 1)]!];
    const share = to.atMs > from.atMs ? Math.max(0, Math.min(1, (ms - from.atMs) / (to.atMs - from.atMs))) : 0;
    const [x, y] = [from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share];
    this.#dot.setAttribute("cx", x.toFixed(1));
    this.#dot.setAttribute("cy", y.toFixed(1));
    this.#passed.setAttribute("points", [...this.#places.slice(0, i + 1).map((p) => `${p.x.toFixed(1)},${p.y.toFixed(1)}`), `${x.toFixed(1)},${y.toFixed(1)}`].join(" "));
    const fix = this.points[i]!;
    this.#words.textContent = `${fix.latitude.toFixed(5)}, ${fix.longitude.toFixed(5)}`;
  }
}

function text(x: number, y: number, words: string, anchor = "start"): SVGTextElement {
  const element = svg("text", { x, y, "text-anchor": anchor });
  element.textContent = words;
  return element;
}
