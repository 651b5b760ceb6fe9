import Hls, { ErrorDetails, ErrorTypes, Events, type ErrorData } from "hls.js/light";

/** What a player must say about its media; a sentence is for people. */
export type SourceState = { kind: "ready" } | { kind: "trying"; sentence: string } | { kind: "failed"; sentence: string };

const FirstWaitMs = 1000;
const LongestWaitMs = 15_000;

/**
 * Feeds a video from an HLS media playlist. Where the browser has Media Source Extensions hls.js does it, so that every browser
 * behaves alike; otherwise the browser's own HLS. Lost connections are retried for as long as the page is open.
 */
export class Source {
  #hls: Hls | null = null;
  #waitMs = FirstWaitMs;
  #timer = 0;
  #troubled = false;
  #recovered = 0;

  constructor(
    readonly video: HTMLVideoElement,
    readonly address: string,
    readonly tell: (state: SourceState) => void,
  ) {}

  start(atSeconds: number): void {
    if (Hls.isSupported()) {
      this.#withHls(atSeconds);
    } else if (this.video.canPlayType("application/vnd.apple.mpegurl")) {
      this.video.src = `${this.address}${atSeconds > 0 ? `#t=${atSeconds}` : ""}`;
      this.video.addEventListener("error", () => this.tell({ kind: "failed", sentence: "This browser cannot play this video. Download the original instead." }));
      this.video.addEventListener("loadedmetadata", () => this.tell({ kind: "ready" }), { once: true });
    } else {
      this.tell({ kind: "failed", sentence: "This browser cannot play video in parts. Download the original instead." });
    }
  }

  /** Tries again at once. */
  again(): void {
    clearTimeout(this.#timer);
    const at = this.video.currentTime;
    this.#waitMs = FirstWaitMs;
    this.#hls?.destroy();
    this.#hls = null;
    this.start(at);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#hls?.destroy();
    this.#hls = null;
  }

  #withHls(atSeconds: number): void {
    // No worker: fragmented MP4 passes through as it is, and the security policy allows no blob script.
    const hls = new Hls({ enableWorker: false, startPosition: atSeconds > 0 ? atSeconds : -1, maxBufferLength: 30, maxMaxBufferLength: 60, backBufferLength: 30 });
    this.#hls = hls;
    hls.on(Events.MANIFEST_PARSED, () => this.tell({ kind: "ready" }));
    hls.on(Events.FRAG_LOADED, () => {
      if (this.#troubled) this.tell({ kind: "ready" });
      this.#troubled = false;
      this.#waitMs = FirstWaitMs;
    });
    hls.on(Events.ERROR, (_, error) => {
      if (error.fatal) this.#failed(hls, error);
      // hls.js tries a few times by itself; say so only when there is nothing left to play.
      else if (error.type === ErrorTypes.NETWORK_ERROR && this.video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) this.#trying();
    });
    hls.loadSource(this.address);
    hls.attachMedia(this.video);
  }

  #trying(): void {
    this.#troubled = true;
    this.tell({ kind: "trying", sentence: "The server does not answer. Trying again…" });
  }

  #failed(hls: Hls, error: ErrorData): void {
    const status = error.response?.code ?? 0;
    if (error.type === ErrorTypes.NETWORK_ERROR && [401, 403, 404, 410].includes(status)) {
      this.tell({ kind: "failed", sentence: status === 401 ? "You have been signed out. Sign in again to go on watching." : "This video is not there, or not for you to see." });
    } else if (error.type === ErrorTypes.NETWORK_ERROR) {
      this.#trying();
      const playlistMissing = error.details === ErrorDetails.MANIFEST_LOAD_ERROR || error.details === ErrorDetails.MANIFEST_LOAD_TIMEOUT;
      this.#timer = setTimeout(() => (playlistMissing ? hls.loadSource(this.address) : hls.startLoad(this.video.currentTime)), this.#waitMs);
      this.#waitMs = Math.min(this.#waitMs * 2, LongestWaitMs);
    } else if (error.type === ErrorTypes.MEDIA_ERROR && this.#recovered++ < 2) {
      hls.recoverMediaError();
    } else if (error.details === ErrorDetails.MANIFEST_PARSING_ERROR) {
      this.tell({ kind: "failed", sentence: "The server sent a playlist that cannot be read." });
    } else {
      this.tell({ kind: "failed", sentence: "This browser cannot decode this video. Download the original instead." });
    }
  }
}
