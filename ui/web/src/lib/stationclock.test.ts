import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import Days from '../routes/Days.svelte'
import { api } from './api'
import { desk } from './desk.svelte'
import { nowFields } from './emergency'
import { session } from './session.svelte'
import { stationClock } from './stationclock.svelte'

beforeEach(() => void vi.useFakeTimers({ now: new Date('2026-03-02T10:00:00Z') }))

afterEach(() => {
  stationClock.heard(new Date().toISOString())
  vi.restoreAllMocks()
  vi.useRealTimers()
})

it('goes on from what the station last said, past its own midnight', () => {
  stationClock.heard('2026-03-03T22:30:00Z')
  expect(stationClock.today).toBe('2026-03-03')
  expect(nowFields()).toEqual({ day: '2026-03-03', time: '23:30' })
  vi.setSystemTime(new Date('2026-03-02T10:31:00Z'))
  expect(stationClock.today).toBe('2026-03-04')
})

it('stays as it was where no time came', () => {
  stationClock.heard('2026-03-03T10:00:00Z')
  stationClock.heard('')
  expect(stationClock.today).toBe('2026-03-03')
})

it('says the day of the daily register, also on a screen that is open', async () => {
  vi.spyOn(api, 'dailyRegisters').mockResolvedValue([])
  session.set({ loggedIn: true, needsSetup: false, may: ['register', 'read-all'], version: '0', now: new Date().toISOString() })
  const page = mount(Days, { target: document.body, props: { id: 0 } })
  flushSync()
  expect(document.body.textContent).toContain('Quello di oggi, 02/03/2026')
  vi.spyOn(api, 'status').mockResolvedValue({ now: '2026-03-03T10:00:00Z', seq: 0 } as never)
  desk.refresh('status')
  await vi.advanceTimersByTimeAsync(1000)
  flushSync()
  expect(document.body.textContent).toContain('Quello di oggi, 03/03/2026')
  await unmount(page)
})
