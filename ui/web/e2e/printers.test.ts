// What keeps a label from coming out is told apart on the screen, and a desk without label printer gets its label as a PDF at once.

import { describe, expect, it } from 'vitest'
import { expectFocus, picture, see, until } from './browser'
import { aDay } from './setup'
import type { Trouble } from './station'

// Nothing listens on the discard port: a printer that is off.
const day = aDay('[[printer]]\nid = "spenta"\nname = "Stampante del retro"\nurl = "zpl://127.0.0.1:9"\n\n[[printer]]\nid = "pdf"\nname = "Senza stampante"\nurl = "pdf:"\n')

const troubles: [Trouble, RegExp][] = [
  ['printer-labels-out', /etichette finite —/],
  ['printer-head-open', /coperchio o testina aperti —/],
  ['printer-paused', /in pausa —/],
  ['printer-silent', /accesa, ma non risponde —/],
]

describe('a label printer', () => {
  it('says in plain words what ails it, and that the desk goes on', async () => {
    const { anna } = day
    const { office } = day.station
    await see(anna.bar.getByText(/spenta o scollegata —/))
    await see(anna.bar.getByText('Stampante di prova: pronta'))
    for (const [trouble, words] of troubles) {
      await office.trouble(trouble)
      await see(anna.bar.getByText(words))
      await picture(anna.page, `stampante-${trouble.slice('printer-'.length)}`)
      await office.mend(trouble)
    }
  })

  it('that is slow is neither off nor silent', async () => {
    const { anna } = day
    await see(anna.bar.getByText('Stampante di prova: pronta'))
    await day.station.office.trouble('printer-slow', 0, 9000)
    await anna.page.goto(`${day.station.url}/etichette`)
    await anna.hands.activate(anna.page.getByRole('button', { name: 'Stampa prova su Stampante di prova' }))
    await see(anna.page.getByRole('article', { name: 'Stampante di prova' }).getByText('sta ancora stampando'))
    await picture(anna.page, 'stampante-lenta')
    await see(anna.notices.getByText('Etichetta di prova stampata'))
  })

  it('that is none hands the label over as a PDF', async () => {
    const { anna } = day
    await anna.hands.tabTo(anna.page.getByRole('radio', { name: /^Stampante di prova/ }))
    await anna.hands.press('ArrowDown')
    await anna.hands.press('ArrowDown')
    await until(() => anna.page.getByRole('radio', { name: /^Senza stampante/ }).isChecked(), true, 'the PDF is chosen')
    await anna.hands.press('Alt+s')
    await expectFocus(anna.field('Mittente'))
    await see(anna.bar.getByText('Senza stampante: etichette in PDF'))
    const fetched = anna.page.waitForEvent('download')
    await anna.register({ from: 'Scuola di Esempio', subject: 'Elenco degli iscritti', classifica: 'I.3', uor: 'Ser' })
    const file = await fetched
    expect(file.suggestedFilename()).toMatch(/\.pdf$/)
    await see(anna.notices.getByText(/^Etichetta in PDF: stampala/))
    await picture(anna.page, 'etichetta-pdf')
  })
})
