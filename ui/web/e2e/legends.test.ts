// The catalogue of legends: the Responsabile adds an entry and takes it back; nobody prints what is not in it.

import { describe, expect, it } from 'vitest'
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
    await rita.hands.activate(panel.getByRole('button', { name: 'Togli E-1 dal catalogo' }))
    await gone(entry)
    expect(await codes()).not.toContain('E-1')
    await rita.context.close()
  })
})
