// The intake form's life: typed, kept, registered once, parked for the counter, brought back.

import { api, problemOf } from './api'
import { desk } from './desk.svelte'
import { dialogs } from './dialogs.svelte'
import {
  duplicate, fault, fieldOf, firstSticky, fromDraft, isEmpty, newForm, stickyOf, toDraft, type Form, type Sticky,
} from './form'
import { errorText, errorWords, printStateWords, word } from './messages'
import { notices } from './notices.svelte'
import { store, stored } from './session.svelte'
import type { Draft, DuplicateView, ParkedDraft, Print, Problem, RecordView, ScanForecast } from './types'

const autosaveMs = 400
const stickyKey = 'segnatura.modulo'

/** What came of the latest registration. */
export interface Outcome {
  record: RecordView
  print?: Print
  printProblem?: Problem
  forecast?: ScanForecast
}

export interface Doubt {
  duplicates: DuplicateView[]
  print: boolean
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
  doubt = $state.raw<Doubt | undefined>()
  /** The letter at the counter whose receipt is offered. */
  receiptFor = $state.raw<RecordView | undefined>()
  /** Rises when the form wants the focus. */
  attention = $state({ field: 'party', n: 0 })

  private saved = ''
  private timer: ReturnType<typeof setTimeout> | undefined
  private previous: Draft | undefined
  private before: Sticky | undefined

  focus(field = 'party'): void {
    this.attention = { field, n: this.attention.n + 1 }
  }

  // --- Drafts ---

  /** Brings back what was being typed, once, when the desk's first picture is there. */
  bringBack(): void {
    const drafts = [...desk.drafts].sort((a, b) => a.savedAt.localeCompare(b.savedAt))
    const open = isEmpty(this.form) ? drafts.findLast((d) => !d.parked) : undefined
    this.parked = drafts.filter((d) => d !== open)
    if (open) {
      this.show(fromDraft(open.key, open.draft))
      notices.say('È tornato il modulo che stavi scrivendo.')
    }
    this.previous ??= desk.recent[0]?.draft
  }

  /** Keeps the form soon. Called at every change. */
  changed(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.keep(), autosaveMs)
  }

  /** Keeps the form now, if it differs from what is kept. */
  async keep(leaving = false): Promise<void> {
    clearTimeout(this.timer)
    const f = this.form
    if (this.busy || (isEmpty(f) && this.saved === '')) return
    const draft = toDraft(f)
    const text = f.key + JSON.stringify(draft)
    if (text === this.saved) return
    this.saved = text
    try {
      await api.saveDraft(f.key, draft, false, { keepalive: leaving })
    } catch (err) {
      if (this.saved === text) this.saved = 'again'
      if (problemOf(err).code === 'request-key') this.form.key = mint()
    }
  }

  private show(f: Form): void {
    this.form = f
    this.errors = {}
    this.saved = ''
    this.more = false
    this.focus()
  }

  /** An empty form for the next letter. */
  blank(): void {
    this.show(newForm(mint(), stickyOf(this.form)))
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

  duplicateOf(d: Draft): void {
    if (!isEmpty(this.form)) this.park()
    this.show(duplicate(mint(), d))
    this.changed()
    this.focus('subject')
  }

  // --- The counter ---

  private park(): void {
    const f = this.form
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
  async register(print: boolean, choice?: { duplicateChoice: 'diverso' | 'originale-fax'; duplicateOf: number }): Promise<void> {
    if (this.busy) return
    const wrong = fault(this.form)
    if (wrong) {
      this.refuse(wrong.field, errorWords[wrong.code] ?? '')
      return
    }
    clearTimeout(this.timer)
    this.busy = true
    this.errors = {}
    const draft = toDraft(this.form, desk.delivery?.id)
    try {
      const r = await api.register({ key: this.form.key, draft, print, ...choice })
      this.doubt = undefined
      this.busy = false
      this.done(r.record, r.print, r.printProblem)
    } catch (err) {
      this.busy = false
      await this.failed(problemOf(err), draft, print)
    }
  }

  private done(record: RecordView, print: Print | undefined, printProblem: Problem | undefined): void {
    const outcome: Outcome = { record }
    if (print) outcome.print = print
    if (printProblem) outcome.printProblem = printProblem
    this.outcome = outcome
    this.previous = record.draft
    store(stickyKey, JSON.stringify(stickyOf(this.form)))
    notices.say(spoken(outcome))
    desk.recent = [record, ...desk.recent.filter((r) => r.intakeID !== record.intakeID)].slice(0, 5)
    desk.refresh('status', 'labels', 'recent')
    if (desk.delivery && record.draft.deliveryID === desk.delivery.id) {
      desk.delivery = { ...desk.delivery, intakes: desk.delivery.intakes + 1 }
    }
    void this.forecast(outcome)
    if (!this.form.atCounter) {
      this.blank()
      return
    }
    this.receiptFor = record.draft.direction === 'A' ? record : undefined
    this.form = newForm(mint(), savedSticky())
    this.back()
    if (this.receiptFor) dialogs.show('receipt')
  }

  /** Says at once when what was declared is outside the page rule (R3.2). */
  private async forecast(o: Outcome): Promise<void> {
    if (!o.record.registrationID || !o.record.draft.declaredCount) return
    const forecast = await api.scope(o.record.registrationID).catch(() => undefined)
    if (forecast && !forecast.within && this.outcome === o) this.outcome = { ...o, forecast }
  }

  private async failed(p: Problem, draft: Draft, print: boolean): Promise<void> {
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

function savedSticky(): Sticky {
  try {
    return { ...firstSticky, ...(JSON.parse(stored(stickyKey) || '{}') as Partial<Sticky>) }
  } catch {
    return firstSticky
  }
}

function spoken(o: Outcome): string {
  const label = o.print ? `. ${word(printStateWords, o.print.state)}` : ''
  return o.record.number
    ? `Registrato: protocollo numero ${Number(o.record.number)} del ${o.record.year}${label}.`
    : `Ricezione ${o.record.intakeCode} salva, in attesa del numero.`
}

export const intake = new Intake()
