// Plichi di gara: the key, its queue, and what a gara says of them.

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBrowser, picture, see } from './browser'
import { Clerk } from './desk'
import { Station } from './station'

let browser: Browser
let station: Station

beforeAll(async () => {
  ;[browser, station] = await Promise.all([openBrowser(), Station.start()])
})

afterAll(async () => {
  await browser?.close()
  await station?.stop()
})

describe('plichi di gara', () => {
  it('receives thirty at two desks, one handover of fifteen, and loses none', async () => {
    const [one, two] = await Promise.all([Clerk.login(browser, station, station.account('operatore')), Clerk.login(browser, station, station.account('responsabile'))])
    const made = await two.page.evaluate(async () => {
      const answer = await fetch('/api/tenders', {
        method: 'POST', headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ key: 'gara-di-prova-1', subject: 'Vendita di un terreno', place: 'Sala giunta', basis: 'alienazione', deadline: new Date(Date.now() + 3_600_000), sessionAt: new Date(Date.now() + 7_200_000) }),
      })
      return (await answer.json()) as { id: number }
    })
    const panel = (c: Clerk) => c.page.getByRole('dialog', { name: 'Istante di ricezione' })
    for (let i = 0; i < 8; i++) {
      await Promise.all([one, two].map((c) => c.page.keyboard.press('F6')))
    }
    await see(panel(one).getByText('In tutto 8 istanti'))
    await see(panel(two).getByText('In tutto 8 istanti'))
    await picture(one.page, 'plico-istante')
    await one.page.keyboard.press('Enter')
    await two.page.keyboard.press('Enter')

    await one.page.keyboard.press('Alt+p')
    await see(one.page.getByRole('heading', { name: 'Istanti in attesa del modulo: 16' }))
    const first = one.page.getByRole('listitem').first()
    await first.getByLabel('Plichi').fill('15')
    await first.getByRole('button', { name: 'Ho ricevuto' }).click()
    await see(one.page.getByRole('heading', { name: 'Istanti in attesa del modulo: 15' }))
    const counted = await one.page.evaluate(async (tender) => {
      const post = async (path: string, body: unknown) => (await (await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).json()) as never
      const reception = async () => (await (await fetch('/api/bids/reception')).json()) as { open: { id: number; at: string }[]; unassigned: { id: number; version: number }[] }
      const open = (await reception()).open
      for (const h of open) await post(`/api/bids/handovers/${h.id}/declaration`, { count: 1 })
      for (const b of (await reception()).unassigned) await post(`/api/bids/plichi/${b.id}/description`, { version: b.version, tenderID: tender, means: 'mano', seal: 'integro' })
      const gara = (await (await fetch(`/api/tenders/${tender}`)).json()) as { bids: { lateness: string; handover: { at: string } }[] }
      return { instants: gara.bids.map((b) => b.handover.at), states: gara.bids.map((b) => b.lateness) }
    }, made.id)
    expect(counted.instants.length).toBe(30)
    expect(new Set(counted.instants).size).toBe(16)
    expect(counted.states.every((s) => s === 'entro')).toBe(true)

    await one.page.getByRole('link', { name: 'Gare' }).click()
    await picture(one.page, 'gare')
    await one.page.getByRole('link', { name: 'Vendita di un terreno' }).click()
    await see(one.page.getByRole('heading', { name: 'Vendita di un terreno' }))
    expect(await one.page.getByRole('region', { name: 'Plichi' }).getByRole('row').count()).toBe(31)
    await picture(one.page, 'gara')
  })

  it('freezes on a locked screen, and says in large letters when there is no instant', async () => {
    const clerk = await Clerk.login(browser, station, station.account('operatore'))
    await clerk.page.waitForFunction(() => localStorage.getItem('segnatura-banco') === '1')
    await clerk.page.keyboard.press('Control+Alt+l')
    await see(clerk.page.getByRole('dialog', { name: 'Schermo bloccato' }))
    await clerk.page.keyboard.press('F6')
    await see(clerk.page.getByText('È al sicuro: il modulo può aspettare.'))
    await clerk.page.keyboard.press('Enter')
    await clerk.context.setOffline(true)
    await clerk.page.keyboard.press('F6')
    await see(clerk.page.getByText('NESSUN ISTANTE'))
    await picture(clerk.page, 'plico-nessun-istante')
    await clerk.context.setOffline(false)
    await clerk.page.keyboard.press('Enter')
  })
})
