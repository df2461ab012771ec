// The intake form's life: typed, kept, registered once, parked for the counter, brought back.

import { api, problemOf } from './api'
import { desk } from './desk.svelte'
import { dialogs } from './dialogs.svelte'
import {
  duplicate, fault, fieldOf, firstSticky, fromDraft, isEmpty, newForm, stickyOf, toDraft, type Form, type Sticky,
} from './form'
import { protocol } from './format'
import { errorText, errorWords, printStateWords, word } from './messages'
import { notices } from './notices.svelte'
import { session, store, stored } from './session.svelte'
import type { Draft, DuplicateView, ParkedDraft, Print, Problem, RecordView, Registered } from './types'

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
  private unkeptSince = 0
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
    const left = takeLeft()
    const open = isEmpty(this.form) ? (left ?? formOf(drafts.findLast((d) => !d.parked))) : undefined
    this.parked = drafts.filter((d) => d.key !== open?.key)
    if (open) {
      this.show(open)
      notices.say('È tornato il modulo che stavi scrivendo.')
    }
    this.previous ??= desk.recent[0]?.draft
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
    let r: Registered
    try {
      r = await api.register({ key: this.form.key, draft, print, ...choice })
    } catch (err) {
      this.busy = false
      await this.failed(problemOf(err), draft, print)
      void this.keep()
      return
    }
    // From here on there is a number: nothing that goes wrong in the page may look like a failed registration.
    this.busy = false
    this.doubt = undefined
    this.done(r.record, r.print, r.printProblem)
  }

  private done(record: RecordView, print: Print | undefined, printProblem: Problem | undefined): void {
    const outcome: Outcome = { record }
    if (print) outcome.print = print
    if (printProblem) outcome.printProblem = printProblem
    this.outcome = outcome
    this.previous = record.draft
    if (printProblem) notices.show('warning', errorText(printProblem))
    if (record.words && !record.number) notices.show('warning', `Risposta del sistema di protocollo: «${record.words}».`)
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
    if (!forecast || forecast.within) return
    notices.show('warning', `${protocol(o.record)}: dichiarate ${forecast.declared} ${forecast.unit}, il limite è ${forecast.limit}. Alla scansione servirà la nota. ${forecast.manual}.`)
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
