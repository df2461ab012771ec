// The central system stays away for days: the letter at the counter gets a temporary label once the wait is long, and the Responsabile is told after an
// hour, a day, two and three. The trial's clock is set ahead; whoever was logged in logs in again.

import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { expectFocus, gone, picture, see, until } from './browser'
import { Clerk, codeOf } from './desk'
import { aDay } from './setup'

const day = aDay('', {}, 'demo-centre')
const letter = { from: 'Lucia Bianchi di Esempio', subject: 'Domanda di residenza' }
const withinMs = 120_000

/** The temporary label's code, and the record that it stands for. */
const known = { code: '', intakeID: 0 }

/** How many hours the trial's clock is ahead of the browser's. */
let ahead = 0

async function hoursLater(hours: number): Promise<void> {
  await day.station.office.clockAhead(hours)
  ahead += hours
}

/** Sets a page's Date ahead and nothing else: Playwright's clock would take the times of its keys too, by which a hand reader is known. */
async function dateAhead(page: Page, hours: number): Promise<void> {
  const shift = (ms: number) => {
    const { Date } = globalThis
    const now = () => Date.now() + ms
    globalThis.Date = new Proxy(Date, {
      construct: (date, args) => Reflect.construct(date, args.length > 0 ? args : [now()]) as object,
      get: (date, name) => (name === 'now' ? now : (Reflect.get(date, name) as unknown)),
    })
  }
  await page.addInitScript(shift, hours * 3_600_000)
  await page.evaluate(shift, hours * 3_600_000)
}

/** A person who logs in now, at a browser whose clock says what the station's does. */
async function comes(role: string): Promise<Clerk> {
  const who = await Clerk.arrive(day.browser, day.station)
  await dateAhead(who.page, ahead)
  await who.logIn(day.station.account(role))
  await see(who.page.getByRole('banner').or(who.page.getByRole('navigation')))
  return who
}

async function opensBy(who: Clerk, code: string): Promise<void> {
  await who.page.goto(day.station.url)
  await expectFocus(who.field('Mittente'))
  await who.hands.burst(code)
  await until(async () => new URL(who.page.url()).pathname, `/registrazioni/${known.intakeID}`, `what ${code} opens`)
}

describe('an outage that lasts', () => {
  it('has the letter wait without a temporary label at first', async () => {
    const { anna, station } = day
    await station.office.centreIs('away')
    await expectFocus(anna.field('Mittente'))
    await anna.write(letter)
    await anna.hands.press('F9')
    await see(anna.outcome.getByText('In attesa: il protocollo non risponde'))
    const { hits } = await anna.json<{ hits: { intakeID: number }[] }>(`/api/records?testo=${encodeURIComponent(letter.subject)}`)
    known.intakeID = hits[0]!.intakeID
    await anna.page.goto(`${station.url}/registrazioni/${known.intakeID}`)
    await see(anna.page.getByText(/Etichetta provvisoria disponibile dalle /))
    await gone(anna.page.getByRole('button', { name: 'Etichetta provvisoria' }))
  }, withinMs)

  it('gives it one after the wait, whose code finds the record', async () => {
    const { station } = day
    await hoursLater(1)
    const anna = await comes('operatore')
    await anna.page.goto(`${station.url}/registrazioni/${known.intakeID}`)
    const before = (await station.office.labels()).length
    await anna.hands.activate(anna.page.getByRole('button', { name: 'Etichetta provvisoria' }))
    await see(anna.notices.getByText(/Etichetta provvisoria stampata: non va in alto a destra/))
    await until(async () => (await station.office.labels()).length, before + 1, 'the labels that came out')
    known.code = await codeOf(await station.office.picture((await station.office.labels())[0]!))
    expect(known.code).toMatch(/^SGN1\.I\./)
    await picture(anna.page, 'etichetta-provvisoria')
    await opensBy(anna, known.code)
    await anna.leave()
  }, withinMs)

  for (const [later, hours, words] of [[0, 1, 'più di un’ora'], [23, 24, 'più di 24 ore'], [24, 48, 'più di 48 ore'], [24, 72, 'più di 72 ore']] as const)
    it(`tells the Responsabile after ${hours} h, and nobody at the counter`, async () => {
      const { station } = day
      if (later > 0) await hoursLater(later)
      const carla = await comes('responsabile')
      await see(carla.page.getByRole('link', { name: /avvis[oi] da vedere/ }))
      await carla.hands.press('Alt+i')
      await see(carla.page.getByRole('heading', { level: 1, name: 'Avvisi' }))
      const card = carla.page.getByRole('article', { name: 'Lettere senza numero' }).filter({ hasText: words })
      await see(card.getByText(`1 lettera attende il numero da ${words}.`, { exact: false }))
      await see(card.getByText('In corso'))
      await see(card.getByText(letter.from, { exact: false }))
      await picture(carla.page, `avviso-${hours}-ore`)
      const form = card.getByRole('form', { name: 'Ho visto: Lettere senza numero' })
      await carla.hands.fill(form.getByLabel('Nota (facoltativa)'), `Telefonato al CED, ${hours}`)
      await carla.hands.press('Enter')
      await see(card.getByText(new RegExp(`Telefonato al CED, ${hours}`)))
      await gone(form)
      await carla.leave()

      const anna = await comes('operatore')
      await gone(anna.page.getByRole('link', { name: /avvis[oi] da vedere/ }))
      expect(await anna.status('/api/alarms')).toBe(403)
      await anna.leave()
      expect(await station.office.centre()).toMatchObject({ numbers: 0 })
    }, withinMs)

  it('ends: the letter has its number, its segnatura label, and is found by both codes; the alarms are over', async () => {
    const { station } = day
    await station.office.centreIs('well')
    const anna = await comes('operatore')
    await anna.page.goto(`${station.url}/registrazioni/${known.intakeID}`)
    const again = anna.page.getByRole('button', { name: 'Riprova ora' })
    const title = anna.page.getByRole('heading', { level: 1 }).getByText('0000001')
    await see(again.or(title).first())
    if (await again.isVisible()) await anna.hands.activate(again).catch(() => {}) // the queue may have found the way back meanwhile
    await see(title)
    const before = (await station.office.labels()).length
    await anna.hands.activate(anna.page.getByRole('button', { name: /^Stampa etichetta/ }))
    await until(async () => (await station.office.labels()).length, before + 1, 'the labels that came out')
    const segnatura = await codeOf(await station.office.picture((await station.office.labels())[0]!))
    expect(segnatura).toMatch(/^SGN1\.N\./)
    for (const code of [known.code, segnatura]) await opensBy(anna, code)
    await picture(anna.page, 'etichetta-provvisoria-e-segnatura')
    await anna.leave()
    expect(await station.office.centre()).toMatchObject({ numbers: 1, alike: 0 })

    await hoursLater(1) // what is over is seen at once then, and within a minute otherwise
    const carla = await comes('responsabile')
    await carla.page.goto(`${station.url}/avvisi`)
    await carla.hands.activate(carla.page.getByRole('button', { name: 'Mostra anche quelli visti e finiti' }))
    const waited = carla.page.getByRole('article', { name: 'Lettere senza numero' })
    await until(() => waited.filter({ hasText: 'Finito' }).count(), 4, 'the alarms that are over')
    await picture(carla.page, 'avvisi-finiti')
    await carla.leave()
  }, withinMs)
})
