// The intake form as data: what an empty one is, what stays for the next letter, what a copy takes over, and how Enter goes on.
// Pure functions; the screens hold the state.

import type { Correspondent, Direction, Draft, DuplicateView } from './types'

/** What is being typed. Every field is there, so that inputs bind to it; [toDraft] leaves out what is empty. */
export interface Form {
  /** Minted when the form opens; the same key never gets two numbers. */
  key: string
  direction: Direction
  /** The one of the four questions: sender of an Arrivo, first recipient of the others. */
  party: Correspondent
  /** Further senders (Arrivo) or recipients (the others). */
  more: Correspondent[]
  /** The sending office of a Partenza or Interno. */
  from: string
  copies: Correspondent[]
  subject: string
  classifica: string
  /** «I.6 – Archivio», as shown; classifica holds the code. */
  classificaText: string
  uor: string
  uorText: string
  anonymous: boolean
  unsigned: boolean
  confidential: boolean
  atCounter: boolean
  means: string
  support: string
  envelope: string
  /** With what paper a removable medium came, and what came of verifying its signature. */
  presentation: NonNullable<Draft['presentation']>
  signatureCheck: NonNullable<Draft['signatureCheck']>
  fascicolo: string
  rpa: string
  raccomandataCode: string
  refProtocol: string
  refDay: string
  place: string
  link: string
  externalRef: string
  procedure: string
  note: string
  attachments: { description: string; pages: string }[]
  declaredCount: string
  arrivalDay: string
  arrivalDayReason: string
  /** Why it is an urgent act, where the emergency register is kept for those. */
  emergencyGrounds: string
  /** Set while a refused letter is corrected: it is asked for again, and none is registered. */
  correcting?: Correcting
  /** The refused letter that this one was copied from: it wants an end. */
  replaces?: { intakeID: number; code: string }
  /** How it stands to another letter, '' for not at all; the registration that is meant, and x of n. */
  /** The envelope without number that it came in, where its addressee gave it back. */
  envelopeID?: number
  circumstance: '' | Kind
  circumstanceOf: number
  order: string
  count: string
}

/** A refused letter as it was shown: its «Ricezione n.», what the centre said, and the draft that stands. */
export interface Correcting {
  intakeID: number
  attempt: number
  code: string
  words: string
  draft: Draft
  /** What became of it meanwhile by another way: there is nothing to correct any more. */
  settled?: string
}

type Kind = NonNullable<Draft['circumstance']>['kind']

/** What a pile of letters has in common. The medium, and an envelope that is closed or torn, are one letter's own (decision 0064). */
export type Sticky = Pick<Form, 'direction' | 'means' | 'envelope'>

export const firstSticky: Sticky = { direction: 'A', means: 'posta', envelope: 'aperta' }

export function newForm(key: string, sticky: Sticky = firstSticky): Form {
  return {
    key,
    direction: sticky.direction,
    party: { name: '' },
    more: [],
    from: '',
    copies: [],
    subject: '',
    classifica: '',
    classificaText: '',
    uor: '',
    uorText: '',
    anonymous: false,
    unsigned: false,
    confidential: false,
    atCounter: false,
    means: sticky.means,
    support: 'cartaceo',
    envelope: sticky.envelope,
    presentation: '',
    signatureCheck: '',
    fascicolo: '',
    rpa: '',
    raccomandataCode: '',
    refProtocol: '',
    refDay: '',
    place: '',
    link: '',
    externalRef: '',
    procedure: '',
    note: '',
    attachments: [],
    declaredCount: '',
    arrivalDay: '',
    arrivalDayReason: '',
    emergencyGrounds: '',
    circumstance: '',
    circumstanceOf: 0,
    order: '',
    count: '',
  }
}

/** What stays from one letter to the next (R16.2). */
export function stickyOf(f: Sticky): Sticky {
  return { direction: f.direction, means: f.means, envelope: f.envelope === 'senza-busta' ? f.envelope : firstSticky.envelope }
}

/** A removable medium that comes in: it wants a covering letter, or the presentation sheet (002 art. 18). */
export const onMedia = (f: Pick<Form, 'direction' | 'support'>): boolean => f.direction === 'A' && f.support === 'supporto-rimovibile'

/** What goes to the station: trimmed, and only what was filled in. */
export function toDraft(f: Form, deliveryID = 0): Draft {
  const d: Draft = { direction: f.direction, subject: f.subject.trim() }
  const party = f.anonymous ? [] : correspondents([f.party, ...f.more])
  if (f.direction === 'A') put(d, 'senders', party.map(({ raccomandata: _r, variable: _v, ...c }) => c))
  else {
    put(d, 'recipients', f.direction === 'P' ? party : party.map(({ raccomandata: _r, variable: _v, ...c }) => c))
    put(d, 'senders', correspondents([{ name: f.from }]))
  }
  put(d, 'copies', correspondents(f.copies))
  for (const k of ['classifica', 'fascicolo', 'uor', 'rpa', 'means', 'support', 'envelope', 'raccomandataCode', 'place', 'link',
    'externalRef', 'procedure', 'note', 'emergencyGrounds'] as const) {
    const v = f[k].trim()
    if (v) d[k] = v
  }
  if (f.direction !== 'A') delete d.envelope // how an envelope was found is said of what comes in
  for (const k of ['anonymous', 'unsigned', 'confidential', 'atCounter'] as const) {
    if (f[k]) d[k] = true
  }
  if (onMedia(f)) {
    if (f.presentation) d.presentation = f.presentation
    if (f.signatureCheck) d.signatureCheck = f.signatureCheck
  }
  if (f.refProtocol.trim() || f.refDay) {
    d.senderRef = {}
    if (f.refProtocol.trim()) d.senderRef.protocol = f.refProtocol.trim()
    if (f.refDay) d.senderRef.day = f.refDay
  }
  put(d, 'attachments', f.attachments.filter((a) => a.description.trim()).map((a) => {
    const pages = whole(a.pages)
    return pages ? { description: a.description.trim(), pages } : { description: a.description.trim() }
  }))
  if (f.circumstance) {
    d.circumstance = { kind: f.circumstance }
    if (f.circumstanceOf) d.circumstance.of = f.circumstanceOf
    if (f.circumstance === 'uno-di-piu') Object.assign(d.circumstance, { order: whole(f.order), count: whole(f.count) })
  }
  if (f.envelopeID) d.envelopeID = f.envelopeID
  const declared = whole(f.declaredCount)
  if (declared) d.declaredCount = declared
  if (f.arrivalDay) {
    d.arrivalDay = f.arrivalDay
    d.arrivalDayReason = f.arrivalDayReason.trim()
  } else if (deliveryID && !f.atCounter) { // who stands at the counter hands it over now, whatever post is open
    d.deliveryID = deliveryID
  }
  return d
}

/** The corrected draft: what the form does not show stays as it is. */
export function toCorrected(f: Form, was: Draft): Draft {
  const d = toDraft(f)
  if (was.fileDigest) d.fileDigest = was.fileDigest
  if (f.direction !== 'A' && was.senders && f.from.trim() === (was.direction === 'A' ? '' : (was.senders[0]?.name ?? ''))) d.senders = was.senders
  return d
}

function put<K extends 'senders' | 'recipients' | 'copies' | 'attachments'>(d: Draft, k: K, list: NonNullable<Draft[K]>): void {
  if (list.length > 0) d[k] = list
}

function correspondents(list: Correspondent[]): Correspondent[] {
  return list
    .map((c) => {
      const out: Correspondent = { name: c.name.trim() }
      if (c.address?.trim()) out.address = c.address.trim()
      if (c.email?.trim()) out.email = c.email.trim()
      if (c.code?.trim()) out.code = c.code.trim()
      if (c.raccomandata?.trim()) out.raccomandata = c.raccomandata.trim()
      if (c.variable?.trim()) out.variable = c.variable.trim()
      return out
    })
    .filter((c) => c.name !== '')
}

function whole(text: string): number {
  const n = Number(text.trim())
  return Number.isInteger(n) && n > 0 ? n : 0
}

/** A form that shows a draft: after a reload, or from an earlier record. */
export function fromDraft(key: string, d: Draft): Form {
  const f = newForm(key)
  const party = (d.direction === 'A' ? d.senders : d.recipients) ?? []
  return {
    ...f,
    direction: d.direction || 'A',
    party: { ...(party[0] ?? { name: '' }) },
    more: party.slice(1).map((c) => ({ ...c })),
    from: d.direction === 'A' ? '' : (d.senders?.[0]?.name ?? ''),
    copies: (d.copies ?? []).map((c) => ({ ...c })),
    subject: d.subject ?? '',
    classifica: d.classifica ?? '',
    classificaText: d.classifica ?? '',
    uor: d.uor ?? '',
    uorText: d.uor ?? '',
    anonymous: d.anonymous ?? false,
    unsigned: d.unsigned ?? false,
    confidential: d.confidential ?? false,
    atCounter: d.atCounter ?? false,
    means: d.means || f.means,
    support: d.support || f.support,
    envelope: d.envelope || f.envelope,
    presentation: d.presentation ?? '',
    signatureCheck: d.signatureCheck ?? '',
    fascicolo: d.fascicolo ?? '',
    rpa: d.rpa ?? '',
    raccomandataCode: d.raccomandataCode ?? '',
    refProtocol: d.senderRef?.protocol ?? '',
    refDay: d.senderRef?.day ?? '',
    place: d.place ?? '',
    link: d.link ?? '',
    externalRef: d.externalRef ?? '',
    procedure: d.procedure ?? '',
    note: d.note ?? '',
    attachments: (d.attachments ?? []).map((a) => ({ description: a.description, pages: a.pages ? String(a.pages) : '' })),
    declaredCount: d.declaredCount ? String(d.declaredCount) : '',
    arrivalDay: d.arrivalDay ?? '',
    arrivalDayReason: d.arrivalDayReason ?? '',
    emergencyGrounds: d.emergencyGrounds ?? '',
    circumstance: d.circumstance?.kind ?? '',
    circumstanceOf: d.circumstance?.of ?? 0,
    order: d.circumstance?.order ? String(d.circumstance.order) : '',
    count: d.circumstance?.count ? String(d.circumstance.count) : '',
    ...(d.envelopeID ? { envelopeID: d.envelopeID } : {}),
  }
}

/**
 * «Duplica» and «Copia lettera precedente»: the same letter for a new number. What belongs to one paper only is left out: its
 * codes, references, counts, digests, instants.
 */
export function duplicate(key: string, d: Draft): Form {
  const { senderRef: _r, raccomandataCode: _c, externalRef: _e, declaredCount: _n, deliveryID: _i, arrivalDay: _a,
    arrivalDayReason: _w, emergencyGrounds: _u, emergencySheet: _h, fileDigest: _f, atCounter: _s, attachments: _t, circumstance: _k, envelopeID: _b, presentation: _p, signatureCheck: _v, ...kept } = d
  if (kept.recipients) kept.recipients = kept.recipients.map(({ raccomandata: _x, ...c }) => c)
  return fromDraft(key, kept)
}

/** What is answered to «È già registrato?»: a letter without number is named by its intake. */
export interface DuplicateAnswer {
  duplicateChoice: 'diverso' | 'originale-fax'
  duplicateOf?: number
  duplicateIntake?: number
}

export function likeness(duplicateChoice: DuplicateAnswer['duplicateChoice'], like: Pick<DuplicateView, 'intakeID' | 'registrationID'>): DuplicateAnswer {
  return { duplicateChoice, ...(like.registrationID ? { duplicateOf: like.registrationID } : { duplicateIntake: like.intakeID }) }
}

/** Whether anything was typed that would be missed. */
export function isEmpty(f: Form): boolean {
  const blank = newForm(f.key, stickyOf(f))
  return JSON.stringify({ ...f, atCounter: false }) === JSON.stringify(blank)
}

/** The four questions, in order; Enter goes to the next one, and from the last to the button. */
export const questions = ['party', 'subject', 'classifica', 'uor'] as const
export type Question = (typeof questions)[number]

export function next(q: Question): Question | 'button' {
  return questions[questions.indexOf(q) + 1] ?? 'button'
}

/** The first question that keeps the letter from being registered, with the code of its words; undefined when there is none. */
export function fault(f: Form): { field: string; code: string } | undefined {
  if (!f.anonymous && f.party.name.trim() === '' && correspondents(f.more).length === 0) {
    return f.direction === 'A' ? { field: 'party', code: 'senders' } : { field: 'party', code: 'recipients' }
  }
  if (f.subject.trim() === '') return { field: 'subject', code: 'subject' }
  if (f.classificaText.trim() !== '' && f.classifica === '') return { field: 'classifica', code: 'classifica' }
  if (f.uorText.trim() !== '' && f.uor === '') return { field: 'uor', code: 'uor' }
  if (onMedia(f) && f.presentation === '') return { field: 'presentation', code: 'presentation' }
  if (f.arrivalDay !== '' && f.arrivalDayReason.trim() === '') return { field: 'arrivalDayReason', code: 'arrivalDayReason' }
  return undefined
}

/** The form's field that an error of the API is about. */
export function fieldOf(apiField: string | undefined, direction: Direction): string {
  switch (apiField) {
    case 'senders':
      return direction === 'A' ? 'party' : 'from'
    case 'recipients':
    case 'correspondent':
      return 'party'
    default:
      return apiField ?? ''
  }
}
