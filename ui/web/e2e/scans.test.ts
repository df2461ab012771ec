// What a feeder can bring that is no plain letter: too many pages, foreign and copied labels, no label at all, a jam.

import { describe, expect, it } from 'vitest'
import { expectFocus, gone, holds, picture, see, until } from './browser'
import { Clerk, expectWholePDF, recordOf } from './desk'
import { aDay } from './setup'

const day = aDay()

describe('more pages than the manual lets be scanned', () => {
  it('become a note with the exact words, and no picture stays', async () => {
    const { anna } = day
    await day.station.office.load('long')
    const number = await anna.register({ from: 'Impresa Edile di Esempio', subject: 'Progetto esecutivo in undici fogli', classifica: 'I.3', uor: 'Tec' })
    await anna.scan()
    const card = anna.exception(/^Fuori dalla regola delle pagine/)
    await see(card)
    await see(card.getByText(/Trovate 11 pagine, il limite è 10\./))
    await see(card.getByText(number))
    const { documents } = await recordOf(anna, number)
    const pages = documents![0]!.pageList!.map((p) => p.id)
    expect(pages).toHaveLength(11)
    expect(await anna.status(`/api/pages/${pages[0]}/image.jpg`)).toBe(200)

    await anna.choose(/^Fuori dalla regola/, /Solo la nota/)
    await holds(card.getByLabel('Fogli'), '11')
    await see(card.getByText('«si trasmette per via postale il documento cartaceo composto da n. 11 fogli»'))
    await picture(anna.page, 'regola-pagine')
    await anna.hands.activate(card.getByRole('button', { name: /Conferma: solo la nota/ }))
    await gone(card)

    const document = anna.document(number)
    await see(document.getByText('Chiuso con nota'))
    await see(document.getByText('«si trasmette per via postale il documento cartaceo composto da n. 11 fogli»'))
    for (const id of pages) expect(await anna.status(`/api/pages/${id}/image.jpg`)).toBe(404)
  })
})

describe("a sender's own code", () => {
  it('is ignored: the letter joins by our label', async () => {
    const { anna } = day
    await anna.hands.press('Alt+m')
    await day.station.office.load('foreign-code', 1)
    const number = await anna.register({ from: 'Corriere di Esempio', subject: 'Bolla con codice a barre', classifica: 'I.2', uor: 'Gar' })
    await anna.scan()
    await see(anna.document(number).getByText('Da confermare'))
    await see(anna.exceptions.getByText('Niente da decidere.'))
    await anna.confirm(number)
  })
})

describe('a photocopy of a letter of ours', () => {
  it('with nothing but the old label goes to the operator with its picture, and is solved', async () => {
    const { anna } = day
    await anna.hands.press('Alt+m')
    // Registered without a label: on the paper stands only what was photocopied.
    const number = await anna.register({ from: 'Cittadino di Esempio', subject: 'Copia di una lettera già protocollata', classifica: 'I.4', uor: 'Aff' }, 'Shift+F9')
    await day.station.office.load('photocopy', 1)
    await anna.scan()
    const card = anna.exceptions.getByRole('group').first()
    await see(card)
    await until(() => card.getByRole('button', { name: 'Apri la pagina' }).locator('img').evaluate((i) => (i as HTMLImageElement).naturalWidth > 100), true, "the exception's picture")
    await picture(anna.page, 'fotocopia')

    await anna.hands.press('Alt+e')
    await anna.hands.fill(card.getByLabel('Numero di protocollo'), number)
    await anna.hands.press('Enter')
    await see(card.getByRole('radio', { name: new RegExp(number) }))
    await anna.hands.press('Alt+e')
    await expectFocus(card)
    await anna.hands.press(await anna.digit(card, /Assegna alla registrazione/))
    await see(anna.document(number))
    await see(anna.exceptions.getByText('Niente da decidere.'))
    await anna.confirm(number)
  })
})

describe('a jam in the middle', () => {
  it('keeps the pages, says so in words, and goes on from there', async () => {
    const { anna } = day
    await anna.hands.press('Alt+m')
    await day.station.office.load('letter', 3)
    const number = await anna.register({ from: 'Condominio di Esempio', subject: 'Segnalazione di tre pagine', classifica: 'I.4', uor: 'Tec' })
    await day.station.office.trouble('scanner-jam', 1)
    await anna.scan()
    const run = anna.scans.getByRole('article').first()
    await see(run.getByText('Interrotta da un guasto'))
    await see(run.getByText(/Carta inceppata: togli il foglio e continua da lì\. Le pagine già prese sono salve\./))
    await see(run.getByText('1 pagina', { exact: true }))
    await picture(anna.page, 'inceppata')

    await day.station.office.mend('scanner-jam')
    await anna.hands.activate(run.getByRole('button', { name: 'Continua da qui' }))
    const document = anna.document(number)
    await see(document.getByText('3 pagine'))
    await see(document.getByText('Da confermare'))
    await see(anna.exceptions.getByText('Niente da decidere.'))
    await gone(run.getByRole('button', { name: 'Continua da qui' }))
    await anna.confirm(number)
    const pdf = await anna.bytes((await document.getByRole('link', { name: 'PDF/A' }).getAttribute('href'))!)
    await expectWholePDF(pdf)
    expect((await recordOf(anna, number)).documents).toHaveLength(1)
  })

  it('is not needed to stop: Esc does, after a question, and what came stays and can be gone on with', async () => {
    const { anna } = day
    await anna.hands.press('Alt+m')
    await day.station.office.load('letter', 3)
    const number = await anna.register({ from: 'Condominio di Esempio', subject: 'Scansione da fermare', classifica: 'I.4', uor: 'Tec' })
    await day.station.office.trouble('scanner-slow', 0, 4000)
    await anna.hands.press('F8')
    await see(anna.scans.getByText('Scansione in corso'))
    await see(anna.scans.getByRole('article').first().getByText(/1 pagina$/))
    await anna.hands.press('Escape')
    await see(anna.dialog('Fermare la scansione?'))
    await anna.hands.press('Enter')
    await see(anna.scans.getByRole('article').first().getByText('Fermata dall’operatore'))
    const title = /^Scansione interrotta/
    await see(anna.exception(title).getByText(/La scansione si è interrotta\. Fermata dall’operatore\./))
    await day.station.office.mend('scanner-slow')
    await anna.hands.activate(anna.scans.getByRole('article').first().getByRole('button', { name: 'Continua da qui' }))
    await see(anna.document(number).getByText('3 pagine'))
    await see(anna.document(number).getByText('Da confermare'))
    await see(anna.exceptions.getByText('Niente da decidere.'))
  })
})

describe('two clerks and one exception', () => {
  it('tell the second who was first', async () => {
    const { anna } = day
    await anna.hands.press('Alt+m')
    await day.station.office.load('unlabelled', 1)
    await anna.scan()
    const title = /^Nessuna segnatura sulla prima pagina/
    await see(anna.exception(title))

    const bruno = await Clerk.login(day.browser, day.station, day.station.account('operatore', 1))
    await see(bruno.exception(title))
    // Bruno's screen has not heard yet: its own questions do not come through.
    await bruno.page.route('**/api/exceptions', (r) => r.abort())
    await bruno.page.route('**/api/desk', (r) => r.abort())

    await anna.choose(title, /Scarta le pagine/)
    await anna.hands.fill(anna.exception(title).getByLabel('Motivo'), 'Foglio bianco di prova')
    await anna.hands.activate(anna.exception(title).getByRole('button', { name: /Conferma: scarta/ }))
    await gone(anna.exception(title))

    await bruno.choose(title, /Scarta le pagine/)
    await bruno.hands.fill(bruno.exception(title).getByLabel('Motivo'), 'Lo stesso foglio')
    await bruno.hands.activate(bruno.exception(title).getByRole('button', { name: /Conferma: scarta/ }))
    await see(bruno.page.getByText(/Già risolto da anna/i))
    await picture(bruno.page, 'gia-risolto')
    await bruno.leave()
  })
})
