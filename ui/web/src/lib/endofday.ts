// «Fine giornata» as data: which lists there are, in which order, and what is said of the things in them.

import { count } from './format'
import { attemptText, exceptionTitles, word } from './messages'
import type { RouteName } from './router'
import type { DayItem, EndOfDay, OpenCompetition } from './types'

export interface DaySection {
  name: 'unscanned' | 'unjoined' | 'unanswered' | 'unnumbered' | 'toConfirm' | 'unfinished' | 'postponed' | 'inside' | 'goingBack' | 'unregistered' | 'excluded' | 'byHand'
  title: string
  /** Somebody still has to do something about it; the others are known, or done. */
  open: boolean
  /** What to do about it. */
  hint: string
}

const unscanned: DaySection = { name: 'unscanned', title: 'Registrate, non ancora scansionate', open: true, hint: 'Scansiona, rimanda o escludi dalla pagina della registrazione.' }

const others: readonly DaySection[] = [
  { name: 'toConfirm', title: 'Documenti da confermare', open: true, hint: 'La qualità si conferma sulla scrivania.' },
  { name: 'unjoined', title: 'Documenti senza registrazione', open: true, hint: 'Si risponde sulla scrivania, fra le eccezioni.' },
  { name: 'unanswered', title: 'Altre domande aperte', open: true, hint: 'Si risponde sulla scrivania, fra le eccezioni.' },
  { name: 'unfinished', title: 'Documenti rimasti a metà', open: true, hint: 'Mancano i retri: scansionali, o scegli «Solo i fronti» sulla scrivania. Se mancano altre pagine la stazione riprova da sola; se non bastasse, avvisa l’assistenza.' },
  { name: 'unnumbered', title: 'Ricezioni senza numero', open: true, hint: 'Chi è in attesa lo riceve da solo. Di quelle rifiutate apri la ricezione e chiedi di nuovo; gli esiti incerti sono in «Da verificare». Se il giorno è passato, avvisa il Responsabile.' },
  { name: 'postponed', title: 'Da scansionare più tardi', open: false, hint: 'Restano qui finché non si scansionano.' },
  { name: 'inside', title: 'Consegne interne in corso', open: false, hint: 'Buste chiuse ancora al banco, e consegne di cui non è tornata la copia firmata: si aggiornano dalla loro pagina.' },
  { name: 'goingBack', title: 'Da restituire alle Poste', open: false, hint: 'Buste chiuse indirizzate ad altri. Segna quelle che le Poste riprendono; la distinta la firma chi le prende.' },
  { name: 'unregistered', title: 'Non registrate', open: false, hint: 'Lasciate fuori dal protocollo in questo giorno, con la voce dell’elenco.' },
  { name: 'excluded', title: 'Escluse dalla scansione', open: false, hint: 'Decise in questo giorno.' },
  { name: 'byHand', title: 'Etichette non lette', open: false, hint: 'Abbinate a mano in questo giorno.' },
]

/** Where a person reads the numbers on another screen, nothing comes by itself. */
const keyedHint = 'Attendono il numero letto sul protocollo: apri ogni ricezione e scrivilo. Se il giorno è passato, avvisa il Responsabile.'

/** The lists of a day. Where the manual leaves it open whether paper is scanned, what is not scanned waits for nobody (C15). */
export function sectionsOf(duty: EndOfDay['duty'], keyed = false): DaySection[] {
  const rest = others.map((s) => (keyed && s.name === 'unnumbered' ? { ...s, hint: keyedHint } : s))
  if (duty !== 'eventuale') return [unscanned, ...rest]
  const known = { ...unscanned, open: false, hint: 'Il manuale in vigore non obbliga a scansionarle.' }
  return [...rest.filter((s) => s.open), known, ...rest.filter((s) => !s.open)]
}

export interface OpenElsewhere {
  words: string
  total: number
  route: RouteName
}

/** What other screens hold open, with the screen where it is done. */
export function elsewhereOf(e: EndOfDay): OpenElsewhere[] {
  const o = e.elsewhere
  const all: OpenElsewhere[] = [
    { words: 'Istanti di ricezione di plichi senza modulo', total: o.undeclared, route: 'tenders' },
    { words: 'Plichi di gara senza i dati della busta', total: o.undescribed, route: 'tenders' },
    { words: 'Plichi di gara «da individuare»', total: o.unassigned, route: 'tenders' },
    { words: 'Registro di emergenza aperto', total: o.emergency, route: 'emergency' },
    { words: 'Atti di emergenza con la firma da acquisire', total: o.unsignedActs, route: 'emergency' },
    { words: 'Rettifiche e annullamenti autorizzati, da fare sul protocollo', total: o.corrections, route: 'corrections' },
  ]
  return all.filter((x) => x.total > 0)
}

/** What a competition holds open: applications that no note lists, notes on the way to their number. */
export function competitionText(c: Pick<OpenCompetition, 'applications' | 'notes'>): string {
  const parts = [
    c.applications > 0 ? `${count(c.applications, 'domanda', 'domande')} senza nota né numero` : '',
    c.notes > 0 ? `${count(c.notes, 'nota chiusa', 'note chiuse')} senza numero` : '',
  ]
  return parts.filter((p) => p).join(', ')
}

const unfinishedWords: Readonly<Record<string, string>> = { backs: 'Mancano i retri', takeover: 'Pagine da riprendere da un altro documento', '': 'Scansione non conclusa' }

/** What is the matter with a thing of a list. */
export function dayItemText(section: DaySection['name'], i: Pick<DayItem, 'kind' | 'reason'>, keyed = false): string {
  switch (section) {
    case 'unjoined':
    case 'unanswered':
      return word(exceptionTitles, i.kind)
    case 'unfinished':
      return word(unfinishedWords, i.kind ?? '')
    case 'unnumbered':
      return attemptText(i.kind, keyed) + (i.reason ? `: «${i.reason}»` : '')
    case 'inside':
      return i.kind === 'desk' ? `Da consegnare a ${i.reason ?? ''}` : `In mano a ${i.reason ?? ''}: manca la copia firmata`
    case 'goingBack':
      return `${i.kind === 'returned' ? 'Ripresa dalle Poste, per' : 'Al banco, per'} ${i.reason ?? ''}`
    case 'unregistered':
      return `${i.kind === 'particolare' ? 'Registrazione particolare: ' : ''}${i.reason ?? ''}`
    case 'byHand':
      return 'Abbinata a mano'
    default:
      return i.reason ?? ''
  }
}

/** What a search asks for to find all of a list, where one can. */
export const searchOf: Readonly<Partial<Record<DaySection['name'], string>>> = { unscanned: 'scan', unnumbered: 'number' }
