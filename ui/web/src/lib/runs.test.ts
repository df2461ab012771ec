import { describe, expect, it } from 'vitest'
import { backsQuestion } from './passes'
import { foundNoSheet, isPile, presence, refusedText, stopText, unseen } from './runs'
import type { BatchView, Candidate, DocumentState, DocumentView, ExceptionView } from './types'

const doc = (id: number, state: DocumentState, pages = 1, code?: string): DocumentView => ({
  id, batchID: 1, aoo: 'A', state, pages,
  pageList: Array.from({ length: pages }, (_, i) => ({ id: id * 10 + i, batchID: 1, documentID: id, seq: i, bytes: 1, mediaType: '', sha256: '', takenAt: '', ...(code && { code }) })),
})

const run = (more: Partial<BatchView> = {}): BatchView => ({
  id: 1, aoo: 'A', desk: 'd', source: 'fi', startedBy: 'anna', startedAt: '2026-03-02T08:00:00Z', state: 'ended', pages: 1, documents: [doc(1, 'ready')], ...more,
})

const letter = (registrationID: number): Candidate => ({
  registrationID, intakeID: registrationID, number: String(registrationID), year: 2026, subject: '', from: '',
  facets: { annulled: false, archived: false, captured: false, delivered: false, labelled: true, numbered: true },
})

const question = (kind: string, registrations: number[], more: Partial<ExceptionView> = {}): ExceptionView => ({
  id: 1, aoo: 'A', batchID: 1, documentID: 1, kind, choices: [], detail: { registrations }, openedAt: '', pages: 1, version: 1, ...more,
})

describe('a pile', () => {
  it.each<[string, Partial<BatchView>, boolean]>([
    ['from the feeder', {}, true],
    ['that a fault cut short', { state: 'faulted' }, true],
    ['still coming in', { state: 'running' }, false],
    ['whose backs are due', { state: 'awaits-backs' }, false],
    ['one letter that was named', { selected: 7 }, false],
    ['backs', { backsOf: 3 }, false],
    ['a page scanned anew', { documents: [] }, false],
    ['an exchange of labels', { source: 'scambio' }, false],
    ['a file without labels', { source: 'upload' }, false],
    ['a file with labels', { source: 'upload', documents: [doc(1, 'ready', 1, 'A_1')] }, true],
  ])('%s', (_, more, want) => expect(isPile(run(more))).toBe(want))
})

describe('labels that are expected still', () => {
  const waiting = [letter(1), letter(2), letter(3)]
  const left = (...q: ExceptionView[]) => unseen(run(), waiting, q).map((c) => c.registrationID)

  it('are without those that a question of the run read', () => {
    expect(left()).toEqual([1, 2, 3])
    expect(left(question('seen-twice', [1]), question('two-codes', [], { candidates: [letter(3)] }))).toEqual([2])
  })

  it('are those that were looked for in vain, and what other runs ask about', () => {
    expect(left(question('label-missing', [1]), question('seen-twice', [2], { batchID: 9 }))).toEqual([1, 2, 3])
  })
})

describe('a run on the strip', () => {
  it.each<[string, Partial<BatchView>, string]>([
    ['with documents', {}, 'whole'],
    ['discarded', { documents: [doc(1, 'discarded')] }, 'line'],
    ['discarded in part', { documents: [doc(1, 'discarded'), doc(2, 'archived')] }, 'whole'],
    ['used up', { backsOf: 3, documents: [doc(1, 'discarded', 0)] }, 'none'],
    ['without a sheet', { state: 'faulted', fault: 'feeder-empty', documents: [] }, 'whole'],
    ['stopped', { state: 'cancelled', documents: [] }, 'whole'],
  ])('%s', (_, more, want) => expect(presence(run(more))).toBe(want))
})

describe('an empty feeder', () => {
  it('has nothing more to say once another run begins; a jam has', () => {
    expect(foundNoSheet({ fault: 'feeder-empty', pages: 0, documents: [] })).toBe(true)
    expect(foundNoSheet({ fault: 'feeder-empty', pages: 2, documents: [] })).toBe(false)
    expect(foundNoSheet({ fault: 'jam', pages: 0, documents: [] })).toBe(false)
  })
})

describe('the question about the backs', () => {
  it('is that of these fronts', () => {
    expect(backsQuestion(run(), [question('count', []), question('backs', [], { id: 5 })])?.id).toBe(5)
    expect(backsQuestion(run({ id: 2 }), [question('backs', [], { id: 5 })])?.id).toBe(5) // by its document
    expect(backsQuestion(run({ id: 2, documents: [] }), [question('backs', [])])).toBeUndefined()
  })
})

it('an upload that is no picture is called so, and what a scanner sent is not', () => {
  const bad = run({ state: 'faulted', fault: 'bad-data' })
  expect(stopText({ ...bad, source: 'upload' })).toContain('né un PDF')
  expect(refusedText({ ...bad, source: 'upload', refused: 'appunti.txt' })).toMatch(/^«appunti\.txt» non è stato preso\. Il file caricato non è/)
  expect(stopText(bad)).toContain('ripeti la scansione')
  expect(stopText(run({ state: 'cancelled' }))).toBe('Fermata dall’operatore')
})
