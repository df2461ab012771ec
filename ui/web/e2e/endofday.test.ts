// The last look at a day: what is still open, a letter that is left out of the scan, one that is put off, and the exclusion taken back.

import { describe, expect, it } from 'vitest'
import { expectFocus, gone, keyboardOnly, picture, see, until } from './browser'
import { Clerk, expectWholePDF, recordOf, wordsOf } from './desk'
import { aDay } from './setup'

const day = aDay()

async function endOfDay(clerk: Clerk): Promise<void> {
  await clerk.hands.activate(clerk.page.getByRole('navigation').getByRole('link', { name: 'Fine giornata' }))
  await see(clerk.page.getByRole('heading', { name: 'Fine giornata' }))
}

const list = (clerk: Clerk, name: string) => clerk.page.getByRole('region', { name })

describe('the end of a day', () => {
  let certificate = ''
  let plan = ''

  it('has everything in order while nothing is registered, and then says what is not scanned', async () => {
    const { anna } = day
    await endOfDay(anna)
    await see(anna.page.getByText('Tutto a posto.'))
    await anna.hands.press('Alt+s')
    certificate = await anna.register({ from: 'Dipendente di Esempio', subject: 'Certificato medico', classifica: 'I.4', uor: 'Aff' })
    await expectFocus(anna.field('Mittente'))
    plan = await anna.register({ from: 'Studio di Esempio', subject: 'Tavole di progetto', classifica: 'I.4', uor: 'Tec' })
    await endOfDay(anna)
    const open = list(anna, 'Registrate, non ancora scansionate')
    for (const number of [certificate, plan]) await see(open.getByRole('link', { name: number }))
    await see(anna.page.getByText('C’è ancora qualcosa da fare.'))
    await picture(anna.page, 'fine-giornata')
    await anna.hands.activate(open.getByRole('link', { name: certificate }))
  })

  it('leaves a letter out of the scan by keyboard, and no scan of it is taken', async () => {
    const { anna } = day
    await anna.doOther('Escludi dalla scansione')
    const dialog = anna.dialog(`Escludere dalla scansione ${certificate}?`)
    await see(dialog.getByText('Nessuna immagine resterà.'))
    await expectFocus(dialog.getByRole('radio').first())
    await anna.hands.press('Enter')
    await see(dialog.getByText('Scegli perché non si scansiona.'))
    await anna.hands.tabTo(dialog.getByRole('radio').first())
    await anna.hands.press('Space')
    await picture(anna.page, 'escludi')
    await anna.hands.activate(dialog.getByRole('button', { name: 'Escludi: nessuna immagine' }))
    await gone(dialog)
    await see(list(anna, 'Documenti').getByText('Chiuso con nota'))
    expect(await anna.others()).not.toContain('Escludi dalla scansione')
    const { registrationID } = await recordOf(anna, certificate)
    const answer = await anna.context.request.post(`${day.station.url}/api/scans`, { data: { selected: registrationID } })
    expect(((await answer.json()) as { code: string }).code).toBe('excluded')
  })

  it('puts a letter off with a reason', async () => {
    const { anna } = day
    await anna.recordScreen(plan)
    await anna.doOther('Scansiona più tardi')
    const dialog = anna.dialog('Scansionare più tardi?')
    await expectFocus(dialog.getByLabel('Motivo'))
    await anna.hands.press('Enter')
    await see(dialog.getByText('Scrivi il motivo: resta agli atti.'))
    await anna.hands.type('Occorre lo scanner A3')
    await anna.hands.press('Enter')
    await gone(dialog)
    await see(anna.page.getByText(/^Si scansiona più tardi: Occorre lo scanner A3/))
    await picture(anna.page, 'scansiona-più-tardi')
    await anna.hands.press('Alt+s')
    await anna.hands.activate(anna.bar.getByRole('link', { name: /^Da scansionare poi: 1/ }))
    await see(list(anna, 'Da scansionare più tardi').getByText('Occorre lo scanner A3'))
  })

  it('tells what is put off and left out apart, and prints the list for the offices', async () => {
    const { anna } = day
    await endOfDay(anna)
    await see(list(anna, 'Escluse dalla scansione').getByRole('link', { name: certificate }))
    await see(anna.page.getByText('Tutto a posto.'))
    await picture(anna.page, 'fine-giornata-a-posto')
    const opened = anna.context.waitForEvent('page')
    await anna.hands.activate(list(anna, 'Distinta di smistamento').getByRole('button', { name: 'Distinta di smistamento' }))
    await (await opened).close()
    const pdf = await anna.bytes('/api/endofday/distinta.pdf')
    await expectWholePDF(pdf)
    for (const number of [certificate, plan]) expect(await wordsOf(pdf)).toContain(number.split('/')[0])
    await expectWholePDF(await anna.bytes((await list(anna, 'Fogli divisori').getByRole('link').getAttribute('href'))!))
  })

  it('says when there is no paper for an office', async () => {
    const { anna } = day
    await anna.hands.fill(anna.page.getByLabel('Giorno', { exact: true }), '01/01/2020')
    await until(() => list(anna, 'Da scansionare più tardi').count(), 0, 'what is put off')
    await anna.hands.activate(list(anna, 'Distinta di smistamento').getByRole('button', { name: 'Distinta di smistamento' }))
    await see(anna.notices.getByText(/^Per questo giorno non c’è carta da smistare/))
  })

  it('has an exclusion taken back only by the Responsabile', async () => {
    const { anna } = day
    await anna.recordScreen(certificate)
    expect(await anna.page.getByRole('button', { name: /^Togli l’esclusione/ }).count()).toBe(0)
    const boss = await Clerk.login(day.browser, day.station, day.station.account('responsabile'))
    await boss.recordScreen(certificate)
    await boss.hands.activate(boss.page.getByRole('button', { name: /^Togli l’esclusione/ }))
    const dialog = boss.dialog('Togliere l’esclusione?')
    await expectFocus(dialog.getByLabel('Motivo'))
    await boss.hands.type('Era una ricevuta')
    await boss.hands.press('Enter')
    await gone(dialog)
    await until(async () => (await boss.others()).includes('Escludi dalla scansione'), true, 'the way to exclude it again')
    await keyboardOnly(boss.page)
    await boss.leave()
  })
})
