import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { notices } from '../lib/notices.svelte'
import type { RecordView } from '../lib/types'
import TemporaryLabel from './TemporaryLabel.svelte'

const savedAt = '2026-11-22T09:00:00Z'
const record = { intakeID: 7, intakeCode: 'R 7/2026', savedAt, temporaryFrom: '2026-11-22T09:15:00Z' } as unknown as RecordView

let answer: unknown
let sent: string[]
let part: ReturnType<typeof mount> | undefined

const button = () => [...document.querySelectorAll('button')].find((b) => b.textContent?.includes('Etichetta provvisoria'))

function show(r: RecordView, at: string) {
  vi.setSystemTime(new Date(at))
  part = mount(TemporaryLabel, { target: document.body, props: { record: r } })
  flushSync()
}

beforeEach(() => {
  vi.useFakeTimers()
  sent = []
  answer = { state: 'printed' }
  vi.stubGlobal('fetch', (path: string) => {
    sent.push(path)
    return Promise.resolve(new Response(JSON.stringify(answer), { status: 200 }))
  })
})

afterEach(() => {
  if (part) void unmount(part)
  notices.list = []
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('the temporary label', () => {
  it('is offered when the wait is over, by itself', () => {
    show(record, '2026-11-22T09:14:58Z')
    expect(button()).toBeUndefined()
    expect(document.body.textContent).toContain('Etichetta provvisoria disponibile dalle 10:15')
    vi.advanceTimersByTime(5000)
    flushSync()
    expect(button()).toBeDefined()
    expect(document.querySelector('a')?.getAttribute('href')).toBe('/api/records/7/temporary-label.pdf')
  })

  it('is not offered to a letter that has its number', () => {
    const { temporaryFrom: _, ...numbered } = record
    show(numbered as RecordView, '2026-11-22T12:00:00Z')
    expect(button()).toBeUndefined()
  })

  it('says what the printer did, and that it is no segnatura', async () => {
    show(record, '2026-11-22T10:00:00Z')
    button()!.click()
    await vi.waitFor(() => expect(notices.list.at(-1)?.text).toContain('Etichetta provvisoria stampata'))
    expect(sent).toEqual(['/api/records/7/temporary-label'])
    answer = { state: 'failed', condition: 'media-out' }
    flushSync()
    button()!.click()
    await vi.waitFor(() => expect(notices.list.at(-1)?.kind).toBe('warning'))
  })
})
