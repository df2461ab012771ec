import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import KeyedNumber from './KeyedNumber.svelte'

const sent: Record<string, unknown>[] = []
let answer: { status: number; body: unknown } = { status: 200, body: {} }
let page: ReturnType<typeof mount> | undefined
let done: unknown

const field = (name: string) => document.getElementById(`keyed-${name}`) as HTMLInputElement
const text = () => document.body.textContent ?? ''

function type(name: string, value: string) {
  field(name).value = value
  field(name).dispatchEvent(new Event('input', { bubbles: true }))
  flushSync()
}

async function submit() {
  document.querySelector('form')!.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))
  flushSync()
  await vi.waitFor(() => expect(document.querySelector<HTMLButtonElement>('button[type=submit]')!.disabled).toBe(false))
  flushSync()
}

beforeEach(() => {
  sent.length = 0
  done = undefined
  vi.stubGlobal('fetch', (_: string, init: RequestInit) => {
    sent.push(JSON.parse(init.body as string) as Record<string, unknown>)
    return Promise.resolve(new Response(JSON.stringify(answer.body), { status: answer.status }))
  })
  page = mount(KeyedNumber, { target: document.body, props: { intakeID: 7, print: true, ondone: (r) => (done = r) } })
  flushSync()
})

afterEach(async () => {
  if (page) await unmount(page)
  page = undefined
  vi.unstubAllGlobals()
})

describe('a number that is read on another screen', () => {
  it('goes from the first typing to the second with Enter, and is sent with both', async () => {
    answer = { status: 200, body: { record: { number: '0004711' } } }
    field('number').focus()
    type('number', '4711')
    field('number').dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }))
    expect(document.activeElement).toBe(field('again'))
    type('again', '4711')
    await submit()
    expect(sent).toEqual([{ number: '4711', again: '4711', day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), confirmed: false, print: true }])
    expect(done).toEqual(answer.body)
  })

  it('is not pasted a second time', () => {
    const paste = new Event('paste', { bubbles: true, cancelable: true })
    field('again').dispatchEvent(paste)
    flushSync()
    expect(paste.defaultPrevented).toBe(true)
    expect(text()).toContain('non si incolla')
  })

  it('sends nothing that was typed once', async () => {
    type('number', '4711')
    await submit()
    expect(sent).toEqual([])
    expect(document.activeElement).toBe(field('again'))
  })

  it('asks once where it is implausible', async () => {
    answer = { status: 409, body: { status: 409, class: 'conflict', code: 'number-far' } }
    type('number', '9711')
    type('again', '9711')
    await submit()
    const sure = [...document.querySelectorAll('button')].find((b) => b.textContent?.includes('È giusto'))!
    expect(document.activeElement).toBe(sure)
    expect(done).toBeUndefined()
    answer = { status: 200, body: { record: { number: '0009711' } } }
    sure.click()
    await vi.waitFor(() => expect(done).toEqual(answer.body))
    expect(sent[1]).toMatchObject({ confirmed: true })
  })

  it('empties the second typing when the two differ', async () => {
    answer = { status: 422, body: { status: 422, class: 'invalid', code: 'again', field: 'again' } }
    type('number', '4711')
    type('again', '4771')
    await submit()
    expect(field('again').value).toBe('')
    expect(text()).toContain('non coincidono')
  })
})
