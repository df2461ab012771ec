import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { intake } from '../lib/intake.svelte'
import { session } from '../lib/session.svelte'
import type { RecordView } from '../lib/types'
import Desk from './Desk.svelte'

describe('the desk', () => {
  let desk: ReturnType<typeof mount>

  beforeEach(() => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('{}')))
    session.me = { loggedIn: true, needsSetup: false, may: ['register', 'search'], version: '0', now: '2026-11-21T08:00:00Z' }
    document.body.innerHTML = ''
    desk = mount(Desk, { target: document.body, props: { id: 0 } })
    flushSync()
  })

  afterEach(() => {
    void unmount(desk)
    intake.outcome = undefined
    vi.unstubAllGlobals()
  })

  it('shows a number that comes, however far down the column was', () => {
    const left = document.querySelector<HTMLElement>('.left')!
    left.scrollTop = 60
    flushSync()
    expect(left.scrollTop).toBe(60)
    intake.outcome = { record: { intakeID: 1, intakeCode: 'R 1/2026', number: '0000001', year: 2026, draft: { direction: 'A' }, facets: {} } as unknown as RecordView }
    flushSync()
    expect(left.scrollTop).toBe(0)
    expect(left.textContent).toContain('0000001')
  })
})
