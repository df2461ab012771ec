import { describe, expect, it } from 'vitest'
import { centralText, printerText, scannerText } from './bar'
import { parseDay } from './dates'
import { noteText, titleText, whyText } from './exceptions'
import { dateTime, day, isoDay, protocol } from './format'
import { passwordRules } from './password'
import type { ExceptionView, Status } from './types'

describe('days', () => {
  it.each([
    ['21/11/2026', '2026-11-21'], ['1/2/26', '2026-02-01'], ['21112026', '2026-11-21'], ['211126', '2026-11-21'],
    ['31/02/2026', ''], ['2026-11-21', ''], ['', ''], ['21/11', ''],
  ])('reads %s', (text, want) => expect(parseDay(text)).toBe(want))

  it('shows days and instants as the office writes them, in Rome', () => {
    expect(day('2026-11-21')).toBe('21/11/2026')
    expect(dateTime('2026-12-31T23:30:00Z')).toBe('01/01/2027, 00:30')
    expect(isoDay(new Date('2026-12-31T23:30:00Z'))).toBe('2027-01-01')
    expect(protocol({ number: '0000123', year: 2026 })).toBe('0000123/2026')
    expect(protocol({})).toBe('')
  })
})

describe('the bar', () => {
  it('says what a printer without labels means for the clerk', () => {
    const p = { id: 'p', name: 'P', conditions: ['media-out'], blocks: 'media-out', widthMM: 100, heightMM: 50 }
    expect(printerText(p, 3)).toEqual({ kind: 'wait', text: 'etichette finite — le registrazioni continuano, le etichette restano in coda (3)' })
    expect(printerText({ ...p, conditions: ['ready'], blocks: undefined as never }, 0)).toEqual({ kind: 'plain', text: 'pronta' })
  })

  it('says who has the scanner, and where its paper is', () => {
    expect(scannerText({ id: 's', name: 'S', state: 'idle', feeder: 'loaded' }).text).toBe('pronto, carta nell’alimentatore')
    expect(scannerText({ id: 's', name: 'S', state: 'busy', user: 'bruno' }).text).toBe('in uso da bruno')
    expect(scannerText({ id: 's', name: 'S', state: 'offline' })).toEqual({ kind: 'bad', text: 'non risponde' })
  })

  it('counts the outcomes that a person must look up', () => {
    const s = { central: { connector: 'embedded', state: 'answering' }, counts: { outcomesUnknown: 2 } } as Status
    expect(centralText(s).text).toBe('registro di questa postazione — 2 esiti da verificare sul protocollo')
  })
})

describe('exceptions', () => {
  it('words the note of the catalogue with the sheets filled in, and none without them', () => {
    expect(noteText('documento', 14)).toBe('si trasmette per via postale il documento cartaceo composto da n. 14 fogli')
    expect(noteText('allegato', 1)).toBe("si trasmette per via postale l'allegato composto da n. 1 foglio")
    expect(noteText('allegati', 2)).toBe('si trasmette per via postale gli allegati composti da n. 2 fogli')
    expect(noteText('documento', 0)).toBe('')
  })

  it('says limit and found', () => {
    const e = { kind: 'scope', detail: { why: 'over', found: 14, limit: 10 } } as ExceptionView
    expect(whyText(e)).toContain('14')
    expect(whyText(e)).toContain('10')
  })

  it('says at which page the archive stopped, and why', () => {
    const e = { kind: 'archive', detail: { why: 'crash', file: 'pagina 2' } } as ExceptionView
    expect(whyText(e)).toContain('pagina 2')
    expect(whyText(e)).toContain('malevolo')
  })

  it('calls a run that was cut short by its name', () => {
    expect(titleText({ kind: 'count', detail: { why: 'jam' } })).toBe('Scansione interrotta')
    expect(titleText({ kind: 'count', detail: { declared: 2, found: 3 } })).toBe('Pagine diverse da quelle dichiarate')
    expect(titleText({ kind: 'scope', detail: { why: 'over' } })).toBe('Fuori dalla regola delle pagine')
  })
})

describe('password rules', () => {
  const met = (p: string, user = '', least = 12) => passwordRules(p, user, least).every((r) => r.met)
  it('are all met, or say which is not', () => {
    expect(met('Timbro.Rosso26')).toBe(true)
    expect(met('Timbro.Rosso26', 'rosso')).toBe(false)
    expect(met('timbrorosso26')).toBe(false)
    expect(met('Timbro.Ross2', '', 14)).toBe(false)
  })
})
