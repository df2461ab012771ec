// A removable medium at the counter: the gate, its sheet, the note; and the copy of the first page for whoever brought it.

import { describe, expect, it } from 'vitest'
import { pathOf } from '../src/lib/router'
import { expectFocus, picture, see } from './browser'
import { readBack } from './desk'
import { aDay } from './setup'

const day = aDay()

describe('a removable medium', () => {
  it('has a number once its sheet is signed, says how its signature was found, and gives who brought it a copy', async () => {
    const { anna, station } = day
    await anna.write({ from: 'Mittente di Esempio', subject: 'Progetto su chiavetta' })
    await anna.hands.press('Alt+a')
    await anna.page.getByLabel('Supporto', { exact: true }).selectOption('supporto-rimovibile')
    await anna.hands.press('Escape')
    await anna.hands.press('F9')
    const presented = anna.page.getByLabel('È presentato con')
    await expectFocus(presented)
    await see(anna.page.getByText('Di un supporto rimovibile si registra la lettera di trasmissione; se manca'))
    await picture(anna.page, 'supporto-rimovibile')
    const sheet = await anna.page.getByRole('link', { name: /documento di presentazione da compilare/ }).getAttribute('href')
    expect((await anna.bytes(station.url + sheet)).subarray(0, 5).toString()).toBe('%PDF-')
    await presented.selectOption('foglio')
    await anna.page.getByLabel('Verifica della firma digitale').selectOption('scaduto')
    await anna.hands.press('Escape')
    const number = await anna.number()

    const record = (await anna.json<{ hits: { intakeID: number; registrationID: number }[] }>('/api/records?limite=1')).hits[0]!
    await anna.page.goto(station.url + pathOf('record', record.intakeID))
    await see(anna.page.getByText('verifica firma digitale eseguita: certificato scaduto'))
    await see(anna.page.getByText('Supporto rimovibile con documento autografo di presentazione'))
    const copy = anna.page.getByRole('link', { name: 'Apri la copia' })
    const dialog = anna.dialog('Copia per chi ha consegnato')
    await anna.doOther('Copia per chi ha consegnato')
    await see(dialog.getByText('si può dare dopo la scansione'))
    expect(await copy.count(), 'a copy of what was not scanned').toBe(0)
    const before = (await station.office.labels()).length
    await anna.hands.activate(dialog.getByRole('button', { name: 'Stampa l’etichetta' }))
    await see(anna.notices.getByText('Etichetta per la copia stampata'))
    const printed = await station.office.labels()
    expect(printed.length).toBe(before + 1)
    const words = await readBack(await station.office.picture(printed.reduce((a, l) => (l.seq > a.seq ? l : a))))
    expect(words).toContain('COPIA')
    expect(words).toContain(number.slice(0, 7))

    await anna.page.goto(station.url)
    await anna.scan()
    await anna.confirm(number)
    await anna.page.goto(station.url + pathOf('record', record.intakeID))
    await anna.doOther('Copia per chi ha consegnato')
    await see(copy)
    expect((await anna.bytes(station.url + (await copy.getAttribute('href')))).subarray(0, 5).toString()).toBe('%PDF-')
    await picture(anna.page, 'copia-prima-pagina')
  })
})
