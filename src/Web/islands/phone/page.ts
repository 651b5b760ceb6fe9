import { icon, make, notice } from "../dom.js";
import { abilities, whyNotACamera } from "./able.js";
import { CameraLink, enrol, ServerRefused } from "./camera.js";
import { PhoneClock } from "./clock.js";
import { closeWhatWasCut } from "./ending.js";
import { AwakeScreen, Lens, Whereabouts, whyNoCamera } from "./lens.js";
import { KeptList } from "./list.js";
import { LiveStream } from "./live.js";
import type { StateName } from "./manifest.js";
import { askEnd, askReason, readReasons } from "./reasons.js";
import { Recorder, whyNoRoom } from "./recorder.js";
import type { Self } from "./store.js";
import { Store } from "./store.js";
import { Uploader } from "./upload.js";

const States: { name: StateName; on: string; off: string; ask: string; icon: "mute" | "eye-off" | "pause" }[] = [
  { name: "muted", on: "Mute", off: "Sound on again", ask: "Why without sound?", icon: "mute" },
  { name: "averted", on: "Turn away", off: "Lens back", ask: "Why is the lens turned away?", icon: "eye-off" },
  { name: "stopped", on: "Pause", off: "Record again", ask: "Why is nothing recorded?", icon: "pause" },
];

/**
 * `<lapel-phone data-api data-agency data-officer data-officer-name [data-clip-ms]>`: this browser as the officer's camera. One main action on the
 * screen at any time; everything else is below it. It holds a lock, so that a second tab of the page does not record over it.
 */
class Phone extends HTMLElement {
  readonly #clock = new PhoneClock();
  readonly #awake = new AwakeScreen();
  readonly #lens = new Lens(() => this.#pictureLost(), () => void this.#recorder?.pictureBack());
  readonly #places = new Whereabouts(this.#clock, (position) => this.#recorder?.place(position));
  readonly #video = make("video", { class: "phone-view", autoplay: true, muted: true, playsinline: true, "aria-label": "What the camera sees" });
  readonly #badges = make("div", { class: "phone-badges", role: "status" });
  readonly #main = make("button", { class: "phone-main", type: "button", onclick: () => void this.#press() });
  readonly #acts = make("div", { class: "phone-acts" });
  readonly #why = make("input", { id: "phone-why", maxlength: 200, autocomplete: "off", enterkeyhint: "done" });
  readonly #urgent = make("input", { type: "checkbox", id: "phone-urgent" });
  readonly #before = make("div", { class: "phone-before" }, make("div", { class: "field" }, make("label", { for: "phone-why" }, "Why, or call number ", make("span", { class: "faint" }, "optional")), this.#why), make("label", { class: "tick", for: "phone-urgent" }, this.#urgent, "Urgent: goes up first"));
  readonly #trouble = make("div", {});
  readonly #below = make("div", { class: "stack" });
  #api!: URL;
  #store!: Store;
  #self: Self | null = null;
  #recorder: Recorder | null = null;
  #uploader: Uploader | null = null;
  #live: LiveStream | null = null;
  #told = "";
  #list: KeptList | null = null;
  #rules: ReturnType<typeof readReasons> | null = null;
  #starting = false;
  #drawn = "";

  connectedCallback(): void {
    this.#api = new URL(this.dataset.api ?? "", document.baseURI);
    void this.#begin().catch((trouble: unknown) => this.replaceChildren(notice("danger", { title: "The phone's storage does not open", detail: trouble instanceof Error ? trouble.message : String(trouble) })));
  }

  async #begin(): Promise<void> {
    const why = whyNotACamera();
    if (why !== null) return this.replaceChildren(notice("danger", { title: "This browser cannot be a camera", detail: why }));
    this.#store = await Store.open(this.dataset.agency ?? "");
    const name = `lapel-phone ${this.dataset.agency}`;
    // Held until the page goes; another tab that has it is the camera, until it is closed.
    const hold = async (): Promise<void> => {
      await this.#open().catch((trouble: unknown) => this.#fail(trouble));
      await new Promise(() => undefined);
    };
    void navigator.locks.request(name, { ifAvailable: true }, async (lock) => {
      if (lock) return hold();
      this.replaceChildren(notice("warn", { title: "Another tab is the camera", detail: "This page is open in another tab or window of this browser. Go on there; when it is closed, this one takes over." }));
      void navigator.locks.request(name, hold);
    });
  }

  async #open(): Promise<void> {
    this.#self = await this.#store.self();
    this.replaceChildren(this.#trouble, make("div", { class: "phone-frame" }, this.#video, this.#badges), this.#main, this.#acts, this.#before, this.#below);
    if (!this.#self) return this.#show();
    const found = await closeWhatWasCut(this.#store, this.#self);
    const link = new CameraLink(this.#api, this.#self, this.#store, this.#clock);
    this.#list = new KeptList(this.#store, this.#self);
    this.#recorder = new Recorder(this.#store, this.#self, this.#clock, () => this.#changed(), () => this.#pictureLost(), Number(this.dataset.clipMs ?? 300_000));
    this.#uploader = new Uploader(this.#store, link, () => this.#changed());
    this.#live = new LiveStream(link, () => this.#lens.stream, () => this.#places.last, () => this.#changed());
    this.#below.replaceChildren(this.#list.element, await this.#about());
    addEventListener("beforeunload", (event) => {
      if (this.#recorder?.recording) event.preventDefault(); // the browser asks whether to leave
    });
    document.addEventListener("visibilitychange", () => void this.#seen());
    this.#uploader.wake();
    void this.#reasons();
    if (found > 0) this.#say("warn", "A recording was cut off", "The page was closed while it recorded. What was kept is signed as cut off, and goes up now.");
    await this.#look();
  }

  /** Opens the camera, so that the press begins at once. */
  async #look(): Promise<void> {
    try {
      const stream = await this.#lens.open();
      this.#video.srcObject = stream;
      if (this.#recorder?.recording) await this.#recorder.goOnWith(stream);
    } catch (trouble) {
      this.#say("danger", "No camera", whyNoCamera(trouble));
    }
    this.#show();
  }

  async #press(): Promise<void> {
    if (this.#starting || this.#recorder?.ending) return;
    this.#starting = true;
    this.#show();
    try {
      if (!this.#self) await this.#enrol();
      else if (this.#recorder?.recording) await this.#stop();
      else await this.#start();
    } catch (trouble) {
      this.#fail(trouble);
    } finally {
      this.#starting = false;
      this.#show();
    }
  }

  async #enrol(): Promise<void> {
    await navigator.storage?.persist?.();
    const self = await enrol(this.#store, this.#api, modelOf(navigator.userAgent));
    // Whose it is and what the time is, before anything can be recorded. A network that fails or stalls just now costs no recording.
    const told = new CameraLink(this.#api, self, this.#store, this.#clock).token().catch(() => undefined);
    await Promise.race([told, new Promise((done) => setTimeout(done, 5000))]);
    this.#trouble.replaceChildren();
    await this.#open();
  }

  async #start(): Promise<void> {
    const recorder = this.#recorder!;
    if (this.#notMine) return;
    const why = await whyNoRoom();
    if (why !== null) return this.#say("danger", "No room", why);
    this.#trouble.replaceChildren();
    let stream: MediaStream;
    try {
      stream = await this.#lens.open();
    } catch (trouble) {
      return this.#say("danger", "No camera", whyNoCamera(trouble));
    }
    this.#video.srcObject = stream;
    this.#awake.want(true);
    const detail = this.#why.value.trim();
    await recorder.start(stream, { trigger: "button", ...(detail ? { detail } : {}) }, this.#urgent.checked);
    // Only now: somebody who stands still is told where once, and there must be a recording to write it into.
    this.#places.want(recorder.recording !== null);
    if (recorder.recording) this.#live?.begin(recorder.recording.facts);
    navigator.vibrate?.(200);
    this.#why.value = "";
    this.#urgent.checked = false;
  }

  async #stop(): Promise<void> {
    const detail = await askEnd(await this.#reasons());
    if (detail === null) return;
    await this.#recorder!.stop({ trigger: "button", detail });
    navigator.vibrate?.([100, 100, 100]);
  }

  /** However it ended: by the press, a full phone or a failed disk. */
  #rest(): void {
    this.#live?.end();
    this.#awake.want(false);
    this.#places.want(false);
    this.#uploader?.wake();
  }

  async #toggle(state: (typeof States)[number]): Promise<void> {
    const recorder = this.#recorder!;
    try {
      if (recorder.is(state.name)) return await recorder.end(state.name);
      const reason = await askReason(state.ask, state.name, await this.#reasons());
      if (reason) await recorder.begin(state.name, reason);
    } catch (trouble) {
      this.#fail(trouble);
    }
  }

  /** Read once and kept for the page's life: a press waits for no network. */
  #reasons(): ReturnType<typeof readReasons> {
    return (this.#rules ??= readReasons(new URL("policy", this.#api), this.#store));
  }

  #pictureLost(): void {
    void this.#recorder?.pictureGone();
    this.#changed();
    // Tracks that only fell silent come back by themselves; those that ended are asked for again as soon as the page is in front.
    if (!document.hidden) void this.#seen();
  }

  async #seen(): Promise<void> {
    if (document.hidden) return;
    const live = this.#lens.stream?.getTracks().every((t) => t.readyState === "live") ?? false;
    if (!live) await this.#look();
    this.#uploader?.wake();
  }

  /** Somebody else is signed in than the officer whose phone this is. */
  get #notMine(): boolean {
    const officer = this.#self?.officer;
    return officer !== undefined && officer.id !== this.dataset.officer;
  }

  #changed(): void {
    const recording = this.#recorder?.ending ? null : (this.#recorder?.recording ?? null);
    const told = JSON.stringify([recording?.facts.id ?? null, recording?.facts.states.filter((s) => s.until === undefined).map((s) => s.state), this.#lens.stream?.id, this.#recorder?.ending, this.#recorder?.closedClips]);
    if (told !== this.#told) {
      const was = this.#told;
      this.#told = told;
      if (recording) {
        this.#live?.tell();
        this.#uploader?.wake();
      } else if (was) this.#rest();
    }
    this.#show();
    this.#uploader && this.#list?.show(this.#uploader.progress);
  }

  #show(): void {
    const recorder = this.#recorder;
    const facts = recorder?.recording?.facts ?? null;
    const on = States.filter((s) => recorder?.is(s.name));
    const seconds = facts ? Math.max(0, Math.floor((this.#clock.now() - facts.activatedAt) / 1000)) : 0;
    // Redrawn only when something changed: a button that is replaced under a finger is not pressed.
    const drawn = JSON.stringify([!!this.#self, facts?.id, on.map((s) => s.name), recorder?.ending, this.#starting, this.#notMine]);
    this.dataset.state = !this.#self ? "new" : recorder?.ending ? "ending" : facts ? "recording" : "ready";
    this.dataset.live = this.#live?.state ?? "off";
    this.dataset.kept = String(recorder?.keptUntil ?? "");
    this.#badge(facts !== null, on, seconds);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const word = !this.#self ? "Use this phone as my camera" : recorder?.ending ? "Signing…" : facts ? "Stop" : this.#starting ? "Starting…" : "Record";
    this.#main.replaceChildren(icon(facts ? "stop" : "camera", 32), make("span", {}, word));
    this.#main.classList.toggle("on", facts !== null);
    this.#main.disabled = this.#starting || recorder?.ending === true || this.#notMine;
    this.#before.hidden = !this.#self || facts !== null;
    this.#video.parentElement!.hidden = !this.#self;
    this.#acts.hidden = facts === null || recorder?.ending === true;
    this.#acts.replaceChildren(
      make("button", { class: "phone-act", type: "button", onclick: () => void this.#mark() }, icon("bookmark", 22), "Mark"),
      ...States.map((state) => make("button", { class: "phone-act", type: "button", "data-act": state.name, "aria-pressed": String(on.includes(state)), onclick: () => void this.#toggle(state) }, icon(state.icon, 22), on.includes(state) ? state.off : state.on)),
    );
    if (!this.#self) this.#below.replaceChildren(make("p", { class: "muted" }, `It then records in the name of ${this.dataset.officerName ?? "you"}. What it records is sealed on this phone with a key of the agency before it is kept, and only the agency can open it: you cannot see it here, and nobody who finds the phone can. The browser asks for camera, microphone and position.`));
    if (this.#notMine) this.#say("warn", "This is another officer's phone", `It is ${this.#self?.officer?.name}'s camera. What it holds goes up all the same; to record, sign in as ${this.#self?.officer?.name}.`);
  }

  #badge(recording: boolean, on: (typeof States)[number][], seconds: number): void {
    const clock = `${String(Math.floor(seconds / 3600)).padStart(2, "0")}:${String(Math.floor(seconds / 60) % 60).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
    const words: [string, string][] = recording ? [["rec", `${this.#recorder?.is("stopped") ? "PAUSED" : "REC"} ${clock}`]] : [];
    for (const state of on) words.push(["state", state.name === "muted" ? "No sound" : state.name === "averted" ? "Lens away" : "Nothing is recorded"]);
    if (recording && this.#live?.state === "live") words.push(["live", "Live"]);
    if (recording && !this.#lens.hasPicture) words.push(["state", "No picture"]);
    const text = JSON.stringify(words);
    if (this.#badges.dataset.said === text) return;
    this.#badges.dataset.said = text;
    this.#badges.replaceChildren(...words.map(([kind, word]) => make("span", { class: `phone-badge ${kind}` }, word)));
  }

  async #mark(): Promise<void> {
    await this.#recorder?.mark();
    navigator.vibrate?.(60);
    this.#say("ok", "Marked", "");
    setTimeout(() => this.#trouble.querySelector(".tone-ok")?.remove(), 2000);
  }

  async #about(): Promise<HTMLElement> {
    const rows = (await abilities()).map((a) => make("li", { class: a.ok ? "tone-ok" : "tone-warn" }, icon(a.ok ? "check" : "alert", 18), make("div", {}, make("strong", {}, a.name), make("p", {}, a.says))));
    return make("details", { class: "branch phone-about" },
      make("summary", {}, make("span", { class: "branch-name" }, "What this phone can and cannot do")),
      make("div", { class: "branch-body stack" }, make("ul", { class: "phone-able" }, ...rows),
        make("p", { class: "muted" }, `This browser is camera ${this.#self?.serial}. Its key was made here and cannot be read out of the browser. If the phone is lost, have the camera revoked at once.`)));
  }

  #say(tone: "ok" | "warn" | "danger", title: string, detail: string): void {
    this.#trouble.replaceChildren(notice(tone, detail ? { title, detail } : { title }));
  }

  #fail(trouble: unknown): void {
    const refused = trouble instanceof ServerRefused ? { title: "The server refused", detail: trouble.message, code: trouble.code } : { title: "That did not work", detail: trouble instanceof TypeError ? "No connection to the server." : trouble instanceof Error ? trouble.message : String(trouble) };
    this.#trouble.replaceChildren(notice("danger", refused));
  }
}

/** What people read in the list of cameras; no more of the browser's own words than that. */
function modelOf(agent: string): string {
  const device = /iPhone|iPad|Android|Windows|Macintosh|Linux/.exec(agent)?.[0] ?? "Phone";
  const browser = /Firefox\/\d+|FxiOS\/\d+|EdgA?\/\d+|SamsungBrowser\/\d+|CriOS\/\d+|Chrome\/\d+|Version\/\d+(?=.*Safari)/.exec(agent)?.[0] ?? "a browser";
  return `${device}, ${browser.replace("Version", "Safari").replace("/", " ")}`;
}

customElements.define("lapel-phone", Phone);
