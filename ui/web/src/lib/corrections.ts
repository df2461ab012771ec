// Corrections and annulments in words, and the form by which one asks for them. Pure functions; the screens hold the state.

import { dateTime, day } from './format'
import { ownWords } from './messages'
import type { CorrectionAsk, CorrectionView, Correspondent, Draft, FieldChange, FieldValue } from './types'

type Words = Readonly<Record<string, string>>
export type FieldName = FieldChange['field']

export const fieldWords: Words = {
  subject: 'Oggetto', senders: 'Mittente', recipients: 'Destinatari', senderRef: 'Riferimento del mittente', classifica: 'Classifica', fascicolo: 'Fascicolo',
  uor: 'Ufficio (UU)', rpa: 'RPA', note: 'Nota',
  // Of a letter without number alone.
  direction: 'Verso', copies: 'Per conoscenza', anonymous: 'Anonimo', unsigned: 'Non sottoscritto', means: 'Mezzo', support: 'Supporto', envelope: 'Busta', presentation: 'Supporto presentato con', signatureCheck: 'Verifica della firma digitale', raccomandataCode: 'Raccomandata',
  place: 'Luogo', link: 'Collegamento', externalRef: 'Codice su altro portale', procedure: 'Procedimento', attachments: 'Allegati', declaredCount: 'Fogli o pagine dichiarati', confidential: 'Riservato',
  fileDigest: 'Impronta del file',
}

/** Mandatory data (art. 53 DPR 445/2000): the Responsabile authorises. The others need nobody else’s word, and leave their trace. */
export const mandatory: readonly FieldName[] = ['senders', 'recipients', 'subject', 'senderRef']
export const optional: readonly FieldName[] = ['classifica', 'uor', 'fascicolo', 'rpa', 'note']
/** What becomes of the optional ones, by who has to change them. */
export const optionalWords: Readonly<Record<CorrectionView['road'], string>> = {
  here: 'Dati facoltativi: cambiano subito, e resta la traccia',
  call: 'Dati facoltativi: non serve autorizzazione; cambiano quando il protocollo conferma, e resta la traccia',
  'by-hand': 'Dati facoltativi: non serve autorizzazione; poi si cambiano a mano sul protocollo centrale, e resta la traccia',
}

export const kindWords: Words = { fields: 'Rettifica', annulment: 'Annullamento', return: 'Rinvio allo sportello' }
export const causeWords: Words = { mistake: 'Errore di registrazione', 'wrong-recipient': 'Pervenuta per errore: non è nostra', twice: 'Registrata due volte' }
export const answerWords: Words = { authorised: 'Autorizzata', refused: 'Rifiutata', withdrawn: 'Ritirata', answered: 'Presa in carico dallo sportello' }
export const outcomeWords: Words = {
  asked: 'Chiesta al protocollo', unavailable: 'Il protocollo non rispondeva', unknown: 'Senza risposta chiara', rejected: 'Rifiutata dal protocollo', 'by-hand': 'Da fare sul protocollo centrale',
  done: 'Fatta', abandoned: 'Rinunciata',
}

interface StateWords { text: string; kind: 'plain' | 'good' | 'wait' | 'bad'; icon: string }

export const stateWords: Readonly<Record<CorrectionView['state'], StateWords>> = {
  asked: { text: 'Aspetta il Responsabile', kind: 'wait', icon: 'clock' },
  withdrawn: { text: 'Ritirata', kind: 'plain', icon: 'close' },
  refused: { text: 'Rifiutata', kind: 'bad', icon: 'ban' },
  answered: { text: 'Presa in carico', kind: 'good', icon: 'check' },
  requested: { text: 'Richiesta al protocollo', kind: 'wait', icon: 'clock' },
  unknown: { text: 'Richiesta, esito da verificare', kind: 'wait', icon: 'warning-circle' },
  rejected: { text: 'Il protocollo ha detto no', kind: 'bad', icon: 'warning-circle' },
  'by-hand': { text: 'Da fare sul protocollo centrale', kind: 'wait', icon: 'pencil' },
  done: { text: 'Fatta', kind: 'good', icon: 'check' },
  abandoned: { text: 'Rinunciata', kind: 'plain', icon: 'ban' },
  moot: { text: 'Superata dall’annullamento', kind: 'plain', icon: 'ban' },
}

/** The state in words; an office's letter waits for the desk, not for the Responsabile. */
export function stateOf(c: Pick<CorrectionView, 'state' | 'kind'>): StateWords {
  return c.kind === 'return' && c.state === 'asked' ? { ...stateWords.asked, text: 'Aspetta lo sportello' } : stateWords[c.state]
}

/** A value in one line. */
export function valueText(v: FieldValue): string {
  return [v.text, v.day && `del ${day(v.day)}`, ...(v.people ?? []).map((p) => p.name)].filter(Boolean).join(v.people?.length ? ', ' : ' ')
}

/** What must stand at the centre once a person has done it there, one line each. */
export function toCompare(c: Pick<CorrectionView, 'kind' | 'changes'>): string[] {
  return c.kind === 'annulment' ? ['Registrazione annullata'] : c.changes.map((x) => `${fieldWords[x.field] ?? x.field}: ${valueText(x.new) || '(vuoto)'}`)
}

/** What a person keys in at the centre's own screen, one line each. */
export function toKeyIn(c: Pick<CorrectionView, 'kind' | 'changes' | 'reason' | 'decision'>): string[] {
  const act = c.decision?.actNumber ? `Provvedimento n. ${c.decision.actNumber} del ${day(c.decision.actDay)}` : ''
  const what = c.kind === 'annulment' ? ['Annulla la registrazione'] : toCompare(c)
  return [...what, act, c.reason ? `Motivo: ${c.reason}` : ''].filter(Boolean)
}

/** What became of a request, in order: who, when, and with which act. called says a user name as the person is called. */
export function storyOf(c: CorrectionView, called = (user: string): string => user): string[] {
  const out = [`Chiesta da ${called(c.by)} il ${dateTime(c.at)}${c.reason ? `: ${c.reason}` : ''}`]
  const d = c.decision
  if (d && !(d.choice === 'authorised' && d.by === c.by && !d.actNumber)) {
    out.push(`${answerWords[d.choice] ?? d.choice} da ${called(d.by)} il ${dateTime(d.at)}${d.actNumber ? `, provvedimento n. ${d.actNumber} del ${day(d.actDay)}` : ''}${d.reason ? `: ${d.reason}` : ''}`)
  }
  if (c.outcomeAt && !(c.state === 'done' && c.road === 'here')) {
    const who = c.outcomeBy && c.outcomeBy !== 'stazione' ? ` da ${called(c.outcomeBy)}` : ''
    const what = c.state === 'done' && c.road === 'by-hand' && who ? 'Fatta sul protocollo centrale, come dichiarato' : stateOf(c).text
    out.push(`${what}${who} il ${dateTime(c.outcomeAt)}${c.words ? `: ${ownWords[c.words] ?? `«${c.words}»`}` : ''}`)
  }
  return out
}

/** What is being asked, as it is typed. */
export interface Form {
  key: string
  kind: 'fields' | 'annulment' | 'return'
  cause: keyof typeof causeWords & NonNullable<CorrectionAsk['cause']>
  reason: string
  /** By field; people one a line. */
  text: Record<FieldName, string>
  refDay: string
  link: string
  authorise: boolean
  actNumber: string
  actDay: string
}

const names = (list: Correspondent[] | null | undefined) => (list ?? []).map((p) => p.name).join('\n')

export function newForm(key: string, d: Draft, may: { register: boolean; decide: boolean }): Form {
  return {
    key, kind: may.register ? 'fields' : 'return', cause: 'mistake', reason: '', refDay: d.senderRef?.day ?? '', link: '', authorise: may.decide, actNumber: '', actDay: '',
    text: {
      subject: d.subject, senders: names(d.senders), recipients: names(d.recipients), senderRef: d.senderRef?.protocol ?? '', classifica: d.classifica ?? '', fascicolo: d.fascicolo ?? '',
      uor: d.uor ?? '', rpa: d.rpa ?? '', note: d.note ?? '',
    },
  }
}

/** Who is named as before keeps address and codes. */
function people(text: string, before: Correspondent[] | null | undefined): Correspondent[] {
  return text.split('\n').map((n) => n.trim()).filter(Boolean).map((name) => (before ?? []).find((p) => p.name === name) ?? { name })
}

/** The value that a field would get. */
export function valueOf(f: Form, d: Draft, name: FieldName): FieldValue {
  const text = (f.text[name] ?? '').trim()
  if (name === 'senders' || name === 'recipients') return { people: people(text, d[name]) }
  return name === 'senderRef' ? { ...(text ? { text } : {}), ...(f.refDay ? { day: f.refDay } : {}) } : text ? { text } : {}
}

/** The value that stands. */
export function standing(d: Draft, name: FieldName): FieldValue {
  return valueOf(newForm('', d, { register: true, decide: false }), d, name)
}

/** The fields whose value really changes. */
export function changed(f: Form, d: Draft): FieldName[] {
  if (f.kind !== 'fields') return []
  return [...mandatory, ...optional].filter((n) => JSON.stringify(valueOf(f, d, n)) !== JSON.stringify(standing(d, n)))
}

/** A form that was typed beside a letter of before: what nobody touched reads as the letter reads now, so that no old value is asked for. */
export function besideNow(f: Form, before: Draft, now: Draft): Form {
  const typed = changed({ ...f, kind: 'fields' }, before)
  const fresh = newForm(f.key, now, { register: true, decide: false })
  const text = { ...fresh.text }
  for (const n of typed) text[n] = f.text[n]
  return { ...f, text, refDay: typed.includes('senderRef') ? f.refDay : fresh.refDay }
}

/** Whether nobody has to authorise it. */
export function free(f: Form, d: Draft): boolean {
  const list = changed(f, d)
  return f.kind === 'fields' && list.length > 0 && list.every((n) => optional.includes(n))
}

export function toAsk(f: Form, d: Draft, o: { linkedID?: number; answersID?: number } = {}): CorrectionAsk {
  const values = Object.fromEntries(changed(f, d).map((n) => [n, valueOf(f, d, n)]))
  const act = f.authorise && f.kind !== 'return' && f.actNumber.trim() !== ''
  return {
    key: f.key, kind: f.kind, cause: f.cause, reason: f.reason.trim(),
    ...(f.kind === 'fields' ? { values } : {}), ...(o.linkedID ? { linkedID: o.linkedID } : {}), ...(o.answersID ? { answersID: o.answersID } : {}),
    ...(f.authorise && f.kind !== 'return' ? { authorise: true } : {}), ...(act ? { actNumber: f.actNumber.trim(), actDay: f.actDay } : {}),
  }
}
