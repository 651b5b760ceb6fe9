import { isTyping } from "./dom.js";

// Keys of every page. A player on the page handles its own first and stops what it takes.

function rows(): HTMLAnchorElement[] {
  return [...document.querySelectorAll<HTMLAnchorElement>("main a.row-link, main a.cover-link")].filter((a) => a.checkVisibility());
}

function step(by: number): void {
  const links = rows();
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  const next = links[at < 0 ? (by > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || document.querySelector("dialog[open]")) return;
  const follow = (selector: string): void => document.querySelector<HTMLAnchorElement>(selector)?.click();
  switch (event.key) {
    case "/": {
      const search = document.querySelector<HTMLInputElement>("[data-key='/']");
      if (!search) return;
      search.focus();
      search.select();
      break;
    }
    case "?": {
      const help = document.getElementById("keyboard-help");
      if (!(help instanceof HTMLDialogElement)) return;
      help.showModal();
      break;
    }
    case "j": step(1); break;
    case "k": step(-1); break;
    case "[": follow(".pager a[rel=prev]"); break;
    case "]": follow(".pager a[rel=next]"); break;
    default: return;
  }
  event.preventDefault();
});

// A row is as clickable as its first link, but text in it can still be selected and its other controls still work.
document.addEventListener("click", (event) => {
  const target = event.target as Element;
  if (event.defaultPrevented || target.closest("a, button, input, select, label, summary, lapel-copy") || getSelection()?.toString()) return;
  const link = target.closest("tbody tr")?.querySelector<HTMLAnchorElement>("a.row-link");
  if (!link) return;
  if (event.ctrlKey || event.metaKey) open(link.href, "_blank", "noopener");
  else link.click();
});
