// Checks the colour pairs that carry text against WCAG 2 AA (4.5), and those that only mark a control's edge (3), in both schemes.
import { readFile } from "node:fs/promises";

const css = await readFile(new URL("look/tokens.css", import.meta.url), "utf8");
const schemes = { light: {}, dark: {} };
for (const [, name, value] of css.matchAll(/--([\w-]+):\s*([^;]+);/g)) {
  const pair = /^light-dark\((#\w+), (#\w+)\)$/.exec(value);
  if (pair) [schemes.light[name], schemes.dark[name]] = [pair[1], pair[2]];
  else if (/^#\w+$/.test(value)) schemes.light[name] = schemes.dark[name] = value;
}

const text = [
  ...["ink", "muted", "faint", "accent"].flatMap((ink) => ["paper", "surface", "raised", "hover", "sunken"].map((on) => [ink, on])),
  ...["ok", "warn", "danger"].flatMap((tone) => [[tone, `${tone}-wash`], [tone, "surface"]]),
  ["accent", "accent-wash"], ["muted", "neutral-wash"], ["on-accent", "accent"], ["on-accent", "accent-strong"],
  ...["ok-wash", "warn-wash", "danger-wash", "accent-wash"].flatMap((on) => [["ink", on], ["muted", on]]),
  ["bar-ink", "bar"], ["bar-muted", "bar"], ["bar-muted", "bar-field"],
];
const edges = [["control-line", "surface"], ["accent", "surface"], ["accent", "paper"]];

const part = (hex, at) => parseInt(hex.slice(at, at + 2), 16) / 255;
const linear = (c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
const luminance = (hex) => 0.2126 * linear(part(hex, 1)) + 0.7152 * linear(part(hex, 3)) + 0.0722 * linear(part(hex, 5));
const contrast = (a, b) => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
};

let bad = 0;
for (const [scheme, colours] of Object.entries(schemes)) {
  for (const [pairs, least] of [[text, 4.5], [edges, 3]]) {
    for (const [ink, on] of pairs) {
      if (!colours[ink] || !colours[on]) throw new Error(`tokens.css has no plain colour for ${ink} or ${on}`);
      const is = contrast(colours[ink], colours[on]);
      if (is >= least) continue;
      console.error(`${scheme}: ${ink} on ${on} is ${is.toFixed(2)}, needs ${least}`);
      bad++;
    }
  }
}
process.exit(bad > 0 ? 1 : 0);
