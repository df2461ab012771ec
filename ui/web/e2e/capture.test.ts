// What a clerk puts right of a scan: an attachment in a pile, backs that come later, a page once more, a label on the wrong letter, and a label
// that the scanner did not read.

import { describe, expect, it } from 'vitest'
import { expectFocus, gone, picture, see, until } from './browser'
import { type Clerk, recordOf } from './desk'
import { aDay } from './setup'

const day = aDay()

/** Registers a letter whose label goes on what lies in the feeder next. */
async function register(subject: string): Promise<string> {
  await day.anna.hands.press('Alt+m')
  return day.anna.register({ from: 'Cittadino di Esempio', subject, classifica: 'I.4', uor: 'Aff' })
}

/** Sets one of the fields of the scan that this browser remembers. */
async function settings(anna: Clerk, set: (dialog: ReturnType<Clerk['dialog']>) => Promise<void>): Promise<void> {
  await anna.hands.activate(anna.scans.getByRole('button', { name: 'Impostazioni di scansione' }))
  const dialog = anna.dialog('Impostazioni di scansione')
  await see(dialog)
  await set(dialog)
  await anna.hands.activate(dialog.getByRole('button', { name: 'Usa queste' }))
  await gone(dialog)
}

interface Found {
  documents?: { part?: number; state: string; pages: number; version?: number; pageList?: { id: number; sheet?: number; back?: boolean; erased?: boolean }[] }[]
}

const documentsOf = async (number: string) => ((await recordOf(day.anna, number)) as Found).documents ?? []

describe('a page of a pile', () => {
  it('begins an attachment of its letter with one key', async () => {
    const { anna } = day
    await day.station.office.load('letter', 3)
    const first = await register('Istanza con un allegato')
    await day.station.office.load('letter', 1)
    const second = await register('Lettera che segue nella pila')
    await anna.scan()
    const card = anna.document(first)
    await see(card.getByText('Da confermare'))
    await anna.hands.tabTo(card.getByRole('option', { name: /^Pagina 1 di 3/ }))
    await anna.hands.press('ArrowRight', 'a')
    const attachment = anna.document(`${first}, allegato 1`)
    await see(attachment.getByText('Da confermare'))
    await expectFocus(attachment.getByRole('option', { name: /^Pagina 1 di 2/ }))
    await see(anna.exceptions.getByText('Niente da decidere.'))
    await picture(anna.page, 'nuovo-allegato')
    expect((await documentsOf(first)).map((d) => [d.part ?? 0, d.pages])).toEqual([[0, 1], [1, 2]])
    for (const name of [first, `${first}, allegato 1`, second]) await anna.confirm(name)
  })
})

describe('a feeder that takes one side', () => {
  it('takes the fronts, leads to the backs, and puts each behind its front', async () => {
    const { anna } = day
    const { office } = day.station
    await office.scanner('one-sided')
    await settings(anna, async (dialog) => {
      const twice = dialog.getByRole('checkbox', { name: /^Fronte e retro in due passate/ })
      await anna.hands.tabTo(twice)
      await anna.hands.press('Space')
      expect(await twice.isChecked()).toBe(true)
      expect(await dialog.getByRole('checkbox', { name: 'Fronte e retro', exact: true }).count()).toBe(0)
    })
    await office.load('double-sided')
    const number = await register('Lettera stampata sui due lati')
    await anna.scan()
    const guide = anna.scans.getByRole('group', { name: 'Ora i retri' })
    await see(guide.getByText('Ora i retri: ne aspetto 2'))
    await picture(anna.page, 'ora-i-retri')
    await office.turnOver()
    await anna.hands.press('F8')
    await gone(guide)
    await see(anna.document(number).getByText('Da confermare'))
    const [document] = await documentsOf(number)
    expect(document!.pageList!.map((p) => [p.sheet, p.back ?? false])).toEqual([[1, false], [1, true], [2, false], [2, true]])
    await see(anna.exceptions.getByText('Niente da decidere.'))
    await anna.confirm(number)
    await office.scanner('two-sided')
    await settings(anna, async (dialog) => see(dialog.getByRole('checkbox', { name: 'Fronte e retro', exact: true })))
  })
})

describe('a page that came out badly', () => {
  it('is scanned again alone, and takes its place', async () => {
    const { anna } = day
    await day.station.office.load('letter', 3)
    const number = await register('Lettera con una pagina da rifare')
    await anna.scan()
    const card = anna.document(number)
    await see(card.getByText('Da confermare'))
    const before = (await documentsOf(number))[0]!.pageList!.map((p) => p.id)
    await day.station.office.load('unlabelled', 1)
    await anna.hands.tabTo(card.getByRole('option', { name: /^Pagina 1 di 3/ }))
    await anna.hands.press('ArrowRight', 's')
    await see(anna.dialog('Riscansionare la pagina?'))
    await anna.hands.press('Enter')
    const now = async () => (await documentsOf(number))[0]!.pageList!.filter((p) => !p.erased).map((p) => p.id)
    await until(async () => (await now())[1] !== before[1], true, 'another second page')
    const after = await now()
    expect([after[0], after[2], after.length]).toEqual([before[0], before[2], 3])
    expect(await anna.status(`/api/pages/${before[1]}/image.jpg`)).toBe(404)
    await see(card.getByText('Da confermare'))
    await see(anna.exceptions.getByText('Niente da decidere.'))
    await anna.confirm(number)
  })
})

describe('a label on the wrong letter', () => {
  it('stays its registration’s, and the letter joins the one that it is of', async () => {
    const { anna } = day
    const { office } = day.station
    await office.load('letter', 1)
    const labelled = await register('Lettera con la sua etichetta')
    await anna.scan()
    await anna.confirm(labelled)
    await office.load('letter', 1)
    const waiting = await register('Lettera che aspetta la scansione')
    await office.tidy()
    // The first letter's label, printed once more, ends up on the second letter.
    await office.load('letter', 1)
    await anna.page.goto(`${day.station.url}/registrazioni/${(await recordOf(anna, labelled)).intakeID}`)
    await anna.hands.activate(anna.page.getByRole('button', { name: 'Ristampa' }))
    await see(anna.dialog('Perché serve un’altra etichetta?'))
    const printed = (await office.labels()).length
    await anna.hands.press('3')
    await until(async () => (await office.labels()).length, printed + 1, 'the label that is printed again')
    await anna.page.goto(day.station.url)
    await expectFocus(anna.field('Mittente'))

    await anna.scan()
    const card = anna.exception(/^Segnatura non attesa/)
    await see(card.getByText(/La registrazione ha già la sua scansione/))
    await see(card.getByText(labelled))
    await anna.choose(/^Segnatura non attesa/, /L’etichetta è sulla lettera sbagliata/)
    await see(card.getByText('Di quale registrazione è davvero questa lettera?'))
    const right = card.getByRole('radio', { name: new RegExp(waiting) })
    await anna.hands.tabTo(right)
    await anna.hands.press('Space')
    await picture(anna.page, 'etichetta-sulla-lettera-sbagliata')
    await anna.hands.activate(card.getByRole('button', { name: /Conferma: l’etichetta è sulla lettera sbagliata/ }))
    await see(anna.document(waiting).getByText('Da confermare'))
    await see(anna.exceptions.getByText('Niente da decidere.'))
    await anna.confirm(waiting)
    expect((await documentsOf(labelled)).map((d) => d.state)).toEqual(['archived'])
  })
})

describe('a label that the scanner did not read', () => {
  it('is shown where it was looked for, large, and the clerk says whose it is', async () => {
    const { anna } = day
    await settings(anna, (dialog) => anna.hands.select(dialog.getByLabel('Risoluzione'), '75 dpi'))
    await day.station.office.load('letter', 1)
    const number = await register('Lettera scansionata troppo in piccolo')
    await anna.scan()
    const title = /^Nessuna segnatura sulla prima pagina/
    const card = anna.exception(title)
    const part = card.getByRole('button', { name: 'La parte dove si cercava l’etichetta' }).or(card.getByRole('button', { name: 'La parte con l’etichetta' }))
    await until(() => part.locator('img').evaluate((i) => (i as HTMLImageElement).naturalWidth > 200), true, 'the part of the page')
    await picture(anna.page, 'codice-non-letto')
    await anna.hands.activate(part)
    await see(anna.dialog(title))
    await anna.hands.press('Escape')
    await gone(anna.dialog(title))
    await anna.hands.fill(card.getByLabel('Numero di protocollo'), number)
    await anna.hands.press('Enter')
    await see(card.getByRole('radio', { name: new RegExp(number) }))
    await anna.choose(title, /Assegna alla registrazione/)
    await see(anna.document(number).getByText('Da confermare'))
    await see(anna.exceptions.getByText('Niente da decidere.'))
    await settings(anna, (dialog) => anna.hands.select(dialog.getByLabel('Risoluzione'), '300 dpi'))
  })
})
