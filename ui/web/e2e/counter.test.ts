// The citizen at the counter, and letters that are not the plain sort: anonymous, registered twice, outgoing, internal.

import { describe, expect, it } from 'vitest'
import { expectFocus, gone, holds, picture, see } from './browser'
import { expectWholePDF, readBack, recordOf, wordsOf } from './desk'
import { aDay } from './setup'

const day = aDay()

describe('a citizen at the counter', () => {
  it('is served in between: F4, number, receipt, and the parked letter is back with its text', async () => {
    const { anna } = day
    await expectFocus(anna.field('Mittente'))
    await anna.hands.type('Banca di Esempio')
    await anna.hands.press('Enter')
    await expectFocus(anna.field('Oggetto'))
    await anna.hands.type('Fideiussione da finire più tardi')

    await anna.hands.press('F4')
    await see(anna.form.getByText('Sportello', { exact: true }))
    await holds(anna.field('Mittente'), '')
    await see(anna.page.getByRole('region', { name: 'Moduli messi da parte' }).getByText('Banca di Esempio'))
    await picture(anna.page, 'sportello')
    const number = await anna.register({ from: 'Lucia Bianchi di Esempio', subject: 'Domanda di residenza', classifica: 'I.3', uor: 'Ser' })

    const dialog = anna.dialog('Ricevuta per il cittadino')
    await see(dialog)
    await picture(anna.page, 'ricevuta')
    const link = dialog.getByRole('link', { name: 'Apri la ricevuta' })
    await expectFocus(link)
    const receipt = await anna.bytes((await link.getAttribute('href'))!)
    await expectWholePDF(receipt)
    const words = await wordsOf(receipt)
    expect(words).toContain('RICEVUTA (art. 18-bis L. 241/1990)')
    expect(words).toMatch(/Si attesta che il \d\d\/\d\d\/\d{4} alle ore \d\d:\d\d è stato presentato: Domanda di residenza; mittente Lucia Bianchi di Esempio; allegati 0\./)
    expect(words).toContain(`Prot. n. ${number.slice(0, 7)} del `)
    expect(words).toContain('PROVA – SENZA VALORE')
    const opened = anna.context.waitForEvent('page')
    await anna.hands.press('Enter')
    await (await opened).close()
    await gone(dialog)

    await holds(anna.field('Mittente'), 'Banca di Esempio')
    await holds(anna.field('Oggetto'), 'Fideiussione da finire più tardi')
    const second = await anna.number()
    expect((await recordOf(anna, second)).draft.subject).toBe('Fideiussione da finire più tardi')
    const { draft } = await recordOf(anna, number)
    expect(draft).toMatchObject({ atCounter: true, means: 'mano' })
  })
})

describe('a receipt on a label', () => {
  it('is this desk’s choice, comes out at once, is read back, and says why when it does not', async () => {
    const { anna, station } = day
    await anna.hands.press('F4')
    const number = await anna.register({ from: 'Lucia Bianchi di Esempio', subject: 'Domanda di accesso', classifica: 'I.3', uor: 'Ser' })
    const dialog = anna.dialog('Ricevuta per il cittadino')
    await see(dialog)
    await anna.hands.tabTo(dialog.getByRole('radio', { name: 'Su un foglio A4' }))
    await anna.hands.press('ArrowDown')
    const print = dialog.getByRole('button', { name: 'Stampa la ricevuta' })
    await station.office.trouble('printer-labels-out')
    await anna.hands.activate(print)
    await see(dialog.getByRole('alert').filter({ hasText: 'Ricevuta non uscita: ristampala o aprila in A4' }))
    await picture(anna.page, 'ricevuta-non-uscita')
    await station.office.mend('printer-labels-out')
    const before = (await station.office.labels()).length
    const pressed = Date.now()
    await anna.hands.activate(print)
    await gone(dialog)
    expect(Date.now() - pressed, 'ms').toBeLessThan(5000) // R7.1
    const printed = await station.office.labels()
    expect(printed.length).toBe(before + 1)
    const newest = printed.reduce((a, l) => (l.seq > a.seq ? l : a))
    const words = await readBack(await station.office.picture(newest))
    expect(words).toContain('RICEVUTA (art.')
    expect(words).toContain(number.slice(0, 7))
    expect(words).toContain('Domanda di accesso')
    expect(words).toMatch(/operatore Anna [A-Z]/) // the person, not the account

    // The next one at this desk is offered on a label at once, also from the record.
    await anna.hands.press('F4')
    await anna.register({ from: 'Lucia Bianchi di Esempio', subject: 'Domanda di residenza, di nuovo', classifica: 'I.3', uor: 'Ser' })
    await see(dialog)
    await expectFocus(dialog.getByRole('button', { name: 'Stampa la ricevuta' }))
    await picture(anna.page, 'ricevuta-etichetta')
    await anna.hands.tabTo(dialog.getByRole('radio', { name: 'Sull’etichetta' }))
    await anna.hands.press('ArrowUp')
    await see(dialog.getByRole('link', { name: 'Apri la ricevuta' }))
    await anna.hands.press('Escape')
    await gone(dialog)
  })
})

describe('an anonymous letter', () => {
  it('is registered as such, and its receipt says so', async () => {
    const { anna } = day
    await anna.hands.press('Alt+m')
    await expectFocus(anna.field('Mittente'))
    await anna.hands.press('Alt+a')
    const more = anna.page.getByRole('region', { name: 'Altri dati' })
    await anna.hands.tabTo(more.getByRole('checkbox', { name: 'Anonimo' }))
    await anna.hands.press('Space')
    await picture(anna.page, 'altri-dati')
    await anna.hands.press('Escape')
    await gone(more)
    await expectFocus(anna.field('Oggetto'))
    await anna.hands.type('Segnalazione senza firma')
    const number = await anna.number()
    const record = await recordOf(anna, number)
    expect(record.draft).toMatchObject({ anonymous: true })
    expect(record.draft.senders ?? []).toEqual([])
    await see(anna.page.getByRole('region', { name: 'Ultime registrazioni' }).getByRole('link', { name: new RegExp(`${number}.*anonimo`, 'i') }))
    const words = await wordsOf(await anna.bytes(`/api/records/${record.intakeID}/receipt.pdf`))
    expect(words).toMatch(/mittente anonimo/i)
  })
})

describe('the same raccomandata again', () => {
  it('is asked about before any number is given', async () => {
    const { anna } = day
    const raccomandata = async (subject: string) => {
      await anna.hands.press('Alt+m')
      await anna.write({ from: 'Avvocato di Esempio', subject, classifica: 'I.4', uor: 'Aff' })
      await anna.hands.press('Alt+a')
      await anna.hands.fill(anna.page.getByLabel('Codice raccomandata'), '15012345678-9')
      await anna.hands.press('Escape')
    }
    await raccomandata('Diffida')
    const first = await anna.number()
    await raccomandata('Diffida, di nuovo')
    await anna.hands.press('F9')
    const dialog = anna.dialog('È già registrato?')
    await see(dialog)
    await see(dialog.getByText('stesso codice raccomandata'))
    await see(dialog.getByText(first))
    expect(await anna.shownNumber()).toBe(first)
    await picture(anna.page, 'doppione')

    await expectFocus(dialog.getByRole('button', { name: 'Torna al modulo' }))
    await anna.hands.press('Enter')
    await gone(dialog)
    await holds(anna.field('Oggetto'), 'Diffida, di nuovo')

    await anna.hands.press('F9')
    await see(dialog)
    await anna.hands.activate(dialog.getByRole('button', { name: /È un altro documento/ }))
    await gone(dialog)
    const second = await anna.newNumber(first)
    expect(second).not.toBe(first)
    expect((await recordOf(anna, second)).draft.subject).toBe('Diffida, di nuovo')
  })
})

describe('other directions', () => {
  it('an outgoing letter has one number and all its recipients', async () => {
    const { anna } = day
    await anna.hands.press('Alt+m')
    await anna.hands.tabTo(anna.form.getByRole('radio', { name: 'Arrivo' }))
    await anna.hands.press('ArrowRight')
    await anna.hands.fill(anna.field('Destinatario'), 'Provincia di Esempio')
    await anna.hands.press('Enter')
    await expectFocus(anna.field('Oggetto'))
    await anna.hands.type('Convocazione della conferenza')
    await anna.hands.press('Alt+a')
    const others = anna.page.getByRole('group', { name: /^Destinatari/ })
    await anna.hands.activate(others.getByRole('button', { name: 'Aggiungi' }))
    await anna.hands.fill(others.getByLabel('Destinatario 2'), 'Regione di Esempio')
    await anna.hands.activate(others.getByRole('button', { name: 'Aggiungi' }))
    await anna.hands.fill(others.getByLabel('Destinatario 3'), 'Azienda sanitaria di Esempio')
    const office = anna.page.getByLabel('Ufficio mittente')
    await anna.hands.press('Escape')
    await expectFocus(anna.field('Oggetto'))
    const number = await anna.number()
    const { draft } = await recordOf(anna, number)
    expect(draft.direction).toBe('P')
    expect(draft.recipients?.map((r) => r.name)).toEqual(['Provincia di Esempio', 'Regione di Esempio', 'Azienda sanitaria di Esempio'])
    await gone(office)
  })

  it('an internal one goes from office to office', async () => {
    const { anna } = day
    await anna.hands.press('Alt+m')
    await anna.hands.tabTo(anna.form.getByRole('radio', { checked: true }))
    await anna.hands.press('ArrowRight')
    await anna.hands.fill(anna.field('Destinatario'), 'Ufficio tributi')
    await anna.hands.press('Enter')
    await expectFocus(anna.field('Oggetto'))
    await anna.hands.type('Richiesta di parere interno')
    await anna.hands.press('Alt+a')
    await anna.hands.fill(anna.page.getByLabel('Ufficio mittente'), 'Ufficio tecnico')
    await anna.hands.press('Escape')
    await expectFocus(anna.field('Oggetto'))
    const number = await anna.number()
    const { draft } = await recordOf(anna, number)
    expect(draft).toMatchObject({ direction: 'I', recipients: [{ name: 'Ufficio tributi' }], senders: [{ name: 'Ufficio tecnico' }] })
  })
})
