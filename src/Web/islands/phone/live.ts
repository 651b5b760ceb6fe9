import { LiveConnection, pauseBefore, type Way } from "../webrtc.js";
import type { CameraLink } from "./camera.js";
import { refusedBy, ServerRefused } from "./camera.js";
import type { Position, RecordingFacts } from "./manifest.js";
import { timeText } from "./bytes.js";

/** Often enough for a map; a server that hears nothing for longer ends the session by itself. */
const ReportMs = 4000;

interface SessionNow {
  session: string;
  state: "live" | "paused" | "ended";
  publish?: Way;
}

export type LiveState = "off" | "trying" | "live" | "paused" | "ended";

/**
 * Streams while the recording goes on, and at no other time. The recording never waits for it: it has a timer and a connection of its own
 * and touches nothing that is kept. The server is told every state at once and says itself when nothing may be shown.
 */
export class LiveStream {
  #recording: RecordingFacts | null = null;
  #session: string | null = null;
  #connection: LiveConnection | null = null;
  #sent: MediaStream | null = null;
  #timer = 0;
  #busy = false;
  #again = false;
  #attempt = 0;
  state: LiveState = "off";

  constructor(
    readonly link: CameraLink,
    readonly stream: () => MediaStream | null,
    readonly position: () => Position | null,
    readonly changed: () => void,
  ) {}

  begin(recording: RecordingFacts): void {
    this.#recording = recording;
    this.#say("trying");
    this.tell();
  }

  /** Something changed that the server must know now: a state, the stream, the end of a silence. */
  tell(): void {
    if (!this.#recording || this.state === "ended") return;
    clearTimeout(this.#timer);
    if (this.#busy) this.#again = true;
    else void this.#round();
  }

  end(): void {
    const session = this.#session;
    this.#recording = null;
    this.#session = null;
    clearTimeout(this.#timer);
    this.#hangUp();
    this.#say("off");
    if (session) void this.link.fetch(`live/sessions/${session}`, { method: "DELETE", keepalive: true }).catch(() => undefined);
  }

  async #round(): Promise<void> {
    const recording = this.#recording;
    if (!recording) return;
    this.#busy = true;
    let pause = ReportMs;
    try {
      const now = await this.#report(recording);
      if (this.#recording !== recording) return;
      if (now.state === "ended") this.#over();
      else if (now.state === "paused" || !now.publish) this.#hold();
      else await this.#publish(now.publish);
      this.#attempt = 0;
    } catch (trouble) {
      if (this.#recording !== recording) return;
      // A kill switch ends it for this recording; anything else, a lost network first of all, is tried again.
      if (trouble instanceof ServerRefused && trouble.code === "stream-killed") this.#over();
      else this.#say("trying");
      pause = Math.max(1000, pauseBefore(++this.#attempt));
    } finally {
      this.#busy = false;
      if (this.#recording && this.state !== "ended") {
        this.#timer = setTimeout(() => this.tell(), this.#again ? 0 : pause);
        this.#again = false;
      }
    }
  }

  async #report(recording: RecordingFacts): Promise<SessionNow> {
    const span = ["stopped", "muted", "averted"].map((s) => recording.states.find((r) => r.state === s && r.until === undefined)).find((s) => s !== undefined);
    const at = this.position();
    const report = { recording: true, ...(span ? { state: span.state, reasonCode: span.reasonCode, place: span.place } : {}), ...(at ? { position: { ...at, at: timeText(at.at) } } : {}) };
    if (this.#session) {
      const answer = await this.#post(`live/sessions/${this.#session}/reports`, report);
      if (answer.ok) return (await answer.json()) as SessionNow;
      // Ended on the server while we were away: another one begins, unless it says no.
      if (answer.status !== 404 && answer.status !== 409) throw await refusedBy(answer);
      this.#session = null;
      this.#hangUp();
    }
    const answer = await this.#post("live/sessions", { recording: recording.id, report });
    if (!answer.ok) throw await refusedBy(answer);
    const now = (await answer.json()) as SessionNow;
    this.#session = now.session;
    return now;
  }

  #post(path: string, body: object): Promise<Response> {
    return this.link.fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), signal: AbortSignal.timeout(8000) });
  }

  async #publish(way: Way): Promise<void> {
    const stream = this.stream();
    if (!stream) return this.#hold();
    if (this.#connection && this.#sent === stream) return this.#say("live");
    this.#hangUp();
    this.#sent = stream;
    this.#connection = await LiveConnection.publish(way, stream, () => {
      this.#hangUp();
      this.#say("trying");
      this.tell();
    });
    this.#say("live");
  }

  #hold(): void {
    this.#hangUp();
    this.#say("paused");
  }

  /** Ended by the server for good, by a supervisor or for the place. */
  #over(): void {
    this.#hangUp();
    this.#session = null;
    this.#say("ended");
  }

  #hangUp(): void {
    this.#connection?.close();
    this.#connection = null;
    this.#sent = null;
  }

  #say(state: LiveState): void {
    if (this.state === state) return;
    this.state = state;
    this.changed();
  }
}
