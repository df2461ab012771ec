// The register as a spreadsheet: its fields by the names that a column map uses, and what came back in words.

import { count } from './format'
import type { EmergencyColumn, SheetComparison, SheetImportFormat } from './types'

type Field = Exclude<EmergencyColumn['field'], ''>

/** The register's fields, in the order of our own sheet. */
export const sheetFieldWords: Readonly<Record<Field, string>> = {
  numero: 'Numero del protocollo di emergenza', data: 'Data di attribuzione', verso: 'A/P', oggetto: 'Oggetto', mittente: 'Mittente', destinatari: 'Destinatario/i',
  indirizzo: 'Indirizzo', 'codice-interno': 'Codice corr. interno', classifica: 'Classifica/Fascicolo', 'tipo-documento': 'Codice tipo documento', tramite: 'Codice tramite',
  protocollo: 'Numero protocollo ordinario', 'data-protocollo': 'Data protocollo ordinario', 'codice-utente': 'Codice utente', 'data-legale': 'Data legale', riga: 'Riga',
  registro: 'Registro di emergenza', ufficio: 'Ufficio', manuale: 'Manuale', annullato: 'Annullato', aoo: 'AOO', 'inizio-blocco': 'Causa e data/ora inizio del blocco',
  'fine-blocco': 'Causa e data/ora fine del blocco', corrispondente: 'Mittente/destinatario', repertorio: 'Nome repertorio', 'rif-mittente': 'Protocollo del mittente',
  allegati: 'Allegati', autorizzato: 'Atto autorizzato', istante: 'Istante',
}

/** The titles of a template, as they are copied from its first row: by tabs, semicolons or lines. What is titled as ours is known at once. */
export function columnsOf(header: string): EmergencyColumn[] {
  const known = new Map(Object.entries(sheetFieldWords).map(([field, words]) => [words.toLowerCase(), field as Field]))
  return header
    .split(/[\t;\n]/)
    .map((t) => t.trim().replace(/^"(.*)"$/, '$1'))
    .filter((t) => t !== '')
    .map((title) => ({ title, field: known.get(title.toLowerCase()) ?? '' }))
}

export function formatOf(fileName: string): SheetImportFormat | undefined {
  const [, kind] = /\.(xlsx|csv)$/i.exec(fileName) ?? []
  return kind?.toLowerCase() as SheetImportFormat | undefined
}

/** What a file that came back says, in one sentence. */
export function comparisonText(c: SheetComparison): string {
  const parts = [`${count(c.rows, 'riga è', 'righe sono')} come nel registro`]
  const added = (c.new ?? []).length
  const numbers = (c.numbers ?? []).length
  if (c.recorded > 0) parts.push(`${count(c.recorded, 'riga nuova è trascritta', 'righe nuove sono trascritte')}`)
  else if (added > 0) parts.push(`${count(added, 'riga nuova si può trascrivere', 'righe nuove si possono trascrivere')}`)
  if (c.numbersRecorded > 0) parts.push(`${count(c.numbersRecorded, 'numero ordinario è registrato', 'numeri ordinari sono registrati')}`)
  else if (numbers > 0) parts.push(`${count(numbers, 'riga porta un numero ordinario', 'righe portano un numero ordinario')} che qui non c’è`)
  return parts.join('; ') + '.'
}

/** Hands a file to the browser's downloads. */
export function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content)
  const a = document.createElement('a')
  a.href = url
  a.download = name
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
