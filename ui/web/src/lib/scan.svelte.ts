// Scanning from the desk: the settings that this browser remembers, one run at a time, and files from elsewhere.

import { api, problemOf, type ScanCommand } from './api'
import { desk } from './desk.svelte'
import { dialogs } from './dialogs.svelte'
import { notices } from './notices.svelte'
import { refusedText } from './runs'
import { awaitingHere, backsQuestion } from './passes'
import { profileOn } from './profiles'
import { session, store, stored } from './session.svelte'
import type { BatchView, ExceptionView, ProfileView } from './types'

const key = 'segnatura.scansione'

/** Where the way goes on when fronts and backs are not as many. */
export const backsAskedWords = 'I retri non tornano con i fronti: rispondi alla domanda a destra.'

export interface ScanSettings {
  scanner: string
  input: 'feeder' | 'platen'
  duplex: boolean
  colorMode: 'rgb' | 'grey' | 'binary'
  resolution: number
  /** A feeder that reads one side alone: the fronts first, then the pile turned over. */
  twoPasses: boolean
  /** "" leaves the page's size to the scanner. */
  pageSize: '' | 'A4' | 'A3' | 'A5' | 'max'
}

const first: ScanSettings = { scanner: '', input: 'feeder', duplex: false, twoPasses: false, colorMode: 'grey', resolution: 300, pageSize: '' }

export interface StartOptions {
  /** The registration that its code must name. */
  selected?: number
  /** The document that a fault cut short. */
  resume?: number
  /** The page that is scanned anew. */
  replace?: number
  /** The batch of fronts whose backs these are. */
  backsOf?: number
  /** Scans with these settings; else with F8's profile, or without one with what this browser remembers. */
  profile?: ProfileView | undefined
  withoutProfile?: boolean
  /** Another scanner than the profile's, for this once. */
  scanner?: string
}

class Scan {
  settings = $state<ScanSettings>(read())
  busy = $state(false)
  /** The start that waits for a person, because the scanner of its profile is not there. */
  asked = $state.raw<{ options: StartOptions; words: string } | undefined>()

  save(s: ScanSettings): void {
    this.settings = s
    store(key, JSON.stringify(s))
  }

  /** The batch whose fronts lie here at this desk: the next run brings its backs. */
  get awaiting(): BatchView | undefined {
    return awaitingHere(desk.batches, session.me)
  }

  /** What must be answered before the awaited backs can go through again. */
  get asks(): ExceptionView | undefined {
    return this.awaiting && backsQuestion(this.awaiting, desk.exceptions)
  }

  /** What F8 scans with, where there is a profile. */
  get usual(): ProfileView | undefined {
    return profileOn(desk.status?.profiles ?? [], 'F8')
  }

  /** Starts what is on a key. */
  async startOn(key: string): Promise<void> {
    const profile = profileOn(desk.status?.profiles ?? [], key)
    if (!profile && key !== 'F8') {
      notices.show('info', 'Su questo tasto non c’è un profilo di scansione.')
      return
    }
    await this.start({ profile })
  }

  /** Starts a run. One that is for nothing else brings the backs that are awaited. */
  async start(o: StartOptions = {}): Promise<void> {
    if (this.busy || desk.running) {
      notices.show('info', 'Una scansione è già in corso.')
      return
    }
    if (!o.selected && !o.resume && !o.replace && this.asks) {
      document.querySelector<HTMLElement>(`[data-exception="${this.asks.id}"]`)?.focus()
      notices.say(backsAskedWords)
      return
    }
    this.busy = true
    try {
      const profile = o.withoutProfile ? undefined : (o.profile ?? this.usual)
      const c: ScanCommand = profile ? { profile: profile.id ?? 0 } : this.remembered()
      const backsOf = o.backsOf ?? (o.selected || o.resume || o.replace ? 0 : (this.awaiting?.id ?? 0))
      const twoPasses = profile ? profile.settings.twoSided : this.settings.input === 'feeder' && this.settings.twoPasses && !this.settings.duplex
      if (backsOf) c.backsOf = backsOf
      else if (twoPasses && !o.resume && !o.replace) c.twoSided = true
      if (o.scanner) c.scanner = o.scanner
      if (o.selected) c.selected = o.selected
      if (o.resume) c.continue = o.resume
      if (o.replace) c.replace = o.replace
      const b = await api.scan(c)
      desk.refresh(`batch:${b.id}`, 'status')
      if (o.resume) desk.refresh('exceptions')
      notices.say(backsOf ? 'Scansione dei retri avviata.' : 'Scansione avviata.')
    } catch (err) {
      const p = problemOf(err)
      if (p.code !== 'profile-scanner') {
        notices.fail(err)
        return
      }
      this.asked = { options: { ...o, profile: o.profile ?? this.usual }, words: p.words ?? '' }
      dialogs.show('profile-scanner')
    } finally {
      this.busy = false
    }
  }

  /** What this browser remembers, as a command. */
  private remembered(): ScanCommand {
    const s = this.settings
    const c: ScanCommand = { input: s.input, duplex: s.input === 'feeder' && s.duplex, colorMode: s.colorMode, resolution: s.resolution }
    if (s.pageSize) c.pageSize = s.pageSize
    if (s.scanner && desk.status?.scanners.some((x) => x.id === s.scanner)) c.scanner = s.scanner
    return c
  }

  async stop(): Promise<void> {
    const run = desk.running
    if (!run) return
    try {
      await api.cancelScan(run.id)
      desk.refresh(`batch:${run.id}`)
    } catch (err) {
      notices.fail(err)
    }
  }

  async upload(files: File[], selected = 0): Promise<void> {
    if (files.length === 0) return
    this.busy = true
    try {
      const b = await api.upload(files, selected)
      desk.refresh(`batch:${b.id}`, 'status', 'exceptions')
      if (b.refused) notices.show('error', refusedText(b))
      else notices.say('File caricati.')
    } catch (err) {
      notices.fail(err)
    } finally {
      this.busy = false
    }
  }
}

function read(): ScanSettings {
  try {
    return { ...first, ...(JSON.parse(stored(key) || '{}') as Partial<ScanSettings>) }
  } catch {
    return first
  }
}

export const scan = new Scan()
