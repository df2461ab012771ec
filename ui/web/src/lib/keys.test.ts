import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { bindingOf, bindings, BurstDetector, burstGapMs, comboOf, listen } from './keys'

const feed = (d: BurstDetector<string>, text: string, gap: number, at = 0) => {
  let t = at
  for (const c of text) d.feed(c, (t += gap))
  return d.feed('Enter', t + gap)
}

describe('a hand reader’s burst', () => {
  it('is at least eight characters, close together, ended by Enter', () => {
    expect(feed(new BurstDetector(() => 'before'), '20260000123', 5)).toEqual({ text: '20260000123', before: 'before' })
  })

  it('is not a person typing', () => {
    expect(feed(new BurstDetector(() => ''), '20260000123', burstGapMs)).toBeUndefined()
  })

  it('is not a short word, however fast', () => {
    expect(feed(new BurstDetector(() => ''), '2026123', 5)).toBeUndefined()
  })

  it('keeps capital letters, whose Shift comes in between', () => {
    const d = new BurstDetector(() => '')
    let t = 0
    for (const c of 'SGN1.N.C$E999') {
      d.feed('Shift', (t += 3))
      d.feed(c, (t += 3))
    }
    expect(d.feed('Enter', t + 3)?.text).toBe('SGN1.N.C$E999')
  })

  it('begins where the fast characters begin, so that what was typed before stays in the field', () => {
    let field = ''
    const d = new BurstDetector(() => field)
    d.feed('a', 0)
    field = 'a'
    expect(feed(d, '20260000123', 5, 500)).toEqual({ text: '20260000123', before: 'a' })
  })

  it('needs its Enter at the same speed', () => {
    const d = new BurstDetector(() => '')
    let t = 0
    for (const c of '20260000123') d.feed(c, (t += 5))
    expect(d.feed('Enter', t + 400)).toBeUndefined()
  })
})

describe('the window’s listener', () => {
  let stop = () => {}
  const onBurst = vi.fn()
  const onKey = vi.fn(() => true)
  let field: HTMLInputElement

  beforeEach(() => {
    document.body.innerHTML = '<input id="f" />'
    field = document.querySelector('input')!
    field.focus()
    onBurst.mockClear()
    onKey.mockClear()
    stop = listen(window, onBurst, onKey)
  })
  afterEach(() => stop())

  function type(text: string, gap: number, at: number) {
    let t = at
    for (const key of [...text, 'Enter']) {
      const e = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
      Object.defineProperty(e, 'timeStamp', { value: (t += gap) })
      const went = field.dispatchEvent(e)
      if (went && key.length === 1) field.value += key
    }
  }

  it('leaves no trace of a burst in the field', () => {
    field.value = 'Rossi'
    type('20260000123', 4, 1000)
    expect(onBurst).toHaveBeenCalledWith('20260000123')
    expect(field.value).toBe('Rossi')
  })

  it('tells whoever is bound to the field that it was put back', () => {
    const heard = vi.fn()
    field.addEventListener('input', heard)
    type('20260000123', 4, 1000)
    expect(heard).toHaveBeenCalled()
  })

  it('lets a person type', () => {
    type('20260000123', 120, 1000)
    expect(onBurst).not.toHaveBeenCalled()
    expect(field.value).toBe('20260000123')
  })

  it('lets a password keeper type, but never a label into a password', () => {
    field.type = 'password'
    type('Timbro.Rosso26', 2, 1000)
    expect(onBurst).not.toHaveBeenCalled()
    expect(field.value).toBe('Timbro.Rosso26')
    type('20260000123', 2, 5000)
    expect(onBurst).toHaveBeenCalledWith('20260000123')
    expect(field.value).toBe('Timbro.Rosso26')
  })

  it("leaves other people's codes in a field that takes them", () => {
    field.dataset.codes = ''
    type('152547896320', 2, 1000)
    expect(onBurst).not.toHaveBeenCalled()
    expect(field.value).toBe('152547896320')
    type('20260000123', 2, 5000)
    expect(onBurst).toHaveBeenCalledWith('20260000123')
    expect(field.value).toBe('152547896320')
  })

  it('does not act twice on a key that is held down', () => {
    field.dispatchEvent(new KeyboardEvent('keydown', { key: 'F9', bubbles: true, cancelable: true }))
    const repeated = new KeyboardEvent('keydown', { key: 'F9', repeat: true, bubbles: true, cancelable: true })
    field.dispatchEvent(repeated)
    expect(onKey).toHaveBeenCalledTimes(1)
    expect(repeated.defaultPrevented).toBe(true)
  })
})

describe('the key table', () => {
  const key = (o: Partial<KeyboardEvent>) => ({ key: '', code: '', ctrlKey: false, altKey: false, shiftKey: false, metaKey: false, ...o })

  it('has no combination twice', () => {
    expect(new Set(bindings.map((b) => b.combo)).size).toBe(bindings.length)
    expect(new Set(bindings.map((b) => b.id)).size).toBe(bindings.length)
  })

  it('finds F9 and Shift+F9 apart', () => {
    expect(bindingOf(key({ key: 'F9' }))?.id).toBe('register-print')
    expect(bindingOf(key({ key: 'F9', shiftKey: true }))?.id).toBe('register')
  })

  it('reads the place of the key where Alt changes the letter', () => {
    expect(comboOf(key({ key: 'å', code: 'KeyA', altKey: true }))).toBe('Alt+a')
  })

  it('does not take letters that are being typed', () => {
    expect(bindingOf(key({ key: 'a', code: 'KeyA' }))).toBeUndefined()
  })
})
