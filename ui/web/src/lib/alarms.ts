// Alarms to the Responsabile in words: what is the matter, and what to do next.

import { count, dateTime } from './format'
import type { RouteName } from './router'
import type { AlarmView } from './types'

type Kind = AlarmView['kind']

export const alarmTitles: Readonly<Record<Kind, string>> = {
  waiting: 'Lettere senza numero', proposal: 'Aprire il registro di emergenza?', clock: 'Orologio in dubbio', time: 'Ora non verificata',
  'emergency-12h': 'Il registro di emergenza scade tra poco', 'emergency-last-hour': 'Ultima ora d’ufficio prima della scadenza',
  'emergency-expired': 'Il registro di emergenza è scaduto', 'emergency-recovery': 'Numeri ordinari in ritardo', 'emergency-return': 'Il protocollo è tornato: il registro di emergenza si può chiudere',
  'bids-undelivered': 'Plichi di gara non consegnati',
}

/** Why an alarm is over. */
export const alarmEndWords: Readonly<Record<NonNullable<AlarmView['endedWhy']>, string>> = {
  numbered: 'nessuna lettera attende più da tanto', answers: 'il protocollo risponde di nuovo', opened: 'il registro di emergenza è aperto',
  confirmed: 'l’orologio è stato confermato', verified: 'i server dell’ora confermano l’orologio', extended: 'il periodo è stato prorogato',
  expired: 'il periodo è finito', closed: 'il registro è stato chiuso', recovered: 'ogni riga ha il numero ordinario',
  delivered: 'i plichi arrivati in tempo sono stati consegnati', moved: 'la seduta è stata spostata',
}

export interface AlarmWords {
  title: string
  /** What is the matter. */
  text: string
  /** What to do next; none of what is over. */
  next?: string
  /** Where that is done. */
  links: { route: RouteName; id?: number; label: string }[]
}

const register = { route: 'emergency', label: 'Registro di emergenza' } as const

const longer = (hours: number) => (hours === 1 ? 'più di un’ora' : `più di ${hours} ore`)

/** What the letter that waited longest waits for says what helps it. */
const nextOfLetter: Readonly<Record<string, string>> = {
  unknown: 'L’esito della richiesta non è chiaro: guarda sul protocollo e dillo in «Da verificare sul protocollo».',
}

function waiting(a: AlarmView, keyed: boolean): Omit<AlarmWords, 'title'> {
  const over = !!a.endedAt
  const n = over ? (a.count ?? 0) : (a.waiting ?? 0)
  const who = a.letter ? ` La più vecchia è di ${a.letter.from || 'un mittente anonimo'} (Ricezione ${a.letter.intakeCode}, dal ${dateTime(a.since)}).` : ''
  const verb = over ? (n === 1 ? 'ha atteso' : 'hanno atteso') : n === 1 ? 'attende' : 'attendono'
  const text = `${count(n, 'lettera', 'lettere')} ${verb} il numero da ${longer(a.hours ?? 0)}.${n === 1 ? who.replace('La più vecchia è', 'È') : who}`
  const letter = a.letter ? [{ route: 'record' as const, id: a.letter.intakeID, label: `Ricezione ${a.letter.intakeCode}` }] : []
  if (over) return { text: text.replace(' da più di', ' per più di'), links: letter }
  const attempt = a.letter?.attempt ?? ''
  const waits = keyed ? 'Il numero si legge sul protocollo: chiedi che si scriva nella ricezione.' : 'La stazione riprova da sola. Se il protocollo non torna presto, apri il registro di emergenza.'
  return {
    text, next: nextOfLetter[attempt] ?? waits,
    links: [...letter, ...(attempt === 'unknown' ? [{ route: 'verify' as const, label: 'Da verificare sul protocollo' }] : []), ...(keyed ? [] : [register]), { route: 'endofday', label: 'Tutte le ricezioni senza numero' }],
  }
}

function other(a: AlarmView): Omit<AlarmWords, 'title'> {
  const since = dateTime(a.since)
  const of = a.register ? `n. ${a.register}` : ''
  switch (a.kind) {
    case 'bids-undelivered': {
      const n = (a.endedAt ? a.count : a.waiting) ?? 0
      return {
        text: `${count(n, 'plico arrivato', 'plichi arrivati')} in tempo ${n === 1 ? 'non risulta consegnato' : 'non risultano consegnati'} con la conferma di chi riceve: la seduta di «${a.tender ?? ''}» è il ${since}.`,
        next: 'Consegna i plichi con la distinta e fai confermare chi li riceve.', links: [{ route: 'tender', id: a.subject ?? 0, label: 'Apri la gara' }],
      }
    }
    case 'proposal':
      return {
        text: `Il protocollo non risponde dal ${since}. Le ricezioni restano salve e attendono il numero.`,
        next: 'Se non torna presto, apri il registro di emergenza: le sue prime 24 ore decorrono dall’interruzione.', links: [register],
      }
    case 'clock':
      return { text: `La numerazione è ferma: l’orologio della postazione è in dubbio dal ${since}.`, next: 'Controlla data e ora della postazione, poi conferma l’orologio con il pulsante in alto.', links: [] }
    case 'time':
      return {
        text: `Ora non verificata dal ${since}: nessun server dell’ora conferma l’orologio della postazione. La numerazione continua.`,
        next: 'Chiedi a chi gestisce la postazione di indicare due server dell’ora, o di controllare la rete.', links: [],
      }
    case 'emergency-12h':
      return { text: `Il periodo autorizzato del registro di emergenza ${of} finisce il ${since}.`, next: 'Prepara la proroga con il suo atto, o la chiusura.', links: [register] }
    case 'emergency-last-hour':
      return { text: `È l’ultima ora d’ufficio prima che il registro di emergenza ${of} scada, il ${since}.`, next: 'Proroga adesso, o chiudi: dopo la scadenza le ricezioni restano in attesa.', links: [register] }
    case 'emergency-expired':
      return { text: `Il periodo autorizzato del registro di emergenza ${of} è finito il ${since}: le nuove ricezioni attendono.`, next: 'Registra la proroga con il suo atto, o chiudi il registro.', links: [register] }
    case 'emergency-return':
      return {
        text: `Il protocollo ha risposto di nuovo mentre il registro di emergenza ${of}, aperto il ${since}, è in uso.`,
        next: 'Chiudi il registro quando lo sportello può tornare ai numeri ordinari; poi la revoca ordina il recupero.', links: [register],
      }
    default:
      return {
        text: `${count(a.count ?? 0, 'riga', 'righe')} del registro di emergenza ${of} ${a.count === 1 ? 'non aveva' : 'non avevano'} ancora il numero ordinario il ${since}.`,
        next: 'Apri il registro di emergenza: se la revoca manca, registrala, poi recupera i numeri.', links: [register],
      }
  }
}

/** An alarm in words. keyed: a person reads the numbers on another screen. */
export function alarmWords(a: AlarmView, keyed = false): AlarmWords {
  const words = { title: alarmTitles[a.kind], ...(a.kind === 'waiting' ? waiting(a, keyed) : other(a)) }
  if (!a.endedAt) return words
  const { next: _, ...over } = words
  return over
}

/** «Finito il …: nessuna lettera attende più da tanto.»; "" while it stands. */
export function endText(a: Pick<AlarmView, 'endedAt' | 'endedWhy'>): string {
  return a.endedAt ? `Finito il ${dateTime(a.endedAt)}${a.endedWhy ? `: ${alarmEndWords[a.endedWhy]}` : ''}.` : ''
}

/** «Visto da Carla Esempio il …: telefonato.»; "" while nobody saw it. */
export function seenText(a: Pick<AlarmView, 'seen'>): string {
  return a.seen ? `Visto da ${a.seen.name} il ${dateTime(a.seen.at)}${a.seen.note ? `: ${a.seen.note}` : ''}.` : ''
}
