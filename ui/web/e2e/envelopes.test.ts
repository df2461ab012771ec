// A closed envelope for somebody in the house: without number, handed over with the receipt in two copies, given back and registered.

import { describe, expect, it } from 'vitest'
import { pathOf } from '../src/lib/router'
import { expectFocus, gone, picture, see } from './browser'
import { aDay } from './setup'

const day = aDay()

describe('an envelope that stays closed', () => {
  it('has no number, goes to its addressee, and keeps its arrival when it is given back', async () => {
    const { anna, station } = day
    await anna.page.goto(station.url)
    await anna.write({ from: 'Mittente di Esempio', subject: 'Busta RISERVATA' })
    await anna.hands.press('Alt+a')
    await anna.page.getByLabel('Busta', { exact: true }).selectOption('chiusa')
    await anna.hands.press('Escape')
    await anna.hands.press('F9')
    const dialog = anna.dialog('La busta resta chiusa?')
    await see(dialog.getByText('«riservata»'))
    await expectFocus(dialog.getByLabel('Per chi è'))
    expect(await dialog.getByLabel('Scritta sulla busta').inputValue()).toBe('riservata')
    await anna.hands.type('Luca Neri')
    await picture(anna.page, 'busta-chiusa')
    await anna.hands.press('Enter')
    await gone(dialog)
    const card = anna.page.getByRole('region', { name: 'Consegna interna' })
    await see(card.getByText('Busta chiusa, senza numero di protocollo'))
    expect(await anna.page.getByRole('button', { name: /^Ricevuta/ }).count(), 'a receipt of what is not registered').toBe(0)
    await anna.hands.activate(card.getByRole('button', { name: 'Consegna con ricevuta' }))
    const paper = card.getByRole('link', { name: 'Ricevuta in duplice copia' })
    await see(paper)
    const answer = await anna.page.request.get(station.url + (await paper.getAttribute('href')))
    expect([answer.status(), (await answer.body()).subarray(0, 5).toString()]).toEqual([200, '%PDF-'])
    await picture(anna.page, 'busta-consegnata')
    const record = anna.page.url()

    await anna.page.goto(station.url + pathOf('endofday'))
    await see(anna.page.getByText('In mano a Luca Neri: manca la copia firmata'))
    await picture(anna.page, 'busta-fine-giornata')
    await anna.page.goto(record)
    await anna.hands.activate(card.getByRole('button', { name: 'È tornata firmata' }))
    await see(card.getByText('firmata', { exact: true }))

    await anna.hands.activate(card.getByRole('button', { name: 'Resa dal destinatario: registra' }))
    await anna.write({ from: 'Mittente di Esempio', subject: 'Ricorso che stava nella busta' })
    expect(await anna.number()).toMatch(/^\d{7}\//)
    await anna.page.goto(record)
    await see(card.getByRole('link', { name: 'Resa dal destinatario e registrata' }))
  })

  it('stays closed by what somebody reads on it, and keeps the words', async () => {
    const { anna, station } = day
    await anna.page.goto(station.url)
    await expectFocus(anna.field('Mittente'))
    await anna.hands.press('Alt+a')
    await anna.page.getByLabel('Busta', { exact: true }).selectOption('chiusa')
    await anna.hands.activate(anna.page.getByRole('button', { name: /resta chiusa…$/ }))
    const dialog = anna.dialog('La busta resta chiusa?')
    await expectFocus(dialog.getByLabel('Per chi è'))
    await anna.hands.type('Luca Neri')
    await anna.hands.press('Enter')
    await see(dialog.getByText('Scrivi che cosa c’è sulla busta'))
    const formula = dialog.getByLabel('Scritta sulla busta')
    expect(await formula.getByRole('option').allInnerTexts()).toEqual(['scegli', 'RISERVATA', 'RISERVATO', 'PERSONALE', 'CONFIDENZIALE', 'un’altra, equivalente…'])
    await formula.selectOption('altra')
    await anna.hands.fill(dialog.getByLabel('La scritta, com’è sulla busta'), 'SUE PROPRIE MANI')
    await picture(anna.page, 'busta-formula')
    await anna.hands.press('Enter')
    await gone(dialog)
    await see(anna.page.getByText('Busta chiusa: SUE PROPRIE MANI').first())
  })
})
