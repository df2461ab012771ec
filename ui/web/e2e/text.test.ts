// Text recognition with the real tesseract: nobody waits for it, and the record then says what can be searched and what was kept.

import { expect, it } from 'vitest'
import { expectAccessible, gone, picture, see, until } from './browser'
import { expectWholePDF, recordOf, wordsOf } from './desk'
import { aDay } from './setup'

const day = aDay('ocr = ["ita"]\n')
/** A page takes seconds, on a busy machine many. */
const withinMs = 240_000

interface Archive {
  flavour: string
  text: { state: string; words?: number }
  editions: { ordinal: number; sha256: string }[]
}

it('a scanned letter becomes searchable after it was archived, and the record shows both editions', async () => {
  const { anna } = day
  const number = await anna.register({ from: 'Bianchi Lucia', subject: 'Richiesta di accesso agli atti', classifica: 'I.4', uor: 'Aff' })
  await anna.scan()
  await anna.confirm(number) // it is archived here, with or without text
  const archive = async () => ((await recordOf(anna, number)).documents?.[0] as { archive?: Archive } | undefined)?.archive
  const first = await archive()
  const deadline = Date.now() + withinMs
  while ((await archive())?.text.state === 'due' && Date.now() < deadline) await anna.page.waitForTimeout(250)
  const now = await archive()
  expect(now).toMatchObject({ flavour: '2u', text: { state: 'present' } })
  expect(now!.editions).toHaveLength(2)
  expect(now!.editions[0]!.sha256).toBe(first!.editions[0]!.sha256)

  await anna.hands.activate(anna.document(number).getByRole('link').first())
  const documents = anna.page.getByRole('region', { name: 'Documenti' })
  await see(documents.getByText('Testo ricercabile', { exact: true }))
  await see(documents.getByText(/^PDF\/A-2u/))
  const kept = documents.getByText('Edizioni e file conservati')
  await anna.hands.tabTo(kept)
  await anna.hands.press('Enter')
  const current = documents.getByRole('link', { name: 'Edizione 2, con testo ricercabile (corrente)' })
  const replaced = documents.getByRole('link', { name: 'Edizione 1, come scansionata (sostituita)' })
  await see(current)
  await see(replaced)
  await picture(anna.page, 'testo-ricercabile')
  const bytes = async (link: typeof current) => anna.bytes((await link.getAttribute('href'))!)
  await expectWholePDF(await bytes(current))
  expect(await wordsOf(await bytes(current))).toContain('PROVA')
  expect(await wordsOf(await bytes(replaced))).toBe('')
  for (const edition of [1, 2]) {
    const file = await bytes(documents.getByRole('link', { name: `Metadati dell’edizione ${edition} (XML)` }))
    expect(file.toString()).toContain('DocumentoAmministrativoInformatico')
  }
  await expectAccessible(anna.page)

  await until(async () => (await recordOf(anna, number)).facets.delivered, true, 'the centre has it')
  const history = anna.page.getByRole('heading', { name: 'Storia' }).locator('..')
  await see(history.getByText('Edizione con testo ricercabile'))
  await gone(documents.getByText('Testo da riconoscere'))
}, withinMs + 60_000)
