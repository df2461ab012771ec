// Every screen and every dialog under axe, for faults of levels A and AA. The screens come from the router's own table and the
// dialogs from the sources, so that a new one without its line here fails.

import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pathOf, type RouteName, routes } from '../src/lib/router'
import { expectFocus, gone, openBrowser, picture, see, until } from './browser'
import { Clerk, recordOf } from './desk'
import { Station } from './station'

const shared = {} as { station: Station; fresh: Station; carla: Clerk; number: string; id: number }

beforeAll(async () => {
  const browser = await openBrowser()
  afterAll(() => browser.close())
  shared.station = await Station.start()
  shared.fresh = await Station.start('unconfigured')
  const carla = (shared.carla = await Clerk.login(browser, shared.station, shared.station.account('responsabile')))
  // A desk at work: something to confirm, something to decide, a label that waits, a run that stopped.
  const { office } = shared.station
  await carla.hands.press('Alt+m')
  await office.load('letter', 2)
  shared.number = await carla.register({ from: 'Assicurazioni di Esempio', subject: 'Denuncia di sinistro', classifica: 'I.4', uor: 'Aff' })
  shared.id = (await recordOf(carla, shared.number)).intakeID
  await carla.scan()
  await office.load('unlabelled', 2)
  await office.trouble('scanner-jam', 1)
  await carla.scan()
  await office.tidy()
  await office.trouble('printer-labels-out')
  await carla.register({ from: 'Vivaio di Esempio', subject: 'Fornitura di alberi', classifica: 'I.4', uor: 'Tec' })
}, 120_000)

afterAll(async () => {
  await shared.station?.stop()
  await shared.fresh?.stop()
})

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze()
  expect(violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => `${n.target.join(' ')} ${n.any[0]?.message ?? ''}`).join('; ')}`)).toEqual([])
}

/** How each screen is reached, and a word that is there when it is whole. */
const screens: Record<RouteName, { ready: string | RegExp; at?: () => Promise<Page> }> = {
  desk: { ready: /^\d{7}\/\d{4}$/ },
  search: { ready: 'Denuncia di sinistro' },
  record: { ready: 'Denuncia di sinistro' },
  labels: { ready: 'Vivaio di Esempio' },
  journal: { ready: 'Numero attribuito' },
  settings: { ready: 'Titolario di prova' },
  users: { ready: 'Anna Esempio' },
  password: { ready: 'Nuova password' },
  login: { ready: 'Nome utente', at: () => stranger(shared.station.url) },
  setup: { ready: 'Codice IPA', at: () => stranger(shared.fresh.setup) },
}

/** A browser without a session. */
async function stranger(url: string): Promise<Page> {
  const context = await shared.carla.context.browser()!.newContext({ viewport: { width: 1280, height: 800 }, locale: 'it-IT', reducedMotion: 'reduce' })
  const page = await context.newPage()
  await page.goto(url)
  return page
}

describe('no screen has a fault of level A or AA', () => {
  it('and every route of the router is looked at', () => {
    expect(Object.keys(screens).sort()).toEqual(routes.map((r) => r.name).sort())
  })

  it.each(routes.map((r) => [r.title, r.name] as const))('%s', async (_, name) => {
    const screen = screens[name]
    const page = screen.at ? await screen.at() : shared.carla.page
    if (!screen.at) await page.goto(shared.station.url + pathOf(name, shared.id))
    await see(page.getByRole('main').getByText(screen.ready))
    await picture(page, `schermo-${name}`)
    expect(await page.getByRole('heading', { level: 1 }).count(), 'headings of level 1').toBe(1)
    await expectAccessible(page)
    if (screen.at) await page.context().close()
  })

  it('«Altri dati», with faults in the form', async () => {
    const { carla } = shared
    await carla.page.goto(shared.station.url)
    await expectFocus(carla.field('Mittente'))
    await carla.hands.press('F9')
    await see(carla.form.getByText(/^Manca il mittente/))
    await carla.hands.press('Alt+a')
    await see(carla.page.getByRole('region', { name: 'Altri dati' }))
    await expectAccessible(carla.page)
  })
})

interface Opening {
  name: string | RegExp
  open: (c: Clerk) => Promise<void>
  /** Closes it again where Esc must not. */
  leave?: (c: Clerk) => Promise<void>
}

/** The dialogs by the file that holds them, in the order in which they stand there. */
const dialogs: Record<string, Opening[]> = {
  KeysDialog: [{ name: 'Tasti', open: (c) => c.hands.press('F1') }],
  DeliveryDialog: [
    { name: 'Arrivo posta', open: (c) => c.hands.press('F2') },
    {
      name: 'Arrivo posta',
      open: async (c) => {
        await c.hands.press('F2')
        await c.hands.activate(c.dialog('Arrivo posta').getByRole('button', { name: /^Apri/ }))
        await gone(c.dialog('Arrivo posta'))
        await expectFocus(c.field('Mittente'))
        await c.hands.press('F2')
      },
    },
  ],
  LabelsDialog: [{ name: 'Etichette da stampare', open: (c) => c.hands.activate(c.bar.getByRole('button', { name: /^Etichette:/ })) }],
  ScanSettingsDialog: [{ name: 'Impostazioni di scansione', open: (c) => c.hands.activate(c.scans.getByRole('button', { name: 'Impostazioni di scansione' })) }],
  StopScanDialog: [
    {
      name: 'Fermare la scansione?',
      open: async (c) => {
        await c.station.office.trouble('scanner-slow', 0, 30_000)
        await c.station.office.load('unlabelled', 1)
        await c.hands.press('F8')
        await see(c.scans.getByRole('button', { name: /^Ferma/ }))
        await c.hands.press('Escape')
      },
      leave: async (c) => {
        await c.station.office.tidy()
        await c.hands.activate(c.dialog('Fermare la scansione?').getByRole('button', { name: 'Ferma', exact: true }))
        await gone(c.dialog('Fermare la scansione?'))
      },
    },
  ],
  ReceiptDialog: [
    {
      name: 'Ricevuta per il cittadino',
      open: async (c) => {
        await c.hands.press('F4')
        await c.register({ from: 'Cittadina di Esempio', subject: 'Istanza allo sportello' }, 'Shift+F9')
      },
    },
  ],
  DuplicatesDialog: [
    {
      name: 'È già registrato?',
      open: async (c) => {
        for (const subject of ['Prima copia', 'Seconda copia']) {
          await expectFocus(c.field('Mittente'))
          await c.write({ from: 'Mittente doppio di Esempio', subject })
          await c.hands.press('Alt+a')
          await c.hands.fill(c.page.getByLabel('Codice raccomandata'), '20012345678-1')
          await c.hands.press('Escape')
          if (subject === 'Prima copia') await c.number('Shift+F9')
          else await c.hands.press('Shift+F9')
        }
      },
    },
  ],
  ReaderDialog: [
    {
      name: 'Più registrazioni con questo codice',
      open: async (c) => {
        const found = await c.json<{ hits: { intakeID: number }[] }>(`/api/open?codice=${encodeURIComponent(shared.number)}`)
        const two = { hits: [...found.hits, { ...found.hits[0], intakeID: found.hits[0]!.intakeID + 1 }] }
        await c.page.route('**/api/open?*', (r) => r.fulfill({ json: two }))
        await c.hands.burst('20260000001')
      },
    },
  ],
  StopDialogs: (['clock', 'restore'] as const).map((code) => ({
    name: code === 'clock' ? 'L’orologio è giusto?' : /^Qual è l’ultimo numero/,
    open: async (c: Clerk) => {
      await c.page.route(/\/api\/(desk|status)$/, async (route) => {
        const answer = await route.fetch()
        const body = (await answer.json()) as { status?: { stops: unknown[] }; stops?: unknown[] }
        ;(body.status ?? (body as { stops: unknown[] })).stops = [{ code, since: '2026-01-02T08:00:00Z' }]
        await route.fulfill({ json: body })
      })
      await c.page.reload()
      await c.hands.activate(c.page.getByRole('alert').getByRole('button'))
    },
  })),
  PageViewer: [
    {
      name: /pagina 1 di 2/,
      open: async (c) => {
        await c.hands.activate(c.document(shared.number).getByRole('button', { name: /^Apri la pagina 1/ }))
        await until(() => c.dialog(/pagina 1/).getByRole('img').evaluate((i) => (i as HTMLImageElement).naturalWidth > 100), true, 'the page')
      },
    },
  ],
  AccountDialog: [
    { name: 'Nuovo utente', open: (c) => from(c, 'users', (p) => p.getByRole('button', { name: 'Nuovo utente' })) },
    { name: 'Modifica anna', open: (c) => from(c, 'users', (p) => p.getByRole('button', { name: 'Modifica anna' })) },
    { name: 'Nuova password per anna', open: (c) => from(c, 'users', (p) => p.getByRole('button', { name: 'Nuova password per anna' })) },
  ],
  ReprintDialog: [{ name: 'Perché serve un’altra etichetta?', open: (c) => from(c, 'record', (p) => p.getByRole('button', { name: 'Ristampa' })) }],
  AnnulDialog: [{ name: /^Annullare \d{7}\/\d{4}\?$/, open: (c) => from(c, 'record', (p) => p.getByRole('button', { name: 'Annulla la registrazione' })) }],
  Covers: [
    {
      name: 'Schermo bloccato',
      open: (c) => c.hands.press('Control+Alt+l'),
      leave: async (c) => {
        await c.hands.type(c.station.account('responsabile').password)
        await c.hands.press('Enter')
        await gone(c.dialog('Schermo bloccato'))
      },
    },
    {
      name: 'La sessione è finita',
      open: async (c) => {
        await c.context.clearCookies()
        await c.hands.press('F8')
      },
      leave: async (c) => {
        await expectFocus(c.dialog('La sessione è finita').getByLabel('Password'))
        await c.hands.type(c.station.account('responsabile').password)
        await c.hands.press('Enter')
        await gone(c.dialog('La sessione è finita'))
      },
    },
  ],
}

async function from(c: Clerk, route: RouteName, control: (page: Page) => ReturnType<Page['getByRole']>): Promise<void> {
  await c.page.goto(c.station.url + pathOf(route, shared.id))
  await c.hands.activate(control(c.page))
}

/** The components that show a Dialog, by name. */
function sources(): string[] {
  const src = join(import.meta.dirname, '../src')
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith('.svelte') && /<(Dialog|dialog)\b/.test(readFileSync(join(src, f), 'utf8')))
    .map((f) => basename(f, '.svelte'))
    .filter((f) => f !== 'Dialog')
}

describe('no dialog has a fault of level A or AA', () => {
  it('and every dialog of the sources is opened', () => {
    expect(Object.keys(dialogs).sort()).toEqual(sources().sort())
  })

  const all = Object.entries(dialogs).flatMap(([file, list]) => list.map((d, i) => [`${file} ${i + 1}`, d] as const))
  it.each(all)('%s', async (where, opening) => {
    const { carla } = shared
    await carla.page.unrouteAll({ behavior: 'wait' })
    await carla.page.goto(shared.station.url)
    await expectFocus(carla.field('Mittente'))
    await carla.hands.press('Alt+m')
    await opening.open(carla)
    const dialog = carla.dialog(opening.name)
    await see(dialog)
    await until(() => dialog.evaluate((d) => d.contains(document.activeElement)), true, 'the focus within the dialog')
    await picture(carla.page, `dialogo-${where.replace(' ', '-')}`)
    await expectAccessible(carla.page)
    if (opening.leave) {
      await opening.leave(carla)
      return
    }
    await carla.hands.press('Escape')
    await gone(dialog)
    await until(() => carla.page.evaluate(() => document.activeElement !== document.body), true, 'a focus after the dialog')
  })
})
