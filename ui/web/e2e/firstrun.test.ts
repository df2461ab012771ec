// A station that nobody has configured: the page behind the printed address, the first accounts, the first letter. No pretend
// device is there; the scan is a file.

import { crc32 } from 'node:zlib'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectFocus, gone, keyboardOnly, openBrowser, picture, see } from './browser'
import { Clerk, expectWholePDF, recordOf, wordsOf } from './desk'
import { Station } from './station'

let browser: Browser
let station: Station
let clerk: Clerk

beforeAll(async () => {
  ;[browser, station] = await Promise.all([openBrowser(), Station.start('unconfigured')])
})

afterAll(async () => {
  try {
    if (clerk) await keyboardOnly(clerk.page)
  } finally {
    await browser?.close()
    await station?.stop()
  }
  expect(station?.errors.join('\n'), 'what the station logged as its own fault').toBe('')
})

const first = { user: 'elena.esempio', password: 'Prima.Chiave26' }
const own = 'Mia.Chiave.Nuova26'

describe('the first run', () => {
  it('is configured by keyboard on one page, behind the printed token', async () => {
    clerk = await Clerk.arrive(browser, station)
    const { page, hands } = clerk
    await page.goto(station.setup)
    await page.reload()
    await expectFocus(page.getByLabel('Codice IPA'))
    await hands.type('c_x999')
    const answers: [string, string][] = [
      ['Denominazione', 'Comune di Esempio Nuovo'], ['Denominazione breve', 'Comune di Esempio Nuovo'],
      ['Codice AOO', 'AOO1'], ['Nome dell’AOO', 'Area unica di esempio'],
      ['Primo numero da attribuire', '41'], ['Numero dell’atto', 'Determina 7'],
    ]
    for (const [label, text] of answers) await hands.fill(page.getByLabel(label, { exact: true }), text)
    const people: [string, string, string, string][] = [
      ['Responsabile', 'franca.esempio', 'Franca Esempio', 'Lunga.Chiave.Prima26'],
      ['Operatore di protocollo', first.user, 'Elena Esempio', first.password],
    ]
    for (const [role, user, name, password] of people) {
      const group = page.getByRole('group', { name: role, exact: true })
      await hands.fill(group.getByLabel('Nome utente'), user)
      await hands.fill(group.getByLabel('Nome e cognome'), name)
      await hands.fill(group.getByLabel('Prima password'), password)
    }
    await picture(page, 'prima-configurazione')
    await hands.activate(page.getByRole('button', { name: 'Configura la stazione' }))
    await expectFocus(page.getByLabel('Nome utente'))
  })

  it('asks for a password of one’s own at the first log-in', async () => {
    const { page, hands } = clerk
    await clerk.logIn(first)
    await see(page.getByRole('heading', { name: 'Scegli la tua password' }))
    await hands.fill(page.getByLabel('Password attuale'), first.password)
    await hands.fill(page.getByLabel('Nuova password', { exact: true }), own)
    await hands.fill(page.getByLabel('Ripeti la nuova password'), own)
    await picture(page, 'cambio-password')
    await hands.press('Enter')
    await expectFocus(clerk.field('Mittente'))
  })

  it('has no pretend device and is no trial', async () => {
    await see(clerk.bar.getByText('Scanner: nessuno configurato'))
    await see(clerk.bar.getByText('Stampante: nessuna configurata'))
    expect(await clerk.page.getByText('PROVA').count()).toBe(0)
    await clerk.hands.press('F8')
    await see(clerk.notices.getByText('Nessuno scanner è configurato. Puoi caricare i file con «Carica file».'))
  })
})

describe('the first letter', () => {
  it('gets the starting number, a label to print elsewhere, and its scan from a file', async () => {
    const { page, hands } = clerk
    await hands.press('Alt+m')
    await clerk.write({ from: 'Prefettura di Esempio', subject: 'Prima lettera della stazione' })
    const number = await clerk.number()
    expect(number.slice(0, 7)).toBe('0000041')
    await see(clerk.outcome.getByText('Etichetta non stampata'))
    await see(page.getByText(/Nessuna stampante di etichette è configurata\. La registrazione è valida/))
    await picture(page, 'senza-stampante')
    const record = await recordOf(clerk, number)
    const label = await clerk.bytes((await clerk.outcome.getByRole('link', { name: 'PDF etichetta' }).getAttribute('href'))!)
    await expectWholePDF(label)

    const scan = await sheetWith(clerk, `/api/registrations/${record.registrationID}/label.png`)
    const chooser = page.waitForEvent('filechooser')
    await hands.activate(clerk.scans.getByRole('button', { name: /^Carica file/ }))
    await (await chooser).setFiles({ name: 'lettera.png', mimeType: 'image/png', buffer: scan })

    // Printed on an ordinary printer, the label is nothing that the station knows of: a person says whose it is.
    const asks = clerk.exceptions.getByRole('group').first()
    await see(asks.or(clerk.document(number)))
    if (await asks.isVisible()) {
      await picture(page, 'caricata')
      await hands.press('Alt+e')
      await hands.tabTo(asks)
      await hands.press(await clerk.digit(asks, /Assegna alla registrazione/))
      await gone(asks)
    }
    await clerk.confirm(number)
    const pdf = await clerk.bytes((await clerk.document(number).getByRole('link', { name: 'PDF/A' }).getAttribute('href'))!)
    await expectWholePDF(pdf)
    const receipt = await wordsOf(await clerk.bytes(`/api/records/${record.intakeID}/receipt.pdf`))
    expect(receipt).not.toContain('PROVA')
    await picture(page, 'prima-lettera')
  })
})

/** A sheet of A4 at 300 dpi with some writing and the label in its upper right corner, as a PNG that says its resolution. */
async function sheetWith(c: Clerk, label: string): Promise<Buffer> {
  const base64 = await c.page.evaluate(async (url) => {
    const image = await createImageBitmap(await (await fetch(url)).blob())
    const sheet = new OffscreenCanvas(2480, 3508)
    const ink = sheet.getContext('2d')!
    ink.fillStyle = '#fff'
    ink.fillRect(0, 0, 2480, 3508)
    const scale = 300 / 203
    ink.imageSmoothingEnabled = true
    ink.drawImage(image, 2480 - image.width * scale - 60, 60, image.width * scale, image.height * scale)
    ink.fillStyle = '#222'
    ink.font = '48px serif'
    for (let i = 0; i < 24; i++) ink.fillText(`Riga ${i + 1} di una lettera di esempio, scritta per la prova.`, 240, 900 + i * 80)
    const bytes = new Uint8Array(await (await sheet.convertToBlob({ type: 'image/png' })).arrayBuffer())
    let text = ''
    for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192))
    return btoa(text)
  }, label)
  const png = Buffer.from(base64, 'base64')
  const density = Buffer.alloc(21)
  density.writeUInt32BE(9, 0)
  density.write('pHYs', 4, 'latin1')
  const perMetre = Math.round(300 / 0.0254)
  density.writeUInt32BE(perMetre, 8)
  density.writeUInt32BE(perMetre, 12)
  density.writeUInt8(1, 16)
  density.writeUInt32BE(crc32(density.subarray(4, 17)), 17)
  const afterHeader = 33 // signature and IHDR
  return Buffer.concat([png.subarray(0, afterHeader), density, png.subarray(afterHeader)])
}
