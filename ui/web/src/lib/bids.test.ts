import { expect, it } from 'vitest'
import { alarmWords } from './alarms'
import { bidNumber, proposesBid, stampText } from './bids'
import type { AlarmView, BidView } from './types'

const plico = (stamp: unknown): BidView => ({ stamp }) as unknown as BidView
const token = { time: '2026-03-02T11:00:01Z', authority: 'TSA di prova', serial: '0A3F' }

it('says of a token what is known, and no more', () => {
  expect(stampText(plico(undefined))).toBe('')
  expect(stampText(plico({}))).toBe('Marca temporale: in attesa')
  expect(stampText(plico({ refusals: 2, fault: 'tsa-imprint' }))).toBe('Marca temporale: manca. La marca arrivata è stata scartata perché è di un altro documento; si riprova da sé')
  expect(stampText(plico({ token }))).toMatch(/^Marca temporale del 02\/03\/2026,? 12:00.* – TSA di prova, n\. 0A3F$/)
  expect(stampText(plico({ token: { ...token, qualified: true } }))).toMatch(/^Marca temporale qualificata del /)
})

it('words the alarm before a session', () => {
  const a = { kind: 'bids-undelivered', subject: 4, since: '2026-03-02T14:00:00Z', count: 3, waiting: 1, tender: 'Vendita di un terreno' } as AlarmView
  expect(alarmWords(a).text).toBe('1 plico arrivato in tempo non risulta consegnato con la conferma di chi riceve: la seduta di «Vendita di un terreno» è il 02/03/2026, 15:00.')
  expect(alarmWords(a).links).toEqual([{ route: 'tender', id: 4, label: 'Apri la gara' }])
  expect(alarmWords({ ...a, endedAt: a.since }).text).toContain('3 plichi arrivati in tempo non risultano')
})

it.each([
  ['offerta', true], ['gara d’appalto', true], ['licitazione privata', true],
  ['NON APRIRE - OFFERTA ECONOMICA', true], ['Gara d\'appalto rifacimento tetto', true], ['GARA D APPALTO', true], ['Licitazione  privata n. 3', true], ['busta: offerta', true],
  ['Offertante', false], ['garanzia d\'appalto', false], ['controfferta', false], ['Conferenza', false], ['', false],
])('asks of «%s» whether it is a plico: %s', (typed, want) => {
  expect(proposesBid(typed)).toBe(want)
})

it('never says a number of the emergency register without its register', () => {
  expect(bidNumber({ number: '0000001', numberYear: 2026 })).toBe('Prot. n. 0000001/2026')
  expect(bidNumber({ number: '0000001', numberYear: 2026, emergency: 'n. 1/2026 R.E. 1/2026' })).toBe('n. 1/2026 R.E. 1/2026')
  expect(bidNumber({})).toBe('')
})
