// A letter was registered with a wrong subject: the clerk asks, the Responsabile authorises, and everybody reads both values.

import { describe, expect, it } from 'vitest'
import { expectAccessible, expectFocus, holds, keyboardOnly, picture, see, until } from './browser'
import { Clerk } from './desk'
import { aDay } from './setup'

const day = aDay()
const withinMs = 180_000

const ask = (who: Clerk) => who.page.getByRole('button', { name: 'Chiedi rettifica o annullamento' })

describe('a registration that is wrong', () => {
  it('is corrected: asked for by the clerk, authorised by the Responsabile, with both values on the record', async () => {
    const { anna } = day
    const number = await anna.register({ from: 'Bianchi Lucia', subject: 'Ricorso avverso sanzione', classifica: 'I.4', uor: 'Aff' })
    await anna.recordScreen(number)
    await anna.hands.tabTo(ask(anna))
    await anna.hands.press('Enter')
    const dialog = anna.dialog(/^Chiedi rettifica o annullamento/)
    await expectFocus(dialog.getByLabel('Oggetto'))
    await anna.hands.overwrite('Istanza di rateazione')
    // What was typed outlives a dialog that was closed by mistake.
    await anna.hands.press('Escape')
    await anna.hands.tabTo(ask(anna))
    await anna.hands.press('Enter')
    await holds(dialog.getByLabel('Oggetto'), 'Istanza di rateazione')
    await anna.hands.tabTo(dialog.getByLabel('Motivo'))
    await anna.hands.type('Letto male sulla busta')
    await picture(anna.page, 'chiedi-rettifica')
    await expectAccessible(anna.page)
    await anna.hands.tabTo(dialog.getByRole('button', { name: 'Chiedi al Responsabile' }))
    await anna.hands.press('Enter')
    const history = anna.page.getByRole('region', { name: 'Rettifiche e annullamenti' })
    await see(history.getByText('Aspetta il Responsabile'))
    await see(history.getByRole('button', { name: 'Ritira la richiesta' }))
    await see(anna.page.getByRole('heading', { level: 2, name: 'Ricorso avverso sanzione' }))

    const boss = await Clerk.login(day.browser, day.station, day.station.account('responsabile'))
    const menu = boss.page.getByRole('link', { name: /Rettifiche e annullamenti: 1/ })
    await boss.hands.tabTo(menu)
    await boss.hands.press('Enter')
    await see(boss.page.getByRole('heading', { level: 1, name: 'Rettifiche e annullamenti' }))
    await boss.hands.tabTo(boss.page.getByRole('button', { name: 'Autorizza…' }))
    await boss.hands.press('Enter')
    await expectFocus(boss.page.getByLabel('Provvedimento n. (se c’è)'))
    await boss.hands.type('12')
    await boss.hands.press('Tab')
    await boss.hands.type('02/01/2026')
    await picture(boss.page, 'rettifiche')
    await expectAccessible(boss.page)
    await boss.hands.press('Enter')
    await see(boss.page.getByText('Niente in sospeso.'))

    // The clerk's screen follows by itself.
    await see(anna.page.getByRole('heading', { level: 2, name: 'Istanza di rateazione' }))
    await see(history.getByText('Ricorso avverso sanzione'))
    await see(history.getByText('Istanza di rateazione'))
    await see(history.getByText(/provvedimento n\. 12 del 02\/01\/2026/))
    await picture(anna.page, 'rettificata')
    for (const words of ['avverso', 'rateazione']) {
      await until(async () => (await anna.json<{ hits: unknown[] }>(`/api/records?testo=${words}`)).hits.length, 1, `${words} finds the letter`)
    }
    await keyboardOnly(anna.page)
    await keyboardOnly(boss.page)
    await boss.leave()
    await anna.page.goto(day.station.url)
  }, withinMs)

  it('is annulled by the Responsabile, with the act, in one go', async () => {
    const number = await day.anna.register({ from: 'Verdi Paolo', subject: 'Lettera per un altro ente', classifica: 'I.4', uor: 'Aff' })
    const boss = await Clerk.login(day.browser, day.station, day.station.account('responsabile'))
    await boss.recordScreen(number)
    await boss.hands.tabTo(ask(boss))
    await boss.hands.press('Enter')
    const dialog = boss.dialog(/^Chiedi rettifica o annullamento/)
    await boss.hands.tabTo(dialog.getByRole('radio', { name: /^Rettificare/ }))
    await boss.hands.press('ArrowDown')
    await boss.hands.tabTo(dialog.getByLabel('Motivo'))
    await boss.hands.type('Pervenuta per errore')
    await boss.hands.tabTo(dialog.getByLabel('Provvedimento n.'))
    await boss.hands.type('13')
    await boss.hands.press('Tab')
    await boss.hands.type('02/01/2026')
    await boss.hands.press('Enter')
    await see(boss.page.getByText('Registrazione annullata', { exact: true }))
    await keyboardOnly(boss.page)
    await boss.leave()
  }, withinMs)

  it('turns out to be for others: its exit is registered from its page, both are linked, and its subject says so', async () => {
    const { anna } = day
    const number = await anna.register({ from: 'Condominio Aurora', subject: 'Verbale di assemblea', classifica: 'I.4', uor: 'Aff' })
    await anna.recordScreen(number)
    const dialog = anna.dialog(/^Pervenuta per errore/)
    const exitForm = async () => {
      await anna.doOther('Pervenuta per errore…')
      await see(dialog.getByText('la autorizza il Responsabile', { exact: false }))
      await expectFocus(dialog.getByRole('button', { name: 'Registra l’uscita' }))
      await picture(anna.page, 'pervenuta-per-errore')
      await anna.hands.press('Enter')
      await holds(anna.field('Oggetto'), 'Verbale di assemblea')
    }
    await exitForm()
    // Who thinks better of it clears the form, and nothing happened.
    await anna.hands.activate(anna.page.getByRole('button', { name: 'Svuota il modulo' }))
    await anna.recordScreen(number)
    expect(await anna.others()).toContain('Pervenuta per errore…')
    expect(await anna.page.getByRole('region', { name: 'Rettifiche e annullamenti' }).count()).toBe(0)

    await exitForm()
    await picture(anna.page, 'pervenuta-per-errore-uscita')
    const exit = await anna.number()
    await see(anna.page.getByText('Dicitura stampata (per la busta)', { exact: false }))
    await anna.recordScreen(exit)
    await see(anna.page.getByText('testo: PERVENUTO ED APERTO PER ERRORE', { exact: false }))
    await see(anna.page.getByRole('heading', { level: 2, name: 'Verbale di assemblea – PERVENUTO PER ERRORE' }))
    await anna.recordScreen(number)
    const linked = anna.page.getByRole('region', { name: 'Registrazioni collegate' })
    await see(linked.getByRole('link', { name: exit }))
    await see(linked.getByText('con cui è stata rispedita', { exact: false }))
    const history = anna.page.getByRole('region', { name: 'Rettifiche e annullamenti' })
    await see(history.getByText('Aspetta il Responsabile'))
    await see(history.getByText('Pervenuta per errore: non è nostra', { exact: false }))
    expect(await anna.others()).not.toContain('Pervenuta per errore…')
    await picture(anna.page, 'pervenuta-per-errore-chiesta')
    await expectAccessible(anna.page)

    const boss = await Clerk.login(day.browser, day.station, day.station.account('responsabile'))
    await boss.recordScreen(number)
    await boss.hands.tabTo(boss.page.getByRole('button', { name: 'Autorizza…' }))
    await boss.hands.press('Enter')
    await expectFocus(boss.page.getByLabel('Provvedimento n. (se c’è)'))
    await boss.hands.press('Enter')
    await see(boss.page.getByRole('heading', { level: 2, name: 'Verbale di assemblea – PERVENUTO PER ERRORE' }))
    await see(anna.page.getByRole('heading', { level: 2, name: 'Verbale di assemblea – PERVENUTO PER ERRORE' }))
    await keyboardOnly(boss.page)
    await boss.leave()
    await anna.page.goto(day.station.url)
  }, withinMs)
})
