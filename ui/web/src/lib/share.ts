// What came anew against what is on the screen: parts that say the same stay the same objects, so that a page event redraws one
// thumbnail and not those of eighty documents.

type Held = Record<string, unknown>

/** Returns now, with every part that equals its counterpart in before replaced by it; before itself where nothing changed. */
export function keep<T>(before: T, now: T): T {
  if (Object.is(before, now)) return before
  if (Array.isArray(before) && Array.isArray(now)) return keepList(before, now) as T
  if (isHeld(before) && isHeld(now)) return keepFields(before, now) as T
  return now
}

function isHeld(v: unknown): v is Held {
  return typeof v === 'object' && v !== null && !Array.isArray(v)
}

function keepFields(before: Held, now: Held): Held {
  const names = Object.keys(now)
  const out: Held = {}
  let same = names.length === Object.keys(before).length
  for (const n of names) {
    out[n] = keep(before[n], now[n])
    same &&= Object.is(out[n], before[n]) && n in before
  }
  return same ? before : out
}

/** Members with an id are compared with the one of the same id, wherever it stands now. */
function keepList(before: unknown[], now: unknown[]): unknown[] {
  const known = new Map(before.map((v, i) => [idOf(v) ?? i, v]))
  const out = now.map((v, i) => keep(known.get(idOf(v) ?? i), v))
  return out.length === before.length && out.every((v, i) => Object.is(v, before[i])) ? before : out
}

function idOf(v: unknown): string | undefined {
  return isHeld(v) && typeof v.id === 'number' ? `id ${v.id}` : undefined
}
