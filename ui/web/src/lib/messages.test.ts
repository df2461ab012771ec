/// <reference types="node" />
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { stampFaultWords } from './clock'
import { detailText } from './journal'
import { errorText, errorWords } from './errors'
import { choiceWords, exceptionTitles, faultWords, journalFieldsUnsaid, journalFieldWords, journalWords, meansWords, progressText, stopWords, textUnreadWords, textWhyWords } from './messages'

const root = join(import.meta.dirname, '../../../..')

function goFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((e) => {
    const path = join(folder, e.name)
    if (e.isDirectory()) return ['node_modules', 'testdata', 'web', 'dist'].includes(e.name) ? [] : goFiles(path)
    return e.name.endsWith('.go') && !e.name.endsWith('_test.go') ? [path] : []
  })
}

const sources = ['internal', 'store', 'ui', 'scanner', 'stamp', 'pdfa'].flatMap((f) => goFiles(join(root, f)).map((p) => readFileSync(p, 'utf8')))
const found = (pattern: RegExp): Set<string> => new Set(sources.flatMap((s) => [...s.matchAll(pattern)].map((m) => m[1] ?? '')))

describe('the catalogue', () => {
  it('has a sentence for every code that the Go sources can answer', () => {
    const codes = found(/\bErrorf\(\s*(?:protocollo\.)?[A-Z][A-Za-z]+,\s*"([^"]+)"/g)
    expect(codes.size).toBeGreaterThan(60)
    expect([...codes].filter((c) => !(c in errorWords)).sort()).toEqual([])
  })

  // The Responsabile had been told «Il tuo profilo non consente di registrare» while the system was away.
  it('tells who may not register from a register that is away', () => {
    expect(errorText({ status: 403, class: 'forbidden', code: 'register' })).toContain('Il tuo profilo non consente')
    expect(errorText({ status: 503, class: 'unavailable', code: 'register-away' })).toContain('Il sistema di protocollo non risponde')
    const away = sources.filter((s) => /\bErrorf\(\s*(?:protocollo\.)?(Unavailable|OutcomeUnknown),\s*"register"/.test(s))
    expect(away).toEqual([])
  })

  it('has a sentence for every password rule and every class', () => {
    const codes = [...found(/\{"(password-[a-z]+)"/g), ...found(/Class = "([a-z-]+)"/g)]
    expect(codes.length).toBeGreaterThan(12)
    expect(codes.filter((c) => !(c in errorWords))).toEqual([])
  })

  it.each([
    ['exception kinds', /ExceptionKind = "([^"]+)"/g, exceptionTitles],
    ['faults of scanners', /^\tFault\w+ +FaultKind = "(?!scanner-|printer-)([^"]+)"/gm, faultWords],
    ['choices', /\bChoice = "([^"]+)"/g, choiceWords],
    ['means', /\bMeans = "([^"]+)"/g, meansWords],
    ['faults of the time-stamping authority', /"(tsa-[a-z]+)"/g, stampFaultWords],
    ['stops', /Stop\{Code: "([^"]+)"/g, stopWords],
    ['reasons for no text', /\bTextWhy = "([^"]+)"/g, textWhyWords],
    ['reasons for a page without text', /\bTextMissing = "([^"]+)"/g, textUnreadWords],
  ])('words all %s', (_, pattern, words) => {
    const codes = found(pattern)
    expect(codes.size).toBeGreaterThan(1)
    expect([...codes].filter((c) => !(c in words))).toEqual([])
  })

  // An entry that failed was called «Etichetta provvisoria stampata».
  it('says of a temporary label that it was sent, and what is known of it', () => {
    expect(journalWords['label.temporary']).toBe('Etichetta provvisoria inviata')
    expect(detailText({ printer: 'zebra-1', state: 'failed' })).toBe('stampante: zebra-1 · esito: etichetta non uscita')
  })

  it('words the journal’s kinds', () => {
    const kinds = found(/\bKind[A-Z]\w*\s*=\s*"([a-z-]+\.[a-z-]+)"/g)
    expect(kinds.size).toBeGreaterThan(30)
    expect([...kinds].filter((k) => !(k in journalWords)).sort()).toEqual([])
  })

  it('words the fields of the journal’s details, or leaves them out', () => {
    const fields = new Set([...found(/map\[string\]any\{([^}]*)\}/g)].flatMap((s) => [...s.matchAll(/"([a-z]\w*)":/g)].map((m) => m[1] ?? '')))
    expect(fields.size).toBeGreaterThan(30)
    expect([...fields].filter((f) => !(f in journalFieldWords) && !journalFieldsUnsaid.includes(f)).sort()).toEqual([])
  })

  it('words the values of the journal’s details', () => {
    expect(detailText({ ordinal: 1, state: 'queued', printer: 'zebra-1', condition: 'media-out', reason: 0 })).toBe(
      'progressivo: 1 · esito: etichetta in attesa · stampante: zebra-1 · stato della stampante: etichette finite',
    )
    expect(detailText({ byCode: true, document: 7, version: 1 })).toBe('abbinamento: dalla segnatura letta · versione: 1')
    expect(detailText({ dispatch: 3, state: 'sending', words: '' })).toBe('')
    expect(detailText({ outcome: 'unavailable' }, true)).toContain(': attende il numero letto sul protocollo')
    expect(detailText({ outcome: 'unavailable' })).toContain(': in attesa: il protocollo non risponde')
    expect(detailText({ byCode: false, reason: 2 })).toBe('motivo: inceppata')
    expect(detailText({ validFrom: '2026-01-01', connector: 'embedded' })).toBe('valido dal: 01/01/2026 · numeri da: registro di questa postazione')
    expect(detailText({ restoredAt: '2026-11-22T19:06:00Z' })).toBe('ripristino: 22/11/2026, 20:06')
    expect(detailText({ connector: 'jente', superseded: 1 })).toBe('numeri da: JEnte')
  })

  it('falls back to the class, and never shows a raw code', () => {
    expect(errorText({ status: 409, class: 'conflict', code: 'something-new' })).toBe(errorWords['conflict'])
    expect(errorText({ status: 500, class: '?', code: '?' })).toBe(errorWords['internal'])
  })

  it('names who was first', () => {
    expect(errorText({ status: 409, class: 'conflict', code: 'already-solved', words: 'Anna Esempio' })).toBe('Già risolto da Anna Esempio. Non serve altro.')
  })

  it('ends every sentence', () => {
    for (const [code, text] of Object.entries(errorWords)) expect(text, code).toMatch(/[.!?]$/)
  })

  it('derives the state in words from the facets', () => {
    const none = { numbered: false, labelled: false, captured: false, archived: false, delivered: false, annulled: false }
    const draft = { direction: 'A' as const, subject: 'x' }
    expect(progressText({ facets: none, draft })).toBe('ricevuto')
    expect(progressText({ facets: { ...none, numbered: true, labelled: true }, draft })).toBe('etichetta stampata')
    expect(progressText({ facets: { ...none, numbered: true, annulled: true }, draft })).toBe('annullato')
    const emergency = { facets: { ...none, numbered: true }, draft, emergency: 'n. 1/2026 R.E. 1/2026' }
    expect(progressText(emergency)).toBe('registrato in emergenza')
    expect(progressText({ ...emergency, ordinary: { register: 'PG', number: '0000012', year: 2026, day: '2026-11-23' } })).toBe('protocollato')
  })
})
