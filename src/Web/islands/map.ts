import { type GeoJSONSource, LngLatBounds, Map as Chart, Marker, type StyleSpecification, setWorkerUrl } from "maplibre-gl";
import { fromAttribute, icon, make } from "./dom.js";
import { type Fix, type Row, type Spot, spotsOf, trackOf, wordsOfAge } from "./map-rows.js";

interface Tiles {
  url: string;
  attribution: string;
  maxZoom: number;
}

interface Outlines {
  type: "FeatureCollection";
  features: { type: "Feature"; properties: { name?: string } | null; geometry: { type: "Polygon" | "MultiPolygon"; coordinates: unknown[] } }[];
}

const Nowhere = { type: "FeatureCollection" as const, features: [] };
const NearestZoom = 16;
/** Where divisions are drawn, the one somebody is in is worth more than the last ten metres. */
const NearestWithDivisions = 13;

/**
 * `<lapel-map data-from data-outlines data-tiles data-worker data-now data-label>`: cameras that are live, where they have been in the last
 * minutes, and the divisions' outlines. Everything comes from this server, tiles from where its operator says. What the server drew in the
 * element stays where the browser has no WebGL.
 */
class LiveChart extends HTMLElement {
  #chart: Chart | null = null;
  #ready = false;
  #rows: Row[] = [];
  #touched = false;
  #aging = 0;
  #offsetMs = 0;
  #asking = false;
  readonly #markers = new Map<string, Marker>();
  readonly #divisions: Marker[] = [];
  readonly #dark = matchMedia("(prefers-color-scheme: dark)");
  readonly #scale = make("span", { class: "map-scale num" });
  readonly #empty = make("p", { class: "map-empty", role: "status", hidden: true }, "No camera that is live has said where it is.");

  connectedCallback(): void {
    if (this.#chart) return;
    this.#offsetMs = Date.parse(this.dataset.now ?? "") - Date.now() || 0;
    const canvas = make("div", { class: "map-canvas" });
    const tools = make("div", { class: "map-tools" }, this.#tool("plus", "Nearer", () => this.#chart?.zoomIn()), this.#tool("minus", "Farther", () => this.#chart?.zoomOut()), this.#tool("map-pin", "Show everybody", () => this.#all()));
    const frame = make("div", { class: "map-frame" }, canvas, this.#empty, this.#scale, tools);
    setWorkerUrl(new URL(this.dataset.worker ?? "", document.baseURI).href);
    try {
      this.#chart = new Chart({ container: canvas, style: this.#style(), center: [0, 20], zoom: 1, attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false, rollEnabled: false, cancelPendingTileRequestsWhileZooming: true });
    } catch {
      return; // no WebGL: the server's drawing stays
    }
    this.append(frame);
    this.dataset.state = "ready";
    const chart = this.#chart;
    chart.touchZoomRotate.disableRotation();
    chart.keyboard.disableRotation();
    chart.getCanvas().setAttribute("aria-label", `${this.dataset.label ?? "Map of live cameras"}. Arrow keys move it, plus and minus change its scale.`);
    for (const act of ["dragstart", "wheel", "boxzoomstart"] as const) chart.on(act, () => (this.#touched = true));
    chart.on("moveend", () => {
      this.#tidy();
      this.#measure();
    });
    chart.on("resize", () => !this.#touched && this.#all());
    chart.on("load", () => void this.#begin());
    document.addEventListener("lapel:live", this.#look);
    document.addEventListener("visibilitychange", this.#look);
    document.addEventListener("lapel:theme", this.#repaint);
    this.#dark.addEventListener("change", this.#repaint);
    this.#aging = setInterval(() => this.#age(), 1000);
  }

  disconnectedCallback(): void {
    clearInterval(this.#aging);
    document.removeEventListener("lapel:live", this.#look);
    document.removeEventListener("visibilitychange", this.#look);
    document.removeEventListener("lapel:theme", this.#repaint);
    this.#dark.removeEventListener("change", this.#repaint);
    this.#chart?.remove();
    this.#chart = null;
  }

  #tool(name: "plus" | "minus" | "map-pin", label: string, act: () => void): HTMLElement {
    return make("button", { class: "button icon-only", type: "button", "aria-label": label, title: label, onclick: () => {
      this.#touched = name !== "map-pin";
      act();
    } }, icon(name, 18));
  }

  /** A colour of the look as the page shows it now: WebGL knows nothing of light-dark(). */
  #colour(name: string): string {
    const probe = make("span", { class: "map-probe", "data-colour": name });
    this.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
  }

  #style(): StyleSpecification {
    const tiles = fromAttribute<Tiles | null>(this, "tiles", null);
    return {
      version: 8,
      sources: {
        ...(tiles ? { tiles: { type: "raster" as const, tiles: [new URL(tiles.url, document.baseURI).href.replaceAll("%7B", "{").replaceAll("%7D", "}")], tileSize: 256, maxzoom: tiles.maxZoom } } : {}),
        outlines: { type: "geojson", data: Nowhere },
        tracks: { type: "geojson", data: Nowhere },
      },
      layers: [
        { id: "paper", type: "background", paint: { "background-color": this.#colour("sunken") } },
        ...(tiles ? [{ id: "tiles", type: "raster" as const, source: "tiles" }] : []),
        { id: "divisions", type: "fill", source: "outlines", paint: { "fill-color": this.#colour("surface"), "fill-opacity": tiles ? 0 : 1 } },
        { id: "borders", type: "line", source: "outlines", paint: { "line-color": this.#colour("control-line"), "line-width": 1.5 } },
        { id: "tracks", type: "line", source: "tracks", layout: { "line-join": "round" }, paint: { "line-color": ["case", ["get", "asks"], this.#colour("danger"), this.#colour("accent")], "line-width": 3, "line-opacity": ["get", "fresh"] } },
      ],
    };
  }

  #repaint = (): void => {
    const chart = this.#chart;
    if (!chart || !this.#ready) return;
    chart.setPaintProperty("paper", "background-color", this.#colour("sunken"));
    chart.setPaintProperty("divisions", "fill-color", this.#colour("surface"));
    chart.setPaintProperty("borders", "line-color", this.#colour("control-line"));
    chart.setPaintProperty("tracks", "line-color", ["case", ["get", "asks"], this.#colour("danger"), this.#colour("accent")]);
  };

  async #begin(): Promise<void> {
    this.#ready = true;
    const answer = this.dataset.outlines ? await fetch(new URL(this.dataset.outlines, document.baseURI), { credentials: "same-origin" }).catch(() => null) : null;
    if (answer?.status === 200) this.#draw((await answer.json()) as Outlines);
    await this.#ask();
  }

  #draw(outlines: Outlines): void {
    this.#chart?.getSource<GeoJSONSource>("outlines")?.setData(outlines as Parameters<GeoJSONSource["setData"]>[0]);
    for (const division of outlines.features) {
      const bounds = boundsOf(division.geometry.coordinates);
      if (!this.#chart || !division.properties?.name || bounds.isEmpty()) continue;
      const words = make("span", { class: "map-division" }, division.properties.name);
      this.#divisions.push(new Marker({ element: words }).setLngLat(bounds.getCenter()).addTo(this.#chart));
    }
    this.dataset.divisions = String(outlines.features.length);
    if (this.#rows.length === 0) this.#fit(boundsOf(outlines.features.map((f) => f.geometry.coordinates)));
  }

  #look = (): void => {
    if (this.#ready && !document.hidden) void this.#ask();
  };

  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const answer = await fetch(new URL(this.dataset.from ?? "", document.baseURI), { headers: { accept: "application/json" }, credentials: "same-origin", cache: "no-store" });
      if (answer.ok) this.#show(await answer.json());
    } catch {
      // The page says by itself that the server does not answer; the ages on the map go on growing.
    } finally {
      this.#asking = false;
    }
  }

  #show(said: { items?: Row[] } & Partial<Row>): void {
    const chart = this.#chart;
    if (!chart) return;
    const before = new Set(this.#markers.keys());
    this.#rows = said.items ?? (said.session ? [said as Row] : []);
    const spots = spotsOf(this.#rows);
    chart.getSource<GeoJSONSource>("tracks")?.setData({ type: "FeatureCollection", features: this.#rows.flatMap(trackOf) });
    for (const spot of spots) {
      const marker = this.#markers.get(spot.id) ?? this.#add(spot);
      marker.setLngLat([spot.longitude, spot.latitude]);
      this.#tell(marker.getElement(), spot);
    }
    for (const [id, marker] of this.#markers)
      if (!spots.some((s) => s.id === id)) {
        marker.remove();
        this.#markers.delete(id);
      }
    this.#empty.hidden = spots.length > 0;
    this.dataset.spots = String(spots.length);
    if (!this.#touched && spots.some((s) => !before.has(s.id))) this.#all();
    this.#age();
    this.#tidy();
  }

  #add(spot: Spot): Marker {
    const element = make("a", { class: "map-spot", href: `live/${spot.id}` }, make("span", { class: "map-dot" }), make("span", { class: "map-label" }, make("strong", {}), make("span", { class: "num" })));
    const marker = new Marker({ element, anchor: "left", offset: [-12, 0] }).setLngLat([spot.longitude, spot.latitude]).addTo(this.#chart!);
    // The map gives its markers a role and a label of its own kind; this is a link, and says so itself.
    element.removeAttribute("role");
    element.removeAttribute("aria-label");
    element.removeAttribute("tabindex");
    this.#markers.set(spot.id, marker);
    return marker;
  }

  #tell(element: HTMLElement, spot: Spot): void {
    element.dataset.at = spot.at;
    element.classList.toggle("asks", spot.asks);
    element.classList.toggle("paused", spot.paused);
    element.querySelector("strong")!.textContent = spot.name;
    element.title = spot.unit ? `${spot.name}, ${spot.unit}` : spot.name;
  }

  #age(): void {
    for (const marker of this.#markers.values()) {
      const element = marker.getElement();
      const { words, stale } = wordsOfAge(Date.now() + this.#offsetMs - Date.parse(element.dataset.at ?? ""));
      element.querySelector(".num")!.textContent = words;
      element.classList.toggle("stale", stale);
    }
  }

  /** Names that would lie on each other: the first is read, of the others the dot; touched or reached by the keyboard, each says its own. */
  #tidy(): void {
    const taken: DOMRect[] = [];
    for (const marker of this.#markers.values()) {
      const label = marker.getElement().querySelector<HTMLElement>(".map-label")!;
      label.classList.remove("crowded");
      const box = label.getBoundingClientRect();
      if (taken.some((t) => box.left < t.right && t.left < box.right && box.top < t.bottom && t.top < box.bottom)) label.classList.add("crowded");
      else taken.push(box);
    }
  }

  /** The longest round length that is shorter than a hundred pixels. */
  #measure(): void {
    const chart = this.#chart;
    if (!chart) return;
    const metresAPixel = (40_075_017 * Math.cos((chart.getCenter().lat * Math.PI) / 180)) / (512 * 2 ** chart.getZoom());
    const metres = [1, 2, 5].flatMap((n) => [1, 10, 100, 1000, 10_000, 100_000, 1_000_000].map((ten) => n * ten)).filter((m) => m / metresAPixel <= 100).sort((a, b) => b - a)[0] ?? 1;
    this.#scale.style.width = `${metres / metresAPixel}px`;
    this.#scale.textContent = metres < 1000 ? `${metres} m` : `${metres / 1000} km`;
  }

  #all(): void {
    const bounds = new LngLatBounds();
    for (const row of this.#rows) for (const fix of [...row.track, row.session.position].filter((p): p is Fix => !!p)) bounds.extend([fix.longitude, fix.latitude]);
    this.#fit(bounds);
  }

  #fit(bounds: LngLatBounds): void {
    if (!bounds.isEmpty()) this.#chart?.fitBounds(bounds, { padding: { top: 48, bottom: 48, left: 48, right: Math.min(160, this.clientWidth / 3) }, maxZoom: this.#divisions.length ? NearestWithDivisions : NearestZoom, duration: this.dataset.fitted ? 400 : 0 });
    this.dataset.fitted = "yes";
  }
}

function boundsOf(coordinates: unknown): LngLatBounds {
  const bounds = new LngLatBounds();
  const walk = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    if (typeof part[0] === "number") bounds.extend([part[0], part[1] as number]);
    else part.forEach(walk);
  };
  walk(coordinates);
  return bounds;
}

customElements.define("lapel-map", LiveChart);
