import { icon, make } from "./dom.js";

/** `<lapel-moment data-for>`: a button that writes the player's present second into the field with that id. */
class Moment extends HTMLElement {
  connectedCallback(): void {
    if (this.querySelector("button")) return;
    this.append(make("button", { type: "button", class: "button", onclick: () => this.#take() }, icon("bookmark"), "Take the player's"));
  }

  #take(): void {
    const video = document.querySelector<HTMLVideoElement>("lapel-player video");
    const field = document.getElementById(this.dataset.for ?? "");
    if (!video || !(field instanceof HTMLInputElement)) return;
    const seconds = Math.floor(video.currentTime);
    field.value = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    field.focus();
  }
}

customElements.define("lapel-moment", Moment);
