// What a run was, as far as the strip says something of it: a pile of letters with labels, or something smaller.

import { sorted } from './documents'
import { batchWords, faultWords, word } from './messages'
import type { BatchView, Candidate, ExceptionView, Taken } from './types'

/** Batches that nobody scanned: the station makes them for an act on documents that it has. */
const acts = new Set(['scambio', 'oscuramento', 'esclusione'])

/** Questions whose registrations are those that were looked for, not those whose label was read. */
const lookedFor = new Set(['label-missing', 'before-label'])

/** A pile in which every waiting label may have been: not one letter or page that was named, nor the backs of fronts. */
export function isPile(b: BatchView): boolean {
  if (b.state === 'running' || b.state === 'awaits-backs' || b.selected || b.backsOf || acts.has(b.source)) return false
  const documents = (b.documents ?? []).filter((d) => (d.pageList ?? []).length > 0)
  if (documents.length === 0) return false // a page that was scanned anew lies with the document of the page before
  return b.source !== 'upload' || documents.some((d) => d.registrationID || d.pageList?.some((p) => p.code))
}

/** The expected letters without those whose label the run has read: a question about them is open. */
export function unseen(b: Pick<BatchView, 'id'>, expected: readonly Candidate[], exceptions: readonly ExceptionView[]): Candidate[] {
  const asked = new Set(
    exceptions.filter((e) => e.batchID === b.id && !lookedFor.has(e.kind)).flatMap((e) => [...(e.detail.registrations ?? []), ...(e.candidates ?? []).map((c) => c.registrationID)]),
  )
  return expected.filter((c) => !asked.has(c.registrationID))
}

/**
 * How a run stands on the strip: with its documents; as one line, where all of it was discarded; or not at all, where its pages lie with
 * another run (backs, a page scanned anew). A run that ended otherwise than well always stands there.
 */
export function presence(b: Pick<BatchView, 'state' | 'fault' | 'documents'>): 'whole' | 'line' | 'none' {
  if (b.state !== 'ended' || b.fault) return 'whole'
  const { open, closed } = sorted(b)
  if (open.length > 0 || closed.some((d) => d.state !== 'discarded')) return 'whole'
  return closed.length > 0 ? 'line' : 'none'
}

/** A run of an empty feeder has said all it can say once another one begins. */
export const foundNoSheet = (b: Pick<BatchView, 'fault' | 'documents' | 'pages'>) => b.fault === 'feeder-empty' && b.pages === 0 && (b.documents ?? []).length === 0

/** Why a run ended early. What a file is not is another matter than what a scanner sends. */
export function stopText(b: Pick<BatchView, 'state' | 'source' | 'fault'>): string {
  if (b.source === 'upload' && b.fault === 'bad-data') return 'Il file caricato non è un’immagine né un PDF che si possa leggere.'
  return b.fault ? word(faultWords, b.fault) : word(batchWords, b.state)
}

/** What is said of a file that was not taken, by its name. Those before it were. */
export function refusedText(b: Pick<Taken, 'source' | 'fault' | 'refused'>): string {
  return `«${b.refused ?? ''}» non è stato preso. ${stopText({ ...b, state: 'faulted' })}`
}
