// What the keys do. One function a key; the table in keys.ts says which.

import { api } from './api'
import { desk } from './desk.svelte'
import { dialogs } from './dialogs.svelte'
import { intake } from './intake.svelte'
import type { KeyBinding } from './keys'
import { labels } from './labels.svelte'
import { notices } from './notices.svelte'
import { place } from './place.svelte'
import { openByCode } from './reader.svelte'
import { scan } from './scan.svelte'
import { session } from './session.svelte'

/** The mounted form, which must choose what was typed into its lists before it registers. */
export const deskForm: { register: ((print: boolean) => Promise<void> | undefined) | undefined } = { register: undefined }

const atDesk = () => place.at?.route.name === 'desk'
const inDialog = () => document.querySelector('dialog[open]') !== null

function focusOn(selector: string, none: string): void {
  const target = document.querySelector<HTMLElement>(selector)
  if (!target) {
    notices.show('info', none)
    return
  }
  target.focus()
  target.scrollIntoView({ block: 'nearest' })
}

/** Alt+C: the document in focus; from elsewhere it only goes to the first one, so that nothing is confirmed unseen. */
function confirm(): void {
  const card = document.activeElement?.closest('[data-document]')
  const button = card?.querySelector<HTMLButtonElement>('[data-confirm]')
  if (button) button.click()
  else focusOn('[data-confirm]', 'Nessun documento da confermare.')
}

const onDesk: Record<string, () => void> = {
  delivery: () => dialogs.show('delivery'),
  counter: () => intake.counter(),
  copy: () => intake.copyPrevious(),
  'register-print': () => void deskForm.register?.(true),
  register: () => void deskForm.register?.(false),
  more: () => (intake.more = !intake.more),
  form: () => intake.focus(),
  documents: () => focusOn('[data-confirm]', 'Nessun documento da confermare.'),
  confirm,
  exceptions: () => focusOn('[data-exception]', 'Nessuna eccezione.'),
}

const anywhere: Record<string, () => void> = {
  help: () => dialogs.show('help'),
  'next-label': () => void labels.next(),
  scan: () => void scan.start(),
  search: () => place.go('search'),
  desk: () => place.go('desk'),
  lock: () => void api.lock().then((me) => session.set(me), (err: unknown) => notices.fail(err)),
}

const registers = new Set(['next-label', 'scan', 'desk'])

/** Does what a key says. Returns whether it was for us. */
export function command(b: KeyBinding): boolean {
  if (!session.active) return false
  if (b.id === 'stop-scan') return escape()
  if (inDialog()) return b.combo.startsWith('F') || b.combo.startsWith('Shift+F') // the browser's own F keys stay quiet too
  const act = onDesk[b.id]
  if (act && session.may('register')) {
    if (atDesk()) act()
    else if (b.id === 'counter') {
      place.go('desk')
      act()
    } else return false
    return true
  }
  if (registers.has(b.id) && !session.may('register')) return false
  anywhere[b.id]?.()
  return b.id in anywhere
}

/** Esc closes what is open, innermost first, and at last asks whether the scan shall stop. */
function escape(): boolean {
  if (inDialog() || document.activeElement?.hasAttribute('data-open')) return false
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
