import { make, sentenceOf } from "./dom.js";

interface Trouble {
  line: number;
  column: number;
  sentence: string;
}

/**
 * `<lapel-lines data-check="address">` around a label and a textarea: numbers its lines, follows links with `data-line` into it, and,
 * a moment after typing, asks the address what is wrong. Without this script the page's own list says it after saving.
 */
class Lines extends HTMLElement {
  readonly #numbers = make("pre", { class: "line-numbers", "aria-hidden": "true" });
  readonly #state = make("p", { class: "line-state", role: "status" });
  #area: HTMLTextAreaElement | null = null;
  #count = 0;
  #waiting = 0;
  #asked: AbortController | null = null;

  connectedCallback(): void {
    const area = this.querySelector("textarea");
    if (!area || this.#area) return;
    this.#area = area;
    const frame = make("div", { class: "line-frame" }, this.#numbers);
    area.replaceWith(frame);
    frame.append(area);
    this.append(this.#state);
    area.addEventListener("input", () => this.#typed(area));
    area.addEventListener("scroll", () => { this.#numbers.scrollTop = area.scrollTop; }, { passive: true });
    for (const event of ["keyup", "click"]) area.addEventListener(event, () => this.#where(area));
    document.addEventListener("click", this.#follow);
    this.#number(area);
    this.#where(area);
    if (/^#L\d+$/.test(location.hash)) this.#goTo(Number(location.hash.slice(2)), 1);
  }

  disconnectedCallback(): void {
    document.removeEventListener("click", this.#follow);
  }

  readonly #follow = (event: MouseEvent): void => {
    const link = (event.target as Element).closest<HTMLElement>("a[data-line]");
    if (!link) return;
    event.preventDefault();
    this.#goTo(Number(link.dataset.line), Number(link.dataset.column ?? "1"));
  };

  #goTo(line: number, column: number): void {
    const area = this.#area;
    if (!area) return;
    const lines = area.value.split("\n");
    const at = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
    area.focus();
    area.setSelectionRange(at + column - 1, at + (lines[line - 1]?.length ?? 0));
    const height = area.scrollHeight / lines.length;
    area.scrollTop = Math.max(0, (line - 6) * height);
    area.scrollLeft = 0;
    area.scrollIntoView({ block: "nearest" });
    this.#where(area);
  }

  #typed(area: HTMLTextAreaElement): void {
    this.#number(area);
    clearTimeout(this.#waiting);
    if (this.dataset.check) this.#waiting = setTimeout(() => void this.#ask(area, this.dataset.check!), 900);
  }

  #number(area: HTMLTextAreaElement): void {
    const count = area.value.split("\n").length;
    if (count === this.#count) return;
    this.#count = count;
    this.#numbers.textContent = Array.from({ length: count }, (_, i) => i + 1).join("\n");
    this.#numbers.scrollTop = area.scrollTop;
  }

  #where(area: HTMLTextAreaElement): void {
    if (this.#state.dataset.said) return;
    const before = area.value.slice(0, area.selectionStart).split("\n");
    this.#state.textContent = `Line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
  }

  async #ask(area: HTMLTextAreaElement, address: string): Promise<void> {
    this.#asked?.abort();
    this.#asked = new AbortController();
    try {
      const answer = await fetch(new URL(address, document.baseURI), {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ text: area.value }),
        signal: this.#asked.signal,
      });
      if (answer.ok) this.#say((await answer.json()) as Trouble[]);
      else this.#sayText((await sentenceOf(answer)).detail ?? "It could not be checked.");
    } catch (wrong) {
      if (!(wrong instanceof DOMException && wrong.name === "AbortError")) this.#sayText("The server does not answer; saving will say what is wrong.");
    }
  }

  #sayText(text: string): void {
    this.#state.dataset.said = "yes";
    this.#state.textContent = text;
  }

  #say(troubles: Trouble[]): void {
    const first = troubles[0];
    if (!first) return this.#sayText("Nothing is wrong with it.");
    this.#sayText("");
    this.#state.append(
      make("a", { href: `#L${first.line}`, "data-line": `${first.line}`, "data-column": `${first.column}` }, `Line ${first.line}, column ${first.column}`),
      ` ${first.sentence}${troubles.length > 1 ? ` And ${troubles.length - 1} more.` : ""}`);
  }
}

customElements.define("lapel-lines", Lines);
