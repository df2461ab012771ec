// Makes the README's pictures, docs/img/*.png, out of what the last `npm run e2e` saw (build/e2e/*.png). The same pixels in fewer
// bytes: 8-bit RGB, the filter that packs best, the strongest deflate.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { crc32, deflateSync, inflateSync } from 'node:zlib'

const root = resolve(import.meta.dirname, '../../..')
const wanted = ['accesso', 'modulo', 'scrivania', 'pagina', 'regola-pagine', 'sportello', 'etichette', 'registrazione', 'prima-configurazione', 'centro-via-scrivania']
const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** @param {Buffer} png @returns {[string, Buffer][]} */
function chunks(png) {
  if (!png.subarray(0, 8).equals(signature)) throw new Error('not a PNG')
  /** @type {[string, Buffer][]} */
  const list = []
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    list.push([png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length)])
    at += 12 + length
  }
  return list
}

/** @param {string} kind @param {Buffer} data */
function chunk(kind, data) {
  const out = Buffer.alloc(12 + data.length)
  out.writeUInt32BE(data.length, 0)
  out.write(kind, 4, 'latin1')
  data.copy(out, 8)
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length)
  return out
}

/** The five predictions of PNG (ISO/IEC 15948, clause 9). @param {number} f @param {number} a @param {number} b @param {number} c */
function predicted(f, a, b, c) {
  if (f === 1) return a
  if (f === 2) return b
  if (f === 3) return (a + b) >> 1
  if (f !== 4) return 0
  const p = a + b - c
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)]
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c
}

/**
 * Takes a filter off every line, or puts one on.
 * @param {Buffer} lines @param {number} width @param {number} bpp @param {number | undefined} apply undefined takes off
 */
function filtered(lines, width, bpp, apply) {
  const stride = width * bpp
  const from = apply === undefined ? stride + 1 : stride
  const to = apply === undefined ? stride : stride + 1
  const height = lines.length / from
  const out = Buffer.alloc(height * to)
  // The neighbours are those of the plain picture, which is what is read or what was just written.
  const plain = apply === undefined ? out : lines
  for (let y = 0; y < height; y++) {
    const f = apply ?? lines[y * from] ?? 0
    if (apply !== undefined) out[y * to] = f
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x
      const a = x >= bpp ? plain[at - bpp] : 0
      const b = y > 0 ? plain[at - stride] : 0
      const c = x >= bpp && y > 0 ? plain[at - stride - bpp] : 0
      const p = predicted(f, a ?? 0, b ?? 0, c ?? 0)
      if (apply === undefined) out[at] = (lines[y * from + 1 + x] ?? 0) + p
      else out[y * to + 1 + x] = (lines[at] ?? 0) - p
    }
  }
  return out
}

/** @param {Buffer} png */
function smaller(png) {
  const all = chunks(png)
  const header = Buffer.from(all.find(([kind]) => kind === 'IHDR')?.[1] ?? [])
  const [width, bits, colour, interlace] = [header.readUInt32BE(0), header[8], header[9], header[12]]
  if (bits !== 8 || (colour !== 2 && colour !== 6) || interlace !== 0) throw new Error('not the PNG that a browser writes')
  const packed = Buffer.concat(all.filter(([kind]) => kind === 'IDAT').map(([, data]) => data))
  let pixels = filtered(inflateSync(packed), width, colour === 6 ? 4 : 3, undefined)
  if (colour === 6) {
    // A page has no transparency.
    pixels = Buffer.from(pixels.filter((_, i) => i % 4 !== 3))
    header[9] = 2
  }
  const tries = [0, 1, 2, 3, 4].map((f) => deflateSync(filtered(pixels, width, 3, f), { level: 9, memLevel: 9 }))
  if (colour === 2) tries.push(packed)
  const best = tries.reduce((a, b) => (b.length < a.length ? b : a))
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', best), chunk('IEND', Buffer.alloc(0))])
}

await mkdir(join(root, 'docs/img'), { recursive: true })
for (const name of wanted) {
  const from = join(root, 'build/e2e', `${name}.png`)
  const png = await readFile(from).catch(() => {
    throw new Error(`${from} is missing: run npm run e2e first`)
  })
  const small = smaller(png)
  await writeFile(join(root, 'docs/img', `${name}.png`), small)
  console.log(`docs/img/${name}.png ${png.length} -> ${small.length} bytes`)
}
