import { afterEach, describe, expect, it } from 'vitest'
import { closedText, firstToConfirm, nextToConfirm, sorted, urgent } from './documents'
import type { BatchState, DocumentState, DocumentView } from './types'

const doc = (id: number, state: DocumentState, pages = 1): DocumentView => ({
  id, batchID: 1, aoo: 'A', state, pages,
  pageList: Array.from({ length: pages }, (_, i) => ({ id: id * 10 + i, batchID: 1, documentID: id, seq: i, bytes: 1, mediaType: '', sha256: '', takenAt: '' })),
})

describe('the documents of a batch', () => {
  it('are one line when they are closed', () => {
    const list = [...Array.from({ length: 72 }, (_, i) => doc(i, 'archived')), doc(90, 'confirmed'), doc(91, 'discarded'), doc(92, 'discarded')]
    expect(closedText(list)).toBe('72 archiviati, 1 in archiviazione, 2 scartati')
    expect(closedText([doc(1, 'noted')])).toBe('1 chiuso con nota')
    expect(closedText([])).toBe('')
  })

  it('keep their order while more come in behind them', () => {
    const s = sorted({ state: 'running', documents: [doc(1, 'archived'), doc(2, 'ready'), doc(3, 'waiting'), doc(4, 'receiving')] })
    expect([s.coming?.id, s.open.map((d) => d.id), s.closed.map((d) => d.id)]).toEqual([4, [2, 3], [1]])
  })

  it('are left alone while a run waits for its backs, and those that editing has emptied are not shown', () => {
    const documents = [doc(1, 'receiving'), doc(2, 'discarded', 0), doc(3, 'discarded')]
    const shown = (state: BatchState) => {
      const s = sorted({ state, documents })
      return [s.coming, s.open.map((d) => d.id), s.closed.map((d) => d.id)]
    }
    expect(shown('awaits-backs')).toEqual([undefined, [], [3]])
    expect(shown('interrupted')).toEqual([undefined, [1], [3]])
  })
})

describe('the next document to confirm', () => {
  afterEach(() => document.body.replaceChildren())

  it('is the one behind, and behind the last one the first', () => {
    document.body.innerHTML = [1, 2, 3].map((id) => `<div data-document="${id}"><button data-confirm id="b${id}"></button></div>`).join('')
    expect(nextToConfirm(1)?.id).toBe('b2')
    expect(nextToConfirm(3)?.id).toBe('b1')
    document.getElementById('b2')?.setAttribute('aria-disabled', 'true')
    expect(nextToConfirm(1)?.id).toBe('b3')
    document.body.innerHTML = '<div data-document="1"><button data-confirm></button></div>'
    expect(nextToConfirm(1)).toBeUndefined()
  })

  it('is an urgent one before all others, wherever the pile has it (R1.20)', () => {
    document.body.innerHTML = [1, 2, 3].map((id) => `<div data-document="${id}"${id === 3 ? ' data-urgent' : ''}><button data-confirm id="b${id}"></button></div>`).join('')
    expect(firstToConfirm()?.id).toBe('b3')
    expect(nextToConfirm(1)?.id).toBe('b3')
    expect(nextToConfirm(3)?.id).toBe('b1')
  })

  it('stands first where it is urgent, and only while it is to be confirmed', () => {
    const record = (id: number, urgent: boolean) => ({ registrationID: id, intakeID: id, number: '0000001', year: 2026, subject: '', from: '', urgent, facets: {} as never })
    const documents = [doc(1, 'ready'), { ...doc(2, 'ready'), record: record(2, true) }, { ...doc(3, 'archived'), record: record(3, true) }, { ...doc(4, 'ready'), record: record(4, false) }]
    expect(urgent([{ state: 'ended', documents }]).map((d) => d.id)).toEqual([2])
    expect(sorted({ state: 'ended', documents }).open.map((d) => d.id)).toEqual([1, 2, 4])
  })
})
