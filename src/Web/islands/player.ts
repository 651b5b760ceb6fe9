import { fromAttribute, icon, make } from "./dom.js";
import { Lanes, type Mark, type Span } from "./lanes.js";
import { playerKey, type Playable } from "./player-keys.js";
import { Source } from "./source.js";
import { Stage } from "./stage.js";
import { Track, type Point } from "./track.js";
import { lengthOf, type Piece, Wall } from "./wall.js";

const Speeds = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4, 8];

/**
 * `<lapel-player>`: a recording with its timeline. Attributes: see Player.razor. Dispatches `lapel:time` with {ms, at} as it plays;
 * anything on the page with data-seek-ms seeks it; `#t=SECONDS` in the address is where it begins.
 */
class Player extends HTMLElement implements Playable {
  #video!: HTMLVideoElement;
  #stage!: Stage;
  #source!: Source;
  #lanes!: Lanes;
  #wall!: Wall;
  #track: Track | null = null;
  #spans: Span[] = [];
  #marks: Mark[] = [];
  durationMs = 0;
  /** Media time of the picture on the screen, which is not what the video's clock says. */
  #pictureMs = 0;
  /** Where the playhead is: on the picture, or where it was asked to go. */
  #shownMs = 0;
  /** Steps between the last pictures; the shortest is one frame, longer ones had frames left out. */
  #steps: number[] = [];
  readonly #tellsFrames = "requestVideoFrameCallback" in HTMLVideoElement.prototype;
  #toSeek: number | null = null;

  readonly #play = make("button", { type: "button", class: "button icon-only quiet play" });
  readonly #sound = make("button", { type: "button", class: "button icon-only quiet" });
  readonly #speed = make("select", { class: "control", "aria-label": "Speed" }, ...Speeds.map((s) => make("option", { value: s, selected: s === 1 }, `${s}×`)));
  readonly #clockTime = make("span", { class: "clock-time num" });
  readonly #clockDay = make("span", { class: "clock-day num" });
  readonly #elapsed = make("span", { class: "elapsed num" });

  connectedCallback(): void {
    if (this.#video) return;
    const label = this.dataset.label ?? "Video";
    this.durationMs = Number(this.dataset.durationMs ?? 0);
    this.#spans = fromAttribute<Span[]>(this, "spans", []);
    this.#marks = fromAttribute<Mark[]>(this, "marks", []).toSorted((a, b) => a.atMs - b.atMs);
    this.#wall = new Wall(fromAttribute<Piece[]>(this, "pieces", []), this.dataset.zone ?? "UTC");
    this.#video = make("video", { playsinline: true, preload: "auto", "aria-label": label, poster: this.dataset.poster || null });
    this.#lanes = new Lanes(this.durationMs, this.#wall, this.#spans, this.#marks, (ms) => this.seek(ms));
    this.#stage = new Stage(this.#video, () => this.toggle(), () => this.#source.again());
    const points = fromAttribute<Point[]>(this, "track", []);
    if (points.length > 0) this.#track = new Track(points, (ms) => this.seek(ms));

    this.setAttribute("role", "region");
    this.setAttribute("aria-label", label);
    this.replaceChildren(
      make("div", { class: this.#track ? "player-grid has-track" : "player-grid" },
        this.#stage.element, make("div", { class: "player-under" }, this.#controls(), this.#lanes.element), this.#track?.element ?? null));

    this.#listen();
    void this.#lanes.load(this.dataset.filmstrip, this.dataset.waveform);
    const begin = this.#fromHash() ?? Number(this.dataset.startMs ?? 0);
    this.#source = new Source(this.#video, new URL(this.dataset.playlist ?? "", document.baseURI).href, (state) => this.#stage.say(state));
    this.#stage.wait(true);
    this.#source.start(begin / 1000);
    this.#show(begin);
    this.#turned();
  }

  disconnectedCallback(): void {
    this.#source.stop();
    removeEventListener("keydown", this.#keys, true);
    document.removeEventListener("click", this.#links);
    document.removeEventListener("lapel:theme", this.#colours);
  }

  seek(ms: number): void {
    const target = Math.max(0, Math.min(this.durationMs, ms));
    this.#show(target);
    // While one seek is under way only the newest wish is kept: dragging stays smooth.
    if (this.#video.seeking) this.#toSeek = target;
    else this.#video.currentTime = target / 1000;
  }

  #controls(): HTMLElement {
    const button = (name: Parameters<typeof icon>[0], label: string, key: string, does: () => void): HTMLElement =>
      make("button", { type: "button", class: "button icon-only quiet", "aria-label": label, title: `${label} (${key})`, onclick: does }, icon(name, 18));
    this.#play.addEventListener("click", () => this.toggle());
    this.#sound.addEventListener("click", () => this.mute());
    this.#speed.addEventListener("change", () => (this.#video.playbackRate = Number(this.#speed.value)));
    return make("div", { class: "player-controls" },
      make("div", { class: "control-set" }, this.#play,
        button("frame-back", "One frame back", ",", () => this.frame(-1)),
        button("frame-forward", "One frame forward", ".", () => this.frame(1)),
        this.#sound),
      make("div", { class: "clock" }, this.#clockTime, make("span", { class: "clock-rest" }, this.#clockDay, this.#elapsed)),
      make("div", { class: "control-set end" }, this.#speed,
        button("link", "Copy a link to this moment", "c", () => this.copyLink()),
        button("keyboard", "Keyboard help", "?", () => (document.getElementById("keyboard-help") as HTMLDialogElement | null)?.showModal()),
        button("full-screen", "Full screen", "f", () => this.fullScreen())));
  }

  #listen(): void {
    const video = this.#video;
    video.addEventListener("click", () => this.toggle());
    video.addEventListener("dblclick", () => this.fullScreen());
    for (const name of ["play", "pause", "volumechange", "ratechange", "ended"] as const) video.addEventListener(name, () => this.#turned());
    for (const name of ["waiting", "seeking"] as const) video.addEventListener(name, () => this.#stage.wait(true));
    for (const name of ["playing", "canplay", "loadeddata"] as const) video.addEventListener(name, () => this.#stage.wait(false));
    video.addEventListener("seeked", () => {
      this.#stage.wait(false);
      if (this.#toSeek === null) {
        // The picture may have come while the video still called itself seeking.
        if (Math.abs(this.#pictureMs - video.currentTime * 1000) < 300) this.#show(this.#pictureMs);
        return;
      }
      video.currentTime = this.#toSeek / 1000;
      this.#toSeek = null;
    });
    video.addEventListener("progress", () => this.#lanes.showBuffered(video.buffered));
    video.addEventListener("timeupdate", () => {
      if (!this.#tellsFrames && !video.seeking) this.#show(this.#video.currentTime * 1000);
      this.dispatchEvent(new CustomEvent("lapel:time", { bubbles: true, detail: { ms: this.#video.currentTime * 1000, at: this.#wall.at(this.#video.currentTime * 1000) } }));
    });
    if (this.#tellsFrames) {
      const onFrame = (_: number, frame: VideoFrameCallbackMetadata): void => {
        const ms = frame.mediaTime * 1000;
        const step = ms - this.#pictureMs;
        this.#pictureMs = ms;
        if (!video.paused && step > 5 && step < 300) this.#steps = [...this.#steps.slice(-23), step];
        if (this.#toSeek === null && !video.seeking) this.#show(ms);
        video.requestVideoFrameCallback(onFrame);
      };
      video.requestVideoFrameCallback(onFrame);
    }
    addEventListener("keydown", this.#keys, true);
    addEventListener("hashchange", () => {
      const at = this.#fromHash();
      if (at !== null) this.seek(at);
    });
    document.addEventListener("click", this.#links);
    document.addEventListener("lapel:theme", this.#colours);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", this.#colours);
  }

  #colours = (): void => this.#lanes.draw();

  #links = (event: Event): void => {
    const link = (event.target as Element).closest<HTMLElement>("[data-seek-ms]");
    if (!link) return;
    event.preventDefault();
    this.seek(Number(link.dataset.seekMs));
    this.scrollIntoView({ block: "nearest" });
  };

  #keys = (event: KeyboardEvent): void => playerKey(this, event);

  /** Where the playhead is or is about to be, so that repeated keys add up. */
  get wishedMs(): number {
    return this.#toSeek ?? this.#video.currentTime * 1000;
  }

  toggle(): void {
    if (this.#video.paused) void this.#video.play().catch(() => this.#turned());
    else this.#video.pause();
  }

  mute(): void {
    this.#video.muted = !this.#video.muted;
  }

  frame(by: number): void {
    this.#video.pause();
    // Half a frame inside the wanted one, since media times are rounded; a whole one on while the last step is still under way.
    const frameMs = this.#steps.length > 0 ? Math.min(...this.#steps) : 1000 / 30;
    const onPicture = Math.abs(this.#shownMs - this.#pictureMs) < 1;
    this.seek(this.#shownMs + (!onPicture ? by : by > 0 ? 1.5 : -0.5) * frameMs);
  }

  faster(by: number): void {
    const at = Speeds.indexOf(this.#video.playbackRate);
    this.#video.playbackRate = Speeds[Math.max(0, Math.min(Speeds.length - 1, (at < 0 ? 2 : at) + by))] ?? 1;
  }

  toMark(by: number): void {
    const now = this.wishedMs;
    const mark = by > 0 ? this.#marks.find((m) => m.atMs > now + 50) : this.#marks.findLast((m) => m.atMs < now - 500);
    if (mark) this.seek(mark.atMs);
  }

  fullScreen(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.requestFullscreen?.();
  }

  copyLink(): void {
    void this.#copyLink();
  }

  async #copyLink(): Promise<void> {
    const link = new URL(location.href);
    link.hash = `t=${(this.#shownMs / 1000).toFixed(2)}`;
    history.replaceState(history.state, "", link);
    try {
      await navigator.clipboard.writeText(link.href);
      this.#stage.flash("Link to this moment copied");
    } catch {
      this.#stage.flash("The address bar now holds a link to this moment");
    }
  }

  #fromHash(): number | null {
    const match = /(?:^#|&)t=(\d+(?:\.\d+)?)/.exec(location.hash);
    return match ? Number(match[1]) * 1000 : null;
  }

  #show(ms: number): void {
    this.#shownMs = ms;
    const still = this.#video.paused;
    this.#clockTime.textContent = still ? this.#wall.exact(ms) : this.#wall.time(ms);
    this.#clockDay.textContent = this.#wall.known ? `${this.#wall.day(ms)} ${this.#wall.zone(ms)}` : "";
    this.#elapsed.textContent = `${lengthOf(ms)} / ${lengthOf(this.durationMs)}`;
    this.#lanes.show(ms);
    this.#track?.show(ms);
    this.#stage.showSpans(this.#spans.filter((s) => ms >= s.fromMs && ms < s.untilMs));
  }

  #turned(): void {
    const { paused, muted, playbackRate } = this.#video;
    this.#play.replaceChildren(icon(paused ? "play" : "pause", 20));
    this.#play.setAttribute("aria-label", paused ? "Play" : "Pause");
    this.#play.title = `${paused ? "Play" : "Pause"} (space)`;
    this.#sound.replaceChildren(icon(muted ? "mute" : "sound", 18));
    this.#sound.setAttribute("aria-label", muted ? "Sound on" : "Sound off");
    this.#sound.title = `${muted ? "Sound on" : "Sound off"} (m)`;
    this.#speed.value = String(playbackRate);
    this.#stage.offer();
    this.classList.toggle("playing", !paused);
    if (paused && this.#toSeek === null) this.#show(this.#shownMs);
  }
}

customElements.define("lapel-player", Player);
