// A list of recipients as the station read it: what is wrong with it in words, and whether it may be taken.

import { protocol } from './format'
import type { RecipientList } from './types'

type Fault = NonNullable<RecipientList['faults']>[number]

const words: Readonly<Record<Fault['why'], (f: Fault) => string>> = {
  empty: (f) => `manca ${f.column ?? 'il dato'}`,
  'too-long': (f) => `${f.column ?? 'il dato'} è troppo lungo`,
  fields: () => 'ha un numero di colonne diverso dall’intestazione',
  'code-twice': (f) => `il codice ${f.value ?? ''} sta già in un’altra riga`,
  'code-known': (f) => `il codice ${f.value ?? ''} è già di ${(f.of && protocol(f.of)) || 'un’altra lettera'}`,
  twice: (f) => `${f.value ?? 'il destinatario'} sta due volte, con lo stesso indirizzo`,
  'too-many': (f) => `più di ${f.value ?? ''} destinatari: dividi l’elenco`,
}

export function faultText(f: Fault): string {
  const text = words[f.why](f)
  return f.row ? `Riga ${f.row}: ${text}.` : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

/** Warnings are for a person's eyes; anything else is put right in the file first: nothing of a list with a bad row is taken. */
export function mayTake(l: RecipientList): boolean {
  return (l.recipients ?? []).length > 0 && (l.faults ?? []).every((f) => f.warning)
}
