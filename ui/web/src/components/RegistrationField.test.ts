import { flushSync, mount, unmount } from 'svelte'
import { afterEach, describe, expect, it, vi } from 'vitest'
import RegistrationField from './RegistrationField.svelte'

const ordinary = { registrationID: 4, number: '0000001', year: 2026, draft: { subject: 'Istanza' } }
const emergency = { registrationID: 9, number: '0000001', year: 2026, emergency: 'n. 1/2026 R.E. 1/2026', draft: { subject: 'Durante il guasto' } }

let page: (ReturnType<typeof mount> & { named(): Promise<number | undefined> }) | undefined

function show(value: string, hits: object[], status = 200, except?: number) {
  const asked: string[] = []
  vi.stubGlobal('fetch', (url: string) => {
    asked.push(url)
    return Promise.resolve(new Response(JSON.stringify(status === 200 ? { hits } : { status, code: 'code' }), { status }))
  })
  page = mount(RegistrationField, { target: document.body, props: { id: 'reg', label: 'Registrazione', value, except } }) as typeof page
  flushSync()
  return asked
}

afterEach(async () => {
  if (page) await unmount(page)
  vi.unstubAllGlobals()
})

const text = () => document.body.textContent ?? ''
const year = new Date().getFullYear()

describe('a registration that is named by its number', () => {
  it('is none where nothing is typed, and nobody is asked', async () => {
    expect(show('  ', []).length).toBe(0)
    expect(await page!.named()).toBe(0)
  })

  it('is said before it is taken', async () => {
    const asked = show('1', [ordinary])
    expect(await page!.named()).toBe(4)
    flushSync()
    expect(text()).toContain('È la 0000001/2026: Istanza')
    expect(decodeURIComponent(asked[0]!)).toContain(`1/${year}`)
  })

  it('is picked where an emergency register has the same number', async () => {
    show('1/2026', [ordinary, emergency])
    expect(await page!.named()).toBeUndefined()
    flushSync()
    const second = document.getElementById('reg-1') as HTMLInputElement
    expect(text()).toContain('n. 1/2026 R.E. 1/2026 Durante il guasto')
    second.click()
    flushSync()
    expect(await page!.named()).toBe(9)
  })

  it('cannot be the one that is excepted, nor one that is not there', async () => {
    show('1/2026', [ordinary], 200, 4)
    expect(await page!.named()).toBeUndefined()
    flushSync()
    expect(text()).toContain('Nessuna registrazione ha questo numero.')
  })

  it('is asked for again after a fault', async () => {
    show('1/2026', [], 500)
    expect(await page!.named()).toBeUndefined()
    vi.stubGlobal('fetch', () => Promise.resolve(new Response(JSON.stringify({ hits: [ordinary] }), { status: 200 })))
    expect(await page!.named()).toBe(4)
  })
})
