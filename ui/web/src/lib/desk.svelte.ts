// The desk's data and how they stay fresh: whole at first and after a lost connection, piece by piece with the live feed.

import { api } from './api'
import { isClosed } from './documents'
import { protocol } from './format'
import { Coalescer, LiveFeed, type LiveState } from './live'
import { notices } from './notices.svelte'
import { foundNoSheet } from './runs'
import { session } from './session.svelte'
import { keep } from './share'
import { stationClock } from './stationclock.svelte'
import type { BatchView, Delivery, DocumentView, ExceptionView, LiveEvent, ParkedDraft, PrintView, RecordView, Status, EmergencyState } from './types'

/** How often devices are asked, which tell nobody when their paper ends. */
const statusEveryMs = 15_000
const recentCount = 5

class Desk {
  loaded = $state(false)
  live = $state<LiveState>('connecting')
  status = $state.raw<Status | undefined>()
  /** The emergency register, for who may number; undefined while unknown. */
  emergency = $state.raw<EmergencyState | undefined>()
  delivery = $state.raw<Delivery | undefined>()
  drafts = $state.raw<ParkedDraft[]>([])
  batches = $state.raw<BatchView[]>([])
  exceptions = $state.raw<ExceptionView[]>([])
  labels = $state.raw<PrintView[]>([])
  recent = $state.raw<RecordView[]>([])
  /** Rises with every event on a record, for the screen that shows one. */
  changes = $state(0)

  /** The first picture is taken of a fresh desk: whoever waits for the drafts that come with it. */
  onLoad: (() => void) | undefined

  private readonly feed = new LiveFeed({
    open: (path) => new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${path}`),
    onEvent: (e) => this.news(e),
    // A new try does not hide that the connection is lost.
    onState: (s) => {
      if (s !== 'connecting') this.live = s
    },
    mayRetry: () => session.check(),
  })
  private readonly pieces = new Coalescer<string>((key) => this.fetch(key))
  private poll: ReturnType<typeof setInterval> | undefined

  /** Takes the whole picture and follows it. Called again after a log-in or an unlock. */
  async start(): Promise<void> {
    try {
      await this.reload()
    } catch (err) {
      notices.fail(err)
    }
    if (!session.active) return
    this.feed.start(this.status?.seq ?? 0)
    clearInterval(this.poll)
    this.poll = setInterval(() => {
      if (document.visibilityState === 'visible') this.pieces.ask('status')
    }, statusEveryMs)
  }

  stop(): void {
    this.feed.stop()
    clearInterval(this.poll)
  }

  refresh(...keys: string[]): void {
    for (const k of keys) this.pieces.ask(k)
  }

  /** Takes a batch anew at once, and waits for it: whoever changed it goes on from what it is now. */
  async renew(batchID: number): Promise<void> {
    this.place(await api.batch(batchID, { background: true }))
  }

  get running(): BatchView | undefined {
    return this.batches.find((b) => b.state === 'running')
  }

  documents(): DocumentView[] {
    return this.batches.flatMap((b) => b.documents ?? [])
  }

  private async reload(): Promise<void> {
    const [d, page] = await Promise.all([
      api.desk({ background: true }),
      session.may('search') ? api.search({ limite: recentCount }, { background: true }) : { hits: [] },
    ])
    this.status = d.status
    stationClock.heard(d.status.now)
    this.delivery = d.delivery
    this.drafts = d.drafts ?? []
    this.batches = keep(this.batches, d.batches ?? [])
    this.exceptions = keep(this.exceptions, d.exceptions ?? [])
    this.labels = d.labels ?? []
    this.recent = page.hits
    this.pieces.ask('emergency')
    if (!this.loaded) {
      this.loaded = true
      this.onLoad?.()
    }
  }

  private news(e: LiveEvent): void {
    switch (e.kind) {
      case 'refresh':
        this.pieces.ask('desk')
        break
      case 'batch':
        this.pieces.ask(`batch:${e.id ?? 0}`)
        this.pieces.ask('status')
        break
      case 'page':
        this.pieces.ask(`batch:${this.batchOfPage(e.id ?? 0)}`)
        break
      case 'document':
        this.pieces.ask(`batch:${this.batchOfDocument(e.id ?? 0)}`)
        this.pieces.ask('recent')
        this.pieces.ask('status')
        this.changes++
        break
      case 'exception':
        this.pieces.ask('exceptions')
        this.pieces.ask('status')
        break
      case 'print':
        this.pieces.ask('labels')
        this.pieces.ask('status')
        this.pieces.ask('recent')
        this.changes++
        break
      case 'intake':
      case 'registration':
        this.pieces.ask('recent')
        this.pieces.ask('status')
        if (this.emergency?.open) this.pieces.ask('emergency')
        for (const b of this.batchesOf(e.kind, e.id ?? 0)) this.pieces.ask(`batch:${b}`)
        this.changes++
        break
      case 'delivery':
        this.pieces.ask('desk')
        break
      case 'emergency':
        this.pieces.ask('emergency')
        this.changes++
        break
      case 'bid':
        this.pieces.ask('status')
        this.changes++
        break
      case 'competition':
      case 'stamps':
        this.changes++
        break
      case 'alarm':
        this.pieces.ask('status')
        this.changes++
        break
      case 'status':
      case 'progress':
        this.pieces.ask('status')
        break
    }
  }

  /** The batches that show what is to be done with a letter: it may be urgent now. */
  private batchesOf(kind: 'intake' | 'registration', id: number): number[] {
    const named = (d: DocumentView) => (kind === 'intake' ? d.record?.intakeID : d.record?.registrationID) === id
    return this.batches.filter((b) => (b.documents ?? []).some((d) => named(d) && !isClosed(d))).map((b) => b.id)
  }

  private batchOfDocument(id: number): number {
    return this.documents().find((d) => d.id === id)?.batchID ?? this.onlyRunning()
  }

  private batchOfPage(id: number): number {
    return this.documents().find((d) => d.pageList?.some((p) => p.id === id))?.batchID ?? this.onlyRunning()
  }

  /** What nobody has seen yet came with the run under way, if there is one alone; 0 otherwise. */
  private onlyRunning(): number {
    const running = this.batches.filter((b) => b.state === 'running')
    return running.length === 1 ? (running[0]?.id ?? 0) : 0
  }

  private async fetch(key: string): Promise<void> {
    if (!session.active) return
    const o = { background: true }
    switch (key) {
      case 'desk':
      case 'batch:0':
        return this.reload()
      case 'status':
        this.status = await api.status(o)
        stationClock.heard(this.status.now)
        return
      case 'exceptions': {
        const before = this.exceptions.length
        this.exceptions = keep(this.exceptions, await api.exceptions(o))
        if (this.exceptions.length > before) notices.say(`Nuova eccezione: ora sono ${this.exceptions.length}.`)
        return
      }
      case 'emergency':
        if (session.may('register')) this.emergency = await api.emergency(o)
        return
      case 'labels': {
        const before = new Set(this.labels.map((l) => l.id))
        this.labels = await api.labels(o)
        tellArrived(this.labels.filter((l) => !before.has(l.id) && l.queuedBy === 'stazione'))
        return
      }
      case 'recent':
        if (session.may('search')) this.recent = (await api.search({ limite: recentCount }, o)).hits
        return
      default:
        this.place(await api.batch(Number(key.slice('batch:'.length)), o))
    }
  }

  /** Puts a batch where it stands, or first; one of which nothing waits any more stays until the next reload. */
  private place(b: BatchView): void {
    const at = this.batches.findIndex((o) => o.id === b.id)
    if (at < 0) {
      this.batches = [b, ...this.batches.filter((o) => !foundNoSheet(o))]
      notices.say('Scansione in arrivo.')
      return
    }
    const before = this.batches[at]
    if (before?.state === 'running' && b.state !== 'running') {
      notices.say(b.state === 'awaits-backs' ? `Fronti presi: ${b.pages} pagine. Ora i retri.` : `Scansione finita: ${b.pages} pagine.`)
    }
    this.batches = this.batches.with(at, keep(before ?? b, b))
  }
}

/** Says that numbers came for which letters had waited: their labels are ready for whoever holds the letters. */
function tellArrived(labels: PrintView[]): void {
  const [first] = labels
  if (!first) return
  const text = labels.length === 1 ? `È arrivato il numero della lettera di ${first.of.from || 'mittente anonimo'}: ${protocol(first.of)}.` : `È arrivato il numero di ${labels.length} lettere che aspettavano.`
  notices.show('info', `${text} Etichette da stampare: F10.`)
  notices.say(text)
}

export const desk = new Desk()
