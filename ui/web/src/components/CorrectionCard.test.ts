import { flushSync, mount, unmount } from 'svelte'
import { afterEach, describe, expect, it, vi } from 'vitest'
import CorrectionCard from './CorrectionCard.svelte'
import { api } from '../lib/api'
import type { CorrectionView } from '../lib/types'

let page: ReturnType<typeof mount> | undefined

const correction = (state: CorrectionView['state'], choices: CorrectionView['choices'] = []) =>
  ({
    id: 4, kind: 'fields', cause: 'mistake', state, road: 'by-hand', by: 'anna', at: '2026-03-02T08:00:00Z', reason: 'letto male', choices,
    changes: [{ field: 'subject', old: { text: 'Ricorso' }, new: { text: 'Istanza' } }],
    of: { intakeID: 7, registrationID: 3, number: '0000003', year: 2026, intakeCode: 'R 7/2026', from: 'Bianchi Lucia', subject: 'Ricorso' },
  }) as unknown as CorrectionView

function show(c: CorrectionView) {
  if (page) void unmount(page)
  page = mount(CorrectionCard, { target: document.body, props: { correction: c, ondone: () => {} } })
  flushSync()
}

const button = (name: string) => [...document.querySelectorAll('button')].find((b) => b.textContent?.includes(name))
const values = () => document.querySelector('.changes')?.textContent?.replace(/\s+/g, ' ') ?? ''

afterEach(() => {
  if (page) void unmount(page)
  page = undefined
  vi.restoreAllMocks()
})

describe('a request to correct', () => {
  it('annuls the old value on the screen only once the new one holds', () => {
    for (const state of ['asked', 'requested', 'unknown', 'rejected', 'by-hand', 'refused'] as const) {
      show(correction(state))
      expect(document.querySelector('s'), state).toBeNull()
      expect(values(), state).toMatch(state === 'refused' ? /Com’era: Ricorso Chiesto: Istanza/ : /Com’è: Ricorso Chiesto: Istanza/)
    }
    show(correction('done'))
    expect(document.querySelector('s')?.textContent).toBe('Ricorso')
    expect(values()).toContain('Valore annullato')
  })

  it('takes a person’s word that it is done at the centre only beside the value to compare', async () => {
    const say = vi.spyOn(api, 'answerCorrection').mockResolvedValue(correction('done'))
    show(correction('by-hand', ['done']))
    button('L’ho fatta sul protocollo')?.click()
    flushSync()
    expect(say).not.toHaveBeenCalled()
    expect(document.querySelector('form')?.textContent).toContain('Oggetto: Istanza')
    button('sul protocollo è così')?.click()
    await vi.waitFor(() => expect(say).toHaveBeenCalledWith(4, { choice: 'done' }))
  })
})
