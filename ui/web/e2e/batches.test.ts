// A pile of letters in one run, put right and confirmed by keyboard alone: pages that are turned, moved, taken away, split off and joined again,
// and the way back.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Locator } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { expectAccessible, expectFocus, gone, picture, see, until } from './browser'
import { expectWholePDF, inFile, pagesOf, recordOf } from './desk'
import { aDay } from './setup'

const day = aDay()
const execute = promisify(execFile)

/** How far each page of a PDF is turned, in degrees. */
async function turnsOf(pdf: Buffer): Promise<number[]> {
  const { stdout } = await inFile(pdf, (path) => execute('pdfinfo', ['-f', '1', '-l', '99', path]))
  return [...stdout.matchAll(/^Page +\d+ rot: +(\d+)$/gm)].map((m) => Number(m[1]))
}

const page = (card: Locator, n: number) => card.getByRole('option', { name: new RegExp(`^Pagina ${n} di `) })
const pages = (card: Locator) => card.getByRole('option').count()

/** Registers letters and scans them all in one run. Their numbers, in the order of the pile. */
async function pile(...sizes: number[]): Promise<string[]> {
  const { anna } = day
  const numbers: string[] = []
  await anna.hands.press('Alt+m')
  for (const [i, size] of sizes.entries()) {
    await day.station.office.load('letter', size)
    numbers.push(await anna.register({ from: `Mittente ${i + 1} di Esempio`, subject: `Lettera ${i + 1} di una pila`, classifica: 'I.4', uor: 'Aff' }))
    await expectFocus(anna.field('Mittente'))
  }
  await anna.scan()
  for (const n of numbers) await see(anna.document(n).getByText('Da confermare'))
  return numbers
}

describe('a pile of letters', () => {
  let numbers: string[] = []

  it('comes in as one document each, and the arrows walk over all of them', async () => {
    const { anna } = day
    numbers = await pile(3, 2, 1)
    const [first, second] = numbers.map((n) => anna.document(n))
    await anna.hands.tabTo(page(first!, 1))
    await anna.hands.press('ArrowRight', 'ArrowRight')
    await expectFocus(page(first!, 3))
    await anna.hands.press('ArrowRight')
    await expectFocus(page(second!, 1))
    await anna.hands.press('ArrowLeft')
    await expectFocus(page(first!, 3))
    await picture(anna.page, 'pila')
  })

  it('has a page turned and moved, and the focus stays with it', async () => {
    const { anna } = day
    const card = anna.document(numbers[0]!)
    await anna.hands.press('r')
    await see(card.getByRole('option', { name: /^Pagina 3 di 3.*girata di 90 gradi/ }))
    await expectFocus(page(card, 3))
    await anna.hands.press('Shift+ArrowLeft')
    await see(card.getByRole('option', { name: /^Pagina 2 di 3.*girata di 90 gradi/ }))
    await expectFocus(page(card, 2))
    await until(() => page(card, 2).locator('img').evaluate((i) => (i as HTMLImageElement).naturalWidth > (i as HTMLImageElement).naturalHeight), true, 'a picture that lies')
    await see(anna.exceptions.getByText('Niente da decidere.'))
  })

  it('is taken back step by step, also over a document’s end', async () => {
    const { anna } = day
    const [first, second] = numbers.map((n) => anna.document(n))
    await anna.hands.press('Shift+ArrowRight')
    await see(first!.getByRole('option', { name: /^Pagina 3 di 3.*girata/ }))
    await anna.hands.press('Shift+ArrowRight')
    await until(() => pages(first!), 2, 'the pages of the first letter')
    await until(() => anna.scans.getByRole('option', { name: /girata di 90 gradi/ }).evaluate((o) => o === document.activeElement), true, 'the focus on the page that was moved')
    await anna.hands.press('z')
    await until(() => pages(first!), 3, 'the pages of the first letter')
    await see(second!.getByText('Da confermare'))
    await anna.hands.press('z')
    await see(first!.getByRole('option', { name: /^Pagina 2 di 3.*girata/ }))
    await see(first!.getByText('Da confermare'))
    await see(anna.exceptions.getByText('Niente da decidere.'))
  })

  it('has a letter split in two, which asks, and joined again', async () => {
    const { anna } = day
    const second = anna.document(numbers[1]!)
    await anna.hands.press('End', 'ArrowRight')
    await expectFocus(page(second, 1))
    await anna.hands.press('d')
    await see(anna.notices.getByText('È già la prima pagina del documento.'))
    await anna.hands.press('ArrowRight')
    await anna.hands.press('d')
    const strange = anna.scans.getByRole('group', { name: 'Documento da abbinare' })
    await see(strange)
    await expectFocus(page(strange, 1))
    await see(anna.exceptions.getByRole('group').first())
    await picture(anna.page, 'pila-divisa')
    await anna.hands.press('u')
    await gone(strange)
    await see(page(second, 2))
    await expectFocus(page(second, 2))
    await see(second.getByText('Da confermare'))
    await see(anna.exceptions.getByText('Niente da decidere.'))
  })

  it('loses a page only with a reason', async () => {
    const { anna } = day
    const second = anna.document(numbers[1]!)
    await anna.hands.press('Delete')
    const dialog = anna.dialog('Togliere la pagina?')
    await see(dialog)
    await anna.hands.press('Escape')
    await expectFocus(page(second, 2))
    await anna.hands.press('Delete')
    await expectFocus(dialog.getByLabel('Motivo'))
    await anna.hands.press('Enter')
    await see(dialog.getByText('Scrivi il motivo: resta agli atti.'))
    await anna.hands.type('Foglio di un’altra pratica')
    await anna.hands.press('Enter')
    await gone(dialog)
    await until(() => pages(second), 1, 'the pages of the second letter')
    await expectFocus(page(second, 1))
  })

  it('shows no fault of level A or AA where pages are edited', async () => {
    await expectAccessible(day.anna.page)
  })

  it('is confirmed letter after letter with one key, and the archive has the pages as they were put', async () => {
    const { anna } = day
    const [first, second, third] = numbers.map((n) => anna.document(n))
    await anna.hands.tabTo(page(first!, 1))
    const doubts = await first!.getByRole('list', { name: 'Pagine da guardare una per una' }).getByRole('listitem').count()
    await anna.hands.press('Alt+c')
    // A page that was moved leaves a gap in the count of the sheets: it is looked at.
    if (doubts > 0) {
      const good = anna.page.getByRole('button', { name: /^Questa pagina va bene/ })
      for (let i = 0; i < doubts; i++) {
        await until(() => good.getAttribute('aria-disabled'), 'false', 'the picture of the page')
        await anna.hands.press('Space')
      }
      await expectFocus(anna.page.getByRole('button', { name: /^Conferma il documento/ }))
      await anna.hands.press('Enter')
    }
    await expectFocus(second!)
    await anna.hands.press('Alt+c')
    await anna.hands.press('Enter') // once too often: it confirms nothing
    await expectFocus(third!)
    await anna.hands.press('Alt+c')
    await expectFocus(anna.field('Mittente'))
    // What is closed is one line: the letters, and what was taken out of them.
    await anna.hands.activate(anna.scans.getByRole('button', { name: /^3 archiviati, 1 scartato/ }))
    const pdfs: Buffer[] = []
    for (const card of [first!, second!, third!]) {
      await see(card.getByText('Archiviato', { exact: true }))
      const pdf = await anna.bytes((await card.getByRole('link', { name: 'PDF/A' }).getAttribute('href'))!)
      await expectWholePDF(pdf)
      pdfs.push(pdf)
    }
    expect(await Promise.all(pdfs.map(pagesOf))).toEqual([3, 1, 1])
    expect(await Promise.all(pdfs.map(turnsOf))).toEqual([[0, 90, 0], [0], [0]])
    for (const n of numbers) expect((await recordOf(anna, n)).documents).toHaveLength(1)
  })
})
