import { icon, make } from "./dom.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const root = document.documentElement;

/**
 * `<lapel-theme>`: a button between light and dark. The choice is a cookie, which the server reads to send the page in the right
 * colours; choosing what the system has anyway forgets it.
 */
class Theme extends HTMLElement {
  connectedCallback(): void {
    const button = make("button", { type: "button", class: "button icon-only quiet", onclick: () => this.#turn(button) });
    this.replaceChildren(button);
    this.#show(button);
    dark.addEventListener("change", () => this.#show(button));
  }

  get #isDark(): boolean {
    return root.dataset.theme ? root.dataset.theme === "dark" : dark.matches;
  }

  #turn(button: HTMLButtonElement): void {
    const next = this.#isDark ? "light" : "dark";
    const asSystem = (next === "dark") === dark.matches;
    if (asSystem) delete root.dataset.theme;
    else root.dataset.theme = next;
    document.cookie = `lapel-theme=${asSystem ? "" : next}; path=/; samesite=lax; max-age=${asSystem ? 0 : 31_536_000}`;
    this.#show(button);
    document.dispatchEvent(new CustomEvent("lapel:theme"));
  }

  #show(button: HTMLButtonElement): void {
    const label = this.#isDark ? "Light colours" : "Dark colours";
    button.replaceChildren(icon(this.#isDark ? "sun" : "moon", 18));
    button.setAttribute("aria-label", label);
    button.title = label;
  }
}

customElements.define("lapel-theme", Theme);
