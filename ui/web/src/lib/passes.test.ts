import { describe, expect, it } from 'vitest'
import { awaitingHere } from './passes'
import type { BatchView } from './types'

const batch = (id: number, desk: string, startedBy: string, state: BatchView['state'] = 'awaits-backs'): BatchView => ({
  id, aoo: 'AOO', desk, source: 's', startedBy, startedAt: '2026-03-02T08:00:00Z', state, pages: 3, twoSided: true, documents: [],
})

describe('the fronts whose backs come next', () => {
  it.each([
    ['of this desk, whoever scanned them', { desk: 'A', user: 'anna' }, [batch(1, 'B', 'anna'), batch(2, 'A', 'bruno')], 2],
    ['another desk’s are not', { desk: 'A', user: 'anna' }, [batch(1, 'B', 'anna'), batch(2, '', 'anna')], undefined],
    ['without a desk the user’s own', { desk: '', user: 'anna' }, [batch(1, '', 'bruno'), batch(2, '', 'anna')], 2],
    ['without a desk no desk’s', { user: 'anna' }, [batch(1, 'B', 'anna'), batch(2, '', 'bruno')], undefined],
    ['what is over awaits nothing', { desk: 'A', user: 'anna' }, [batch(1, 'A', 'anna', 'ended')], undefined],
    ['nobody is here', undefined, [batch(1, '', 'anna')], undefined],
  ])('%s', (_, me, batches, want) => {
    expect(awaitingHere(batches, me)?.id).toBe(want)
  })
})
