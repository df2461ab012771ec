// The clerk's edits of pages, as data: what a key means for the page in focus, what is refused before anybody is asked, and how an
// edit is taken back. Nothing here is sent: editor.svelte.ts does that, and the screen shows what the station answers.

import { count, protocol } from './format'
import type { BatchView, DocumentView, PageView } from './types'

export type PageActionID =
  | 'view' | 'turn-right' | 'turn-left' | 'split' | 'merge' | 'attachment' | 'earlier' | 'later' | 'rescan' | 'discard' | 'undo'

export interface PageAction {
  id: PageActionID
  /** As pageCombo spells it; any of them. */
  combos: readonly string[]
  /** As written on the keyboard. */
  label: string
  /** On the button. */
  name: string
  /** In F1's table, and what the button is called in full. */
  what: string
  icon: string
}

export const pageActions: readonly PageAction[] = [
  { id: 'view', combos: ['Enter', ' '], label: 'Invio', name: 'Apri', what: 'Apre la pagina a tutto schermo', icon: 'zoom-in' },
  { id: 'turn-right', combos: ['r'], label: 'R', name: 'Gira', what: 'Gira la pagina a destra', icon: 'refresh' },
  { id: 'turn-left', combos: ['Shift+r'], label: 'Maiusc+R', name: 'Gira a sinistra', what: 'Gira la pagina a sinistra', icon: 'restore' },
  { id: 'split', combos: ['d'], label: 'D', name: 'Dividi qui', what: 'Da qui comincia un altro documento', icon: 'file' },
  { id: 'merge', combos: ['u'], label: 'U', name: 'Unisci', what: 'Unisce il documento a quello che lo precede', icon: 'link' },
  { id: 'attachment', combos: ['a'], label: 'A', name: 'Allegato', what: 'Da qui: nuovo allegato', icon: 'clip' },
  { id: 'earlier', combos: ['Shift+ArrowLeft'], label: 'Maiusc+←', name: 'Prima', what: 'Sposta la pagina un posto prima', icon: 'arrow-left' },
  { id: 'later', combos: ['Shift+ArrowRight'], label: 'Maiusc+→', name: 'Dopo', what: 'Sposta la pagina un posto dopo', icon: 'arrow-right' },
  { id: 'rescan', combos: ['s'], label: 'S', name: 'Rifai', what: 'Riscansiona solo questa pagina', icon: 'camera' },
  { id: 'discard', combos: ['Delete'], label: 'Canc', name: 'Togli', what: 'Toglie la pagina', icon: 'delete' },
  { id: 'undo', combos: ['z'], label: 'Z', name: 'Annulla', what: 'Annulla l’ultima modifica alle pagine di questa scansione', icon: 'arrow-left-circle' },
]

type Keys = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'shiftKey' | 'metaKey'>

/** The combination of an event as the table spells it; "" with the keys that are the browser's (Alt+arrows go back in its history). */
export function pageCombo(e: Keys): string {
  if (e.ctrlKey || e.altKey || e.metaKey) return ''
  const key = e.key.length === 1 ? e.key.toLowerCase() : e.key
  return (e.shiftKey && key !== ' ' ? 'Shift+' : '') + key
}

export function pageActionOf(e: Keys): PageAction | undefined {
  const combo = pageCombo(e)
  return pageActions.find((a) => a.combos.includes(combo))
}

/**
 * What is done. It names documents by a page that they hold when it goes out: what was taken apart and joined again is another
 * document with the same pages.
 */
export type Edit =
  | { kind: 'turn'; page: number; degrees: 90 | 180 | 270 }
  | { kind: 'split'; page: number }
  | { kind: 'attachment'; page: number }
  /** Appends the page's document to the one that holds the page into. */
  | { kind: 'merge'; page: number; into: number }
  /** Moves the page to the document of the page among; position counts from 1 in that document as it is afterwards. */
  | { kind: 'move'; page: number; among: number; position: number }
  | { kind: 'discard'; page: number; reason: string }
  /** Puts all pages of some documents as they lay before. */
  | { kind: 'arrange'; page: number; orders: readonly Order[] }

/** A document's pages as they shall lie. It is the one that holds the page holds when this goes out; 0 is a new one. */
export interface Order {
  holds: number
  pages: readonly number[]
}

/** What the station answers to an edit, as far as it serves to take it back. */
export interface Answer {
  undo?: { document: number; pages: number[] | null }[] | null
}

/** Why an action has no sense here, by code; refusalWords says it. */
export type Refusal = keyof typeof refusalWords

export const refusalWords = {
  gone: 'La pagina non c’è più. Scegline un’altra.',
  receiving: 'Le pagine di questo documento stanno ancora arrivando. Aspetta che la scansione finisca.',
  closed: 'Il documento è già confermato: le sue pagine non si cambiano più.',
  'first-page': 'È già la prima pagina del documento.',
  'no-previous': 'Prima di questo documento non ce n’è un altro in questa scansione.',
  'previous-closed': 'Il documento che precede è già confermato: non vi si può aggiungere nulla.',
  'no-next': 'Dopo questo documento non ce n’è un altro in questa scansione.',
  'next-closed': 'Il documento che segue è già confermato o sta ancora arrivando: non vi si può aggiungere nulla.',
} as const

/** The edit and the page that has the focus afterwards; or why there is none. */
export type Plan = { edit: Edit; focus: number } | { refused: Refusal }

type Batch = Pick<BatchView, 'documents'>

/** The pages that a person can see, in their order. */
export function pagesOf(d: Pick<DocumentView, 'pageList'>): PageView[] {
  return (d.pageList ?? []).filter((p) => !p.erased)
}

/** Its pages may be turned, moved and joined: until its quality is confirmed. */
export function isOpen(d: Pick<DocumentView, 'state'>): boolean {
  return d.state === 'waiting' || d.state === 'ready'
}

/**
 * The documents of a batch in the order of the pile, whatever their numbers: what was split off stands behind what it was split from. Its
 * middle page says where a document lies, so that one page from elsewhere moves no card.
 */
export function inOrder(b: Batch): DocumentView[] {
  return (b.documents ?? [])
    .map((d) => ({ d, place: placeOf(d) }))
    .sort((x, y) => x.place - y.place || x.d.id - y.d.id)
    .map(({ d }) => d)
}

function placeOf(d: DocumentView): number {
  const own = (d.pageList ?? []).filter((p) => p.batchID === d.batchID).map((p) => p.seq).sort((x, y) => x - y)
  return own[own.length >> 1] ?? Number.POSITIVE_INFINITY
}

export interface Found {
  document: DocumentView
  pages: PageView[]
  page: PageView
  /** From 0 in the document. */
  at: number
  /** The documents of the batch that still have pages, and which of them this one is. */
  all: DocumentView[]
  among: number
}

/** Where a page is in its batch. */
export function findPage(b: Batch, page: number): Found | undefined {
  const all = inOrder(b).filter((d) => d.state !== 'discarded' && pagesOf(d).length > 0)
  for (const [among, document] of all.entries()) {
    const pages = pagesOf(document)
    const at = pages.findIndex((p) => p.id === page)
    const found = pages[at]
    if (found) return { document, pages, page: found, at, all, among }
  }
  return undefined
}

/** The page that the arrows lead to, across the open documents of the batch; undefined at the ends. */
export function step(b: Batch, page: number, by: 1 | -1): number | undefined {
  const row = inOrder(b).filter(isOpen).flatMap(pagesOf)
  const at = row.findIndex((p) => p.id === page)
  return at < 0 ? undefined : row[at + by]?.id
}

/** What an action on a page asks of the station. Actions that ask a person first, or nobody, are not planned here. */
export function plan(b: Batch, page: number, action: PageActionID): Plan {
  const f = findPage(b, page)
  if (!f) return { refused: 'gone' }
  if (!isOpen(f.document)) return { refused: f.document.state === 'receiving' ? 'receiving' : 'closed' }
  return plans[action]?.(f) ?? { refused: 'gone' }
}

const plans: Partial<Record<PageActionID, (f: Found) => Plan>> = {
  'turn-right': (f) => ({ edit: { kind: 'turn', page: f.page.id, degrees: 90 }, focus: f.page.id }),
  'turn-left': (f) => ({ edit: { kind: 'turn', page: f.page.id, degrees: 270 }, focus: f.page.id }),
  split: (f) => (f.at === 0 ? { refused: 'first-page' } : { edit: { kind: 'split', page: f.page.id }, focus: f.page.id }),
  attachment: (f) => (f.at === 0 ? { refused: 'first-page' } : { edit: { kind: 'attachment', page: f.page.id }, focus: f.page.id }),
  merge(f) {
    const into = neighbour(f, -1)
    return typeof into === 'string' ? { refused: into } : { edit: { kind: 'merge', page: f.page.id, into: pagesOf(into)[0]?.id ?? 0 }, focus: f.page.id }
  },
  earlier(f) {
    if (f.at > 0) return moveTo(f, f.document, f.at)
    const into = neighbour(f, -1)
    return typeof into === 'string' ? { refused: into } : moveTo(f, into, pagesOf(into).length + 1)
  },
  later(f) {
    if (f.at + sheetOf(f).length < f.pages.length) return moveTo(f, f.document, f.at + 2)
    const into = neighbour(f, 1)
    return typeof into === 'string' ? { refused: into } : moveTo(f, into, 1)
  },
  discard(f) {
    const focus = (f.pages[f.at + 1] ?? f.pages[f.at - 1])?.id ?? step({ documents: f.all }, f.page.id, 1) ?? step({ documents: f.all }, f.page.id, -1) ?? 0
    return { edit: { kind: 'discard', page: f.page.id, reason: '' }, focus }
  },
}

/** The page with its back, where the back lies behind it: a sheet moves as one. */
function sheetOf(f: Found): PageView[] {
  const next = f.pages[f.at + 1]
  const whole = next?.back && !f.page.back && next.sheet !== undefined && next.sheet === f.page.sheet
  return whole ? [f.page, next] : [f.page]
}

function neighbour(f: Found, by: 1 | -1): DocumentView | Refusal {
  const d = f.all[f.among + by]
  if (!d) return by < 0 ? 'no-previous' : 'no-next'
  if (!isOpen(d)) return by < 0 ? 'previous-closed' : 'next-closed'
  return d
}

/** A page that stays in a document when this one leaves it; 0 where there is none. */
function other(d: DocumentView, page: number): number {
  return pagesOf(d).find((p) => p.id !== page)?.id ?? 0
}

function moveTo(f: Found, document: DocumentView, position: number): Plan {
  return { edit: { kind: 'move', page: f.page.id, among: other(document, f.page.id), position }, focus: f.page.id }
}

/**
 * A page that was dragged before another one, or behind a document's last (before = 0).
 * Undefined where it lies there already.
 */
export function planDrop(b: Batch, page: number, document: number, before: number): Plan | undefined {
  const f = findPage(b, page)
  if (!f) return { refused: 'gone' }
  const into = f.all.find((d) => d.id === document)
  if (!isOpen(f.document) || !into || !isOpen(into)) return { refused: 'closed' }
  const sheet = sheetOf(f)
  const others = pagesOf(into).filter((p) => !sheet.some((own) => own.id === p.id))
  const at = sheet.some((own) => own.id === before) ? -1 : before === 0 ? others.length : others.findIndex((p) => p.id === before)
  if (at < 0 || (into.id === f.document.id && at === f.at)) return undefined
  return moveTo(f, into, at + 1)
}

/**
 * The edit that takes another one back: the station says in its answer how the pages lay. Undefined where nothing changed, and for a page
 * that was taken away: its image is erased. after is the batch as the edit left it.
 */
export function inverse(edit: Edit, answer: Answer | undefined, after: Batch): Edit | undefined {
  if (edit.kind === 'turn') return { ...edit, degrees: (360 - edit.degrees) as 90 | 180 | 270 }
  const orders = (answer?.undo ?? []).map((o): Order => {
    const d = (after.documents ?? []).find((x) => x.id === o.document)
    return { holds: (d && pagesOf(d)[0]?.id) ?? 0, pages: o.pages ?? [] }
  })
  return orders.length > 0 ? { kind: 'arrange', page: edit.page, orders } : undefined
}

/**
 * The steps that can still be taken back, the last one last. A page that was scanned anew or excluded, or that lies in a closed document,
 * puts an end to the steps that speak of it and to all before them; pages that came to the documents of the last step, to all.
 */
export function stillPossible(b: Batch, steps: readonly Edit[]): readonly Edit[] {
  const last = steps.at(-1)
  if (last?.kind === 'arrange') {
    const known = new Set(namedPages(last))
    if (namedPages(last).some((id) => findPage(b, id)?.pages.some((p) => !known.has(p.id)))) return []
  }
  const lost = steps.findLastIndex((e) => namedPages(e).some((id) => !isThere(b, id)))
  return lost < 0 ? steps : steps.slice(lost + 1)
}

/** The pages without which a step that takes another back makes no sense. */
function namedPages(e: Edit): readonly number[] {
  return e.kind === 'arrange' ? e.orders.flatMap((o) => o.pages) : [e.page]
}

function isThere(b: Batch, page: number): boolean {
  const f = findPage(b, page)
  return f !== undefined && isOpen(f.document)
}

/** How a document is called on the screen. */
export function documentName(d: Pick<DocumentView, 'record' | 'part' | 'state'>): string {
  const number = d.record ? protocol(d.record) : ''
  const part = d.part ? `allegato ${d.part}` : ''
  return [number, part].filter(Boolean).join(', ') || (d.state === 'discarded' ? 'scartato' : 'da abbinare')
}

/** What was done, to be read aloud: with the place that the page has now. */
export function doneText(after: Batch, edit: Edit): string {
  const f = findPage(after, edit.page)
  const where = f ? `pagina ${f.at + 1} di ${f.pages.length}, documento ${documentName(f.document)}` : ''
  switch (edit.kind) {
    case 'turn':
      return `Pagina girata${edit.degrees === 90 ? ' a destra' : edit.degrees === 270 ? ' a sinistra' : ''}: ${where}.`
    case 'split':
      return `Da qui comincia un altro documento: ${f ? count(f.pages.length, 'pagina', 'pagine') : ''}.`
    case 'attachment':
      return `Nuovo allegato: ${f ? count(f.pages.length, 'pagina', 'pagine') : ''}.`
    case 'merge':
      return `Documenti uniti: ora è ${where}.`
    case 'move':
      return `Pagina spostata: ora è ${where}.`
    case 'discard':
      return 'Pagina tolta.'
    case 'arrange':
      return `Le pagine sono come prima: ${where}.`
  }
}
