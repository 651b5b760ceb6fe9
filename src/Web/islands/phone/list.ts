import { icon, make } from "../dom.js";
import { sizeOf } from "../upload-progress.js";
import type { Kept, Self, Store } from "./store.js";
import type { Progress } from "./upload.js";

const MostShown = 12;

/** What is on this phone and what became of it, newest first, and how the upload goes. */
export class KeptList {
  readonly element = make("section", { class: "phone-kept", "aria-label": "Recordings of this phone" });
  readonly #upload = make("p", { class: "phone-upload", role: "status" });
  readonly #rows = make("ul", { class: "phone-rows" });
  #drawn = "";
  #drawing = false;
  #again: Progress | null = null;

  constructor(
    readonly store: Store,
    readonly self: Self,
  ) {
    this.element.append(this.#upload, this.#rows);
  }

  show(progress: Progress): void {
    this.#again = progress;
    if (this.#drawing) return;
    this.#drawing = true;
    void this.#draw().finally(() => (this.#drawing = false));
  }

  async #draw(): Promise<void> {
    while (this.#again) {
      const progress = this.#again;
      this.#again = null;
      const all = (await this.store.recordings()).filter((r) => r.phase !== "open").reverse();
      const waiting = all.filter((r) => r.phase === "signed").length;
      this.element.dataset.waiting = String(waiting);
      const says = progress.trouble ?? (waiting === 0 ? (all.length === 0 ? "Nothing is waiting on this phone." : "All that was recorded is in the agency's custody, and gone from this phone.")
        : `${waiting} ${waiting === 1 ? "recording goes" : "recordings go"} up${progress.waitingBytes > 0 ? `: ${sizeOf(progress.waitingBytes)} to go` : ""}.`);
      const tone = progress.trouble ? "warn" : waiting > 0 ? "info" : "ok";
      if (this.#upload.textContent !== says) {
        this.#upload.className = `phone-upload tone-${tone}`;
        this.#upload.replaceChildren(icon(progress.trouble ? "alert" : waiting > 0 ? "upload" : "check", 18), make("span", {}, says));
      }
      const drawn = JSON.stringify(all.map((r) => [r.facts.id, r.phase]));
      if (drawn === this.#drawn) continue;
      this.#drawn = drawn;
      this.#rows.replaceChildren(...all.slice(0, MostShown).map(row));
    }
  }
}

function row(kept: Kept): HTMLElement {
  const begun = new Date(kept.facts.activatedAt);
  const length = Math.max(0, Math.round(((kept.facts.endedAt ?? kept.facts.lastAt) - kept.facts.activatedAt) / 1000));
  const when = `${begun.toLocaleDateString(undefined, { day: "numeric", month: "short" })} ${begun.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" })}`;
  const [tone, state] = stateOf(kept);
  return make("li", { "data-recording": kept.facts.id, "data-phase": kept.phase },
    make("div", {}, kept.phase === "admitted" ? make("a", { href: `recordings/${kept.facts.id}` }, when) : make("strong", {}, when), make("span", { class: "muted" }, ` ${Math.floor(length / 60)} min ${length % 60} s`)),
    make("span", { class: `badge tone-${tone}` }, state),
    kept.refused ? make("p", { class: "muted" }, kept.refused.why) : null);
}

function stateOf(kept: Kept): [string, string] {
  switch (kept.phase) {
    case "admitted":
      return ["ok", kept.facts.endedAt === undefined ? "Cut off; in custody" : "In custody"];
    case "refused":
      return ["danger", "Refused; kept here too"];
    case "empty":
      return ["neutral", "Cut off before the first picture"];
    default:
      return ["info", kept.facts.endedAt === undefined ? "Cut off; waiting" : "Waiting"];
  }
}
