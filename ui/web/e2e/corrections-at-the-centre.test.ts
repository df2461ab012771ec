// A wrong subject where a central system numbers whose contract takes corrections (P.I.Tre.): the clerk asks, the Responsabile authorises, the station
// calls. Nothing holds before the centre's yes, and its no is told. What the centre really holds is asked of it.

import { describe, expect, it } from 'vitest'
import { expectAccessible, holds, picture, see, until } from './browser'
import { Clerk, recordOf } from './desk'
import { aDay } from './setup'

const day = aDay('', {}, 'demo-pitre')
const withinMs = 180_000

const there = async (subject: string) => (await day.station.office.centre()).entries.filter((e) => e.subject === subject).length
const requests = (who: Clerk) => who.page.getByRole('region', { name: 'Rettifiche e annullamenti' })
const reads = (who: Clerk, subject: string) => see(who.page.getByRole('heading', { level: 2, name: subject, exact: true }))

/** The clerk registers a letter and asks for another subject of it, on its page; the Responsabile, who is returned, has that page open too. */
async function asks(from: string, wrong: string, subject: string): Promise<Clerk> {
  const { anna, browser, station } = day
  await anna.page.goto(station.url)
  const number = await anna.register({ from, subject: wrong, classifica: 'I.4', uor: 'Aff' })
  const page = `${station.url}/registrazioni/${(await recordOf(anna, number)).intakeID}`
  await anna.page.goto(page)
  await anna.hands.activate(anna.page.getByRole('button', { name: 'Chiedi rettifica o annullamento' }))
  const dialog = anna.dialog(/^Chiedi rettifica o annullamento/)
  await see(dialog.getByText('cambiano a mano sul protocollo centrale', { exact: false }))
  await anna.hands.overwrite(subject)
  await holds(dialog.getByLabel('Oggetto'), subject)
  await anna.hands.fill(dialog.getByLabel('Motivo'), 'Letto male sulla busta')
  await anna.hands.activate(dialog.getByRole('button', { name: 'Chiedi al Responsabile' }))
  await see(requests(anna).getByText('Aspetta il Responsabile'))
  const boss = await Clerk.login(browser, station, station.account('responsabile'))
  await boss.page.goto(page)
  return boss
}

async function authorises(boss: Clerk): Promise<void> {
  await boss.hands.activate(requests(boss).getByRole('button', { name: 'Autorizza…' }))
  await boss.hands.press('Enter')
}

describe('a correction that the central system takes', () => {
  it('holds when the centre says so, and both read it', async () => {
    const { anna } = day
    const boss = await asks('Bianchi Lucia', 'Ricorso avverso sanzione', 'Istanza di rateazione')
    await reads(anna, 'Ricorso avverso sanzione')
    expect([await there('Ricorso avverso sanzione'), await there('Istanza di rateazione')]).toEqual([1, 0])
    await authorises(boss)
    await reads(boss, 'Istanza di rateazione')
    await reads(anna, 'Istanza di rateazione')
    await see(requests(anna).getByText('Fatta', { exact: true }))
    expect([await there('Ricorso avverso sanzione'), await there('Istanza di rateazione')]).toEqual([0, 1])
    await picture(anna.page, 'rettifica-al-centro')
    await expectAccessible(anna.page)
    await boss.leave()
  }, withinMs)

  it('is told when the centre says no, stays as it was, and may be asked again', async () => {
    const { anna, station } = day
    const boss = await asks('Verdi Paolo', 'Domanda di accesso', 'Domanda di riesame')
    await station.office.centreIs('rejects')
    await authorises(boss)
    for (const who of [boss, anna]) {
      await see(requests(who).getByText('Il protocollo ha detto no', { exact: true }))
      await see(requests(who).getByText('il registro non c’è', { exact: false }))
      await reads(who, 'Domanda di accesso')
    }
    await picture(boss.page, 'rettifica-rifiutata-dal-centro')
    expect([await there('Domanda di accesso'), await there('Domanda di riesame')]).toEqual([1, 0])

    await station.office.centreIs('well')
    await boss.hands.activate(requests(boss).getByRole('button', { name: 'Richiedi ora' }))
    await reads(anna, 'Domanda di riesame')
    expect([await there('Domanda di accesso'), await there('Domanda di riesame')]).toEqual([0, 1])
    await boss.leave()
  }, withinMs)

  it('is doubtful when the answer is lost, and asked again it is done once', async () => {
    const { anna, station } = day
    const boss = await asks('Neri Luca', 'Denuncia di infortunio', 'Denuncia di sinistro')
    await station.office.centreIs('loses')
    await authorises(boss)
    await see(requests(boss).getByText('Richiesta, esito da verificare', { exact: true }))
    await reads(anna, 'Denuncia di infortunio')
    await picture(boss.page, 'rettifica-senza-risposta')
    await station.office.centreIs('well')
    await boss.hands.activate(requests(boss).getByRole('button', { name: 'Richiedi ora' }))
    await reads(anna, 'Denuncia di sinistro')
    await until(() => there('Denuncia di sinistro'), 1, 'one document at the centre')
    expect((await station.office.centre()).alike).toBe(0)
    await boss.leave()
    await anna.page.goto(station.url)
  }, withinMs)
})
