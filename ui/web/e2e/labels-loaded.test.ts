// Labels of another size, and none, are said before anything is printed: of a printer that speaks ZPL and of one that speaks IPP, each told apart. The letter
// has its number all the same, and its label waits.

import { afterAll, describe, expect, it } from 'vitest'
import { gone, picture, see, until } from './browser'
import { IPPPrinter } from './ippprinter'
import { aDay } from './setup'

const ipp = await IPPPrinter.open()
const day = aDay(`[[printer]]\nid = "ipp"\nname = "Etichettatrice IPP"\nurl = "${ipp.url}"\ndpi = 203\nlabel = "100x50"\n`)

afterAll(() => ipp.close())

const wrong = 'etichette di un’altra misura'
const none = 'etichette finite'

describe('what is loaded', () => {
  it('in a ZPL printer is known before a label is sent, which then waits', async () => {
    const { anna, station } = day
    for (const [trouble, words] of [['printer-other-labels', wrong], ['printer-labels-out', none]] as const) {
      const before = (await station.office.labels()).length
      await station.office.trouble(trouble)
      await see(anna.bar.getByText(new RegExp(`${words} —`)))
      await anna.register({ from: 'Scuola di Esempio', subject: `Invio ${trouble}`, classifica: 'I.3', uor: 'Ser' })
      await picture(anna.page, `caricate-${trouble}`)
      await anna.page.goto(`${station.url}/etichette`)
      const row = anna.page.getByRole('listitem').filter({ hasText: `Invio ${trouble}` })
      await see(row.getByText(`Etichetta in attesa: ${words}`))
      const card = anna.page.getByRole('article', { name: 'Stampante di prova' })
      await see(card.getByText(words, { exact: true }))
      if (words === wrong) await see(card.getByText('ha etichette di altezza 25 mm'))
      await picture(anna.page, `etichette-${trouble}`)
      expect((await station.office.labels()).length, 'labels that came out').toBe(before)

      await station.office.mend(trouble)
      await see(card.getByText('pronta', { exact: true }))
      if (words === wrong) await see(card.getByText('ha etichette di altezza 50 mm'))
      await anna.hands.press('F10')
      await until(async () => (await station.office.labels()).length, before + 1, 'labels that came out')
      await gone(row)
      await anna.page.goto(station.url)
    }
  })

  it('in an IPP printer is known before it is given a job', async () => {
    const { anna, station } = day
    await anna.page.goto(`${station.url}/etichette`)
    const card = anna.page.getByRole('article', { name: 'Etichettatrice IPP' })
    await see(card.getByText('pronta', { exact: true }))
    await see(card.getByText('ha etichette di 100×50 mm'))
    for (const [how, words] of [['misura', wrong], ['finite', none]] as const) {
      if (how === 'misura') ipp.loaded = [62, 29]
      else ipp.reasons = ['media-empty-error']
      await see(card.getByText(words, { exact: true }))
      if (how === 'misura') await see(card.getByText('ha etichette di 62×29 mm'))
      await anna.hands.activate(anna.page.getByRole('button', { name: 'Stampa prova su Etichettatrice IPP' }))
      await see(anna.notices.getByText(words))
      await picture(anna.page, `ipp-${how}`)
      ipp.loaded = [100, 50]
      ipp.reasons = []
      await see(card.getByText('pronta', { exact: true }))
    }
    expect(ipp.asked, 'what it was asked for beside how it is').toEqual([])
  })
})
