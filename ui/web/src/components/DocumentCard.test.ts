import { flushSync, mount, unmount } from 'svelte'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { desk } from '../lib/desk.svelte'
import { manual } from '../lib/manual.svelte'
import type { BatchView, DocumentView, FrontispieceOrder } from '../lib/types'
import DocumentCard from './DocumentCard.svelte'

const page = (id: number) => ({ id, batchID: 3, documentID: 9, seq: id, sheet: id, mediaType: 'image/jpeg', sha256: 'a', bytes: 1, takenAt: '2026-11-22T10:00:00Z' })
const plan = {
  id: 9, batchID: 3, aoo: 'A', state: 'ready', pages: 3, pageList: [page(1), page(2), page(3)],
  record: { registrationID: 5, intakeID: 5, number: '0000001', year: 2026, subject: 'Una planimetria', from: 'Studio Esempio' },
} as unknown as DocumentView
const kinds = [{ code: 'planimetria', words: 'Planimetria', source: 'art. 28.6' }, { code: 'volume', words: 'Volume non separabile', source: 'art. 35 b.2' }]

describe('a document to be confirmed', () => {
  let card: ReturnType<typeof mount>
  let sent: FrontispieceOrder[]
  let frontispieces: typeof kinds

  beforeEach(() => {
    sent = []
    frontispieces = kinds
    HTMLDialogElement.prototype.showModal = function () {
      this.open = true
    }
    HTMLDialogElement.prototype.close = function () {
      this.open = false
    }
    vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
      if (path === '/api/documents/9/frontispiece') sent.push(JSON.parse(String(init.body)) as FrontispieceOrder)
      const noted = { ...plan, scope: { choice: 'note-first', note: 'si trasmette per via postale il documento cartaceo composto da n. 3 fogli' } }
      const body = path === '/api/registrations/5/exclusions' ? { manual: '', duty: 'subito', exclusions: [], frontispieces } : { id: 3, state: 'ended', documents: [noted] }
      return Promise.resolve(new Response(JSON.stringify(body), { status: 200 }))
    })
    Object.assign(manual, { frontispiece: false, asked: false })
    desk.batches = [{ id: 3, state: 'ended', documents: [plan] } as unknown as BatchView]
  })

  afterEach(async () => {
    desk.stop()
    await unmount(card)
    desk.batches = []
    vi.unstubAllGlobals()
  })

  const settled = async () => {
    await new Promise((done) => setTimeout(done))
    flushSync()
  }
  const button = (name: string) => [...document.querySelectorAll('button')].find((b) => b.textContent?.trim() === name)

  async function show() {
    card = mount(DocumentCard, { target: document.body, props: { document: plan } })
    flushSync()
    await settled()
  }

  it('keeps the frontispiece alone where the rule has it, with its kind and the sheets', async () => {
    await show()
    button('Solo il frontespizio…')!.click()
    flushSync()
    await settled()
    const dialog = document.querySelector('dialog')!
    expect(dialog.textContent).toContain('Le altre 2 pagine già prese si cancellano')
    expect(document.activeElement).toBe(dialog.querySelector('input[value=planimetria]'))
    const submit = async () => {
      dialog.querySelector('form')!.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }))
      await settled()
    }
    await submit()
    expect(dialog.querySelector('[role=alert]')?.textContent).toContain('planimetria o un volume')
    dialog.querySelector<HTMLInputElement>('input[value=volume]')!.click()
    await submit()
    expect(sent).toEqual([])
    const sheets = dialog.querySelector<HTMLInputElement>('input[inputmode=numeric]')!
    sheets.value = '3'
    sheets.dispatchEvent(new Event('input', { bubbles: true }))
    flushSync()
    expect(dialog.textContent).toContain('«si trasmette per via postale il documento cartaceo composto da n. 3 fogli»')
    await submit()
    expect(sent).toEqual([{ kind: 'volume', sheets: 3, notePart: 'documento' }])
    expect(document.querySelector('dialog')).toBeNull()
    expect((document.activeElement as HTMLElement).hasAttribute('data-confirm')).toBe(true)
  })

  it('offers no frontispiece where the rule has none', async () => {
    frontispieces = []
    await show()
    expect(button('Solo il frontespizio…')).toBeUndefined()
    expect(button('Escludi…')).toBeDefined()
  })
})
