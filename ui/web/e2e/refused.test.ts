// Letters that the central system refuses before they have a number: one is corrected and asked for again, one is given up because it was
// registered otherwise. What the central system really holds is asked of it.

import { describe, expect, it } from 'vitest'
import { pathOf } from '../src/lib/router'
import { expectFocus, gone, picture, see, until } from './browser'
import { Clerk, type Letter } from './desk'
import { aDay } from './setup'

const day = aDay('', {}, 'demo-centre')

/** Registers a letter that the centre refuses, and opens its record. */
async function refused(letter: Letter): Promise<string> {
  const { anna, station } = day
  await station.office.centreIs('rejects')
  await anna.page.goto(station.url)
  const before = await anna.shownNumber()
  await anna.write(letter)
  await anna.hands.press('F9')
  await until(async () => (await anna.shownNumber()) !== before, true, 'a «Ricezione n.»')
  const code = await anna.shownNumber()
  await station.office.centreIs('well')
  await open(anna, letter.subject)
  await see(anna.page.getByText('Il protocollo ha rifiutato il numero ordinario.'))
  return code
}

async function open(c: Clerk, subject: string): Promise<void> {
  const { hits } = await c.json<{ hits: { intakeID: number }[] }>(`/api/records?testo=${encodeURIComponent(subject)}`)
  await c.page.goto(c.station.url + pathOf('record', hits[0]!.intakeID))
}

const there = async (subject: string) => (await day.station.office.centre()).entries.filter((e) => e.subject === subject).length

describe('a letter that the central system refused', () => {
  it('is corrected, asked for again, and has one number', async () => {
    const { anna } = day
    await refused({ from: 'Banca di Esempio', subject: 'Estratto conto sbagliato' })
    await picture(anna.page, 'rifiutata')
    await anna.hands.activate(anna.page.getByRole('button', { name: 'Correggi e chiedi di nuovo' }))
    await expectFocus(anna.field('Mittente'))
    await anna.hands.fill(anna.field('Oggetto'), 'Estratto conto giusto')
    await picture(anna.page, 'rifiutata-correzione')
    expect(await anna.number()).toMatch(/^\d{7}\//)
    expect([await there('Estratto conto sbagliato'), await there('Estratto conto giusto')]).toEqual([0, 1])
    await open(anna, 'Estratto conto giusto')
    await see(anna.page.getByText('Estratto conto sbagliato'))
    await picture(anna.page, 'rifiutata-corretta')
  })

  it('is given up by whoever decides, with the reason, and nobody asks for it any more', async () => {
    const code = await refused({ from: 'Vivaio di Esempio', subject: 'Fornitura ritirata' })
    const carla = await Clerk.login(day.browser, day.station, day.station.account('responsabile'))
    await open(carla, 'Fornitura ritirata')
    await carla.hands.activate(carla.page.getByRole('button', { name: 'Chiudi senza numero…' }))
    const dialog = carla.dialog('Chiudere senza numero?')
    await carla.hands.fill(dialog.getByLabel('Motivo'), 'Ritirata dal mittente allo sportello')
    await picture(carla.page, 'rifiutata-chiusura')
    await carla.hands.activate(dialog.getByRole('button', { name: 'Chiudi senza numero' }))
    await gone(dialog)
    await see(carla.page.getByText('Ritirata dal mittente allo sportello'))
    expect(await carla.page.getByRole('button', { name: /^Chiedi di nuovo/ }).count(), `a way to ask for ${code}`).toBe(0)
    expect(await there('Fornitura ritirata')).toBe(0)
    await picture(carla.page, 'rifiutata-chiusa')
  })
})
