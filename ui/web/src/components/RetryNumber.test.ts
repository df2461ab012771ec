import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { notices } from '../lib/notices.svelte'
import type { RecordView } from '../lib/types'
import RetryNumber from './RetryNumber.svelte'

const record = (attempt: string) => ({ intakeID: 7, attempt }) as unknown as RecordView

let answer: unknown
let sent: string[]
let done: RecordView[]
let part: ReturnType<typeof mount> | undefined

const button = () => document.querySelector('button')

function show(r: RecordView) {
  part = mount(RetryNumber, { target: document.body, props: { record: r, ondone: (now: RecordView) => done.push(now) } })
  flushSync()
}

beforeEach(() => {
  ;[sent, done] = [[], []]
  vi.stubGlobal('fetch', (path: string) => {
    sent.push(path)
    return Promise.resolve(new Response(JSON.stringify(answer), { status: 200 }))
  })
})

afterEach(() => {
  if (part) void unmount(part)
  notices.list = []
  vi.unstubAllGlobals()
})

describe('«Riprova ora»', () => {
  it.each(['rejected', 'unknown', ''])('is not for an outcome «%s», which a person or the call under way settles', (attempt) => {
    show(record(attempt))
    expect(button()).toBeNull()
  })

  it('asks for the number of a letter that waits, and says that it came', async () => {
    answer = { intakeID: 7, number: '0000012' }
    show(record('unavailable'))
    button()!.click()
    await vi.waitFor(() => expect(notices.list.at(-1)?.kind).toBe('success'))
    expect(sent).toEqual(['/api/records/7/number'])
    expect(done[0]?.number).toBe('0000012')
  })

  it('says that the letter is safe where there is still none', async () => {
    answer = { intakeID: 7, attempt: 'unavailable' }
    show(record('unavailable'))
    button()!.click()
    await vi.waitFor(() => expect(notices.list.at(-1)?.text).toContain('La ricezione è salva.'))
  })
})
