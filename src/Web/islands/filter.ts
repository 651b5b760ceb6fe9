/**
 * `<lapel-filter>` around a GET form: sends it when a choice changes, or a moment after typing. Empty fields stay out of the
 * address, so that a filter is a short link one can keep.
 */
class Filter extends HTMLElement {
  #waiting = 0;

  connectedCallback(): void {
    const form = this.querySelector("form");
    if (!form) return;
    form.addEventListener("change", () => this.#go(form));
    form.addEventListener("input", (event) => {
      if (!(event.target instanceof HTMLInputElement) || !/^(text|search)$/.test(event.target.type)) return;
      clearTimeout(this.#waiting);
      this.#waiting = setTimeout(() => this.#go(form), 600);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#go(form);
    });
  }

  #go(form: HTMLFormElement): void {
    clearTimeout(this.#waiting);
    const wanted = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && value.trim() !== "") wanted.append(name, value.trim());
    }
    const target = new URL(form.action, document.baseURI);
    target.search = wanted.toString();
    if (target.href === location.href) return;
    this.setAttribute("aria-busy", "true");
    location.assign(target);
  }
}

customElements.define("lapel-filter", Filter);

// Back from the next page, the browser may show this one as it was left.
addEventListener("pageshow", () => document.querySelectorAll("lapel-filter[aria-busy]").forEach((e) => e.removeAttribute("aria-busy")));
