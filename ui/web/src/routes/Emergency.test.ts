import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { instant, missing, papersOf, recoveredText, validUntil, warningText } from '../lib/emergency'
import { desk } from '../lib/desk.svelte'
import { dateTime } from '../lib/format'
import { session } from '../lib/session.svelte'
import type { EmergencyRegister, EmergencyState, Me, Status } from '../lib/types'
import Emergency from './Emergency.svelte'

const policy = {
  thresholdHours: 0, assessment: 'libera', scheme: 'apertura', scope: 'tutti', medium: 'carta', recoveryHours: 120, longestDays: 7, officeOpens: 8, officeCloses: 18,
} as EmergencyState['policy']
const register = {
  id: 4, aoo: 'AOO1', year: 2026, ordinal: 1, by: 'carla', name: 'Carla Esempio', signer: 'responsabile', at: '2026-11-20T08:00:00Z', openedAt: '2026-11-20T08:00:00Z',
  cause: 'linea guasta', interruptedAt: '2026-11-20T07:00:00Z', code: 'EO1', first: 1, policy, rows: 5, annulled: 1, recovered: 0, authorisation: {},
} as unknown as EmergencyRegister
const closed = { ...register, recovered: 2, closing: { closedAt: '2026-11-21T08:00:00Z', count: 5 } } as unknown as EmergencyRegister

let state: EmergencyState
let registers: EmergencyRegister[]
let waiting: unknown[]
let rows: unknown[]
let profiles: unknown[]
let answer: { status: number; body: unknown }
let sent: { path: string; body: Record<string, unknown> }[] = []
let page: ReturnType<typeof mount> | undefined

const text = () => document.body.textContent ?? ''
const button = (name: string) => [...document.querySelectorAll('button')].find((b) => b.textContent?.includes(name))

async function show(may: string[]) {
  session.me = { loggedIn: true, may } as unknown as Me
  page = mount(Emergency, { target: document.body, props: { id: 0 } })
  flushSync()
  await vi.waitFor(() => expect(document.querySelector('section[aria-label=Adesso]')).not.toBeNull())
  flushSync()
}

function type(id: string, value: string) {
  const field = document.getElementById(id) as HTMLInputElement
  field.value = value
  field.dispatchEvent(new Event('input', { bubbles: true }))
  flushSync()
}

async function submit() {
  document.querySelector('#emergency-form')!.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))
  flushSync()
  await vi.waitFor(() => expect(sent.length).toBeGreaterThan(0))
}

beforeEach(() => {
  // jsdom knows no modal dialogs.
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true
  }
  HTMLDialogElement.prototype.close = function () {
    this.open = false
  }
  sent = []
  registers = []
  waiting = []
  rows = []
  profiles = []
  state = { policy, warnings: [], unsigned: [], authorisations: [] }
  answer = { status: 200, body: register }
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    if (init.method === 'POST') {
      sent.push({ path, body: JSON.parse(init.body as string) as Record<string, unknown> })
      return Promise.resolve(new Response(JSON.stringify(answer.body), { status: answer.status }))
    }
    const body = path.endsWith('/waiting') ? { records: waiting } : path.endsWith('/registers') ? { registers } : path.endsWith('/rows') ? { rows } : path.endsWith('/profiles') ? { profiles } : path.endsWith('/status') ? { counts: {}, central: { connector: 'embedded', state: 'untried' } } : state
    return Promise.resolve(new Response(JSON.stringify(body), { status: 200 }))
  })
})

afterEach(async () => {
  if (page) await unmount(page)
  page = undefined
  session.me = undefined
  desk.status = undefined
  vi.unstubAllGlobals()
})

describe('the words of the emergency register', () => {
  it('reads instants of Rome, and none where the clocks jump', () => {
    expect(instant('2026-11-20', '09:00')).toBe('2026-11-20T08:00:00.000Z')
    expect(instant('2026-07-01', '09:00')).toBe('2026-07-01T07:00:00.000Z')
    expect(instant('2026-03-29', '02:30')).toBe('')
    expect(instant('2026-11-20', ' 9.00 ')).toBe('2026-11-20T08:00:00.000Z')
    expect(instant('2026-11-20', '25:00')).toBe('')
    expect(instant('', '09:00')).toBe('')
  })

  it('knows until when the acts reach', () => {
    expect(validUntil(register)).toBe('2026-11-21T07:00:00.000Z')
    const extended = { ...register, extensions: [{ until: '2027-01-03T07:00:00Z' }] } as unknown as EmergencyRegister
    expect(validUntil(extended)).toBe('2027-01-03T07:00:00.000Z')
    expect(validUntil({ ...extended, policy: { ...policy, scheme: 'anno' } })).toBe('2026-12-31T23:00:00.000Z')
  })

  it('counts what is missing, and offers the papers that exist', () => {
    expect(missing(closed)).toBe(2)
    expect(papersOf(register, true).map((p) => p.kind)).toEqual(['autorizzazione', 'registro'])
    expect(papersOf(closed, true).map((p) => p.kind)).toEqual(['autorizzazione', 'registro', 'revoca', 'numeri'])
    expect(papersOf(closed, false)).toEqual([]) // each would answer that they may not
    const yearEnd = { ...closed, closing: { ...closed.closing!, yearEnd: true } }
    expect(papersOf(yearEnd, true).map((p) => p.kind)).toEqual(['autorizzazione', 'registro', 'numeri'])
    expect(warningText({ code: 'emergency-recovery', openingID: 4, register: '1/2026', at: '2026-11-20T08:00:00Z', count: 1 })).toBe('1 registrazione non ha ancora il numero ordinario.')
  })
})

describe('a recovery', () => {
  it('is a success only where nothing is left', () => {
    const none = { recovered: 0, rejected: 0, unknown: 0, left: 0 }
    expect(recoveredText({ ...none, recovered: 2 })).toEqual({ kind: 'success', text: '2 righe hanno il numero ordinario.' })
    expect(recoveredText({ ...none, rejected: 1 })).toEqual({ kind: 'warning', text: 'Nessuna riga ha preso il numero ordinario; 1 rifiutata dal protocollo: la riga dice perché.' })
    expect(recoveredText({ ...none, recovered: 1, left: 3 })).toEqual({ kind: 'warning', text: '1 riga ha il numero ordinario; 3 ancora da chiedere.' })
    expect(recoveredText(none).kind).toBe('info')
  })
})

describe('the screen', () => {
  it('says that the centre is away, and does not say that it numbers', async () => {
    await show(['register'])
    const now = () => document.querySelector('section[aria-label=Adesso]')?.textContent ?? ''
    const central = { connector: 'jente', state: 'away', since: '2026-11-22T12:25:40Z' }
    desk.status = { counts: { withoutNumber: 3 }, central } as unknown as Status
    flushSync()
    expect(now()).toContain('JEnte non risponde dal 22/11/2026, 13:25 — 3 ricezioni salve attendono il numero.')
    expect(now()).not.toContain('Le lettere prendono il numero dal protocollo.')
    desk.status = { counts: {}, central: { ...central, state: 'answering' } } as unknown as Status
    flushSync()
    expect(now()).toContain('Le lettere prendono il numero dal protocollo.')
    expect(now()).not.toContain('non risponde')
  })

  it('asks before the waiting letters leave the queue for good, whoever decides', async () => {
    state = { ...state, open: register }
    waiting = [{ intakeID: 7, intakeCode: 'R 7/2026', arrivedAt: '2026-11-20T08:05:00Z', draft: { subject: 'Turni' } }]
    answer = { status: 200, body: { moved: 1, left: [] } }
    await show(['register', 'decide'])
    button('Dai il numero alla lettera in attesa')!.click()
    flushSync()
    expect(sent).toEqual([])
    expect(document.querySelector('dialog')?.textContent).toContain('Non si torna indietro')
    document.querySelector('#move-form')!.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))
    await vi.waitFor(() => expect(sent).toEqual([{ path: '/api/emergency/move', body: { intakeIDs: [7] } }]))
  })

  it('opens with the cause and the instant, by whoever is the Responsabile', async () => {
    await show(['register', 'decide'])
    button('Apri il registro…')!.click()
    flushSync()
    expect(document.getElementById('emergency-password')).toBeNull()
    type('emergency-cause', 'linea guasta')
    const hourAgo = dateTime(new Date(Date.now() - 60 * 60 * 1000).toISOString())
    type('emergency-from', hourAgo.slice(0, 10))
    type('emergency-from-time', hourAgo.slice(-5))
    expect(document.getElementById('emergency-grounds')).toBeNull()
    expect(document.getElementById('emergency-ordinal')).toBeNull()
    await submit()
    expect(sent[0]).toMatchObject({ path: '/api/emergency/registers', body: { signer: 'responsabile', cause: 'linea guasta', act: {} } })
    expect(sent[0]?.body).not.toHaveProperty('extension')
    await vi.waitFor(() => expect(document.querySelector('dialog')).toBeNull())
  })

  it.each([
    ['open', { connector: 'jente', state: 'away', since: '2026-11-22T12:25:40Z' }, '22/11/2026 13:25', ''],
    ['open', { connector: 'jente', state: 'answering', since: '2026-11-22T12:25:40Z' }, ' ', 'Il protocollo risponde dal 22/11/2026, 13:25'],
    ['open', { connector: 'jente', state: 'doubtful', since: '2026-11-22T12:25:40Z' }, ' ', ''],
    ['close', { connector: 'jente', state: 'answering', since: '2026-11-22T12:25:40Z' }, '22/11/2026 13:25', ''],
    ['close', { connector: 'jente', state: 'away', since: '2026-11-22T12:25:40Z' }, ' ', 'Il protocollo non risponde dal 22/11/2026, 13:25'],
    ['close', { connector: 'jente', state: 'answering', since: '2026-11-19T12:25:40Z' }, ' ', ''], // since before the interruption
  ] as const)('an %s proposes the instant that the calls saw, and no other: %o', async (kind, central, proposed, warning) => {
    if (kind === 'close') state = { ...state, open: register }
    await show(['register', 'decide'])
    desk.status = { counts: {}, central } as unknown as Status
    button(kind === 'open' ? 'Apri il registro…' : 'Chiudi…')!.click()
    flushSync()
    const value = (id: string) => (document.getElementById(id) as HTMLInputElement).value
    const id = kind === 'open' ? 'emergency-from' : 'emergency-until'
    expect(`${value(id)} ${value(`${id}-time`)}`).toBe(proposed)
    const warned = document.querySelector('dialog .warning')?.textContent ?? ''
    expect(warning ? warned.includes(warning) : warned === '', warned).toBe(true)
  })

  it('opens after the first day with the act for it, and after a restore with what the papers have next', async () => {
    state = { ...state, restored: true }
    await show(['register', 'decide'])
    button('Apri il registro…')!.click()
    flushSync()
    type('emergency-cause', 'linea guasta')
    type('emergency-from', '20/11/2020')
    type('emergency-from-time', '08:00')
    expect(text()).toContain('dura da più di 24 ore')
    type('emergency-grounds', 'allagamento')
    type('emergency-further-act', '14')
    type('emergency-further-act-day', '21/11/2020')
    type('emergency-further-until', '27/11/2020')
    type('emergency-further-until-time', '08:00')
    type('emergency-ordinal', '3')
    type('emergency-first', '42')
    await submit()
    expect(sent[0]?.body).toEqual({
      signer: 'responsabile', cause: 'linea guasta', interruptedAt: '2020-11-20T07:00:00.000Z', act: {}, ordinal: 3, first: 42,
      extension: { actNumber: '14', actDay: '2020-11-21', until: '2020-11-27T07:00:00.000Z', grounds: 'allagamento' },
    })
  })

  it('lets the Responsabile sign at the clerk’s screen, whose session goes on', async () => {
    state = { ...state, open: register }
    answer = { status: 403, body: { status: 403, class: 'forbidden', code: 'must-change-password' } }
    await show(['register'])
    button('Chiudi…')!.click()
    flushSync()
    type('emergency-until', '20/11/2026')
    type('emergency-until-time', '18:00')
    type('emergency-user', 'carla')
    type('emergency-password', 'Segnatura.Prova26')
    await submit()
    expect(sent[0]).toEqual({
      path: '/api/emergency/registers/4/closing', body: { signer: 'responsabile', user: 'carla', password: 'Segnatura.Prova26', restoredAt: '2026-11-20T17:00:00.000Z' },
    })
    await vi.waitFor(() => expect(document.querySelector('dialog [role=alert]')).not.toBeNull())
    expect(session.me?.mustChange).toBeFalsy()
    expect((document.getElementById('emergency-password') as HTMLInputElement).value).toBe('')
  })

  it('says what is open, warns, and recovers what is closed', async () => {
    registers = [closed]
    state = { ...state, unsigned: [{ kind: 'closing', actID: 4 }], warnings: [{ code: 'emergency-not-revoked', openingID: 4, register: '1/2026', at: '2026-11-21T08:00:00Z' }] }
    answer = { status: 200, body: { recovered: 4, annulled: 1, left: 0, rejected: 0, unknown: 0 } }
    await show(['register', 'decide', 'read-all'])
    expect(text()).toContain('manca la revoca')
    expect(text()).toContain('2 da recuperare')
    expect(document.querySelector('button[aria-label="Acquisisci l’atto firmato: Chiusura, registro 1/2026"]')).not.toBeNull()
    expect(document.querySelector('a[href="/api/emergency/registers/1-2026/papers/registro"]')).not.toBeNull()
    button('Recupera adesso')!.click()
    await vi.waitFor(() => expect(sent.map((x) => x.path)).toEqual(['/api/emergency/registers/4/recovery']))
  })

  it('offers each act that waits for its signature for printing, to who may read its rows, and says so to others', async () => {
    registers = [closed]
    state = { ...state, unsigned: [{ kind: 'opening', actID: 4 }, { kind: 'closing', actID: 4 }, { kind: 'revocation', actID: 4 }, { kind: 'authorisation', actID: 9 }] }
    await show(['register', 'decide', 'read-all'])
    const papers = () => [...document.querySelectorAll<HTMLAnchorElement>('section[aria-label="Firme da acquisire"] a')].map((a) => a.getAttribute('href'))
    const of = (kind: string) => `/api/emergency/registers/1-2026/papers/${kind}`
    expect(papers()).toEqual([of('registro'), of('registro'), of('revoca'), '/api/emergency/authorisations/9/paper'])
    expect(text()).toContain('sono pagine del «Registro»')
    session.me = { loggedIn: true, may: ['register'] } as unknown as Me
    flushSync()
    expect(papers()).toEqual([])
    expect(text()).toContain('Gli atti li stampa il Responsabile')
  })

  it('shows each row of what is to be recovered, with what was refused and why, and says what comes first', async () => {
    registers = [closed]
    rows = [
      { row: 1, registrationID: 1, intakeID: 1, number: '0000001', label: 'n. 1/2026 R.E. 1/2026', day: '2026-11-20', registeredAt: '2026-11-20T08:05:00Z', subject: 'Turni', from: 'Farmacia', ordinary: { register: 'PG', number: '0000041', year: 2026, day: '2026-11-21' } },
      { row: 2, registrationID: 2, intakeID: 2, number: '0000002', label: 'n. 2/2026 R.E. 1/2026', day: '2026-11-20', registeredAt: '2026-11-20T08:06:00Z', subject: 'Ricorso', from: 'Bianchi', asked: 'rejected', words: 'Classifica non valida' },
      { row: 3, registrationID: 3, intakeID: 3, number: '0000003', label: 'n. 3/2026 R.E. 1/2026', day: '2026-11-20', registeredAt: '2026-11-20T08:07:00Z', subject: 'Errore', from: 'Rossi', annulled: true },
      { row: 4, number: '0000004', day: '2026-11-20' },
    ]
    await show(['register', 'decide', 'read-all'])
    await vi.waitFor(() => expect(document.querySelectorAll('tbody tr')).toHaveLength(4))
    const lines = [...document.querySelectorAll('tbody tr')].map((r) => r.textContent?.replace(/\s+/g, ' ') ?? '')
    expect(lines[0]).toContain('0000041/2026del 21/11/2026')
    expect(lines[1]).toMatch(/rifiutata dal protocollo ?Risposta: «Classifica non valida»/)
    expect(lines[2]).toContain('annullata: non si recupera')
    expect(lines[3]).toContain('non la puoi vedere')
    expect(text()).toContain('Adesso la revoca: ordina il recupero')
    expect(document.querySelector('progress')?.value).toBe(2)
    expect(document.querySelector('button[aria-label="Mail di chiusura del registro 1/2026, bozza"]')).not.toBeNull()
  })

  it('asks for each authorised act why it is urgent, and moves each with its own reason', async () => {
    const authorised = { ...policy, scope: 'autorizzati' } as EmergencyState['policy']
    state = { ...state, policy: authorised, open: { ...register, policy: authorised } }
    waiting = [
      { intakeID: 7, intakeCode: 'R 7/2026', arrivedAt: '2026-11-20T08:05:00Z', draft: { subject: 'Ordinanza', emergencyGrounds: 'ordinanza contingibile' } },
      { intakeID: 8, intakeCode: 'R 8/2026', arrivedAt: '2026-11-20T08:06:00Z', draft: { subject: 'Turni' } },
    ]
    answer = { status: 200, body: { moved: 1, left: [{ intakeID: 8, code: 'unknown' }] } }
    await show(['register', 'decide'])
    button('Dai il numero alle 2 in attesa')!.click()
    flushSync()
    const boxes = [...document.querySelectorAll<HTMLInputElement>('#move-form input[type=checkbox]')]
    expect(boxes.map((b) => b.checked)).toEqual([false, false])
    boxes[0]!.click()
    flushSync()
    document.querySelector('#move-form')!.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))
    await vi.waitFor(() => expect(sent).toHaveLength(1))
    expect(sent[0]).toEqual({ path: '/api/emergency/move', body: { intakeIDs: [7], grounds: 'ordinanza contingibile' } })
  })

  it('opens a register that was opened earlier on paper', async () => {
    await show(['register', 'decide'])
    button('Apri il registro…')!.click()
    flushSync()
    type('emergency-cause', 'manca la corrente')
    const hour = (n: number) => dateTime(new Date(Date.now() - n * 60 * 60 * 1000).toISOString())
    type('emergency-from', hour(3).slice(0, 10))
    type('emergency-from-time', hour(3).slice(-5))
    ;[...document.querySelectorAll('label')].find((l) => l.textContent?.includes('Aperto prima, su carta'))!.querySelector('input')!.click()
    flushSync()
    type('emergency-earlier', hour(2).slice(0, 10))
    type('emergency-earlier-time', hour(2).slice(-5))
    await submit()
    expect(sent[0]?.body['openedAt']).toBe(instant(`${hour(2).slice(6, 10)}-${hour(2).slice(3, 5)}-${hour(2).slice(0, 2)}`, hour(2).slice(-5)))
  })
})
