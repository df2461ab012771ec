import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import EmergencyTyped from './EmergencyTyped.svelte'
import type { EmergencyRegister } from '../lib/types'

let page: ReturnType<typeof mount> | undefined

const button = (name: string) => [...document.querySelectorAll('button')].find((b) => b.textContent?.includes(name))
const json = (body: object, status = 200) => Promise.resolve(new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } }))

function type(id: string, value: string) {
  const field = document.getElementById(id) as HTMLInputElement
  field.value = value
  for (const e of ['input', 'change', 'blur']) field.dispatchEvent(new Event(e, { bubbles: true }))
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

it('transcribes a row beside a similar letter that has no number yet', async () => {
  const sent: Record<string, unknown>[] = []
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    if (url === '/api/duplicates') return json({ duplicates: [{ reason: 'raccomandata', intakeID: 7, registrationID: 0, facets: {} }] })
    sent.push(JSON.parse(init.body as string) as Record<string, unknown>)
    return sent.length === 1 ? json({ status: 409, class: 'conflict', code: 'possible-duplicates' }, 409) : json({ record: { emergency: 'n. 1/2026', facets: {} } })
  })
  const register = { id: 1, rows: 0, openedAt: '2026-03-02T08:00:00Z', policy: { scope: 'tutto' }, number: 1, year: 2026 } as unknown as EmergencyRegister
  const onrow = vi.fn()
  page = mount(EmergencyTyped, { target: document.body, props: { register, onclose: () => {}, onrow } })
  flushSync()
  type('typed-at-time', '09:30')
  type('typed-subject', 'Fax')
  type('typed-party', 'Bianchi Lucia')
  flushSync()
  document.querySelector('form')!.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))
  await vi.waitFor(() => expect(button('È un altro documento')).toBeDefined())
  button('È un altro documento')!.click()
  await vi.waitFor(() => expect(onrow).toHaveBeenCalled())
  expect(sent[1]).toMatchObject({ key: sent[0]!.key, duplicateChoice: 'diverso', duplicateIntake: 7 })
})
