// The labels that were printed and of which no scan has been seen yet: asked when a run is over, and when somebody looks.

import { api } from './api'
import { desk } from './desk.svelte'
import { notices } from './notices.svelte'
import { isPile, unseen } from './runs'
import { keep } from './share'
import type { Candidate } from './types'

class Expected {
  list = $state.raw<readonly Candidate[]>([])
  /** The last pile, while nothing is under way. */
  readonly pile = $derived(desk.running ? undefined : desk.batches.find(isPile))
  /** What is expected still, and was not read in the last pile either. */
  readonly missing = $derived(this.pile ? unseen(this.pile, this.list, desk.exceptions) : this.list)

  /** Takes the list anew. Without asked a failure is nobody's news: the line is a hint. */
  async load(asked = false): Promise<void> {
    try {
      const list = await api.expected({ background: !asked })
      this.list = keep(this.list, list)
    } catch (err) {
      if (asked) notices.fail(err)
    }
  }
}

export const expected = new Expected()
