// WHIP (RFC 9725) and WHEP (draft-ietf-wish-whep) as a browser needs them: an offer out, an answer back, a session to delete.

export interface Way {
  url: string;
  token: string;
}

export class Refused extends Error {
  constructor(readonly status: number, readonly code: string, title: string, readonly retryAfterMs: number) {
    super(title);
  }
}

const DoubtMs = 1500;
const SilentSeconds = 2;

/** One connection, from its offer to its end. */
export class LiveConnection {
  readonly peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  #session: string | null = null;
  readonly #token: string;
  #over = false;
  #doubt = 0;
  #listening = 0;
  #silence = 0;
  #heard = 0;
  readonly #lost: () => void;

  private constructor(token: string, lost: () => void) {
    this.#token = token;
    this.#lost = lost;
    this.peer.addEventListener("connectionstatechange", () => {
      clearTimeout(this.#doubt);
      if (this.#over) return;
      const state = this.peer.connectionState;
      // "disconnected" comes after seconds of silence and may mend itself; a new connection is cheap, so it is not given long.
      if (state === "disconnected") this.#doubt = setTimeout(() => !this.#over && lost(), DoubtMs);
      else if (state === "failed" || state === "closed") lost();
    });
  }

  /** Receives what a stream has; tracks come by `peer.ontrack`. */
  static watch(way: Way, kinds: ("audio" | "video")[], lost: () => void, prepare: (connection: LiveConnection) => void): Promise<LiveConnection> {
    const connection = new LiveConnection(way.token, lost);
    for (const kind of kinds) connection.peer.addTransceiver(kind, { direction: "recvonly" });
    prepare(connection);
    return connection.#begin(way);
  }

  /** Sends these tracks. */
  static publish(way: Way, stream: MediaStream, lost: () => void): Promise<LiveConnection> {
    const connection = new LiveConnection(way.token, lost);
    for (const track of stream.getTracks()) connection.peer.addTransceiver(track, { direction: "sendonly", streams: [stream] });
    return connection.#begin(way);
  }

  async #begin(way: Way): Promise<this> {
    try {
      // The gateway waits to be checked, so it needs none of our candidates: the offer goes out before we gather any.
      const offer = await this.peer.createOffer();
      const answer = await fetch(way.url, {
        method: "POST",
        headers: { "content-type": "application/sdp", authorization: `Bearer ${way.token}` },
        body: offer.sdp ?? "",
        credentials: "omit",
      });
      if (answer.status !== 201) throw await refusedBy(answer);
      this.#session = new URL(answer.headers.get("location") ?? "", new URL(way.url, document.baseURI)).href;
      const relays = iceServers(answer.headers.get("link"));
      if (relays.length > 0) this.peer.setConfiguration({ ...this.peer.getConfiguration(), iceServers: relays });
      await this.peer.setLocalDescription(offer);
      await this.peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
      this.#listening = setInterval(() => void this.#listen(), 1000);
      return this;
    } catch (trouble) {
      this.close();
      throw trouble;
    }
  }

  /** A gateway that was restarted knows nothing of this connection and cannot say so; so when nothing comes any more, it is asked. */
  async #listen(): Promise<void> {
    let heard = 0;
    for (const report of (await this.peer.getStats()).values()) if (report.type === "candidate-pair" && report.nominated) heard += report.bytesReceived as number;
    this.#silence = heard === this.#heard ? this.#silence + 1 : 0;
    this.#heard = heard;
    if (this.#silence < SilentSeconds || !this.#session || this.#over) return;
    this.#silence = -3; // it may be silent for good reason: not asked again at once
    // An empty PATCH changes nothing: 428 (RFC 9725, 4.3.1) from a gateway that has the session, 404 from one that has not.
    const answer = await fetch(this.#session, { method: "PATCH", headers: { authorization: `Bearer ${this.#token}` }, credentials: "omit" }).catch(() => null);
    if (!this.#over && answer?.status !== 428) this.#lost();
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#doubt);
    clearInterval(this.#listening);
    this.peer.close();
    if (this.#session) void fetch(this.#session, { method: "DELETE", headers: { authorization: `Bearer ${this.#token}` }, keepalive: true, credentials: "omit" }).catch(() => undefined);
  }
}

/** TURN servers that the answer names (RFC 9725, 4.6). They must be known before the first candidate is gathered. */
function iceServers(link: string | null): RTCIceServer[] {
  const found: RTCIceServer[] = [];
  for (const [, urls = "", parameters = ""] of (link ?? "").matchAll(/<([^>]*)>([^<]*)/g)) {
    const of = (name: string): string => new RegExp(`;\\s*${name}="([^"]*)"`).exec(parameters)?.[1] ?? "";
    if (of("rel") === "ice-server") found.push({ urls, username: of("username"), credential: of("credential") });
  }
  return found;
}

async function refusedBy(answer: Response): Promise<Refused> {
  const problem = answer.headers.get("content-type")?.includes("json") ? ((await answer.json()) as { title?: string; code?: string }) : {};
  return new Refused(answer.status, problem.code ?? "", problem.title ?? `The server answered ${answer.status}.`, 1000 * Number(answer.headers.get("retry-after") ?? 0));
}

/** How long until the next try: at once, then growing to a second and a half, so that a restart of the server is over within five. */
export function pauseBefore(attempt: number): number {
  return attempt === 0 ? 0 : Math.min(1500, 300 * 2 ** (attempt - 1));
}

export async function read<T>(address: string): Promise<T> {
  const answer = await fetch(new URL(address, document.baseURI), { headers: { accept: "application/json" }, credentials: "same-origin", cache: "no-store" });
  if (!answer.ok) throw await refusedBy(answer);
  return (await answer.json()) as T;
}

/** The page's antiforgery token, for what a script posts as a form. */
export function formWith(fields: Record<string, string | number>): URLSearchParams {
  const token = document.querySelector<HTMLInputElement>("input[name=__RequestVerificationToken]")?.value ?? "";
  return new URLSearchParams([...Object.entries(fields).map(([k, v]) => [k, String(v)] as [string, string]), ["__RequestVerificationToken", token]]);
}
