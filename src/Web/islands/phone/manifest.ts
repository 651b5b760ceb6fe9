import { timeText } from "./bytes.js";
import type { ClockReading } from "./clock.js";

// What is kept of a recording while it is made, and the manifest that is signed of it (docs/formats/manifest.md). Times are whole
// milliseconds of the phone's clock here, and text in the manifest. Optional things are absent, never null.

export interface Officer {
  id: string;
  badge: string;
  name: string;
}

export interface Cause {
  trigger: string;
  detail?: string;
}

export type StateName = "stopped" | "muted" | "averted";

/** Why a state began, in the words of the policy. */
export interface StateReason {
  reasonCode: string;
  text?: string;
  saidAloud: boolean;
  place?: string;
  askedBy?: string;
  supervisor?: string;
}

export interface StateSpan extends StateReason {
  state: StateName;
  from: number;
  until?: number;
}

export interface Position {
  at: number;
  latitude: number;
  longitude: number;
  accuracyMetres?: number;
}

export interface RecordingFacts {
  id: string;
  camera: string;
  officer?: Officer;
  activatedAt: number;
  startCause: Cause;
  /** Absent while it goes on, and when the page was closed in the middle of it. */
  endedAt?: number;
  endCause?: Cause;
  urgent: boolean;
  states: StateSpan[];
  bookmarks: { at: number; label?: string }[];
  positions: Position[];
  clock?: ClockReading;
  software: string;
  /** The latest moment that anything was written down. */
  lastAt: number;
}

export interface ClipFacts {
  id: string;
  recording: string;
  number: number;
  startedAt: number;
  endedAt: number;
  sealedLengthBytes: number;
  sealedDigest: string;
  clearLengthBytes: number;
  clearDigest: string;
  /** Its last segment is written. */
  complete: boolean;
  wrapped: Uint8Array<ArrayBuffer>;
  /** Where the server takes it; known from its creation there on. */
  upload?: string;
  /** All of it has arrived; admission says whether that still holds. */
  sent?: boolean;
}

export const PayloadType = "application/vnd.lapel.manifest+json";

export const stateOf = (facts: RecordingFacts, state: StateName): StateSpan | undefined => facts.states.find((s) => s.state === state && s.until === undefined);

/** What the phone signs. A recording that was never ended was cut off, as by a loss of power: at the last thing that is kept of it. */
export function manifestOf(facts: RecordingFacts, clips: ClipFacts[], sequence: number, previous: string | null): object {
  const ended = facts.endedAt !== undefined && clips.every((c) => c.complete);
  const startedAt = Math.min(facts.activatedAt, ...clips.map((c) => c.startedAt));
  const endedAt = Math.max(facts.endedAt ?? facts.lastAt, ...clips.map((c) => c.endedAt));
  const inside = <T extends { at: number }>(all: T[]): T[] => all.filter((one) => one.at >= startedAt && one.at <= endedAt).sort((a, b) => a.at - b.at);
  return {
    v: 1,
    recording: facts.id,
    camera: facts.camera,
    officer: facts.officer,
    sequence,
    previous: previous ?? undefined,
    startedAt: timeText(startedAt),
    activatedAt: timeText(facts.activatedAt),
    endedAt: timeText(endedAt),
    startCause: facts.startCause,
    endCause: facts.endCause ?? { trigger: "power-cut", detail: "The page was closed or the phone stopped it" },
    ending: ended ? "deactivated" : "power-cut",
    preEventMs: 0,
    preEventSound: false,
    urgent: facts.urgent,
    clock: facts.clock && { ...facts.clock, measuredAt: timeText(facts.clock.measuredAt) },
    clips: clips.map((c) => ({
      number: c.number,
      id: c.id,
      startedAt: timeText(c.startedAt),
      endedAt: timeText(c.endedAt),
      sealedLengthBytes: c.sealedLengthBytes,
      sealedDigest: c.sealedDigest,
      clearLengthBytes: c.clearLengthBytes,
      clearDigest: c.clearDigest,
      complete: c.complete,
    })),
    states: facts.states.map((s) => asRecorded(s, clips, endedAt)),
    bookmarks: inside(facts.bookmarks).map((b) => ({ ...b, at: timeText(b.at) })),
    positions: inside(facts.positions).map((p) => ({ ...p, at: timeText(p.at) })),
    software: facts.software,
  };
}

/** A stop is stated as the span without media: from the end of the clip before it to the beginning of the next. */
function asRecorded(span: StateSpan, clips: ClipFacts[], endedAt: number): object {
  let { from, until } = span;
  if (span.state === "stopped") {
    const before = clips.findLast((c) => c.startedAt < from);
    if (before && before.endedAt > from) from = before.endedAt;
    if (until !== undefined) {
      const pressed = until;
      until = clips.find((c) => c.startedAt >= pressed)?.startedAt ?? endedAt;
    }
  }
  if (until !== undefined && until < from) until = from;
  const { state, reasonCode, text, saidAloud, place, askedBy, supervisor } = span;
  return { state, from: timeText(from), until: until === undefined ? undefined : timeText(until), reasonCode, text, saidAloud, place, askedBy, supervisor };
}
