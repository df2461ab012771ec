// A document's archive in words: whether it can be searched, what it consists of, how far the work on it is.

import { bytes, count, dateTime } from './format'
import { textUnreadWords, textWhyWords, word } from './messages'
import type { ArchiveView, KeptFile, Work } from './types'

/** How far the work on a document is, or "". Page n is the one that was finished last. */
export function workText(works: readonly Work[] | null | undefined, documentID: number): string {
  const w = works?.find((one) => one.documentID === documentID)
  if (!w) return ''
  return w.step === 'text' ? `Riconoscimento del testo: ${w.page} di ${w.pages}` : `In archiviazione: pagina ${w.page} di ${w.pages}`
}

/** All works in one line for the bar, or "". */
export function worksText(works: readonly Work[] | null | undefined): string {
  const [first, ...others] = works ?? []
  if (!first) return ''
  return workText([first], first.documentID) + (others.length > 0 ? ` (e ${count(others.length, 'altro documento', 'altri documenti')})` : '')
}

export interface TextWords {
  kind: 'good' | 'plain' | 'wait' | 'busy'
  icon: string
  text: string
  /** The pages that were not read although others were. */
  unread: string
}

/** Whether words can be searched for in the file, and if not, why. */
export function searchable(a: ArchiveView, work: string): TextWords {
  const t = a.text
  switch (t.state) {
    case 'due':
      return { kind: 'busy', icon: '', text: work || 'Testo da riconoscere', unread: '' }
    case 'present':
      return { kind: 'good', icon: 'check', text: 'Testo ricercabile', unread: unreadText(a) }
    case 'missing':
      return { kind: 'plain', icon: 'info-circle', text: `Senza testo ricercabile: ${word(textWhyWords, t.why)}`, unread: '' }
    default:
      return { kind: 'plain', icon: 'info-circle', text: 'Senza testo ricercabile: questa postazione non lo riconosceva', unread: '' }
  }
}

function unreadText(a: ArchiveView): string {
  const unread = a.text.unread ?? []
  if (unread.length === 0) return ''
  const each = unread.map((u) => `${u.page} (${word(textUnreadWords, u.why)})`).join(', ')
  return `${unread.length === 1 ? 'Pagina' : 'Pagine'} senza testo: ${each}`
}

export interface Edition {
  ordinal: number
  title: string
  detail: string
  sha256: string
}

/** The editions, the current one first. */
export function editions(a: ArchiveView): Edition[] {
  const list = a.editions ?? []
  return list
    .map((e, i) => ({
      ordinal: e.ordinal,
      title: `Edizione ${e.ordinal}, ${e.ordinal === 1 ? 'come scansionata' : 'con testo ricercabile'}${i === list.length - 1 ? ' (corrente)' : ' (sostituita)'}`,
      detail: `PDF/A-${e.flavour} · ${bytes(e.bytes)} · ${dateTime(e.at)}`,
      sha256: e.sha256,
    }))
    .reverse()
}

/** What a file beside the archive is. */
export function keptTitle(f: KeptFile): string {
  return f.kind === 'metadata' ? `Metadati dell’edizione ${f.edition} (XML)` : `Pagina ${f.page ?? ''}: il file di origine`
}
