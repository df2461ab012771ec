// Pages that came out badly: the sheet says which and why, and the clerk looks at each of them before the document is confirmed.

import { describe, expect, it } from 'vitest'
import { expectAccessible, expectFocus, gone, picture, see, until } from './browser'
import { recordOf } from './desk'
import { aDay } from './setup'

const day = aDay()

describe('a letter with badly scanned pages', () => {
  it('says of each page what is wrong with it, and leads through those pages alone', async () => {
    const { anna } = day
    await day.station.office.load('poor')
    const number = await anna.register({ from: 'Cittadina di Esempio', subject: 'Lettera scansionata male', classifica: 'I.4', uor: 'Aff' })
    await anna.scan()
    const card = anna.document(number)
    await see(card.getByText('Da confermare'))
    const list = card.getByRole('list', { name: 'Pagine da guardare una per una' })
    await see(list)
    const flags = await list.getByRole('listitem').allInnerTexts()
    expect(flags).toHaveLength(5)
    for (const [i, words] of [/^Pagina 2: storta di [3-7],\d°$/, /^Pagina 3: forse capovolta: \d+ tratti di testo$/, /^Pagina 4: poco contrasto: [12]\d %$/, /^Pagina 5: forse tagliata a sinistra: \d+ segni escono dal foglio$/, /^Pagina 6: (bianca: nessun|quasi bianca: 0,\d+ % di) inchiostro$/].entries()) {
      expect(flags[i]).toMatch(words)
    }
    await picture(anna.page, 'pagine-segnalate')

    // The station itself refuses what the screen would not ask for.
    const { documents } = await recordOf(anna, number)
    const refused = await anna.context.request.post(`${day.station.url}/api/documents/${documents![0]!.id}/confirm`, { data: { pages: [] } })
    expect(refused.status()).toBe(409)
    expect(await refused.json()).toMatchObject({ code: 'page-flagged', words: '2, 3, 4, 5, 6' })

    await anna.hands.tabTo(card.getByRole('button', { name: /^Conferma qualità/ }))
    const pictures = '**/api/pages/*/image.jpg'
    await anna.page.route(pictures, (r) => r.abort())
    await anna.hands.press('Alt+c')
    const dialog = anna.dialog(/pagina 2 di 6$/)
    await see(dialog)
    const good = anna.page.getByRole('button', { name: /^Questa pagina va bene/ })
    const confirm = anna.page.getByRole('button', { name: /^Conferma il documento/ })
    await expectFocus(good)
    expect(await confirm.isDisabled()).toBe(true)
    // Nobody confirms what was not on the screen.
    await see(dialog.getByText(/L’immagine della pagina non è arrivata/))
    await anna.hands.press('Space')
    await see(dialog.getByText(/^0 guardate su 5/))
    await anna.page.unroute(pictures)
    await anna.hands.press('ArrowRight')
    await see(anna.dialog(/pagina 3 di 6$/))
    await anna.hands.press('ArrowRight')
    await see(anna.dialog(/pagina 4 di 6$/))
    await anna.hands.press('ArrowLeft')
    await anna.hands.press('ArrowLeft')
    await see(anna.dialog(/pagina 2 di 6$/))
    await until(() => dialog.getByRole('img').evaluate((i) => (i as HTMLImageElement).naturalWidth > 500), true, "the page's picture")
    await picture(anna.page, 'pagina-segnalata')
    await expectAccessible(anna.page)

    // The arrows walk the flagged pages without confirming anything, and Esc leaves all as it was.
    await anna.hands.press('ArrowRight')
    await see(anna.dialog(/pagina 3 di 6$/))
    await anna.hands.press('ArrowLeft')
    await anna.hands.press('Escape')
    await gone(anna.dialog(/di 6$/))
    await see(card.getByText('Da confermare'))

    await anna.hands.press('Alt+c')
    for (const place of [2, 3, 4, 5, 6]) {
      await see(anna.dialog(new RegExp(`pagina ${place} di 6$`)))
      await expectFocus(good)
      await until(() => good.getAttribute('aria-disabled'), 'false', 'the picture of the page')
      await anna.hands.press('Space')
    }
    await expectFocus(confirm)
    await picture(anna.page, 'pagine-guardate')
    await anna.hands.press('Enter')
    await gone(anna.dialog(/di 6$/))
    await see(card.getByText('Archiviato', { exact: true }))
  })
})
