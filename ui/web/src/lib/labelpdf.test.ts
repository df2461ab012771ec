import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { desk } from './desk.svelte'
import { fetchPDF } from './labelpdf'
import { notices } from './notices.svelte'
import type { Print, Status } from './types'

let fetched: string[]
let profile: object

const print = (over: Partial<Print> = {}) => ({ id: 1, registrationID: 7, printer: 'pdf', state: 'unknown', ...over }) as Print

beforeEach(() => {
  fetched = []
  profile = { id: 'pdf', kept: {} }
  desk.status = { printers: [{ id: 'zebra' }, { id: 'pdf', download: true }] } as unknown as Status
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    fetched.push(this.getAttribute('href') ?? '')
  })
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ printers: [profile] }), { status: 200 })))
})

afterEach(() => {
  desk.status = undefined
  notices.list = []
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

describe('a label of a desk without label printer', () => {
  it('is fetched at once, and says what to do with it', async () => {
    await fetchPDF(print())
    expect(fetched).toEqual(['/api/registrations/7/label.pdf?print=1'])
    expect(notices.list.at(-1)?.text).toContain('Etichetta in PDF')
  })

  it('stands at the place of the sheet that it was given', async () => {
    for (const [nextPlace, place] of [
      [3, 2],
      [1, 14],
    ]) {
      profile = { id: 'pdf', sheet: '2x7-99.1x38.1', places: 14, kept: { nextPlace } }
      await fetchPDF(print())
      expect(fetched.at(-1)).toBe(`/api/registrations/7/label.pdf?print=1&sheet=2x7-99.1x38.1&place=${place}`)
    }
  })

  it('is fetched for original and minuta, each at its own place, also where a sheet ends between them', async () => {
    profile = { id: 'pdf', sheet: '2x7-99.1x38.1', places: 14, kept: { nextPlace: 2 } }
    await fetchPDF(print({ id: 8 }), print({ id: 9, minuta: true }))
    expect(fetched).toEqual([14, 1].map((place, i) => `/api/registrations/7/label.pdf?print=${8 + i}&sheet=2x7-99.1x38.1&place=${place}`))
    expect(notices.list.at(-1)?.text).toContain('Etichette in PDF')
  })

  it('is nothing to fetch where a printer printed it, or where it waits', async () => {
    await fetchPDF(undefined)
    await fetchPDF(print({ printer: 'zebra' }))
    await fetchPDF(print({ state: 'queued' }))
    expect(fetched).toEqual([])
    expect(notices.list).toEqual([])
  })
})
