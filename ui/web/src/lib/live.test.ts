import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Coalescer, LiveFeed, pauses, type LiveState, type Socket } from './live'
import type { LiveEvent } from './types'

class FakeSocket implements Socket {
  onopen: Socket['onopen'] = null
  onmessage: Socket['onmessage'] = null
  onclose: Socket['onclose'] = null
  closed = false
  constructor(readonly path: string) {}
  close() {
    this.closed = true
  }
  say(e: unknown) {
    this.onmessage?.(new MessageEvent('message', { data: typeof e === 'string' ? e : JSON.stringify(e) }))
  }
  open() {
    this.onopen?.(new Event('open'))
  }
  lose() {
    this.onclose?.(new Event('close') as CloseEvent)
  }
}

describe('the live feed', () => {
  let sockets: FakeSocket[]
  let events: LiveEvent[]
  let states: LiveState[]
  let may: boolean
  let feed: LiveFeed

  const last = () => sockets.at(-1)!

  beforeEach(() => {
    vi.useFakeTimers()
    sockets = []
    events = []
    states = []
    may = true
    feed = new LiveFeed({
      open: (path) => {
        const s = new FakeSocket(path)
        sockets.push(s)
        return s
      },
      onEvent: (e) => events.push(e),
      onState: (s) => states.push(s),
      mayRetry: async () => may,
    })
  })
  afterEach(() => {
    feed.stop()
    vi.useRealTimers()
  })

  it('asks from the number that the page’s data stand for', () => {
    feed.start(41)
    expect(last().path).toBe('/api/live?da=41')
  })

  it('comes back after a lost connection and asks for what it missed', async () => {
    feed.start(41)
    last().open()
    last().say({ seq: 42, kind: 'page', id: 7 })
    last().lose()
    expect(states).toEqual(['connecting', 'up', 'down'])
    await vi.advanceTimersByTimeAsync(pauses[0])
    expect(sockets).toHaveLength(2)
    expect(last().path).toBe('/api/live?da=42')
    expect(events).toEqual([{ seq: 42, kind: 'page', id: 7 }])
  })

  it('waits longer each time, and starts over once it is up', async () => {
    feed.start(0)
    last().lose()
    await vi.advanceTimersByTimeAsync(pauses[0])
    last().lose()
    await vi.advanceTimersByTimeAsync(pauses[1] - 1)
    expect(sockets).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(sockets).toHaveLength(3)
    last().open()
    last().lose()
    await vi.advanceTimersByTimeAsync(pauses[0])
    expect(sockets).toHaveLength(4)
  })

  it('does not knock on a door that a session’s end has closed', async () => {
    feed.start(0)
    may = false
    last().lose()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sockets).toHaveLength(1)
  })

  it('ignores what an old connection still says', async () => {
    feed.start(0)
    const old = last()
    old.lose()
    await vi.advanceTimersByTimeAsync(pauses[0])
    old.say({ seq: 99, kind: 'page' })
    expect(feed.last).toBe(0)
    expect(events).toEqual([])
  })

  it('ignores what is no event', () => {
    feed.start(3)
    last().say('not json')
    last().say({ kind: 'page' })
    expect(feed.last).toBe(3)
  })

  it('closes its connection when it is stopped, and stays away', async () => {
    feed.start(0)
    feed.stop()
    expect(last().closed).toBe(true)
    last().lose()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(sockets).toHaveLength(1)
  })
})

describe('coalescing', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('makes one request of a burst, and a second one only for what came while it ran', async () => {
    let finish = () => {}
    const act = vi.fn(() => new Promise<void>((done) => (finish = done)))
    const c = new Coalescer<string>(act, 100)
    for (let i = 0; i < 20; i++) c.ask('batch:1')
    await vi.advanceTimersByTimeAsync(100)
    expect(act).toHaveBeenCalledTimes(1)
    c.ask('batch:1')
    c.ask('batch:1')
    await vi.advanceTimersByTimeAsync(1000)
    expect(act).toHaveBeenCalledTimes(1)
    finish()
    await vi.advanceTimersByTimeAsync(100)
    expect(act).toHaveBeenCalledTimes(2)
  })

  it('keeps different things apart, and goes on after a failure', async () => {
    const act = vi.fn(async () => {
      throw new Error('down')
    })
    const c = new Coalescer<string>(act, 100)
    c.ask('a')
    c.ask('b')
    await vi.advanceTimersByTimeAsync(100)
    c.ask('a')
    await vi.advanceTimersByTimeAsync(100)
    expect(act.mock.calls.map((x: unknown[]) => x[0])).toEqual(['a', 'b', 'a'])
  })
})
