// A morning's post at the desk, from the log-in to the archive, by keyboard alone.

import { createHash } from 'node:crypto'
import type { Locator } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { expectFocus, gone, holds, keyboardOnly, picture, see, until } from './browser'
import { Clerk, expectWholePDF, pagesOf, recordOf, wordsOf } from './desk'
import { aDay } from './setup'

const day = aDay()

describe('the log-in', () => {
  it('says a wrong password in words and lets the right one in', async () => {
    const bruno = await Clerk.arrive(day.browser, day.station)
    const account = day.station.account('operatore', 1)
    await bruno.logIn({ user: account.user, password: 'Sbagliata.2026' })
    await see(bruno.page.getByRole('alert').getByText('Nome utente o password non corretti'))
    await picture(bruno.page, 'accesso')
    await expectFocus(bruno.page.getByLabel('Password', { exact: true }))
    await bruno.hands.type(account.password)
    await bruno.hands.press('Enter')
    await expectFocus(bruno.field('Mittente'))
    await keyboardOnly(bruno.page)
    await bruno.leave()
  })
})

describe('the post arrives', () => {
  it('is opened with F2, and the letters inherit its instant', async () => {
    const { anna } = day
    await expectFocus(anna.field('Mittente'))
    await anna.hands.press('F2')
    const dialog = anna.dialog('Arrivo posta')
    await see(dialog)
    await picture(anna.page, 'arrivo-posta')
    await anna.hands.activate(dialog.getByRole('button', { name: /^Apri/ }))
    await gone(dialog)
    await see(anna.form.getByRole('button', { name: /^Arrivo posta dalle \d\d:\d\d · 0$/ }))
    await expectFocus(anna.field('Mittente'))

    await day.station.office.load('letter', 1)
    const first = await anna.register({ from: 'Maria Rossi di Esempio', subject: 'Richiesta di certificato', classifica: 'I.3', uor: 'Anag' })
    await day.station.office.load('letter', 1)
    const second = await anna.register({ from: 'Ferramenta Esempio srl', subject: 'Offerta di prova', classifica: 'I.4', uor: 'Tec' })
    await see(anna.form.getByRole('button', { name: /^Arrivo posta dalle \d\d:\d\d · 2$/ }))
    const [a, b] = [await recordOf(anna, first), await recordOf(anna, second)]
    expect(a.arrivedAt).toBe(b.arrivedAt)
    expect(b.draft.subject).toBe('Offerta di prova')
  })
})

describe('a letter', () => {
  let archived = ''

  it('is registered, labelled, scanned, joined by its label, confirmed and archived', async () => {
    const { anna } = day
    await day.station.office.load('letter', 2)
    await anna.write({ from: 'Studio Tecnico Verdi di Esempio', subject: 'Trasmissione della relazione di collaudo', classifica: 'I.3', uor: 'Uff' })
    await picture(anna.page, 'modulo')
    const number = await anna.number()
    await see(anna.outcome.getByText('Etichetta stampata', { exact: true }))
    await expectFocus(anna.field('Mittente'))
    await holds(anna.field('Oggetto'), '')
    expect(await day.station.office.labels()).not.toHaveLength(0)
    await picture(anna.page, 'registrata')

    await anna.scan()
    const card = anna.document(number)
    await see(card)
    await see(card.getByText('2 pagine'))
    await see(card.getByText('Da confermare'))
    await until(() => shownPictures(card), 2, 'drawn pictures')
    await picture(anna.page, 'scrivania')

    await anna.hands.tabTo(card.getByRole('option', { name: /^Pagina 1 di 2/ }))
    await anna.hands.press('Enter')
    const viewer = anna.dialog(/pagina 1 di 2/)
    await see(viewer)
    await until(() => shownPictures(viewer), 1, 'drawn pictures')
    await picture(anna.page, 'pagina')
    await anna.hands.press('ArrowRight')
    await see(anna.dialog(/pagina 2 di 2/))
    await anna.hands.press('Escape')
    await gone(anna.dialog(/pagina/))

    await anna.confirm(number)
    await picture(anna.page, 'archiviata')
    const link = card.getByRole('link', { name: 'PDF/A' })
    const pdf = await anna.bytes((await link.getAttribute('href'))!)
    await expectWholePDF(pdf)
    expect(await pagesOf(pdf)).toBe(2)

    const opened = anna.context.waitForEvent('page')
    await anna.hands.activate(link)
    await (await opened).close()
    archived = number
  })

  it('is attested on a page of its own that names every digest, for the officer to sign', async () => {
    const { anna } = day
    await anna.hands.press('Alt+m')
    await anna.hands.burst(`${archived.slice(8)}${archived.slice(0, 7)}`)
    await see(anna.page.getByRole('heading', { name: 'Storia' }))
    await picture(anna.page, 'registrazione')
    const link = await anna.other('Attestazione di conformità')
    const attestation = await anna.bytes((await link.getAttribute('href'))!)
    await expectWholePDF(attestation)
    const words = await wordsOf(attestation)
    const { intakeID } = await recordOf(anna, archived)
    const { documents } = await anna.json<{ documents: { id: number; archive: { editions: { ordinal: number; sha256: string }[] } }[] }>(`/api/records/${intakeID}`)
    for (const e of documents[0]!.archive.editions) expect(words).toContain(e.sha256)
    const first = await anna.bytes(`/api/documents/${documents[0]!.id}/archive.pdf?edizione=1`)
    expect(words).toContain(createHash('sha256').update(first).digest('hex'))
    expect(words).toContain('il presente documento non attesta nulla')

    const opened = anna.context.waitForEvent('page')
    await anna.hands.activate(link)
    await (await opened).close()
    await anna.hands.press('Alt+s')
    await expectFocus(anna.field('Mittente'))
  })

  it('takes at most twelve keys besides the words of its subject when the sender is known', async () => {
    const { anna } = day
    const { hands } = anna
    await hands.press('Alt+m')
    await expectFocus(anna.field('Mittente'))
    const before = await anna.shownNumber()
    const subject = 'Integrazione alla relazione'

    hands.keys = 0
    await hands.type('stu')
    await see(anna.page.getByRole('option', { name: /Studio Tecnico Verdi/ }))
    await hands.press('ArrowDown', 'Enter')
    await expectFocus(anna.field('Oggetto'))
    const counted = hands.keys
    await hands.type(subject)
    hands.keys = counted
    await hands.press('Enter')
    await expectFocus(anna.field('Classifica'))
    await hands.type('rec')
    await hands.press('Enter')
    await expectFocus(anna.field('Ufficio utente (UU)'))
    await hands.type('t')
    await see(anna.page.getByRole('option', { selected: true })) // of several, the one that is seen marked
    await hands.press('F9')
    const number = await anna.newNumber(before)

    expect(hands.keys).toBeLessThanOrEqual(12)
    const { draft } = await recordOf(anna, number)
    expect(draft).toMatchObject({ subject, senders: [{ name: 'Studio Tecnico Verdi di Esempio' }], classifica: 'I.4' })
    expect(draft).toHaveProperty('uor')
  })

  it('copies the letter before it with F7', async () => {
    const { anna } = day
    await anna.hands.press('Alt+m')
    await expectFocus(anna.field('Mittente'))
    await anna.hands.press('F7')
    await holds(anna.field('Mittente'), 'Studio Tecnico Verdi di Esempio')
    await holds(anna.field('Oggetto'), 'Integrazione alla relazione')
    const number = await anna.number('Shift+F9')
    await see(anna.outcome.getByText('Senza etichetta'))
    const { draft } = await recordOf(anna, number)
    expect(draft.subject).toBe('Integrazione alla relazione')
  })
})

/** How many pictures have really been drawn. */
function shownPictures(where: Locator): Promise<number> {
  return where.getByRole('img').or(where.locator('img')).evaluateAll((list) => list.filter((i) => (i as HTMLImageElement).checkVisibility() && (i as HTMLImageElement).naturalWidth > 100).length)
}
