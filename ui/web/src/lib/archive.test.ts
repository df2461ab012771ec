import { describe, expect, it } from 'vitest'
import { editions, keptTitle, searchable, worksText, workText } from './archive'
import type { ArchiveView } from './types'

const first = { ordinal: 1, sha256: 'a', bytes: 2048, flavour: '2b', at: '2026-11-22T09:00:00Z' }
const second = { ordinal: 2, sha256: 'b', bytes: 4096, flavour: '2u', at: '2026-11-22T09:01:00Z' }
const archive = (text: ArchiveView['text'], list = [first]): ArchiveView => ({ ...first, current: true, text, editions: list })

describe('an archive', () => {
  it('says whether it can be searched, and why not', () => {
    expect(searchable(archive({ state: 'present', words: 9 }, [first, second]), '').text).toBe('Testo ricercabile')
    expect(searchable(archive({ state: 'missing', why: 'deadline' }), '').text).toBe('Senza testo ricercabile: il riconoscimento non ha finito in tempo')
    expect(searchable(archive({ state: 'not-asked' }), '').kind).toBe('plain')
    expect(searchable(archive({ state: 'due' }), '')).toMatchObject({ kind: 'busy', text: 'Testo da riconoscere' })
    expect(searchable(archive({ state: 'due' }), 'Riconoscimento del testo: 3 di 40').text).toBe('Riconoscimento del testo: 3 di 40')
  })

  it('names the pages that were not read', () => {
    const a = archive({ state: 'present', unread: [{ page: 2, why: 'failed' }, { page: 7, why: 'deadline' }] }, [first, second])
    expect(searchable(a, '').unread).toBe('Pagine senza testo: 2 (non riuscita), 7 (non finita in tempo)')
  })

  it('lists its editions, the current one first', () => {
    expect(editions(archive({ state: 'present' }, [first, second]))).toEqual([
      { ordinal: 2, title: 'Edizione 2, con testo ricercabile (corrente)', detail: 'PDF/A-2u · 4 KB · 22/11/2026, 10:01', sha256: 'b' },
      { ordinal: 1, title: 'Edizione 1, come scansionata (sostituita)', detail: 'PDF/A-2b · 2 KB · 22/11/2026, 10:00', sha256: 'a' },
    ])
    expect(editions(archive({ state: 'not-asked' }))[0]?.title).toBe('Edizione 1, come scansionata (corrente)')
  })

  it('says what lies beside it', () => {
    const f = { id: 1, edition: 2, kind: 'metadata', name: 'x', mediaType: 'application/xml', sha256: 'c', bytes: 1 }
    expect(keptTitle(f)).toBe('Metadati dell’edizione 2 (XML)')
    expect(keptTitle({ ...f, kind: 'source', page: 3 })).toBe('Pagina 3: il file di origine')
  })
})

describe('the work on documents', () => {
  const works = [{ documentID: 4, step: 'archive' as const, page: 12, pages: 40 }, { documentID: 5, step: 'text' as const, page: 3, pages: 40 }]

  it('says how far it is', () => {
    expect(workText(works, 4)).toBe('In archiviazione: pagina 12 di 40')
    expect(workText(works, 5)).toBe('Riconoscimento del testo: 3 di 40')
    expect(workText(works, 6)).toBe('')
    expect(workText(undefined, 4)).toBe('')
  })

  it('fits the bar in one line', () => {
    expect(worksText([])).toBe('')
    expect(worksText(works.slice(1))).toBe('Riconoscimento del testo: 3 di 40')
    expect(worksText(works)).toBe('In archiviazione: pagina 12 di 40 (e 1 altro documento)')
  })
})
