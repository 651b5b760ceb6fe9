import { icon, make } from "./dom.js";

/** `<lapel-copy data-text>`: adds a button that copies the text. */
class Copy extends HTMLElement {
  connectedCallback(): void {
    if (this.querySelector("button")) return;
    const button = make("button", { type: "button", "aria-label": "Copy", title: "Copy", onclick: () => void this.#copy(button) }, icon("copy", 13));
    this.append(button);
  }

  async #copy(button: HTMLButtonElement): Promise<void> {
    const text = this.dataset.text ?? "";
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Over plain HTTP the clipboard is closed: select the whole text instead, so that the keyboard can copy it.
      const whole = this.querySelector("code");
      if (!whole) return;
      whole.textContent = text;
      getSelection()?.selectAllChildren(whole);
      return;
    }
    button.replaceChildren(icon("check", 13));
    button.classList.add("done");
    button.setAttribute("aria-label", "Copied");
    setTimeout(() => {
      button.replaceChildren(icon("copy", 13));
      button.classList.remove("done");
      button.setAttribute("aria-label", "Copy");
    }, 1600);
  }
}

customElements.define("lapel-copy", Copy);
