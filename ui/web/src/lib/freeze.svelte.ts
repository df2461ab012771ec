// The key that freezes the instant of a handover. The browser keeps no instant of its own: what is shown is the station's, and where the
// station gave none there is none.

import { problemOf } from './api'
import { bidAPI } from './bidapi'
import { errorText } from './errors'
import type { HandoverView } from './types'

/** Remembers that this browser may freeze where nobody is logged in; the proof itself is a cookie that no script sees. */
const enabledHere = 'segnatura-banco'

class Freezer {
  /** What the last presses gave, newest first; the panel shows them until it is closed. */
  frozen = $state.raw<HandoverView[]>([])
  /** Why the last press gave no instant; '' while it did. */
  failure = $state('')
  /** Presses that the station has not answered yet. */
  pending = $state(0)
  /** Counts the instants that came, for whoever lists them. */
  changes = $state(0)

  get shown(): boolean {
    return this.pending > 0 || this.failure !== '' || this.frozen.length > 0
  }

  get offered(): boolean {
    return localStorage.getItem(enabledHere) === '1'
  }

  async press(): Promise<void> {
    this.pending++
    try {
      const h = await bidAPI.freeze(newKey())
      this.frozen = [h, ...this.frozen]
      this.failure = ''
      this.changes++
    } catch (err) {
      const p = problemOf(err)
      this.failure = p.class === 'unavailable' || p.code === 'aborted' || p.status === 0 ? 'La stazione non risponde.' : errorText(p)
    } finally {
      this.pending--
    }
  }

  close(): void {
    this.frozen = []
    this.failure = ''
  }

  /** Lets this browser freeze also after whoever is logged in has gone. */
  async enable(): Promise<void> {
    try {
      await bidAPI.enable()
      localStorage.setItem(enabledHere, '1')
    } catch {
      // The next log-in tries again; meanwhile the key works within a session.
    }
  }
}

export const freezer = new Freezer()

/** A press's own key, also where the page is not served by TLS. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('')
}
