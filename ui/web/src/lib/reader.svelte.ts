// What a hand reader reads: one record opens, several are shown to choose from.

import { api } from './api'
import { bidAPI } from './bidapi'
import { notices } from './notices.svelte'
import { place } from './place.svelte'
import type { RecordView } from './types'

class Reader {
  choices = $state.raw<RecordView[]>([])
}

export const reader = new Reader()

export async function openByCode(code: string): Promise<void> {
  try {
    if (/^(SGN1\.B\.|G\d{11})/i.test(code.trim())) {
      const b = await bidAPI.find(code)
      if (b.intakeID) place.go('record', b.intakeID)
      else if (b.description?.tenderID) place.go('tender', b.description.tenderID)
      else place.go('tenders')
      return
    }
    const { hits } = await api.open(code)
    const only = hits[0]
    if (hits.length === 1 && only) place.go('record', only.intakeID)
    else if (hits.length > 1) reader.choices = hits
    else notices.show('warning', 'Questo codice non corrisponde a nessuna registrazione.')
  } catch (err) {
    notices.fail(err)
  }
}
