// What the keys do. One function a key; the table in keys.ts says which.

import { api } from './api'
import { desk } from './desk.svelte'
import { dialogs } from './dialogs.svelte'
import { firstToConfirm, reveal } from './documents'
import { freezer } from './freeze.svelte'
import { intake } from './intake.svelte'
import type { KeyBinding } from './keys'
import { labels } from './labels.svelte'
import { notices } from './notices.svelte'
import { place } from './place.svelte'
import { openByCode } from './reader.svelte'
import { routes, type RouteName } from './router'
import { scan } from './scan.svelte'
import { session } from './session.svelte'

/** The mounted form, which must choose what was typed into its lists before it registers. */
export const deskForm: { register: ((print: boolean) => Promise<void> | undefined) | undefined } = { register: undefined }

const atDesk = () => place.at?.route.name === 'desk'
const inDialog = () => document.querySelector('dialog[open]') !== null

function focusOn(wanted: string | HTMLElement | undefined, none: string): void {
  const target = typeof wanted === 'string' ? document.querySelector<HTMLElement>(wanted) : wanted
  if (!target) {
    notices.show('info', none)
    return
  }
  reveal(target)
}

/** Alt+C: the document in focus; from elsewhere it only goes to the first one, so that nothing is confirmed unseen. */
function confirm(): void {
  const card = document.activeElement?.closest('[data-document]')
  const button = card?.querySelector<HTMLButtonElement>('[data-confirm]')
  if (button) button.click()
  else focusOn(firstToConfirm(), 'Nessun documento da confermare.')
}

/** A letter that is corrected was registered: it is not left out of the register any more. */
function aside(name: 'unregistered' | 'misdelivered'): void {
  if (!intake.form.correcting) dialogs.show(name)
}

const onDesk: Record<string, () => void> = {
  delivery: () => dialogs.show('delivery'),
  counter: () => intake.counter(),
  unregistered: () => aside('unregistered'),
  misdelivered: () => aside('misdelivered'),
  copy: () => intake.copyPrevious(),
  'register-print': () => void deskForm.register?.(true),
  register: () => void deskForm.register?.(false),
  more: () => (intake.more = !intake.more),
  form: () => intake.focus(),
  documents: () => focusOn(firstToConfirm(), 'Nessun documento da confermare.'),
  confirm,
  exceptions: () => focusOn('[data-exception]', 'Nessuna eccezione.'),
}

/** Presses the button of the card that has the focus, or else of the first one. */
function pressOn(selector: string, none: string): void {
  const within = document.activeElement?.closest('[data-plico], [data-handover]')
  const button = within?.querySelector<HTMLButtonElement>(selector) ?? document.querySelector<HTMLButtonElement>(selector)
  if (button) button.click()
  else notices.show('info', none)
}

const onTenders: Record<string, () => void> = {
  'no-plico': () => pressOn('[data-no-plico]', 'Nessun istante aspetta il suo modulo.'),
  'next-plico': () => pressOn('[data-next]', 'Prima salva i dati di un plico.'),
}

/** A letter's page: its buttons say which of them a key presses. */
const onRecord = new Set(['register-print', 'copy', 'bid-receipt', 'scan-this', 'correct', 'other'])

function pressOnRecord(id: string): void {
  const button = document.querySelector<HTMLElement>(`[data-act="${id}"]`)
  if (!button) notices.show('info', 'Su questa pagina il tasto non ha niente da fare.')
  else if (!(button instanceof HTMLButtonElement && button.disabled)) button.click()
}

const anywhere: Record<string, () => void> = {
  help: () => dialogs.show('help'),
  'next-label': () => void labels.next(),
  'bid-receipt': () => document.querySelector<HTMLElement>('[data-bid-receipt]')?.click(),
  scan: () => void scan.startOn('F8'),
  'scan-2': () => void scan.startOn('Shift+F8'),
  'scan-3': () => void scan.startOn('Ctrl+F8'),
  'scan-4': () => void scan.startOn('Alt+F8'),
  lock: () => void api.lock().then((me) => session.set(me), (err: unknown) => notices.fail(err)),
}

const registers = new Set(['next-label', 'scan', 'scan-2', 'scan-3', 'scan-4'])

/** The screens that have a key; its id is theirs. */
const screens: readonly RouteName[] = ['desk', 'search', 'endofday', 'emergency', 'tenders', 'verify', 'alarms', 'days']

/** Does what a key says. Returns whether it was for us. */
export function command(b: KeyBinding): boolean {
  if (b.id === 'freeze') { // whoever is logged in, and where nobody is
    void freezer.press()
    return true
  }
  if (!session.active) return false
  if (b.id === 'stop-scan') return escape()
  if (inDialog()) return /^((Shift|Ctrl|Alt)\+)?F\d/.test(b.combo) // the browser's own F keys stay quiet too
  if (place.at?.route.name === 'record' && onRecord.has(b.id)) {
    pressOnRecord(b.id)
    return true
  }
  const act = onDesk[b.id]
  if (act && session.may('register')) {
    if (atDesk()) act()
    else if (b.id === 'counter') {
      place.go('desk')
      act()
    } else return false
    return true
  }
  const plico = onTenders[b.id]
  if (plico) {
    if (place.at?.route.name !== 'tenders' || !session.may('register')) return false
    plico()
    return true
  }
  const screen = routes.find((r) => r.name === b.id && screens.includes(r.name))
  if (screen) {
    const may = !screen.needs || session.may(screen.needs)
    if (may) {
      place.go(screen.name)
      setTimeout(toTitle)
    }
    return may
  }
  if (registers.has(b.id) && !session.may('register')) return false
  anywhere[b.id]?.()
  return b.id in anywhere
}

/** What had the focus went with its screen: whoever came by key goes on from the new one's title. */
function toTitle(): void {
  const title = document.querySelector<HTMLElement>('#main h1')
  if (!title || document.activeElement !== document.body) return
  title.tabIndex = -1
  title.focus()
}

/** Esc closes what is open, innermost first, and at last asks whether the scan shall stop. */
function escape(): boolean {
  if (inDialog() || document.activeElement?.closest('[data-open]')) return false
  if (atDesk() && intake.more) {
    intake.more = false
    intake.focus('subject')
    return true
  }
  if (!desk.running || !session.may('register')) return false
  dialogs.show('stop-scan')
  return true
}

export function burst(text: string): void {
  if (session.active) void openByCode(text)
}
