// What a working day does to a desk: reloads, a station that dies, a lock, two windows. Nothing typed is lost, nothing is numbered twice.

import { describe, expect, it } from 'vitest'
import { expectFocus, gone, holds, picture, see } from './browser'
import { Clerk, recordOf } from './desk'
import { aDay } from './setup'

const day = aDay()

describe('what was typed', () => {
  it('is there again after a reload, at once', async () => {
    const { anna } = day
    await expectFocus(anna.field('Mittente'))
    await anna.hands.type('Farmacia di Esempio')
    await anna.hands.press('Enter')
    await expectFocus(anna.field('Oggetto'))
    await anna.hands.type('Turni di apertura')
    await anna.page.reload()
    await holds(anna.field('Mittente'), 'Farmacia di Esempio')
    await holds(anna.field('Oggetto'), 'Turni di apertura')
  })

  it('is there again after the station was killed and started, and gets its number', async () => {
    const { anna, station } = day
    await anna.hands.fill(anna.field('Oggetto'), 'Turni di apertura estivi')
    await anna.kept('Turni di apertura estivi')
    await station.kill()
    await station.restart()
    await anna.page.reload()
    await holds(anna.field('Oggetto'), 'Turni di apertura estivi')
    const number = await anna.number()
    expect((await recordOf(anna, number)).draft).toMatchObject({ subject: 'Turni di apertura estivi', senders: [{ name: 'Farmacia di Esempio' }] })
  })
})

describe('a lost connection', () => {
  it('is said, loses no text, and is mended by itself', async () => {
    const { anna, station } = day
    const lost = anna.bar.getByText('Collegamento perso: riprovo…')
    await anna.hands.press('Alt+m')
    await expectFocus(anna.field('Mittente'))
    await anna.hands.type('Officina di Esempio')
    await station.kill()
    await see(lost)
    await anna.hands.type(' e figli')
    await anna.hands.press('Enter')
    await expectFocus(anna.field('Oggetto'))
    await anna.hands.type('Preventivo')
    await picture(anna.page, 'collegamento-perso')
    await anna.hands.press('F9')
    await see(anna.form.getByRole('alert').getByText(/La stazione non risponde\. Quello che hai scritto resta qui\./))
    await holds(anna.field('Oggetto'), 'Preventivo')

    await station.restart()
    await gone(lost)
    await holds(anna.field('Mittente'), 'Officina di Esempio e figli')
    const number = await anna.number()
    expect((await recordOf(anna, number)).draft).toMatchObject({ subject: 'Preventivo', senders: [{ name: 'Officina di Esempio e figli' }] })

    // The feed is alive again: what another desk does appears by itself.
    const bruno = await Clerk.login(day.browser, station, station.account('operatore', 1))
    await expectFocus(bruno.field('Mittente'))
    await day.station.office.load('letter', 1)
    const other = await bruno.register({ from: 'Panificio di Esempio', subject: 'Cambio di gestione', classifica: 'I.4', uor: 'Aff' })
    await bruno.leave()
    await see(anna.page.getByRole('region', { name: 'Ultime registrazioni' }).getByText(other))
  })
})

describe('two windows with the same form', () => {
  it('give one number; the second window is told in words', async () => {
    const { anna } = day
    await anna.hands.press('Alt+m')
    await expectFocus(anna.field('Mittente'))
    await anna.write({ from: 'Notaio di Esempio', subject: 'Copia conforme' })
    await anna.kept('Copia conforme')
    const second = await anna.secondWindow()
    await holds(second.field('Oggetto'), 'Copia conforme')
    const number = await anna.number()

    await second.hands.fill(second.field('Oggetto'), 'Copia conforme, altra versione')
    await second.hands.press('F9')
    await see(second.page.getByText(/Questo modulo è già stato registrato, forse in un’altra finestra, con dati diversi\. Il primo numero è salvo\./))
    await picture(second.page, 'due-finestre')
    await holds(second.field('Oggetto'), 'Copia conforme, altra versione')
    expect(await second.shownNumber()).toBe('')
    const { hits } = await anna.json<{ hits: unknown[] }>('/api/records?testo=Copia+conforme')
    expect(hits).toHaveLength(1)
    expect((await recordOf(anna, number)).draft.subject).toBe('Copia conforme')
    await second.page.close()
  })
})

describe('the lock', () => {
  it('covers the desk, refuses a wrong password, and gives the text back', async () => {
    const { anna, station } = day
    await anna.hands.press('Alt+m')
    await expectFocus(anna.field('Mittente'))
    await anna.hands.overwrite('Circolo di Esempio')
    await anna.hands.press('Control+Alt+l')
    const lock = anna.dialog('Schermo bloccato')
    await see(lock)
    await expectFocus(lock.getByLabel('Password'))
    await gone(anna.field('Mittente'))
    await gone(anna.page.getByText('Collegamento perso'))
    await picture(anna.page, 'bloccato')
    expect(await anna.status('/api/desk')).toBe(423)
    await anna.hands.press('Escape')
    await see(lock)

    await anna.hands.type('Sbagliata.2026')
    await anna.hands.press('Enter')
    await see(lock.getByRole('alert'))
    await expectFocus(lock.getByLabel('Password'))
    await anna.hands.type(station.account('operatore').password)
    await anna.hands.press('Enter')
    await gone(lock)
    await holds(anna.field('Mittente'), 'Circolo di Esempio')
    await expectFocus(anna.field('Mittente'))
  })

  it('a session that ended asks for the password and keeps the form', async () => {
    const { anna, station } = day
    await anna.hands.press('Alt+m')
    await expectFocus(anna.field('Mittente'))
    await anna.hands.press('Enter')
    await expectFocus(anna.field('Oggetto'))
    await anna.hands.overwrite('Iscrizione al registro')
    await anna.context.clearCookies() // whatever the desk asks next finds no session: at the latest it keeps what was just typed
    const cover = anna.dialog('La sessione è finita')
    await see(cover)
    await expectFocus(cover.getByLabel('Password'))
    await anna.hands.type(station.account('operatore').password)
    await anna.hands.press('Enter')
    await gone(cover)
    await holds(anna.field('Oggetto'), 'Iscrizione al registro')
    const number = await anna.number()
    expect((await recordOf(anna, number)).draft).toMatchObject({ subject: 'Iscrizione al registro', senders: [{ name: 'Circolo di Esempio' }] })
  })
})
