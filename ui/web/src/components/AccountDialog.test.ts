// What whoever keeps the accounts gives to a user.
import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { api } from '../lib/api'
import type { Account } from '../lib/types'
import AccountDialog from './AccountDialog.svelte'

let page: ReturnType<typeof mount> | undefined

beforeEach(() => {
  vi.useFakeTimers()
  HTMLDialogElement.prototype.showModal = vi.fn() // jsdom knows no modal dialogs
  HTMLDialogElement.prototype.close = vi.fn()
  vi.spyOn(api, 'uors').mockResolvedValue([{ code: 'GARE', name: 'Gare e contratti' }] as never)
})

afterEach(async () => {
  if (page) await unmount(page)
  page = undefined
  document.body.replaceChildren()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

async function settled() {
  await vi.advanceTimersByTimeAsync(100)
  flushSync()
}

async function open(uor: string) {
  const account = { user: 'gina', name: 'Gina Rossi', roles: ['gare'], uor } as unknown as Account
  page = mount(AccountDialog, { target: document.body, props: { account, kind: 'edit', onclose: () => {}, ondone: () => {} } })
  await settled()
}

const office = () => document.querySelector<HTMLSelectElement>('#account-uor')!

// It was free text: «GARA» was taken for the office «GARE», and its user saw nothing.
it('an office is one of the list', async () => {
  const save = vi.spyOn(api, 'updateAccount').mockResolvedValue(undefined as never)
  await open('')
  expect([...office().options].map((o) => o.value)).toEqual(['', 'GARE'])
  office().value = 'GARE'
  office().dispatchEvent(new Event('change', { bubbles: true }))
  document.querySelector('form')?.requestSubmit()
  await settled()
  expect(save.mock.calls[0]?.[0]).toMatchObject({ user: 'gina', uor: 'GARE' })
})

it('an office that is not in the list any more is kept, and said', async () => {
  const save = vi.spyOn(api, 'updateAccount').mockResolvedValue(undefined as never)
  await open('GARA')
  expect(office().selectedOptions[0]?.textContent).toBe('GARA (non è nell’elenco)')
  document.querySelector('form')?.requestSubmit()
  await settled()
  expect(save.mock.calls[0]?.[0]).toMatchObject({ uor: 'GARA' })
})
