import { describe, expect, it } from 'vitest'
import { faultText, mayTake } from './recipients'

const verdi = { name: 'Verdi Ada' }

describe('a list of recipients', () => {
  it('is taken with warnings, and not with an error', () => {
    expect(mayTake({ recipients: [verdi], faults: [] })).toBe(true)
    expect(mayTake({ recipients: [verdi], faults: [{ row: 3, why: 'twice', value: 'Verdi Ada', warning: true }] })).toBe(true)
    expect(mayTake({ recipients: [verdi], faults: [{ row: 3, why: 'empty', column: 'destinatario' }] })).toBe(false)
    expect(mayTake({ recipients: [], faults: [] })).toBe(false)
  })

  it('says row by row what is wrong', () => {
    expect(faultText({ row: 3, why: 'empty', column: 'destinatario' })).toBe('Riga 3: manca destinatario.')
    expect(faultText({ row: 5, why: 'code-twice', value: 'RA1' })).toBe('Riga 5: il codice RA1 sta già in un’altra riga.')
    expect(faultText({ row: 0, why: 'too-many', value: '2000' })).toBe('Più di 2000 destinatari: dividi l’elenco.')
  })
})
