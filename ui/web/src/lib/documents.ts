// How documents stand on the strip: what their states look like, which of them a person still has to do with, and how the focus goes
// from one that waits for its confirmation to the next.

import { count } from './format'
import { inOrder, pagesOf } from './pageeditor'
import type { BatchView, DocumentState, DocumentView } from './types'

export const documentBadges = {
  receiving: { kind: 'busy', icon: '' },
  waiting: { kind: 'wait', icon: 'warning-circle' },
  ready: { kind: 'plain', icon: 'search' },
  confirmed: { kind: 'busy', icon: '' },
  archived: { kind: 'good', icon: 'check' },
  discarded: { kind: 'plain', icon: 'delete' },
  noted: { kind: 'good', icon: 'note' },
} as const satisfies Record<DocumentState, { kind: string; icon: string }>

const closedWords: readonly [DocumentState, string, string][] = [
  ['archived', 'archiviato', 'archiviati'],
  ['confirmed', 'in archiviazione', 'in archiviazione'],
  ['noted', 'chiuso con nota', 'chiusi con nota'],
  ['discarded', 'scartato', 'scartati'],
]

/** Nothing is left to do with it, or nothing that a person does. */
export function isClosed(d: Pick<DocumentView, 'state'>): boolean {
  return closedWords.some(([state]) => state === d.state)
}

/** «72 archiviati, 1 scartato». */
export function closedText(list: readonly Pick<DocumentView, 'state'>[]): string {
  return closedWords
    .map(([state, one, many]) => [list.filter((d) => d.state === state).length, one, many] as const)
    .filter(([n]) => n > 0)
    .map((c) => count(...c))
    .join(', ')
}

export interface Sorted {
  /** The one whose pages are coming in. */
  coming: DocumentView | undefined
  /** Those that a person has to do with, in the batch's order: nothing jumps while others are added behind. */
  open: DocumentView[]
  closed: DocumentView[]
}

/** Its pages are not all here: nothing can be done with documents that are still to get some. */
const underWay = (b: Pick<BatchView, 'state'>) => b.state === 'running' || b.state === 'awaits-backs'

/** A batch's documents by what is to be done with them. What editing has emptied is not shown. */
export function sorted(b: Pick<BatchView, 'state' | 'documents'>): Sorted {
  const all = inOrder(b).filter((d) => d.state !== 'discarded' || (d.pageList ?? []).length > 0)
  const coming = b.state === 'running' ? all.find((d) => d.state === 'receiving' && pagesOf(d).length > 0) : undefined
  return { coming, open: all.filter((d) => !isClosed(d) && d !== coming && (d.state !== 'receiving' || !underWay(b))), closed: all.filter(isClosed) }
}

/** The documents to be confirmed that go before the others (R1.20), in the order of the screen. Their cards stay where the pile has them: a page is joined to what lies before it. */
export function urgent(batches: readonly Pick<BatchView, 'state' | 'documents'>[]): DocumentView[] {
  return batches.flatMap((b) => sorted(b).open).filter((d) => d.state === 'ready' && d.record?.urgent)
}

/** The button that confirms the next document after this one: an urgent one, else in the order of the screen; the first one behind the last. */
export function nextToConfirm(documentID: number): HTMLElement | undefined {
  const all = [...document.querySelectorAll<HTMLElement>('[data-confirm]')]
  const at = all.findIndex((b) => documentOf(b) === documentID)
  const others = [...all.slice(at + 1), ...all.slice(0, Math.max(at, 0))].filter((b) => b.getAttribute('aria-disabled') !== 'true')
  return others.find((b) => b.closest('[data-urgent]')) ?? others[0]
}

/** The button that confirms a document, for whoever comes from elsewhere. */
export function firstToConfirm(): HTMLElement | undefined {
  return nextToConfirm(0)
}

export function documentOf(at: Element | null): number {
  return Number(at?.closest<HTMLElement>('[data-document]')?.dataset.document ?? 0)
}

/** What is left free round a card that is scrolled to. */
const edgePx = 8

/** Puts the focus on a control of a card and shows as much of the card as there is room for, from its beginning. */
export function reveal(control: HTMLElement): void {
  control.focus({ preventScroll: true })
  const card = control.closest<HTMLElement>('[data-document]')
  const view = card?.closest<HTMLElement>('[data-scrolls]')
  if (!card || !view) {
    control.scrollIntoView({ block: 'nearest' })
    return
  }
  // Only the list moves: scrollIntoView would move the whole desk with it.
  const box = card.getBoundingClientRect()
  const room = view.getBoundingClientRect()
  if (box.top < room.top || box.height > room.height) view.scrollTop += box.top - room.top - edgePx
  else if (box.bottom > room.bottom) view.scrollTop += box.bottom - room.bottom + edgePx
}

/**
 * Leads to the document of a control without standing on it: whoever presses Enter once too often confirms nothing that they have not seen,
 * and Alt+C confirms the document that the focus is in.
 */
export function lead(control: HTMLElement): void {
  reveal(control.closest<HTMLElement>('[data-document]') ?? control)
}

/** The main document that stands for a registration now. */
export function currentMain(documents: readonly DocumentView[] | null | undefined): DocumentView | undefined {
  return (documents ?? []).findLast((d) => !d.part && !d.superseded && d.state !== 'discarded')
}

/** «Scanner fi-7160, 300 dpi, fronte/retro»: how pages were taken. "" where nothing is known of it. */
export function scanText(c: { device?: string; xDPI?: number; yDPI?: number; duplex?: boolean }): string {
  const dpi = !c.xDPI ? '' : c.yDPI && c.yDPI !== c.xDPI ? `${c.xDPI}×${c.yDPI} dpi` : `${c.xDPI} dpi`
  return [c.device && `Scanner ${c.device}`, dpi, c.duplex && 'fronte/retro'].filter(Boolean).join(', ')
}
