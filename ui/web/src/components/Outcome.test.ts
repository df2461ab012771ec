import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { desk } from '../lib/desk.svelte'
import { intake } from '../lib/intake.svelte'
import type { RecordView } from '../lib/types'
import Outcome from './Outcome.svelte'

const waiting = {
  intakeID: 7, intakeCode: 'R 7/2026', savedAt: '2026-11-22T08:00:00Z', attempt: 'unavailable', draft: { direction: 'A', senders: [{ name: 'Bianchi' }] }, facets: {}, prints: [],
} as unknown as RecordView
const numbered = { ...waiting, registrationID: 3, number: '0000012', year: 2026, registeredAt: '2026-11-22T08:30:00Z', prints: [{ id: 5, state: 'queued' }] } as unknown as RecordView

// The card went on saying «In attesa» of a letter that had its number.
describe('the card of a letter whose number came later', () => {
  let card: ReturnType<typeof mount>
  let asked: string[]
  let answer: RecordView
  const text = () => document.body.textContent?.replace(/\s+/g, ' ') ?? ''

  async function news() {
    desk.changes++
    flushSync()
    await vi.advanceTimersByTimeAsync(1000)
    flushSync()
  }

  beforeEach(() => {
    vi.useFakeTimers()
    document.body.innerHTML = ''
    asked = []
    vi.stubGlobal('fetch', (path: string) => {
      asked.push(path)
      return Promise.resolve(new Response(JSON.stringify(answer)))
    })
    intake.outcome = { record: waiting }
    card = mount(Outcome, { target: document.body })
    flushSync()
  })

  afterEach(() => {
    void unmount(card)
    intake.outcome = undefined
    desk.changes = 0
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('says of a refused letter why, and where it is corrected', () => {
    intake.outcome = { record: { ...waiting, attempt: 'rejected', words: 'classifica non attiva' } as unknown as RecordView }
    flushSync()
    expect(text()).toContain('Rifiutata dal sistema di protocollo: «classifica non attiva»')
    expect([...document.querySelectorAll('a')].find((a) => a.textContent?.includes('Correggi…'))?.getAttribute('href')).toBe('/registrazioni/7')
  })

  it('says that a label which waited came out', async () => {
    intake.outcome = { record: numbered, print: numbered.prints![0]! }
    desk.labels = [{ id: 5, state: 'queued' }] as unknown as typeof desk.labels
    flushSync()
    expect(text()).toContain('Etichetta in attesa')
    answer = { ...numbered, prints: [{ id: 5, state: 'printed' }] } as unknown as RecordView
    desk.labels = []
    flushSync()
    await vi.advanceTimersByTimeAsync(10)
    flushSync()
    expect(text()).toContain('Etichetta stampata')
    expect(asked).toEqual(['/api/records/7'])
  })

  it('follows it, and asks no more then', async () => {
    answer = waiting
    await news()
    expect(text()).toContain('R 7/2026')
    expect(asked).toEqual(['/api/records/7'])
    answer = numbered
    await news()
    expect(text()).toContain('0000012/2026')
    expect(text()).toContain('Etichetta in attesa')
    await news()
    expect(asked.length).toBe(2)
  })

  it('leaves the card to the next letter that took its place', async () => {
    let arrives = (_: Response) => {}
    vi.stubGlobal('fetch', () => new Promise<Response>((resolve) => (arrives = resolve)))
    await news()
    intake.outcome = { record: { ...numbered, intakeID: 8, number: '0000013' } }
    arrives(new Response(JSON.stringify(numbered)))
    await vi.advanceTimersByTimeAsync(1000)
    flushSync()
    expect(text()).toContain('0000013/2026')
  })
})
