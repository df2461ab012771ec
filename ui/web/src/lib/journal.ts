// The journal's details for a reader: the fields that say something, worded.

import { bytes, dateTime, day } from './format'
import {
  attemptWords, choiceWords, connectorWords, exceptionTitles, journalFieldsUnsaid, journalFieldWords, printerWords, printStateWords, reprintWords,
  roleWords, stopWords, textWhyWords, word,
} from './messages'

const list = (words: Readonly<Record<string, string>>) => (s: string) => word(words, s).toLowerCase()

/** How a field's value is worded; one that is not here stands as it is. */
const values: Readonly<Record<string, (s: string) => string>> = {
  outcome: list(attemptWords), choice: list(choiceWords), kind: list(exceptionTitles), state: list(printStateWords), condition: list(printerWords),
  connector: list(connectorWords), roles: list(roleWords), code: (s) => word(stopWords, s), why: (s) => word(textWhyWords, s),
  reason: (s) => reprintWords.find((r) => String(r.reason) === s)?.word.toLowerCase() ?? s,
  byCode: () => 'dalla segnatura letta', mustChange: () => 'sì', sha256: (s) => s.slice(0, 12) + '…', bytes: (s) => bytes(Number(s)),
  validFrom: day, actDay: day, declaredDay: day, day, backup: dateTime,
}

function value(key: string, v: unknown): string {
  if (v === null || v === undefined || v === '' || v === 0 || v === false) return ''
  if (Array.isArray(v)) return v.map((one) => value(key, one)).join(', ')
  if (typeof v === 'object') return ''
  const s = String(v)
  return values[key]?.(s) ?? s
}

/** «motivo: illeggibile · stampante: zebra-1» */
export function detailText(detail: Record<string, unknown> | undefined): string {
  if (!detail || typeof detail !== 'object') return ''
  return Object.entries(detail)
    // How a transmission went is already what the entry is called.
    .filter(([k]) => !journalFieldsUnsaid.includes(k) && !(k === 'state' && 'dispatch' in detail))
    .map(([k, v]) => [journalFieldWords[k] ?? k, value(k, v)])
    .filter(([, v]) => v !== '')
    .map(([k, v]) => `${k}: ${v}`)
    .join(' · ')
}
