import { kindOffered } from "./clip.js";
import { AwakeScreen } from "./lens.js";

/** What this browser gives and does not give, in the words that the page shows. */
export interface Ability {
  name: string;
  ok: boolean;
  says: string;
}

/** Why this browser cannot be a camera at all; null when it can. */
export function whyNotACamera(): string | null {
  if (!isSecureContext) return "This page was opened without TLS, and browsers give the camera to secure pages only. Open it by https.";
  if (!navigator.mediaDevices?.getUserMedia) return "This browser gives web pages no camera.";
  if (kindOffered() === null) return "This browser cannot record (it has no MediaRecorder with a known format). iOS 14.5, Chrome 88, Firefox 90 or newer can.";
  if (!crypto.subtle) return "This browser has no WebCrypto, so it cannot seal what it records.";
  if (typeof indexedDB === "undefined") return "This browser keeps nothing for web pages, perhaps because it is in a private window.";
  if (!navigator.locks) return "This browser is too old: it cannot keep two tabs of this page apart.";
  return null;
}

export async function abilities(): Promise<Ability[]> {
  const kind = kindOffered() ?? "";
  const persisted = (await navigator.storage?.persisted?.()) ?? false;
  const position = (await navigator.permissions?.query({ name: "geolocation" }).catch(() => null))?.state;
  return [
    kind.startsWith("video/mp4")
      ? { name: "Format", ok: true, says: "H.264 in MP4: plays in every browser as it was recorded." }
      : { name: "Format", ok: false, says: "WebM: it is kept as recorded, and the server makes a copy that every browser plays." },
    AwakeScreen.offered
      ? { name: "Screen", ok: true, says: "Stays on while recording. If you lock it yourself, the phone stops its camera: the recording goes on with a gap that is marked." }
      : { name: "Screen", ok: false, says: "This browser cannot keep the screen on. Turn the phone's own lock off while you record: a locked phone records nothing." },
    { name: "Other apps and calls", ok: false, says: "A call or another app in front takes the camera away. Sound or picture then has a gap, marked in the recording; it goes on when you come back." },
    { name: "No network", ok: true, says: "Recording goes on without. What is recorded waits here, sealed, and goes up when there is a network and this page is open." },
    { name: "Page closed", ok: false, says: "A browser sends nothing for a closed page. Open it again: what was cut off is found, at most two seconds of it are lost, and it goes up." },
    persisted
      ? { name: "Storage", ok: true, says: "The browser has promised not to clear it by itself." }
      : { name: "Storage", ok: false, says: "The browser may clear it when the phone is full, and iOS after seven days without a visit. Do not leave recordings waiting." },
    position === "denied"
      ? { name: "Position", ok: false, says: "Not allowed for this page: recordings have no track." }
      : { name: "Position", ok: true, says: "Kept while recording, and at no other time." },
    { name: "Before the press", ok: false, says: "A phone keeps nothing from before you press: it has no buffer." },
  ];
}
