import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { command, deskForm } from '../lib/commands'
import { intake } from '../lib/intake.svelte'
import { listen } from '../lib/keys'
import { place } from '../lib/place.svelte'
import { session } from '../lib/session.svelte'
import type { Draft, RecordView } from '../lib/types'
import IntakeForm from './IntakeForm.svelte'

const correspondent = { name: 'Costruzioni Esempio S.r.l.', address: 'Via Roma 1' }
const classifica = { code: 'I.6', title: 'Amministrazione generale', name: 'Archivio' }
const none = { numbered: true, labelled: true, captured: false, archived: false, delivered: false, annulled: false }

interface Sent {
  key: string
  draft: Draft
  print: boolean
}

describe('the intake form', () => {
  let form: ReturnType<typeof mount>
  let stop: () => void
  let sent: Sent[]
  let answer: () => Promise<Response>
  let keys: number

  const json = (body: unknown, status = 200) => Promise.resolve(new Response(JSON.stringify(body), { status }))
  const numbered = (draft: Draft): RecordView => ({
    intakeID: 5, intakeCode: 'R 5/2026', registrationID: 3, number: '0000003', year: 2026, arrivedAt: '2026-11-21T08:00:00Z',
    arrivalDay: '2026-11-21', savedAt: '2026-11-21T08:00:00Z', operator: 'anna', draft, facets: none,
  })

  beforeEach(() => {
    Element.prototype.scrollIntoView = () => {} // jsdom lays nothing out
    vi.useFakeTimers()
    sent = []
    keys = 0
    answer = () => json({ record: numbered(sent.at(-1)!.draft) })
    vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
      if (path.startsWith('/api/correspondents')) return json({ correspondents: [correspondent] })
      if (path.startsWith('/api/classifiche')) return json({ classifiche: [classifica] })
      if (path.startsWith('/api/uors')) return json({ uors: [{ code: 'TRIB', name: 'Tributi' }, { code: 'AAGG', name: 'Affari generali' }] })
      if (path.startsWith('/api/subjects')) return json({ subjects: [] })
      if (path.startsWith('/api/records')) return json({ hits: [] })
      if (path.startsWith('/api/labels')) return json({ labels: [] })
      if (path === '/api/registrations') {
        sent.push(JSON.parse(String(init.body)) as Sent)
        return answer()
      }
      return json({})
    })
    session.me = { loggedIn: true, needsSetup: false, may: ['register', 'search'], version: '0', now: '2026-11-21T08:00:00Z' }
    place.to('/', true)
    intake.blank()
    document.body.innerHTML = ''
    form = mount(IntakeForm, { target: document.body })
    deskForm.register = (form as { register: (print: boolean) => Promise<void> }).register
    stop = listen(window, () => {}, command)
    flushSync()
  })

  afterEach(async () => {
    stop()
    deskForm.register = undefined
    await unmount(form)
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  const settle = () => vi.advanceTimersByTimeAsync(200)

  /** One key on the keyboard, as the browser would do it. */
  async function press(key: string) {
    keys++
    const target = (document.activeElement ?? document.body) as HTMLInputElement
    const went = target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
    if (went && key.length === 1) {
      target.value += key
      target.dispatchEvent(new Event('input', { bubbles: true }))
    }
    await settle()
  }

  async function type(text: string) {
    for (const c of text) await press(c)
  }

  /** F9, until the station has answered: reading a body takes real turns of the loop, not only fake time. */
  async function register() {
    await press('F9')
    await vi.waitFor(() => expect(intake.busy).toBe(false))
    await settle()
  }

  async function subject(text: string) {
    const before = keys
    await type(text)
    keys = before
  }

  async function letter() {
    await settle()
    expect(document.activeElement?.id).toBe('party')
    await type('cos')
    await press('ArrowDown')
    await press('Enter')
    expect(document.activeElement?.id).toBe('subject')
    await subject('Richiesta di permesso')
    await press('Enter')
    await type('I.6')
    await press('Enter')
    expect(document.activeElement?.id).toBe('uor')
    await type('t')
  }

  it('takes at most 12 keys besides the subject’s text, with a known sender (R16.2)', async () => {
    await letter()
    await register()
    expect(sent).toHaveLength(1)
    expect(sent[0]).toMatchObject({
      print: true,
      draft: { direction: 'A', senders: [correspondent], subject: 'Richiesta di permesso', classifica: 'I.6', uor: 'TRIB' },
    })
    expect(keys).toBeLessThanOrEqual(12)
  })

  it('registers with Enter alone, too: the last answer leads to the button', async () => {
    await letter()
    await press('Enter')
    expect(document.activeElement?.textContent).toContain('Registra e stampa')
  })

  it('empties itself after success, under a new key, and asks for the next sender', async () => {
    await letter()
    const { key } = intake.form
    await register()
    expect(sent[0]?.key).toBe(key)
    expect(intake.form.key).not.toBe(key)
    expect(document.querySelector<HTMLInputElement>('#party')?.value).toBe('')
    expect(document.activeElement?.id).toBe('party')
    expect(intake.outcome?.record.number).toBe('0000003')
  })

  it('keeps everything, and the key, when the station does not answer', async () => {
    answer = () => Promise.reject(new TypeError('fetch failed'))
    await letter()
    const { key } = intake.form
    await register()
    expect(intake.form).toMatchObject({ key, subject: 'Richiesta di permesso' })
    expect(document.querySelector('[role=alert]')?.textContent).toContain('non prende mai due numeri')
    answer = () => json({ record: numbered(sent.at(-1)!.draft) })
    await register()
    expect(sent.map((s) => s.key)).toEqual([key, key])
  })

  it('cannot be sent twice while the answer is on its way', async () => {
    let finish: (r: Response) => void = () => {}
    answer = () => new Promise((done) => (finish = done))
    await letter()
    await press('F9')
    await press('F9')
    expect(sent).toHaveLength(1)
    expect(document.querySelector<HTMLButtonElement>('button[type=submit]')?.disabled).toBe(true)
    finish(new Response(JSON.stringify({ record: numbered(sent[0]!.draft) })))
    await vi.waitFor(() => expect(intake.busy).toBe(false))
    expect(document.querySelector<HTMLButtonElement>('button[type=submit]')?.disabled).toBe(false)
  })

  it('asks before the same letter gets a second number', async () => {
    answer = () => json({ status: 409, class: 'conflict', code: 'possible-duplicates' }, 409)
    await letter()
    await register()
    expect(intake.doubt).toBeDefined()
    answer = () => json({ record: numbered(sent.at(-1)!.draft) })
    await intake.register(true, { duplicateChoice: 'diverso', duplicateOf: 2 })
    expect(sent.at(-1)).toMatchObject({ key: sent[0]?.key, duplicateChoice: 'diverso', duplicateOf: 2 })
    expect(intake.doubt).toBeUndefined()
  })

  it('says beside the field what is missing, and goes there', async () => {
    await settle()
    await register()
    expect(sent).toHaveLength(0)
    expect(document.querySelector('#party-error')?.textContent).toContain('Manca il mittente')
    expect(document.activeElement?.id).toBe('party')
  })

  it('goes to the subject of an anonymous letter, whose sender is not asked for', async () => {
    await settle()
    intake.form.anonymous = true
    flushSync()
    document.querySelector<HTMLButtonElement>('button[type=submit]')?.focus()
    intake.focus()
    flushSync()
    await settle()
    expect(document.activeElement?.id).toBe('subject')
  })

  it('takes over the means of «Arrivo posta» and gives them back', async () => {
    await settle()
    intake.begin('corriere')
    expect(intake.form.means).toBe('corriere')
    intake.form.support = 'supporto-rimovibile'
    await letter()
    intake.form.presentation = 'lettera'
    await register()
    expect(sent[0]?.draft).toMatchObject({ means: 'corriere', support: 'supporto-rimovibile' })
    expect(intake.form).toMatchObject({ means: 'corriere', support: 'cartaceo' })
    intake.begin()
    expect(intake.form.means).toBe('posta')
  })

  it('says of a letter under correction that it was settled by another way, and sends nothing', async () => {
    const draft = { direction: 'A', subject: 'Istanza', senders: [correspondent] } as unknown as Draft
    const usual = fetch
    vi.stubGlobal('fetch', (path: string, init: RequestInit) => (path === '/api/records/5' ? json(numbered(draft)) : usual(path, init)))
    intake.correct({ intakeID: 5, attempt: 1, code: 'R 5/2026', words: '', draft })
    flushSync()
    expect(document.body.textContent).toContain('Correggi e chiedi di nuovo: la ricezione resta la stessa')
    await vi.advanceTimersByTimeAsync(300)
    flushSync()
    expect(document.body.textContent).toContain('La Ricezione R 5/2026 intanto ha il numero 0000003/2026')
    await intake.register(true)
    expect(sent).toEqual([])
  })
})
