import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { desk } from '../lib/desk.svelte'
import { countedSheets } from '../lib/exceptions'
import { lonelyAfterMs } from '../lib/lonekeys'
import type { Answer, Candidate, ExceptionView } from '../lib/types'
import ExceptionCard from './ExceptionCard.svelte'

const facets = { numbered: true, labelled: true, captured: false, archived: false, delivered: false, annulled: false }
const letter = (n: number): Candidate => ({ registrationID: n, intakeID: n, number: `000000${n}`, year: 2026, subject: 'Una lettera', from: `Mittente ${n}`, facets })
const exception: ExceptionView = {
  id: 4, version: 2, aoo: 'A', kind: 'seen-twice', documentID: 9, openedAt: '2026-11-22T10:00:00Z', pages: 1,
  choices: ['attachment', 'new-version', 'wrong-label', 'discard'], candidates: [letter(1)], detail: { registrations: [1] },
}

describe('a question about a label', () => {
  let card: ReturnType<typeof mount>
  let sent: Answer[]
  let seen: string[]
  let asked: string[]
  let documents: { part: number; state: string }[]

  beforeEach(() => {
    vi.useFakeTimers()
    seen = []
    Element.prototype.scrollIntoView = function () { seen.push(this.className) } // jsdom lays nothing out
    sent = []
    asked = []
    documents = []
    vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
      asked.push(path)
      if (path === '/api/exceptions/4/solve') sent.push(JSON.parse(String(init.body)) as Answer)
      const body = path === '/api/records/1' ? { documents } : path === '/api/expected' ? { expected: [letter(1), letter(2), letter(3)] } : { hits: [] }
      return Promise.resolve(new Response(JSON.stringify(body), { status: 200 }))
    })
    desk.exceptions = [exception]
    card = mount(ExceptionCard, { target: document.body, props: { exception } })
    flushSync()
  })

  afterEach(async () => {
    desk.stop()
    await unmount(card)
    desk.exceptions = []
    vi.useRealTimers()
  })

  const element = () => document.querySelector<HTMLElement>('[data-exception]')!

  async function press(...keys: { key: string; at: number }[]) {
    for (const { key, at } of keys) {
      const e = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
      Object.defineProperty(e, 'timeStamp', { value: at })
      element().dispatchEvent(e)
    }
    await vi.advanceTimersByTimeAsync(lonelyAfterMs + 10)
    flushSync()
  }

  it('is answered by a digit', async () => {
    await press({ key: '1', at: 1000 })
    expect(sent).toEqual([{ version: 2, choice: 'attachment', registrationID: 1 }])
    expect(desk.exceptions).toEqual([])
  })

  it('is not answered by a hand reader that reads another label over it', async () => {
    await press(...[...'12026000000'].map((key, i) => ({ key, at: 1000 + i * 4 })))
    expect(sent).toEqual([])
  })

  it('asks for the right letter when the label is on the wrong one, and never offers the label’s own', async () => {
    await press({ key: '3', at: 1000 })
    expect(sent).toEqual([])
    const offered = [...element().querySelectorAll<HTMLInputElement>('input[type=radio]')]
    expect(offered.map((r) => r.value)).toEqual(['2', '3'])
    await press({ key: '3', at: 2000 })
    expect(sent).toEqual([])
    expect(element().querySelector('[role=alert]')?.textContent).toContain('Scegli prima la registrazione')
    offered[1]!.click()
    flushSync()
    await press({ key: '3', at: 3000 })
    expect(sent).toEqual([{ version: 2, choice: 'wrong-label', registrationID: 3 }])
  })

  it('forgets what was chosen when another number is looked for, and answers nothing that was not found', async () => {
    const field = element().querySelector<HTMLInputElement>('.seek input')!
    field.value = '999'
    field.dispatchEvent(new Event('input', { bubbles: true }))
    await press({ key: '1', at: 1000 })
    expect(sent).toEqual([])
    expect(element().textContent).toContain('non è stato cercato')
    element().querySelector<HTMLFormElement>('.seek')!.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))
    await vi.advanceTimersByTimeAsync(10)
    flushSync()
    expect(asked).toContain(`/api/open?codice=999%2F${new Date().getFullYear()}`)
    await press({ key: '1', at: 3000 })
    expect(sent).toEqual([])
    expect(element().textContent).toContain('Scegli prima la registrazione')
  })

  it('brings the answers back into sight when what it asks pushes them down', async () => {
    expect(seen).toEqual([])
    await press({ key: '3', at: 1000 })
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.every((c) => c.startsWith('choices'))).toBe(true)
  })

  it('asks which part is scanned anew, where the registration has several', async () => {
    documents = [{ part: 0, state: 'archived' }, { part: 1, state: 'archived' }, { part: 1, state: 'archived' }, { part: 2, state: 'discarded' }]
    await press({ key: '2', at: 1000 })
    expect(sent).toEqual([])
    const which = element().querySelector('select')!
    expect([...which.options].map((o) => o.label)).toEqual(['il documento principale', 'l’allegato 1'])
    which.value = '1'
    which.dispatchEvent(new Event('change', { bubbles: true }))
    flushSync()
    await press({ key: '2', at: 2000 })
    expect(sent).toEqual([{ version: 2, choice: 'new-version', registrationID: 1, part: 1 }])
  })

  it('goes back to what was offered first when another answer is chosen', async () => {
    await press({ key: '3', at: 1000 })
    await press({ key: '2', at: 2000 })
    expect(sent).toEqual([{ version: 2, choice: 'new-version', registrationID: 1 }])
  })
})

describe('a question about a note', () => {
  it('counts all the attachments for a note that stands for them all', () => {
    expect(countedSheets({ sheets: 11, allSheets: 23 }, 'allegato')).toBe('11')
    expect(countedSheets({ sheets: 11, allSheets: 23 }, 'allegati')).toBe('23')
    expect(countedSheets({ sheets: 11 }, 'allegati')).toBe('')
  })
})

describe('a page with a temporary label', () => {
  it('names its letter, may wait, and proposes it once the number came', async () => {
    const temporary = { intakeID: 11, code: 'R 11/2026', from: 'Bianchi Lucia', subject: 'Ricorso', numbered: false }
    const waits: ExceptionView = {
      id: 5, version: 1, aoo: 'A', kind: 'not-expected', documentID: 9, openedAt: '2026-11-22T10:00:00Z', pages: 1, choices: ['assign', 'discard'], detail: { why: 'not-numbered' }, temporary,
    }
    const text = () => document.querySelector('[data-exception]')?.textContent?.replace(/\s+/g, ' ') ?? ''
    let card = mount(ExceptionCard, { target: document.body, props: { exception: waits } })
    flushSync()
    expect(text()).toContain('La domanda può restare qui')
    expect(text()).not.toContain('Assegna».')
    expect(text()).toContain('È la lettera R 11/2026 di Bianchi Lucia, «Ricorso».')
    expect(document.querySelector('[data-exception] a')?.getAttribute('href')).toContain('11')
    await unmount(card)
    card = mount(ExceptionCard, { target: document.body, props: { exception: { ...waits, temporary: { ...temporary, numbered: true }, candidates: [letter(3)] } } })
    flushSync()
    // The question was asked before the number came, and says no longer that there is none.
    expect(text()).toContain('la lettera ha il suo numero')
    expect(text()).not.toContain('aspetta il numero')
    expect(document.querySelector<HTMLInputElement>('input[type=radio]')?.checked).toBe(true)
    await unmount(card)
  })
})
