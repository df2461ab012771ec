import { describe, expect, it } from 'vitest'
import { duplicate, fault, fieldOf, fromDraft, isEmpty, likeness, newForm, next, stickyOf, toDraft } from './form'
import type { Draft } from './types'

const full: Draft = {
  direction: 'A', senders: [{ name: 'Rossi Mario', address: 'Via Roma 1' }, { name: 'Verdi Anna' }], subject: 'Richiesta', classifica: 'I.6',
  uor: 'AAGG', means: 'raccomandata-ar', support: 'cartaceo', envelope: 'chiusa', raccomandataCode: '12345', unsigned: true,
  senderRef: { protocol: '77', day: '2026-01-02' }, attachments: [{ description: 'planimetria', pages: 2 }], declaredCount: 4,
  fascicolo: '2026/1', note: 'urgente', copies: [{ name: 'Sindaco' }], arrivalDay: '2026-01-02', arrivalDayReason: 'festa', atCounter: true,
}

describe('the intake form', () => {
  it('goes from question to question and at last to the button', () => {
    expect([next('party'), next('subject'), next('classifica'), next('uor')]).toEqual(['subject', 'classifica', 'uor', 'button'])
  })

  it('sends only what was filled in', () => {
    const f = newForm('k')
    f.party.name = '  Rossi '
    f.subject = ' Richiesta '
    expect(toDraft(f)).toEqual({ direction: 'A', subject: 'Richiesta', senders: [{ name: 'Rossi' }], means: 'posta', support: 'cartaceo', envelope: 'aperta' })
  })

  it('says how the envelope was found of what comes in alone, and forgets nothing when the direction is put right', () => {
    const f = fromDraft('k', full)
    f.direction = 'P'
    expect(toDraft(f).envelope).toBeUndefined()
    f.direction = 'A'
    expect(toDraft(f).envelope).toBe('chiusa')
  })

  it('comes back from a draft as it was', () => {
    expect(toDraft(fromDraft('k', full))).toEqual(full)
  })

  it('keeps for the next letter what the pile has in common, and nothing of the one letter', () => {
    const before = fromDraft('k', { ...full, support: 'supporto-rimovibile', envelope: 'senza-busta' })
    const after = newForm('k2', stickyOf(before))
    expect(after).toMatchObject({ direction: 'A', means: 'raccomandata-ar', support: 'cartaceo', envelope: 'senza-busta' })
    expect(isEmpty(after)).toBe(true)
    for (const own of ['chiusa', 'lacerata'] as const) expect(stickyOf(fromDraft('k', { ...full, envelope: own })).envelope).toBe('aperta')
  })

  it('would be missed where only its medium or its envelope was said', () => {
    expect(isEmpty({ ...newForm('k'), support: 'supporto-rimovibile' })).toBe(false)
    expect(isEmpty({ ...newForm('k'), envelope: 'chiusa' })).toBe(false)
  })

  it('names a similar letter by its number, or by its intake while it has none', () => {
    expect(likeness('diverso', { intakeID: 7, registrationID: 3 })).toEqual({ duplicateChoice: 'diverso', duplicateOf: 3 })
    expect(likeness('originale-fax', { intakeID: 7, registrationID: 0 })).toEqual({ duplicateChoice: 'originale-fax', duplicateIntake: 7 })
  })

  it('duplicates a letter without what belongs to one paper only', () => {
    const d = toDraft(duplicate('k2', full))
    expect(d).toMatchObject({ senders: full.senders, subject: 'Richiesta', classifica: 'I.6', uor: 'AAGG', fascicolo: '2026/1' })
    for (const gone of ['raccomandataCode', 'senderRef', 'declaredCount', 'attachments', 'arrivalDay', 'atCounter'] as const) {
      expect(d[gone]).toBeUndefined()
    }
  })

  it('inherits the delivery’s instant unless an earlier day is declared', () => {
    const f = newForm('k')
    expect(toDraft(f, 9).deliveryID).toBe(9)
    f.arrivalDay = '2026-01-02'
    expect(toDraft(f, 9).deliveryID).toBeUndefined()
  })

  it('gives a letter handed over at the counter its own instant, whatever post is open', () => {
    const f = newForm('k')
    f.atCounter = true
    expect(toDraft(f, 9)).not.toHaveProperty('deliveryID')
    expect(toDraft(f, 9).atCounter).toBe(true)
  })

  it('sends recipients, and the office as sender, where the letter goes out', () => {
    const f = newForm('k')
    f.direction = 'P'
    f.party.name = 'Prefettura'
    f.more = [{ name: 'Questura' }]
    f.from = 'Tributi'
    f.subject = 'x'
    expect(toDraft(f)).toMatchObject({ recipients: [{ name: 'Prefettura' }, { name: 'Questura' }], senders: [{ name: 'Tributi' }] })
  })

  it('says what is missing, in the order of the questions', () => {
    const f = newForm('k')
    expect(fault(f)).toEqual({ field: 'party', code: 'senders' })
    f.anonymous = true
    expect(fault(f)).toEqual({ field: 'subject', code: 'subject' })
    f.subject = 'x'
    expect(fault(f)).toBeUndefined()
    f.uorText = 'ufficio che non c’è'
    expect(fault(f)).toEqual({ field: 'uor', code: 'uor' })
  })

  it('never sends words of a closed list that were not chosen', () => {
    const f = newForm('k')
    f.classificaText = 'I.6'
    expect(toDraft(f).classifica).toBeUndefined()
  })

  it('finds the field of an error', () => {
    expect(fieldOf('senders', 'A')).toBe('party')
    expect(fieldOf('recipients', 'P')).toBe('party')
    expect(fieldOf('arrivalDay', 'A')).toBe('arrivalDay')
  })
})
