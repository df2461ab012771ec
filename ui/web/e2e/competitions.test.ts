// A concorso: a pile of applications by keyboard, the day's note, its number and its papers.

import { describe, expect, it } from 'vitest'
import { expectFocus, gone, picture, see, until } from './browser'
import { expectWholePDF, wordsOf } from './desk'
import { aDay } from './setup'

const day = aDay()

describe('a concorso', () => {
  it('is entered by keyboard', async () => {
    const { anna } = day
    await anna.hands.activate(anna.page.getByRole('link', { name: 'Concorsi' }))
    await see(anna.page.getByText('Nessun concorso inserito.'))
    await anna.hands.activate(anna.page.getByRole('button', { name: 'Nuovo concorso' }))
    const dialog = anna.dialog('Nuovo concorso, borsa o corso')
    await expectFocus(dialog.getByLabel('Bando'))
    await anna.hands.type('Concorso per 3 istruttori, D.D. 41/2026')
    await anna.hands.fill(dialog.getByRole('combobox', { name: 'Ufficio competente' }), 'Aff')
    await anna.hands.press('Enter')
    await anna.hands.fill(dialog.getByLabel('Responsabile del procedimento'), 'Luca Esempio')
    await anna.hands.fill(dialog.getByLabel('Scadenza: giorno').last(), '01/03/2026')
    await anna.hands.fill(dialog.getByLabel('ore', { exact: true }), '12:00')
    await anna.hands.tabTo(dialog.getByRole('checkbox'))
    await anna.hands.press('Space')
    await picture(anna.page, 'concorso-nuovo')
    await anna.hands.press('Tab')
    await anna.hands.press('Enter')
    await see(anna.page.getByRole('heading', { name: 'Concorso per 3 istruttori, D.D. 41/2026' }))
  })

  it('takes a pile of three, also after the closing date, and shows the same candidate', async () => {
    const { anna } = day
    const form = anna.page.getByRole('form', { name: 'Nuova domanda' })
    const name = form.getByLabel('Candidato (cognome e nome)')
    await anna.hands.tabTo(name)
    for (const [i, candidate] of ['Rossi Maria', 'Neri Luca', 'Maria ROSSI'].entries()) {
      await expectFocus(name)
      await anna.hands.type(candidate)
      await anna.hands.press('Enter', 'Enter')
      await expectFocus(form.getByLabel('Codice raccomandata'))
      await anna.hands.press('Enter')
      await anna.hands.type('28/02/2026')
      if (i === 0) await anna.hands.fill(form.getByLabel('Sigla del responsabile'), 'LE')
      if (i === 2) await see(form.getByText(/^Stesso candidato: domanda n. 1/))
      await anna.hands.press(i === 0 ? 'Enter' : 'F9')
      if (i === 0) await anna.hands.press('Enter')
      await see(form.getByText(`Domanda n. ${i + 1} salvata: ${candidate}.`))
    }
    await until(() => anna.page.getByRole('region', { name: 'Domande' }).getByRole('row').count(), 4, 'the applications in the table')
    await picture(anna.page, 'concorso')
    await anna.page.goto(`${day.station.url}/fine-giornata`)
    await see(anna.page.getByRole('region', { name: 'Concorsi, borse e corsi' }).getByText('3 domande senza nota né numero'))
    await picture(anna.page, 'fine-giornata-concorsi')
    await anna.hands.activate(anna.page.getByRole('link', { name: /^Concorso per 3/ }))
  })

  it('closes the note of the day, gives it its number and opens its papers', async () => {
    const { anna } = day
    await anna.hands.activate(anna.page.getByRole('button', { name: 'Chiudi la nota…' }))
    const dialog = anna.dialog('Chiudere la nota di oggi?')
    await see(dialog.getByText(/^3 domande entrano nella nota/))
    await anna.hands.activate(dialog.getByRole('button', { name: 'Chiudi la nota' }))
    await gone(dialog)
    await anna.hands.activate(anna.page.getByRole('button', { name: 'Protocolla la nota n. 1' }))
    const notes = anna.page.getByRole('table', { name: 'Note riepilogative' })
    await see(notes.getByRole('link', { name: /^n\. 0000001\/\d{4}$/ }))
    await picture(anna.page, 'concorso-nota')
    for (const [link, number] of [[/^Nota n. 1 in PDF/, false], [/^Copia protocollata/, true]] as const) {
      const pdf = await anna.bytes((await notes.getByRole('link', { name: link }).getAttribute('href'))!)
      await expectWholePDF(pdf)
      const words = await wordsOf(pdf)
      expect(words).toContain('Neri Luca')
      expect(words.includes('0000001')).toBe(number)
    }
    const table = (await anna.bytes((await anna.page.getByRole('link', { name: 'Domande come tabella' }).getAttribute('href'))!)).toString('utf8')
    expect(table).toContain('Maria ROSSI')
  })
})
