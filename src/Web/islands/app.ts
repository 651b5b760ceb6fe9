// The one script of every page. Small islands are in it; large ones come when their element is on the page.
import "./clock.js";
import "./copy.js";
import "./dialog.js";
import "./filter.js";
import "./keyboard.js";
import "./live.js";
import "./menu.js";
import "./moment.js";
import "./theme.js";
import "./time.js";
import "./upload-progress.js";

document.documentElement.classList.add("scripted");

const Large: Record<string, () => Promise<unknown>> = {
  "lapel-live-player": () => import("./live-player.js"),
  "lapel-live-talk": () => import("./live-talk.js"),
  "lapel-live-duty": () => import("./live-duty.js"),
  "lapel-live-push": () => import("./live-push.js"),
  "lapel-live-ring": () => import("./live-ring.js"),
  "lapel-live-forms": () => import("./live-forms.js"),
  "lapel-map": () => import("./map.js"),
  "lapel-lines": () => import("./lines.js"),
  "lapel-phone": () => import("./phone/page.js"),
  "lapel-player": () => import("./player.js"),
  "lapel-strip": () => import("./strip.js"),
  "lapel-verify": () => import("./verify.js"),
  "lapel-watched": () => import("./watched.js"),
};

function load(root: ParentNode): void {
  for (const [name, fetchIt] of Object.entries(Large)) {
    if (!customElements.get(name) && root.querySelector(name)) void fetchIt();
  }
}

load(document);
// A live region may bring an element that the page did not have.
document.addEventListener("lapel:fresh", (event) => load(event.target as Element));
