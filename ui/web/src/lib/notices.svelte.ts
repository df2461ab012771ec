// What the station says at the moment: to the eye as notices, to a screen reader as announcements.

import { problemOf } from './api'
import { errorText } from './errors'

export interface Notice {
  id: number
  kind: 'error' | 'warning' | 'success' | 'info'
  text: string
}

const shownFor = 7000

class Notices {
  list = $state<Notice[]>([])
  /** The polite announcement. It is emptied first, so that the same words are read again. */
  spoken = $state('')
  private id = 0

  show(kind: Notice['kind'], text: string): void {
    const n = { id: ++this.id, kind, text }
    this.list = [...this.list.filter((o) => o.text !== text), n].slice(-3)
    if (kind !== 'error') setTimeout(() => this.dismiss(n.id), kind === 'warning' ? 2 * shownFor : shownFor)
  }

  /** Words a failure. Notices of errors stay until they are dismissed, or their screen is left. */
  fail(err: unknown): void {
    const p = problemOf(err)
    if (p.code === 'aborted' || p.status === 401 || p.code === 'screen-locked') return
    this.show('error', errorText(p))
  }

  dismiss(id: number): void {
    this.list = this.list.filter((n) => n.id !== id)
  }

  leave(): void {
    this.list = this.list.filter((n) => n.kind !== 'error')
  }

  say(text: string): void {
    this.spoken = ''
    setTimeout(() => (this.spoken = text), 50)
  }
}

export const notices = new Notices()
