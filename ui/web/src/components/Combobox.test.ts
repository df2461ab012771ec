import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import Combobox from './Combobox.svelte'

interface Class {
  code: string
  name: string
}

const classes: Class[] = [
  { code: 'I.1', name: 'Accesso' }, { code: 'I.2', name: 'Accesso civico' }, { code: 'II.1', name: 'Rapporti' }, { code: 'II.10', name: 'Rapporti' }, { code: 'III.1', name: 'Università' },
]

describe('a list to choose from', () => {
  let box: ReturnType<typeof mount> & { settle: () => Promise<boolean>; focus: () => void }
  let picked: string[]
  let entered: number
  /** How long the list is on its way. */
  let late: number
  let away: boolean

  beforeEach(() => {
    Element.prototype.scrollIntoView = () => {}
    vi.useFakeTimers()
    picked = []
    entered = 0
    late = 500
    away = false
    document.body.innerHTML = '<div id="here"></div><input id="next">'
    box = mount(Combobox<Class>, {
      target: document.querySelector('#here')!,
      props: {
        id: 'c', label: 'Classifica', text: '', closed: true,
        load: (q: string) => new Promise((done, failed) => {
          setTimeout(() => {
            if (away) return failed(new Error('away'))
            const like = (c: Class) => c.code.startsWith(q) || c.name.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').includes(q.toLowerCase())
            done(classes.filter(like).map((c) => ({ label: `${c.code} – ${c.name}`, names: [c.code, c.name], value: c })))
          }, late)
        }),
        onpick: (o: { value: Class }) => void picked.push(o.value.code),
        onenter: () => void entered++,
      },
    }) as typeof box
    flushSync()
  })

  afterEach(async () => {
    await unmount(box)
    vi.useRealTimers()
  })

  const field = () => document.querySelector<HTMLInputElement>('#c')!
  const shown = () => [...document.querySelectorAll('#c-list:not([hidden]) [role=option]')].map((o) => o.textContent)

  function type(text: string) {
    field().focus()
    field().value = text
    field().dispatchEvent(new Event('input', { bubbles: true }))
  }

  const press = (key: string) => field().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))

  /** Tab, which takes the focus away as the browser does. */
  async function tab() {
    press('Tab')
    document.querySelector<HTMLInputElement>('#next')!.focus()
    await vi.advanceTimersByTimeAsync(2000)
  }

  it.each([['accesso', 'I.1'], ['ACCESSO', 'I.1'], ['universita', 'III.1'], ['II.1', 'II.1'], ['civico', 'I.2']])('takes «%s» and Tab at once for the one entry that it means', async (text, code) => {
    type(text)
    await tab()
    expect(picked).toEqual([code])
    expect(document.activeElement?.id).toBe('next')
  })

  it('chooses none of several that nobody has seen, and offers them to whoever comes back', async () => {
    type('rapporti')
    await tab()
    expect(picked).toEqual([])
    expect(field().value).toBe('rapporti')
    box.focus()
    await vi.advanceTimersByTimeAsync(2000)
    expect(shown()).toEqual(['II.1 – Rapporti', 'II.10 – Rapporti'])
    press('ArrowDown')
    press('Enter')
    await vi.advanceTimersByTimeAsync(2000)
    expect(picked).toEqual(['II.10'])
  })

  it('stays with Enter where there are several, and the next Enter takes the line that is marked', async () => {
    type('rapporti')
    press('Enter')
    await vi.advanceTimersByTimeAsync(2000)
    expect([picked, entered, shown().length]).toEqual([[], 0, 2])
    press('Enter')
    await vi.advanceTimersByTimeAsync(2000)
    expect([picked, entered]).toEqual([['II.1'], 1])
  })

  it('never chooses from the list of what was typed before', async () => {
    late = 10
    type('civ')
    await vi.advanceTimersByTimeAsync(200)
    expect(shown()).toEqual(['I.2 – Accesso civico'])
    late = 500
    type('universita')
    await tab()
    expect(picked).toEqual(['III.1'])
  })

  it('goes on with Enter where the station does not answer: the question is asked again at the registration', async () => {
    away = true
    type('accesso')
    press('Enter')
    await vi.advanceTimersByTimeAsync(2000)
    expect([picked, entered, field().value]).toEqual([[], 1, 'accesso'])
  })
})
