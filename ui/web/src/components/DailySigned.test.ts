import { flushSync, mount, unmount } from 'svelte'
import { afterEach, expect, it, vi } from 'vitest'
import type { DailyRegister } from '../lib/types'
import DailySigned from './DailySigned.svelte'

let part: ReturnType<typeof mount> | undefined

afterEach(() => {
  if (part) void unmount(part)
  vi.unstubAllGlobals()
})

it('shows what came back signed and takes in another copy', async () => {
  const sent: { path: string; body: Record<string, string> }[] = []
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    sent.push({ path, body: JSON.parse(init.body as string) as Record<string, string> })
    return Promise.resolve(new Response('{}', { status: 200 }))
  })
  const copy = { id: 4, day: '2026-11-20', sha256: 'a', bytes: 9, fileName: 'area1.pdf', mediaType: 'application/pdf', by: 'carla', at: '2026-11-21T08:00:00Z' }
  const onkept = vi.fn()
  part = mount(DailySigned, { target: document.body, props: { register: { day: '2026-11-20', signed: [copy] } as unknown as DailyRegister, onkept } })
  flushSync()
  expect(document.querySelector('a')?.getAttribute('href')).toBe('/api/day-copies/4/file')
  expect(document.querySelector('a')?.getAttribute('aria-label')).toContain('Copia firmata 1 del 20/11/2026')
  const input = document.querySelector<HTMLInputElement>('input[type=file]')!
  Object.defineProperty(input, 'files', { value: [{ name: 'area2.p7m', type: '', arrayBuffer: () => Promise.resolve(new TextEncoder().encode('firma').buffer) }] })
  Object.defineProperty(input, 'value', { writable: true, value: '' })
  input.dispatchEvent(new Event('change', { bubbles: true }))
  await vi.waitFor(() => expect(onkept).toHaveBeenCalled())
  expect(sent).toEqual([{ path: '/api/days/2026-11-20/signed', body: { fileName: 'area2.p7m', mediaType: 'application/pkcs7-mime', content: btoa('firma') } }])
})
