// What is not registered and what goes before the rest: post for others, closed and opened; what the list leaves out, and what it may not; what is urgent.

import { describe, expect, it } from 'vitest'
import { pathOf } from '../src/lib/router'
import { expectFocus, gone, picture, see, until } from './browser'
import { Clerk, readBack, recordOf } from './desk'
import { aDay } from './setup'

const day = aDay()

interface Hit {
  intakeID: number
  number?: string
  draft: { subject: string; note?: string; direction: string }
}

const found = async (text: string): Promise<Hit[]> => (await day.anna.json<{ hits: Hit[] }>(`/api/records?testo=${encodeURIComponent(text)}`)).hits

/** The texts of the labels that came out of the pretend printer, as the journal has them. */
async function legends(intakeID: number): Promise<string[]> {
  const { entries } = await day.anna.json<{ entries: { kind: string; detail?: { legendText?: string } }[] }>(`/api/records/${intakeID}/history`)
  return entries.filter((e) => e.kind === 'label.legend').map((e) => e.detail?.legendText ?? '')
}

describe('post for others', () => {
  it('closed, goes back to the post with one key, its legend and the day’s list', async () => {
    const { anna, station } = day
    await anna.page.goto(station.url)
    await expectFocus(anna.field('Mittente'))
    await anna.hands.press('Shift+F3')
    const dialog = anna.dialog('È indirizzata ad altri')
    await expectFocus(dialog.getByLabel('Indirizzata a'))
    await anna.hands.press('Enter')
    await see(dialog.getByText('Scrivi a chi è indirizzata, come sta sulla busta.'))
    await anna.hands.type('Condominio Aurora')
    await picture(anna.page, 'per-altri')
    await anna.hands.press('Enter')
    await gone(dialog)
    await see(anna.notices.getByText(/torna alle Poste, per Condominio Aurora/))
    await expectFocus(anna.field('Mittente'))
    const [hit] = await found('Condominio Aurora')
    expect(hit?.number ?? '').toBe('')
    await until(async () => (await legends(hit!.intakeID)).join(), 'PERVENUTO PER ERRORE', 'the legend for the envelope')

    await anna.page.goto(station.url + pathOf('endofday'))
    const list = anna.page.getByRole('region', { name: 'Da restituire alle Poste' })
    await see(list.getByText('Al banco, per Condominio Aurora'))
    const paper = await anna.page.request.get(`${station.url}/api/endofday/restituzione.pdf`)
    expect([paper.status(), (await paper.body()).subarray(0, 5).toString()]).toEqual([200, '%PDF-'])
    await anna.hands.tabTo(list.getByRole('checkbox', { name: /^Ripresa dalle Poste: Ricezione R / }))
    await anna.hands.press('Space')
    await picture(anna.page, 'da-restituire')
    await anna.hands.activate(list.getByRole('button', { name: 'Riprese dalle Poste: 1' }))
    await see(list.getByText('Ripresa dalle Poste, per Condominio Aurora'))
    await anna.page.goto(station.url + pathOf('record', hit!.intakeID))
    await see(anna.page.getByRole('region', { name: 'Senza numero' }).getByText('ripresa dalle Poste', { exact: true }))
    await picture(anna.page, 'ripresa-dalle-poste')
  })

  it('that turns out to be ours is registered with the arrival of then', async () => {
    const { anna, station } = day
    await anna.page.goto(station.url)
    await expectFocus(anna.field('Mittente'))
    await anna.hands.press('Shift+F3')
    await anna.hands.type('Ufficio di una volta')
    await anna.hands.press('Enter')
    await gone(anna.dialog('È indirizzata ad altri'))
    const [hit] = await found('Ufficio di una volta')
    await anna.page.goto(station.url + pathOf('record', hit!.intakeID))
    await anna.hands.activate(anna.page.getByRole('button', { name: 'Va registrata: registra' }))
    await anna.hands.overwrite('Mittente di Esempio')
    await anna.hands.press('Enter')
    await anna.hands.type('Era proprio per noi')
    const number = await anna.number()
    const was = await anna.json<{ arrivedAt: string }>(`/api/records/${hit!.intakeID}`)
    expect((await recordOf(anna, number)).arrivedAt).toBe(was.arrivedAt)
    await anna.page.goto(station.url + pathOf('record', hit!.intakeID))
    await see(anna.page.getByRole('link', { name: 'Poi registrata' }))
  })

  it('opened by mistake, is registered as it came and as it goes on, with both legends', async () => {
    const { anna, station } = day
    await anna.page.goto(station.url)
    await expectFocus(anna.field('Mittente'))
    await anna.hands.press('Shift+F3')
    await anna.hands.activate(anna.dialog('È indirizzata ad altri').getByRole('button', { name: 'È stata aperta' }))
    await gone(anna.dialog('È indirizzata ad altri'))
    await anna.write({ from: 'Studio Legale di Esempio', subject: 'Diffida a un vicino' })
    const entry = await anna.number()
    await see(anna.notices.getByText(/Adesso la registrazione in uscita/))
    await expectFocus(anna.field('Destinatario'))
    expect(await anna.field('Destinatario').inputValue()).toBe('Studio Legale di Esempio')
    await picture(anna.page, 'si-rispedisce')
    const exit = await anna.number()
    expect(exit).not.toBe(entry)
    await see(anna.notices.getByText(/^Dicitura stampata \(per la busta\)/))
    await see(anna.field('Mittente')) // the next letter comes in again
    const [came, goes] = [await recordOf(anna, entry), await recordOf(anna, exit)] as unknown as Hit[]
    expect([came!.draft.direction, goes!.draft.direction]).toEqual(['A', 'P'])
    for (const r of [came!, goes!]) expect(r.draft.subject).toBe('Diffida a un vicino – PERVENUTO PER ERRORE')
    expect(goes!.draft.note).toContain(`Collegata alla registrazione n. ${entry.slice(0, 7)} del `)
    expect(await legends(goes!.intakeID)).toEqual(['PERVENUTO ED APERTO PER ERRORE'])
  })
})

describe('what is not registered', () => {
  it('ends with the entry of the list cited, and without one it does not end', async () => {
    const { anna, station } = day
    await anna.page.goto(station.url)
    await expectFocus(anna.field('Mittente'))
    await anna.hands.press('F3')
    const dialog = anna.dialog('Non si registra')
    const entry = dialog.getByLabel('Che cos’è, secondo l’elenco')
    await expectFocus(entry)
    await until(() => entry.locator('option', { hasText: 'materiali pubblicitari' }).count(), 1, 'the list')
    await anna.hands.activate(dialog.getByRole('button', { name: 'Non si registra' }))
    await see(dialog.getByText(/^Scegli la voce dell’elenco/))
    await entry.selectOption({ label: 'materiali pubblicitari' })
    await see(dialog.getByText('DPR 445/2000, art. 53 c. 5'))
    await picture(anna.page, 'non-si-registra')
    await anna.hands.activate(dialog.getByRole('button', { name: 'Non si registra' }))
    await gone(dialog)
    const [hit] = await found('materiali pubblicitari')
    expect(hit?.number ?? '').toBe('')
    await anna.page.goto(station.url + pathOf('record', hit!.intakeID))
    await see(anna.page.getByRole('region', { name: 'Senza numero' }).getByText(/^DPR 445\/2000, art\. 53 c\. 5\. Elenco di/))
    await see(anna.page.getByRole('button', { name: 'Timbro per la copia' }))
    expect(await anna.page.getByRole('button', { name: /^Ricevuta/ }).count(), 'a receipt of what is not registered').toBe(0)
    await picture(anna.page, 'non-registrata')

    // The stamp is stuck on the copy of who brought it, and says what it is worth.
    await anna.hands.activate(anna.page.getByRole('button', { name: 'Timbro per la copia' }))
    const copy = anna.dialog('Timbro per la copia')
    await see(copy.getByText('Non è una ricevuta e non ha alcun valore giuridico.'))
    await expectFocus(copy.getByRole('link', { name: 'Apri il timbro' }))
    await anna.hands.tabTo(copy.getByRole('radio', { name: 'Su un foglio A4' }))
    await anna.hands.press('ArrowDown')
    await picture(anna.page, 'timbro-per-la-copia')
    const before = (await station.office.labels()).length
    await anna.hands.activate(copy.getByRole('button', { name: 'Stampa il timbro' }))
    await see(anna.notices.getByText('Etichetta per la copia stampata'))
    await gone(copy)
    const printed = await station.office.labels()
    expect(printed.length).toBe(before + 1)
    const words = await readBack(await station.office.picture(printed.reduce((a, l) => (l.seq > a.seq ? l : a))))
    expect(words).toContain('non soggetto a protocollazione')
    expect(words).toContain('alcun valore giuridico')
    await anna.page.goto(station.url + pathOf('endofday'))
    await see(anna.page.getByRole('region', { name: 'Non registrate' }).getByText('materiali pubblicitari (DPR 445/2000, art. 53 c. 5)'))
  })

  it('is never a raccomandata', async () => {
    const { anna, station } = day
    await anna.page.goto(station.url)
    await anna.write({ from: 'Editore di Esempio', subject: 'Dépliant' })
    await anna.hands.press('Alt+a')
    await anna.page.getByLabel('Mezzo', { exact: true }).selectOption('raccomandata')
    await anna.hands.press('Escape')
    await anna.hands.press('F3')
    const dialog = anna.dialog('Non si registra')
    await see(dialog.getByText(/^È una raccomandata o un atto giudiziario: si registra sempre, qualunque/))
    const entry = dialog.getByLabel('Che cos’è, secondo l’elenco')
    await until(() => entry.locator('option', { hasText: 'materiali pubblicitari' }).count(), 1, 'the list')
    await entry.selectOption({ label: 'materiali pubblicitari' })
    await anna.hands.activate(dialog.getByRole('button', { name: 'Non si registra' }))
    await see(dialog.getByText(/art\. 64\)\. Usa «Registra»/))
    await picture(anna.page, 'raccomandata-sempre')
    await anna.hands.press('Escape')
    await gone(dialog)
    expect(await anna.number()).toMatch(/^\d{7}\//)
    await anna.hands.press('Alt+a')
    await anna.page.getByLabel('Mezzo', { exact: true }).selectOption('posta')
  })

  it('is the list of a manual that the Responsabile chose, with entries of their own, in versions', async () => {
    const rita = await Clerk.login(day.anna.context.browser()!, day.station, day.station.account('responsabile'))
    await rita.page.goto(`${day.station.url}/impostazioni`)
    const panel = rita.page.getByRole('region', { name: 'Che cosa non si registra' })
    await see(panel.getByText('materiali pubblicitari'))
    await panel.getByLabel('Elenco di').selectOption({ label: 'Manuale del Comune, artt. 38 e 39' })
    await see(panel.getByText('richieste di ferie ed altri permessi'))
    await rita.hands.tabTo(panel.getByRole('checkbox', { name: /^richieste di ferie/ }))
    await rita.hands.press('Space')
    await see(rita.notices.getByText(/^Voce tolta: versione/))
    await rita.hands.fill(panel.getByLabel('Codice della voce'), '1')
    await rita.hands.fill(panel.getByLabel('Che cosa', { exact: true }), 'volantini elettorali')
    await rita.hands.fill(panel.getByLabel('Articolo o atto della voce'), 'Disposizione n. 4/2026')
    await rita.hands.press('Enter')
    await see(panel.getByRole('button', { name: 'Togli E-1 dall’elenco' }))
    await picture(rita.page, 'elenco-non-si-registra')
    const { entries } = await rita.json<{ entries: { code: string; off?: boolean }[] }>('/api/unregistered')
    expect([entries.find((e) => e.code === 'ferie')?.off, entries.at(-1)?.code]).toEqual([true, 'E-1'])
    await rita.context.close()
  })
})

describe('what is urgent', () => {
  it('stands first in the work lists by the Responsabile’s word, and its arrival stays', async () => {
    const { anna, station } = day
    await anna.page.goto(station.url)
    const numbers = [await anna.register({ from: 'Prima di Esempio', subject: 'Prima arrivata' }), await anna.register({ from: 'Seconda di Esempio', subject: 'Seconda arrivata' })]
    const second = await recordOf(anna, numbers[1]!)
    const rita = await Clerk.login(anna.context.browser()!, station, station.account('responsabile'))
    await rita.page.goto(station.url + pathOf('record', second.intakeID))
    await rita.doOther('Urgente')
    await rita.hands.type('Scade oggi')
    await rita.hands.press('Enter')
    await see(rita.page.getByText('Scade oggi').first())
    await picture(rita.page, 'urgente')
    await rita.context.close()

    await anna.page.goto(station.url + pathOf('endofday'))
    const list = anna.page.getByRole('region', { name: 'Registrate, non ancora scansionate' })
    const rows = list.getByRole('listitem')
    await see(rows.first().getByText('urgente', { exact: true }))
    await see(rows.first().getByText(/Seconda arrivata/))
    await picture(anna.page, 'urgente-fine-giornata')
    expect((await recordOf(anna, numbers[1]!)).arrivedAt).toBe(second.arrivedAt)
    await anna.page.goto(station.url + pathOf('record', second.intakeID))
    await see(anna.page.getByText('Scade oggi').first())
    expect(await anna.others(), 'a clerk’s word on it').not.toContain('Non più urgente')
  })
})
