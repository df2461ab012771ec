import { describe, expect, it } from 'vitest'
import { bindings } from './keys'
import { type Answer, type Edit, findPage, inOrder, inverse, pageActionOf, pageActions, pageCombo, pagesOf, plan, planDrop, refusalWords, step, stillPossible } from './pageeditor'
import type { DocumentState, DocumentView } from './types'

type Model = { documents: DocumentView[] }

/** A batch with documents 1, 2, ... of the given pages; ready unless a state is named. */
function batch(...documents: (readonly number[] | [DocumentState, ...number[]])[]): Model {
  return {
    documents: documents.map((d, i) => {
      const state = (typeof d[0] === 'string' ? d[0] : 'ready') as DocumentState
      const pages = d.filter((p): p is number => typeof p === 'number')
      return { id: i + 1, batchID: 1, aoo: 'A', state, pages: pages.length, pageList: pages.map((id) => page(id, i + 1)) }
    }),
  }
}

const page = (id: number, documentID: number) => ({ id, batchID: 1, documentID, seq: id, bytes: 1, mediaType: 'image/jpeg', sha256: '', takenAt: '' })

let fresh = 100

/** What the station makes of an edit, and what it answers. A document that comes back has another number. */
function applied(m: Model, e: Edit): { after: Model; answer: Answer } {
  const after = structuredClone(m)
  const f = findPage(after, e.page)
  if (!f) throw new Error(`no page ${e.page}`)
  const holder = (page: number) => findPage(after, page)!.document
  const put = (d: DocumentView, pages: typeof f.pages) => (d.pageList = pages)
  const add = (pages: typeof f.pages, at: number) => after.documents.splice(at, 0, { ...f.document, id: ++fresh, pageList: pages })
  switch (e.kind) {
    case 'turn':
      f.page.turn = ((f.page.turn ?? 0) + e.degrees) % 360
      return { after, answer: {} }
    case 'split':
    case 'attachment':
      put(f.document, f.pages.slice(0, f.at))
      add(f.pages.slice(f.at), after.documents.indexOf(f.document) + 1)
      break
    case 'merge':
      put(holder(e.into), [...pagesOf(holder(e.into)), ...f.pages])
      put(f.document, [])
      break
    case 'move': {
      const into = holder(e.among)
      put(f.document, f.pages.filter((p) => p !== f.page))
      put(into, pagesOf(into).toSpliced(e.position - 1, 0, f.page))
      break
    }
    case 'discard':
      put(f.document, f.pages.filter((p) => p !== f.page))
      return { after, answer: {} }
    case 'arrange': {
      const all = new Map(after.documents.flatMap(pagesOf).map((p) => [p.id, p]))
      const targets = e.orders.map((o) => ({ d: o.holds ? holder(o.holds) : undefined, pages: o.pages.map((id) => all.get(id)!) }))
      for (const { d, pages } of targets) d && put(d, pages)
      for (const { d, pages } of targets) d || add(pages, after.documents.length)
    }
  }
  const before = new Map(m.documents.map((d) => [d.id, pagesOf(d).map((p) => p.id)]))
  const undo = after.documents
    .filter((d) => String(before.get(d.id) ?? []) !== String(pagesOf(d).map((p) => p.id)))
    .map((d) => ({ document: pagesOf(d).length > 0 ? d.id : 0, pages: before.get(d.id) ?? [] }))
  return { after, answer: { undo } }
}

/** The pages in their documents, whatever the documents are called. */
const shape = (m: Model) => m.documents.map((d) => pagesOf(d).map((p) => `${p.id}${p.turn ? `/${p.turn}` : ''}`).join(' ')).filter((d) => d !== '').sort()

const key = (key: string, more: Partial<KeyboardEvent> = {}) => ({ key, ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, ...more })

describe('the keys on a page', () => {
  it.each([
    ['r', {}, 'turn-right'], ['R', { shiftKey: true }, 'turn-left'], ['R', {}, 'turn-right'], ['d', {}, 'split'], ['u', {}, 'merge'], ['a', {}, 'attachment'],
    ['ArrowLeft', { shiftKey: true }, 'earlier'], ['ArrowRight', { shiftKey: true }, 'later'], ['s', {}, 'rescan'], ['Delete', {}, 'discard'],
    ['Enter', {}, 'view'], [' ', {}, 'view'], ['z', {}, 'undo'], ['ArrowLeft', {}, undefined], ['ArrowLeft', { altKey: true }, undefined],
    ['r', { ctrlKey: true }, undefined], ['a', { altKey: true }, undefined], ['x', {}, undefined],
  ] as const)('%s %o does %s', (k, more, want) => expect(pageActionOf(key(k, more))?.id).toBe(want))

  it('leave Alt and Ctrl to the browser and to the desk', () => {
    expect(pageCombo(key('ArrowLeft', { altKey: true }))).toBe('')
    const desk = new Set(bindings.map((b) => b.combo))
    expect(pageActions.flatMap((a) => a.combos).filter((c) => desk.has(c))).toEqual([])
  })

  it('are told apart', () => {
    const all = pageActions.flatMap((a) => a.combos)
    expect(new Set(all).size).toBe(all.length)
  })
})

describe('an edit', () => {
  const three = () => batch([1, 2, 3], [4], [5, 6])

  it.each([
    ['turn-right', 2, { kind: 'turn', page: 2, degrees: 90 }],
    ['turn-left', 2, { kind: 'turn', page: 2, degrees: 270 }],
    ['split', 2, { kind: 'split', page: 2 }],
    ['attachment', 3, { kind: 'attachment', page: 3 }],
    ['merge', 6, { kind: 'merge', page: 6, into: 4 }],
    ['earlier', 2, { kind: 'move', page: 2, among: 1, position: 1 }],
    ['later', 2, { kind: 'move', page: 2, among: 1, position: 3 }],
    ['earlier', 5, { kind: 'move', page: 5, among: 4, position: 2 }],
    ['later', 3, { kind: 'move', page: 3, among: 4, position: 1 }],
  ] as const)('%s of page %i', (action, on, edit) => expect(plan(three(), on, action)).toEqual({ edit, focus: on }))

  it.each([
    ['split', 1, 'first-page'], ['attachment', 5, 'first-page'], ['merge', 1, 'no-previous'], ['earlier', 1, 'no-previous'], ['later', 6, 'no-next'], ['split', 99, 'gone'],
  ] as const)('%s of page %i is refused: %s', (action, on, refused) => {
    expect(plan(three(), on, action)).toEqual({ refused })
    expect(refusalWords[refused]).toMatch(/\.$/)
  })

  it('touches nothing that was confirmed, or whose pages are still coming', () => {
    const b = batch(['archived', 1, 2], [3, 4], ['receiving', 5])
    expect(plan(b, 1, 'turn-right')).toEqual({ refused: 'closed' })
    expect(plan(b, 3, 'merge')).toEqual({ refused: 'previous-closed' })
    expect(plan(b, 3, 'earlier')).toEqual({ refused: 'previous-closed' })
    expect(plan(b, 4, 'later')).toEqual({ refused: 'next-closed' })
    expect(plan(b, 5, 'split')).toEqual({ refused: 'receiving' })
  })

  it('knows the neighbour behind what was discarded', () => {
    expect(plan(batch([1], ['discarded', 2], [3]), 3, 'merge')).toMatchObject({ edit: { into: 1 } })
  })

  it.each([[2, 3], [3, 2], [4, 5], [6, 5]])('leaves the focus, when page %i is taken away, on page %i', (on, focus) => {
    expect(plan(three(), on, 'discard')).toMatchObject({ focus })
  })

  it('by the mouse counts the place without the page itself', () => {
    expect(planDrop(three(), 1, 1, 3)).toMatchObject({ edit: { among: 2, position: 2 } })
    expect(planDrop(three(), 1, 1, 0)).toMatchObject({ edit: { among: 2, position: 3 } })
    expect(planDrop(three(), 1, 3, 5)).toMatchObject({ edit: { among: 5, position: 1 } })
    expect(planDrop(three(), 6, 3, 0)).toBeUndefined()
    expect(planDrop(three(), 1, 1, 2)).toBeUndefined()
    expect(planDrop(three(), 1, 1, 1)).toBeUndefined()
    expect(planDrop(batch([1], ['archived', 2]), 1, 2, 0)).toEqual({ refused: 'closed' })
  })
})

describe('the documents of a pile', () => {
  const order = (m: Model) => inOrder(m).map((d) => d.id)

  it('lie in its order: what was split off is behind what it was split from', () => {
    const m = batch([1, 2], [5], [3, 4])
    expect(order(m)).toEqual([1, 3, 2])
    expect(plan(m, 3, 'merge')).toMatchObject({ edit: { into: 1 } })
    expect(step(m, 4, 1)).toBe(5)
  })

  it('stay where they are when a page comes from elsewhere, and when they have none', () => {
    expect(order(batch([1, 3], [4, 5], [2, 6]))).toEqual([1, 2, 3])
    const scannedAnew = batch([1], [2], [3])
    Object.assign(scannedAnew.documents[0]!.pageList![0]!, { batchID: 9, seq: 1 })
    scannedAnew.documents[0]!.pageList!.push({ ...page(1, 1), id: 8 })
    expect(order(scannedAnew)).toEqual([1, 2, 3])
    expect(order(batch([], [1]))).toEqual([2, 1])
  })
})

describe('the arrows', () => {
  it('walk from page to page, over the ends of the open documents', () => {
    const b = batch([1, 2], ['archived', 3], ['waiting', 4])
    expect([step(b, 1, 1), step(b, 2, 1), step(b, 4, 1), step(b, 4, -1), step(b, 1, -1), step(b, 3, 1)]).toEqual([2, 4, undefined, 2, undefined, undefined])
  })
})

describe('taking back', () => {
  const actions = ['turn-right', 'turn-left', 'split', 'merge', 'attachment', 'earlier', 'later'] as const
  const all = actions.flatMap((a) => [1, 2, 3, 4, 5, 6, 7].map((p) => [a, p] as const))

  it.each(all)('%s of page %i leaves all pages as they were', (action, on) => {
    const before = batch([1, 2, 3], [4], [5, 6, 7])
    const p = plan(before, on, action)
    if ('refused' in p) return
    const { after, answer } = applied(before, p.edit)
    expect(shape(after)).not.toEqual(shape(before))
    expect(shape(applied(after, inverse(p.edit, answer, after)!).after)).toEqual(shape(before))
  })

  it('brings back no page that was taken away', () => {
    const before = batch([1, 2])
    const { after, answer } = applied(before, { kind: 'discard', page: 1, reason: 'doppia' })
    expect(inverse({ kind: 'discard', page: 1, reason: 'doppia' }, answer, after)).toBeUndefined()
    expect(inverse({ kind: 'split', page: 2 }, undefined, after)).toBeUndefined()
  })

  it('finds its documents by their pages, which have others by now', () => {
    const edits: Edit[] = [
      { kind: 'move', page: 3, among: 5, position: 2 }, { kind: 'split', page: 2 }, { kind: 'merge', page: 4, into: 2 }, { kind: 'split', page: 3 },
      { kind: 'turn', page: 3, degrees: 90 }, { kind: 'move', page: 1, among: 2, position: 1 },
    ]
    let now = batch([1, 2, 3], [4, 5])
    const before = shape(now)
    const undos: Edit[] = []
    for (const e of edits) {
      const { after, answer } = applied(now, e)
      undos.push(inverse(e, answer, after)!)
      now = after
    }
    for (const u of undos.reverse()) now = applied(now, u).after
    expect(shape(now)).toEqual(before)
  })
})

describe('a sheet', () => {
  const sides = (m: Model) => {
    for (const p of m.documents.flatMap(pagesOf)) Object.assign(p, { sheet: Math.ceil(p.id / 2), back: p.id % 2 === 0 })
    return m
  }

  it('moves as one, over the document’s end too', () => {
    const m = sides(batch([1, 2, 3, 4], [5, 6]))
    expect(plan(m, 1, 'later')).toMatchObject({ edit: { among: 2, position: 2 } })
    expect(plan(m, 3, 'later')).toMatchObject({ edit: { among: 5, position: 1 } })
    expect(planDrop(m, 1, 1, 0)).toMatchObject({ edit: { position: 3 } })
    expect(planDrop(m, 1, 1, 2)).toBeUndefined()
    expect(planDrop(m, 1, 1, 3)).toBeUndefined()
  })
})

describe('what can still be taken back', () => {
  const turn = (page: number): Edit => ({ kind: 'turn', page, degrees: 90 })
  const back: Edit = { kind: 'arrange', page: 2, orders: [{ holds: 1, pages: [1, 2] }] }

  it('is everything while the pages are there, in a run that brings more, too', () => {
    expect(stillPossible(batch([1], [2], ['receiving', 3]), [turn(1), back])).toHaveLength(2)
  })

  it('is nothing of a page that was scanned anew, nor what lay before that; what was done since is', () => {
    expect(stillPossible(batch([9, 2]), [turn(1)])).toEqual([])
    expect(stillPossible(batch([9], [2]), [turn(2), back])).toEqual([])
    expect(stillPossible(batch([9, 2]), [turn(2), turn(1), turn(9)])).toEqual([turn(9)])
  })

  it('is nothing of closed documents, nor where pages came that the last step does not know', () => {
    expect(stillPossible(batch(['confirmed', 1]), [turn(1)])).toEqual([])
    expect(stillPossible(batch([1], [2, 3]), [turn(1), back])).toEqual([])
  })
})
