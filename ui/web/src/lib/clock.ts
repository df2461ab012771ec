import { dateTime } from './format'
import type { Stamp, TimeState } from './types'

type Words = Readonly<Record<string, string>>

/** What a time-stamping authority stamps. */
export const stampedWords: Words = { 'daily-register': 'Registro giornaliero', bid: 'Plico di gara', 'tender-record': 'Dati per il verbale di una gara' }

const dropped = (why: string) => `La marca arrivata è stata scartata perché ${why}`

/** Why a mark was not obtained: nobody answered, or what came was thrown away. */
export const stampFaultWords: Words = {
  'not-sent': 'Il servizio di marcatura non si raggiunge', 'no-answer': 'Il servizio di marcatura non ha risposto', 'tsa-slow': 'Il servizio di marcatura non ha risposto in tempo',
  credentials: 'Il servizio di marcatura non accetta utente o password', address: 'All’indirizzo indicato non c’è un servizio di marcatura',
  'tsa-http': 'Il servizio di marcatura ha rifiutato il collegamento', 'tsa-status': 'Il servizio di marcatura ha rifiutato la richiesta',
  'tsa-malformed': 'Quello che è arrivato non è una marca ed è stato scartato', 'tsa-imprint': dropped('è di un altro documento'), 'tsa-nonce': dropped('risponde a un’altra richiesta'),
  'tsa-policy': dropped('segue un’altra policy'), 'tsa-algorithm': dropped('è firmata con una tecnica non più sicura'), 'tsa-signature': dropped('la sua firma non è valida'),
  'tsa-certificate': dropped('non nomina il certificato di chi la firma'), 'tsa-purpose': dropped('il suo certificato non serve solo a marcare'),
  'tsa-chain': dropped('il suo certificato non è di una radice indicata alla stazione'), 'tsa-expired': dropped('il suo certificato è scaduto o non ancora valido'),
  'tsa-time': dropped('la sua ora non concorda con quella di questa macchina'),
}

/** Why a mark is not there: '' where it was asked for and nothing is known yet. */
export const stampFault = (s: Stamp | undefined): string => (s?.fault ? (stampFaultWords[s.fault] ?? s.fault) : '')

export interface TimeLine {
  kind: 'plain' | 'good' | 'wait' | 'bad'
  text: string
}

const seconds = (ms: number) => `${(Math.abs(ms) / 1000).toLocaleString('it-IT', { maximumFractionDigits: 1 })} s`

function offset(t: TimeState): string {
  const by = t.offsetMS ?? 0
  return Math.abs(by) < 100 ? 'concorda con i server dell’ora' : `è ${by > 0 ? 'indietro' : 'avanti'} di ${seconds(by)}`
}

/** Whether this machine's clock can be relied on, and since when not. */
export function clockLine(t: TimeState): TimeLine {
  const measured = t.measuredAt ? ` Misurato il ${dateTime(t.measuredAt)}, ${t.servers ?? 0} server concordi.` : ''
  if (t.verdict === 'good') return { kind: 'good', text: `L’orologio ${offset(t)}.${measured}` }
  if (t.verdict === 'off') return { kind: 'wait', text: `L’orologio ${offset(t)}: va regolato.${measured}` }
  if (t.verdict === 'far') return { kind: 'bad', text: `L’orologio è lontano dall’ora vera di oltre un minuto: va regolato. Sui plichi di gara l’ora si annota a mano.${measured}` }
  const since = t.verifiedAt ?? t.watchedSince
  if (t.state === 'stepped') return { kind: 'wait', text: `L’orologio è stato spostato di ${seconds(t.stepMS ?? 0)}: si attende la prossima misura.` }
  if (t.state === 'contradicted') return { kind: 'wait', text: 'I server dell’ora si contraddicono: l’ora non è verificata.' }
  return { kind: 'wait', text: since ? `Ora non verificata dal ${dateTime(since)}.` : 'Ora non verificata: nessun server dell’ora risponde.' }
}

/** How many marks wait, and why. */
export function stampLine(t: TimeState): TimeLine {
  if (!t.stamping) return { kind: 'plain', text: 'Nessun servizio di marcatura è indicato: non si chiedono marche temporali.' }
  if (t.waiting === 0) return { kind: 'good', text: 'Nessuna marca in attesa.' }
  const many = t.waiting === 1 ? 'Una marca è in attesa' : `${t.waiting} marche sono in attesa`
  const why = t.fault ? ` ${stampFaultWords[t.fault] ?? t.fault}; si riprova da sé.` : ''
  return { kind: t.fault ? 'wait' : 'plain', text: `${many}${t.oldest ? ` dal ${dateTime(t.oldest)}` : ''}.${why} Il lavoro non le aspetta.` }
}
