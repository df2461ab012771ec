// The rules of the AOO, as the panels of the settings share them: the version that one panel saves is every panel's, so that none takes it for
// somebody else's. What another person saved meanwhile is a conflict, and nothing is overwritten.

import { api, problemOf } from './api'
import type { Policies } from './types'

class Rules {
  current = $state.raw<Policies | undefined>()

  async load(): Promise<Policies> {
    return (this.current = await api.policies())
  }

  /** Saves a change as a new version. After a conflict the rules are what the other person made of them. */
  async save(change: { [K in keyof Policies]?: Policies[K] | undefined }): Promise<Policies> {
    try {
      return (this.current = await api.savePolicies({ ...(this.current ?? (await this.load())), ...change } as Policies))
    } catch (err) {
      if (problemOf(err).code === 'policies') await this.load().catch(() => undefined)
      throw err
    }
  }
}

export const rules = new Rules()
