// The intake form's life: typed, kept, registered once, parked for the counter, brought back.

import { api, problemOf } from './api'
import { desk } from './desk.svelte'
import { dialogs } from './dialogs.svelte'
import {
  duplicate, fault, fieldOf, firstSticky, fromDraft, isEmpty, newForm, stickyOf, toCorrected, toDraft, type Correcting, type DuplicateAnswer, type Form, type Sticky,
} from './form'
import { protocol } from './format'
import { errorText, errorWords } from './errors'
import { fetchPDF } from './labelpdf'
import { legendWords, printerWords, printStateWords, word } from './messages'
import { notices } from './notices.svelte'
import { exitDraft } from './onward'
import { place } from './place.svelte'
import { session, store, stored } from './session.svelte'
import type { CorrectedLetter, Draft, DuplicateView, ParkedDraft, Print, Problem, RecordView, Registered, TemporaryPrint } from './types'

const autosaveMs = 400
/** Somebody who types without a pause is kept all the same. */
const longestUnkeptMs = 2000
/** After a failure the next try, while nothing is typed. */
const keepAgainMs = 3000
const stickyKey = 'segnatura.modulo'
const leftKey = 'segnatura.lasciato'

/** What came of the latest registration. */
export interface Outcome {
  record: RecordView
  print?: Print
  printProblem?: Problem
}

export interface Doubt {
  duplicates: DuplicateView[]
  print: boolean
}

/** A closed envelope that was about to be registered: what stands on it, and what was sent. */
export interface ClosedEnvelope {
  words: string
  draft: Draft
  print: boolean
  choice: DuplicateAnswer | undefined
}

function mint(): string {
  return crypto.randomUUID()
}

class Intake {
  form = $state<Form>(newForm(mint(), savedSticky()))
  parked = $state.raw<ParkedDraft[]>([])
  busy = $state(false)
  more = $state(false)
  /** Words beside fields, by the form's field; "" holds what concerns the whole form. */
  errors = $state<Record<string, string>>({})
  outcome = $state.raw<Outcome | undefined>()
  /** The latest registration was to have its label at once; one whose number comes from another screen has it then. */
  wantsLabel = false
  doubt = $state.raw<Doubt | undefined>()
  /** Set while the clerk is asked whether a closed envelope is a personal one. */
  envelope = $state.raw<ClosedEnvelope | undefined>()
  /** The letter whose receipt is offered. */
  receiptFor = $state.raw<RecordView | undefined>()
  /** A refused letter whose place another one has taken: it is proposed to close it. */
  toClose = $state.raw<{ intakeID: number; code: string; by: RecordView } | undefined>()
  /** Rises when the form wants the focus. */
  attention = $state({ field: 'party', n: 0 })

  private saved = ''
  private unkeptSince = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  private previous: Draft | undefined
  private before: Sticky | undefined
  /** What was set before a letter that was opened by mistake was sent on: the next one comes in again. */
  private detour: Sticky | undefined

  focus(field = 'party'): void {
    this.attention = { field, n: this.attention.n + 1 }
  }

  // --- Drafts ---

  /** Brings back what was being typed, once, when the desk's first picture is there. */
  bringBack(): void {
    const drafts = [...desk.drafts].sort((a, b) => a.savedAt.localeCompare(b.savedAt))
    const left = takeLeft()
    const open = isEmpty(this.form) ? (left ?? formOf(drafts.findLast((d) => !d.parked))) : undefined
    this.parked = drafts.filter((d) => d.key !== open?.key)
    if (open) {
      this.show(open)
      notices.say('È tornato il modulo che stavi scrivendo.')
    }
    this.previous ??= desk.recent[0]?.draft
    if (desk.delivery?.means && !stored(stickyKey)) this.begin(desk.delivery.means) // opened at another desk, or by another browser
  }

  /** Keeps the form soon. Called at every change. */
  changed(): void {
    const general = this.errors['']
    if (Object.keys(this.errors).length > (general ? 1 : 0)) this.errors = general ? { '': general } : {}
    clearTimeout(this.timer)
    this.unkeptSince ||= Date.now()
    const latest = this.unkeptSince + longestUnkeptMs - Date.now()
    this.timer = setTimeout(() => void this.keep(), Math.max(0, Math.min(autosaveMs, latest)))
  }

  /** Keeps the form now, if it differs from what is kept. */
  async keep(leaving = false): Promise<void> {
    clearTimeout(this.timer)
    this.unkeptSince = 0
    const f = this.form
    if (leaving) leave(f)
    if (f.correcting) return // the station would bring it back as a letter to be registered
    if (this.busy || (isEmpty(f) && this.saved === '')) return
    const draft = toDraft(f)
    const text = f.key + JSON.stringify(draft)
    if (text === this.saved) return
    this.saved = text
    try {
      await api.saveDraft(f.key, draft, false, { keepalive: leaving })
    } catch (err) {
      const p = problemOf(err)
      if (p.code === 'request-key') {
        // Another window has registered this form: a new key would give the same letter a second number (R16.9).
        if (this.form.key === f.key) this.refuse('', errorText(p))
        return
      }
      if (this.saved !== text) return
      this.saved = 'again'
      this.timer = setTimeout(() => void this.keep(), keepAgainMs)
    }
  }

  private show(f: Form): void {
    this.form = f
    this.errors = {}
    this.saved = ''
    this.more = false
    this.focus()
  }

  /** «Arrivo posta» has opened with these means, or closed: letters of the pile come in by them. The one at the counter or under correction keeps its own. */
  begin(means = ''): void {
    const sticky = { ...firstSticky, means: means || firstSticky.means }
    store(stickyKey, JSON.stringify(sticky))
    if (this.before) this.before = sticky
    const f = this.form
    if (f.correcting || f.atCounter) return
    if (isEmpty(f)) this.form = newForm(f.key, sticky)
    else if (means && f.direction === 'A') f.means = means // it belongs to the delivery as well
  }

  /** An empty form for the next letter. */
  blank(): void {
    this.show(newForm(mint(), this.nextSticky()))
  }

  private nextSticky(): Sticky {
    return (sendsOn(this.form) && this.detour) || stickyOf(this.form)
  }

  async discard(): Promise<void> {
    const { key } = this.form
    const had = this.saved !== ''
    this.blank()
    if (had) await api.discardDraft(key).catch(() => {})
  }

  copyPrevious(): void {
    if (!this.previous) {
      notices.show('info', 'Non c’è ancora una lettera precedente da copiare.')
      return
    }
    this.show(duplicate(this.form.key, this.previous))
    this.changed()
    this.focus('subject')
  }

  /** The same letter for a new number; refused names the one that it is copied from, where the centre refused that. */
  duplicateOf(d: Draft, refused?: { intakeID: number; code: string }): void {
    if (!isEmpty(this.form)) this.park()
    this.show({ ...duplicate(mint(), d), ...(refused ? { replaces: refused } : {}) })
    this.changed()
    this.focus('subject')
  }

  /** «Correggi e chiedi di nuovo»: the refused letter in the form that it was registered with. */
  correct(c: Correcting): void {
    if (!isEmpty(this.form)) this.park()
    this.show({ ...fromDraft(mint(), c.draft), correcting: c })
    this.focus()
  }

  /** Asks whether the letter that is being corrected still wants it: its number may have come, or somebody gave it up. */
  async followCorrected(): Promise<void> {
    const id = this.form.correcting?.intakeID
    if (!id || this.busy) return
    const at = await api.record(id, { background: true }).catch(() => undefined)
    const c = this.form.correcting
    if (!at || this.busy || c?.intakeID !== id) return
    if (at.number) c.settled = `ha il numero ${protocol(at)}`
    else if (at.closing) c.settled = 'è chiusa senza numero'
  }

  // --- The counter ---

  private park(): void {
    const f = this.form
    if (f.correcting) { // parked it would come back as a letter to be registered
      notices.show('info', `La correzione della Ricezione ${f.correcting.code} non è stata inviata: riaprila dalla sua scheda.`)
      return
    }
    const d: ParkedDraft = { key: f.key, draft: toDraft(f), parked: true, savedAt: new Date().toISOString() }
    this.parked = [...this.parked, d]
    void api.saveDraft(d.key, d.draft, true).catch((err) => notices.fail(err))
  }

  /** F4: parks what is under way and opens a form for the person at the counter; from there, goes back. */
  counter(): void {
    if (this.form.atCounter) {
      if (!isEmpty(this.form)) this.park()
      this.back()
      return
    }
    this.before = stickyOf(this.form)
    if (!isEmpty(this.form)) this.park()
    const f = newForm(mint(), { ...firstSticky, means: 'mano', envelope: 'senza-busta' })
    f.atCounter = true
    this.show(f)
    notices.say('Sportello: modulo vuoto.')
  }

  /** Returns to the newest parked form, or to an empty one. */
  private back(): void {
    const last = this.parked.at(-1)
    if (last) this.resume(last)
    else this.show(newForm(mint(), this.before ?? savedSticky()))
  }

  resume(d: ParkedDraft): void {
    const current = this.form
    if (current.key !== d.key && !isEmpty(current) && !this.busy) this.park()
    this.parked = this.parked.filter((p) => p.key !== d.key)
    this.show(fromDraft(d.key, d.draft))
    void api.saveDraft(d.key, d.draft, false).catch(() => {})
  }

  async drop(d: ParkedDraft): Promise<void> {
    this.parked = this.parked.filter((p) => p.key !== d.key)
    await api.discardDraft(d.key).catch((err) => notices.fail(err))
  }

  // --- Registering ---

  /** Asks for the number. The same form never gets two: the key stays until it has one. */
  async register(print: boolean, choice?: DuplicateAnswer, notPersonal = false): Promise<void> {
    if (this.busy || this.form.correcting?.settled) return
    const wrong = fault(this.form)
    if (wrong) {
      this.refuse(wrong.field, errorWords[wrong.code] ?? '')
      return
    }
    clearTimeout(this.timer)
    this.busy = true
    this.errors = {}
    const { correcting, replaces } = this.form
    const draft = correcting ? toCorrected(this.form, correcting.draft) : toDraft(this.form, desk.delivery?.id)
    let r: CorrectedLetter
    try {
      r = correcting
        ? await api.correctRefused(correcting.intakeID, { attempt: correcting.attempt, draft, print })
        : await api.register({ key: this.form.key, draft, print, ...choice, ...(notPersonal ? { notPersonal } : {}) })
    } catch (err) {
      this.busy = false
      await this.failed(problemOf(err), draft, print, choice)
      void this.keep()
      return
    }
    // From here on there is a number: nothing that goes wrong in the page may look like a failed registration.
    this.busy = false
    this.doubt = undefined
    this.wantsLabel = print
    this.done(r, !correcting)
    if (r.left) notices.show('warning', `La correzione è salva. ${errorText(r.left)}`)
    void this.proposeClosing(replaces, choice, r.record)
  }

  /** A refused letter that was registered again wants an end: else somebody asks for its number too. */
  private async proposeClosing(copied: Form['replaces'], choice: DuplicateAnswer | undefined, by: RecordView): Promise<void> {
    const id = copied?.intakeID ?? choice?.duplicateIntake
    if (!id) return
    const old = await api.record(id, { background: true }).catch(() => undefined)
    if (!old || old.number || old.closing || old.attempt !== 'rejected') return
    if (by.registrationID) this.toClose = { intakeID: id, code: old.intakeCode, by }
    else notices.show('info', `La Ricezione ${old.intakeCode}, rifiutata, è ancora aperta: quando questa ha il numero, chiudila dalla sua scheda.`)
  }

  /** Shows a letter whose number was read on another screen, and goes on with the next. */
  keyed(r: Registered): void {
    this.outcome = r
    void fetchPDF(r.print, r.minuta)
    if (r.printProblem) notices.show('warning', errorText(r.printProblem))
    notices.say(spoken(r))
    desk.recent = desk.recent.map((x) => (x.intakeID === r.record.intakeID ? r.record : x))
    desk.refresh('status', 'labels', 'recent')
    this.focus()
  }

  /** arrived: it is a letter more, not one that was there before. */
  private done({ record, print, minuta, printProblem }: Registered, arrived = true): void {
    const outcome: Outcome = { record }
    if (print) outcome.print = print
    void fetchPDF(print, minuta)
    if (printProblem) outcome.printProblem = printProblem
    this.outcome = outcome
    this.previous = record.draft
    if (printProblem) notices.show('warning', errorText(printProblem))
    if (record.words && !record.number) notices.show('warning', `Risposta del sistema di protocollo: «${record.words}».`)
    store(stickyKey, JSON.stringify(this.nextSticky()))
    notices.say(spoken(outcome))
    desk.recent = [record, ...desk.recent.filter((r) => r.intakeID !== record.intakeID)].slice(0, 5)
    desk.refresh('status', 'labels', 'recent')
    if (arrived && desk.delivery && record.draft.deliveryID === desk.delivery.id) {
      desk.delivery = { ...desk.delivery, intakes: desk.delivery.intakes + 1 }
    }
    void this.forecast(outcome)
    if (record.draft.direction === 'P' && record.draft.circumstance?.kind === 'aperto-per-errore' && this.wantsLabel) void this.envelopeLegend(record)
    if (!this.form.atCounter) {
      if (!arrived || !opened(record) || !this.sendOn(record)) this.blank()
      return
    }
    this.form = newForm(mint(), savedSticky())
    this.back()
    if (record.draft.direction === 'A') this.offerReceipt(record)
  }

  offerReceipt(record: RecordView): void {
    this.receiptFor = record
    dialogs.show('receipt')
  }

  /** Says at once when what was declared is outside the page rule (R3.2). */
  private async forecast(o: Outcome): Promise<void> {
    if (!o.record.registrationID || !o.record.draft.declaredCount) return
    const forecast = await api.scope(o.record.registrationID).catch(() => undefined)
    if (!forecast || forecast.within) return
    notices.show('warning', `${protocol(o.record)}: dichiarate ${forecast.declared} ${forecast.unit}, il limite è ${forecast.limit}. Alla scansione servirà la nota. ${forecast.manual}.`)
  }

  /** The clerk sees a closed envelope with a word on it that nobody typed (002 art. 67). */
  staysClosed(): void {
    if (!this.busy) this.envelope = { words: '', draft: toDraft(this.form, desk.delivery?.id), print: true, choice: undefined }
  }

  /** «Resta chiusa, senza numero»: the form's envelope goes to a person. Returns what went wrong. */
  async keepClosed(to: string, formula: string): Promise<string> {
    const e = this.envelope
    if (!e || this.busy) return ''
    this.busy = true
    try {
      const record = await api.keepClosed({ key: this.form.key, draft: { ...e.draft, recipients: [{ name: to }] }, formula })
      this.envelope = undefined
      notices.show('success', `Ricezione ${record.intakeCode}: la busta resta chiusa, senza numero. Adesso la consegna con la ricevuta.`)
      desk.refresh('status', 'recent')
      this.blank()
      place.go('record', record.intakeID)
      return ''
    } catch (err) {
      return errorText(problemOf(err))
    } finally {
      this.busy = false
    }
  }

  /** «Non si registra», by an entry of the list. Returns what went wrong. */
  async leaveOut(entry: string): Promise<string> {
    return this.withoutNumber((key, draft) => api.closeUnregistered({ key, draft, entry }),
      (r) => `Ricezione ${r.intakeCode}: non si registra. Resta nel giorno con la voce dell’elenco.`)
  }

  /** «Torna alle Poste»: a closed envelope for somebody else. Returns what went wrong. */
  async toThePost(to: string, address: string, legend: boolean): Promise<string> {
    return this.withoutNumber((key, draft) => api.takeMisdelivered({ key, draft: { ...draft, recipients: [{ name: to, ...(address ? { address } : {}) }] } }), (r) => {
      if (legend) void this.labelled(api.printMisdelivered(r.intakeID))
      return `Ricezione ${r.intakeCode}: torna alle Poste, per ${to}. È in «Fine giornata», da restituire.`
    })
  }

  private async withoutNumber(send: (key: string, draft: Draft) => Promise<RecordView>, words: (r: RecordView) => string): Promise<string> {
    if (this.busy) return ''
    clearTimeout(this.timer)
    this.busy = true
    try {
      const r = await send(this.form.key, toDraft(this.form, desk.delivery?.id))
      notices.show('success', words(r))
      desk.refresh('status', 'recent')
      if (desk.delivery && r.draft.deliveryID === desk.delivery.id) desk.delivery = { ...desk.delivery, intakes: desk.delivery.intakes + 1 }
      if (this.form.atCounter) this.back()
      else this.blank()
      return ''
    } catch (err) {
      return errorText(problemOf(err))
    } finally {
      this.busy = false
    }
  }

  /** A letter for others that was opened: it is registered as it came, and then as it goes on (002 art. 22.2). */
  openedByMistake(): void {
    this.form.direction = 'A'
    this.form.circumstance = 'aperto-per-errore'
    this.focus()
    notices.show('info', 'Aperta per errore: registrala in entrata, l’oggetto dirà «PERVENUTO PER ERRORE». Poi si apre la registrazione in uscita.')
  }

  /** The registration in exit of what was opened by mistake, to whom it came from. Returns whether it can be written now. */
  sendOn(r: RecordView): boolean {
    if (!r.registrationID) {
      notices.show('info', `Quando la Ricezione ${r.intakeCode} ha il numero, rispediscila dalla sua pagina: manca la registrazione in uscita.`)
      return false
    }
    if (!isEmpty(this.form) && this.form.key && this.outcome?.record.intakeID !== r.intakeID) this.park()
    this.detour = savedSticky()
    this.show(fromDraft(mint(), exitDraft(r.draft, r.registrationID)))
    this.changed()
    this.focus('party')
    notices.show('info', `Adesso la registrazione in uscita di ${protocol(r)}: a chi si rispedisce. Con l’etichetta esce la dicitura per la busta.`)
    return true
  }

  /** L-8, for the envelope in which it goes on. */
  private async envelopeLegend(r: RecordView): Promise<void> {
    if (r.registrationID) await this.labelled(api.printLegend(r.registrationID, 'L-8', false))
    else notices.show('info', 'Quando ha il numero, stampa dalla sua pagina la dicitura L-8 per la busta.')
  }

  /** Says what became of a legend's label. */
  private async labelled(print: Promise<TemporaryPrint>): Promise<void> {
    try {
      const p = await print
      const words = word(legendWords, p.state) + ' (per la busta)' + (p.condition ? ` (${word(printerWords, p.condition)})` : '')
      notices.show(p.state === 'printed' ? 'success' : 'warning', words)
    } catch (err) {
      notices.fail(err)
    }
  }

  /** The clerk's word that the envelope is no personal one. */
  async notPersonal(): Promise<void> {
    const e = this.envelope
    this.envelope = undefined
    if (e) await this.register(e.print, e.choice, true)
  }

  /** What had no number and is to be registered after all, as when its addressee gave it back, keeps the arrival of then. */
  giveBack(intakeID: number, draft: Draft): void {
    if (!isEmpty(this.form)) this.park()
    this.show(fromDraft(mint(), { ...draft, envelopeID: intakeID }))
    this.changed()
    this.focus('party')
  }

  private async failed(p: Problem, draft: Draft, print: boolean, choice: DuplicateAnswer | undefined): Promise<void> {
    if (p.code === 'envelope-personal') {
      this.doubt = undefined
      this.envelope = { words: p.words ?? '', draft, print, choice }
      return
    }
    if (p.code === 'possible-duplicates') {
      const duplicates = await api.duplicates(draft).catch(() => [])
      this.doubt = { duplicates, print }
      return
    }
    if (p.status === 401 || p.code === 'screen-locked') return
    this.refuse(p.class === 'invalid' ? fieldOf(p.field, this.form.direction) : '', errorText(p))
  }

  private refuse(field: string, text: string): void {
    const known = Object.hasOwn(this.form, field)
    this.errors = { [known ? field : '']: text }
    notices.say(text)
    if (!known) return
    const asked = field === 'party' || field === 'subject' || field === 'classifica' || field === 'uor'
    if (!asked) this.more = true
    this.focus(field)
  }
}

/** The form is the exit of a letter that was opened by mistake. */
function sendsOn(f: Form): boolean {
  return f.direction === 'P' && f.circumstance === 'aperto-per-errore'
}

/** It came in, was for somebody else, and was opened. */
function opened(r: RecordView): boolean {
  return r.draft.direction === 'A' && r.draft.circumstance?.kind === 'aperto-per-errore'
}

function formOf(d: ParkedDraft | undefined): Form | undefined {
  return d && fromDraft(d.key, d.draft)
}

/**
 * What this window shows when it is left. The station's copy may still be under way when a reload asks for it; this one is here.
 * It is this window's own, and the key in it is the form's: registered meanwhile, it does not get a second number.
 */
function leave(f: Form): void {
  try {
    if (isEmpty(f)) sessionStorage.removeItem(leftKey)
    else sessionStorage.setItem(leftKey, JSON.stringify({ user: session.me?.user, form: f }))
  } catch {
    // The station's copy has to do.
  }
}

function takeLeft(): Form | undefined {
  try {
    const left = JSON.parse(sessionStorage.getItem(leftKey) ?? 'null') as { user: string; form: Form } | null
    sessionStorage.removeItem(leftKey)
    return left && left.user === session.me?.user ? { ...newForm(left.form.key), ...left.form } : undefined
  } catch {
    return undefined
  }
}

function savedSticky(): Sticky {
  try {
    return stickyOf({ ...firstSticky, ...(JSON.parse(stored(stickyKey) || '{}') as Partial<Sticky>) })
  } catch {
    return firstSticky
  }
}

function spoken(o: Outcome): string {
  const label = o.print ? `. ${word(printStateWords, o.print.state)}` : ''
  const r = o.record
  if (!r.number && r.attempt === 'rejected') return `Ricezione ${r.intakeCode} salva. Il protocollo l’ha rifiutata: va corretta.`
  if (!r.number) return `Ricezione ${r.intakeCode} salva, in attesa del numero.`
  if (r.emergency && !r.ordinary) return `Registrato sul registro di emergenza: ${protocol(r)}${label}.`
  const n = r.ordinary ?? { number: r.number, year: r.year }
  return `Registrato: protocollo numero ${Number(n.number)} del ${n.year}${label}.`
}

export const intake = new Intake()
