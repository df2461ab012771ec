// A day as people type it. The browser's own date field follows the browser's language, not the office's; this one is always
// gg/mm/aaaa, and takes the digits alone.

/** Reads gg/mm/aaaa, g/m/aa, ggmmaaaa or ggmmaa as YYYY-MM-DD; "" where it is no day. */
export function parseDay(text: string): string {
  const t = text.trim()
  const m = /^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})$/.exec(t) ?? /^(\d{2})(\d{2})(\d{4}|\d{2})$/.exec(t)
  if (!m) return ''
  const [, d, mo, y] = m
  const year = y?.length === 2 ? 2000 + Number(y) : Number(y)
  const date = new Date(Date.UTC(year, Number(mo) - 1, Number(d)))
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== Number(mo) - 1 || date.getUTCDate() !== Number(d)) return ''
  return date.toISOString().slice(0, 10)
}
