/** Small pictures at equal steps of time, in one sprite. */
export interface FilmstripJson {
  sprite: string;
  tileWidth: number;
  tileHeight: number;
  columns: number;
  count: number;
  everyMs: number;
}

export class Filmstrip {
  private constructor(
    readonly json: FilmstripJson,
    readonly sprite: HTMLImageElement,
  ) {}

  /** Null while it is not made yet, or when it cannot be read: everything works without it. */
  static async load(href: string): Promise<Filmstrip | null> {
    try {
      const address = new URL(href, document.baseURI);
      const answer = await fetch(address);
      if (!answer.ok || answer.status === 204) return null;
      const json = (await answer.json()) as FilmstripJson;
      const sprite = new Image();
      sprite.src = new URL(json.sprite, address).href;
      await sprite.decode();
      return json.count > 0 ? new Filmstrip(json, sprite) : null;
    } catch {
      return null;
    }
  }

  get ratio(): number {
    return this.json.tileWidth / this.json.tileHeight;
  }

  /** Draws the picture nearest to the time, filling the box. */
  draw(on: CanvasRenderingContext2D, atMs: number, x: number, y: number, width: number, height: number): void {
    const { tileWidth, tileHeight, columns, count, everyMs } = this.json;
    const tile = Math.max(0, Math.min(count - 1, Math.floor(atMs / everyMs)));
    // Crop, so that a box of another shape shows no distortion.
    const scale = Math.max(width / tileWidth, height / tileHeight);
    const [w, h] = [width / scale, height / scale];
    const [sx, sy] = [(tile % columns) * tileWidth, Math.floor(tile / columns) * tileHeight];
    on.drawImage(this.sprite, sx + (tileWidth - w) / 2, sy + (tileHeight - h) / 2, w, h, x, y, width, height);
  }
}

/** Sizes a canvas to its box in device pixels. Returns null while the box has no size. */
export function fit(canvas: HTMLCanvasElement): { on: CanvasRenderingContext2D; width: number; height: number } | null {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const on = canvas.getContext("2d");
  if (!on || width === 0 || height === 0) return null;
  const dots = devicePixelRatio || 1;
  canvas.width = Math.round(width * dots);
  canvas.height = Math.round(height * dots);
  on.scale(dots, dots);
  return { on, width, height };
}
