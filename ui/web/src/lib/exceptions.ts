// What an exception says and asks, as data: the sentence, and what each answer still needs.

import { exceptionTitles, exceptionWhy, faultWords, paperWords, word } from './messages'
import type { Choice, ExceptionView, NotePart } from './types'

/** The case in two or three words. A run that was cut short asks about its pages, whatever was declared. */
export function titleText(e: Pick<ExceptionView, 'kind' | 'detail'>): string {
  return e.kind === 'count' && e.detail.why ? 'Scansione interrotta' : word(exceptionTitles, e.kind)
}

/** The case in words: what was found against what was expected. */
export function whyText(e: ExceptionView): string {
  const d = e.detail
  const sheets = d.unit === 'fogli'
  const parts: string[] = []
  switch (e.kind) {
    case 'no-code':
      parts.push('Sulla prima pagina non si legge un’etichetta di questo ente. A quale registrazione appartiene?')
      break
    case 'not-expected':
      parts.push('L’etichetta è nostra, ma la registrazione non aspettava questa scansione.')
      break
    case 'two-codes':
      parts.push('Sulla pagina ci sono due segnature di registrazioni diverse. Qual è quella giusta?')
      break
    case 'code-inside':
      parts.push('Una pagina interna porta un’altra segnatura: è un allegato, o l’inizio di un altro documento?')
      break
    case 'stray':
      parts.push('Questa pagina è arrivata mentre la stazione si fermava. Non è andata persa: di quale registrazione è?')
      break
    case 'repeated':
      parts.push('Una pagina identica è già nella stazione: forse lo stesso foglio è passato due volte.')
      break
    case 'scope':
      if (d.why === 'format') parts.push(`C’è una pagina ${word(paperWords, d.paper)}.`)
      else parts.push(`${sheets ? 'Trovati' : 'Trovate'} ${d.found ?? '?'} ${d.unit ?? 'pagine'}, il limite è ${d.limit ?? '?'}.`)
      parts.push('Il manuale chiede una nota al posto delle immagini.')
      break
    case 'count':
      if (d.why) parts.push(`La scansione si è interrotta. ${word(faultWords, d.why)}`)
      else parts.push(`${sheets ? 'Dichiarati' : 'Dichiarate'} ${d.declared ?? '?'} ${d.unit ?? 'pagine'}, ${sheets ? 'trovati' : 'trovate'} ${d.found ?? '?'}.`)
      break
    case 'archive':
      parts.push('Il PDF/A non si è potuto fare o non ha superato il controllo. Le pagine sono salve.')
      if (d.file) parts.push(`Il lavoro si è fermato qui: ${d.file}.`)
      break
  }
  if (d.why && e.kind !== 'scope' && e.kind !== 'count' && exceptionWhy[d.why]) parts.push(exceptionWhy[d.why] ?? '')
  return parts.join(' ')
}

/** What a person must still say before this answer can go. */
export function needs(c: Choice): { registration: boolean; reason: boolean; sheets: boolean } {
  return {
    registration: c === 'assign' || c === 'new-version',
    reason: c === 'discard' || c === 'whole',
    sheets: c === 'note' || c === 'note-first',
  }
}

/** The note as it will be kept (catalogue N-1 to N-3); "" while the sheets are not known. */
export function noteText(part: NotePart, sheets: number): string {
  if (!Number.isInteger(sheets) || sheets < 1) return ''
  const n = sheets === 1 ? '1 foglio' : `${sheets} fogli`
  switch (part) {
    case 'documento':
      return `si trasmette per via postale il documento cartaceo composto da n. ${n}`
    case 'allegato':
      return `si trasmette per via postale l'allegato composto da n. ${n}`
    case 'allegati':
      return `si trasmette per via postale gli allegati composti da n. ${n}`
  }
}
