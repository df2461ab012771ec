// Plichi di gara in words.

import { stampFault } from './clock'
import { dateTime, dayOf } from './format'
import type { BidEventKind, BidTransfer, BidView, HandoverView } from './types'

export const sealWords: Readonly<Record<string, string>> = {
  integro: 'integro', danneggiato: 'danneggiato', aperto: 'aperto', 'non-sigillato': 'chiuso, non sigillato', risigillato: 'risigillato',
}

export const latenessWords: Readonly<Record<string, string>> = { entro: 'entro il termine', 'nel-minuto': 'nel minuto del termine', oltre: 'oltre il termine' }

export const gapWords: Readonly<Record<string, string>> = {
  unconfirmed: 'una consegna non è confermata da entrambi', 'other-hands': 'consegnato da chi non risultava averlo', undelivered: 'non ancora consegnato', 'not-described': 'non descritto',
}

export const bidEventWords: Readonly<Record<BidEventKind, string>> = {
  withdrawn: 'Ritirato', replaced: 'Sostituito', opened: 'Aperto per errore e risigillato', returned: 'Restituito a gara ultimata', custody: 'Nota sulla custodia', note: 'Annotazione',
}

/** What a plico's event asks for beside its name: who is meant by the person. */
export const bidPersonWords: Readonly<Partial<Record<BidEventKind, string>>> = {
  withdrawn: 'Chi lo ritira (nome e cognome)', replaced: 'Chi lo sostituisce (nome e cognome)', opened: 'Chi lo ha aperto e risigillato (nome e cognome)', returned: 'A chi si restituisce (nome e cognome)',
}

/** Whether a plico left for good: withdrawn, replaced, or given back. */
export const gone = (b: Pick<BidView, 'events'>): boolean => b.events.some((e) => e.kind === 'withdrawn' || e.kind === 'replaced' || e.kind === 'returned')

/** The plichi that may take the place of one: later ones of its gara that are still here (R20.4). */
export const successorsOf = (bid: BidView, all: readonly BidView[]): BidView[] =>
  all.filter((b) => b.id !== bid.id && !gone(b) && Date.parse(b.handover.receivedAt) > Date.parse(bid.handover.receivedAt))

/** How a plico was closed when it was last looked at: on the envelope, at an opening by mistake, or at a handover, whichever came last. */
export function sealNow(b: BidView, transfers: readonly BidTransfer[]): string {
  const opened = b.events.filter((e) => e.kind === 'opened').map((e) => ({ at: e.at, seal: 'risigillato' }))
  const handed = transfers.flatMap((t) => (t.items ?? []).filter((i) => i.bidID === b.id).map((i) => ({ at: t.at, seal: i.seal as string })))
  const last = [...opened, ...handed].sort((x, y) => Date.parse(x.at) - Date.parse(y.at)).at(-1)
  return last?.seal ?? b.description?.seal ?? 'integro'
}

/** L-15: the words of an envelope that propose a plico di gara, however the apostrophe is written. */
const bidWords = /(?<!\p{L})(?:offerta|gara\s+d\s*['’ʼ´`]?\s*appalto|licitazione\s+privata)(?!\p{L})/iu

/** Whether what was typed has L-15's words. It only proposes: a person says what it is (R5.1). */
export const proposesBid = (typed: string): boolean => bidWords.test(typed)

/** The time of Rome to the second: what decides between two plichi of one minute. */
export function seconds(instant: string | undefined): string {
  return instant ? new Date(instant).toLocaleTimeString('it-IT', { timeZone: 'Europe/Rome', hour12: false }) : ''
}

/** «02/03/2026 11:59:50». */
export function toTheSecond(instant: string | undefined): string {
  return instant ? `${dayOf(instant)} ${seconds(instant)}` : ''
}

/** What is to be known of an instant before it is believed. */
export function doubtsOf(h: HandoverView): string[] {
  const doubts: string[] = []
  if (h.contested) doubts.push(`ora contestata: l’orologio diceva ${toTheSecond(h.clockAt)}`)
  if (h.sheet) doubts.push(`dal foglio ricezione plichi${h.sheet.sheet ? ` n. ${h.sheet.sheet}` : ''}, riga ${h.sheet.row}`)
  if (h.needsAnnotation) doubts.push('serve un’annotazione a mano')
  return doubts
}

/** «Prot. n. 0000012/2026»; a number of the emergency register never without its register. */
export const bidNumber = (b: Pick<BidView, 'number' | 'numberYear' | 'emergency'>): string => b.emergency || (b.number ? `Prot. n. ${b.number}/${b.numberYear ?? ''}` : '')

/** The token on the record of a reception in plain words; '' where none was asked for. «Qualificata» only where the trusted list says so. */
export function stampText(b: BidView): string {
  const t = b.stamp?.token
  if (t) return `Marca temporale${t.qualified ? ' qualificata' : ''} del ${dateTime(t.time)} – ${t.authority}, n. ${t.serial}`
  if (!b.stamp) return ''
  const why = stampFault(b.stamp)
  return why ? `Marca temporale: manca. ${why}; si riprova da sé` : 'Marca temporale: in attesa'
}

export function fromOf(b: BidView): string {
  return b.description?.sender || 'Mittente non indicato'
}
