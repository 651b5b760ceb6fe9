// Bundles look/ and islands/ into wwwroot/: plain files that the server sends, with a Brotli and a gzip copy of each beside it.
import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

// One machine's hls.js is 370 KB before compression, so the limit holds for what travels. The map is apart: only pages that show one fetch it.
const ScriptLimitBytes = 300_000;
const MapLimitBytes = 450_000;
const out = "wwwroot";

const shared = {
  bundle: true,
  minify: true,
  outdir: out,
  logLevel: "warning",
  target: ["chrome123", "firefox121", "safari17.5"],
  legalComments: "linked",
};
const styles = { ...shared, entryPoints: { app: "look/app.css" }, loader: { ".woff2": "file" }, assetNames: "fonts/[name]-[hash]" };
const scripts = {
  ...shared,
  entryPoints: { "islands/app": "islands/app.ts", "islands/map-worker": "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs" },
  format: "esm",
  splitting: true,
  chunkNames: "islands/[name]-[hash]",
};

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

if (process.argv.includes("--watch")) {
  for (const options of [styles, scripts]) await (await esbuild.context({ ...options, minify: false })).watch();
} else {
  await Promise.all([esbuild.build(styles), esbuild.build(scripts)]);
}
await copyFile("look/mark.svg", join(out, "mark.svg"));

let scriptBytes = 0;
let mapBytes = 0;
const digests = {};
for (const name of (await readdir(out, { recursive: true })).sort()) {
  if (!/\.(css|js|svg|txt)$/.test(name)) continue;
  const content = await readFile(join(out, name));
  const small = brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  await writeFile(join(out, `${name}.br`), small);
  await writeFile(join(out, `${name}.gz`), gzipSync(content, { level: 9 })); // browsers take Brotli over TLS only
  digests[name] = { sha256: createHash("sha256").update(content).digest("hex"), bytes: content.length, brotliBytes: small.length };
  if (!name.endsWith(".js")) continue;
  if (/^islands\/map-/.test(name)) mapBytes += small.length;
  else scriptBytes += small.length;
}
await writeFile(join(out, "files.json"), JSON.stringify(digests, null, 2) + "\n");

console.log(`wwwroot: ${scriptBytes.toLocaleString("en")} bytes of script in all, compressed (limit ${ScriptLimitBytes.toLocaleString("en")}), and ${mapBytes.toLocaleString("en")} of the map (limit ${MapLimitBytes.toLocaleString("en")})`);
if (scriptBytes > ScriptLimitBytes || mapBytes > MapLimitBytes) {
  console.error("The islands have grown past their limit.");
  process.exit(1);
}
