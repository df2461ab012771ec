// Renders the ZPL on standard input as a PNG on standard output.
// Usage: node render.mjs WIDTH_MM HEIGHT_MM DOTS_PER_MM
import { readFileSync, writeSync } from "node:fs";
import { ready } from "zpl-renderer-js";

const [width, height, dotsPerMM] = process.argv.slice(2).map(Number);
const { api } = await ready;
const picture = await api.zplToBase64Async(readFileSync(0, "utf8"), width, height, dotsPerMM);
const png = Buffer.from(picture, "base64");
for (let sent = 0; sent < png.length; ) {
  sent += writeSync(1, png, sent);
}
process.exit(0);
