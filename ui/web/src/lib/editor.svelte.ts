// Editing pages from the strip: one edit after the other, each planned from what the station answered to the one before. The screen
// shows nothing that the station has not said. What could be taken back is remembered in this page alone.

import { tick } from 'svelte'
import { api } from './api'
import { desk } from './desk.svelte'
import { LoneKeys } from './lonekeys'
import { notices } from './notices.svelte'
import { type Answer, doneText, type Edit, findPage, inverse, isOpen, type PageActionID, plan, planDrop, type Plan, refusalWords, stillPossible } from './pageeditor'
import type { BatchView } from './types'

/** How many edits of a batch can be taken back. */
const undoDepth = 50

/** Keys that were pressed while an edit was under way; more are a key that got stuck. */
const most = 8

class Editor {
  /** The page that had the focus last: the keys and the tools act on it. 0 for none. */
  page = $state(0)
  /** The page that is shown large; 0 for none. */
  viewing = $state(0)
  /** What is asked before it is done. */
  asking = $state.raw<{ action: 'discard' | 'rescan'; page: number } | undefined>()
  busy = $state(false)
  /** The letters that were pressed on pages: a hand reader types there, too. */
  readonly letters = new LoneKeys()
  /** The page that is being dragged; 0 for none. */
  dragging = $state(0)
  private undos = $state.raw<ReadonlyMap<number, readonly Edit[]>>(new Map())
  private queue: (() => Promise<void>)[] = []

  /** The batch of the page in focus, while the page is there and its document open. */
  readonly batch: BatchView | undefined = $derived(this.page ? this.batchOf(this.page) : undefined)

  get canUndo(): boolean {
    return this.batch !== undefined && this.stepsOf(this.batch).length > 0
  }

  private stepsOf(b: BatchView): readonly Edit[] {
    return stillPossible(b, this.undos.get(b.id) ?? [])
  }

  batchOf(page: number): BatchView | undefined {
    return desk.batches.find((b) => {
      const f = findPage(b, page)
      return f !== undefined && isOpen(f.document)
    })
  }

  /** Does what a key or a tool says to a page: the one in focus, unless another is named. */
  act(action: PageActionID, page = this.page): void {
    if (!page) return
    if (action === 'view') this.viewing = page
    else if (action === 'discard' || action === 'rescan') this.asking = { action, page }
    else if (action === 'undo') this.enqueue(() => this.undo(page))
    else this.enqueue(() => this.carryOut(page, (b) => plan(b, page, action)))
  }

  /** Turns a page for good from where it is shown large; the focus stays there. */
  turn(page: number, action: 'turn-right' | 'turn-left'): void {
    this.enqueue(() => this.carryOut(page, (b) => plan(b, page, action), false))
  }

  drop(page: number, document: number, before: number): void {
    this.enqueue(() => this.carryOut(page, (b) => planDrop(b, page, document, before)))
  }

  /** Takes the page away, with the reason that a person gave. */
  discard(page: number, reason: string): void {
    this.enqueue(() =>
      this.carryOut(page, (b) => {
        const p = plan(b, page, 'discard')
        return 'refused' in p ? p : { ...p, edit: { kind: 'discard', page, reason } }
      }),
    )
  }

  /** Puts the focus on a page, or on the nearest thing of its document where the page is gone. */
  async focus(page: number): Promise<void> {
    await tick()
    if (document.querySelector('dialog[open]')) return
    const target = document.querySelector<HTMLElement>(`[data-page="${page}"]`)
    target?.focus()
    target?.scrollIntoView({ block: 'nearest' })
  }

  private enqueue(work: () => Promise<void>): void {
    if (this.queue.length >= most) return
    this.queue.push(work)
    if (!this.busy) void this.run()
  }

  private async run(): Promise<void> {
    this.busy = true
    for (let work = this.queue[0]; work; work = this.queue[0]) {
      try {
        await work()
      } catch (err) {
        this.queue = [] // what was pressed behind it was meant for another picture
        notices.fail(err)
      }
      this.queue.shift()
    }
    this.busy = false
  }

  private async carryOut(page: number, planned: (b: BatchView) => Plan | undefined, lead = true): Promise<void> {
    const b = this.batchOf(page) ?? desk.batches.find((o) => findPage(o, page))
    const p = b && planned(b)
    if (!p) return
    if ('refused' in p) {
      notices.show('info', refusalWords[p.refused])
      notices.say(refusalWords[p.refused])
      return
    }
    const back = await this.send(b, p.edit, lead ? p.focus : 0)
    // What lay before a page was taken away cannot lie so again.
    this.remember(b.id, (list) => (p.edit.kind === 'discard' ? [] : back ? [...list, back].slice(-undoDepth) : list))
  }

  private async undo(page: number): Promise<void> {
    const b = this.batchOf(page)
    const steps = b ? this.stepsOf(b) : []
    const last = steps.at(-1)
    if (!b || !last) {
      notices.show('info', 'Non c’è nessuna modifica da annullare in questa scansione.')
      return
    }
    // Taken off first: what the station refuses once is not offered again.
    this.remember(b.id, () => steps.slice(0, -1))
    await this.send(b, last, last.page, 'Annullato. ')
  }

  /** Sends an edit, waits for the batch as it is now, and leads the focus to a page, where there is one. Returns what takes it back. */
  private async send(b: BatchView, edit: Edit, focus: number, prefix = ''): Promise<Edit | undefined> {
    let answer: Answer | undefined
    try {
      answer = await sent(b, edit)
    } finally {
      await desk.renew(b.id).catch(() => desk.refresh(`batch:${b.id}`))
      desk.refresh('exceptions', 'status')
    }
    const after = desk.batches.find((o) => o.id === b.id)
    if (after) notices.say(prefix + doneText(after, edit))
    if (focus) {
      this.page = focus
      await this.focus(focus)
    }
    return inverse(edit, answer, after ?? b)
  }

  private remember(batch: number, change: (list: readonly Edit[]) => readonly Edit[]): void {
    this.undos = new Map(this.undos).set(batch, change(this.undos.get(batch) ?? []))
  }
}

async function sent(b: BatchView, e: Edit): Promise<Answer | undefined> {
  const holder = (page: number) => findPage(b, page)?.document.id ?? 0
  switch (e.kind) {
    case 'turn':
      await api.turnPage(e.page, e.degrees)
      return undefined
    case 'split':
      return api.splitDocument(holder(e.page), e.page)
    case 'attachment':
      return api.newAttachment(holder(e.page), e.page)
    case 'merge':
      return api.mergeDocument(holder(e.page), holder(e.into))
    case 'move':
      return api.movePage(e.page, holder(e.among), e.position)
    case 'discard':
      return api.discardPage(e.page, e.reason)
    case 'arrange':
      return api.arrangePages(e.orders.map((o) => ({ document: o.holds && holder(o.holds), pages: [...o.pages] })))
  }
}

export const editor = new Editor()
