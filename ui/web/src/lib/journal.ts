// The journal's details for a reader: the fields that say something, worded; the rest as it is.

import { attemptWords, choiceWords, exceptionTitles, printStateWords, reprintWords, word } from './messages'

const names: Readonly<Record<string, string>> = {
  reason: 'motivo', number: 'numero', state: 'esito', outcome: 'esito', choice: 'scelta', kind: 'tipo', code: 'codice', words: 'risposta',
  printer: 'stampante', user: 'utente', name: 'nome', roles: 'profili', version: 'versione', sheets: 'fogli', note: 'nota', sha256: 'impronta',
  pages: 'pagine', actNumber: 'atto', actDay: 'data dell’atto', connector: 'sistema', year: 'anno', day: 'giorno', reprintReason: 'motivo',
  profile: 'profilo', desk: 'postazione', added: 'aggiunti', condition: 'stampante', document: 'documento', registration: 'registrazione',
}

function value(key: string, v: unknown): string {
  if (v === null || v === undefined || v === '' || v === 0 || v === false) return ''
  if (Array.isArray(v)) return v.map(String).join(', ')
  if (typeof v === 'object') return ''
  const s = String(v)
  if (key === 'outcome') return word(attemptWords, s).toLowerCase()
  if (key === 'choice') return word(choiceWords, s).toLowerCase()
  if (key === 'kind') return word(exceptionTitles, s).toLowerCase()
  if (key === 'state') return word(printStateWords, s).toLowerCase()
  if (key === 'reprintReason') return reprintWords.find((r) => String(r.reason) === s)?.word.toLowerCase() ?? s
  return key === 'sha256' ? s.slice(0, 12) + '…' : s
}

/** «motivo: illeggibile · stampante: zebra-1» */
export function detailText(detail: Record<string, unknown> | undefined): string {
  if (!detail || typeof detail !== 'object') return ''
  return Object.entries(detail)
    .map(([k, v]) => [names[k] ?? k, value(k, v)])
    .filter(([, v]) => v !== '')
    .map(([k, v]) => `${k}: ${v}`)
    .join(' · ')
}
