/// <reference types="node" />
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { api } from './api'
import { desk } from './desk.svelte'
import { Coalescer, type Socket } from './live'
import { session } from './session.svelte'

const folder = join(import.meta.dirname, '../../../../internal/station')
const kinds = readdirSync(folder).filter((f) => f.endsWith('.go')).flatMap((f) => [...readFileSync(join(folder, f), 'utf8').matchAll(/\bEvent[A-Z]\w*\s+(?:EventKind )?= "([a-z]+)"/g)].map((m) => m[1] ?? ''))

afterEach(() => {
  desk.stop()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** The desk with an open feed, and what tells it something. */
async function listening(): Promise<(kind: string) => void> {
  const sockets: Socket[] = []
  vi.stubGlobal('WebSocket', class implements Socket {
    onopen = null
    onmessage: Socket['onmessage'] = null
    onclose = null
    close = () => {}
    constructor() {
      sockets.push(this)
    }
  })
  vi.spyOn(session, 'active', 'get').mockReturnValue(true)
  vi.spyOn(session, 'may').mockReturnValue(false)
  vi.spyOn(api, 'desk').mockResolvedValue({ status: { seq: 7 } } as never)
  await desk.start()
  let seq = 7
  return (kind) => sockets[0]?.onmessage?.({ data: JSON.stringify({ seq: ++seq, kind, id: 3 }) } as MessageEvent)
}

// A draft is typed in this browser: what other browsers park comes with the next whole picture.
it.each(kinds.filter((k) => k !== 'draft'))('hears of «%s»', async (kind) => {
  const tell = await listening()
  const ask = vi.spyOn(Coalescer.prototype, 'ask').mockImplementation(() => {})
  const before = desk.changes
  tell(kind)
  expect(ask.mock.calls.length + desk.changes - before).toBeGreaterThan(0)
})

it('a plico changes the screen that shows plichi, and asks for the count beside «Gare»', async () => {
  expect(kinds).toContain('bid')
  const tell = await listening()
  const ask = vi.spyOn(Coalescer.prototype, 'ask').mockImplementation(() => {})
  const before = desk.changes
  tell('bid')
  tell('what nobody knows')
  expect(desk.changes).toBe(before + 1)
  expect(ask.mock.calls).toEqual([['status']])
})
