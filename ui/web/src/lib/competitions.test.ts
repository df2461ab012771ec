import { describe, expect, it } from 'vitest'
import { applicationState, candidateKey, emptyForm, factsOf, formOf, nextForm, noteState, numbered, postmarkText, sameCandidate } from './competitions'
import type { ApplicationView, NoteView } from './types'

const form = { ...emptyForm, candidate: 'Rossi Mario', initials: 'LN' }
const application = (id: number, candidate: string, more: object = {}) => ({ id, seq: id, facts: { candidate, means: 'posta', initials: 'LN' }, ...more }) as unknown as ApplicationView

describe('an application as it is typed', () => {
  it('came now where no arrival is written', () => {
    expect(factsOf(form)).not.toHaveProperty('arrivedAt')
    expect(factsOf({ ...form, day: '2026-03-02', time: '10.30' })).toMatchObject({ arrivedAt: '2026-03-02T09:30:00.000Z' })
  })

  it('is not taken with half an arrival', () => {
    expect(factsOf({ ...form, day: '2026-03-02' })).toBeUndefined()
    expect(factsOf({ ...form, time: '10:30' })).toBeUndefined()
  })

  it('has a postmark only where it was posted', () => {
    const typed = { ...form, postmarkDay: '2026-03-01', raccomandata: '123' }
    expect(factsOf(typed)).toMatchObject({ postmarkDay: '2026-03-01', raccomandata: '123' })
    expect(factsOf({ ...typed, means: 'mano' })).not.toHaveProperty('postmarkDay')
  })

  it('leaves to the next one what the pile has in common', () => {
    const typed = { ...form, means: 'posta', day: '2026-03-02', time: '10:30', arrivalReason: 'corriere in ritardo', postmarkDay: '2026-03-01', raccomandata: '123', note: 'senza allegati' }
    expect(nextForm(typed)).toEqual({ ...emptyForm, means: 'posta', initials: 'LN', day: '2026-03-02', time: '10:30', arrivalReason: 'corriere in ritardo' })
  })

  it('keeps the seconds of an arrival that a correction does not touch', () => {
    const was = '2026-03-02T09:30:41Z'
    const seen = formOf({ candidate: 'Rossi', means: 'posta', initials: 'LN', arrivedAt: was })
    expect(factsOf(seen, was)?.arrivedAt).toBe(was)
    expect(factsOf({ ...seen, time: '10:31' }, was)?.arrivedAt).toBe('2026-03-02T09:31:00.000Z')
    expect(factsOf({ ...seen, day: '', time: '' }, was)).toBeUndefined()
  })
})

describe('the same candidate', () => {
  it('is the same words in any order and case', () => {
    expect(candidateKey('ROSSI  Mario')).toBe(candidateKey('Mario Rossi'))
    expect(candidateKey('D’Amico, Anna')).toBe(candidateKey("anna d'amico"))
    expect(candidateKey('Rossi Maria')).not.toBe(candidateKey('Rossi Mario'))
  })

  it('is looked for among those that stand', () => {
    const list = [application(1, 'Rossi Mario'), application(2, 'Mario ROSSI', { struck: 'doppia' }), application(3, 'Neri Luca')]
    expect(sameCandidate(list, 'mario rossi').map((a) => a.id)).toEqual([1])
    expect(sameCandidate(list, 'mario rossi', 1)).toEqual([])
    expect(sameCandidate(list, ' ')).toEqual([])
  })
})

describe('where it stands', () => {
  const note = (more: object = {}) => ({ id: 5, seq: 2, ...more }) as unknown as NoteView

  it('is said of a note', () => {
    expect(noteState(note())).toBe('chiusa, senza numero')
    expect(noteState(note({ intakeID: 9 }))).toBe('in attesa del numero')
    expect(noteState(note({ intakeID: 9, closed: true }))).toBe('lettera chiusa senza numero')
    expect(noteState(note({ intakeID: 9, cited: '0000012/2026' }))).toBe('n. 0000012/2026')
    expect(noteState(note({ intakeID: 9, cited: 'n. 1/2026 R.E. 1/2026' }))).toBe('n. 1/2026 R.E. 1/2026')
    const annulled = note({ intakeID: 9, cited: '0000012/2026', annulled: true })
    expect(noteState(annulled)).toBe('n. 0000012/2026, annullato')
    expect(numbered(annulled)).toBe(false)
  })

  it('is said of an application', () => {
    expect(applicationState(application(1, 'Rossi'), [], 'nota')).toBe('aspetta la nota')
    expect(applicationState(application(1, 'Rossi'), [], 'numero')).toBe('aspetta il numero')
    expect(applicationState(application(1, 'Rossi', { noteID: 5 }), [note({ cited: '0000012/2026' })], 'nota')).toBe('nota n. 2: n. 0000012/2026')
    expect(applicationState(application(1, 'Rossi', { struck: 'doppia' }), [], 'nota')).toBe('tolta: doppia')
  })

  it('shows the postmark or that there is none to be read', () => {
    expect(postmarkText(application(1, 'Rossi').facts)).toBe('')
    expect(postmarkText({ ...application(1, 'Rossi').facts, postmarkDay: '2026-03-01' })).toBe('01/03/2026')
    expect(postmarkText({ ...application(1, 'Rossi').facts, unreadable: true })).toBe('illeggibile o assente')
  })
})
