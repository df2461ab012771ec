// What a hand reader reads: one record opens, several are shown to choose from.

import { api } from './api'
import { notices } from './notices.svelte'
import { place } from './place.svelte'
import type { RecordView } from './types'

class Reader {
  choices = $state.raw<RecordView[]>([])
}

export const reader = new Reader()

export async function openByCode(code: string): Promise<void> {
  try {
    const { hits } = await api.open(code)
    const only = hits[0]
    if (hits.length === 1 && only) place.go('record', only.intakeID)
    else if (hits.length > 1) reader.choices = hits
    else notices.show('warning', 'Questo codice non corrisponde a nessuna registrazione.')
  } catch (err) {
    notices.fail(err)
  }
}
