import { icon, make } from "./dom.js";
import { LiveConnection, Refused, formWith, pauseBefore, read, type Way } from "./webrtc.js";

const Loud = 0.01; // RMS of full scale: speech at arm's length is several times this, a quiet room far less

/**
 * `<lapel-live-talk data-ways data-speaks>`: one big button that turns the microphone on and off. The connection stays while it is off, so
 * that the next word is heard at once. The first sound is told to data-speaks, for the time from press to first words.
 */
class LiveTalk extends HTMLElement {
  readonly #button = make("button", { class: "big primary", type: "button", "aria-pressed": "false", onclick: () => void this.#press() });
  readonly #words = make("p", { class: "act-trouble", role: "alert" });
  #stream: MediaStream | null = null;
  #connection: LiveConnection | null = null;
  #attempt = 0;
  #retry = 0;
  #told = false;
  #gone = false;

  connectedCallback(): void {
    this.#gone = false;
    this.#show(false);
    this.replaceChildren(this.#button, this.#words);
    addEventListener("pagehide", this.#leave);
  }

  disconnectedCallback(): void {
    removeEventListener("pagehide", this.#leave);
    this.#leave();
  }

  #leave = (): void => {
    this.#gone = true;
    clearTimeout(this.#retry);
    this.#connection?.close();
    this.#stream?.getTracks().forEach((track) => track.stop());
  };

  async #press(): Promise<void> {
    this.#words.textContent = "";
    if (this.#stream) {
      const on = !this.#stream.getAudioTracks()[0]?.enabled;
      this.#stream.getAudioTracks().forEach((track) => (track.enabled = on));
      return this.#show(on);
    }
    try {
      this.#stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
    } catch {
      this.#words.textContent = "The browser gives no microphone. Allow it for this page, or use advice and chat.";
      return;
    }
    this.#show(true);
    this.#listen(this.#stream);
    await this.#connect();
  }

  async #connect(): Promise<void> {
    if (this.#gone || !this.#stream) return;
    try {
      const ways = await read<{ talk: Way }>(this.dataset.ways ?? "");
      this.#connection = await LiveConnection.publish(ways.talk, this.#stream, () => this.#again());
      this.#attempt = 0;
      this.dataset.state = "heard";
    } catch (trouble) {
      if (trouble instanceof Refused && [401, 403, 404].includes(trouble.status)) {
        this.dataset.state = "ended";
        this.#words.textContent = trouble.message;
      } else this.#again();
    }
  }

  #again(): void {
    this.#connection?.close();
    this.#connection = null;
    this.dataset.state = "waiting";
    if (!this.#gone) this.#retry = setTimeout(() => void this.#connect(), pauseBefore(++this.#attempt));
  }

  #listen(stream: MediaStream): void {
    const audio = new AudioContext();
    const meter = audio.createAnalyser();
    audio.createMediaStreamSource(stream).connect(meter);
    const samples = new Float32Array(meter.fftSize);
    const look = setInterval(() => {
      meter.getFloatTimeDomainData(samples);
      const loud = Math.sqrt(samples.reduce((sum, s) => sum + s * s, 0) / samples.length) > Loud;
      this.#button.classList.toggle("loud", loud);
      if (loud && !this.#told && this.dataset.state === "heard" && this.dataset.speaks) {
        this.#told = true;
        void fetch(new URL(this.dataset.speaks, document.baseURI), { method: "POST", body: formWith({}) });
      }
      if (this.#gone) {
        clearInterval(look);
        void audio.close();
      }
    }, 100);
  }

  #show(on: boolean): void {
    this.#button.setAttribute("aria-pressed", String(on));
    this.#button.replaceChildren(icon(on ? "mic" : "mic-off", 24), on ? "You are heard" : this.#stream ? "Muted: press to talk" : "Talk");
  }
}

customElements.define("lapel-live-talk", LiveTalk);
