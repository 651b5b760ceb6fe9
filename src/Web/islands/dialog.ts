import { make } from "./dom.js";

/**
 * `<lapel-dialog data-title data-text data-confirm data-tone data-type>` around a form: asks before the form is sent.
 * Without this script the form is simply sent and the server decides.
 */
class ConfirmDialog extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("submit", (event) => {
      const form = event.target as HTMLFormElement;
      if (form.method === "dialog" || form.dataset.confirmed === "yes") return;
      event.preventDefault();
      this.#ask(form, (event as SubmitEvent).submitter);
    });
  }

  #ask(form: HTMLFormElement, submitter: HTMLElement | null): void {
    const danger = this.dataset.tone === "danger";
    const word = this.dataset.type;
    const go = make("button", { class: `button primary ${danger ? "danger" : ""}`, value: "yes", disabled: !!word }, this.dataset.confirm ?? "Continue");
    const typed = word
      ? make("input", { id: "confirm-word", autocomplete: "off", spellcheck: "false", oninput: () => { go.disabled = typed?.value.trim() !== word; } })
      : null;
    const dialog = make("dialog", { class: "dialog", "aria-labelledby": "confirm-title" },
      make("form", { method: "dialog" },
        make("header", { class: "dialog-head" }, make("h2", { id: "confirm-title" }, this.dataset.title ?? "Are you sure?")),
        make("div", { class: "dialog-body" },
          this.dataset.text ? make("p", {}, this.dataset.text) : null,
          typed && word ? make("div", { class: "field" }, make("label", { for: "confirm-word" }, `Type ${word} to go on`), typed) : null),
        make("div", { class: "dialog-end" }, make("button", { class: "button", value: "no", autofocus: danger, formnovalidate: true }, "Cancel"), go)));
    dialog.addEventListener("close", () => {
      const yes = dialog.returnValue === "yes";
      dialog.remove();
      if (!yes) return;
      form.dataset.confirmed = "yes";
      form.requestSubmit(submitter instanceof HTMLButtonElement || submitter instanceof HTMLInputElement ? submitter : null);
      delete form.dataset.confirmed;
    });
    document.body.append(dialog);
    dialog.showModal();
    typed?.focus();
  }
}

customElements.define("lapel-dialog", ConfirmDialog);

// Any button with data-open="ID" opens the dialog of that id.
document.addEventListener("click", (event) => {
  const opener = (event.target as Element).closest<HTMLElement>("[data-open]");
  const dialog = opener && document.getElementById(opener.dataset.open ?? "");
  if (dialog instanceof HTMLDialogElement) dialog.showModal();
  // A click on the backdrop reaches the dialog itself.
  else if (event.target instanceof HTMLDialogElement) event.target.close();
});
