import { digestOf } from "./digest.js";
import { sign } from "./envelope.js";
import type { ClipFacts } from "./manifest.js";
import { manifestOf, PayloadType } from "./manifest.js";
import type { Self, Store } from "./store.js";

/**
 * Signs what is kept of a recording, as the next of the phone's chain. Manifest and chain are kept together before anything is sent:
 * a crash before that signs the same place of the chain again, and nobody has seen the first.
 */
export async function signRecording(store: Store, self: Self, id: string): Promise<void> {
  const kept = await store.recording(id);
  if (!kept || kept.phase !== "open") return;
  const clips = (await store.clipsOf(id)).filter((c) => c.sealedLengthBytes > 0);
  const gone = (await store.clipsOf(id)).filter((c) => c.sealedLengthBytes === 0);
  if (clips.length === 0) {
    await store.change((on) => {
      on("recordings").put({ ...kept, phase: "empty" });
      for (const clip of gone) on("clips").delete(clip.id);
    });
    return;
  }
  const sequence = self.sequence + 1;
  const envelope = await sign(PayloadType, manifestOf(kept.facts, clips, sequence, self.previous), self.key);
  const manifest = await digestOf(envelope);
  await store.change((on) => {
    on("recordings").put({ ...kept, phase: "signed", envelope, manifest });
    for (const clip of gone) on("clips").delete(clip.id);
    on("self").put({ ...self, sequence, previous: manifest }, "camera");
  });
  self.sequence = sequence;
  self.previous = manifest;
}

/**
 * What a closed tab, an emptied battery or a crash left open. The clip that was being written ends at its last whole segment: its
 * key is gone with the page, so nobody here can add to it. The manifest says so.
 * @returns how many were found.
 */
export async function closeWhatWasCut(store: Store, self: Self): Promise<number> {
  let found = 0;
  for (const kept of (await store.recordings()).filter((r) => r.phase === "open")) {
    await signRecording(store, self, kept.facts.id);
    found++;
  }
  return found;
}

/** Frees a recording's clips. Only for one whose receipt was checked; the receipt is kept before the first byte goes. */
export async function free(store: Store, id: string): Promise<void> {
  const kept = await store.recording(id);
  if (!kept?.receipt) throw new Error("Clips are never freed before the receipt is kept.");
  const clips: ClipFacts[] = await store.clipsOf(id);
  await store.change((on) => {
    for (const clip of clips) {
      on("pieces").delete(IDBKeyRange.bound([clip.id, 0], [clip.id, Infinity]));
      on("clips").delete(clip.id);
    }
    on("recordings").put({ ...kept, phase: "admitted", freedBytes: clips.reduce((sum, c) => sum + c.sealedLengthBytes, 0) });
  });
}
