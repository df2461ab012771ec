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

interface Numbered {
  number?: string
  year?: number
  emergency?: string
  ordinary?: { number: string; year: number }
}

/** «0000123/2026», or "" without number. A number of the emergency register is said with its register, which has a 0000123 of its own:
 *  «n. 1/2026 R.E. 1/2026», and once it is recovered «0000012/2026 (n. 1/2026 R.E. 1/2026)». */
export function protocol(r: Numbered): string {
  const emergency = r.emergency?.replace(/^REGISTRO DI EMERGENZA /, 'R.E. ')
  if (emergency && !r.ordinary) return emergency
  const n = r.ordinary ?? r
  return n.number ? `${n.number}/${n.year ?? ''}${emergency ? ` (${emergency})` : ''}` : ''
}

/** The number as it stands large: the ordinary one as soon as there is one, else «n. 1/2026 R.E. 2/2026» as on the label, for every opening
 *  has a number 1. The rest, from the bar on, may stand smaller. */
export function largeNumber(r: Numbered): { register: string; number: string; rest: string } {
  if (r.emergency && !r.ordinary) {
    const said = protocol(r)
    const bar = said.search(/\//)
    return { register: 'Registro di emergenza', number: said.slice(0, bar), rest: said.slice(bar) }
  }
  const n = r.ordinary ?? r
  return { register: 'Prot. n.', number: n.number ?? '', rest: `/${n.year ?? ''}` }
}

/** A bare number is one of this year: «5» is «5/2026». What is longer, or says its year, stays. */
export function withYear(text: string, year = new Date().getFullYear()): string {
  return /^\d{1,7}$/.test(text) ? `${text}/${year}` : text
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
