// The same way of a letter with every kind of scanner that an office has: registered, labelled, scanned, joined, confirmed, archived. Only
// where the pages come from changes; those that bear no label of ours are assigned by hand.

import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectAccessible, expectFocus, gone, picture, see, until } from './browser'
import { Clerk, expectWholePDF, pagesOf, recordOf } from './desk'
import { aDay } from './setup'
import { root } from './station'

const execute = promisify(execFile)

// What the machine has, in a folder of its own: SANE's configuration, a page for its file reader, folders that machines scan into.
const machine = mkdtempSync(join(tmpdir(), 'segnatura-e2e-scanner-'))
const at = (name: string) => join(machine, name)
for (const dir of ['sane', 'copiatrici', 'copiatrici/Piano terra', 'fax']) mkdirSync(at(dir))
writeFileSync(at('sane/dll.conf'), 'test\npnm\nairscan\n')
writeFileSync(at('sane/test.conf'), 'number_of_devices 1\ngeometry_max 432.0\nresolution_max 1200.0\ntest-picture "Grid"\n')
writeFileSync(at('sane/airscan.conf'), '[options]\ndiscovery = disable\nws-discovery = off\n')

const day = aDay(
  `
[[scanner]]
id = "sane-test"
name = "Banco di prova"
device = "test:0"

[[scanner]]
id = "sane-pnm"
name = "Pagina vera"
device = "pnm:0"
options = { filename = "${at('pagina.pgm')}" }

[[scanner]]
id = "airscan"
name = "Multifunzione"
device = "airscan:e0:officesim"

[[hotfolder]]
id = "copiatrici"
name = "Copiatrici"
dir = "${at('copiatrici')}"
subfolders = true

[[hotfolder]]
id = "fax"
name = "Fax"
dir = "${at('fax')}"
kind = "fax"
`,
  { SANE_CONFIG_DIR: at('sane') },
)

/** A page for SANE's reader of files: one that somebody really scanned, where the shared material is here, else a drawn one. */
async function putPage(): Promise<void> {
  const real = resolve(process.env['SEGNATURA_SHARED'] ?? join(root, '../shared'), 'corpus/barcodes/docs__issue373.pdf')
  if (existsSync(real)) {
    await execute('pdftoppm', ['-r', '150', '-gray', '-f', '1', '-singlefile', real, at('pagina')])
    return
  }
  const [width, height] = [1240, 1754]
  const pixels = Buffer.alloc(width * height, 250)
  for (let y = 200; y < 1500; y += 40) for (let x = 150; x < 1050; x += 30) for (let i = 0; i < 16; i++) pixels.fill(20, (y + i) * width + x, (y + i) * width + x + 18)
  writeFileSync(at('pagina.pgm'), Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), pixels]))
}

interface Profile {
  name: string
  key: string
  scanner: string
  settings: object
}

const profiles: Profile[] = [
  { name: 'Lettere', key: 'F8', scanner: 'scanner-di-prova', settings: { input: 'feeder', colorMode: 'grey', resolution: 300 } },
  { name: 'Dal vetro', key: 'Shift+F8', scanner: 'sane-test', settings: { input: 'platen', colorMode: 'grey', resolution: 100, pageSize: 'A4' } },
  { name: 'Pagina vera', key: 'Ctrl+F8', scanner: 'sane-pnm', settings: { input: 'platen', resolution: 150 } },
  { name: 'Multifunzione', key: 'Alt+F8', scanner: 'airscan', settings: { input: 'feeder', colorMode: 'grey', resolution: 150, pageSize: 'A4' } },
]

let carla: Clerk

beforeAll(async () => {
  await putPage()
  const address = await day.station.office.scannerURL()
  writeFileSync(at('sane/airscan.conf'), `[devices]\nofficesim = ${address}, eSCL\n[options]\ndiscovery = disable\nws-discovery = off\n`)
  carla = await Clerk.login(day.browser, day.station, day.station.account('responsabile'))
  for (const p of profiles) {
    let device: string | undefined
    await until(async () => !!(device = (await carla.json<{ device?: string }>(`/api/scanners/${p.scanner}`)).device), true, `${p.scanner} answers`)
    const answer = await carla.context.request.put(`${day.station.url}/api/scan-profiles`, { data: { name: p.name, key: p.key, device, deviceName: p.scanner, settings: p.settings } })
    expect(answer.status(), p.name).toBe(200)
  }
  await see(day.anna.scans.getByRole('button', { name: /^Scansiona: Lettere/ }))
}, 60_000)

afterAll(async () => {
  await carla?.leave()
  await rm(machine, { recursive: true, force: true })
})

/** Confirms a document, looking at each page that is flagged, and holds its archive to what it should be. */
async function confirmed(number: string, pages: number): Promise<void> {
  const { anna } = day
  const card = anna.document(number)
  await see(card.getByText('Da confermare'))
  await anna.hands.tabTo(card.getByRole('button', { name: /^Conferma qualità/ }))
  await anna.hands.press('Alt+c')
  const good = anna.page.getByRole('button', { name: /^Questa pagina va bene/ })
  const archived = card.getByText('Archiviato', { exact: true })
  await see(good.or(archived).or(card.getByText('In archiviazione')))
  while ((await good.count()) > 0) {
    if ((await good.getAttribute('aria-disabled')) === 'true') continue
    await anna.hands.press('Space')
    const confirm = anna.page.getByRole('button', { name: /^Conferma il documento/ })
    if (await confirm.isEnabled().catch(() => false)) await anna.hands.press('Enter')
  }
  await see(archived)
  const pdf = await anna.bytes((await card.getByRole('link', { name: 'PDF/A' }).getAttribute('href'))!)
  await expectWholePDF(pdf)
  expect(await pagesOf(pdf)).toBe(pages)
  expect((await recordOf(anna, number)).documents).toHaveLength(1)
}

/** Answers the one exception that waits with a registration. */
async function assigned(number: string, words?: RegExp): Promise<void> {
  const { anna } = day
  const card = anna.exceptions.getByRole('group').first()
  await see(card)
  if (words) await see(card.getByText(words))
  await anna.hands.press('Alt+e')
  await anna.hands.fill(card.getByLabel('Numero di protocollo'), number)
  await anna.hands.press('Enter')
  await see(card.getByRole('radio', { name: new RegExp(number) }))
  await anna.hands.press('Alt+e')
  await expectFocus(card)
  await anna.hands.press(await anna.digit(card, /Assegna alla registrazione/))
  await see(anna.document(number))
  await see(anna.exceptions.getByText('Niente da decidere.'))
}

async function registered(subject: string, key = 'F9'): Promise<string> {
  const { anna } = day
  await anna.hands.press('Alt+m')
  return anna.register({ from: 'Cittadino di Esempio', subject, classifica: 'I.4', uor: 'Aff' }, key)
}

describe('a letter goes its whole way', () => {
  it('through an eSCL scanner of the network', async () => {
    await day.station.office.load('letter', 2)
    const number = await registered('Scanner di rete')
    await day.anna.scan('F8')
    await confirmed(number, 2)
  })

  it("through SANE's test device, whose page has no label", async () => {
    const number = await registered('Banco di prova di SANE', 'Shift+F9')
    await day.anna.scan('Shift+F8')
    await assigned(number)
    await confirmed(number, 1)
  })

  it('through SANE from a page that was really scanned', async () => {
    const number = await registered('Pagina vera', 'Shift+F9')
    await day.anna.scan('Control+F8')
    await assigned(number)
    await confirmed(number, 1)
  })

  it('through sane-airscan from the same network scanner', async () => {
    await day.station.office.load('letter', 2)
    const number = await registered('Multifunzione per SANE')
    await day.anna.scan('Alt+F8')
    await confirmed(number, 2)
  })

  it('through a folder into which a machine writes byte by byte', async () => {
    const { anna } = day
    await day.station.office.load('letter', 1)
    const number = await registered('Copiatrice del piano terra')
    const [page] = await day.station.office.takePages()
    const file = await open(at('copiatrici/Piano terra/scan0001.jpg'), 'w')
    for (let i = 0; i < 64; i++) await file.write(page!, i, 1) // the first bytes singly, with the folder looking on
    await see(anna.scans) // and nothing came of them
    await until(() => anna.scans.getByRole('article').filter({ hasText: number }).count(), 0, 'a document of half a file')
    await file.write(page!, 64)
    await file.close()
    await confirmed(number, 1)
  })

  it('through an upload', async () => {
    const { anna } = day
    await day.station.office.load('letter', 1)
    const number = await registered('File caricato')
    const [page] = await day.station.office.takePages()
    await anna.page.getByLabel('File da caricare').setInputFiles([{ name: 'lettera.jpg', mimeType: 'image/jpeg', buffer: page! }])
    await confirmed(number, 1)
  })

  it('as a received fax: it waits with its words until it is registered', async () => {
    await day.station.office.load('unlabelled', 1)
    const [page] = await day.station.office.takePages()
    writeFileSync(at('fax/.fax0001'), page!)
    await rename(at('fax/.fax0001'), at('fax/fax0001.jpg'))
    await see(day.anna.exception(/^Fax ricevuto/).getByText(/^Un fax non porta etichetta/))
    await picture(day.anna.page, 'fax')
    const number = await registered('Richiesta arrivata per fax', 'Shift+F9')
    await assigned(number, /^Un fax non porta etichetta/)
    await confirmed(number, 1)
  })
})

describe('profiles', () => {
  it('whose scanner is gone ask, and scan with another for this once', async () => {
    const { anna } = day
    const gone404 = await carla.context.request.put(`${day.station.url}/api/scan-profiles`, {
      data: { name: 'Sparito', key: 'Alt+F8', device: 'uuid-che-non-c-e', deviceName: 'Scanner del terzo piano', settings: { input: 'feeder', colorMode: 'grey', resolution: 150 } },
    })
    expect(gone404.status()).toBe(200)
    await until(async () => (await anna.json<{ profiles: { name: string }[] }>('/api/scan-profiles')).profiles.some((p) => p.name === 'Sparito'), true, 'the profile')
    await anna.page.reload()
    await see(anna.scans.getByRole('button', { name: /^Scansiona: Lettere/ }))
    await day.station.office.load('letter', 1)
    const number = await registered('Con un altro scanner')
    await anna.hands.press('Alt+F8')
    const dialog = anna.dialog('Lo scanner del profilo non c’è')
    await see(dialog.getByText(/«Scanner del terzo piano», che ora non risponde\. Nulla è stato scansionato\./))
    await picture(anna.page, 'profilo-senza-scanner')
    await anna.hands.activate(dialog.getByRole('button', { name: 'Usa Scanner di prova' }))
    await gone(dialog)
    await confirmed(number, 1)
  })

  it('are made on a screen of their own, from what the scanner has, and scanners are looked for there', async () => {
    const { page, hands } = carla
    await page.goto(`${day.station.url}/scanner`)
    const list = page.getByRole('region', { name: 'Profili di scansione' })
    await see(list.getByText('Alimentatore, grigi, 300 dpi'))
    await hands.activate(list.getByRole('button', { name: 'Nuovo profilo' }))
    const dialog = carla.dialog('Nuovo profilo di scansione')
    await hands.fill(dialog.getByLabel('Nome'), 'Dal banco')
    await dialog.getByLabel('Scanner').selectOption('sane-test')
    await until(() => dialog.getByLabel('Colore').locator('option').allInnerTexts().then((t) => t.length), 2, 'the colours that the device has')
    await see(dialog.getByText(/in due passate/)) // its feeder takes one side
    expect(await dialog.getByText('Fronte e retro', { exact: true }).count()).toBe(0)
    await picture(page, 'profilo')
    await hands.activate(dialog.getByRole('button', { name: 'Salva il profilo' }))
    await see(list.getByText('Dal banco'))

    const sane = page.getByRole('region', { name: 'Scanner collegati (SANE)' })
    await hands.activate(sane.getByRole('button', { name: 'Cerca' }))
    const device = sane.getByRole('article').filter({ hasText: 'test:0' })
    await see(device.getByText(/già nelle impostazioni come «Banco di prova»/))
    await hands.activate(device.getByRole('button', { name: /^Prova/ }))
    await see(device.getByText(/^Risponde/))
    await picture(page, 'scanner-trovati')
    await expectAccessible(page)
  })
})
