import { fromAttribute, icon, isTyping, make } from "./dom.js";
import { Lanes, type Mark, type Span } from "./lanes.js";
import { Source, type SourceState } from "./source.js";
import { Track, type Point } from "./track.js";
import { lengthOf, type Piece, Wall } from "./wall.js";

const Speeds = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4, 8];
const SpinAfterMs = 350;

/**
 * `<lapel-player>`: a recording with its timeline. Attributes: see Player.razor. Dispatches `lapel:time` with {ms, at} as it plays;
 * anything on the page with data-seek-ms seeks it; `#t=SECONDS` in the address is where it begins.
 */
class Player extends HTMLElement {
  #video!: HTMLVideoElement;
  #source!: Source;
  #lanes!: Lanes;
  #wall!: Wall;
  #track: Track | null = null;
  #spans: Span[] = [];
  #marks: Mark[] = [];
  #durationMs = 0;
  /** Media time of the picture on the screen, which is not always what the video's clock says. */
  #shownMs = 0;
  /** Steps between the last pictures; the shortest is one frame, longer ones had frames left out. */
  #steps: number[] = [];
  #spinner = 0;
  readonly #tellsFrames = "requestVideoFrameCallback" in HTMLVideoElement.prototype;
  #toSeek: number | null = null;

  readonly #play = make("button", { type: "button", class: "button icon-only quiet play" });
  readonly #sound = make("button", { type: "button", class: "button icon-only quiet" });
  readonly #speed = make("select", { class: "control", "aria-label": "Speed" }, ...Speeds.map((s) => make("option", { value: s, selected: s === 1 }, `${s}×`)));
  readonly #clockTime = make("span", { class: "clock-time num" });
  readonly #clockDay = make("span", { class: "clock-day num" });
  readonly #elapsed = make("span", { class: "elapsed num" });
  readonly #chips = make("div", { class: "stage-chips" });
  readonly #message = make("div", { class: "stage-message", role: "status", "aria-live": "polite", hidden: true });
  readonly #spin = make("div", { class: "stage-spin", hidden: true });
  readonly #big = make("button", { type: "button", class: "stage-play", "aria-label": "Play" }, icon("play", 30));

  connectedCallback(): void {
    if (this.#video) return;
    const label = this.dataset.label ?? "Video";
    this.#durationMs = Number(this.dataset.durationMs ?? 0);
    this.#spans = fromAttribute<Span[]>(this, "spans", []);
    this.#marks = fromAttribute<Mark[]>(this, "marks", []).toSorted((a, b) => a.atMs - b.atMs);
    this.#wall = new Wall(fromAttribute<Piece[]>(this, "pieces", []), this.dataset.zone ?? "UTC");
    this.#video = make("video", { playsinline: true, preload: "auto", "aria-label": label, poster: this.dataset.poster || null });
    this.#lanes = new Lanes(this.#durationMs, this.#wall, this.#spans, this.#marks, (ms) => this.seek(ms));
    const points = fromAttribute<Point[]>(this, "track", []);
    if (points.length > 0) this.#track = new Track(points, (ms) => this.seek(ms));

    const stage = make("div", { class: "stage" }, this.#video, this.#chips, this.#spin, this.#big, this.#message);
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", label);
    this.replaceChildren(
      make("div", { class: this.#track ? "player-grid has-track" : "player-grid" },
        stage, make("div", { class: "player-under" }, this.#controls(), this.#lanes.element), this.#track?.element ?? null));

    this.#listen();
    void this.#lanes.load(this.dataset.filmstrip, this.dataset.waveform);
    const begin = this.#fromHash() ?? Number(this.dataset.startMs ?? 0);
    this.#source = new Source(this.#video, new URL(this.dataset.playlist ?? "", document.baseURI).href, (state) => this.#told(state));
    this.#wait(true);
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

  /** Milliseconds of media time. */
  get currentMs(): number {
    return this.#video.currentTime * 1000;
  }

  seek(ms: number): void {
    const target = Math.max(0, Math.min(this.#durationMs, ms));
    this.#show(target);
    // While one seek is under way only the newest wish is kept: dragging stays smooth.
    if (this.#video.seeking) this.#toSeek = target;
    else this.#video.currentTime = target / 1000;
  }

  #controls(): HTMLElement {
    const button = (name: Parameters<typeof icon>[0], label: string, key: string, does: () => void): HTMLElement =>
      make("button", { type: "button", class: "button icon-only quiet", "aria-label": label, title: `${label} (${key})`, onclick: does }, icon(name, 18));
    this.#play.addEventListener("click", () => this.#toggle());
    this.#sound.addEventListener("click", () => (this.#video.muted = !this.#video.muted));
    this.#speed.addEventListener("change", () => (this.#video.playbackRate = Number(this.#speed.value)));
    return make("div", { class: "player-controls" },
      make("div", { class: "control-set" }, this.#play,
        button("frame-back", "One frame back", ",", () => this.#frame(-1)),
        button("frame-forward", "One frame forward", ".", () => this.#frame(1)),
        this.#sound),
      make("div", { class: "clock" }, this.#clockTime, make("span", { class: "clock-rest" }, this.#clockDay, this.#elapsed)),
      make("div", { class: "control-set end" }, this.#speed,
        button("link", "Copy a link to this moment", "c", () => void this.#copyLink()),
        button("keyboard", "Keyboard help", "?", () => (document.getElementById("keyboard-help") as HTMLDialogElement | null)?.showModal()),
        button("full-screen", "Full screen", "f", () => this.#fullScreen())));
  }

  #listen(): void {
    const video = this.#video;
    video.addEventListener("click", () => this.#toggle());
    video.addEventListener("dblclick", () => this.#fullScreen());
    this.#big.addEventListener("click", () => this.#toggle());
    for (const name of ["play", "pause", "volumechange", "ratechange", "ended"] as const) video.addEventListener(name, () => this.#turned());
    for (const name of ["waiting", "seeking"] as const) video.addEventListener(name, () => this.#wait(true));
    for (const name of ["playing", "canplay", "loadeddata"] as const) video.addEventListener(name, () => this.#wait(false));
    video.addEventListener("seeked", () => {
      this.#wait(false);
      if (this.#toSeek === null) return;
      video.currentTime = this.#toSeek / 1000;
      this.#toSeek = null;
    });
    video.addEventListener("progress", () => this.#lanes.showBuffered(video.buffered));
    video.addEventListener("timeupdate", () => {
      if (!this.#tellsFrames && !video.seeking) this.#show(this.currentMs);
      this.dispatchEvent(new CustomEvent("lapel:time", { bubbles: true, detail: { ms: this.currentMs, at: this.#wall.at(this.currentMs) } }));
    });
    if (this.#tellsFrames) {
      const onFrame = (_: number, frame: VideoFrameCallbackMetadata): void => {
        const ms = frame.mediaTime * 1000;
        const step = ms - this.#shownMs;
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

  #keys = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || document.querySelector("dialog[open]")) return;
    const onControl = (event.target as Element).closest?.("button, a, summary") !== null;
    switch (event.key) {
      case " ": if (onControl) return; this.#toggle(); break;
      case "k": this.#toggle(); break;
      case "j": this.seek(this.#wished - 10_000); break;
      case "l": this.seek(this.#wished + 10_000); break;
      case "ArrowLeft": this.seek(this.#wished - 5_000); break;
      case "ArrowRight": this.seek(this.#wished + 5_000); break;
      case "ArrowUp": if (!this.contains(event.target as Node)) return; this.#toMark(-1); break;
      case "ArrowDown": if (!this.contains(event.target as Node)) return; this.#toMark(1); break;
      case ",": this.#frame(-1); break;
      case ".": this.#frame(1); break;
      case "<": this.#faster(-1); break;
      case ">": this.#faster(1); break;
      case "m": this.#video.muted = !this.#video.muted; break;
      case "f": this.#fullScreen(); break;
      case "c": void this.#copyLink(); break;
      case "Home": this.seek(0); break;
      case "End": this.seek(this.#durationMs); break;
      default: return;
    }
    event.preventDefault();
  };

  /** Where the playhead is or is about to be, so that repeated keys add up. */
  get #wished(): number {
    return this.#toSeek ?? this.currentMs;
  }

  #toggle(): void {
    if (this.#video.paused) void this.#video.play().catch(() => this.#turned());
    else this.#video.pause();
  }

  #frame(by: number): void {
    this.#video.pause();
    // Half a frame inside the wanted one, since media times are rounded.
    const frameMs = this.#steps.length > 0 ? Math.min(...this.#steps) : 1000 / 30;
    this.seek(this.#shownMs + (by > 0 ? 1.5 : -0.5) * frameMs);
  }

  #faster(by: number): void {
    const at = Speeds.indexOf(this.#video.playbackRate);
    this.#video.playbackRate = Speeds[Math.max(0, Math.min(Speeds.length - 1, (at < 0 ? 2 : at) + by))] ?? 1;
  }

  #toMark(by: number): void {
    const now = this.#wished;
    const mark = by > 0 ? this.#marks.find((m) => m.atMs > now + 50) : this.#marks.findLast((m) => m.atMs < now - 500);
    if (mark) this.seek(mark.atMs);
  }

  #fullScreen(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void this.requestFullscreen?.();
  }

  async #copyLink(): Promise<void> {
    const link = new URL(location.href);
    link.hash = `t=${(this.#shownMs / 1000).toFixed(2)}`;
    history.replaceState(history.state, "", link);
    try {
      await navigator.clipboard.writeText(link.href);
      this.#flash("Link to this moment copied");
    } catch {
      this.#flash("The address bar now holds a link to this moment");
    }
  }

  #flash(words: string): void {
    const chip = make("span", { class: "stage-flash", role: "status" }, words);
    this.#chips.after(chip);
    setTimeout(() => chip.remove(), 1800);
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
    this.#elapsed.textContent = `${lengthOf(ms)} / ${lengthOf(this.#durationMs)}`;
    this.#lanes.show(ms);
    this.#track?.show(ms);
    const now = this.#spans.filter((s) => ms >= s.fromMs && ms < s.untilMs);
    const key = now.map((s) => s.label).join("\n");
    if (this.#chips.dataset.key !== key) {
      this.#chips.dataset.key = key;
      this.#chips.replaceChildren(...now.map((s) => make("span", { class: "stage-chip", "data-kind": s.kind }, s.label)));
    }
  }

  #turned(): void {
    const { paused, muted, playbackRate, currentTime } = this.#video;
    this.#play.replaceChildren(icon(paused ? "play" : "pause", 20));
    this.#play.setAttribute("aria-label", paused ? "Play" : "Pause");
    this.#play.title = `${paused ? "Play" : "Pause"} (space)`;
    this.#sound.replaceChildren(icon(muted ? "mute" : "sound", 18));
    this.#sound.setAttribute("aria-label", muted ? "Sound on" : "Sound off");
    this.#sound.title = `${muted ? "Sound on" : "Sound off"} (m)`;
    this.#speed.value = String(playbackRate);
    this.#big.hidden = !paused || currentTime > 0;
    this.classList.toggle("playing", !paused);
    if (paused && this.#toSeek === null) this.#show(this.#shownMs);
  }

  #wait(on: boolean): void {
    clearTimeout(this.#spinner);
    if (on) this.#spinner = setTimeout(() => (this.#spin.hidden = this.#message.hidden ? false : true), SpinAfterMs);
    else this.#spin.hidden = true;
  }

  #told(state: SourceState): void {
    if (state.kind === "ready") {
      this.#message.hidden = true;
      this.#message.replaceChildren();
      this.#big.hidden = !this.#video.paused || this.#video.currentTime > 0;
      return;
    }
    this.#wait(false);
    this.#big.hidden = true;
    this.#message.hidden = false;
    this.#message.replaceChildren(
      icon(state.kind === "failed" ? "alert" : "clock", 22), make("p", {}, state.sentence),
      make("button", { type: "button", class: "button small", onclick: () => this.#source.again() }, "Try again"));
  }
}

customElements.define("lapel-player", Player);
