import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { answerText, waitsText } from './messages'

describe('what stands where the protocol’s words are', () => {
  it('is quoted where the protocol said it', () => {
    expect(answerText('classifica non attiva')).toBe('Risposta: «classifica non attiva».')
  })

  it('is a sentence where the station gave the call up', () => {
    const source = readFileSync(join(import.meta.dirname, '../../../../store/recover.go'), 'utf8')
    const codes = [...source.matchAll(/\bwords[A-Z]\w* *= "([^"]+)"/g)].map((m) => m[1]!)
    expect(codes.length).toBeGreaterThan(1)
    for (const code of [...codes, 'restored from a backup', 'the station stopped while it was under way']) expect(answerText(code)).toMatch(/^Non si sa/)
  })

  it('is a sentence where the station did not call, and does not say that the protocol is away', () => {
    const source = readFileSync(join(import.meta.dirname, '../../../../internal/protocollo/attempt.go'), 'utf8')
    const codes = [.../func Uncalled\(\)[^}]*\{([^}]*)\}/.exec(source)![1]!.matchAll(/"([^"]+)"/g)].map((m) => m[1]!)
    expect(codes.length).toBeGreaterThan(4)
    for (const code of codes) {
      expect(answerText(code)).toMatch(/^Il protocollo non è (ancora )?stato chiamato/)
      expect(waitsText('unavailable', code)).toBe('In attesa del numero')
    }
    expect(waitsText('unavailable', 'fuori servizio')).toBe('In attesa: il protocollo non risponde')
  })
})
