import { describe, expect, it } from 'vitest'
import { keep } from './share'

describe('what came anew', () => {
  const before = { id: 1, documents: [{ id: 10, pages: [{ id: 100 }, { id: 101, turn: 90 }] }, { id: 11, pages: [{ id: 102 }] }] }

  it('is what was there where nothing changed', () => expect(keep(before, structuredClone(before))).toBe(before))

  it('shares every part that says the same, wherever it stands now', () => {
    const next = structuredClone(before)
    next.documents[0]!.pages[0] = { id: 100, turn: 180 }
    next.documents.reverse()
    const now = keep(before, next)
    expect(now).toEqual(next)
    expect(now.documents[0]).toBe(before.documents[1])
    expect(now.documents[1]!.pages[1]).toBe(before.documents[0]!.pages[1])
    expect(now.documents[1]!.pages[0]).not.toBe(before.documents[0]!.pages[0])
  })

  it('has no field that is gone, and no member either', () => {
    const next = { id: 1, documents: [{ id: 10, pages: [{ id: 100 }, { id: 101 }] }] } as typeof before
    expect(keep(before, next)).toEqual(next)
    expect(keep(before, { id: 1 } as typeof before)).toEqual({ id: 1 })
    expect(keep<unknown>([1, 2], [1, 2, undefined])).toEqual([1, 2, undefined])
    expect(keep<unknown>({ a: undefined }, { b: undefined })).toEqual({ b: undefined })
  })
})
