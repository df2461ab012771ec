import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { desk } from '../lib/desk.svelte'
import { intake } from '../lib/intake.svelte'
import { notices } from '../lib/notices.svelte'
import type { RecordView } from '../lib/types'
import Outcome from './Outcome.svelte'
import Recent from './Recent.svelte'

const ordinary = {
  intakeID: 1, intakeCode: 'R 1/2026', registrationID: 1, number: '0000001', year: 2026, arrivedAt: '2026-11-22T08:00:00Z', arrivalDay: '2026-11-22',
  savedAt: '2026-11-22T08:00:00Z', operator: 'anna', draft: { direction: 'A', senders: [{ name: 'Bianchi' }] },
  facets: { numbered: true, labelled: true, captured: false, archived: false, delivered: false, annulled: false },
} as unknown as RecordView
const emergency: RecordView = { ...ordinary, intakeID: 2, intakeCode: 'R 2/2026', registrationID: 2, emergency: 'n. 1/2026 R.E. 1/2026' }
const recovered: RecordView = { ...emergency, ordinary: { register: 'PG', number: '0000012', year: 2026, day: '2026-11-23' } }

// Two letters had both been «0000001/2026» on the desk.
describe('a number of the emergency register', () => {
  let shown: ReturnType<typeof mount>[]
  const text = (selector: string) => [...document.querySelectorAll(selector)].map((e) => e.textContent?.replace(/\s+/g, ' ').trim())

  beforeEach(() => {
    document.body.innerHTML = ''
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}')))
    shown = [mount(Outcome, { target: document.body }), mount(Recent, { target: document.body })]
  })

  afterEach(() => {
    for (const one of shown) void unmount(one)
    intake.outcome = undefined
    desk.recent = []
    vi.unstubAllGlobals()
  })

  it('stands apart from the ordinary one among the latest', () => {
    desk.recent = [recovered, { ...emergency, intakeID: 3 }, ordinary]
    flushSync()
    expect(text('.num')).toEqual(['0000012/2026 (n. 1/2026 R.E. 1/2026)', 'n. 1/2026 R.E. 1/2026', '0000001/2026'])
  })

  it.each([
    [ordinary, '0000001/2026', 'Prot. n.'],
    [emergency, 'n. 1/2026 R.E. 1/2026', 'Registro di emergenza'],
    [recovered, '0000012/2026', 'Prot. n.'],
  ])('stands large with its register', (record, large, register) => {
    intake.outcome = { record }
    flushSync()
    expect(text('[data-number]')).toEqual([large])
    expect(text('.side strong')).toEqual([register])
    expect(text('.side').join().includes('R.E. 1/2026')).toBe(!!record.ordinary)
  })

  it('differs between the first rows of two registers', () => {
    const large = ['n. 1/2026 R.E. 1/2026', 'n. 1/2026 R.E. 2/2026'].map((label) => {
      intake.outcome = { record: { ...emergency, emergency: label } }
      flushSync()
      return text('[data-number]')[0]
    })
    expect(large).toEqual(['n. 1/2026 R.E. 1/2026', 'n. 1/2026 R.E. 2/2026'])
  })

  it.each([
    [ordinary, 'Registrato: protocollo numero 1 del 2026.'],
    [emergency, 'Registrato sul registro di emergenza: n. 1/2026 R.E. 1/2026.'],
    [recovered, 'Registrato: protocollo numero 12 del 2026.'],
  ])('is said with its register', (record, words) => {
    const say = vi.spyOn(notices, 'say').mockReturnValue()
    intake.keyed({ record })
    expect(say).toHaveBeenCalledWith(words)
    say.mockRestore()
  })
})
