import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { burstGapMs } from './keys'
import { lonelyAfterMs, LoneKeys } from './lonekeys'

describe('a key that acts on its own', () => {
  let done: string[]
  let keys: LoneKeys
  const press = (key: string, at: number) => keys.feed(at, () => done.push(key))

  beforeEach(() => {
    vi.useFakeTimers()
    done = []
    keys = new LoneKeys()
  })

  afterEach(() => vi.useRealTimers())

  it('acts soon when it stays alone', () => {
    press('r', 1000)
    expect(done).toEqual([])
    vi.advanceTimersByTime(lonelyAfterMs)
    expect(done).toEqual(['r'])
  })

  it('acts each time when a hand presses it again and again', () => {
    for (let i = 0; i < 3; i++) {
      press('r', 1000 + i * 4 * burstGapMs)
      vi.advanceTimersByTime(4 * burstGapMs)
    }
    expect(done).toEqual(['r', 'r', 'r'])
  })

  it('does nothing in a hand reader’s burst, from its first character to the Enter behind it', () => {
    ;[...'SGN1.N.C_A001.A'].forEach((c, i) => {
      press(c, 1000 + i * 4)
      vi.advanceTimersByTime(4)
    })
    vi.advanceTimersByTime(1000)
    expect(done).toEqual([])
    expect(keys.near(1000 + 15 * 4)).toBe(true)
    expect(keys.near(2000)).toBe(false)
  })
})
