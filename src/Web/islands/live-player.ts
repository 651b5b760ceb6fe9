import { icon, make } from "./dom.js";
import { LiveConnection, Refused, formWith, pauseBefore, read, type Way } from "./webrtc.js";

interface Ways {
  watch: Way;
}

const KeptFrames = 300;
const TellEveryMs = 3000;
const StillMs = 9000;

/**
 * `<lapel-live-player data-ways data-delay data-form>`: fetches the way, connects, and again whenever the connection is lost, for as
 * long as the server allows it. It measures how long after arrival each picture is shown, tells the server (data-delay; as a form with
 * data-form, else JSON), and shows the delay that comes back: from the camera's lens to this screen.
 */
class LivePlayer extends HTMLElement {
  readonly #video = make("video", { autoplay: true, playsinline: true, muted: true });
  readonly #words = make("div", { class: "live-words", role: "status" }, "Connecting…");
  readonly #delay = make("span", { class: "live-delay" });
  readonly #sound = make("button", { class: "button", type: "button", onclick: () => this.#hear() }, icon("mute"), "Turn the sound on");
  readonly #thin = make("span", { class: "live-thin", role: "status", hidden: true }, "Stills and sound: the network is too thin for a moving picture");
  readonly #playouts: number[] = [];
  #connection: LiveConnection | null = null;
  #attempt = 0;
  #retry = 0;
  #telling = 0;
  #gone = false;
  #frames = 0;
  #framesSeen = 0;
  #quiet = 0;
  #stills = 0;

  connectedCallback(): void {
    if (!this.contains(this.#video)) {
      this.classList.add("live-player");
      this.#video.setAttribute("aria-label", this.dataset.label ?? "Live picture");
      this.replaceChildren(this.#video, this.#words, make("div", { class: "live-corner" }, this.#delay, this.#thin, this.#sound));
    }
    this.#gone = false;
    this.#watchFrames();
    this.#telling = setInterval(() => void this.#tell(), TellEveryMs);
    addEventListener("pagehide", this.#leave);
    void this.#connect();
  }

  disconnectedCallback(): void {
    removeEventListener("pagehide", this.#leave);
    this.#leave();
  }

  #leave = (): void => {
    this.#gone = true;
    clearTimeout(this.#retry);
    clearInterval(this.#telling);
    this.#connection?.close();
    this.#connection = null;
  };

  async #connect(): Promise<void> {
    if (this.#gone) return;
    const media = new MediaStream();
    try {
      const ways = await read<Ways>(this.dataset.ways ?? "");
      const connection = await LiveConnection.watch(ways.watch, ["audio", "video"], () => this.#again("The connection was lost. Trying again…"), (fresh) => {
        fresh.peer.addEventListener("track", (event) => {
          media.addTrack(event.track);
          event.receiver.jitterBufferTarget = 0; // as early as the network allows: this is talk, not television
          this.#video.srcObject = media;
          void this.#play();
        });
      });
      if (this.#gone) return connection.close();
      this.#connection = connection;
      this.dataset.state = "connected";
      this.#say("Connected. Waiting for the picture…");
    } catch (trouble) {
      this.#refused(trouble);
    }
  }

  #refused(trouble: unknown): void {
    if (trouble instanceof Refused && [401, 403, 404].includes(trouble.status)) {
      this.dataset.state = "ended";
      this.#say(trouble.message);
      return;
    }
    if (!(trouble instanceof Refused)) return this.#again("The server does not answer. Trying again…");
    // 409: the camera is not back yet. It will be at any moment, so this is not the time to be patient.
    this.#again(`${trouble.message} Trying again…`, trouble.status === 409 ? 500 : Infinity);
  }

  #again(words: string, longest = Infinity): void {
    this.#connection?.close();
    this.#connection = null;
    this.dataset.state = "waiting";
    this.#say(words);
    clearTimeout(this.#retry);
    if (!this.#gone) this.#retry = setTimeout(() => void this.#connect(), Math.min(longest, pauseBefore(this.#attempt++)));
  }

  async #play(): Promise<void> {
    try {
      await this.#video.play();
    } catch {
      // Only an unmuted start is ever refused, and this one is muted.
    }
  }

  /** Browsers let a page be heard only after a touch; so the picture comes by itself and the sound with this button. */
  #hear(): void {
    this.#video.muted = !this.#video.muted;
    this.#sound.replaceChildren(icon(this.#video.muted ? "mute" : "sound"), this.#video.muted ? "Turn the sound on" : "Sound is on");
    this.dataset.sound = this.#video.muted ? "off" : "on";
    void this.#play();
  }

  #watchFrames(): void {
    if (!("requestVideoFrameCallback" in this.#video)) return;
    const seen = (_: number, facts: VideoFrameCallbackMetadata): void => {
      if (this.#gone) return;
      this.#attempt = 0;
      this.#frames++;
      this.#words.hidden = true;
      this.dataset.state = "playing";
      if (facts.receiveTime) {
        this.#playouts.push(Math.max(0, facts.expectedDisplayTime - facts.receiveTime));
        if (this.#playouts.length > KeptFrames) this.#playouts.shift();
      }
      this.#video.requestVideoFrameCallback(seen);
    };
    this.#video.requestVideoFrameCallback(seen);
  }

  /** A thin network gets sound, and of the picture one still in some seconds: that is said, and is not the same as nothing. */
  #judgePictures(): void {
    const fresh = this.#frames - this.#framesSeen;
    this.#framesSeen = this.#frames;
    if (!this.#connection || this.dataset.state !== "playing") return;
    this.#quiet = fresh === 0 ? this.#quiet + 1 : 0;
    const still = fresh <= 3;
    this.#stills = still ? this.#stills + 1 : 0;
    if (this.#quiet * TellEveryMs >= StillMs) this.#say("The picture stands still. The sound goes on as long as it comes.");
    this.#thin.hidden = this.#stills < 2;
    if (still) this.#playouts.length = 0; // a still is as old as it is, and says nothing about a moving picture's delay
    this.#delay.hidden = still;
  }

  async #tell(): Promise<void> {
    this.#judgePictures();
    if (!this.dataset.delay || this.#playouts.length === 0) return;
    const sorted = [...this.#playouts].sort((a, b) => a - b);
    const at = (share: number): number => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
    const asForm = this.dataset.form !== undefined;
    try {
      const answer = await fetch(new URL(this.dataset.delay, document.baseURI), {
        method: "POST",
        body: asForm ? formWith({ p50: at(0.5), p95: at(0.95) }) : JSON.stringify({ p50Ms: at(0.5), p95Ms: at(0.95) }),
        ...(asForm ? {} : { headers: { "content-type": "application/json" } }),
      });
      if (answer.status !== 200) return;
      const delay = (await answer.json()) as { p50Ms: number; p95Ms: number };
      this.dataset.delayMs = String(delay.p50Ms);
      this.#delay.replaceChildren("Delay ", make("strong", {}, `${delay.p50Ms} ms`), ` (95 % within ${delay.p95Ms} ms)`);
    } catch {
      // The next one will do.
    }
  }

  #say(words: string): void {
    this.#words.hidden = false;
    this.#words.replaceChildren(words);
  }
}

customElements.define("lapel-live-player", LivePlayer);
