// Dates, numbers and sizes as people at an Italian desk read them. Instants are shown in Europe/Rome, whatever the browser's zone.

const zone = 'Europe/Rome'
const dayFormat = new Intl.DateTimeFormat('it-IT', { timeZone: zone, day: '2-digit', month: '2-digit', year: 'numeric' })
const timeFormat = new Intl.DateTimeFormat('it-IT', { timeZone: zone, hour: '2-digit', minute: '2-digit' })
const isoFormat = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' })

/** A calendar day YYYY-MM-DD as gg/mm/aaaa; anything else as it is. */
export function day(d: string | undefined): string {
  const m = /^(\d{4})-(\d{2})-(\d{2})$/.exec(d ?? '')
  return m ? `${m[3]}/${m[2]}/${m[1]}` : (d ?? '')
}

export function dayOf(instant: string | undefined): string {
  return instant ? dayFormat.format(new Date(instant)) : ''
}

export function time(instant: string | undefined): string {
  return instant ? timeFormat.format(new Date(instant)) : ''
}

export function dateTime(instant: string | undefined): string {
  return instant ? `${dayOf(instant)}, ${time(instant)}` : ''
}

/** The Roman day of an instant as YYYY-MM-DD, for a date field. */
export function isoDay(instant: Date): string {
  return isoFormat.format(instant)
}

/** «Prot. n. 0000123/2026», or "" without number. */
export function protocol(r: { number?: string; year?: number }): string {
  return r.number ? `${r.number}/${r.year ?? ''}` : ''
}

export function bytes(n: number): string {
  if (n < 1024) return `${n} byte`
  if (n < 1024 * 1024) return `${Math.round(n / 1024)} KB`
  return `${(n / 1024 / 1024).toLocaleString('it-IT', { maximumFractionDigits: 1 })} MB`
}

/** «1 pagina», «2 pagine». */
export function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`
}
