// The live feed: a websocket that says what changed, by kind and id. After a lost connection it comes back by itself, with growing
// pauses, and asks for what it missed from the last number that it saw.

import type { LiveEvent } from './types'

export type LiveState = 'connecting' | 'up' | 'down'

export interface Socket {
  onopen: ((e: Event) => void) | null
  onmessage: ((e: MessageEvent) => void) | null
  onclose: ((e: CloseEvent) => void) | null
  close(): void
}

export interface LiveOptions {
  open: (path: string) => Socket
  onEvent: (e: LiveEvent) => void
  onState: (s: LiveState) => void
  /** Asked before each new try; false ends the feed (no session, or a locked one). */
  mayRetry: () => Promise<boolean>
}

/** Pauses before each try, in milliseconds; the last one repeats. */
export const pauses = [250, 500, 1000, 2000, 4000, 8000] as const

export class LiveFeed {
  private seq: number | undefined
  private socket: Socket | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private tries = 0
  private stopped = true

  constructor(private readonly o: LiveOptions) {}

  /** The number of the last event that was seen. */
  get last(): number | undefined {
    return this.seq
  }

  /** Connects; seq is the feed's number that the page's data stand for. */
  start(seq: number): void {
    this.stop()
    this.stopped = false
    this.seq = seq
    this.tries = 0
    this.connect()
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
    const s = this.socket
    this.socket = undefined
    s?.close()
  }

  private connect(): void {
    this.o.onState('connecting')
    const s = this.o.open(`/api/live?da=${this.seq ?? 0}`)
    this.socket = s
    s.onopen = () => {
      if (s !== this.socket) return
      this.tries = 0
      this.o.onState('up')
    }
    s.onmessage = (m) => {
      if (s === this.socket) this.take(m.data)
    }
    s.onclose = () => {
      if (s !== this.socket) return
      this.socket = undefined
      this.o.onState('down')
      this.later()
    }
  }

  private take(data: unknown): void {
    const e = parse(data)
    if (!e) return
    this.seq = e.seq
    this.o.onEvent(e)
  }

  private later(): void {
    const pause = pauses[Math.min(this.tries, pauses.length - 1)]
    this.tries++
    this.timer = setTimeout(() => void this.again(), pause)
  }

  private async again(): Promise<void> {
    const may = await this.o.mayRetry().catch(() => true)
    if (this.stopped) return
    if (may) this.connect()
    else this.stop()
  }
}

function parse(data: unknown): LiveEvent | undefined {
  if (typeof data !== 'string') return undefined
  try {
    const e = JSON.parse(data) as Partial<LiveEvent>
    return typeof e.seq === 'number' && typeof e.kind === 'string' ? (e as LiveEvent) : undefined
  } catch {
    return undefined
  }
}

/** Joins calls for the same key within a pause into one, so that a burst of page events costs one request. */
export class Coalescer<K> {
  private readonly due = new Map<K, ReturnType<typeof setTimeout>>()
  private readonly busy = new Set<K>()
  private readonly again = new Set<K>()

  constructor(
    private readonly act: (key: K) => Promise<void>,
    private readonly pauseMs = 120,
  ) {}

  ask(key: K): void {
    if (this.busy.has(key)) {
      this.again.add(key)
      return
    }
    if (this.due.has(key)) return
    this.due.set(key, setTimeout(() => void this.run(key), this.pauseMs))
  }

  private async run(key: K): Promise<void> {
    this.due.delete(key)
    this.busy.add(key)
    try {
      await this.act(key)
    } catch {
      // The next event, or the reconnection's refresh, asks again.
    }
    this.busy.delete(key)
    if (this.again.delete(key)) this.ask(key)
  }
}
