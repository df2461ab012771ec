// The journal's details for a reader: the fields that say something, worded.

import { alarmEndWords, alarmTitles } from './alarms'
import { bidEventWords } from './bids'
import { answerWords, fieldWords, kindWords, outcomeWords } from './corrections'
import { bytes, dateTime, day } from './format'
import { stampedWords, stampFaultWords } from './clock'
import {
  attemptText, choiceWords, connectorWords, doubtWords, exceptionTitles, journalFieldsUnsaid, journalFieldWords, printerWords, printStateWords, reprintWords,
  roleWords, stopWords, textWhyWords, word,
} from './messages'

const list = (words: Readonly<Record<string, string>>) => (s: string) => word(words, s).toLowerCase()

/** How a field's value is worded; one that is not here stands as it is. */
const values: Readonly<Record<string, (s: string) => string>> = {
  stamped: list(stampedWords), fault: list(stampFaultWords),
  alarm: list(alarmTitles), end: list(alarmEndWords),
  choice: list(choiceWords), kind: list(exceptionTitles), state: list(printStateWords), condition: list(printerWords),
  connector: (s) => word(connectorWords, s), roles: list(roleWords), doubt: list(doubtWords), code: (s) => word(stopWords, s), why: (s) => word(textWhyWords, s),
  reason: (s) => reprintWords.find((r) => String(r.reason) === s)?.word.toLowerCase() ?? s,
  fields: list(fieldWords), correctionKind: list(kindWords), correctionChoice: list(answerWords), correctionOutcome: list(outcomeWords),
  byCode: () => 'dalla segnatura letta', mustChange: () => 'sì', minuta: () => 'sì', withSegnatura: () => 'sì', layout: (s) => s.slice(0, 12) + '…', sha256: (s) => s.slice(0, 12) + '…', bytes: (s) => bytes(Number(s)),
  contested: () => 'sì', bidEvent: list(bidEventWords),
}

/** Instants and days are read as such, whatever field they stand in. */
const unworded = (s: string) => (/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(s) ? dateTime(s) : day(s))

function value(key: string, v: unknown): string {
  if (v === null || v === undefined || v === '' || v === 0 || v === false) return ''
  if (Array.isArray(v)) return v.map((one) => value(key, one)).join(', ')
  if (typeof v === 'object') return ''
  const s = String(v)
  return values[key]?.(s) ?? unworded(s)
}

/** «motivo: illeggibile · stampante: zebra-1». Where a person reads the numbers (keyed), a call that gave none is no outage. */
export function detailText(detail: Record<string, unknown> | undefined, keyed = false): string {
  if (!detail || typeof detail !== 'object') return ''
  return Object.entries(detail)
    // How a transmission went is already what the entry is called.
    .filter(([k]) => !journalFieldsUnsaid.includes(k) && !(k === 'state' && 'dispatch' in detail))
    .map(([k, v]) => [journalFieldWords[k] ?? k, k === 'outcome' && typeof v === 'string' ? attemptText(v, keyed).toLowerCase() : value(k, v)])
    .filter(([, v]) => v !== '')
    .map(([k, v]) => `${k}: ${v}`)
    .join(' · ')
}
