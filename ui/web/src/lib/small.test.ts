import { describe, expect, it } from 'vitest'
import { besideEmergency, centralText, numberLinks, printerText, queueText, scannerText } from './bar'
import { parseDay } from './dates'
import { cropText, noteText, titleText, whyText } from './exceptions'
import { dateTime, day, isoDay, largeNumber, protocol } from './format'
import { passwordRules } from './password'
import { choosePrinter, ownFirst } from './printer'
import type { ExceptionView, PrinterView, Status } from './types'

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

  // Two letters had both been «0000001/2026» on every screen.
  it('never says a number of the emergency register as an ordinary one', () => {
    const emergency = { number: '0000001', year: 2026, emergency: 'n. 1/2026 R.E. 1/2026' }
    const recovered = { ...emergency, ordinary: { number: '0000012', year: 2026 } }
    expect(protocol(emergency)).toBe('n. 1/2026 R.E. 1/2026')
    expect(protocol({ ...emergency, emergency: 'REGISTRO DI EMERGENZA AB n. 1/2026' })).toBe('R.E. AB n. 1/2026')
    expect(protocol(recovered)).toBe('0000012/2026 (n. 1/2026 R.E. 1/2026)')
    expect(largeNumber(emergency)).toEqual({ register: 'Registro di emergenza', number: 'n. 1', rest: '/2026 R.E. 1/2026' })
    expect(largeNumber(recovered)).toEqual({ register: 'Prot. n.', number: '0000012', rest: '/2026' })
    expect(largeNumber({ number: '0000123', year: 2026 })).toEqual({ register: 'Prot. n.', number: '0000123', rest: '/2026' })
  })
})

describe('the bar', () => {
  it('says of what kinds the queue is', () => {
    expect(queueText({ withoutNumber: 3, toDeliver: 1 })).toBe('3 ricezioni e 1 invio')
    expect([queueText({ withoutNumber: 3 }), queueText({ toDeliver: 2 }), queueText({})]).toEqual(['3', '2', '0'])
  })

  it('says what a printer without labels means for the clerk', () => {
    const p = { id: 'p', name: 'P', conditions: ['media-out'], blocks: 'media-out', widthMM: 100, heightMM: 50 }
    expect(printerText(p, 3)).toEqual({ kind: 'wait', text: 'etichette finite — le registrazioni continuano, le etichette restano in coda (3)' })
    expect(printerText({ ...p, conditions: ['ready'], blocks: undefined as never }, 0)).toEqual({ kind: 'plain', text: 'pronta' })
  })

  it('tells apart in words what keeps labels from coming out', () => {
    const said = ['media-out', 'media-wrong', 'ribbon-out', 'head-open', 'paused', 'jam', 'cutter-fault', 'over-temperature', 'silent', 'offline', 'other', 'busy', 'mute'].map(
      (c) => printerText({ id: 'p', name: 'P', conditions: [c], ...(c === 'busy' || c === 'mute' ? {} : { blocks: c }), widthMM: 100, heightMM: 50 } as PrinterView, 0).text.split(' — ')[0],
    )
    expect(said).toEqual([
      'etichette finite', 'etichette di un’altra misura', 'nastro finito', 'coperchio o testina aperti', 'in pausa', 'inceppata', 'taglierina guasta', 'surriscaldata', 'accesa, ma non risponde',
      'spenta o scollegata', 'segnala un problema', 'sta ancora stampando', 'non dice il suo stato',
    ])
    expect(printerText({ id: 'p', name: 'P', conditions: ['mute'], download: true, widthMM: 100, heightMM: 50 } as PrinterView, 0)).toEqual({ kind: 'plain', text: 'etichette in PDF' })
  })

  it('shows the printer of this desk before the others', () => {
    choosePrinter('b')
    expect(ownFirst([{ id: 'a' }, { id: 'b' }, { id: 'c' }]).map((p) => p.id)).toEqual(['b', 'a', 'c'])
    choosePrinter('')
    expect(ownFirst([{ id: 'a' }, { id: 'b' }]).map((p) => p.id)).toEqual(['a', 'b'])
  })

  it('says who has the scanner, and where its paper is', () => {
    expect(scannerText({ id: 's', name: 'S', state: 'idle', feeder: 'loaded' }).text).toBe('pronto, carta nell’alimentatore')
    expect(scannerText({ id: 's', name: 'S', state: 'busy', user: 'bruno' }).text).toBe('in uso da bruno')
    expect(scannerText({ id: 's', name: 'S', state: 'offline' })).toEqual({ kind: 'bad', text: 'non risponde' })
  })

  it('says since when the centre is away, how many letters wait, and that they are safe', () => {
    const away = (withoutNumber: number) =>
      centralText({ central: { connector: 'embedded', state: 'away', since: '2026-03-02T08:15:00Z', held: true }, counts: { withoutNumber } } as Status)
    expect(away(0)).toEqual({ kind: 'bad', text: 'registro di questa postazione non risponde dal 02/03/2026, 09:15 — continua a registrare: le ricezioni restano salve' })
    expect(away(1).text).toMatch(/1 ricezione salva attende il numero$/)
    expect(away(12).text).toMatch(/12 ricezioni salve attendono il numero$/)
  })

  it('says whether the centre answers, since when, and what waits all the same', () => {
    const text = (state: string, withoutNumber: number, connector = 'jente') =>
      centralText({ central: { connector, state, since: '2026-03-02T08:15:00Z' }, counts: { withoutNumber, outcomesUnknown: 0 } } as Status).text
    expect(text('answering', 0)).toBe('JEnte risponde dal 02/03/2026, 09:15')
    expect(text('answering', 2)).toBe('JEnte risponde dal 02/03/2026, 09:15 — 2 ricezioni salve attendono il numero')
    expect(text('untried', 1)).toBe('JEnte non ancora interpellato — 1 ricezione salva attende il numero')
    expect(text('doubtful', 0)).toBe('JEnte: risposta non chiara dal 02/03/2026, 09:15 — le ricezioni restano salve; verifica gli esiti')
    expect(text('untried', 0, 'embedded')).toBe('registro di questa postazione')
  })

  it('says beside an emergency register whether the centre is back', () => {
    const text = (state: string, withoutNumber: number, connector = 'jente') =>
      besideEmergency({ central: { connector, state, since: '2026-03-02T08:15:00Z' }, counts: { withoutNumber } } as Status)
    expect(text('away', 1)).toBe(' Il protocollo non risponde dal 02/03/2026, 09:15. 1 ricezione salva attende il numero.')
    expect(text('answering', 0)).toBe(' Il protocollo risponde di nuovo dal 02/03/2026, 09:15: il Responsabile può chiudere il registro.')
    expect(text('untried', 0, 'embedded')).toBe('')
  })

  it('counts apart what waits, what is to be looked up and what was refused, and leads to each', () => {
    const s = (withoutNumber: number, outcomesUnknown: number, refused: number) =>
      ({ central: { connector: 'jente', state: 'answering', since: '2026-03-02T08:15:00Z' }, counts: { withoutNumber, outcomesUnknown, refused } }) as Status
    expect(centralText(s(0, 0, 1))).toEqual({ kind: 'wait', text: 'JEnte risponde dal 02/03/2026, 09:15 — 1 ricezione rifiutata dal protocollo' })
    expect(centralText(s(1, 0, 2)).text).toBe('JEnte risponde dal 02/03/2026, 09:15 — 1 ricezione salva attende il numero, 2 ricezioni rifiutate dal protocollo')
    expect(numberLinks(s(0, 0, 0))).toEqual([])
    expect(numberLinks(s(3, 2, 1))).toEqual([{ text: 'In attesa: 3', to: 'endofday' }, { text: 'Da verificare: 2', to: 'verify' }, { text: 'Rifiutate: 1', to: 'endofday' }])
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

  it('says of which document a registration’s scan is, where two begin with its label', () => {
    const e = { kind: 'seen-twice', detail: { why: 'captured' } } as ExceptionView
    expect(whyText({ ...e, choices: ['accept', 'discard'] })).toContain('Finora questo documento è la scansione')
    expect(whyText({ ...e, choices: ['attachment', 'new-version', 'wrong-label', 'discard'] })).toContain('è, finora, l’altro documento')
    expect(whyText({ ...e, kind: 'not-expected', choices: ['assign'] })).toContain('La registrazione ha già la sua scansione.')
  })

  it('shows where a label seems to be that was not read, and on which page', () => {
    const e = { kind: 'code-inside', detail: { why: 'unread', found: 3 }, choices: ['belongs', 'split', 'discard'] } as unknown as ExceptionView
    expect(titleText(e)).toBe('Forse un’etichetta non letta')
    expect(whyText(e)).toBe('Sulla pagina 3 sembra esserci un’etichetta che non si legge: se è di un’altra lettera, il documento va diviso lì.')
    expect(cropText(e)).toBe('La parte che sembra un’etichetta')
    expect(titleText({ kind: 'code-inside', detail: { why: 'captured' } })).toBe('Una segnatura in una pagina interna')
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
