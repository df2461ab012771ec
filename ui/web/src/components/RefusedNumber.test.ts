import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import RefusedNumber from './RefusedNumber.svelte'
import type { RecordView } from '../lib/types'

let page: ReturnType<typeof mount> | undefined

const text = () => document.body.textContent ?? ''
const button = (name: string) => [...document.querySelectorAll('button')].find((b) => b.textContent?.includes(name))

const row = (outcome: string, more: object = {}) =>
  ({ intakeID: 7, emergency: 'n. 1/2026 R.E. 1/2026', facets: {}, draft: {}, attempts: [{ ordinal: 2, outcome, words: 'classifica non attiva' }], ...more }) as unknown as RecordView

function show(record: RecordView, ondone = () => {}) {
  page = mount(RefusedNumber, { target: document.body, props: { record, desks: true, ondone } })
  flushSync()
}

beforeEach(() => {
  // jsdom knows no modal dialogs.
  HTMLDialogElement.prototype.showModal = vi.fn()
  HTMLDialogElement.prototype.close = vi.fn()
})

afterEach(async () => {
  if (page) await unmount(page)
  page = undefined
  vi.unstubAllGlobals()
})

describe('an ordinary number that the centre refused', () => {
  it('says why, asks what was corrected, and asks again with it', async () => {
    const sent: [string, unknown][] = []
    vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
      sent.push([url, JSON.parse(init.body as string)])
      return Promise.resolve(new Response(JSON.stringify({ ...row('numbered'), ordinary: { number: '0000012', year: 2026 } }), { status: 200 }))
    })
    const done = vi.fn()
    show(row('rejected'), done)
    expect(text()).toContain('«classifica non attiva»')
    button('Chiedi di nuovo…')!.click()
    flushSync()
    const field = document.getElementById('reason-text') as HTMLInputElement
    field.value = 'voce riaperta'
    field.dispatchEvent(new Event('input', { bubbles: true }))
    document.querySelector('form')!.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))
    await vi.waitFor(() => expect(done).toHaveBeenCalled())
    expect(sent).toEqual([['/api/records/7/again', { reason: 'voce riaperta' }]])
  })

  it('is said of a letter without any number, which is safe and is asked for again', async () => {
    const letter = row('rejected', { emergency: undefined })
    vi.stubGlobal('fetch', (url: string) => Promise.resolve(new Response(JSON.stringify({ ...letter, number: '0000012', year: 2026 }), { status: url === '/api/records/7/again' ? 200 : 404 })))
    const done = vi.fn()
    show(letter, done)
    expect(text()).toContain('La ricezione è salva')
    expect(text()).not.toContain('Il numero di emergenza vale')
    button('Chiedi di nuovo…')!.click()
    flushSync()
    const field = document.getElementById('reason-text') as HTMLInputElement
    field.value = 'registro riaperto'
    field.dispatchEvent(new Event('input', { bubbles: true }))
    document.querySelector('form')!.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))
    await vi.waitFor(() => expect(done).toHaveBeenCalled())
  })

  it.each([
    ['waits', row('unavailable')],
    ['was annulled', row('rejected', { facets: { annulled: true } })],
    ['has its number', row('rejected', { ordinary: { number: '0000012', year: 2026 } })],
    ['has an ordinary number', row('rejected', { emergency: '', number: '0000012' })],
  ])('is not said of one that %s', (_, record) => {
    show(record)
    expect(text()).not.toContain('Chiedi di nuovo')
  })
})
