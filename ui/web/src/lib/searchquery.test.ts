import { expect, it } from 'vitest'
import { place } from './place.svelte'
import { fromAddress, toAddress } from './searchquery'

it('comes back from an address as it went there', () => {
  const q = { testo: 'rossi & figli', anno: '2026', verso: 'A', dal: '2026-01-02', al: '', manca: 'scan' }
  expect(fromAddress(toAddress(q))).toEqual(q)
  expect(toAddress(fromAddress('?altro=1'))).toBe('')
})

it('is in the address of the page, and goes with it', () => {
  place.to('/ricerca', true)
  place.refine(toAddress({ manca: 'scan' }))
  expect([location.pathname, location.search, place.search]).toEqual(['/ricerca', '?manca=scan', '?manca=scan'])
  const entries = history.length
  place.to('/ricerca?manca=file')
  expect([place.path, place.search, history.length]).toEqual(['/ricerca', '?manca=file', entries + 1])
  place.to('/etichette')
  expect([place.path, place.search]).toEqual(['/etichette', ''])
})
