// What surrounds an emergency: the manual's rules, a register that began on paper, its rows typed in, the spreadsheet out and back, the signed
// act, the mail to the offices, and the rows with both numbers.

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gone, keyboardOnly, picture, see, until } from './browser'
import { ago, Clerk, expectWholePDF, wordsOf } from './desk'
import { aDay } from './setup'

const day = aDay('[mail]\nfrom = "protocollo@ente.example"\nto = ["settori@ente.example"]\n')
let carla: Clerk

const rows = () => carla.page.getByRole('table', { name: /^Righe del registro 1\// }).locator('tbody tr')

beforeAll(async () => {
  carla = await Clerk.login(day.browser, day.station, day.station.account('responsabile'))
  await carla.page.goto(`${day.station.url}/emergenza`)
})

afterAll(async () => {
  await keyboardOnly(carla.page)
  await carla.leave()
})

describe('the rules', () => {
  it('are those of a manual, changed within bounds, and say themselves in words', async () => {
    await carla.press('Cambia le regole…')
    const dialog = carla.dialog('Regole del registro di emergenza')
    await carla.hands.select(dialog.getByLabel('Come dice il manuale'), 'Ogni interruzione')
    await carla.hands.select(dialog.getByLabel('Campi di ogni riga'), 'gli stessi del protocollo ordinario')
    await carla.hands.fill(dialog.getByLabel('Giorni di ogni proroga'), '9')
    await carla.press('Salva le regole', dialog)
    await see(dialog.getByText(/La legge consente al più una settimana per volta\./))
    await carla.hands.fill(dialog.getByLabel('Giorni di ogni proroga'), '5')
    await picture(carla.page, 'emergenza-regole')
    await carla.press('Salva le regole', dialog)
    await gone(dialog)
    await see(carla.page.getByRole('region', { name: 'Regole' }).getByText(/Campi: gli stessi del protocollo ordinario\..*al più 5 giorni/))
    const blank = await carla.bytes('/api/emergency/blank.pdf?first=1&last=20')
    await expectWholePDF(blank)
    expect(await wordsOf(blank)).toContain('Protocollo del mittente')
  })
})

describe('a register that began on paper', () => {
  it('is opened with its earlier instant', async () => {
    await carla.press('Apri il registro…')
    const dialog = carla.dialog('Aprire il registro di emergenza')
    await carla.hands.fill(dialog.getByLabel('Causa dell’interruzione'), 'Manca la corrente')
    await carla.fillInstant(dialog, 'Interruzione dal', 90)
    await carla.hands.tabTo(dialog.getByLabel(/Aperto prima, su carta/))
    await carla.hands.press('Space')
    await carla.fillInstant(dialog, 'Aperto su carta il', 80)
    await picture(carla.page, 'emergenza-apertura-su-carta')
    await carla.press('Apri il registro', dialog)
    await gone(dialog)
    await see(carla.page.getByText(`Aperto il ${ago(80).day}, `, { exact: false }))
  })

  it('has its rows typed in, each with its own number and hour', async () => {
    await carla.press('Trascrivi da carta…')
    const dialog = carla.dialog(/^Trascrivere da carta/)
    for (const [n, minutes, subject, party] of [[1, 70, 'Turni di apertura', 'Farmacia di Esempio'], [2, 60, 'Istanza di accesso', 'Rossi Mario']] as const) {
      await carla.fillInstant(dialog, 'Data sulla riga', minutes)
      await carla.hands.fill(dialog.getByLabel('Oggetto', { exact: true }), subject)
      await carla.hands.fill(dialog.getByLabel('Mittente', { exact: true }), party)
      await carla.hands.press('Enter')
      await see(dialog.getByText(`Riga ${n} trascritta: n. ${n}/`, { exact: false }))
    }
    await picture(carla.page, 'emergenza-trascrizione')
    // A row that is earlier than the one before it is none of this sheet.
    await carla.fillInstant(dialog, 'Data sulla riga', 75)
    await carla.hands.fill(dialog.getByLabel('Oggetto', { exact: true }), 'Fuori ordine')
    await carla.hands.fill(dialog.getByLabel('Mittente', { exact: true }), 'Nessuno')
    await carla.hands.press('Enter')
    await see(dialog.getByText(/La data e l’ora della riga non vanno bene/))
    await carla.press('Ho finito', dialog)
    await until(() => rows().count(), 2, 'the rows')
    await see(rows().nth(1).getByText(/Rossi Mario · manuale/))
    await see(rows().nth(1).getByText(`ore ${ago(60).time.slice(0, 2)}`, { exact: false }).or(rows().nth(1).getByText(/^ore /)))
    await picture(carla.page, 'emergenza-righe')
  })
})

describe('the spreadsheet', () => {
  it('goes out, comes back with a fault that is said by its line, and then with a row that is recorded', async () => {
    await carla.press(/^Foglio di calcolo del registro/)
    const dialog = carla.dialog(/^Foglio di calcolo/)
    const download = carla.page.waitForEvent('download')
    await carla.press('Esporta CSV', dialog)
    const csv = await readFile(await (await download).path(), 'utf8')
    const lines = csv.trimEnd().split('\r\n')
    expect(lines).toHaveLength(3)

    const back = (name: string, content: string) => dialog.getByLabel('Foglio da confrontare').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(content) })
    await back('cambiato.csv', csv.replace('Istanza di accesso', 'Istanza di rettifica'))
    await see(dialog.getByText(/Un punto da guardare: nulla è stato registrato\./))
    const fault = dialog.getByRole('table', { name: 'Che cosa non va nel foglio' }).locator('tbody tr')
    expect(await fault.locator('td').allInnerTexts()).toEqual(['3', 'Oggetto', expect.stringContaining('il foglio dice «Istanza di rettifica», il registro «Istanza di accesso»')])
    await picture(carla.page, 'emergenza-foglio-errori')

    const titles = lines[0]!.replace(/^\uFEFF/, '').split(';').map((t) => t.replaceAll('"', ''))
    const { day: d, time } = ago(50)
    const added: Record<string, string> = { 'Data di attribuzione': `${d} ${time}:00`, 'A/P': 'A', Oggetto: 'Reclamo', Mittente: 'Bianchi Ada', Riga: '3' }
    await back('nuova.csv', `${csv}${titles.map((t) => added[t] ?? '').join(';')}\r\n`)
    await carla.press('Trascrivi la riga nuova', dialog)
    await see(dialog.getByText(/1 riga nuova è trascritta/))
    await carla.hands.press('Escape')
    await gone(dialog)
    await until(() => rows().count(), 3, 'the rows')
    await see(rows().nth(2).getByText('Reclamo'))
  })
})

describe('the desk', () => {
  it('keeps the form’s last row and the last letter in sight on a screen of 768 lines, under the register’s band', async () => {
    const { anna } = day
    await anna.page.setViewportSize({ width: 1366, height: 768 })
    await anna.register({ from: 'Neri Ada', subject: 'Istanza di subentro' })
    await see(anna.outcome.getByText('Registro di emergenza'))
    await see(anna.outcome.getByText('Etichetta stampata'))
    const bottom = async (what: Locator) => ((b) => (b ? b.y + b.height : Infinity))(await what.boundingBox())
    const bar = (await anna.bar.boundingBox())!.y
    expect(await bottom(anna.form.getByRole('button', { name: 'Svuota il modulo' }))).toBeLessThan(bar)
    expect(await bottom(anna.page.getByRole('region', { name: 'Ultime registrazioni' }).getByRole('listitem').first())).toBeLessThan(bar)
    await picture(anna.page, 'emergenza-scrivania-768')
    await anna.page.setViewportSize({ width: 1280, height: 800 })
  })
})

describe('the acts', () => {
  it('come back signed, and the offices are written to', async () => {
    const chooser = carla.page.waitForEvent('filechooser')
    await carla.press(/^Acquisisci l’atto firmato: Apertura/)
    const paper = await carla.bytes('/api/emergency/blank.pdf?first=1&last=2')
    await (await chooser).setFiles({ name: 'apertura.pdf', mimeType: 'application/pdf', buffer: paper })
    await see(carla.page.getByText(/È il documento non firmato che la stazione ha stampato/))
    const again = carla.page.waitForEvent('filechooser')
    await carla.press(/^Acquisisci l’atto firmato: Apertura/)
    // A PDF with a signature dictionary in an update of its own, as PAdES puts it; it verifies nowhere, and the station claims nothing.
    const signed = Buffer.concat([paper, Buffer.from('9999 0 obj\n<</Type /Sig /ByteRange [0 1 2 3] /Contents <00>>>\nendobj\nstartxref\n0\n%%EOF\n')])
    await (await again).setFiles({ name: 'apertura.pdf', mimeType: 'application/pdf', buffer: signed })
    await see(carla.page.getByText('Apertura: l’atto firmato è conservato.'))
    await gone(carla.page.getByRole('button', { name: /^Acquisisci l’atto firmato: Apertura/ }))
    const year = ago(80).day.slice(-4)
    expect(await wordsOf(await carla.bytes(`/api/emergency/registers/1-${year}/papers/registro`))).toMatch(/acquisito il \S+, firma non verificata/)

    const download = carla.page.waitForEvent('download')
    await carla.press(/^Mail di attivazione del registro/)
    const mail = await readFile(await (await download).path(), 'utf8')
    expect(mail).toContain('settori@ente.example')
    expect(mail).toContain('X-Unsent: 1')
  })

  it('are looked at, and replaced with a reason: the one before stays', async () => {
    const year = ago(80).day.slice(-4)
    const kept = carla.page.getByRole('list', { name: `Atti firmati del registro 1/${year}` })
    const link = kept.getByRole('link', { name: /^Vedi: Apertura/ })
    const first = await carla.bytes((await link.getAttribute('href'))!)
    expect(first.toString('latin1')).toContain('/Type /Sig /ByteRange')
    await carla.press(/^Sostituisci: Apertura/, kept)
    const form = kept.getByRole('form', { name: /^Sostituisci: Apertura/ })
    const better = Buffer.concat([first, Buffer.from('%scansione migliore\n')])
    const replace = async (content: Buffer, reason: string) => {
      await form.getByLabel('File firmato').setInputFiles({ name: 'apertura-2.pdf', mimeType: 'application/pdf', buffer: content })
      await carla.hands.fill(form.getByLabel('Motivo della sostituzione'), reason)
      await carla.hands.press('Enter')
    }
    await replace(first, 'storta')
    await see(carla.page.getByText(/stesso file|è già conservato/i))
    await replace(better, 'pagina illeggibile')
    await see(kept.getByText(/Sostituito il .*: pagina illeggibile/))
    await picture(carla.page, 'emergenza-atto-sostituito')
    // Both are still there to be looked at, and what took the other's place is what the papers name.
    await until(() => kept.getByRole('link', { name: /^Vedi: Apertura/ }).count(), 2, 'the files of the act')
    await until(() => kept.getByRole('button', { name: /^Sostituisci: Apertura/ }).count(), 1, 'those that can be replaced')
    const files = await Promise.all((await kept.getByRole('link', { name: /^Vedi: Apertura/ }).all()).map(async (l) => carla.bytes((await l.getAttribute('href'))!)))
    expect(files.map((f) => f.length).sort((a, b) => a - b)).toEqual([first.length, better.length])
    const words = await wordsOf(await carla.bytes(`/api/emergency/registers/1-${year}/papers/registro`))
    expect(words.replaceAll(' ', '')).toContain(createHash('sha256').update(better).digest('hex'))
  })

  it('end the register: closing, revocation, and both numbers on every row', async () => {
    await carla.press('Chiudi…')
    const closing = carla.dialog(/^Chiudere il registro/)
    await carla.press('Chiudi il registro', closing)
    await gone(closing)
    await see(carla.page.getByText(/Adesso la revoca: ordina il recupero/))
    await carla.press('Revoca e recupera…')
    const revoking = carla.dialog(/^Revocare l’autorizzazione/)
    await carla.press('Registra la revoca', revoking)
    await gone(revoking)
    const recover = carla.page.getByRole('button', { name: 'Recupera adesso' })
    if (await recover.isVisible()) await carla.hands.activate(recover).catch(() => {}) // it went on by itself meanwhile
    await see(carla.page.getByText(/4 registrazioni, 4 con numero ordinario/))
    const show = carla.page.getByRole('button', { name: /^Mostra le righe del registro/ })
    if (await show.isVisible()) await carla.hands.activate(show)
    await until(() => rows().getByText('recuperata').count(), 4, 'the rows with both numbers')
    await picture(carla.page, 'emergenza-recuperata')
    const year = ago(80).day.slice(-4)
    expect(await wordsOf(await carla.bytes(`/api/emergency/registers/1-${year}/papers/numeri`))).toMatch(/n\. 3\/\d{4} R\.E\. 1\/\d{4}/)
  })
})

describe('the daily register', () => {
  it('has its screen, by key', async () => {
    await carla.hands.press('Alt+o')
    await see(carla.page.getByRole('heading', { name: 'Registro giornaliero' }))
    await see(carla.page.getByText(/Il primo registro sarà qui domani\./))
    await picture(carla.page, 'registro-giornaliero')
  })
})
