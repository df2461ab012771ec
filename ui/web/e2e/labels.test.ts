// Labels that do not come out, and the hand reader that reads those that did.

import { describe, expect, it } from 'vitest'
import { expectFocus, gone, holds, picture, see, until } from './browser'
import { recordOf } from './desk'
import { aDay } from './setup'

const day = aDay()

describe('a printer out of labels', () => {
  it('does not hold the registrations up, lists what waits, and prints it with F10 after new labels', async () => {
    const { anna } = day
    const { office } = day.station
    await expectFocus(anna.field('Mittente'))
    await office.trouble('printer-labels-out')
    const first = await anna.register({ from: 'Scuola di Esempio', subject: 'Elenco degli iscritti', classifica: 'I.3', uor: 'Ser' })
    await see(anna.outcome.getByText(/^Etichetta in attesa/))
    await see(anna.bar.getByText(/etichette finite — le registrazioni continuano, le etichette restano in coda/))
    const second = await anna.register({ from: 'Palestra di Esempio', subject: 'Rinnovo della concessione', classifica: 'I.3', uor: 'Ser' })
    expect(second).not.toBe(first)
    await see(anna.bar.getByRole('button', { name: /^Etichette: 2/ }))

    await anna.hands.activate(anna.bar.getByRole('button', { name: /^Etichette: 2/ }))
    const dialog = anna.dialog('Etichette da stampare')
    await see(dialog.getByText('Scuola di Esempio'))
    await see(dialog.getByText('Palestra di Esempio'))
    await picture(anna.page, 'etichette')
    await anna.hands.press('Escape')
    await gone(dialog)

    const printed = (await office.labels()).length
    await office.mend('printer-labels-out')
    await see(anna.bar.getByText('Stampante: pronta'))
    await anna.hands.press('F10')
    await see(anna.notices.getByText(new RegExp(`Scuola di Esempio — ${first}: etichetta stampata`)))
    await anna.hands.press('F10')
    await see(anna.notices.getByText(new RegExp(`Palestra di Esempio — ${second}: etichetta stampata`)))
    await gone(anna.bar.getByRole('button', { name: /Etichette:/ }))
    expect((await office.labels()).length).toBe(printed + 2)
  })

  it('asks whether a label came out when nobody can know', async () => {
    const { anna } = day
    const { office } = day.station
    await anna.hands.press('Alt+m')
    await office.trouble('printer-cut')
    const number = await anna.register({ from: 'Biblioteca di Esempio', subject: 'Prestito', classifica: 'I.3', uor: 'Ser' })
    await see(anna.outcome.getByText(/^Etichetta: esito incerto/))
    await anna.hands.press('F10')
    const dialog = anna.dialog('Etichette da stampare')
    await see(dialog.getByText('È uscita l’etichetta?'))
    await picture(anna.page, 'etichetta-incerta')
    await anna.hands.activate(dialog.getByRole('button', { name: 'No', exact: true }))
    await anna.hands.activate(dialog.getByRole('button', { name: 'Stampa', exact: true }))
    await see(dialog.getByText('Nessuna etichetta in attesa.'))
    await anna.hands.press('Escape')
    const { facets } = (await recordOf(anna, number)) as unknown as { facets: { labelled: boolean } }
    expect(facets.labelled).toBe(true)
  })
})

describe('the hand reader', () => {
  it('opens the record from within a field, and the field stays as it was', async () => {
    const { anna } = day
    await anna.hands.press('Alt+m')
    const number = await anna.register({ from: 'Museo di Esempio', subject: 'Lettera da rileggere', classifica: 'I.3', uor: 'Ser' })
    const { intakeID } = await recordOf(anna, number)
    await anna.hands.type('Teatro di Esem')
    await anna.hands.burst(`${number.slice(8)}${number.slice(0, 7)}`)
    await until(async () => new URL(anna.page.url()).pathname, `/registrazioni/${intakeID}`, 'the address')
    await see(anna.page.getByText('Lettera da rileggere').first())

    await anna.hands.press('Alt+s')
    await holds(anna.field('Mittente'), 'Teatro di Esem')
    await expectFocus(anna.field('Mittente'))
  })

  it('says in words that a code is none of ours', async () => {
    const { anna } = day
    await expectFocus(anna.field('Mittente'))
    await anna.hands.burst('20269999999')
    await see(anna.notices.getByText(/Questo codice non corrisponde a nessuna registrazione/))
    await holds(anna.field('Mittente'), 'Teatro di Esem')
  })
})
