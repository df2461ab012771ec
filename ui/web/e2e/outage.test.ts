// The emergency register from its opening to the ordinary numbers, all at the clerk's screen: the Responsabile signs there by the own
// password, and the clerk stays who is logged in.

import { describe, expect, it } from 'vitest'
import { gone, picture, see } from './browser'
import { recordOf } from './desk'
import { aDay } from './setup'

const day = aDay()

describe('the emergency register', () => {
  it('is opened at the clerk’s screen, numbers the letters, is closed, and gives the ordinary numbers back', async () => {
    const { anna, station } = day
    await anna.page.goto(`${station.url}/emergenza`)
    await anna.hands.activate(anna.page.getByRole('button', { name: 'Apri il registro…' }))
    const opening = anna.dialog('Aprire il registro di emergenza')
    await anna.hands.fill(opening.getByLabel('Causa dell’interruzione'), 'Linea guasta')
    await anna.sign(opening, 'Apri il registro', 'emergenza-apri-il-registro')
    await see(anna.page.getByRole('heading', { name: /^Aperto: registro 1\/\d{4}/ }))
    await see(anna.page.getByText('Firma da acquisire', { exact: true }))
    await picture(anna.page, 'emergenza-aperta')

    await anna.page.goto(station.url)
    const band = anna.page.getByText(/Registro di emergenza aperto: n\. 1\//)
    await see(band)
    const number = await anna.register({ from: 'Farmacia di Esempio', subject: 'Turni durante il guasto' })
    await see(anna.outcome.getByText('Registro di emergenza', { exact: true }))
    await picture(anna.page, 'emergenza-scrivania')
    expect(number).toMatch(/^n\.1\/(\d{4})R\.E\.1\/\1$/)
    const { intakeID } = await recordOf(anna, `0000001/${number.slice(-4)}`)
    expect((await anna.json<{ operator: string }>(`/api/records/${intakeID}`)).operator).toBe(station.account('operatore').user)

    await anna.page.goto(`${station.url}/emergenza`)
    await anna.hands.activate(anna.page.getByRole('button', { name: 'Chiudi…' }))
    await anna.sign(anna.dialog(/^Chiudere il registro/), 'Chiudi il registro', 'emergenza-chiudi-il-registro')
    await anna.hands.activate(anna.page.getByRole('button', { name: 'Revoca e recupera…' }))
    await anna.sign(anna.dialog(/^Revocare l’autorizzazione/), 'Registra la revoca', 'emergenza-registra-la-revoca')
    const recover = anna.page.getByRole('button', { name: 'Recupera adesso' })
    if (await recover.isVisible()) await anna.hands.activate(recover).catch(() => {}) // the queue may have done it meanwhile
    await see(anna.page.getByText(/1 registrazione, 1 con numero ordinario/))
    await picture(anna.page, 'emergenza-chiusa')

    await anna.page.goto(`${station.url}/registrazioni/${intakeID}`)
    await see(anna.page.getByText(/Numero ordinario \d{7}\/\d{4}/))
    await picture(anna.page, 'emergenza-registrazione')
    await anna.page.goto(station.url)
    await see(anna.page.getByRole('heading', { name: 'Scrivania' }))
    await gone(band)
  })
})
