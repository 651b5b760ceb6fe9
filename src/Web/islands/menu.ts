/** `<lapel-menu>` around a details element: closes on Escape, on a click elsewhere and after a choice; arrows move. */
class Menu extends HTMLElement {
  connectedCallback(): void {
    const details = this.querySelector("details");
    if (!details) return;
    const items = (): HTMLElement[] => [...details.querySelectorAll<HTMLElement>(".menu-items :is(a, button)")];
    const close = (): void => {
      details.open = false;
    };
    details.addEventListener("toggle", () => {
      if (details.open) document.addEventListener("pointerdown", outside);
      else document.removeEventListener("pointerdown", outside);
    });
    const outside = (event: Event): void => {
      if (!details.contains(event.target as Node)) close();
    };
    details.addEventListener("keydown", (event) => {
      const at = items().indexOf(document.activeElement as HTMLElement);
      if (event.key === "Escape" && details.open) {
        close();
        details.querySelector("summary")?.focus();
      } else if (details.open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
        const list = items();
        list[(at + (event.key === "ArrowDown" ? 1 : list.length - 1 + (at < 0 ? 1 : 0))) % list.length]?.focus();
      } else return;
      event.preventDefault();
      event.stopPropagation();
    });
    details.addEventListener("click", (event) => {
      if ((event.target as Element).closest(".menu-items a")) close();
    });
  }
}

customElements.define("lapel-menu", Menu);
