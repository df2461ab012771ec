// A body that numbers its emergency register by the year and types it in at the central system itself: the year's register is set up and said anew, the
// station's own calls are given up for the sheet, and the sheet comes back with the ordinary numbers. Nothing is asked of the central system.

import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectFocus, gone, keyboardOnly, picture, see, until } from './browser'
import { ago, Clerk } from './desk'
import { aDay } from './setup'

const day = aDay('', {}, 'demo-centre')
const today = ago(0).day
const year = Number(today.slice(-4))
let carla: Clerk

const book = () => carla.page.getByRole('region', { name: `Registro 1/${year}` })
const sheet = () => carla.dialog(/^Foglio di calcolo/)

async function exportedCSV(): Promise<string> {
  const download = carla.page.waitForEvent('download')
  await carla.press('Esporta CSV', sheet())
  return readFile(await (await download).path(), 'utf8')
}

/** The sheet as a person leaves it who typed each row in at the central system: with the ordinary number and its day. */
function withNumbers(csv: string, numbers: readonly string[]): string {
  const [titles, ...rows] = csv.trimEnd().split('\r\n').map((line) => line.split(';'))
  const at = (title: string) => titles!.findIndex((t) => t.replace(/^\uFEFF/, '').replaceAll('"', '') === title)
  for (const [i, row] of rows.entries()) {
    row[at('Numero protocollo ordinario')] = numbers[i]!
    row[at('Data protocollo ordinario')] = today
  }
  return [titles!, ...rows].map((r) => `${r.join(';')}\r\n`).join('')
}

beforeAll(async () => {
  carla = await Clerk.login(day.browser, day.station, day.station.account('responsabile'))
  await carla.page.goto(`${day.station.url}/emergenza`)
})

afterAll(async () => {
  await keyboardOnly(carla.page)
  await carla.leave()
})

describe('the year’s register', () => {
  it('is set up once the rules number by the year, and said anew with a reason while nothing is in it', async () => {
    await carla.press('Cambia le regole…')
    const dialog = carla.dialog('Regole del registro di emergenza')
    await carla.hands.select(dialog.getByLabel('Come dice il manuale'), 'Registro dell\'anno, su carta e in digitale')
    await carla.press('Salva le regole', dialog)
    await gone(dialog)

    const region = carla.page.getByRole('region', { name: 'Registro dell’anno' })
    const setUp = region.getByRole('form', { name: `Predisponi il registro del ${year}` })
    const change = region.getByRole('button', { name: `Cambia il registro del ${year}` })
    await see(setUp.or(change))
    if (await setUp.isVisible()) { // in January the station may have done it by itself
      await see(region.getByText(`Il registro di emergenza del ${year} non è ancora predisposto.`))
      await carla.hands.fill(setUp.getByLabel('Dove sono le pagine di carta'), 'armadio dello sportello')
      await picture(carla.page, 'emergenza-anno')
      await carla.press(`Predisponi il registro del ${year}`, setUp)
      await see(region.getByText(`${year}: carta e foglio di calcolo, campi: undici, con indirizzo, tipo e tramite; le pagine sono in: armadio dello sportello.`, { exact: false }))
    }

    await carla.hands.activate(change.first())
    const form = region.getByRole('form', { name: `Cambia il registro del ${year}` })
    await carla.hands.select(form.getByLabel('Supporto'), 'carta')
    await carla.hands.fill(form.getByLabel('Dove sono le pagine di carta'), 'cassaforte')
    await carla.press(`Cambia il registro del ${year}`, form)
    expect(await form.getByLabel('Motivo').evaluate((e: HTMLInputElement) => e.validity.valueMissing), 'a change without a reason').toBe(true)
    await carla.hands.fill(form.getByLabel('Motivo'), 'armadio rotto')
    await picture(carla.page, 'emergenza-anno-cambiato')
    await carla.press(`Cambia il registro del ${year}`, form)
    await gone(form)
    await see(region.getByText(new RegExp(`${year}: carta, campi: undici, con indirizzo, tipo e tramite; le pagine sono in: cassaforte\\. Cambiato da .*: armadio rotto`)))
  })

  it('is what the opening follows, and cannot be said anew while it is open', async () => {
    await carla.press('Apri il registro…')
    const dialog = carla.dialog('Aprire il registro di emergenza')
    await carla.hands.fill(dialog.getByLabel('Causa dell’interruzione'), 'Guasto al centro')
    await carla.fillInstant(dialog, 'Interruzione dal', 30)
    await picture(carla.page, 'emergenza-anno-apertura')
    await carla.press('Apri il registro', dialog)
    await gone(dialog)
    await see(carla.page.getByRole('heading', { name: new RegExp(`^Aperto: registro 1/${year}`) }))
    await gone(carla.page.getByRole('button', { name: `Cambia il registro del ${year}` }))

    const { anna, station } = day
    await anna.page.goto(station.url)
    await expectFocus(anna.field('Mittente'))
    for (const [n, subject] of ['Turni durante il guasto', 'Domanda di residenza'].entries())
      expect(await anna.register({ from: 'Farmacia di Esempio', subject })).toMatch(new RegExp(`^n\\.${n + 1}/${year}R\\.E\\.1/${year}$`))
    await carla.press('Chiudi…')
    const closing = carla.dialog(/^Chiudere il registro/)
    await carla.fillInstant(closing, 'Il protocollo ha ripreso a funzionare il', 0)
    await carla.press('Chiudi il registro', closing)
    await gone(closing)
  })
})

describe('the road of the recovery', () => {
  it('warns on the sheet of a register whose numbers are asked for by call', async () => {
    await carla.press(`Foglio di calcolo del registro 1/${year}`, book())
    await see(sheet().getByText(/Solo per consultazione: i numeri si chiedono con la chiamata\./))
    await see(sheet().getByText(/ogni lettera prenderebbe due numeri/))
    expect(await sheet().getByRole('button', { name: 'Esporta per Finmatica (XML)' }).isDisabled()).toBe(true)
    await picture(carla.page, 'emergenza-foglio-per-consultazione')
    const lines = (await exportedCSV()).trimEnd().split('\r\n')
    expect(lines).toHaveLength(3)
    for (const line of lines.slice(1)) expect(line).toMatch(/^"?SOLO PER CONSULTAZIONE – i numeri si chiedono con la chiamata/)
    await carla.hands.press('Escape')
    await gone(sheet())
  })

  it('is changed for the sheet, with the reason', async () => {
    await carla.press(`Cambia la via dei numeri ordinari del registro 1/${year}`, book())
    const dialog = carla.dialog(/^Via dei numeri ordinari/)
    await see(dialog.getByText('Adesso: li chiede la stazione, una riga alla volta.'))
    await carla.hands.fill(dialog.getByLabel('Motivo'), 'si carica in «Recupero da Emergenza»')
    await picture(carla.page, 'emergenza-via')
    await carla.press('Cambia la via', dialog)
    await gone(dialog)
    await see(carla.page.getByText(`Registro 1/${year}: i numeri ordinari, una persona digita il foglio sul protocollo centrale e lo riporta con i numeri.`))
  })

  it('takes the ordinary numbers that the sheet brings back, and asks the centre for none', async () => {
    await carla.press(`Foglio di calcolo del registro 1/${year}`, book())
    await gone(sheet().getByText(/Solo per consultazione/))
    const csv = await exportedCSV()
    expect(csv).not.toContain('SOLO PER CONSULTAZIONE')
    const back = (content: string) => sheet().getByLabel('Foglio da confrontare').setInputFiles({ name: 'recupero.csv', mimeType: 'text/csv', buffer: Buffer.from(content) })
    await back(withNumbers(csv, ['4712', '4712']))
    await see(sheet().getByText(/il numero 0004712 è già alla riga 2 del foglio/))
    await picture(carla.page, 'emergenza-foglio-numero-due-volte')
    await back(withNumbers(csv, ['4711', '4712']))
    await see(sheet().getByRole('list', { name: 'Numeri ordinari che porta il foglio' }).getByText(/registrazione 2, numero ordinario 0004712/))
    await carla.press('Registra i 2 numeri ordinari', sheet())
    await until(() => sheet().getByRole('button', { name: /^Registra i/ }).count(), 0, 'numbers that are still to be recorded')
    await carla.hands.press('Escape')
    await gone(sheet())
    await see(book().getByText(/2 registrazioni, 2 con numero ordinario/))
    await picture(carla.page, 'emergenza-via-recuperata')

    const { anna, station } = day
    expect(await station.office.centre()).toMatchObject({ numbers: 0 })
    for (const words of [`0004712/${year}`, `n. 2/${year} R.E. 1/${year}`]) {
      await anna.page.goto(`${station.url}/ricerca`)
      await anna.hands.fill(anna.page.getByLabel('Parole, numero, riferimento'), words)
      await until(() => anna.page.getByRole('row').filter({ hasText: 'Domanda di residenza' }).count(), 1, `what is found by ${words}`)
    }
  })
})
