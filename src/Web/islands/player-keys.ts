import { isTyping } from "./dom.js";

/** What the keyboard can ask of a player. */
export interface Playable extends HTMLElement {
  readonly wishedMs: number;
  readonly durationMs: number;
  seek(ms: number): void;
  toggle(): void;
  mute(): void;
  frame(by: number): void;
  faster(by: number): void;
  toMark(by: number): void;
  fullScreen(): void;
  copyLink(): void;
}

const Jump = 10_000;
const Step = 5_000;

/** Handles one key for the page's player; what it takes, no one else on the page sees. */
export function playerKey(player: Playable, event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || document.querySelector("dialog[open]")) return;
  const target = event.target as Element;
  const onControl = target.closest?.("button, a, summary") != null;
  const inside = player.contains(target);
  switch (event.key) {
    case " ": if (onControl) return; player.toggle(); break;
    case "k": player.toggle(); break;
    case "j": player.seek(player.wishedMs - Jump); break;
    case "l": player.seek(player.wishedMs + Jump); break;
    case "ArrowLeft": player.seek(player.wishedMs - Step); break;
    case "ArrowRight": player.seek(player.wishedMs + Step); break;
    // Elsewhere the up and down arrows scroll the page.
    case "ArrowUp": if (!inside) return; player.toMark(-1); break;
    case "ArrowDown": if (!inside) return; player.toMark(1); break;
    case ",": player.frame(-1); break;
    case ".": player.frame(1); break;
    case "<": player.faster(-1); break;
    case ">": player.faster(1); break;
    case "m": player.mute(); break;
    case "f": player.fullScreen(); break;
    case "c": player.copyLink(); break;
    case "Home": player.seek(0); break;
    case "End": player.seek(player.durationMs); break;
    default: return;
  }
  event.preventDefault();
}
