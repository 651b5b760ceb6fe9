import { icon, make, notice, sentenceOf } from "./dom.js";

interface Check {
  name: string;
  ok: boolean;
  text?: string;
}

const pause = (ms: number): Promise<void> => new Promise((go) => setTimeout(go, matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : ms));

/**
 * `<lapel-verify data-href>` around a POST form: sends it without leaving the page and lists each check as it arrives, then the
 * verdict. It only repeats what the server found.
 */
class Verify extends HTMLElement {
  connectedCallback(): void {
    this.querySelector("form")?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#run(event.target as HTMLFormElement);
    });
  }

  async #run(form: HTMLFormElement): Promise<void> {
    const button = form.querySelector("button");
    const list = this.querySelector<HTMLOListElement>("ol.checks");
    if (!button || !list || button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    this.querySelector(":scope > .notice")?.remove();
    list.replaceChildren();
    list.hidden = false;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form) as never), headers: { accept: "application/x-ndjson, application/json" } });
      if (!answer.ok || !answer.body) {
        list.after(notice("danger", await sentenceOf(answer)));
        return;
      }
      let good = 0;
      let bad = 0;
      for await (const check of checksOf(answer)) {
        list.append(this.#row(check));
        if (check.ok) good++;
        else bad++;
        await pause(120);
      }
      const verdict = bad > 0 ? `${bad} of ${good + bad} checks failed` : good > 0 ? `All ${good} checks passed` : "Nothing was checked";
      const tone = bad > 0 || good === 0 ? "danger" : "ok";
      list.append(make("li", { class: `verdict-row tone-${tone}` }, icon(tone === "ok" ? "check" : "alert", 18), make("span", { class: "verdict" }, verdict)));
      this.dispatchEvent(new CustomEvent("lapel:verified", { bubbles: true, detail: { good, bad } }));
    } catch {
      list.after(notice("danger", { title: "The checks did not finish", detail: "The connection to the server was lost. Nothing was changed; try again." }));
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  #row(check: Check): HTMLElement {
    return make("li", { class: check.ok ? "tone-ok" : "tone-danger" },
      icon(check.ok ? "check" : "x", 18),
      make("div", {},
        make("span", { class: "check-name" }, check.name), make("span", { class: "unseen" }, check.ok ? " passed" : " failed"),
        check.text ? make("p", { class: "check-text" }, check.text) : null));
  }
}

/** One check a line as they come, or all of them in one object. */
async function* checksOf(answer: Response): AsyncGenerator<Check> {
  if (!answer.headers.get("content-type")?.includes("ndjson")) {
    yield* ((await answer.json()) as { checks: Check[] }).checks;
    return;
  }
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    rest += value ?? "";
    const lines = rest.split("\n");
    rest = done ? "" : (lines.pop() ?? "");
    for (const line of lines) if (line.trim()) yield JSON.parse(line) as Check;
    if (done) return;
  }
}

customElements.define("lapel-verify", Verify);
