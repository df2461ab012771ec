// What the page rule in force offers besides scanning all of a letter. It is asked about the first letter that is to be confirmed, and once:
// the rule is one for the whole office, and what it allows is looked at again when it is used.

import { api } from './api'

class Manual {
  /** The first page may stand for a plan or a volume that does not come apart (R3.5, R19.4). */
  frontispiece = $state(false)
  private asked = false

  async load(registrationID: number): Promise<void> {
    if (this.asked) return
    this.asked = true
    try {
      this.frontispiece = ((await api.scanOptions(registrationID)).frontispieces ?? []).length > 0
    } catch {
      this.asked = false // the next letter asks again
    }
  }
}

export const manual = new Manual()
