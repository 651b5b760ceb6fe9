import { base64, fromBase64, hex, random, timeText } from "./bytes.js";
import type { PhoneClock } from "./clock.js";
import { newSigningKey, sign } from "./envelope.js";
import type { Officer } from "./manifest.js";
import type { Self, Store } from "./store.js";

export const Software = "lapel-phone/0.1.0";

/** The server said no, with its stable code and a sentence for people. */
export class ServerRefused extends Error {
  constructor(readonly status: number, readonly code: string, sentence: string, readonly more: Record<string, unknown>) {
    super(sentence);
  }
}

export async function refusedBy(answer: Response): Promise<ServerRefused> {
  const problem = answer.headers.get("content-type")?.includes("json") ? ((await answer.json()) as Record<string, unknown>) : {};
  return new ServerRefused(answer.status, String(problem["code"] ?? ""), String(problem["detail"] ?? problem["title"] ?? `The server answered ${answer.status}.`), problem);
}

interface Enrolled {
  camera: string;
  agencyName: string;
  evidencePublicKeySpki: string;
  logVerifierKey: string;
}

/**
 * Makes this browser a camera of the agency: the officer's sign-in gets a one-time code, and the browser enrols with it and with a key
 * of its own as every camera does (docs/formats/enrolment.md).
 */
export async function enrol(store: Store, api: URL, model: string): Promise<Self> {
  const key = await newSigningKey();
  const expected = (await ask(new URL("phones", api), { model }, "same-origin")) as { camera: { serial: string }; code: string };
  const serial = expected.camera.serial;
  const told = (await ask(new URL("cameras/enrol", api), { code: expected.code, publicKeySpki: base64(key.spki), serial, software: Software }, "omit")) as Enrolled;
  const evidenceSpki = fromBase64(told.evidencePublicKeySpki);
  if (!evidenceSpki) throw new Error("The server's evidence key cannot be read.");
  const self: Self = { camera: told.camera, serial, agencyName: told.agencyName, evidenceSpki, logKey: told.logVerifierKey, key, sequence: 0, previous: null };
  await store.keepSelf(self);
  return self;
}

async function ask(address: URL, body: object, credentials: RequestCredentials): Promise<unknown> {
  const answer = await fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body), credentials });
  if (!answer.ok) throw await refusedBy(answer);
  return answer.json();
}

interface SessionBegun {
  token: string;
  expires: string;
  receivedAt: string;
  serverTime: string;
  officer?: Officer;
  bandwidthKbps?: number;
}

/** The phone's own way to the server: by its key, not by the officer's sign-in, so that evidence arrives after a sign-out too. */
export class CameraLink {
  #session: { token: string; until: number } | null = null;
  #beginning: Promise<string> | null = null;
  /** What uploads should stay below; null when nothing was said. */
  bandwidthKbps: number | null = null;

  constructor(
    readonly api: URL,
    readonly self: Self,
    readonly store: Store,
    readonly clock: PhoneClock,
  ) {}

  /** Sends with the session's token, and once more with a new one when the server no longer knows it. */
  async fetch(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
    const send = async (token: string): Promise<Response> =>
      fetch(new URL(path, this.api), { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` }, credentials: "omit", cache: "no-store" });
    const answer = await send(await this.token());
    if (answer.status !== 401) return answer;
    this.#session = null;
    return send(await this.token());
  }

  token(): Promise<string> {
    if (this.#session && this.#session.until > Date.now()) return Promise.resolve(this.#session.token);
    this.#beginning ??= this.#begin().finally(() => (this.#beginning = null));
    return this.#beginning;
  }

  async #begin(nonce = hex(random(16))): Promise<string> {
    const body = await sign("application/vnd.lapel.camera-session+json", { camera: this.self.camera, at: timeText(Date.now()), nonce }, this.self.key);
    const asked = this.clock.now();
    const answer = await fetch(new URL("cameras/session", this.api), { method: "POST", body, credentials: "omit", cache: "no-store" });
    const answered = this.clock.now();
    if (!answer.ok) {
      const refused = await refusedBy(answer);
      const offered = refused.more["nonce"];
      // The phone's clock is more than a day off: only a nonce of the server's counts then.
      if (refused.code === "session-nonce-needed" && typeof offered === "string" && offered !== nonce) return this.#begin(offered);
      throw refused;
    }
    const begun = (await answer.json()) as SessionBegun;
    this.bandwidthKbps = begun.bandwidthKbps ?? null;
    this.clock.compare(asked, answered, Date.parse(begun.receivedAt), Date.parse(begun.serverTime));
    // By our own clock, whatever it says: half an hour before the end is early enough.
    this.#session = { token: begun.token, until: Date.now() + Date.parse(begun.expires) - Date.parse(begun.serverTime) - 1_800_000 };
    if (JSON.stringify(begun.officer) !== JSON.stringify(this.self.officer)) {
      if (begun.officer) this.self.officer = begun.officer;
      else delete this.self.officer;
      await this.store.keepSelf(this.self);
    }
    return begun.token;
  }
}
