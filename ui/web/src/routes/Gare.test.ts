// The gare at the desk, as a clerk works through them.
import { flushSync, mount, unmount, type Component } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import RecordDocuments from '../components/RecordDocuments.svelte'
import TenderForm from '../components/TenderForm.svelte'
import { api } from '../lib/api'
import { bidAPI } from '../lib/bidapi'
import { desk } from '../lib/desk.svelte'
import { session } from '../lib/session.svelte'
import type { BidReception, BidView, HandoverView, TenderBasis, TenderView } from '../lib/types'
import Tender from './Tender.svelte'
import Tenders from './Tenders.svelte'

let page: ReturnType<typeof mount> | undefined
let may: string[] = []

const handover = (id: number): HandoverView =>
  ({ id, code: `${id}/2026`, at: '2026-03-02T10:00:00Z', receivedAt: '2026-03-02T10:00:00Z', annotations: [], by: 'anna' }) as unknown as HandoverView
const plico = (id: number, more: object = {}): BidView =>
  ({ id, code: `${id}/2026`, seq: id, year: 2026, version: 0, of: 1, ordinal: 1, handover: handover(id), events: [], custody: [], holder: 'Anna', labels: 0, ...more }) as unknown as BidView
const bases = [{ code: 'alienazione', words: 'Alienazione di beni', source: '', wantsCIG: false, wantsNorm: false }] as TenderBasis[]
const gara = (more: object = {}): TenderView =>
  ({
    id: 7, version: 1, terms: { subject: 'Vendita di un terreno', place: 'Sala', deadline: '2026-03-02T11:00:00Z', basis: 'alienazione', uor: 'TRIB' },
    versions: [{}], waiting: [], bids: [], transfers: [], closings: [], mayBelong: [], undeclared: [], ...more,
  }) as unknown as TenderView

async function show<P extends Record<string, unknown>>(screen: Component<P>, props: P) {
  page = mount(screen, { target: document.body, props })
  await settled()
}

/** What was asked is answered, and drawn. */
async function settled() {
  for (let i = 0; i < 4; i++) {
    await vi.advanceTimersByTimeAsync(100)
    flushSync()
  }
}

const button = (words: RegExp, within: ParentNode = document) => [...within.querySelectorAll('button')].find((b) => words.test(b.textContent ?? ''))
const card = (id: number) => document.querySelector<HTMLElement>(`[data-plico="${id}"]`)
function type(field: HTMLInputElement | null, text: string) {
  if (!field) throw new Error('no such field')
  field.value = text
  field.dispatchEvent(new Event('input', { bubbles: true }))
  flushSync()
}

beforeEach(() => {
  vi.useFakeTimers()
  HTMLDialogElement.prototype.showModal = vi.fn() // jsdom knows no modal dialogs
  HTMLDialogElement.prototype.close = vi.fn()
  may = ['register', 'tender']
  vi.spyOn(session, 'may').mockImplementation((a) => may.includes(a))
  vi.spyOn(bidAPI, 'tenders').mockResolvedValue({ tenders: [], bases })
})

afterEach(async () => {
  if (page) await unmount(page)
  page = undefined
  document.body.replaceChildren()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('plichi at the desk', { timeout: 20_000 }, () => {
  let list: BidView[]
  beforeEach(() => {
    list = [plico(1), plico(2)]
    vi.spyOn(bidAPI, 'reception').mockImplementation(() => Promise.resolve({ open: [], recent: [], unassigned: list, tenders: [gara()] } as unknown as BidReception))
    vi.spyOn(bidAPI, 'plico').mockImplementation((id) => Promise.resolve(plico(id, { version: 1, description: { tenderID: 7, sender: 'Alfa' } })))
    vi.spyOn(bidAPI, 'describe').mockImplementation((id) => {
      list = list.filter((b) => b.id !== id)
      return Promise.resolve(plico(id, { version: 1, description: { tenderID: 7, sender: 'Alfa' } }))
    })
  })

  // The card went away and the next one took its place: the label of plico 2 was printed for envelope 1.
  it('stay in their place once they are described, until the person goes on', async () => {
    const print = vi.spyOn(bidAPI, 'print').mockResolvedValue({ state: 'printed' })
    await show(Tenders, { id: 0 })
    const first = card(1)
    button(/^Salva i dati/, first!)?.click()
    await settled()
    expect(document.querySelector('[data-plico]')).toBe(first)
    const stamp = button(/^Stampa l’etichetta del plico 1\/2026/, first!)
    expect(document.activeElement).toBe(stamp)
    stamp?.click()
    await settled()
    expect(print).toHaveBeenCalledExactlyOnceWith(1, 0)
    button(/vai al successivo/, first!)?.click()
    await settled()
    expect(card(1)).toBeNull()
    expect(card(2)?.contains(document.activeElement)).toBe(true)
  })

  it('are saved and labelled in one act', async () => {
    const print = vi.spyOn(bidAPI, 'print').mockResolvedValue({ state: 'printed' })
    await show(Tenders, { id: 0 })
    card(1)?.querySelector('form')?.requestSubmit()
    await settled()
    expect(bidAPI.describe).toHaveBeenCalledTimes(1)
    expect(print).toHaveBeenCalledExactlyOnceWith(1, 0)
    expect(card(1)?.contains(document.activeElement)).toBe(true)
  })

  // The first gara of the list stood in the field, and whoever pressed Enter gave it an envelope of another.
  it('are of no gara until somebody chooses one', async () => {
    vi.spyOn(bidAPI, 'print').mockResolvedValue({ state: 'printed' })
    await show(Tenders, { id: 0 })
    const gara = (id: number) => card(id)!.querySelector<HTMLSelectElement>('select[id$="-tender"]')!
    expect(gara(1).selectedOptions[0]?.textContent).toBe('da individuare')
    card(1)?.querySelector('form')?.requestSubmit()
    await settled()
    expect(vi.mocked(bidAPI.describe).mock.calls[0]?.[1]).toMatchObject({ tenderID: 0 })
    gara(2).value = '7'
    gara(2).dispatchEvent(new Event('change', { bubbles: true }))
    flushSync()
    card(2)?.querySelector('form')?.requestSubmit()
    await settled()
    expect(vi.mocked(bidAPI.describe).mock.calls[1]?.[1]).toMatchObject({ tenderID: 7 })
  })

  it('are saved only, where saving fails', async () => {
    const print = vi.spyOn(bidAPI, 'print').mockResolvedValue({ state: 'printed' })
    vi.mocked(bidAPI.describe).mockRejectedValue({ status: 409, class: 'conflict', code: 'bid-changed' })
    await show(Tenders, { id: 0 })
    card(1)?.querySelector('form')?.requestSubmit()
    await settled()
    expect(print).not.toHaveBeenCalled()
    expect(card(1)?.querySelector('[role=alert]')).not.toBeNull()
  })

  it('are read again when the feed tells of one', async () => {
    await show(Tenders, { id: 0 })
    list = [plico(1), plico(2), plico(3)]
    desk.changes++ // as lib/desk.test.ts shows of a «bid»
    await settled()
    expect(card(3)).not.toBeNull()
  })

  it('take what another desk says of them', async () => {
    await show(Tenders, { id: 0 })
    list = [plico(1, { version: 1, description: { sender: 'Beta' } }), plico(2)]
    button(/^Salva i dati/, card(2)!)?.click()
    await settled()
    expect([...card(1)!.querySelectorAll('input')].map((i) => i.value)).toContain('Beta')
  })
})

// It could be declared only by typing 0 into «Plichi», and nothing said so.
it('an instant without a plico has its own button', async () => {
  vi.spyOn(bidAPI, 'reception').mockResolvedValue({ open: [handover(3)], recent: [], unassigned: [], tenders: [] } as unknown as BidReception)
  const declare = vi.spyOn(bidAPI, 'declare').mockResolvedValue([])
  await show(Tenders, { id: 0 })
  document.querySelector<HTMLButtonElement>('[data-no-plico]')?.click()
  await settled()
  const why = document.querySelector<HTMLInputElement>('input[id$="-reason"]')
  expect(document.activeElement).toBe(why)
  type(why, 'tasto premuto per errore')
  button(/^Istante senza plico$/)?.click()
  await settled()
  expect(declare).toHaveBeenCalledExactlyOnceWith(3, 0, 'tasto premuto per errore')
})

// What keeps a gara open may be a plico of none, and «Annota» stood on the gara's page alone.
it('a plico of no gara can be annotated too', async () => {
  may.push('decide')
  vi.spyOn(bidAPI, 'reception').mockResolvedValue({ open: [], recent: [], unassigned: [plico(4)], tenders: [] } as unknown as BidReception)
  const event = vi.spyOn(bidAPI, 'event').mockResolvedValue(plico(4))
  await show(Tenders, { id: 0 })
  button(/^Annota/)?.click()
  flushSync()
  const kind = document.querySelector<HTMLSelectElement>('#bid-event-kind')!
  kind.value = 'custody'
  kind.dispatchEvent(new Event('change', { bubbles: true }))
  type(document.querySelector<HTMLInputElement>('#bid-event-note'), 'è di un altro ente')
  document.querySelector<HTMLFormElement>('#bid-event')?.requestSubmit()
  await settled()
  expect(event.mock.calls[0]).toMatchObject([4, { kind: 'custody', note: 'è di un altro ente' }])
})

// The row went when it was done and took the focus along: whoever works without a mouse began again at the top of the page.
it('what was handed over is said, and the next form has the focus', async () => {
  let open = [handover(3), handover(4)]
  let unassigned: BidView[] = []
  vi.spyOn(bidAPI, 'reception').mockImplementation(() => Promise.resolve({ open, recent: [], unassigned, tenders: [] } as unknown as BidReception))
  vi.spyOn(bidAPI, 'declare').mockImplementation((id) => {
    open = open.filter((h) => h.id !== id)
    unassigned = [...unassigned, plico(id)]
    return Promise.resolve([])
  })
  await show(Tenders, { id: 0 })
  const row = (id: number) => document.querySelector(`[data-handover="${id}"]`)
  row(3)?.querySelector('form')?.requestSubmit()
  await settled()
  expect(row(3)).toBeNull()
  expect(document.activeElement).toBe(row(4)?.querySelector('[data-count]'))
  row(4)?.querySelector('form')?.requestSubmit()
  await settled()
  expect(document.activeElement).toBe(card(3)?.querySelector('select'))
})

it('a plico that was registered leaves the focus on its label', async () => {
  vi.spyOn(bidAPI, 'reception').mockResolvedValue({ open: [], recent: [], unassigned: [plico(1, { version: 1, description: {} })], tenders: [] } as unknown as BidReception)
  vi.spyOn(bidAPI, 'register').mockResolvedValue(plico(1, { version: 1, description: {}, intakeID: 9 }))
  vi.spyOn(bidAPI, 'plico').mockResolvedValue(plico(1, { version: 1, description: {}, intakeID: 9 }))
  await show(Tenders, { id: 0 })
  button(/^Protocolla/)?.click()
  await settled()
  expect(document.activeElement).toBe(button(/^Stampa l’etichetta del plico 1/))
})

describe('a gara', () => {
  const open = async (t: TenderView) => {
    vi.spyOn(bidAPI, 'tender').mockResolvedValue(t)
    await show(Tender, { id: 7 })
  }

  // One click of whoever was at the desk ended it, and plichi that had come in time were shut out.
  it('is closed by whoever may, after a question', async () => {
    const close = vi.spyOn(bidAPI, 'close').mockResolvedValue()
    await open(gara())
    expect(button(/^Chiudi la gara/)).toBeUndefined()
    may.push('tender-close')
    await unmount(page!)
    await open(gara())
    button(/^Chiudi la gara/)?.click()
    flushSync()
    expect(close).not.toHaveBeenCalled()
    expect(document.querySelector('dialog')?.textContent).toContain('nessun altro plico diventa di questa gara')
    document.querySelector<HTMLFormElement>('#tender-end')?.requestSubmit()
    await settled()
    expect(close).toHaveBeenCalledExactlyOnceWith(7, '')
  })

  it('says which plichi keep it open', async () => {
    may.push('tender-close')
    await open(gara({ mayBelong: [plico(41)], undeclared: [handover(12)] }))
    button(/^Chiudi la gara/)?.click()
    flushSync()
    const said = document.querySelector('dialog')?.textContent
    expect(said).toContain('Plico n. 41/2026')
    expect(said).toContain('consegna n. 12/2026')
    expect(document.querySelector('#tender-end')).toBeNull()
  })

  it('is opened again by the Responsabile, with the reason', async () => {
    may.push('decide')
    const reopen = vi.spyOn(bidAPI, 'reopen').mockResolvedValue()
    await open(gara({ closedAt: '2026-03-03T10:00:00Z', closings: [{ id: 5, by: 'ugo', at: '2026-03-03T10:00:00Z' }] }))
    button(/^Riapri la gara/)?.click()
    flushSync()
    type(document.querySelector<HTMLInputElement>('#reason-text'), 'trovato un plico')
    document.querySelector<HTMLFormElement>('#reason-form')?.requestSubmit()
    await settled()
    expect(reopen).toHaveBeenCalledExactlyOnceWith(7, 5, 'trovato un plico')
  })

  it('shows its basis, its office and its CIG, and which letter waits for its number', async () => {
    await open(gara({ bids: [plico(1, { version: 1, intakeID: 9, description: { tenderID: 7 } })] }))
    const said = document.querySelector('main')?.textContent ?? ''
    for (const words of ['Alienazione di beni', 'Ufficio TRIB', 'CIG non indicato', 'in attesa del numero']) expect(said).toContain(words)
    expect(said).not.toContain('Letti 0')
  })

  // What was opened by mistake and sealed again went on the distinta as «integro», and a code that was read in error stayed on it.
  it('hands plichi over as they are closed now', async () => {
    const opened = { id: 1, kind: 'opened', at: '2026-03-02T10:30:00Z' }
    const list = [plico(1, { version: 1, description: { tenderID: 7, seal: 'integro' }, events: [opened] }), plico(2, { version: 1, description: { tenderID: 7, seal: 'integro' } })]
    vi.spyOn(bidAPI, 'find').mockImplementation((code) => Promise.resolve(list.find((b) => b.code === code)!))
    const handOver = vi.spyOn(bidAPI, 'handOver').mockResolvedValue({} as never)
    await open(gara({ bids: list }))
    for (const code of ['1/2026', '2/2026']) {
      type(document.querySelector<HTMLInputElement>('#bid-code'), code)
      button(/^Aggiungi/)?.click()
      await settled()
    }
    expect(document.querySelector('[aria-label="Plichi letti"]')?.textContent).toContain('Consegna chi lo ha') // Anna has them, and it is not she who is logged in
    document.querySelector<HTMLButtonElement>('[aria-label="Togli il plico 2/2026 dalla distinta"]')?.click()
    type(document.querySelector<HTMLInputElement>('#bid-to'), 'Gina Rossi')
    type(document.querySelector<HTMLInputElement>('#bid-place'), 'Cassaforte')
    button(/^Consegna/)?.click()
    await settled()
    expect(handOver.mock.calls[0]?.[4]).toEqual([{ code: '1/2026', seal: 'risigillato' }])
  })

  it('takes no plico of another gara', async () => {
    vi.spyOn(bidAPI, 'find').mockResolvedValue(plico(9, { version: 1, description: { tenderID: 8 } }))
    await open(gara())
    type(document.querySelector<HTMLInputElement>('#bid-code'), '9/2026')
    button(/^Aggiungi/)?.click()
    await settled()
    expect(document.querySelector('[aria-label="Plichi letti"]')).toBeNull()
    expect(document.querySelector('[aria-label="Distinta di consegna"] [role=alert]')?.textContent).toContain('un’altra gara')
  })

  // The list offered plichi that had come before, and the station refused them.
  it('offers as a successor only what came later and is still here', async () => {
    const at = (id: number, receivedAt: string, more: object = {}) => plico(id, { version: 1, description: { tenderID: 7 }, handover: { ...handover(id), receivedAt }, ...more })
    await open(gara({ bids: [
      at(1, '2026-03-02T10:00:00Z'), at(2, '2026-03-02T10:05:00Z'), at(3, '2026-03-02T10:06:00Z', { events: [{ id: 1, kind: 'withdrawn', at: '2026-03-02T10:07:00Z' }] }), at(4, '2026-03-02T10:08:00Z'),
    ] }))
    document.querySelector<HTMLButtonElement>('[aria-label="Annota il plico 2/2026"]')?.click()
    flushSync()
    const kind = document.querySelector<HTMLSelectElement>('#bid-event-kind')!
    kind.value = 'replaced'
    kind.dispatchEvent(new Event('change', { bubbles: true }))
    flushSync()
    const offered = [...document.querySelectorAll<HTMLOptionElement>('#bid-event-otherID option')].map((o) => o.textContent)
    expect(offered).toHaveLength(2)
    expect(offered[0]).toBe('Scegli il plico…')
    expect(offered[1]).toContain('4/2026')
  })

  it('says what did not go where it was asked', async () => {
    vi.spyOn(bidAPI, 'find').mockRejectedValue({ status: 404, class: 'not-found', code: 'bid' })
    await open(gara())
    type(document.querySelector<HTMLInputElement>('#bid-code'), '9/2026')
    button(/^Aggiungi/)?.click()
    await settled()
    expect(document.querySelector('[aria-label="Distinta di consegna"] [role=alert] svg')).not.toBeNull()
  })
})

describe('the form of a gara', () => {
  beforeEach(() => {
    vi.spyOn(api, 'uors').mockResolvedValue([{ code: 'TRIB', name: 'Tributi' }, { code: 'UTC', name: 'Ufficio tecnico' }] as never)
    vi.spyOn(bidAPI, 'enter').mockResolvedValue(gara())
  })
  const field = (name: string) => document.querySelector<HTMLInputElement>(`#tender-${name}`)
  const fill = () => {
    for (const [name, text] of [['subject', 'Vendita'], ['place', 'Sala'], ['deadline', '02/03/2026'], ['deadline-time', '12:00']] as const) type(field(name), text)
  }
  const send = async () => {
    document.querySelector<HTMLFormElement>('#tender-form')?.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))
    await settled()
  }

  // It was free text, and the centre refused each plico; Enter in it sent the form.
  it('takes its office from the list, and Enter chooses it', async () => {
    await show(TenderForm as unknown as Component<Record<string, unknown>>, { bases, onclose: () => {}, ondone: () => {} })
    fill()
    const basis = document.querySelector<HTMLSelectElement>('#tender-basis')!
    basis.value = 'alienazione'
    basis.dispatchEvent(new Event('change', { bubbles: true }))
    type(field('uor'), 'Gar')
    await send()
    expect(bidAPI.enter).not.toHaveBeenCalled()
    expect(document.querySelector('[role=alert]')?.textContent).toContain('Questo ufficio non è nell’elenco')
    type(field('uor'), 'tecn')
    const enter = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true })
    field('uor')?.dispatchEvent(enter)
    await settled()
    expect(enter.defaultPrevented).toBe(true)
    expect(field('uor')?.value).toBe('Ufficio tecnico')
    await send()
    expect(vi.mocked(bidAPI.enter).mock.calls[0]?.[1]).toMatchObject({ uor: 'UTC', basis: 'alienazione' })
  })

  it('wants a legal basis that somebody chose', async () => {
    await show(TenderForm as unknown as Component<Record<string, unknown>>, { bases, onclose: () => {}, ondone: () => {} })
    fill()
    expect(document.querySelector<HTMLSelectElement>('#tender-basis')?.value).toBe('')
    await send()
    expect(bidAPI.enter).not.toHaveBeenCalled()
    expect(document.querySelector('[role=alert]')?.textContent).toContain('base giuridica')
  })
})

// The record of a plico waited for a scan that never comes.
it('a plico waits for no scan', async () => {
  await show(RecordDocuments, { documents: [], closed: true })
  expect(document.body.textContent).toContain('Plico di gara: non si scansiona')
  expect(document.body.textContent).not.toContain('Non ancora scansionato')
})
