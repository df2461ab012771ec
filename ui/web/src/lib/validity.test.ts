import { afterEach, describe, expect, it } from 'vitest'
import { speakItalian } from './validity'

speakItalian(window)

afterEach(() => document.body.replaceChildren())

const form = (fields: string) => {
  document.body.innerHTML = `<form>${fields}<button type="submit">Salva</button></form>`
  const f = document.querySelector('form')
  if (!f) throw new Error('no form')
  f.addEventListener('submit', (e) => e.preventDefault())
  return f
}

describe('what a field is refused for', () => {
  it.each([
    ['<input required>', 'Scrivi qualcosa in questo campo.'],
    ['<input type="file" required>', 'Scegli un file.'],
    ['<select required><option value=""></option></select>', 'Scegli una voce.'],
    ['<input type="date" max="2026-03-10" value="2026-03-11">', 'Il massimo è 10/03/2026.'],
    ['<input type="number" min="1" value="0">', 'Il minimo è 1.'],
  ])('is Italian: %s', (field, words) => {
    form(field).querySelector('button')?.click()
    expect(document.querySelector<HTMLInputElement>('form > :first-child')?.validationMessage).toBe(words)
  })

  it('is forgotten when a program fills the field in', () => {
    const f = form('<input required>')
    const [field, button] = [f.querySelector('input'), f.querySelector('button')]
    if (!field || !button) throw new Error('no field')
    let sent = 0
    f.addEventListener('submit', () => sent++)
    button.click()
    expect(sent).toBe(0)
    field.value = 'Rossi' // no event tells of this
    button.click()
    expect(sent).toBe(1)
  })
})
