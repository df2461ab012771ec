// The emergency register in words, and the instants of its acts.

import { count, dateTime, day, isoDay } from './format'
import { stationClock } from './stationclock.svelte'
import type { Notice } from './notices.svelte'
import type { EmergencyPolicy, EmergencyProfile, EmergencyRegister, EmergencyRow, EmergencyWarning, MoveResult, RecoverySummary, Status, UnsignedAct } from './types'

export type ActKind = 'authorise' | 'open' | 'extend' | 'close' | 'revoke'

export const actTitles: Readonly<Record<UnsignedAct['kind'], string>> = {
  authorisation: 'Autorizzazione', opening: 'Apertura', extension: 'Proroga', closing: 'Chiusura', revocation: 'Revoca',
}

export const title = (e: Pick<EmergencyRegister, 'ordinal' | 'year'>) => `${e.ordinal}/${e.year}`

/** Reads a day and a time of Rome («9.30», «09:30») as an instant; "" where they are none, or the clocks jumped over them. */
export function instant(isoDate: string, clock: string): string {
  const [, hours, minutes] = /^(\d{1,2})[:.](\d\d)$/.exec(clock.trim()) ?? []
  if (!hours || !minutes) return ''
  const time = `${hours.padStart(2, '0')}:${minutes}`
  const found = ['+02:00', '+01:00'].map((zone) => new Date(`${isoDate}T${time}:00${zone}`)).find((t) => !Number.isNaN(t.getTime()) && dateTime(t.toISOString()) === `${day(isoDate)}, ${time}`)
  return found?.toISOString() ?? ''
}

const firstPeriod = 24 * 60 * 60 * 1000

/** Whether an interruption has lasted for a day, after which an act must allow the register (art. 63(2) DPR 445/2000). */
export const firstPeriodOver = (from: string, now = Date.now()) => from !== '' && now - new Date(from).getTime() >= firstPeriod

/** Until when the acts let the register be used: 24 hours from the interruption, then the extensions; a yearly one ends with its year. */
export function validUntil(e: Pick<EmergencyRegister, 'interruptedAt' | 'extensions' | 'year' | 'policy'>): string {
  const first = new Date(e.interruptedAt).getTime() + firstPeriod
  const end = Math.max(first, ...(e.extensions ?? []).map((x) => new Date(x.until).getTime()))
  const next = new Date(instant(`${e.year + 1}-01-01`, '00:00')).getTime()
  return new Date(e.policy.scheme === 'apertura' ? end : Math.min(end, next)).toISOString()
}

export function warningText(w: EmergencyWarning): string {
  const n = w.count ?? 0
  switch (w.code) {
    case 'emergency-12h':
      return `Il periodo autorizzato finisce il ${dateTime(w.at)}: prepara la proroga, o la chiusura.`
    case 'emergency-last-hour':
      return `Ultima ora d’ufficio prima della scadenza del ${dateTime(w.at)}: proroga adesso, o le ricezioni attendono.`
    case 'emergency-expired':
      return `Il periodo autorizzato è finito il ${dateTime(w.at)}: le ricezioni attendono la proroga o la chiusura.`
    case 'emergency-recovery':
      return `${n === 1 ? '1 registrazione non ha' : `${n} registrazioni non hanno`} ancora il numero ordinario.`
    case 'emergency-not-revoked':
      return 'Il registro è chiuso: manca la revoca, che ordina anche il recupero dei numeri.'
    case 'emergency-signature':
      return n === 1 ? 'Firma da acquisire: 1 atto.' : `Firme da acquisire: ${n} atti.`
  }
}

/** The papers that exist of a register now, by their names in the address, for who may read all. The year's end revokes nothing. */
export function papersOf(e: Pick<EmergencyRegister, 'closing' | 'recovered'>, readsAll: boolean): { kind: string; label: string }[] {
  if (!readsAll) return []
  return [
    { kind: 'autorizzazione', label: 'Autorizzazione' },
    { kind: 'registro', label: 'Registro' },
    ...(e.closing && !e.closing.yearEnd ? [{ kind: 'revoca', label: 'Revoca' }] : []),
    ...(e.recovered > 0 ? [{ kind: 'numeri', label: 'Numeri corrispondenti' }] : []),
  ]
}

/** The paper that an act is signed on, by its name in the address: opening, extensions and closing are pages of the register itself. */
export const signedPaper: Readonly<Record<UnsignedAct['kind'], string>> = {
  authorisation: 'autorizzazione', opening: 'registro', extension: 'registro', closing: 'registro', revocation: 'revoca',
}

/** Rows that have no ordinary number yet. */
export const missing = (e: Pick<EmergencyRegister, 'rows' | 'annulled' | 'recovered'>) => Math.max(0, e.rows - e.annulled - e.recovered)

/** Now in Rome, for a date and a time field. */
export function nowFields(now = stationClock.now): { day: string; time: string } {
  return { day: isoDay(now), time: dateTime(now.toISOString()).slice(-5) }
}

type Central = Status['central']

/** Whether calls tell if the centre is there: not of a register in this station, nor of a person who reads numbers elsewhere. */
const called = (c: Central | undefined): c is Central => !!c && c.connector !== 'embedded' && !c.keyed

/** Since when the centre is as the calls found it, for a date and a time field: the 24 hours run from the interruption itself (art. 63(1) DPR
 *  445/2000). Empty where it was not seen so, or since before notBefore; now where nothing is called. */
export function seenSince(c: Central | undefined, state: 'away' | 'answering', notBefore = '', now = stationClock.now): { day: string; time: string } {
  if (c && !called(c)) return nowFields(now)
  const at = c?.state === state && c.since ? new Date(c.since) : undefined
  return at && (!notBefore || at >= new Date(notBefore)) ? nowFields(at) : { day: '', time: '' }
}

/** What makes an opening or a closing look twice: the centre answers, or does not. */
export function besideOutage(kind: ActKind, c: Central | undefined): string {
  if (!called(c)) return ''
  const since = c.since ? ` dal ${dateTime(c.since)}` : ''
  if (kind === 'open' && c.state === 'answering') return `Il protocollo risponde${since}: le lettere possono prendere il numero ordinario. Apri il registro solo se è davvero interrotto, e scrivi da quando.`
  if (kind === 'close' && (c.state === 'away' || c.held)) return `Il protocollo non risponde${c.state === 'away' ? since : ''}: dopo la chiusura le lettere attendono il numero senza poterlo avere. Se chiudi lo stesso, scrivi quando ha ripreso.`
  return ''
}

/** The form of a policy that says none is F-1. */
export const fieldsOf = (p: Pick<EmergencyPolicy, 'fields'>): 'F-1' | 'F-2' | 'ordinario' => p.fields || 'F-1'

export const fieldsWords: Readonly<Record<ReturnType<typeof fieldsOf>, string>> = {
  'F-1': 'undici, con indirizzo, tipo e tramite', 'F-2': 'sette, con causa e durata del blocco', ordinario: 'gli stessi del protocollo ordinario',
}
export const assessmentWords: Readonly<Record<EmergencyPolicy['assessment'], string>> = {
  libera: 'per ogni interruzione', caso: 'caso per caso, con la valutazione scritta', pregiudizio: 'solo se l’attesa pregiudica un atto o un diritto',
}
export const schemeWords: Readonly<Record<EmergencyPolicy['scheme'], string>> = {
  apertura: 'da 1 a ogni apertura', anno: 'da 1 ogni anno', utente: 'da 1 per ogni codice utente',
}
export const scopeWords: Readonly<Record<EmergencyPolicy['scope'], string>> = { tutti: 'tutti i documenti', autorizzati: 'solo gli atti autorizzati come urgenti' }
export const mediumWords: Readonly<Record<EmergencyPolicy['medium'], string>> = {
  carta: 'carta', foglio: 'foglio di calcolo', entrambi: 'carta e foglio di calcolo', scelta: 'si sceglie a ogni apertura',
}

/** How the ordinary numbers come; policies of before there was a choice have the station ask. */
export const roadOf = (p: Pick<EmergencyPolicy, 'road'>): 'chiamata' | 'foglio' => p.road || 'chiamata'

export const roadWords: Readonly<Record<ReturnType<typeof roadOf>, string>> = {
  chiamata: 'li chiede la stazione, una riga alla volta', foglio: 'una persona digita il foglio sul protocollo centrale e lo riporta con i numeri',
}

/** A policy in one sentence a line, as who must follow it reads it. elsewhere: another system gives the numbers, and there are two roads to them. */
export function policyText(p: EmergencyPolicy, elsewhere = false): string[] {
  return [
    `Si apre ${assessmentWords[p.assessment]}${p.thresholdHours ? `, dopo ${count(p.thresholdHours, 'ora', 'ore')} di interruzione` : ''}.`,
    `Si registrano ${scopeWords[p.scope]}.`,
    `I numeri ripartono ${schemeWords[p.scheme]}${p.stationCode ? `, con il codice ${p.stationCode}` : ''}.`,
    `Supporto: ${mediumWords[p.medium]}. Campi: ${fieldsWords[fieldsOf(p)]}.`,
    ...(elsewhere ? [`I numeri ordinari, dopo la chiusura: ${roadWords[roadOf(p)]}.`] : []),
    `Ogni proroga vale al più ${count(p.longestDays, 'giorno', 'giorni')}; dopo ${count(p.recoveryHours, 'ora', 'ore')} dalla chiusura si avvisa di che cosa resta da recuperare.`,
  ]
}

/** The manual whose way a policy is, whatever the road of the numbers, the station's code and the office hours; undefined where it was changed. */
export function manualOf(p: EmergencyPolicy, profiles: readonly EmergencyProfile[]): EmergencyProfile | undefined {
  const core = (x: EmergencyPolicy) => JSON.stringify([x.thresholdHours, x.assessment, x.scheme, x.scope, x.medium, fieldsOf(x), x.recoveryHours, x.longestDays])
  return profiles.find((x) => core(x.policy) === core(p))
}

/** How far a row has come on its way to the ordinary number. */
export function rowState(r: EmergencyRow, e: Pick<EmergencyRegister, 'closing' | 'revocation' | 'policy'>): { kind: 'good' | 'wait' | 'bad' | 'plain'; icon: string; text: string } {
  if (r.ordinary) return { kind: 'good', icon: 'check', text: 'recuperata' }
  if (r.annulled) return { kind: 'bad', icon: 'ban', text: 'annullata: non si recupera' }
  switch (r.asked) {
    case 'rejected':
      return { kind: 'bad', icon: 'error', text: 'rifiutata dal protocollo' }
    case 'unknown':
      return { kind: 'wait', icon: 'warning-circle', text: 'esito da verificare sul protocollo' }
    case 'unavailable':
      return { kind: 'wait', icon: 'clock', text: 'il protocollo non rispondeva: si riprova' }
  }
  if (!e.closing) return { kind: 'plain', icon: 'clock', text: 'si recupera dopo la chiusura' }
  if (roadOf(e.policy) === 'foglio') return { kind: 'wait', icon: 'clock', text: 'attende il foglio con i numeri' }
  return { kind: 'wait', icon: 'clock', text: e.revocation ? 'da recuperare' : 'attende la revoca, o «Recupera adesso»' }
}

/** What is next for a closed register, in the order of the acts. */
export function nextStep(e: Pick<EmergencyRegister, 'closing' | 'revocation' | 'rows' | 'annulled' | 'recovered' | 'policy'>): string {
  if (!e.closing || missing(e) === 0) return ''
  if (roadOf(e.policy) === 'foglio') {
    return `${e.revocation || e.closing.yearEnd ? 'I' : 'Adesso la revoca. I'} numeri arrivano con il foglio: esportalo da «Foglio…», fai digitare le righe sul protocollo centrale, scrivi accanto i numeri e importalo. La stazione non li chiede.`
  }
  if (e.closing.yearEnd && !e.revocation) return 'Chiuso dalla fine dell’anno: si recupera con la revoca del registro che lo continua. «Recupera adesso» lo fa anche prima.'
  if (!e.revocation) return 'Adesso la revoca: ordina il recupero, che poi va avanti da solo. «Recupera adesso» chiede i numeri anche prima della revoca.'
  return 'Il recupero ordinato dalla revoca va avanti da solo. «Recupera adesso» non aspetta il prossimo giro; si può ripetere, nessuna riga prende due numeri.'
}

/** Why a letter stays in the queue, by the error's code. */
export const leftWords: Readonly<Record<string, string>> = {
  unknown: 'il protocollo forse le ha già dato un numero', 'under-way': 'il numero si sta chiedendo adesso', rejected: 'il protocollo l’ha rifiutata',
  numbered: 'ha già un numero', 'emergency-scope': 'non è un atto autorizzato', 'emergency-expired': 'il periodo autorizzato è finito', 'not-waiting': 'non è più in attesa',
  'emergency-none': 'nessun registro è aperto',
}

/** What became of a move, with why some stay. */
export function movedText(r: MoveResult): string {
  const left = r.left ?? []
  const why = [...new Set(left.map((l) => leftWords[l.code] ?? l.code))].join('; ')
  return `${count(r.moved, 'lettera passata', 'lettere passate')} al registro di emergenza${left.length ? `, ${count(left.length, 'resta', 'restano')} in attesa: ${why}` : ''}.`
}

/** What a recovery came to; rows that a person must see to are no success. */
export function recoveredText(r: Pick<RecoverySummary, 'recovered' | 'rejected' | 'unknown' | 'left'>): Pick<Notice, 'kind' | 'text'> {
  const rest = [
    r.rejected && `${r.rejected} ${r.rejected === 1 ? 'rifiutata' : 'rifiutate'} dal protocollo: la riga dice perché`, r.unknown && `${r.unknown} da verificare sul protocollo`, r.left && `${r.left} ancora da chiedere`,
  ].filter(Boolean)
  const done = r.recovered > 0 ? `${count(r.recovered, 'riga ha', 'righe hanno')} il numero ordinario` : 'Nessuna riga ha preso il numero ordinario'
  return { kind: rest.length > 0 ? 'warning' : r.recovered > 0 ? 'success' : 'info', text: `${done}${rest.length ? `; ${rest.join(', ')}` : ''}.` }
}

/** The register that an act is of. */
export function registerOf(a: UnsignedAct, registers: readonly EmergencyRegister[]): EmergencyRegister | undefined {
  return registers.find((e) => {
    if (a.kind === 'authorisation') return e.authorisation.id === a.actID
    if (a.kind === 'extension') return (e.extensions ?? []).some((x) => x.id === a.actID)
    return e.id === a.actID
  })
}
