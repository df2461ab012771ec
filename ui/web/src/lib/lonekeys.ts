// Keys that act on their own, one letter or digit each, where a hand reader may type too: its first character must not turn a page or
// answer a question. A key acts only when no other character stands close to it, before or behind.

import { burstGapMs } from './keys'

/** How long a key waits for another one behind it. Longer than a reader's gap, shorter than a person notices. */
export const lonelyAfterMs = 2 * burstGapMs

export class LoneKeys {
  private at = Number.NEGATIVE_INFINITY
  private pending: ReturnType<typeof setTimeout> | undefined

  /** Takes one character key, pressed at a time in milliseconds, and does act soon if it stays alone. */
  feed(at: number, act: () => void): void {
    const near = this.near(at)
    this.at = at
    clearTimeout(this.pending)
    if (near) return
    this.pending = setTimeout(act, lonelyAfterMs)
  }

  /** Whether a key pressed now belongs to a burst: also the Enter that ends it. */
  near(at: number): boolean {
    return at - this.at < burstGapMs
  }
}
