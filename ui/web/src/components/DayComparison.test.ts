import { flushSync, mount, unmount } from 'svelte'
import { afterEach, expect, it, vi } from 'vitest'
import DayComparison from './DayComparison.svelte'

let part: ReturnType<typeof mount> | undefined

afterEach(() => {
  if (part) void unmount(part)
  vi.unstubAllGlobals()
})

it('compares a day part by part, and says what differs and what cannot be compared', async () => {
  const sent: string[] = []
  const answers = [
    { day: '2026-11-20', compared: 100, notComparable: 0, differences: [{ intakeID: 3, intakeCode: 'R 3/2026', kind: 'missing-there', here: { number: '0000003', day: '2026-11-20' } }], next: 100 },
    { day: '2026-11-20', compared: 2, notComparable: 1, differences: [{ intakeID: 101, intakeCode: 'R 101/2026', kind: 'missing-here', there: { number: '0000099', day: '2026-11-20' } },
      { intakeID: 102, intakeCode: 'R 102/2026', kind: 'unsearched', here: { number: '0000100', day: '2026-11-20' } }] },
  ]
  vi.stubGlobal('fetch', (path: string) => {
    sent.push(path)
    return Promise.resolve(new Response(JSON.stringify(answers[sent.length - 1]), { status: 200 }))
  })
  part = mount(DayComparison, { target: document.body, props: { day: '2026-11-20', onclose: () => {} } })
  flushSync()
  await vi.waitFor(() => expect(document.body.textContent).toContain('Differenze: 3.'))
  expect(sent).toEqual(['/api/days/2026-11-20/reconciliation', '/api/days/2026-11-20/reconciliation?dopo=100'])
  expect(document.body.textContent).toContain('Confrontate 102; 1 non si possono confrontare')
  const rows = [...document.querySelectorAll('tbody tr')].map((r) => r.textContent)
  expect(rows[0]).toContain('0000003 del 20/11/2026')
  expect(rows[0]).toContain('nessun numero')
  expect(rows[1]).toContain('R 101/2026')
  expect(rows[2]).toContain('non si è potuta cercare')
  expect(rows[2]).toContain('non si sa')
})
