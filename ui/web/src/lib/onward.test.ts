import { describe, expect, it } from 'vitest'
import { fromDraft } from './form'
import { exitDraft, exitOf, onwardWords } from './onward'
import type { Draft, LinkedLetter } from './types'

describe('what becomes of the entry of a letter for others', () => {
  it('says who authorises and who does it', () => {
    expect(onwardWords({ field: 'subject', road: 'here', asks: true })).toEqual(['Perché lo dica anche l’oggetto di questa registrazione, la rettifica parte da sola: la autorizza il Responsabile.'])
    expect(onwardWords({ field: 'subject', road: 'by-hand', asks: true })[0]).toContain('la autorizza il Responsabile e poi si fa a mano sul protocollo centrale.')
    expect(onwardWords({ field: 'subject', road: 'call' })[0]).toBe('Anche l’oggetto di questa registrazione lo dirà: la rettifica parte da sola e vale quando il protocollo centrale la conferma.')
    expect(onwardWords({ field: 'subject', road: 'here' })[0]).toContain('con la tua autorizzazione')
    expect(onwardWords({ field: 'note', road: 'here' })[0]).toContain('lo dirà la nota')
    expect(onwardWords({ said: true })).toEqual([])
  })

  it('is kept from whoever may not read the entry: the exit of a confidential letter begins as one', () => {
    const entry = { direction: 'A', subject: 'Ricorso', senders: [{ name: 'Mario' }] } as Draft
    const exit = (confidential: boolean) => fromDraft('k', exitDraft({ ...entry, confidential }, 7))
    expect([exit(true).confidential, exit(false).confidential]).toEqual([true, false])
    expect(exit(true)).toMatchObject({ direction: 'P', subject: 'Ricorso', party: { name: 'Mario' }, circumstance: 'aperto-per-errore', circumstanceOf: 7 })
  })

  it('knows the exit that stands', () => {
    const exit = (sendsOn: boolean, annulled: boolean) => ({ sendsOn, facets: { annulled } }) as LinkedLetter
    expect(exitOf(undefined)).toBeUndefined()
    expect(exitOf([exit(false, false), exit(true, true)])).toBeUndefined()
    expect(exitOf([exit(false, false), exit(true, false)])?.sendsOn).toBe(true)
  })
})
