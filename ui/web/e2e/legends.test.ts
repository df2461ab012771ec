// The catalogue of legends: the Responsabile adds an entry and takes it back; nobody prints what is not in it.

import { describe, expect, it } from 'vitest'
import { pathOf } from '../src/lib/router'
import { gone, picture, see } from './browser'
import { Clerk } from './desk'
import { aDay } from './setup'

const day = aDay()

describe('the catalogue of legends', () => {
  it('lists every entry, takes one more with its act, and lets it go', async () => {
    const browser = day.anna.context.browser()!
    const rita = await Clerk.login(browser, day.station, day.station.account('responsabile'))
    await rita.page.goto(`${day.station.url}/impostazioni`)
    const panel = rita.page.getByRole('region', { name: 'Diciture' })
    await see(panel.getByText('PERVENUTO ED APERTO PER ERRORE', { exact: true }))
    await rita.hands.fill(panel.getByLabel('Codice'), '1')
    await rita.hands.fill(panel.getByLabel('Testo esatto'), 'PERVENUTO SENZA BUSTA')
    await rita.hands.fill(panel.getByLabel('Articolo o atto'), 'Disposizione n. 4/2026')
    await rita.hands.press('Enter')
    const entry = panel.getByText('PERVENUTO SENZA BUSTA', { exact: true })
    await see(entry)
    await picture(rita.page, 'diciture')
    const codes = async () => ((await day.anna.json<{ legends: { code: string }[] }>('/api/legends')).legends).map((l) => l.code)
    expect(await codes()).toContain('E-1')
    const versions = panel.getByRole('table', { name: 'Versioni delle diciture aggiunte' }).getByRole('row')
    await day.anna.page.goto(day.station.url)
    await day.anna.write({ from: 'Mittente di Esempio', subject: 'Lettera senza busta' })
    const record = pathOf('record', await registered())
    await day.anna.page.goto(day.station.url + record)
    await day.anna.doOther('Dicitura')
    await day.anna.dialog('Dicitura').getByLabel('Dicitura del catalogo').selectOption('E-1')
    await day.anna.hands.activate(day.anna.dialog('Dicitura').getByRole('button', { name: 'Stampa' }))
    await see(day.anna.page.getByText('testo: PERVENUTO SENZA BUSTA · versione delle regole: 1'))

    await rita.hands.activate(panel.getByRole('button', { name: 'Cambia E-1' }))
    await rita.hands.fill(panel.getByLabel('Testo esatto'), 'PERVENUTO APERTO, SENZA BUSTA')
    await rita.hands.press('Enter')
    await see(versions.nth(1).getByText('PERVENUTO APERTO, SENZA BUSTA'))
    await see(versions.nth(1).getByText('nessuna'))
    await see(versions.nth(2).getByText('PERVENUTO SENZA BUSTA'))
    await see(versions.nth(2).getByText('l’ultima il'))
    await picture(rita.page, 'diciture-versioni')
    await rita.hands.activate(panel.getByRole('button', { name: 'Togli E-1 dal catalogo' }))
    await gone(panel.getByRole('button', { name: 'Togli E-1 dal catalogo' }))
    expect(await codes()).not.toContain('E-1')
    expect(await versions.count()).toBe(3)
    await rita.context.close()
  })

  async function registered(): Promise<number> {
    await day.anna.number()
    return (await day.anna.json<{ hits: { intakeID: number }[] }>('/api/records?limite=1')).hits[0]!.intakeID
  }

  async function annul(boss: Clerk): Promise<void> {
    await boss.hands.activate(boss.page.getByRole('button', { name: 'Chiedi rettifica o annullamento' }))
    const dialog = boss.dialog(/^Chiedi rettifica o annullamento/)
    await boss.hands.tabTo(dialog.getByRole('radio', { name: /^Rettificare/ }))
    await boss.hands.press('ArrowDown')
    await boss.hands.fill(dialog.getByLabel('Motivo'), 'Pervenuta per errore')
    await boss.hands.fill(dialog.getByLabel('Provvedimento n.'), '12')
    await boss.hands.press('Tab')
    await boss.hands.type('02/01/2026')
    await boss.hands.press('Enter')
    await see(boss.page.getByText('Registrazione annullata', { exact: true }))
  }

  it('puts «annullato» with its act on what is annulled, and on nothing else', async () => {
    const { anna, station } = day
    const rita = await Clerk.login(anna.context.browser()!, station, station.account('responsabile'))
    await anna.page.goto(station.url)
    await anna.write({ from: 'Mittente di Esempio', subject: 'Lettera da annullare' })
    const id = await registered()
    await anna.page.goto(station.url + pathOf('record', id))
    expect((await anna.others()).filter((o) => o.startsWith('Dicitura'))).toEqual(['Dicitura'])
    await rita.page.goto(station.url + pathOf('record', id))
    await annul(rita)
    await see(anna.page.getByText('Registrazione annullata', { exact: true }))
    await anna.doOther('Dicitura «annullato»')
    const dialog = anna.dialog('Dicitura')
    await see(dialog.getByText('DPR 445/2000, art. 54'))
    expect(await dialog.getByRole('option').allInnerTexts()).toEqual(['L-12 annullato'])
    await picture(anna.page, 'dicitura-annullato')
    await anna.hands.activate(dialog.getByRole('button', { name: 'Stampa' }))
    await gone(dialog)
    await see(anna.page.getByText(/dicitura: L-12 · testo: annullato il .* provvedimento n\. 12 del/))
    await rita.context.close()
  })
})
