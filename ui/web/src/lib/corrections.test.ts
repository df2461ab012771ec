import { describe, expect, it } from 'vitest'
import { besideNow, changed, free, newForm, storyOf, toAsk, toKeyIn, valueText } from './corrections'
import type { CorrectionView, Draft } from './types'

const draft = { direction: 'A', subject: 'Ricorso', senders: [{ name: 'Bianchi Lucia', code: 'BNC' }, { name: 'Verdi Ugo' }], classifica: 'I.6', senderRef: { protocol: '12' } } as Draft
const clerk = { register: true, decide: false }

describe('the form of a correction', () => {
  it('asks for what really changes, and keeps the codes of who is named as before', () => {
    const f = newForm('k', draft, clerk)
    expect(changed(f, draft)).toEqual([])
    f.text.subject = ' Ricorso '
    expect(changed(f, draft)).toEqual([])
    f.text.senders = 'Bianchi Lucia\n\nVerdi Ugolino'
    f.refDay = '2026-03-01'
    expect(toAsk(f, draft).values).toEqual({ senders: { people: [{ name: 'Bianchi Lucia', code: 'BNC' }, { name: 'Verdi Ugolino' }] }, senderRef: { text: '12', day: '2026-03-01' } })
    expect(free(f, draft)).toBe(false)
  })

  it('takes over what was touched alone, where the letter was corrected meanwhile', () => {
    const f = newForm('k', draft, clerk)
    const now = { ...draft, classifica: 'II.1', senderRef: { protocol: '12', day: '2026-03-01' } } as Draft
    expect(changed(besideNow(f, draft, now), now)).toEqual([])
    f.text.subject = 'Istanza'
    f.refDay = '2026-03-02'
    const again = besideNow({ ...f, reason: 'letto male', kind: 'annulment' }, draft, now)
    expect(again).toMatchObject({ key: 'k', kind: 'annulment', reason: 'letto male', refDay: '2026-03-02' })
    expect(toAsk({ ...again, kind: 'fields' }, now).values).toEqual({ subject: { text: 'Istanza' }, senderRef: { text: '12', day: '2026-03-02' } })
  })

  it('knows what nobody has to authorise, and that a value may be taken away', () => {
    const f = newForm('k', draft, clerk)
    f.text.classifica = ''
    expect(free(f, draft)).toBe(true)
    expect(toAsk(f, draft)).toEqual({ key: 'k', kind: 'fields', cause: 'mistake', reason: '', values: { classifica: {} } })
  })

  it('sends the act with the Responsabile’s own word alone', () => {
    const f = { ...newForm('k', draft, { register: true, decide: true }), kind: 'annulment' as const, actNumber: ' 7 ', actDay: '2026-03-02' }
    expect(toAsk(f, draft)).toMatchObject({ authorise: true, actNumber: '7', actDay: '2026-03-02' })
    expect(toAsk({ ...f, authorise: false }, draft)).not.toHaveProperty('actNumber')
    expect(newForm('k', draft, { register: false, decide: false }).kind).toBe('return')
  })

  it('says who, when, with which act, and what to key in', () => {
    const c = {
      id: 1, kind: 'fields', cause: 'mistake', state: 'by-hand', road: 'by-hand', by: 'anna', at: '2026-03-02T08:00:00Z', reason: 'letto male', choices: [],
      changes: [{ field: 'subject', old: { text: 'Ricorso' }, new: { text: 'Istanza' } }, { field: 'note', old: { text: 'x' }, new: {} }],
      decision: { choice: 'authorised', by: 'carla', at: '2026-03-02T09:00:00Z', actNumber: '7', actDay: '2026-03-02' },
    } as unknown as CorrectionView
    expect(toKeyIn(c)).toEqual(['Oggetto: Istanza', 'Nota: (vuoto)', 'Provvedimento n. 7 del 02/03/2026', 'Motivo: letto male'])
    expect(storyOf(c).join(' ')).toMatch(/anna.*letto male.*Autorizzata da carla.*n\. 7/)
    expect(storyOf({ ...c, state: 'unknown', road: 'call', outcomeAt: '2026-03-02T10:00:00Z', words: 'restored' }).at(-1)).toContain(': Non si sa come è finita: i dati vengono da una copia di sicurezza.')
    expect(storyOf({ ...c, state: 'done', outcomeAt: '2026-03-02T10:00:00Z', outcomeBy: 'carla', words: 'visto' }).at(-1)).toContain(': «visto»')
    expect(storyOf({ ...c, state: 'done', outcomeAt: '2026-03-02T10:00:00Z', outcomeBy: 'anna' }).at(-1)).toMatch(/^Fatta sul protocollo centrale, come dichiarato da anna il /)
    expect(storyOf({ ...c, road: 'call', state: 'done', outcomeAt: '2026-03-02T10:00:00Z', outcomeBy: 'stazione' }).at(-1)).toMatch(/^Fatta il /)
    expect(valueText({ text: '12', day: '2026-03-01' })).toBe('12 del 01/03/2026')
  })
})
