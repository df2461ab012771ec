// The settings' panels beside each other, as the Responsabile goes through them.
import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { api, ApiError } from '../lib/api'
import type { Policies } from '../lib/types'
import Settings from './Settings.svelte'

let page: ReturnType<typeof mount> | undefined
let kept: Policies

beforeEach(() => {
  vi.useFakeTimers()
  kept = { aoo: 'A', version: 0, pageProfile: 'predefinito', label: {} } as unknown as Policies
  vi.spyOn(api, 'policies').mockImplementation(() => Promise.resolve(structuredClone(kept)))
  vi.spyOn(api, 'savePolicies').mockImplementation((p) => {
    if (p.version !== kept.version) return Promise.reject(new ApiError({ status: 409, class: 'conflict', code: 'policies' }))
    kept = { ...structuredClone(p), version: p.version + 1, setBy: 'carla', setAt: '2026-03-02T10:00:00Z' }
    return Promise.resolve(structuredClone(kept))
  })
  vi.spyOn(api, 'pageProfiles').mockResolvedValue([{ name: 'predefinito', manual: 'Limiti', incoming: {}, outgoing: {}, formats: '' }] as never)
  vi.spyOn(api, 'legends').mockResolvedValue([])
  vi.spyOn(api, 'legendHistory').mockResolvedValue([])
  vi.spyOn(api, 'unregistered').mockResolvedValue({ profile: 'legge', profiles: [{ name: 'legge', manual: 'DPR 445/2000' }], entries: [] } as never)
  vi.spyOn(api, 'titolari').mockResolvedValue([])
  vi.spyOn(api, 'uors').mockResolvedValue([])
})

afterEach(async () => {
  if (page) await unmount(page)
  page = undefined
  document.body.replaceChildren()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

async function settled() {
  for (let i = 0; i < 4; i++) {
    await vi.advanceTimersByTimeAsync(50)
    flushSync()
  }
}

function type(id: string, text: string) {
  const field = document.querySelector<HTMLInputElement>(`#${id}`)!
  field.value = text
  field.dispatchEvent(new Event('input', { bubbles: true }))
  flushSync()
}

async function send(panel: string, form = 'form') {
  const within = document.querySelector(`[aria-label="${panel}"]`)!
  ;(within.matches('form') ? (within as HTMLFormElement) : within.querySelector<HTMLFormElement>(form)!).dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))
  await settled()
}

async function addLegend() {
  type('legend-own-code', 'RITIRO')
  type('legend-own-text', 'RITIRATO A MANO')
  type('legend-own-source', 'Determina 12/2026')
  await send('Diciture')
}

const faults = () => [...document.querySelectorAll('[role=alert]')].map((e) => e.textContent.trim())

// The second change on one page was refused: «cambiate da un’altra persona», who was oneself a minute before.
it('several panels save one after the other', async () => {
  page = mount(Settings, { target: document.body, props: { id: 0 } })
  await settled()
  await addLegend()
  type('unregistered-own-code', 'AUGURI')
  type('unregistered-own-words', 'biglietti di auguri')
  type('unregistered-own-source', 'Circolare 3/2026')
  await send('Che cosa non si registra')
  await send('Regole')
  expect(faults()).toEqual([])
  expect(kept).toMatchObject({ version: 3, legends: [{ code: 'E-RITIRO' }], registration: { added: [{ code: 'E-AUGURI' }] }, bids: { dueBeforeMinutes: 60 } })
})

it('what another person changed of the rules is not written over', async () => {
  page = mount(Settings, { target: document.body, props: { id: 0 } })
  await settled()
  kept = { ...kept, version: 7, processCertificate: 'certificato n. 1' }
  await addLegend()
  expect(faults()).toHaveLength(1)
  await addLegend() // once it was read again
  expect(kept).toMatchObject({ version: 8, processCertificate: 'certificato n. 1' })
  await send('Regole') // that form shows the rules of before
  expect(kept.version).toBe(8)
  expect(faults().join()).toContain('cambiate da un’altra persona')
})
