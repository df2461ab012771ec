// Who is at the desk, and what covers the screens: the log-in again after a session's end, or the lock. Screens stay mounted
// beneath, so that nothing typed is lost.

import { api, watchSession } from './api'
import { stationClock } from './stationclock.svelte'
import type { Action, Me, Problem } from './types'

export type Cover = 'none' | 'login' | 'lock'

const deskKey = 'segnatura.postazione'

class Session {
  me = $state<Me | undefined>()
  /** The station did not answer the first question. */
  unreachable = $state(false)
  cover = $state<Cover>('none')

  constructor() {
    watchSession((p) => this.interrupted(p))
  }

  async load(): Promise<void> {
    try {
      this.set(await api.me({ background: true }))
      this.unreachable = false
    } catch {
      this.unreachable = true
    }
  }

  set(me: Me): void {
    const before = this.me
    this.me = me
    stationClock.heard(me.now)
    if (me.loggedIn) this.cover = me.locked ? 'lock' : 'none'
    else if (before?.loggedIn) this.cover = 'login'
  }

  /** Leaves for good: the screens go too. */
  left(me: Me): void {
    this.cover = 'none'
    this.me = { ...me, loggedIn: false }
  }

  may(a: Action): boolean {
    return this.me?.may?.includes(a) ?? false
  }

  get active(): boolean {
    return this.me?.loggedIn === true && this.cover === 'none' && !this.me.mustChange
  }

  get deskName(): string {
    return stored(deskKey)
  }

  set deskName(name: string) {
    store(deskKey, name)
  }

  /** Asks whether the session still stands; for the live feed, which is not told why it was closed. */
  async check(): Promise<boolean> {
    const me = await api.me({ background: true })
    this.set(me)
    return me.loggedIn && !me.locked
  }

  private interrupted(p: Problem): void {
    if (!this.me?.loggedIn) return
    if (p.code === 'screen-locked') this.cover = 'lock'
    else if (p.status === 401) this.cover = 'login'
    else if (p.code === 'must-change-password') this.me = { ...this.me, mustChange: true }
  }
}

export function stored(key: string): string {
  try {
    return localStorage.getItem(key) ?? ''
  } catch {
    return ''
  }
}

export function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // A browser that keeps nothing only forgets a preference.
  }
}

export const session = new Session()
