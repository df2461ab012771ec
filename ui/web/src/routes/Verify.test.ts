import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { session } from '../lib/session.svelte'
import type { Me, Outcomes, StoppedDelivery } from '../lib/types'
import Verify from './Verify.svelte'

const outcome = {
  intakeID: 7, intakeCode: '2026-000007', arrivedAt: '2026-11-20T08:00:00Z', subject: 'Ricorso', from: 'Farmacia di Esempio', connector: 'jente',
  askedAt: '2026-11-20T08:01:00Z', words: 'Timeout', waits: 'search' as const, choices: ['look', 'candidate', 'keyed'] as const, absentFrom: '2026-11-20T08:06:00Z',
}
const refused: StoppedDelivery = {
  id: 3, intakeID: 8, intakeCode: '2026-000008', number: '0000012', year: 2026, subject: 'Planimetrie', from: 'Studio di Esempio', title: 'Documento principale',
  why: 'rejected', words: 'Fascicolo chiuso', since: '2026-11-20T09:00:00Z',
}
let answers: Record<string, { status: number; body: unknown }> = {}
let sent: { path: string; body: unknown }[] = []
let page: ReturnType<typeof mount> | undefined

const text = () => document.body.textContent ?? ''
const button = (name: string) => [...document.querySelectorAll('button')].find((b) => b.textContent?.includes(name))
const shown = async (words: string) => {
  await vi.waitFor(() => expect(text()).toContain(words))
  flushSync()
}

function type(id: string, value: string) {
  const field = document.getElementById(id) as HTMLInputElement
  field.value = value
  field.dispatchEvent(new Event('input', { bubbles: true }))
  flushSync()
}

function show(o: Partial<Outcomes>, deliveries: StoppedDelivery[] = []) {
  answers = {
    '/api/outcomes': { status: 200, body: { total: o.outcomes?.length ?? 0, outcomes: [], ...o } },
    '/api/stopped-deliveries': { status: 200, body: { deliveries } },
  }
  page = mount(Verify, { target: document.body, props: { id: 0 } })
  flushSync()
}

beforeEach(() => {
  sent = []
  session.me = { loggedIn: true, locked: false, mustChange: false, needsSetup: false, may: ['register', 'decide'] } as unknown as Me
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    if (init.method === 'POST') sent.push({ path, body: JSON.parse(init.body as string) })
    const a = answers[path] ?? { status: 404, body: { status: 404, class: 'not-found', code: 'dispatch' } }
    return Promise.resolve(new Response(JSON.stringify(a.body), { status: a.status }))
  })
})

afterEach(async () => {
  if (page) await unmount(page)
  page = undefined
  session.me = undefined
  vi.unstubAllGlobals()
})

describe('what is to be verified on the protocol', () => {
  it('says that there is nothing', async () => {
    show({})
    await shown('Niente da verificare.')
  })

  it('says what is safe, in the other side’s words and since when', async () => {
    show({ outcomes: [{ ...outcome, choices: [...outcome.choices] }] }, [refused])
    await shown('La lettera è registrata qui come Ricezione n. 2026-000007: niente va perduto')
    expect(text()).toContain('Numero chiesto il 20/11/2026, 09:01 (JEnte). Risposta: «Timeout».')
    expect(text()).toContain('La stazione continua a cercarla da sola')
    expect(text()).toContain('Il numero e il file in archivio sono al sicuro')
    expect(text()).toContain('dal 20/11/2026, 10:00. Risposta: «Fascicolo chiuso».')
  })

  it('offers only the answers that may be given, and says when the last one may', async () => {
    show({ outcomes: [{ ...outcome, choices: ['look', 'keyed'] }] }, [refused])
    await shown('dal 20/11/2026, 09:06 si potrà dire che non è arrivata')
    expect(button('Cerca di nuovo')).toBeDefined()
    expect(button('Forse è una di queste')).toBeUndefined()
    expect(button('Non è arrivata')).toBeUndefined()
    expect(button('L’ho visto sul protocollo')).toBeUndefined() // it was refused
    expect(button('Allegato a mano')).toBeDefined()
  })

  it('sends the candidate that was chosen', async () => {
    show({ outcomes: [{ ...outcome, choices: [...outcome.choices] }] })
    answers['/api/records/7/candidates'] = {
      status: 200, body: { candidates: [{ register: 'PG', year: 2026, number: '0000099', day: '2026-11-20', registeredAt: '2026-11-20T08:01:05Z', subject: 'RICORSO', from: 'Farmacia', why: ['subject'] }] },
    }
    answers['/api/records/7/outcome'] = { status: 200, body: { intakeID: 7, intakeCode: '2026-000007', number: '0000099', year: 2026 } }
    await shown('Ricezione n. 2026-000007')
    button('Forse è una di queste')!.click()
    await shown('stesso oggetto')
    document.querySelector<HTMLButtonElement>('button[aria-label="È questa: 0000099/2026"]')!.click()
    await vi.waitFor(() => expect(sent).toEqual([{ path: '/api/records/7/outcome', body: { choice: 'candidate', register: 'PG', number: '0000099', day: '2026-11-20' } }]))
    await vi.waitFor(() => expect(document.activeElement?.id).toBe('verify-title'))
  })

  it('shows number and day alone of a confidential registration, and does not offer it', async () => {
    show({ outcomes: [{ ...outcome, choices: [...outcome.choices] }] })
    answers['/api/records/7/candidates'] = { status: 200, body: { candidates: [{ register: 'PG', year: 2026, number: '0000099', day: '2026-11-20', confidential: true, subject: '', from: '', why: [] }] } }
    await shown('Ricezione n. 2026-000007')
    button('Forse è una di queste')!.click()
    await shown('0000099/2026 Riservata20/11/2026')
    expect(document.querySelector('button[aria-label^="È questa"]')).toBeNull()
  })

  it('takes the responsibility for asking again only with a reason', async () => {
    show({ outcomes: [{ ...outcome, choices: ['look', 'keyed', 'absent'] }] })
    answers['/api/records/7/outcome'] = { status: 409, body: { status: 409, class: 'conflict', code: 'outcome-settled' } }
    await shown('Non è arrivata…')
    button('Non è arrivata…')!.click()
    flushSync()
    expect(button('richiedi il numero')!.disabled).toBe(true)
    type('outcome-7-absent', 'visto il registro di oggi')
    button('richiedi il numero')!.click()
    await vi.waitFor(() => expect(sent).toEqual([{ path: '/api/records/7/outcome', body: { choice: 'absent', reason: 'visto il registro di oggi' } }]))
    await vi.waitFor(() => expect(document.querySelector('[role=alert]')).not.toBeNull())
  })

  it('ends a refused document by the word of whoever attached it by hand', async () => {
    show({}, [{ ...refused, words: 'da allegare a mano' }])
    answers['/api/stopped-deliveries/3'] = { status: 200, body: { intakeID: 8, intakeCode: '2026-000008', documents: [] } }
    await shown('da allegare a mano')
    button('Allegato a mano…')!.click()
    flushSync()
    expect(text()).toContain('come tua dichiarazione')
    type('stopped-3-reason', 'allegati del 12/2026')
    button('È allegato: non mandarlo più')!.click()
    await vi.waitFor(() => expect(sent).toEqual([{ path: '/api/stopped-deliveries/3', body: { choice: 'seen', reason: 'allegati del 12/2026' } }]))
  })

  it('claims no answer where the other side said nothing', async () => {
    show({ outcomes: [{ ...outcome, words: '', choices: [...outcome.choices] }] }, [{ ...refused, words: '' }])
    await shown('Il protocollo non lo ha preso, dal 20/11/2026, 10:00.')
    expect(text()).not.toContain('Risposta:')
    expect(text()).toContain('Nessuna risposta chiara.')
  })

  it('sends a document again, or says where it was seen', async () => {
    show({}, [{ ...refused, why: 'outcome-unknown' }])
    answers['/api/stopped-deliveries/3'] = { status: 200, body: { intakeID: 8, intakeCode: '2026-000008', documents: [] } }
    await shown('Non si sa se il protocollo lo ha ricevuto')
    button('L’ho visto sul protocollo')!.click()
    flushSync()
    type('stopped-3-reason', 'elenco allegati')
    button('C’è già: non mandarlo')!.click()
    await vi.waitFor(() => expect(sent).toEqual([{ path: '/api/stopped-deliveries/3', body: { choice: 'seen', reason: 'elenco allegati' } }]))
    await vi.waitFor(() => expect(button('Manda di nuovo')!.disabled).toBe(false))
    button('Manda di nuovo')!.click()
    await vi.waitFor(() => expect(sent[1]).toEqual({ path: '/api/stopped-deliveries/3', body: { choice: 'retry', reason: '' } }))
  })
})
