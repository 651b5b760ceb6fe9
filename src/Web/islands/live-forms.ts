import { make } from "./dom.js";

/**
 * A form inside `<lapel-live-forms>` is sent without leaving the page: live picture and sound must not stop for a line of text. What
 * the answer says of it (a refusal, mostly) is shown; then the page's live regions refresh.
 */
class LiveForms extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("submit", (event) => {
      const form = event.target as HTMLFormElement;
      if (event.defaultPrevented || form.dataset.leaves !== undefined) return;
      event.preventDefault();
      void this.#send(form, (event as SubmitEvent).submitter as HTMLButtonElement | null);
    });
  }

  async #send(form: HTMLFormElement, by: HTMLButtonElement | null): Promise<void> {
    const button = by ?? form.querySelector<HTMLButtonElement>("button[type=submit]");
    if (button?.getAttribute("aria-busy") === "true") return;
    button?.setAttribute("aria-busy", "true");
    form.querySelector(":scope > .act-trouble")?.remove();
    const fields = new FormData(form);
    if (by?.name) fields.set(by.name, by.value);
    try {
      const answer = await fetch(by?.hasAttribute("formaction") ? by.formAction : form.action, { method: "POST", body: new URLSearchParams(fields as never) });
      if (answer.ok) {
        form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>("input[type=text], textarea").forEach((field) => (field.value = ""));
        if (document.activeElement instanceof HTMLElement && form.contains(document.activeElement) && button === document.activeElement) button.blur();
        if (new URL(answer.url).pathname !== location.pathname) location.assign(answer.url);
        else document.dispatchEvent(new CustomEvent("lapel:refresh"));
      } else {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        this.#complain(form, page.querySelector(".notice.tone-danger .notice-words")?.textContent ?? `The server answered ${answer.status}.`);
      }
    } catch {
      this.#complain(form, "The server does not answer. Nothing was sent.");
    } finally {
      button?.removeAttribute("aria-busy");
    }
  }

  #complain(form: HTMLFormElement, words: string): void {
    form.append(make("p", { class: "act-trouble", role: "alert" }, words.replace(/Code .*/, "").trim()));
  }
}

customElements.define("lapel-live-forms", LiveForms);
