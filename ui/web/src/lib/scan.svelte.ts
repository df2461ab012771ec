// Scanning from the desk: the settings that this browser remembers, one run at a time, and files from elsewhere.

import { api, type ScanCommand } from './api'
import { desk } from './desk.svelte'
import { notices } from './notices.svelte'
import { store, stored } from './session.svelte'

const key = 'segnatura.scansione'

export interface ScanSettings {
  scanner: string
  input: 'feeder' | 'platen'
  duplex: boolean
  colorMode: 'rgb' | 'grey' | 'binary'
  resolution: number
}

const first: ScanSettings = { scanner: '', input: 'feeder', duplex: false, colorMode: 'grey', resolution: 300 }

class Scan {
  settings = $state<ScanSettings>(read())
  busy = $state(false)

  save(s: ScanSettings): void {
    this.settings = s
    store(key, JSON.stringify(s))
  }

  /** Starts a run; selected is the registration that its code must name, or 0. */
  async start(selected = 0, resume = 0): Promise<void> {
    if (this.busy || desk.running) {
      notices.show('info', 'Una scansione è già in corso.')
      return
    }
    this.busy = true
    try {
      const s = this.settings
      const c: ScanCommand = { input: s.input, duplex: s.input === 'feeder' && s.duplex, colorMode: s.colorMode, resolution: s.resolution }
      if (s.scanner && desk.status?.scanners.some((x) => x.id === s.scanner)) c.scanner = s.scanner
      if (selected) c.selected = selected
      if (resume) c.continue = resume
      const b = await api.scan(c)
      desk.refresh(`batch:${b.id}`, 'status')
      if (resume) desk.refresh('exceptions')
      notices.say('Scansione avviata.')
    } catch (err) {
      notices.fail(err)
    } finally {
      this.busy = false
    }
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
      notices.say('File caricati.')
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
