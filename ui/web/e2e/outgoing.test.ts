// What goes out: one number, a list of recipients from a file, two labels, and the lists that go with the post and the minuta.

import { describe, expect, it } from 'vitest'
import { picture, see, until } from './browser'
import { recordOf } from './desk'
import { aDay } from './setup'

const day = aDay()

const csv = (rows: string[]) => ({ name: 'destinatari.csv', mimeType: 'text/csv', buffer: Buffer.from(['destinatario;indirizzo;raccomandata;variabili', ...rows, ''].join('\n')) })

describe('a letter to many', () => {
  let number = ''

  it('takes its recipients from a file that was looked at, and says row by row what is wrong', async () => {
    const { anna } = day
    await anna.hands.press('Alt+m')
    await anna.hands.tabTo(anna.form.getByRole('radio', { name: 'Arrivo' }))
    await anna.hands.press('ArrowRight')
    await anna.hands.press('Alt+a')
    const region = anna.page.getByRole('region', { name: 'Altri dati' })
    expect(await region.getByLabel('Busta').count(), 'how an envelope was found is asked of what comes in').toBe(0)
    expect(await anna.page.getByRole('button', { name: /^Arrivo posta/ }).count()).toBe(0)
    const file = region.getByLabel('Elenco da CSV')
    await file.setInputFiles(csv(['Verdi Ada;Via Roma 1;RA 0001 IT;rata 1', ';Via Po 2;;', 'Neri Ugo;Via Po 3;RA0001IT;']))
    const faults = region.getByRole('list', { name: 'Da guardare' })
    await see(faults.getByText('Riga 3: manca destinatario.'))
    await see(faults.getByText('Riga 4: il codice RA0001IT sta già in un’altra riga.'))
    await until(() => region.getByRole('button', { name: /^Prendi/ }).isDisabled(), true, 'a list with a bad row')
    await picture(anna.page, 'destinatari')
    await file.setInputFiles(csv(['Verdi Ada;Via Roma 1;RA 0001 IT;rata 1', 'Gialli Ines;Via Po 2;RA0002IT;rata 2', 'Neri Ugo;Via Po 3;RA0003IT;']))
    await anna.hands.activate(region.getByRole('button', { name: 'Prendi 3 destinatari' }))
    await until(() => region.getByLabel('Codice raccomandata 3').inputValue(), 'RA0003IT', 'the code of the third')
    await anna.hands.press('Escape')
  })

  it('has one number and two labels at once', async () => {
    const { anna } = day
    const before = (await day.station.office.labels()).length
    await anna.hands.fill(anna.field('Oggetto'), 'Sollecito di pagamento')
    number = await anna.number()
    await until(async () => (await day.station.office.labels()).length, before + 2, 'the labels of original and minuta')
    const { draft } = await recordOf(anna, number)
    expect(draft.direction).toBe('P')
    expect(draft.recipients?.map((c) => c.name)).toEqual(['Verdi Ada', 'Gialli Ines', 'Neri Ugo'])
  })

  it('stands on «Distinta di spedizione», and has its own list for the minuta', async () => {
    const { anna } = day
    const { registrationID } = await recordOf(anna, number)
    const table = await (await anna.context.request.get(`${day.station.url}/api/endofday/spedizione.csv`)).text()
    for (const code of ['RA0001IT', 'RA0002IT', 'RA0003IT']) expect(table).toContain(code)
    const paper = await anna.context.request.get(`${day.station.url}/api/registrations/${registrationID}/recipients.pdf`)
    expect((await paper.body()).subarray(0, 5).toString()).toBe('%PDF-')
    await anna.hands.activate(anna.page.getByRole('navigation').getByRole('link', { name: 'Fine giornata' }))
    await see(anna.page.getByRole('region', { name: 'Distinta di spedizione' }).getByRole('button', { name: 'Distinta di spedizione', exact: true }))
  })
})
