import { describe, expect, it } from 'vitest'
import { competitionText, dayItemText, elsewhereOf, sectionsOf } from './endofday'
import type { EndOfDay } from './types'

describe('the lists of a day', () => {
  it('hold what is not scanned open where it must be scanned', () => {
    for (const duty of ['subito', 'differibile'] as const) expect(sectionsOf(duty)[0]).toMatchObject({ name: 'unscanned', open: true })
    expect(sectionsOf('eventuale').filter((s) => s.open).map((s) => s.name)).not.toContain('unscanned')
  })

  it('stand each once, what is open first', () => {
    for (const duty of ['subito', 'eventuale'] as const) {
      const list = sectionsOf(duty)
      expect(new Set(list.map((s) => s.name)).size).toBe(12)
      expect(list.findIndex((s) => !s.open)).toBe(list.filter((s) => s.open).length)
    }
  })

  // Where a person reads the number on another screen, a letter that waits for it had been called an outage.
  it('call nothing an outage where a person reads the numbers', () => {
    const hint = (keyed: boolean) => sectionsOf('subito', keyed).find((s) => s.name === 'unnumbered')?.hint
    expect(hint(true)).toContain('Attendono il numero letto sul protocollo')
    expect(hint(true)).not.toContain('da solo')
    expect(hint(false)).toContain('Chi è in attesa lo riceve da solo. Di quelle rifiutate')
    expect(dayItemText('unnumbered', { kind: 'unavailable' }, true)).toBe('Attende il numero letto sul protocollo')
    expect(dayItemText('unnumbered', { kind: 'unavailable' })).toBe('In attesa: il protocollo non risponde')
    expect(dayItemText('unnumbered', { kind: 'unknown' }, true)).toBe('Esito da verificare sul protocollo')
  })

  // «Tutto a posto» was said over plichi without gara and an open emergency register.
  it('name what other screens hold open, and where', () => {
    const none = { undeclared: 0, undescribed: 0, unassigned: 0, emergency: 0, unsignedActs: 0, corrections: 0 }
    expect(elsewhereOf({ elsewhere: none } as unknown as EndOfDay)).toEqual([])
    expect(elsewhereOf({ elsewhere: { ...none, unassigned: 2, corrections: 1 } } as unknown as EndOfDay)).toEqual([
      { words: 'Plichi di gara «da individuare»', total: 2, route: 'tenders' },
      { words: 'Rettifiche e annullamenti autorizzati, da fare sul protocollo', total: 1, route: 'corrections' },
    ])
  })

  it('say what a competition holds open', () => {
    expect(competitionText({ applications: 1, notes: 0 })).toBe('1 domanda senza nota né numero')
    expect(competitionText({ applications: 3, notes: 2 })).toBe('3 domande senza nota né numero, 2 note chiuse senza numero')
  })

  it('say what is the matter', () => {
    expect(dayItemText('unjoined', { kind: 'no-code' })).toBe('Nessuna segnatura sulla prima pagina')
    expect(dayItemText('unfinished', { kind: 'backs' })).toBe('Mancano i retri')
    expect(dayItemText('unfinished', {})).toBe('Scansione non conclusa')
    expect(dayItemText('unnumbered', {})).toBe('Richiesta in corso')
    expect(dayItemText('goingBack', { kind: 'desk', reason: 'Condominio Aurora' })).toBe('Al banco, per Condominio Aurora')
    expect(dayItemText('goingBack', { kind: 'returned', reason: 'Condominio Aurora' })).toBe('Ripresa dalle Poste, per Condominio Aurora')
    expect(dayItemText('unregistered', { kind: 'particolare', reason: 'ordinanze (art. 39)' })).toBe('Registrazione particolare: ordinanze (art. 39)')
    expect(dayItemText('excluded', { kind: 'certificato-medico', reason: 'certificati medici' })).toBe('certificati medici')
    expect(dayItemText('toConfirm', {})).toBe('')
    expect(dayItemText('inside', { kind: 'desk', reason: 'Luca Neri' })).toBe('Da consegnare a Luca Neri')
    expect(dayItemText('inside', { kind: 'handed', reason: 'Luca Neri' })).toBe('In mano a Luca Neri: manca la copia firmata')
  })
})
