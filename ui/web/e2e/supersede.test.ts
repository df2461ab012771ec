// Two letters under each other's label, and a page that should never have been scanned: what the Responsabile does about it, and what is
// left for everybody else to see.

import { describe, expect, it } from 'vitest'
import { expectAccessible, expectFocus, keyboardOnly, picture, see, until } from './browser'
import { Clerk, expectWholePDF, pagesOf, recordOf } from './desk'
import { aDay } from './setup'

const day = aDay()
/** Each walks through several archives, on a busy machine slowly. */
const withinMs = 240_000

interface Doc {
  id: number
  state: string
  pages: number
  version: number
  superseded?: boolean
  archive?: { sha256: string }
}

const documentsOf = async (clerk: Clerk, number: string) =>
  (await clerk.json<{ documents?: Doc[] }>(`/api/records/${(await recordOf(clerk, number)).intakeID}`)).documents ?? []

async function letter(anna: Clerk, from: string): Promise<string> {
  const number = await anna.register({ from, subject: `Lettera di ${from}`, classifica: 'I.4', uor: 'Aff' })
  await anna.scan()
  await anna.confirm(number)
  return number
}

describe('what is archived under the wrong number', () => {
  it('changes sides by an act of the Responsabile, and nobody else sees what was wrong', async () => {
    const { anna } = day
    const [first, second] = [await letter(anna, 'Bianchi Lucia'), await letter(anna, 'Verdi Paolo')]
    const wrong = (await documentsOf(anna, first))[0]!
    const boss = await Clerk.login(day.browser, day.station, day.station.account('responsabile'))
    await boss.recordScreen(first)
    await boss.doOther('Scambio di etichette')
    const dialog = boss.dialog('Scambio di etichette')
    await expectFocus(dialog.getByLabel('Numero dell’altra registrazione'))
    await boss.hands.type(second)
    await boss.hands.press('Enter')
    for (const number of [first, second]) {
      const page = dialog.getByRole('img', { name: `Prima pagina scansionata con l’etichetta ${number}` })
      await until(() => page.evaluate((i) => (i as HTMLImageElement).naturalWidth > 100), true, `the first page of ${number}`)
    }
    await boss.hands.tabTo(dialog.getByLabel('Motivazione'))
    await boss.hands.type('Etichette invertite allo sportello')
    await picture(boss.page, 'scambio-di-etichette')
    await expectAccessible(boss.page)
    await boss.hands.tabTo(dialog.getByRole('button', { name: 'Scambia le etichette' }))
    await boss.hands.press('Enter')

    const documents = boss.page.getByRole('region', { name: 'Documenti' })
    await see(documents.getByText('Superata', { exact: true }))
    await see(documents.getByText(/Etichette invertite allo sportello/))
    for (const number of [first, second]) {
      await until(async () => (await documentsOf(boss, number)).map((d) => d.state).join(), 'archived,ready', `the new version of ${number}`)
    }
    await picture(boss.page, 'documento-superato')
    await boss.page.goto(day.station.url)
    for (const number of [first, second]) await boss.confirm(number)
    for (const number of [first, second]) {
      await until(async () => (await recordOf(boss, number)).facets.delivered, true, `${number} is delivered again`)
      const [, now] = await documentsOf(boss, number)
      await expectWholePDF(await boss.bytes(`/api/documents/${now!.id}/archive.pdf`))
    }
    expect(await anna.status(`/api/documents/${wrong.id}/archive.pdf`)).toBe(403)
    expect(await boss.status(`/api/documents/${wrong.id}/archive.pdf`)).toBe(200)
    await keyboardOnly(boss.page)
    await boss.leave()
  }, withinMs)

  it('loses a page from view that should not have been kept', async () => {
    const { anna } = day
    const number = await letter(anna, 'Neri Carla')
    const before = (await documentsOf(anna, number))[0]!
    const boss = await Clerk.login(day.browser, day.station, day.station.account('responsabile'))
    await boss.recordScreen(number)
    await boss.hands.tabTo(boss.page.getByRole('button', { name: /^Oscuramento di .*versione 1$/ }))
    await boss.hands.press('Enter')
    const dialog = boss.dialog(/^Oscuramento/)
    const last = dialog.getByRole('checkbox', { name: `Pagina ${before.pages}` })
    await boss.hands.tabTo(last)
    await boss.hands.press('Space')
    await boss.hands.tabTo(dialog.getByLabel('Motivazione'))
    await boss.hands.type('Certificato con diagnosi')
    await picture(boss.page, 'oscuramento')
    await boss.hands.tabTo(dialog.getByRole('button', { name: /^Oscura/ }))
    await boss.hands.press('Enter')
    await see(boss.page.getByText(/Certificato con diagnosi/).first())
    const after = before.pages > 1 ? 'archived,ready' : 'archived,noted'
    await until(async () => (await documentsOf(boss, number)).map((d) => d.state).join(), after, 'what takes its place')
    if (before.pages > 1) {
      await boss.page.goto(day.station.url)
      await boss.confirm(number)
      const [, now] = await documentsOf(boss, number)
      expect(await pagesOf(await boss.bytes(`/api/documents/${now!.id}/archive.pdf`))).toBe(before.pages - 1)
    }
    await keyboardOnly(boss.page)
    await boss.leave()
  }, withinMs)
})
