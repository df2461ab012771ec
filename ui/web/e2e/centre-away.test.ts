// The central system is pulled away in the middle of the morning. The clerk goes on, the Responsabile opens the emergency register at the
// clerk's screen, letters are numbered on it, labelled and scanned; then the system is back, the register is closed, and each letter gets its one
// ordinary number. What the central system really holds is asked of it, not of the station.

import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { expectFocus, gone, picture, see, until } from './browser'
import { Clerk, codeOf, expectWholePDF, type Letter, wordsOf } from './desk'
import { aDay } from './setup'

const day = aDay('', {}, 'demo-centre')

/** The letters of the morning by the subject that nothing else has. */
const letters = {
  before: { from: 'Banca di Esempio', subject: 'Estratto conto del mattino' },
  counter: { from: 'Lucia Bianchi di Esempio', subject: 'Domanda di residenza' },
  moved: { from: 'Officina di Esempio', subject: 'Fattura per il furgone' },
  kept: { from: 'Notaio di Esempio', subject: 'Copia di un atto' },
  emergency: { from: 'Farmacia di Esempio', subject: 'Turni durante il guasto' },
} satisfies Record<string, Letter>

/** The label's code and the record of what was numbered on the emergency register. */
const known = { code: '', emergencyID: 0 }

const year = new Date().getFullYear()
/** The third row of the year's first register, as its label says it (L-11). */
const third = `n. 3/${year} R.E. 1/${year}`

/** Writes a letter and registers it while nobody numbers; its «Ricezione n.». */
async function take(letter: Letter, before: string): Promise<string> {
  const { anna } = day
  await anna.write(letter)
  await anna.hands.press('F9')
  await until(async () => (await anna.shownNumber()) !== before, true, 'a «Ricezione n.»')
  await see(anna.outcome.getByText('Ricezione n.', { exact: true }))
  return anna.shownNumber()
}

async function idOf(subject: string): Promise<number> {
  const { hits } = await day.anna.json<{ hits: { intakeID: number }[] }>(`/api/records?testo=${encodeURIComponent(subject)}`)
  expect(hits, subject).toHaveLength(1)
  return hits[0]!.intakeID
}

/** Goes to the emergency register's screen as a clerk does, by the band's link. */
async function toRegister(page: Page): Promise<void> {
  await day.anna.hands.activate(page.getByRole('status').getByRole('link', { name: 'Registro di emergenza' }))
  await see(page.getByRole('heading', { name: 'Registro di emergenza', level: 1 }))
}

async function toDesk(): Promise<void> {
  await day.anna.page.goto(day.station.url)
  await expectFocus(day.anna.field('Mittente'))
}

/** How many numbers the central system has for each letter of the morning. */
async function numbersThere(): Promise<Record<string, number>> {
  const { entries } = await day.station.office.centre()
  return Object.fromEntries(Object.entries(letters).map(([name, l]) => [name, entries.filter((e) => e.subject.startsWith(l.subject)).length]))
}

describe('a morning without the central system', () => {
  it('begins with it', async () => {
    const { anna, station } = day
    await expectFocus(anna.field('Mittente'))
    expect(await anna.register(letters.before)).toBe(`0000001/${year}`)
    expect(await station.office.centre()).toMatchObject({ behaviour: 'well', numbers: 1, alike: 0, entries: [{ number: 1, subject: letters.before.subject }] })
  })

  it('is pulled away: the desk says so, letters are taken in, who waits gets a receipt', async () => {
    const { anna, station } = day
    const { page, hands } = anna
    await station.office.centreIs('away')
    await anna.hands.press('F4')
    await see(anna.form.getByText('Sportello', { exact: true }))
    await anna.write(letters.counter)
    await hands.press('F9')
    const receipt = anna.dialog('Ricevuta per il cittadino')
    await see(receipt)
    await picture(page, 'centro-via-ricevuta')
    const words = await wordsOf(await anna.bytes((await receipt.getByRole('link', { name: 'Apri la ricevuta' }).getAttribute('href'))!))
    expect(words).toContain(letters.counter.subject)
    expect(words).toContain('PROVA – SENZA VALORE')
    expect(words).not.toContain('Prot. n.')
    await hands.press('Escape')
    await gone(receipt)
    await see(anna.outcome.getByText('In attesa: il protocollo non risponde'))
    const first = await anna.shownNumber()

    await expectFocus(anna.field('Mittente'))
    const second = await take(letters.moved, first)
    await take(letters.kept, second)
    await see(page.getByText(/Protocollo: JEnte non risponde dal .+ — 3 ricezioni salve attendono il numero\. Il numero arriva da solo quando torna\./))
    await picture(page, 'centro-via-scrivania')
    expect(await numbersThere()).toEqual({ before: 1, counter: 0, moved: 0, kept: 0, emergency: 0 })
  })

  it('has its emergency register opened at the clerk’s screen, with the letters that the Responsabile moves', async () => {
    const { anna, station } = day
    const { page, hands } = anna
    await toRegister(page)
    await hands.activate(page.getByRole('button', { name: 'Apri il registro…' }))
    const opening = anna.dialog('Aprire il registro di emergenza')
    await hands.fill(opening.getByLabel('Causa dell’interruzione'), 'Protocollo centrale non raggiungibile')
    for (const l of [letters.counter, letters.moved, letters.kept]) expect(await opening.getByRole('checkbox', { name: new RegExp(l.subject) }).isChecked(), l.subject).toBe(true)
    const kept = opening.getByRole('checkbox', { name: new RegExp(letters.kept.subject) })
    await hands.tabTo(kept)
    await hands.press('Space')
    await anna.sign(opening, 'Apri il registro', 'centro-via-apertura')
    await see(page.getByRole('heading', { name: new RegExp(`^Aperto: registro 1/${year}`) }))
    await see(page.getByText('2 lettere registrate', { exact: true }))
    await see(page.getByText('Firma da acquisire', { exact: true }))
    await picture(page, 'centro-via-aperto')

    // The clerk is still who is logged in, and the letter that was not moved still waits.
    expect((await anna.json<{ user: string }>('/api/me')).user).toBe(station.account('operatore').user)
    const { records } = await anna.json<{ records: { draft: { subject: string } }[] }>('/api/emergency/waiting')
    expect(records.map((r) => r.draft.subject)).toEqual([letters.kept.subject])
  })

  it('is numbered on the register: label, scan, join, archive', async () => {
    const { anna, station } = day
    const { page } = anna
    await toDesk()
    await see(page.getByText(`Registro di emergenza aperto: n. 1/${year}.`))
    await station.office.load('letter', 2)
    const before = (await station.office.labels()).length
    expect(await anna.register(letters.emergency)).toBe(`n.3/${year}R.E.1/${year}`)
    await see(anna.outcome.getByText('Registro di emergenza', { exact: true }))
    await until(async () => (await station.office.labels()).length, before + 1, 'the labels that came out')
    known.code = await codeOf(await station.office.picture((await station.office.labels())[0]!))
    expect(known.code).toMatch(new RegExp(`^SGN1\\.E\\.C\\$E999\\.AE99901\\.[A-Z0-9]+\\.${year}\\.0000003\\.A\\...$`))

    await anna.scan()
    const card = anna.scans.getByRole('group', { name: `Documento ${third}` })
    await see(card.getByText('Da confermare'))
    await picture(page, 'centro-via-scansione')
    await anna.hands.tabTo(card.getByRole('button', { name: /^Conferma qualità/ }))
    await anna.hands.press('Alt+c')
    await see(card.getByText('Archiviato', { exact: true }))
    known.emergencyID = await idOf(letters.emergency.subject)
    expect(await station.office.centre()).toMatchObject({ behaviour: 'away', numbers: 1, documents: 0 })
  })

  it('may last longer than a day by an act', async () => {
    const { anna } = day
    const { page, hands } = anna
    await toRegister(page)
    await hands.activate(page.getByRole('button', { name: 'Proroga…' }))
    const dialog = anna.dialog(/^Prorogare il registro/)
    const until = new Date(Date.now() + 3 * 24 * 60 * 60 * 1000).toLocaleDateString('it-IT', { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'Europe/Rome' })
    await hands.fill(dialog.getByLabel('Cause di eccezionale gravità'), 'Guasto della dorsale')
    const limit = dialog.getByRole('group', { name: 'Proroga fino al' })
    await hands.fill(limit.getByLabel('Proroga fino al'), until)
    await hands.fill(limit.getByLabel('ore'), '12:00')
    await hands.fill(dialog.getByLabel('Atto n.'), '41')
    await hands.fill(dialog.getByLabel('del', { exact: true }), new Date().toLocaleDateString('it-IT', { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'Europe/Rome' }))
    await anna.sign(dialog, 'Registra la proroga', 'centro-via-proroga')
    await see(page.getByText(`valido fino al ${until}, 12:00`))
  })

  it('ends: the register is closed and revoked, and each letter gets its ordinary number', async () => {
    const { anna, station } = day
    const { page, hands } = anna
    await station.office.centreIs('well')
    // While the register is open, nothing goes to a centre that answers again.
    await toDesk()
    await see(page.getByText('I numeri sono di questo registro fino alla chiusura.'))
    expect(await numbersThere()).toEqual({ before: 1, counter: 0, moved: 0, kept: 0, emergency: 0 })

    await toRegister(page)
    await hands.activate(page.getByRole('button', { name: 'Chiudi…' }))
    // Nothing was asked of it since it came back: a person says when that was.
    const closing = anna.dialog(/^Chiudere il registro/)
    const restored = closing.getByRole('group', { name: 'Il protocollo ha ripreso a funzionare il' })
    const rome = { timeZone: 'Europe/Rome' } as const
    await hands.fill(restored.getByLabel('Il protocollo ha ripreso a funzionare il', { exact: true }), new Date().toLocaleDateString('it-IT', { ...rome, day: '2-digit', month: '2-digit', year: 'numeric' }))
    await hands.fill(restored.getByLabel('ore', { exact: true }), new Date().toLocaleTimeString('it-IT', { ...rome, hour: '2-digit', minute: '2-digit' }))
    await anna.sign(closing, 'Chiudi il registro', 'centro-torna-chiusura')
    await see(page.getByRole('heading', { name: 'Nessun registro aperto' }))
    await hands.activate(page.getByRole('button', { name: 'Revoca e recupera…' }))
    await anna.sign(anna.dialog(/^Revocare l’autorizzazione/), 'Registra la revoca', 'centro-torna-revoca')
    // The queue finds the way back by itself; a person who knows that it is there need not wait for that, and may come second.
    const recover = page.getByRole('button', { name: 'Recupera adesso' })
    const recovered = page.getByText(/3 registrazioni, 3 con numero ordinario/)
    await see(recover.or(recovered))
    if (await recover.isVisible()) await hands.activate(recover).catch(() => {})
    await see(recovered)
    await picture(page, 'centro-torna-recuperato')
    await until(numbersThere, { before: 1, counter: 1, moved: 1, kept: 1, emergency: 1 }, 'numbers at the central system')
    await until(async () => (await station.office.centre()).documents, 1, 'documents at the central system')

    const there = await station.office.centre()
    expect(there).toMatchObject({ numbers: 5, documents: 1, alike: 0 })
    const numbered = there.entries.find((e) => e.subject.startsWith(letters.emergency.subject))!
    expect(numbered.subject).toContain(`(Registro di emergenza: ${third} del `)
    expect(numbered.documents).toHaveLength(1)
    expect(there.entries.find((e) => e.subject === letters.kept.subject), 'the letter that was not moved').toBeDefined()
    await page.goto(station.office.page)
    await see(page.getByText('Numeri attribuiti: 5. Documenti ricevuti: 1. Doppioni: 0.'))
    await picture(page, 'centro-ufficio-di-prova')
  })

  it('is found again by both numbers and both codes', async () => {
    const { anna, station } = day
    const { page, hands } = anna
    const { entries } = await station.office.centre()
    const ordinary = String(entries.find((e) => e.subject.startsWith(letters.emergency.subject))!.number).padStart(7, '0')
    const title = page.getByRole('heading', { level: 1 }).getByText(ordinary)
    await page.goto(`${station.url}/registrazioni/${known.emergencyID}`)
    await see(page.getByText(`Numero ordinario ${ordinary}/${year}`))
    await picture(page, 'centro-torna-registrazione')
    const before = (await station.office.labels()).length
    await anna.doOther('Seconda etichetta')
    await until(async () => (await station.office.labels()).length, before + 1, 'the labels that came out')
    const second = await codeOf(await station.office.picture((await station.office.labels())[0]!))
    expect(second).toMatch(new RegExp(`^SGN1\\.N\\.C\\$E999\\.AE99901\\.PG\\.${year}\\.${ordinary}\\.A\\...$`))

    for (const [what, read] of [['emergency', known.code], ['ordinary', second]] as const) {
      await toDesk()
      await hands.burst(read)
      await see(title)
      expect(page.url(), what).toContain(`/registrazioni/${known.emergencyID}`)
    }
    for (const words of [`${ordinary}/${year}`, third]) {
      await page.goto(`${station.url}/ricerca`)
      await hands.fill(page.getByLabel('Parole, numero, riferimento'), words)
      await until(() => page.getByRole('row').filter({ hasText: letters.emergency.subject }).count(), 1, `what is found by ${words}`)
    }
  })

  it('leaves acts that open as PDF', async () => {
    const { browser, station } = day
    const carla = await Clerk.login(browser, station, station.account('responsabile'))
    await carla.page.goto(`${station.url}/emergenza`)
    const register = carla.page.getByRole('region', { name: `Registro 1/${year}` })
    for (const [name, says] of [
      ['Autorizzazione', ['Protocollo centrale non raggiungibile']],
      ['Revoca', ['Protocollo centrale non raggiungibile']],
      ['Registro', [letters.counter.subject, letters.moved.subject, letters.emergency.subject]],
      ['Numeri corrispondenti', [letters.emergency.subject.split(' ')[0]!]],
    ] as const) {
      const link = register.getByRole('link', { name: new RegExp(`^${name}`) })
      await see(link)
      const pdf = await carla.bytes((await link.getAttribute('href'))!)
      await expectWholePDF(pdf)
      expect(pdf.toString('latin1'), `${name}: what it declares`).toMatch(/pdfaid:part>2</)
      const words = await wordsOf(pdf)
      for (const w of says) expect(words, name).toContain(w)
      expect(words, name).toContain('PROVA – SENZA VALORE')
      expect(words, name).not.toContain(letters.kept.subject)
    }
    await picture(carla.page, 'centro-torna-atti')
    await carla.leave()
  })
})

describe('an answer that is lost', () => {
  it('is never asked for again: a person reads the number there and writes it here', async () => {
    const { anna, browser, station } = day
    const lost = { from: 'Forno di Esempio', subject: 'Listino del pane' }
    const there = async () => (await station.office.centre()).entries.filter((e) => e.subject === lost.subject)
    await toDesk()
    await station.office.centreIs('loses')
    await take(lost, '')
    await see(anna.outcome.getByText('Esito da verificare sul protocollo'))
    await picture(anna.page, 'centro-perde-risposta')
    await station.office.centreIs('well')
    expect(await there()).toHaveLength(1)
    const number = (await there())[0]!.number

    const carla = await Clerk.login(browser, station, station.account('responsabile'))
    await carla.page.goto(`${station.url}/da-verificare`)
    const item = carla.page.getByRole('article').filter({ hasText: lost.subject })
    await carla.hands.activate(item.getByRole('button', { name: 'Ha questo numero…' }))
    await carla.hands.fill(item.getByLabel('Numero', { exact: true }), String(number))
    await carla.hands.fill(item.getByLabel('Di nuovo', { exact: true }), String(number))
    await picture(carla.page, 'centro-da-verificare')
    // Who may do all has the longest menu; it fits the smallest screen that is promised.
    expect(await carla.page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 'how far the page is wider than the screen').toBeLessThanOrEqual(0)
    await carla.hands.activate(item.getByRole('button', { name: 'Assegna il numero' }))
    await gone(item)
    await carla.leave()

    await anna.page.goto(`${station.url}/registrazioni/${await idOf(lost.subject)}`)
    await see(anna.page.getByRole('heading', { level: 1 }).getByText(String(number).padStart(7, '0')))
    // The next letter follows it, at the desk and at the centre.
    await toDesk()
    expect(await anna.register({ from: 'Circolo di Esempio', subject: 'Elenco dei soci' })).toBe(`${String(number + 1).padStart(7, '0')}/${year}`)
    expect(await station.office.centre()).toMatchObject({ numbers: number + 1, alike: 0 })
  })
})
