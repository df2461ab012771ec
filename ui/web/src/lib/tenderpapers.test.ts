import { describe, expect, it } from 'vitest'
import { type Line, lineFault, lineInstant } from './tenderpapers'

const written: Line = { key: 'k', row: '3', hours: '11', minutes: '59', seconds: '50', sender: '', tender: '0', count: '2', by: 'AR', note: '', error: '', saved: false }

describe('a line of a sheet', () => {
  it('is the instant that the hand wrote, in the time of Rome', () => {
    expect(lineInstant('2026-11-22', written)).toBe('2026-11-22T10:59:50.000Z')
    expect(lineInstant('2026-07-22', { ...written, hours: '9', minutes: '5', seconds: '' })).toBe('2026-07-22T07:05:00.000Z')
    expect(lineInstant('2026-03-29', { ...written, hours: '2', minutes: '30' })).toBe('')
  })

  it('says what it lacks', () => {
    expect(lineFault('2026-11-22', written, 14)).toBe('')
    for (const [what, line] of [['riga', { row: '15' }], ['ora e minuti', { minutes: '60' }], ['secondi', { seconds: '6o' }], ['quanti plichi', { count: '0' }], ['sigla', { by: ' ' }]] as const) {
      expect(lineFault('2026-11-22', { ...written, ...line }, 14), what).toContain(what)
    }
    expect(lineFault('', written, 14)).toContain('giorno')
    expect(lineFault('2026-11-22', { ...written, seconds: '' }, 14)).toBe('')
  })
})
