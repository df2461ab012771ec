// What an exception says and asks, as data: the sentence, and what each answer still needs.

import { exceptionTitles, exceptionWhy, faultWords, paperWords, word } from './messages'
import type { Choice, ExceptionView, NotePart } from './types'

/** A page behind the first on which a label seems to be that could not be read. */
const unread = (e: Pick<ExceptionView, 'kind' | 'detail'>) => e.kind === 'code-inside' && e.detail.why === 'unread'

/** The case in two or three words. A run that was cut short asks about its pages, whatever was declared. */
export function titleText(e: Pick<ExceptionView, 'kind' | 'detail'>): string {
  if (e.detail.why === 'fax') return 'Fax ricevuto'
  if (unread(e)) return 'Forse un’etichetta non letta'
  return e.kind === 'count' && e.detail.why ? 'Scansione interrotta' : word(exceptionTitles, e.kind)
}

/** The case in words: what was found against what was expected. */
export function whyText(e: ExceptionView): string {
  const d = e.detail
  const sheets = d.unit === 'fogli' || d.unit === 'allegati'
  const parts: string[] = []
  // One label, two moments: what there is to do follows from whether the number has come since.
  if (e.temporary) return e.temporary.numbered ? exceptionWhy['temporary'] ?? '' : exceptionWhy['not-numbered'] ?? ''
  switch (e.kind) {
    case 'no-code':
      if (d.why !== 'fax') parts.push('Sulla prima pagina non si legge un’etichetta di questo ente. A quale registrazione appartiene?')
      break
    case 'not-expected':
      parts.push('L’etichetta è nostra, ma la registrazione non aspettava questa scansione.')
      break
    case 'two-codes':
      parts.push('Sulla pagina ci sono due segnature di registrazioni diverse. Qual è quella giusta?')
      break
    case 'code-inside':
      if (unread(e)) parts.push(`Sulla pagina ${d.found ?? '?'} sembra esserci un’etichetta che non si legge: se è di un’altra lettera, il documento va diviso lì.`)
      else parts.push('Una pagina interna porta un’altra segnatura: è un allegato, o l’inizio di un altro documento?')
      break
    case 'stray':
      parts.push('Questa pagina è arrivata mentre la stazione si fermava. Non è andata persa: di quale registrazione è?')
      break
    case 'repeated':
      parts.push('Una pagina identica è già nella stazione: forse lo stesso foglio è passato due volte.')
      break
    case 'before-label':
      parts.push('Queste pagine stanno prima della prima etichetta della scansione. Sono di una lettera già registrata, o un suo allegato?')
      break
    case 'seen-twice':
      parts.push('La stessa etichetta sta all’inizio di due documenti. Una delle due è forse una fotocopia, o un’etichetta attaccata alla lettera sbagliata.')
      break
    case 'backs':
      parts.push(`I fronti sono ${d.declared ?? '?'}, i retri ${d.found ?? '?'}: devono essere altrettanti. Forse due fogli sono passati insieme, o il mazzo non era intero.`)
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
    case 'label-missing':
      parts.push('Fra questa lettera e la successiva ne manca una registrata, senza etichetta o con l’etichetta non letta: forse i suoi fogli sono finiti qui. Guarda le pagine; se c’è un’altra lettera, dividi il documento.')
      break
    case 'takeover':
      parts.push('Le pagine che un atto del Responsabile dà a questa registrazione non si sono potute prendere dall’archivio, dove restano intere. Se riprovare non basta, scartale e scansiona di nuovo la lettera.')
      if (d.file) parts.push(`Il lavoro si è fermato qui: ${d.file}.`)
      break
    case 'archive':
      parts.push('Il PDF/A non si è potuto fare o non ha superato il controllo. Le pagine sono salve.')
      if (d.file) parts.push(`Il lavoro si è fermato qui: ${d.file}.`)
      break
  }
  if (e.kind === 'seen-twice' && d.why === 'captured') {
    // A document that may stay as it is, is that scan.
    parts.push(e.choices.includes('accept') ? 'Finora questo documento è la scansione della registrazione.' : 'La scansione della registrazione è, finora, l’altro documento.')
  } else if (d.why && e.kind !== 'scope' && e.kind !== 'count' && exceptionWhy[d.why]) parts.push(exceptionWhy[d.why] ?? '')
  return parts.join(' ')
}

/** The answers that join the pages to a registration. */
export function joins(c: Choice): boolean {
  return c === 'assign' || c === 'new-version' || c === 'attachment' || c === 'wrong-label'
}

/** What is seen in the part of the page that stands beside its picture. */
export function cropText(e: Pick<ExceptionView, 'kind' | 'detail'>): string {
  if (unread(e)) return 'La parte che sembra un’etichetta'
  return e.kind === 'no-code' || e.kind === 'before-label' ? 'La parte dove si cercava l’etichetta' : 'La parte con l’etichetta'
}

/** What a person must still say before this answer can go. */
export function needs(c: Choice): { registration: boolean; reason: boolean; sheets: boolean } {
  return {
    registration: joins(c),
    reason: c === 'discard' || c === 'whole',
    sheets: c === 'note' || c === 'note-first',
  }
}

/** The sheets that a note speaks of, as far as they were counted: of this document, or of all the letter's attachments (N-3). */
export function countedSheets(e: Pick<ExceptionView, 'sheets' | 'allSheets'>, part: NotePart): string {
  return String((part === 'allegati' ? e.allSheets : e.sheets) || '')
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
