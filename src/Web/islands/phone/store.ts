import type { Bytes } from "./bytes.js";
import type { SigningKey } from "./envelope.js";
import type { ClipFacts, Officer, RecordingFacts } from "./manifest.js";
import type { Receipt } from "./receipt.js";

/** This browser as a camera of the agency: what it was told at enrolment and pins from then on. */
export interface Self {
  camera: string;
  serial: string;
  agencyName: string;
  evidenceSpki: Bytes;
  logKey: string;
  key: SigningKey;
  /** Whose phone it is, by its last session. */
  officer?: Officer;
  /** The chain of manifests: number and digest of the last one that was signed. */
  sequence: number;
  previous: string | null;
}

export type Phase =
  /** Being made, or cut off and not yet found. */
  | "open"
  /** Its manifest is signed; clips go up, then the manifest. */
  | "signed"
  /** The receipt holds and the clips are gone from here. */
  | "admitted"
  /** The server keeps it in quarantine; the clips stay here. */
  | "refused"
  /** It ended before the first picture was kept. */
  | "empty";

export interface Kept {
  facts: RecordingFacts;
  phase: Phase;
  envelope?: Bytes;
  manifest?: string;
  receipt?: Receipt;
  refused?: { code: string; why: string };
  freedBytes?: number;
}

const Stores = ["self", "recordings", "clips", "pieces"] as const;

type StoreName = (typeof Stores)[number];

/**
 * Everything that the phone keeps, in IndexedDB: every browser has it, and sealed bytes and what is known of them go in together or
 * not at all. "strict" asks the browser to wait for the disk; whether the phone's disk tells the truth nobody here can say.
 */
export class Store {
  private constructor(readonly database: IDBDatabase) {}

  /** One for each agency, named by its address: agencies on one server know nothing of each other here either. */
  static open(agency: string): Promise<Store> {
    return new Promise((done, fail) => {
      const asked = indexedDB.open(`lapel-phone ${agency}`, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("self");
        asked.result.createObjectStore("recordings", { keyPath: "facts.id" });
        asked.result.createObjectStore("clips", { keyPath: "id" }).createIndex("of", ["recording", "number"]);
        asked.result.createObjectStore("pieces"); // [clip, offset of its first sealed byte] → sealed bytes
      };
      asked.onsuccess = () => done(new Store(asked.result));
      asked.onerror = () => fail(asked.error ?? new Error("The browser's storage does not open."));
    });
  }

  /** Several changes as one: all are on disk when it answers, or none ever will be. */
  async change(write: (on: (store: StoreName) => IDBObjectStore) => void): Promise<void> {
    const work = this.database.transaction(Stores, "readwrite", { durability: "strict" });
    const ended = new Promise<void>((done, fail) => {
      work.oncomplete = () => done();
      work.onabort = () => fail(work.error ?? new Error("The phone could not keep it."));
    });
    write((store) => work.objectStore(store));
    await ended;
  }

  async self(): Promise<Self | null> {
    return (await this.#read<Self | undefined>("self", (on) => on.get("camera"))) ?? null;
  }

  keepSelf(self: Self): Promise<void> {
    return this.change((on) => on("self").put(self, "camera"));
  }

  /** The reasons of the policy as they were read last; null when they never were. */
  async reasons<T>(): Promise<T | null> {
    return (await this.#read<T | undefined>("self", (on) => on.get("reasons"))) ?? null;
  }

  /** In the order in which they were made: ids count up with time. */
  recordings(): Promise<Kept[]> {
    return this.#read("recordings", (on) => on.getAll());
  }

  recording(id: string): Promise<Kept | undefined> {
    return this.#read("recordings", (on) => on.get(id));
  }

  clipsOf(recording: string): Promise<ClipFacts[]> {
    return this.#read("clips", (on) => on.index("of").getAll(IDBKeyRange.bound([recording, 0], [recording, Infinity])));
  }

  /** Sealed bytes of a clip from an offset on, at least one piece and about as many as asked for; empty at the end. */
  bytes(clip: string, offset: number, about: number): Promise<Bytes[]> {
    return new Promise((done, fail) => {
      const pieces: Bytes[] = [];
      let taken = 0;
      const on = this.database.transaction("pieces").objectStore("pieces");
      const before = on.openKeyCursor(IDBKeyRange.bound([clip, 0], [clip, offset]), "prev");
      before.onerror = () => fail(before.error ?? new Error("The phone's storage could not be read."));
      before.onsuccess = () => {
        if (!before.result) return done([]);
        const cursor = on.openCursor(IDBKeyRange.bound(before.result.key, [clip, Infinity]));
        cursor.onerror = () => fail(cursor.error ?? new Error("The phone's storage could not be read."));
        cursor.onsuccess = () => {
          const here = cursor.result;
          if (!here || taken >= about) return done(pieces);
          const at = (here.key as [string, number])[1];
          const piece = (here.value as Bytes).slice(Math.max(0, offset - at));
          if (piece.length > 0) pieces.push(piece);
          taken += piece.length;
          here.continue();
        };
      };
    });
  }

  #read<T>(store: StoreName, ask: (on: IDBObjectStore) => IDBRequest): Promise<T> {
    return new Promise((done, fail) => {
      const asked = ask(this.database.transaction(store).objectStore(store));
      asked.onsuccess = () => done(asked.result as T);
      asked.onerror = () => fail(asked.error ?? new Error("The phone's storage could not be read."));
    });
  }
}
