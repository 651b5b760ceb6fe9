// What the map makes of the server's list of live sessions.

export interface Fix {
  at: string;
  latitude: number;
  longitude: number;
}

export interface Row {
  session: { id: string; state: string; position?: Fix };
  serial: string;
  officer?: { name: string };
  unit?: string;
  consult?: { state: string };
  track: Fix[];
}

export interface Spot extends Fix {
  id: string;
  name: string;
  unit: string;
  asks: boolean;
  paused: boolean;
}

const StaleMs = 30_000;
const Bands = 5;

export const asks = (row: Row): boolean => row.consult?.state === "ringing";

/** Cameras that have said where they are. */
export function spotsOf(rows: Row[]): Spot[] {
  return rows.flatMap((row) => {
    const at = row.session.position;
    return at ? [{ ...at, id: row.session.id, name: row.officer?.name ?? row.serial, unit: row.unit ?? "", asks: asks(row), paused: row.session.state === "paused" }] : [];
  });
}

/** A camera's way, in pieces that are the paler the older they are. */
export function trackOf(row: Row): { type: "Feature"; properties: { asks: boolean; fresh: number }; geometry: { type: "LineString"; coordinates: [number, number][] } }[] {
  const fixes = row.track;
  if (fixes.length < 2) return [];
  const [first, last] = [Date.parse(fixes[0]!.at), Date.parse(fixes.at(-1)!.at)];
  const bandOf = (fix: Fix): number => Math.min(Bands - 1, Math.floor(((Date.parse(fix.at) - first) / Math.max(1, last - first)) * Bands));
  const pieces: [number, number][][] = Array.from({ length: Bands }, () => []);
  fixes.forEach((fix, i) => {
    const piece = pieces[bandOf(fix)]!;
    const before = fixes[i - 1];
    if (piece.length === 0 && before) piece.push([before.longitude, before.latitude]); // no gap between the pieces
    piece.push([fix.longitude, fix.latitude]);
  });
  return pieces.flatMap((coordinates, band) => (coordinates.length < 2 ? [] : [{ type: "Feature" as const, properties: { asks: asks(row), fresh: 0.25 + (0.75 * (band + 1)) / Bands }, geometry: { type: "LineString" as const, coordinates } }]));
}

/** How old a position is, for somebody who glances at it. */
export function wordsOfAge(ms: number): { words: string; stale: boolean } {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const words = seconds < 6 ? "now" : seconds < 100 ? `${seconds} s ago` : seconds < 5400 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
  return { words: Number.isFinite(seconds) ? words : "", stale: ms > StaleMs };
}
