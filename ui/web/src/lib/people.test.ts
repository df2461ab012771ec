import { expect, it } from 'vitest'
import { called } from './people.svelte'

it('says who a user name is, and keeps the user name where two persons are called the same', () => {
  const names = { 'anna.r': 'Anna Rossi', 'anna.r2': 'anna rossi', bruno: 'Bruno Verdi', vuoto: '' }
  expect(called(names, 'bruno')).toBe('Bruno Verdi')
  expect(called(names, 'anna.r')).toBe('Anna Rossi (anna.r)')
  expect(called(names, 'anna.r2')).toBe('anna rossi (anna.r2)')
  expect(called(names, 'stazione')).toBe('stazione')
  expect(called(names, 'vuoto')).toBe('vuoto')
})
