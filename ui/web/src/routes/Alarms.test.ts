import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import Header from '../components/Header.svelte'
import { alarmWords, endText, seenText } from '../lib/alarms'
import { desk } from '../lib/desk.svelte'
import { session } from '../lib/session.svelte'
import type { AlarmView, Me, Status } from '../lib/types'
import Alarms from './Alarms.svelte'

const waiting = {
  id: 7, aoo: 'AOO1', kind: 'waiting', hours: 24, subject: 3, since: '2026-11-20T08:00:00Z', raisedAt: '2026-11-21T08:00:00Z', count: 2, waiting: 3,
  letter: { intakeID: 3, intakeCode: 'R 3/2026', subject: 'Ricorso', from: 'Ditta Esempio S.r.l.', attempt: 'unavailable' },
} as AlarmView
const proposal = { id: 8, aoo: 'AOO1', kind: 'proposal', hours: 1, since: '2026-11-20T08:00:00Z', raisedAt: '2026-11-20T09:00:00Z' } as AlarmView

const status = { central: { connector: 'jente', state: 'answering' }, counts: {} } as unknown as Status

let list: AlarmView[] = []
let answer: { status: number; body: unknown }
let asked: string[] = []
let sent: { path: string; body: unknown }[] = []
let page: ReturnType<typeof mount> | undefined

const text = () => document.body.textContent ?? ''
const button = (name: string) => [...document.querySelectorAll('button')].find((b) => b.textContent?.includes(name))
const shown = async (words: string) => {
  await vi.waitFor(() => expect(text()).toContain(words))
  flushSync()
}

function show(may: string[] = ['register', 'decide']) {
  session.me = { loggedIn: true, locked: false, mustChange: false, needsSetup: false, may } as unknown as Me
  page = mount(Alarms, { target: document.body, props: { id: 0 } })
  flushSync()
}

beforeEach(() => {
  asked = []
  sent = []
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    if (init.method === 'POST') {
      sent.push({ path, body: JSON.parse(init.body as string) })
      return Promise.resolve(new Response(JSON.stringify(answer.body), { status: answer.status }))
    }
    if (path.startsWith('/api/alarms')) {
      asked.push(path)
      return Promise.resolve(new Response(JSON.stringify({ alarms: list })))
    }
    return Promise.resolve(new Response(JSON.stringify(status)))
  })
})

afterEach(async () => {
  if (page) await unmount(page)
  page = undefined
  session.me = undefined
  desk.status = undefined
  vi.unstubAllGlobals()
})

describe('the words of an alarm', () => {
  it('say how many wait, whose the oldest is, and what to do next', () => {
    const w = alarmWords(waiting)
    expect(w.text).toBe('3 lettere attendono il numero da più di 24 ore. La più vecchia è di Ditta Esempio S.r.l. (Ricezione R 3/2026, dal 20/11/2026, 09:00).')
    expect(w.next).toContain('La stazione riprova da sola')
    expect(w.links.map((l) => [l.route, l.id])).toEqual([['record', 3], ['emergency', undefined], ['endofday', undefined]])
  })

  it('speak of one letter as of one', () => {
    expect(alarmWords({ ...waiting, hours: 1, waiting: 1 }).text).toBe('1 lettera attende il numero da più di un’ora. È di Ditta Esempio S.r.l. (Ricezione R 3/2026, dal 20/11/2026, 09:00).')
  })

  it('send to where an unclear call is settled', () => {
    const letter = waiting.letter!
    const unclear = alarmWords({ ...waiting, letter: { ...letter, attempt: 'unknown' } })
    expect(unclear.next).toContain('L’esito della richiesta non è chiaro')
    expect(unclear.links.map((l) => l.route)).toContain('verify')
  })

  it('propose no emergency register where a person reads the numbers', () => {
    const w = alarmWords(waiting, true)
    expect(w.next).toContain('chiedi che si scriva nella ricezione')
    expect(w.links.map((l) => l.route)).not.toContain('emergency')
  })

  it('say of what is over that it is, why, and nothing to do', () => {
    const over = { ...waiting, waiting: 0, endedAt: '2026-11-21T10:00:00Z', endedWhy: 'numbered' as const }
    const w = alarmWords(over)
    expect(w.text).toContain('2 lettere hanno atteso il numero per più di 24 ore.')
    expect(w.next).toBeUndefined()
    expect(endText(over)).toBe('Finito il 21/11/2026, 11:00: nessuna lettera attende più da tanto.')
  })

  it.each([
    ['proposal', 'Il protocollo non risponde dal 20/11/2026, 09:00'], ['clock', 'in dubbio dal 20/11/2026, 09:00'], ['time', 'Ora non verificata dal 20/11/2026, 09:00'],
    ['emergency-12h', 'n. 1/2026 finisce il 20/11/2026, 09:00'], ['emergency-last-hour', 'n. 1/2026 scada, il 20/11/2026, 09:00'],
    ['emergency-expired', 'n. 1/2026 è finito il 20/11/2026, 09:00'], ['emergency-recovery', '2 righe del registro di emergenza n. 1/2026'],
  ] as const)('of %s say since when or by when, and what to do', (kind, want) => {
    const w = alarmWords({ ...proposal, kind, register: '1/2026', count: 2 })
    expect(w.text).toContain(want)
    expect(w.next).toBeTruthy()
  })

  it('name who saw it', () => {
    const seen = { by: 'carla', name: 'Carla Esempio', at: '2026-11-21T09:00:00Z', note: 'telefonato' }
    expect(seenText({ seen })).toBe('Visto da Carla Esempio il 21/11/2026, 10:00: telefonato.')
  })
})

describe('the screen of alarms', () => {
  it('says that there is none', async () => {
    list = []
    show()
    await shown('Nessun avviso da vedere.')
  })

  it('takes «Ho visto» with its note, and goes on', async () => {
    list = [waiting, proposal]
    answer = { status: 200, body: waiting }
    show()
    await shown('Aprire il registro di emergenza?')
    expect(document.querySelector<HTMLAnchorElement>('a[href="/emergenza"]')).not.toBeNull()
    const note = document.getElementById('alarm-7-note') as HTMLInputElement
    note.value = 'telefonato'
    note.dispatchEvent(new Event('input', { bubbles: true }))
    flushSync()
    button('Ho visto')!.click()
    await vi.waitFor(() => expect(sent).toEqual([{ path: '/api/alarms/7/acknowledgement', body: { note: 'telefonato' } }]))
    await vi.waitFor(() => expect(asked.length).toBe(2))
    await vi.waitFor(() => expect(document.activeElement?.id).toBe('alarms-title'))
  })

  it('says why «Ho visto» was not taken', async () => {
    list = [proposal]
    answer = { status: 404, body: { status: 404, class: 'not-found', code: 'alarm' } }
    show()
    await shown('Ho visto')
    button('Ho visto')!.click()
    await shown('Questo avviso non c’è più')
  })

  it('shows all on request', async () => {
    list = []
    show()
    await shown('Mostra anche quelli visti e finiti')
    button('Mostra anche')!.click()
    await vi.waitFor(() => expect(asked).toEqual(['/api/alarms?tutti=false', '/api/alarms?tutti=true']))
  })

  it('looks again when the live feed tells of something', async () => {
    list = []
    show()
    await shown('Nessun avviso da vedere.')
    list = [proposal]
    desk.changes++
    await shown('Aprire il registro di emergenza?')
  })
})

describe('the bell', () => {
  const head = (may: string[], alarms: number) => {
    session.me = { loggedIn: true, may } as unknown as Me
    desk.status = { alarms, counts: {} } as unknown as Status
    page = mount(Header, { target: document.body })
    flushSync()
    return document.querySelector<HTMLAnchorElement>('a[href="/avvisi"]')
  }

  it('counts what the Responsabile has not seen', () => {
    expect(head(['register', 'decide'], 2)?.title).toBe('2 avvisi da vedere (Alt+I)')
  })

  it('is silent, and there, when all is seen', () => {
    expect(head(['register', 'decide'], 0)?.title).toBe('Avvisi: nessuno da vedere (Alt+I)')
  })

  it('is not at the counter', () => {
    expect(head(['register', 'search'], 0)).toBeNull()
  })
})
