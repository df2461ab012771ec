// Concorsi, borse and corsi (R6): the part of the station's API that serves them, what is typed of an application, and their words. Nothing here
// compares an arrival or a postmark with the closing date: whether an application came in time is the office's to say (R6.3).

import { request } from './api'
import { instant, nowFields } from './emergency'
import { dateTime } from './format'
import type { Application, ApplicationFacts, ApplicationView, Competition, CompetitionLetter, CompetitionNote, CompetitionTerms, CompetitionView, NoteView } from './types'

const get = <T>(path: string) => request<T>('GET', path, undefined, { background: true })
const post = <T>(path: string, body: unknown) => request<T>('POST', path, body)
const concorso = (id: number) => `/api/competitions/${id}`
const domanda = (id: number) => `/api/applications/${id}`

export const competitionAPI = {
  list: () => get<Competition[]>('/api/competitions'),
  read: (id: number) => get<CompetitionView>(concorso(id)),
  enter: (key: string, terms: CompetitionTerms) => post<Competition>('/api/competitions', { key, ...terms }),
  amend: (id: number, version: number, terms: CompetitionTerms, reason: string) => post<Competition>(`${concorso(id)}/terms`, { ...terms, version, reason }),
  receive: (id: number, key: string, facts: ApplicationFacts) => post<Application>(`${concorso(id)}/applications`, { key, ...facts }),
  correct: (id: number, version: number, facts: ApplicationFacts, reason: string) => post<Application>(`${domanda(id)}/facts`, { ...facts, version, reason }),
  strike: (id: number, version: number, reason: string) => post<Application>(`${domanda(id)}/strike`, { version, reason }),
  number: (id: number, different: boolean) => post<CompetitionLetter>(`${domanda(id)}/registration`, { different }),
  closeNote: (id: number, key: string) => post<CompetitionNote>(`${concorso(id)}/notes`, { key }),
  numberNote: (id: number) => post<CompetitionLetter>(`/api/notes/${id}/registration`, {}),
}

export const applicationsURL = (id: number) => `${concorso(id)}/applications.csv`
export const noteURL = (id: number) => `/api/notes/${id}/nota.pdf`
export const noteCopyURL = (id: number) => `/api/notes/${id}/copia.pdf`

export const kindWords: Readonly<Record<CompetitionTerms['kind'], string>> = { concorso: 'Concorso', borsa: 'Borsa', corso: 'Corso' }
export const modeWords: Readonly<Record<CompetitionTerms['mode'], string>> = { nota: 'Nota riepilogativa del giorno: un numero per nota', numero: 'Un numero per ogni domanda' }

/** An application as it is typed, field by field. */
export interface ApplicationForm {
  candidate: string
  means: string
  raccomandata: string
  postmarkDay: string
  unreadable: boolean
  day: string
  time: string
  arrivalReason: string
  initials: string
  note: string
}

export const emptyForm: ApplicationForm = {
  candidate: '', means: 'raccomandata-ar', raccomandata: '', postmarkDay: '', unreadable: false, day: '', time: '', arrivalReason: '', initials: '', note: '',
}

/** The next one of the pile: it came by the same road, at the same time and into the same hands; what is written on its envelope is its own. */
export const nextForm = (f: ApplicationForm): ApplicationForm => ({ ...f, candidate: '', raccomandata: '', postmarkDay: '', unreadable: false, note: '' })

/** An application as it stands, to be corrected. */
export function formOf(f: ApplicationFacts): ApplicationForm {
  return {
    candidate: f.candidate, means: f.means, raccomandata: f.raccomandata ?? '', postmarkDay: f.postmarkDay ?? '', unreadable: f.unreadable ?? false,
    ...(f.arrivedAt ? nowFields(new Date(f.arrivedAt)) : { day: '', time: '' }), arrivalReason: f.arrivalReason ?? '', initials: f.initials, note: f.note ?? '',
  }
}

const postedMeans = ['posta', 'raccomandata', 'raccomandata-ar', 'atto-giudiziario']

/** Whether it leaves a postmark, or the stub of a raccomandata. */
export const posted = (means: string) => postedMeans.includes(means)

/**
 * What goes to the station; undefined where the arrival is no instant. Empty, the arrival is now. was is the arrival that is being corrected: it keeps
 * its seconds where nobody typed another one.
 */
export function factsOf(f: ApplicationForm, was = ''): ApplicationFacts | undefined {
  const facts: ApplicationFacts = { candidate: f.candidate, initials: f.initials, means: f.means, note: f.note }
  if (posted(f.means)) Object.assign(facts, { raccomandata: f.raccomandata, postmarkDay: f.postmarkDay, unreadable: f.unreadable })
  if (f.day === '' && f.time.trim() === '') return was ? undefined : facts
  const typed = instant(f.day, f.time)
  if (!typed) return undefined
  return { ...facts, arrivedAt: was && dateTime(was) === dateTime(typed) ? was : typed, arrivalReason: f.arrivalReason }
}

/** Equal of names that are the same words, in any order and case, as the station has it. */
export function candidateKey(name: string): string {
  return name.toLowerCase().split(/[^\p{L}\p{Nd}]+/u).filter((w) => w).sort().join(' ')
}

/** The applications that stand of whoever's name is typed. */
export function sameCandidate(list: readonly ApplicationView[], name: string, except = 0): ApplicationView[] {
  const key = candidateKey(name)
  return key === '' ? [] : list.filter((a) => !a.struck && a.id !== except && candidateKey(a.facts.candidate) === key)
}

/** Whether a note or an application has a number that stands. */
export const numbered = (l: CompetitionLetter) => !!l.number && !l.annulled

/** What a letter's number says where there is one, and what it waits for where there is none. */
function numberState(l: CompetitionLetter & { intakeID?: number }, before: string): string {
  if (l.cited) return (l.cited.startsWith('n.') ? '' : 'n. ') + l.cited + (l.annulled ? ', annullato' : '')
  if (l.closed) return 'lettera chiusa senza numero'
  return l.intakeID ? 'in attesa del numero' : before
}

export const noteState = (n: NoteView) => numberState(n, 'chiusa, senza numero')

/** Where an application stands: in a note, with its number, or waiting. */
export function applicationState(a: ApplicationView, notes: readonly NoteView[], mode: CompetitionTerms['mode']): string {
  if (a.struck) return `tolta: ${a.struck}`
  const note = notes.find((n) => n.id === a.noteID)
  if (note) return `nota n. ${note.seq}: ${noteState(note)}`
  return numberState(a, mode === 'nota' ? 'aspetta la nota' : 'aspetta il numero')
}

/** The postmark as the table shows it. */
export function postmarkText(f: ApplicationFacts): string {
  if (f.unreadable) return 'illeggibile o assente'
  const [y, m, d] = (f.postmarkDay ?? '').split('-')
  return d ? `${d}/${m}/${y}` : ''
}
