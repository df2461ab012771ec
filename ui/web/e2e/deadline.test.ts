// Thirty handovers at two desks around a gara's deadline, one of them of fifteen plichi ten seconds before it; and what is printed of them. The
// deadline is a real one, seconds ahead: the station's clock is the machine's.

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { gone, openBrowser, picture, see, until } from './browser'
import { Clerk, expectToken, expectWholePDF, inFile, readBack, wordsOf } from './desk'
import { Station } from './station'

const execute = promisify(execFile)

interface Plico {
  id: number
  code: string
  lateness: string
  handover: { id: number; at: string; seq: number }
  stamp?: { refusals?: number; token?: { time: string; serial: string } }
}

let browser: Browser
let station: Station
let one: Clerk
let two: Clerk

/** The gara whose deadline it is. */
let tender = 0

beforeAll(async () => {
  ;[browser, station] = await Promise.all([openBrowser(), Station.start()])
  ;[one, two] = await Promise.all([Clerk.login(browser, station, station.account('operatore')), Clerk.login(browser, station, station.account('responsabile'))])
})

afterAll(async () => {
  await browser?.close()
  await station?.stop()
})

const post = <T>(c: Clerk, path: string, body: unknown) =>
  c.page.evaluate(async ([path, body]) => {
    const answer = await fetch(path as string, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${path as string}: ${answer.status} ${await answer.text()}`)
    return (await answer.json().catch(() => null)) as never
  }, [path, body] as const) as Promise<T>

const pause = (ms: number) => new Promise((done) => setTimeout(done, Math.max(ms, 0)))

describe('plichi around a deadline', () => {
  it('keeps every instant, says who was late by the second, and totals what the register has', async () => {
    await station.office.authorityIs('imprint') // it marks another document: nobody waits for it, and nothing of it is kept as a token
    const deadline = Math.ceil(Date.now() / 1000) * 1000 + 14_000
    const gara = await post<{ id: number }>(one, '/api/tenders', {
      key: 'gara-a-scadenza', subject: 'Vendita di un terreno', place: 'Sala giunta', basis: 'alienazione', deadline: new Date(deadline), sessionAt: new Date(deadline + 3_600_000),
    })
    tender = gara.id
    // Ten seconds before: one handover, of fifteen. The form comes later.
    await pause(deadline - 10_000 - Date.now())
    await one.page.keyboard.press('F6')
    await see(one.page.getByRole('dialog', { name: 'Istante di ricezione' }))
    for (let i = 0; i < 29; i++) {
      await pause(deadline - 9000 + i * 450 - Date.now())
      await (i % 2 ? one : two).page.keyboard.press('F6')
    }
    const open = async () => (await one.json<{ open: { id: number; at: string }[] }>('/api/bids/reception')).open
    await until(async () => (await open()).length, 30, 'thirty instants')
    await one.page.keyboard.press('Enter')
    await two.page.keyboard.press('Enter')

    const instants = await open()
    for (let i = 1; i < instants.length; i++) expect(instants[i]!.at > instants[i - 1]!.at, `${instants[i]!.at} after ${instants[i - 1]!.at}`).toBe(true)
    for (const [i, h] of instants.entries()) {
      for (const b of await post<Plico[]>(one, `/api/bids/handovers/${h.id}/declaration`, { count: i === 0 ? 15 : 1 }))
        await post(one, `/api/bids/plichi/${b.id}/description`, { version: 0, tenderID: gara.id, sender: 'Ditta Rossi', means: 'mano', seal: 'integro' })
    }
    const plichi = async () => (await one.json<{ bids: Plico[] }>(`/api/tenders/${gara.id}`)).bids
    const bids = await plichi()
    expect(bids.length).toBe(44)
    await until(async () => (await plichi()).filter((b) => b.stamp?.refusals).length, 1, 'plichi whose mark was refused')
    expect(bids.filter((b) => b.stamp?.token)).toEqual([])
    await station.office.authorityIs('well')
    const state = (at: string) => {
      const [second, last] = [Math.floor(Date.parse(at) / 1000), deadline / 1000]
      return second <= last ? 'entro' : Math.floor(second / 60) === Math.floor(last / 60) ? 'nel-minuto' : 'oltre'
    }
    for (const b of bids) expect(b.lateness, b.handover.at).toBe(state(b.handover.at))
    const late = bids.filter((b) => b.lateness !== 'entro')
    expect(late.length).toBeGreaterThan(3)
    expect(bids.filter((b) => b.lateness === 'entro').length).toBeGreaterThan(20)

    // Labels of the first and of a late one, read off what the printer printed.
    for (const b of [bids[0]!, late[0]!]) {
      const before = (await station.office.labels()).length
      await post(one, `/api/bids/plichi/${b.id}/label`, {})
      const printed = await station.office.labels()
      expect(printed.length).toBe(before + 1)
      const newest = printed.reduce((a, l) => (l.seq > a.seq ? l : a))
      const { stdout } = await inFile(await station.office.picture(newest), (path) => execute('zbarimg', ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', path]))
      expect(stdout.trim()).toMatch(/^SGN1\.B\./)
      const found = await one.json<Plico>(`/api/bids/plichi?code=${encodeURIComponent(stdout.trim())}`)
      expect(found.id).toBe(b.id)
    }

    // The receipt of the newest handover has its key.
    await one.page.keyboard.press('Alt+p')
    const receipt = one.page.getByRole('button', { name: /^Ricevuta della consegna/ })
    await see(receipt)
    expect(await receipt.first().innerText()).toContain('Alt+U')
    await one.page.keyboard.press('Alt+u')
    const dialog = one.dialog('Ricevuta dei plichi')
    const link = dialog.getByRole('link', { name: 'Apri la ricevuta' })
    await see(link)
    const words = await wordsOf(await one.bytes((await link.getAttribute('href'))!))
    expect(words).toContain('RICEVUTA (art. 18-bis L. 241/1990).')
    expect(words).toContain('n. 1 plico chiuso, non aperto')
    await picture(one.page, 'plichi-ricevute')

    // By this desk's choice it comes out on a label, to the second, and says nothing of the deadline.
    await dialog.getByRole('radio', { name: 'Sull’etichetta' }).check()
    const before = (await station.office.labels()).length
    await dialog.getByRole('button', { name: 'Stampa la ricevuta' }).press('Enter')
    await see(one.notices.getByText('Ricevuta stampata sull’etichetta'))
    await gone(dialog)
    const slips = await station.office.labels()
    expect(slips.length).toBe(before + 1)
    const slip = await readBack(await station.office.picture(slips.reduce((a, l) => (l.seq > a.seq ? l : a))))
    expect(slip).toContain('RICEVUTA (art.')
    expect(slip).toContain('non aperto')
    expect(slip).toMatch(/ore \d\d:\d\d:\d\d/)
    expect(slip).not.toMatch(/oltre|entro|scadut|tardi/i)
    await one.page.keyboard.press('Alt+u')
    await see(dialog.getByRole('button', { name: 'Stampa la ricevuta' }))
    await picture(one.page, 'plichi-ricevuta-etichetta')
    await one.page.keyboard.press('Escape')
    await gone(dialog)

    await one.page.getByRole('link', { name: 'Vendita di un terreno' }).click()
    await see(one.page.getByText('Per constatazione e verbalizzazione, chiusi:'))
    for (const version of [1, 2]) {
      await one.page.getByRole('button', { name: 'Produci i dati per il verbale' }).click()
      await see(one.page.getByRole('link', { name: `Versione ${version}: PDF/A` }))
    }
    await one.page.getByRole('region', { name: 'Dati per il verbale' }).scrollIntoViewIfNeeded()
    await picture(one.page, 'gara-verbale')
    const pdf = await one.bytes(`/api/tenders/${gara.id}/records/2/dati.pdf`)
    await expectWholePDF(pdf)
    const table = (await one.bytes(`/api/tenders/${gara.id}/records/2/dati.csv`)).toString('utf8')
    const total = (name: string) => Number(new RegExp(`^totale;${name};;(\\d+);`, 'm').exec(table)?.[1])
    expect(total('plichi ricevuti')).toBe(44)
    for (const [words, lateness] of [['entro il termine', 'entro'], ['nel minuto del termine', 'nel-minuto'], ['oltre il termine', 'oltre']] as const)
      expect(total(words), words).toBe(bids.filter((b) => b.lateness === lateness).length)
    expect(table.match(/^plico;/gm)?.length).toBe(44)
    expect(station.errors).toEqual([])
  })

  it('has a token for each in the end, which OpenSSL verifies', async () => {
    const plichi = async () => (await one.json<{ bids: Plico[] }>(`/api/tenders/${tender}`)).bids
    await post(two, '/api/time/marks', {}) // after a failure the station rests
    await vi.waitFor(async () => expect((await plichi()).filter((b) => !b.stamp?.token).map((b) => b.code)).toEqual([]), { timeout: 60_000, interval: 200 })
    const bids = await plichi()
    expect(new Set(bids.map((b) => b.stamp?.token?.serial)).size).toBe(44)
    for (const b of bids) await expectToken(await one.bytes(`/api/bids/plichi/${b.id}/timestamp.zip`))
    expect(station.errors).toEqual([])
  })

  it('types a paper sheet in by the keyboard, and says beside the line what is wrong', async () => {
    const { page, hands } = two
    await page.keyboard.press('Alt+p')
    await hands.activate(page.getByRole('button', { name: 'Foglio ricezione plichi…' }))
    const dialog = two.dialog('Foglio ricezione plichi')
    await see(dialog)
    const [paper] = await Promise.all([two.context.waitForEvent('page'), hands.activate(dialog.getByRole('button', { name: /^Numera e apri/ }))])
    await paper.close()
    await until(() => dialog.getByLabel('Foglio n.').inputValue(), `1/${new Date().getFullYear()}`, 'the sheet')
    const yesterday = new Date(Date.now() - 86_400_000).toLocaleDateString('it-IT', { timeZone: 'Europe/Rome', day: '2-digit', month: '2-digit', year: 'numeric' })
    await hands.fill(dialog.getByLabel('Giorno scritto sul foglio'), yesterday)
    await hands.tabTo(dialog.getByLabel('Ora, riga 1'))
    const write = async (...cells: string[]) => {
      for (const cell of cells) {
        await hands.overwrite(cell)
        await hands.press('Enter')
      }
    }
    await write('0', '1', '2', 'Ditta Neri')
    await hands.press('Enter') // the gara
    await write('2', 'AR', 'pioveva')
    await write('0', '3', '', 'Ditta Verdi')
    await hands.press('Enter')
    await write('1', 'AR', '')
    await see(dialog.getByLabel('Ora, riga 3'))
    await hands.activate(dialog.getByRole('button', { name: 'Annulla l’ultima riga' }))
    await hands.activate(dialog.getByRole('button', { name: 'Salva 2 righe' }))
    await until(() => dialog.getByText('trascritta', { exact: true }).count(), 2, 'two lines')
    await hands.activate(dialog.getByRole('button', { name: 'Aggiungi una riga' }))
    await hands.tabTo(dialog.getByLabel('Riga, riga 3'))
    await write('1', '0', '5', '0', 'Ditta Neri')
    await hands.press('Enter')
    await write('1', 'AR')
    await hands.activate(dialog.getByRole('button', { name: 'Salva la riga' }))
    await see(dialog.getByRole('alert').filter({ hasText: 'Già trascritta' }))
    await picture(page, 'foglio-ricezione-plichi')
  })
})
