// Labels that wait: one by one, beside the right letter.

import { api } from './api'
import { desk } from './desk.svelte'
import { dialogs } from './dialogs.svelte'
import { protocol } from './format'
import { fetchPDF } from './labelpdf'
import { printerWords, printStateWords, word } from './messages'
import { notices } from './notices.svelte'
import type { PrintView } from './types'

class Labels {
  busy = $state(false)

  private async act(work: () => Promise<void>): Promise<void> {
    if (this.busy) return
    this.busy = true
    try {
      await work()
    } catch (err) {
      notices.fail(err)
    }
    this.busy = false
    desk.refresh('labels', 'status', 'recent')
  }

  retry(l: PrintView): Promise<void> {
    return this.act(async () => {
      const p = await api.retryPrint(l.id)
      void fetchPDF(p)
      const what = `${l.of.from || 'Anonimo'} — ${protocol(l.of)}: ${word(printStateWords, p.state).toLowerCase()}`
      if (p.state === 'printed') {
        desk.labels = desk.labels.filter((o) => o.id !== l.id)
        notices.show('success', what)
      } else {
        notices.show('warning', what + (p.condition ? ` (${word(printerWords, p.condition)})` : ''))
      }
      notices.say(what)
    })
  }

  outcome(l: PrintView, printed: boolean): Promise<void> {
    return this.act(() => api.printOutcome(l.id, printed))
  }

  /** F10: the label that has waited longest; one of unknown outcome asks first. */
  async next(): Promise<void> {
    // What came to wait a moment ago may not have been told yet.
    desk.labels = await api.labels().catch(() => desk.labels)
    const l = desk.labels.find((o) => o.state === 'queued' || o.state === 'failed')
    if (l) return this.retry(l)
    if (desk.labels.length > 0) dialogs.show('labels')
    else notices.show('info', 'Nessuna etichetta in attesa.')
  }
}

export const labels = new Labels()
