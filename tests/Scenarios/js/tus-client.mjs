// Uploads a file with tus-js-client, breaking off once on the way and going on in a new client from the stored URL, as a dock does that
// was unplugged. Prints the upload's URL.
//
// node tus-client.mjs ENDPOINT TOKEN FILE METADATA [ABORT_AT_BYTES] [CHUNK_BYTES]
//   ENDPOINT  …/api/v1/uploads       TOKEN  the camera session's
//   METADATA  JSON: {"recording": "…", "clip": "…", "number": "1", "wrapped-key": "…"}
import { readFile } from "node:fs/promises";
import * as tus from "tus-js-client";

const [endpoint, token, file, metadata, abortAt = "0", chunk = "262144"] = process.argv.slice(2);
const bytes = await readFile(file);

function upload(more) {
  return new Promise((resolve, reject) => {
    const one = new tus.Upload(bytes, {
      endpoint,
      metadata: JSON.parse(metadata),
      headers: { Authorization: `Bearer ${token}` },
      chunkSize: Number(chunk),
      retryDelays: [0, 500, 1000, 2000, 4000],
      storeFingerprintForResuming: false,
      onError: reject,
      onSuccess: () => resolve({ url: one.url, done: true }),
      onChunkComplete: (_, sent) => more.onSent?.(one, sent, resolve),
      ...more.options,
    });
    one.start();
  });
}

let broken = false;
const first = await upload({
  onSent: (one, sent, resolve) => {
    if (!broken && Number(abortAt) > 0 && sent >= Number(abortAt)) {
      broken = true;
      one.abort().then(() => resolve({ url: one.url, done: false }));
    }
  },
});
const last = first.done ? first : await upload({ options: { uploadUrl: first.url } });
console.log(last.url);
