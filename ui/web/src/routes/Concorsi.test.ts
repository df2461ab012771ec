// A pile of applications, as a clerk types it.
import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ApiError } from '../lib/api'
import { competitionAPI } from '../lib/competitions'
import { session } from '../lib/session.svelte'
import type { Application, ApplicationFacts, CompetitionView } from '../lib/types'
import Competition from './Competition.svelte'

let page: ReturnType<typeof mount> | undefined
let may: string[] = []
let stands: CompetitionView

const concorso = (more: object = {}): CompetitionView =>
  ({
    id: 7, version: 1, applications: [], notes: [], versions: [{}], waiting: 0, unnumbered: 0,
    terms: { kind: 'concorso', notice: 'Concorso per 3 istruttori', responsible: 'Luca Neri', closesAt: '2026-03-02T11:00:00Z', mode: 'nota', postmark: true }, ...more,
  }) as unknown as CompetitionView
const application = (id: number, more: object = {}) => ({ id, seq: id, version: 1, savedAt: '2026-03-02T10:00:00Z', facts: { candidate: `Candidato ${id}`, means: 'posta', initials: 'LN', arrivedAt: '2026-03-03T10:00:00Z' }, ...more })

async function settled() {
  for (let i = 0; i < 4; i++) {
    await vi.advanceTimersByTimeAsync(100)
    flushSync()
  }
}

async function show(c: CompetitionView) {
  stands = c
  page = mount(Competition, { target: document.body, props: { id: 7 } })
  await settled()
}

const field = (name: string) => document.querySelector<HTMLInputElement>(`#application-${name}`)!
const button = (name: string) => [...document.querySelectorAll('button')].find((b) => (b.getAttribute('aria-label') ?? b.textContent ?? '').startsWith(name))
function type(at: HTMLInputElement, text: string) {
  at.focus()
  at.value = text
  at.dispatchEvent(new Event('input', { bubbles: true }))
  flushSync()
}
async function press(key: string) {
  document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
  await settled()
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-03-02T12:00:00Z') })
  HTMLDialogElement.prototype.showModal = vi.fn() // jsdom knows no modal dialogs
  HTMLDialogElement.prototype.close = vi.fn()
  may = ['register', 'competition']
  vi.spyOn(session, 'may').mockImplementation((a) => may.includes(a))
  vi.spyOn(competitionAPI, 'read').mockImplementation(() => Promise.resolve(stands))
  vi.spyOn(competitionAPI, 'receive').mockImplementation((_, __, facts: ApplicationFacts) => Promise.resolve({ id: 1, seq: 1, facts } as Application))
})

afterEach(async () => {
  if (page) await unmount(page)
  page = undefined
  document.body.replaceChildren()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('a pile', { timeout: 20_000 }, () => {
  it('goes by Enter from field to field, and from the last one to the next application', async () => {
    await show(concorso())
    type(field('candidate'), 'Rossi Mario')
    await press('Enter')
    expect(document.activeElement?.id).toBe('application-means')
    for (const at of ['raccomandata', 'postmark']) {
      await press('Enter')
      expect(document.activeElement?.id).toBe(`application-${at}`)
    }
    type(field('postmark'), '28/02/2026')
    type(field('initials'), 'LN')
    await press('Enter')
    expect(document.activeElement?.id).toBe('application-note')
    await press('Enter')
    expect(vi.mocked(competitionAPI.receive).mock.calls[0]?.[2]).toMatchObject({ candidate: 'Rossi Mario', means: 'raccomandata-ar', postmarkDay: '2026-02-28', initials: 'LN' })
    expect(document.activeElement?.id).toBe('application-candidate')
    expect([field('candidate').value, field('postmark').value, field('initials').value]).toEqual(['', '', 'LN'])
  })

  it('is saved by F9 from any field, each under a key of its own', async () => {
    await show(concorso())
    for (const name of ['Rossi Mario', 'Neri Luca']) {
      type(field('candidate'), name)
      await press('F9')
    }
    const calls = vi.mocked(competitionAPI.receive).mock.calls
    expect(calls.map((c) => c[2].candidate)).toEqual(['Rossi Mario', 'Neri Luca'])
    expect(calls[0]?.[1]).not.toBe(calls[1]?.[1])
  })

  // A day that cannot be read is no day: without this the arrival would have become the moment of the save.
  it('is not saved with a day that cannot be read', async () => {
    await show(concorso())
    type(field('candidate'), 'Rossi Mario')
    type(field('arrived'), '31/02/2026')
    await press('F9')
    expect(competitionAPI.receive).not.toHaveBeenCalled()
    expect(document.activeElement).toBe(field('arrived'))
  })

  it('keeps what was typed where the station refuses it', async () => {
    vi.mocked(competitionAPI.receive).mockRejectedValue(new ApiError({ status: 422, class: 'invalid', code: 'postmarkDay' }))
    await show(concorso())
    type(field('candidate'), 'Rossi Mario')
    await press('F9')
    expect(document.querySelector('[role=alert]')?.textContent).toContain('Fa fede il timbro postale')
    expect(field('candidate').value).toBe('Rossi Mario')
  })

  it('shows the same candidate while the name is typed', async () => {
    await show(concorso({ applications: [application(3, { facts: { candidate: 'ROSSI Mario', means: 'posta', initials: 'LN', arrivedAt: '2026-03-02T10:00:00Z' } })] }))
    type(field('candidate'), 'Mario Rossi')
    expect(document.querySelector('form [role=status]')?.textContent).toContain('Stesso candidato: domanda n. 3, arrivata 02/03/2026')
  })
})

describe('a competition', { timeout: 20_000 }, () => {
  it('judges no arrival, also after the closing date', async () => {
    await show(concorso({ applications: [application(1)] }))
    const said = document.querySelector('main')?.textContent ?? ''
    expect(said).toContain('03/03/2026 11:00:00')
    for (const word of ['fuori termine', 'tardiv', 'ammess', 'esclus', 'oltre il termine', 'in ritardo']) expect(said).not.toContain(word)
  })

  it('closes the note after a question', async () => {
    const close = vi.spyOn(competitionAPI, 'closeNote').mockResolvedValue({} as never)
    await show(concorso({ waiting: 2, applications: [application(1), application(2)] }))
    button('Chiudi la nota…')?.click()
    flushSync()
    expect(close).not.toHaveBeenCalled()
    expect(document.querySelector('dialog')?.textContent).toContain('2 domande entrano nella nota')
    ;[...document.querySelectorAll<HTMLButtonElement>('dialog button')].at(-1)?.click()
    await settled()
    expect(close).toHaveBeenCalledTimes(1)
  })

  it('offers no second note of the day', async () => {
    await show(concorso({ waiting: 1, applications: [application(2)], notes: [{ id: 5, seq: 1, day: '2026-03-02', count: 1, closedBy: 'anna' }] }))
    expect(button('Chiudi la nota…')).toBeUndefined()
    expect(document.querySelector('main')?.textContent).toContain('La nota di oggi è chiusa: 1 domanda va in quella di domani')
  })

  it('gives numbers only by the hands of the protocol', async () => {
    const notes = [{ id: 5, seq: 1, day: '2026-03-01', count: 1, closedBy: 'anna' }]
    may = ['competition']
    await show(concorso({ notes }))
    expect(button('Protocolla la nota n. 1')).toBeUndefined()
    may = ['competition', 'register']
    await unmount(page!)
    await show(concorso({ notes }))
    expect(button('Protocolla la nota n. 1')).toBeDefined()
  })

  it('asks before it numbers what looks like another letter', async () => {
    const number = vi.spyOn(competitionAPI, 'number').mockRejectedValueOnce(new ApiError({ status: 409, class: 'conflict', code: 'possible-duplicates' })).mockResolvedValue({})
    await show(concorso({ terms: { ...concorso().terms, mode: 'numero' }, applications: [application(1)] }))
    button('Protocolla la domanda n. 1')?.click()
    await settled()
    ;[...document.querySelectorAll<HTMLButtonElement>('dialog button')].at(-1)?.click()
    await settled()
    expect(number.mock.calls).toEqual([[1, false], [1, true]])
    expect(document.querySelector('dialog')).toBeNull()
  })
})
