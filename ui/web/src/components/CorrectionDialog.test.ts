import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import CorrectionDialog from './CorrectionDialog.svelte'
import { session } from '../lib/session.svelte'
import type { RecordView } from '../lib/types'

let page: ReturnType<typeof mount> | undefined

const field = (name: string) => document.getElementById(`corr-${name}`) as HTMLInputElement
const letter = (classifica: string) =>
  ({ intakeID: 7, registrationID: 3, number: '0000003', year: 2026, facets: {}, draft: { direction: 'A', subject: 'Ricorso', senders: [{ name: 'Bianchi Lucia' }], classifica } }) as unknown as RecordView

async function close() {
  if (page) await unmount(page)
  page = undefined
}

async function open(record: RecordView) {
  await close()
  page = mount(CorrectionDialog, { target: document.body, props: { record, onclose: () => {}, ondone: () => {} } })
  flushSync()
}

beforeEach(() => {
  // jsdom knows no modal dialogs.
  HTMLDialogElement.prototype.showModal = vi.fn()
  HTMLDialogElement.prototype.close = vi.fn()
  vi.spyOn(session, 'may').mockImplementation((a) => a === 'register')
})

afterEach(async () => {
  await close()
  vi.restoreAllMocks()
})

describe('the form of a correction', () => {
  it('says that optional data change at once only where the station has them', async () => {
    await open({ ...letter('I.6'), optionalRoad: 'by-hand' })
    expect(document.body.textContent).toContain('si cambiano a mano sul protocollo centrale')
    expect(document.body.textContent).not.toContain('cambiano subito')
    await open({ ...letter('I.6'), optionalRoad: 'here' })
    expect(document.body.textContent).toContain('cambiano subito')
  })

  it('proposes no old value as the right one when it opens again after another correction', async () => {
    await open(letter('I.6'))
    await open(letter('II.1'))
    expect(field('classifica').value).toBe('II.1')
    expect(document.querySelectorAll('tr.on')).toHaveLength(0)
    field('note').value = 'in doppia busta'
    field('note').dispatchEvent(new Event('input', { bubbles: true }))
    flushSync()
    await open(letter('III.2'))
    expect(field('classifica').value).toBe('III.2')
    expect(field('note').value).toBe('in doppia busta')
    expect(document.querySelectorAll('tr.on')).toHaveLength(1)
  })
})
