// The time-stamping authority is late, away, or answers wrongly: a plico is taken in and labelled all the same, the screens say why its mark is missing, nothing
// wrong is kept as one; and once the authority is right its mark arrives, which OpenSSL verifies.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectFocus, gone, picture, see, until } from './browser'
import { Clerk, expectToken } from './desk'
import { aDay } from './setup'
import type { AuthorityWay } from './station'

const day = aDay()

/** The Responsabile, who stands before «Avvisi» all the while. */
let carla: Clerk

beforeAll(async () => {
  carla = await Clerk.login(day.browser, day.station, day.station.account('responsabile'))
  await carla.page.goto(`${day.station.url}/avvisi`)
  await day.anna.hands.press('Alt+p')
  await see(day.anna.page.getByRole('heading', { name: 'Istanti in attesa del modulo: 0' }))
})

afterAll(() => day.station.office.authorityIs('well'))

interface Plico {
  id: number
  stamp?: { token?: { serial: string }; refusals?: number; fault?: string }
}

const faults: { way: Exclude<AuthorityWay, 'well'>; says: string; answered: boolean }[] = [
  { way: 'slow', says: 'Il servizio di marcatura non ha risposto in tempo', answered: false },
  { way: 'away', says: 'Il servizio di marcatura non ha risposto', answered: false },
  { way: 'nonce', says: 'La marca arrivata è stata scartata perché risponde a un’altra richiesta', answered: true },
  { way: 'imprint', says: 'La marca arrivata è stata scartata perché è di un altro documento', answered: true },
  { way: 'expired', says: 'La marca arrivata è stata scartata perché il suo certificato è scaduto o non ancora valido', answered: true },
  { way: 'sha1', says: 'La marca arrivata è stata scartata perché è firmata con una tecnica non più sicura', answered: true },
  { way: 'key', says: 'La marca arrivata è stata scartata perché la sua firma non è valida', answered: true },
]

describe('a time-stamping authority that cannot be relied on', () => {
  it.each(faults)('$way: holds nothing up, and no wrong mark is kept', async ({ way, says, answered }) => {
    const { anna, station } = day
    await station.office.authorityIs(way)
    const labels = (await station.office.labels()).length

    // The handover and its label.
    await anna.hands.press('F6')
    await see(anna.dialog('Istante di ricezione').getByText('È al sicuro: il modulo può aspettare.'))
    await anna.hands.press('Enter')
    const instant = anna.page.getByRole('region', { name: 'Istanti in attesa' }).getByRole('listitem')
    await anna.hands.activate(instant.getByRole('button', { name: 'Ho ricevuto' }))
    const card = anna.page.getByRole('region', { name: /^Plico / }).filter({ has: anna.page.getByRole('button', { name: 'Salva e stampa l’etichetta' }) })
    await see(card)
    const code = (await card.getAttribute('aria-label'))!.replace('Plico ', '')
    const plico = anna.page.getByRole('region', { name: `Plico ${code}`, exact: true })
    await anna.hands.fill(plico.getByLabel('Mittente'), `Ditta ${way}`)
    await anna.hands.activate(plico.getByRole('button', { name: 'Salva e stampa l’etichetta' }))
    await until(async () => (await station.office.labels()).length, labels + 1, 'the labels')
    await expectFocus(plico.getByRole('button', { name: /^Fatto, vai al successivo/ }))

    // Why its mark is missing, at the desk and before the Responsabile.
    await see(plico.getByText(`Marca temporale: manca. ${says}; si riprova da sé.`))
    const time = carla.page.getByRole('region', { name: 'Ora certa' })
    await see(time.getByText(`${says}; si riprova da sé.`))
    await plico.scrollIntoViewIfNeeded()
    await picture(anna.page, `marca-${way}`)
    await picture(carla.page, `marca-${way}-avvisi`)

    // Nothing of it is kept as a mark.
    const kept = async () => anna.json<Plico>(`/api/bids/plichi?code=${encodeURIComponent(code)}`)
    const { id, stamp } = await kept()
    expect(stamp?.token).toBeUndefined()
    expect(stamp?.refusals ?? 0).toBe(answered ? 1 : 0)
    expect(await anna.status(`/api/bids/plichi/${id}/timestamp.zip`)).toBe(404)
    const download = plico.getByRole('link', { name: /^Scarica la marca/ })
    expect(await download.count()).toBe(0)

    // The authority is set right, and somebody who knows it asks.
    await station.office.authorityIs('well')
    await carla.hands.activate(time.getByRole('button', { name: 'Chiedi adesso le marche in attesa' }))
    await see(plico.getByText(/^Marca temporale del /))
    await see(time.getByText('Nessuna marca in attesa.'))
    await gone(plico.getByText('manca'))
    await expectToken(await anna.bytes((await download.getAttribute('href'))!))
    expect((await kept()).stamp?.token?.serial).toMatch(/^[0-9A-F]+$/)
    expect(station.errors).toEqual([])
  })
})
