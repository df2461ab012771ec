import { flushSync, mount, unmount, type Component } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { missingDays } from '../lib/days'
import { manualOf, movedText, nextStep, policyText, rowState } from '../lib/emergency'
import { columnsOf, comparisonText, formatOf } from '../lib/emergencysheet'
import { notices } from '../lib/notices.svelte'
import { session } from '../lib/session.svelte'
import type { EmergencyPolicy, EmergencyProfile, EmergencyRegister, EmergencyRow, Me, SheetComparison } from '../lib/types'
import Days from '../routes/Days.svelte'
import EmergencyBook from './EmergencyBook.svelte'
import EmergencyPolicyDialog from './EmergencyPolicy.svelte'
import EmergencySheet from './EmergencySheet.svelte'
import EmergencyTyped from './EmergencyTyped.svelte'
import EmergencyYear from './EmergencyYear.svelte'

const policy: EmergencyPolicy = {
  thresholdHours: 0, assessment: 'libera', scheme: 'apertura', scope: 'tutti', medium: 'entrambi', fields: 'F-1', recoveryHours: 24, longestDays: 7, stationCode: 'A', officeOpens: 8, officeCloses: 14,
}
const profiles: EmergencyProfile[] = [
  { name: 'predefinito', manual: 'DPR 445/2000, art. 63', policy: { ...policy, stationCode: '' } },
  { name: 'allegato-7', manual: 'Allegato 7', policy: { ...policy, stationCode: '', thresholdHours: 24, scope: 'autorizzati', medium: 'carta' } },
]
const register = { id: 4, ordinal: 1, year: 2026, openedAt: '2026-11-20T08:00:00Z', rows: 2, annulled: 0, recovered: 0, policy } as unknown as EmergencyRegister
const comparison = { rows: 2, new: [], recorded: 0, numbers: [], numbersRecorded: 0, changed: [], faults: [] } as SheetComparison

let answers: Record<string, unknown>
let sent: { method: string; path: string; body: Record<string, unknown> }[]
let page: ReturnType<typeof mount> | undefined

const text = () => document.body.textContent?.replace(/\s+/g, ' ') ?? ''
const button = (name: string) => [...document.querySelectorAll('button')].find((b) => b.textContent?.includes(name))!

function show<P extends Record<string, unknown>>(component: Component<P>, props: P) {
  page = mount(component, { target: document.body, props })
  flushSync()
}

function type(id: string, value: string) {
  const field = document.getElementById(id) as HTMLInputElement
  field.value = value
  field.dispatchEvent(new Event('input', { bubbles: true }))
  flushSync()
}

const submit = (id: string) => document.getElementById(id)!.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))

beforeEach(() => {
  // jsdom knows no modal dialogs.
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true
  }
  HTMLDialogElement.prototype.close = function () {
    this.open = false
  }
  session.me = { loggedIn: true, may: ['register', 'decide', 'policy', 'read-all'] } as unknown as Me
  sent = []
  answers = { '/api/emergency/profiles': { profiles }, '/api/policies': { version: 3, emergencyColumns: [] } }
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    if (init.method !== 'GET') sent.push({ method: init.method!, path, body: JSON.parse(init.body as string) as Record<string, unknown> })
    const body = answers[path] ?? {}
    const status = (body as { status?: number }).status ?? 200
    return Promise.resolve(new Response(JSON.stringify(body), { status }))
  })
})

afterEach(async () => {
  if (page) await unmount(page)
  page = undefined
  session.me = undefined
  vi.unstubAllGlobals()
})

describe('the words', () => {
  it('name the manual of a policy, whatever the station’s code', () => {
    expect(manualOf(policy, profiles)?.name).toBe('predefinito')
    expect(manualOf({ ...policy, longestDays: 3 }, profiles)).toBeUndefined()
    expect(policyText({ ...policy, thresholdHours: 24, fields: 'ordinario' }).join(' ')).toMatch(/dopo 24 ore.*con il codice A.*gli stessi del protocollo ordinario/)
  })

  it('say how far a row has come, and what is next', () => {
    const row = { row: 1, number: '0000001', day: '2026-11-20' } as EmergencyRow
    const closed = { ...register, closing: { count: 2 } } as unknown as EmergencyRegister
    const revoked = { ...closed, revocation: {} } as unknown as EmergencyRegister
    expect(rowState(row, register).text).toBe('si recupera dopo la chiusura')
    expect(rowState(row, closed).text).toContain('attende la revoca')
    expect(rowState({ ...row, asked: 'unknown' }, revoked).kind).toBe('wait')
    expect(rowState({ ...row, asked: 'rejected' }, revoked).text).toBe('rifiutata dal protocollo')
    expect(rowState({ ...row, annulled: true, asked: 'rejected' }, revoked).text).toContain('annullata')
    expect([nextStep(register), nextStep({ ...revoked, recovered: 2 })]).toEqual(['', ''])
    expect(nextStep(closed)).toMatch(/^Adesso la revoca/)
    expect(nextStep(revoked)).toMatch(/^Il recupero ordinato dalla revoca va avanti da solo/)
    const typed = { ...revoked, policy: { ...register.policy, road: 'foglio' } } as unknown as EmergencyRegister
    expect(rowState(row, typed).text).toBe('attende il foglio con i numeri')
    expect(nextStep(typed)).toMatch(/^I numeri arrivano con il foglio.*La stazione non li chiede\.$/)
  })

  it('say why letters stay', () => {
    expect(movedText({ moved: 1, left: [] })).toBe('1 lettera passata al registro di emergenza.')
    expect(movedText({ moved: 0, left: [{ intakeID: 1, code: 'unknown' }, { intakeID: 2, code: 'unknown' }] })).toBe('0 lettere passate al registro di emergenza, 2 restano in attesa: il protocollo forse le ha già dato un numero.')
  })

  it('read a template’s titles, and sum up what came back', () => {
    expect(columnsOf('NUM_EMERG;"OGGETTO"\tData legale\n')).toEqual([{ title: 'NUM_EMERG', field: '' }, { title: 'OGGETTO', field: 'oggetto' }, { title: 'Data legale', field: 'data-legale' }])
    expect([formatOf('a.XLSX'), formatOf('b.csv'), formatOf('c.ods')]).toEqual(['xlsx', 'csv', undefined])
    expect(comparisonText({ ...comparison, new: [{ line: 4 } as never] })).toBe('2 righe sono come nel registro; 1 riga nuova si può trascrivere.')
  })

  it('find the days without a register', () => {
    expect(missingDays(['2026-10-26', '2026-10-23', '2026-10-24'], '2026-10-28')).toEqual(['2026-10-25', '2026-10-27'])
    expect(missingDays([], '2026-10-28')).toEqual([])
  })
})

describe('the policy', () => {
  it('takes a manual’s way, keeps the station’s own, and is changed within bounds', async () => {
    const done = vi.fn()
    show(EmergencyPolicyDialog, { policy: { ...policy, road: 'foglio' as const }, aoo: 'AOO1', elsewhere: true, onclose: () => {}, ondone: done })
    await vi.waitFor(() => expect(document.querySelectorAll('#policy-manual option')).toHaveLength(2))
    const manual = document.getElementById('policy-manual') as HTMLSelectElement
    manual.value = 'allegato-7'
    manual.dispatchEvent(new Event('change', { bubbles: true }))
    flushSync()
    expect(text()).toContain('Si registrano solo gli atti autorizzati come urgenti.')
    expect(text()).toContain('I numeri ordinari, dopo la chiusura: una persona digita il foglio sul protocollo centrale e lo riporta con i numeri.')
    type('policy-days', 'x')
    submit('policy-form')
    flushSync()
    expect(sent).toEqual([])
    expect(document.getElementById('policy-days-error')?.textContent).toContain('La legge consente al più una settimana per volta.')
    type('policy-days', '3')
    submit('policy-form')
    await vi.waitFor(() => expect(done).toHaveBeenCalled())
    expect(sent[0]).toEqual({ method: 'PUT', path: '/api/emergency/policy', body: { ...policy, road: 'foglio', thresholdHours: 24, scope: 'autorizzati', medium: 'carta', longestDays: 3 } })
  })

  it('says beside its field what the law does not allow', async () => {
    answers['/api/emergency/policy'] = { status: 422, class: 'invalid', code: 'emergency-policy', field: 'emergency.longestDays' }
    show(EmergencyPolicyDialog, { policy, aoo: 'AOO1', elsewhere: false, onclose: () => {}, ondone: () => {} })
    submit('policy-form')
    await vi.waitFor(() => expect(document.getElementById('policy-days-error')?.textContent).toContain('al più una settimana'))
  })
})

describe('the rows of a paper sheet', () => {
  it('are typed one after the other, each with its own number and instant', async () => {
    answers['/api/registrations'] = { record: { emergency: 'n. 3/2026 R.E. 1/2026' } }
    const rowed = vi.fn()
    show(EmergencyTyped, { register, onclose: () => {}, onrow: rowed })
    expect(document.activeElement?.id).toBe('typed-at-time')
    type('typed-subject', 'Turni')
    type('typed-party', 'Farmacia')
    submit('typed-form')
    await vi.waitFor(() => expect(text()).toContain('Scrivi la data e l’ora che stanno sulla riga.'))
    expect(sent).toEqual([])
    type('typed-at', '20/11/2026')
    type('typed-at-time', '10:15')
    submit('typed-form')
    await vi.waitFor(() => expect(rowed).toHaveBeenCalled())
    flushSync()
    expect(sent[0]?.body['draft']).toEqual({ direction: 'A', subject: 'Turni', means: 'posta', senders: [{ name: 'Farmacia' }], recipients: [], emergencySheet: { row: 3, at: '2026-11-20T09:15:00.000Z' } })
    expect(text()).toContain('Riga 3 trascritta: n. 3/2026 R.E. 1/2026. Ora la riga 4.')
    expect((document.getElementById('typed-subject') as HTMLInputElement).value).toBe('')
    expect(document.activeElement?.id).toBe('typed-at-time')
  })

  it('that the station refuses stay as they were typed, under the same key', async () => {
    answers['/api/registrations'] = { status: 422, class: 'invalid', code: 'emergencySheet.at', field: 'emergencySheet.at' }
    show(EmergencyTyped, { register, onclose: () => {}, onrow: () => {} })
    type('typed-subject', 'Turni')
    type('typed-party', 'Farmacia')
    type('typed-at-time', '07:00')
    for (const n of [1, 2]) {
      submit('typed-form')
      await vi.waitFor(() => expect(sent).toHaveLength(n))
      await vi.waitFor(() => expect(text()).toContain('La data e l’ora della riga non vanno bene'))
    }
    expect(sent[0]?.body['key']).toBe(sent[1]?.body['key'])
    expect((document.getElementById('typed-subject') as HTMLInputElement).value).toBe('Turni')
  })
})

describe('the spreadsheet', () => {
  const path = '/api/emergency/registers/1-2026/sheet/import'

  async function choose(name: string) {
    const input = document.querySelector<HTMLInputElement>('input[type=file]')!
    Object.defineProperty(input, 'files', { configurable: true, value: [{ name, arrayBuffer: () => Promise.resolve(new ArrayBuffer(1)) }] })
    input.dispatchEvent(new Event('change', { bubbles: true }))
    await vi.waitFor(() => expect(sent.length).toBeGreaterThan(0))
  }

  it('is compared first; faults stand line by line and nothing can be recorded', async () => {
    answers[path] = { ...comparison, new: [{ line: 9 }], faults: [{ line: 3, column: 'Oggetto', words: 'il foglio dice «Altro»' }, { line: 0, words: 'Nel foglio manca la registrazione n. 2' }] }
    show(EmergencySheet, { register, onclose: () => {}, onchange: () => {} })
    await choose('ritorno.csv')
    await vi.waitFor(() => expect(document.querySelectorAll('tbody tr')).toHaveLength(2))
    expect(sent[0]).toMatchObject({ path, body: { format: 'csv', apply: false, columns: [] } })
    expect(text()).toContain('2 punti da guardare: nulla è stato registrato.')
    expect([...document.querySelectorAll('tbody tr')].map((r) => r.textContent?.trim())).toEqual(['3Oggettoil foglio dice «Altro»', '—Nel foglio manca la registrazione n. 2'])
    expect(button('Trascrivi')).toBeUndefined()
  })

  it('records the rows that are new once a person has seen them', async () => {
    answers[path] = { ...comparison, new: [{ line: 4 }, { line: 5 }] }
    const changed = vi.fn()
    show(EmergencySheet, { register, onclose: () => {}, onchange: changed })
    await choose('ritorno.xlsx')
    await vi.waitFor(() => expect(button('Trascrivi le 2 righe nuove')).toBeDefined())
    expect(changed).not.toHaveBeenCalled()
    answers[path] = { ...comparison, new: [{ line: 4 }, { line: 5 }], recorded: 2 }
    button('Trascrivi le 2 righe nuove').click()
    await vi.waitFor(() => expect(changed).toHaveBeenCalled())
    expect(sent[1]).toMatchObject({ body: { format: 'xlsx', apply: true } })
    expect(text()).toContain('2 righe nuove sono trascritte')
  })

  it('gives the rows of a closed register the numbers that were typed at the centre', async () => {
    answers[path] = { ...comparison, numbers: [{ line: 2, row: 1, number: '0000041', day: '2026-11-21' }], changed: [{ line: 3, words: 'la registrazione n. 2 è stata rettificata dopo l’esportazione' }] }
    show(EmergencySheet, { register: { ...register, closing: { count: 2 } } as unknown as EmergencyRegister, onclose: () => {}, onchange: () => {} })
    await choose('ritorno.xlsx')
    await vi.waitFor(() => expect(button('Registra il numero ordinario')).toBeDefined())
    expect(text()).toContain('Riga 2: registrazione 1, numero ordinario 0000041 del 21/11/2026')
    expect(text()).toContain('Riga 3: la registrazione n. 2 è stata rettificata dopo l’esportazione')
    answers[path] = { ...comparison, numbers: [{ line: 2, row: 1, number: '0000041', day: '2026-11-21' }], numbersRecorded: 1 }
    button('Registra il numero ordinario').click()
    await vi.waitFor(() => expect(text()).toContain('1 numero ordinario è registrato'))
    expect(sent[1]).toMatchObject({ body: { apply: true } })
  })

  it('says that no numbers are typed in which the station asks for', async () => {
    const closed = { ...register, closing: { count: 2 } } as unknown as EmergencyRegister
    const warned = () => text().includes('Solo per consultazione: i numeri si chiedono con la chiamata.')
    for (const [elsewhere, road, want] of [[true, 'chiamata', true], [true, 'foglio', false], [false, 'chiamata', false]] as const) {
      show(EmergencySheet, { register: { ...closed, policy: { ...closed.policy, road } } as EmergencyRegister, elsewhere, onclose: () => {}, onchange: () => {} })
      expect([warned(), button('Esporta per Finmatica (XML)').disabled]).toEqual([want, want])
      await unmount(page!)
    }
    page = undefined
  })

  it('goes out with the columns of a template that is kept in the policies', async () => {
    show(EmergencySheet, { register, onclose: () => {}, onchange: () => {} })
    await vi.waitFor(() => expect(button('Modello…').disabled).toBe(false))
    button('Modello…').click()
    flushSync()
    type('columns-header', 'NUM_EMERG\tOGGETTO\tREGISTRO')
    button('Usa questi titoli').click()
    flushSync()
    const kinds = [...document.querySelectorAll<HTMLSelectElement>('ol select')]
    expect(kinds.map((k) => k.value)).toEqual(['', 'oggetto', ''])
    kinds[0]!.value = 'numero'
    kinds[0]!.dispatchEvent(new Event('change', { bubbles: true }))
    const fixed = document.querySelector<HTMLInputElement>('input[aria-label="Testo fisso della colonna 3"]')!
    fixed.value = 'PG'
    fixed.dispatchEvent(new Event('input', { bubbles: true }))
    flushSync()
    const columns = [{ title: 'NUM_EMERG', field: 'numero' }, { title: 'OGGETTO', field: 'oggetto' }, { title: 'REGISTRO', field: '', constant: 'PG' }]
    answers['/api/policies'] = { version: 4, emergencyColumns: columns }
    button('Salva il modello').click()
    await vi.waitFor(() => expect(text()).toContain('Modello salvato'))
    expect(sent[0]).toEqual({ method: 'PUT', path: '/api/policies', body: { version: 3, emergencyColumns: columns } })
    await choose('ritorno.csv')
    await vi.waitFor(() => expect(sent).toHaveLength(2))
    expect(sent[1]?.body['columns']).toEqual(columns)
  })
})

describe('a mail to the offices', () => {
  it('that has no recipient says where they are written', async () => {
    answers['/api/emergency/registers/1-2026/mail/attivazione'] = { status: 404, class: 'not-found', code: 'mail-recipients' }
    show(EmergencyBook, { register, recovery: undefined, busy: false, onrevoke: () => {}, onrecover: () => {}, onsheet: () => {} })
    button('Mail di attivazione').click()
    await vi.waitFor(() => expect(notices.list.map((n) => n.text).join()).toContain('sezione [mail], voce «to»'))
    notices.list = []
  })
})

describe('the daily registers', () => {
  it('are listed with totals, digests and papers, and say which day has none', async () => {
    const day = (d: string, late: number) => ({
      aoo: 'AOO1', day: d, madeAt: `${d}T23:00:01Z`, registrations: 12, annulments: 1, emergency: 2, late, journal: { seq: 9, hash: 'h' }, pdf: { sha256: `pdf-${d}`, bytes: 9000 }, csv: { sha256: 'c', bytes: 100 },
    })
    answers['/api/days?limit=60'] = [day('2026-01-05', 3), day('2026-01-03', 0)]
    show(Days, { id: 0 })
    await vi.waitFor(() => expect(document.querySelectorAll('tbody tr')).toHaveLength(2))
    expect(text()).toContain('pdf-2026-01-05')
    expect(document.querySelector('a[href="/api/days/2026-01-05/register.pdf"]')).not.toBeNull()
    expect(document.querySelector('a[href="/api/days/2026-01-03/register.csv"]')).not.toBeNull()
    expect(document.querySelector('section[aria-label="Giorni senza registro"]')?.textContent).toMatch(/giorni sono senza registro/)
  })
})

describe('the register of a year', () => {
  const set = (year: number) => ({ id: year, aoo: 'A', year, scheme: 'anno', medium: 'carta', fields: 'F-1', by: 'carla', at: '2026-11-20T08:00:00Z' })
  it.each([
    ['neither year', {}, 0], ['this year', { this: set(2026) }, 1], ['the next year', { next: set(2027) }, 1], ['both', { this: set(2026), next: set(2027) }, 2],
  ])('is shown where %s is set up', (_, years, shown) => {
    show(EmergencyYear as unknown as Component<Record<string, unknown>>, { years, policy, busy: false, run: async () => {} })
    expect(document.querySelectorAll('p.row')).toHaveLength(shown)
    expect(text()).toContain('Registro dell’anno')
  })
})
