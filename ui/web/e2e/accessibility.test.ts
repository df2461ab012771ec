// Every screen and every dialog under axe, for faults of levels A and AA. The screens come from the router's own table and the
// dialogs from the sources, so that a new one without its line here fails.

import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pathOf, type RouteName, routes } from '../src/lib/router'
import { expectAccessible, expectFocus, gone, openBrowser, picture, see, until } from './browser'
import { Clerk, recordOf } from './desk'
import { Station } from './station'

const shared = {} as { station: Station; fresh: Station; carla: Clerk; number: string; id: number; unscanned: number; tender: number; competition: number }

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
  const waiting = await carla.register({ from: 'Vivaio di Esempio', subject: 'Fornitura di alberi', classifica: 'I.4', uor: 'Tec' })
  shared.unscanned = (await recordOf(carla, waiting)).intakeID
  shared.tender = await gara(carla)
  shared.competition = await concorso(carla)
}, 120_000)

afterAll(async () => {
  await shared.station?.stop()
  await shared.fresh?.stop()
})

/** A gara with one plico. */
function gara(c: Clerk): Promise<number> {
  return c.page.evaluate(async () => {
    const post = async (path: string, body: object) => (await (await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).json()) as { id: number }
    const hours = (n: number) => new Date(Date.now() + n * 3_600_000)
    const tender = await post('/api/tenders', { key: 'gara-accessibile', subject: 'Vendita di un terreno', place: 'Sala giunta', basis: 'alienazione', deadline: hours(1), sessionAt: hours(2) })
    const handover = await post('/api/bids/handovers', { key: 'tasto-accessibile' })
    await post(`/api/bids/handovers/${handover.id}/declaration`, { count: 1 })
    const reception = (await (await fetch('/api/bids/reception')).json()) as { unassigned: { id: number; version: number }[] }
    const bid = reception.unassigned[0]!
    await post(`/api/bids/plichi/${bid.id}/description`, { version: bid.version, tenderID: tender.id, means: 'mano', seal: 'integro' })
    return tender.id
  })
}

/** A concorso with a note without number, and an application that came after it. */
function concorso(c: Clerk): Promise<number> {
  return c.page.evaluate(async () => {
    const post = async (path: string, body: object) => (await (await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })).json()) as { id: number }
    const terms = { kind: 'concorso', notice: 'Concorso per 3 istruttori', responsible: 'Luca Esempio', closesAt: new Date(Date.now() + 3_600_000), mode: 'nota' }
    const { id } = await post('/api/competitions', { key: 'concorso-accessibile', ...terms })
    const receive = (key: string, candidate: string) => post(`/api/competitions/${id}/applications`, { key, candidate, initials: 'LE', means: 'raccomandata-ar', unreadable: true })
    await receive('domanda-accessibile-1', 'Candidata di Esempio')
    await post(`/api/competitions/${id}/notes`, { key: 'nota-accessibile' })
    await receive('domanda-accessibile-2', 'Esempio di Candidata')
    return id
  })
}

/** How each screen is reached, and a word that is there when it is whole. */
const screens: Record<RouteName, { ready: string | RegExp; id?: () => number; at?: () => Promise<Page> }> = {
  desk: { ready: /^\d{7}\/\d{4}$/ },
  search: { ready: 'Denuncia di sinistro' },
  record: { ready: 'Denuncia di sinistro' },
  labels: { ready: 'Vivaio di Esempio' },
  endofday: { ready: 'C’è ancora qualcosa da fare.' },
  verify: { ready: 'Niente da verificare.' },
  alarms: { ready: 'Nessun avviso da vedere.' },
  corrections: { ready: 'Rettifiche e annullamenti' },
  tenders: { ready: 'Vendita di un terreno' },
  tender: { ready: 'Vendita di un terreno', id: () => shared.tender },
  competitions: { ready: 'Concorso per 3 istruttori' },
  competition: { ready: 'aspetta la nota', id: () => shared.competition },
  emergency: { ready: 'Nessun registro aperto' },
  days: { ready: 'Nessun giorno è ancora finito da quando la stazione lavora.' },
  journal: { ready: 'Numero attribuito' },
  settings: { ready: 'Titolario di prova' },
  scanners: { ready: 'Nuovo profilo' },
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
    if (!screen.at) await page.goto(shared.station.url + pathOf(name, screen.id?.() ?? shared.id))
    await see(page.getByRole('main').getByText(screen.ready))
    await picture(page, `schermo-${name}`)
    expect(await page.getByRole('heading', { level: 1 }).count(), 'headings of level 1').toBe(1)
    await expectAccessible(page)
    if (screen.at) await page.context().close()
  })

  it('«Altro» of a letter’s page, open', async () => {
    const { carla } = shared
    await carla.page.goto(shared.station.url + pathOf('record', shared.id))
    const line = await carla.other('Dicitura')
    await picture(carla.page, 'registrazione-altro')
    await expectAccessible(carla.page)
    await carla.hands.press('Escape')
    await gone(line)
    await expectFocus(carla.page.getByRole('button', { name: /^Altro/ }))
  })

  it('«Da verificare», with what waits', async () => {
    const { page } = shared.carla
    const outcome = {
      intakeID: shared.id, intakeCode: 'R 7/2026', arrivedAt: '2026-03-02T08:00:00Z', subject: 'Ricorso', from: 'Farmacia di Esempio', connector: 'jente', askedAt: '2026-03-02T08:01:00Z',
      words: 'Timeout', waits: 'search', choices: ['look', 'candidate', 'keyed', 'absent'], absentFrom: '2026-03-02T08:06:00Z',
    }
    const delivery = { id: 1, intakeID: shared.id, intakeCode: 'R 1/2026', number: '0000001', year: 2026, subject: 'Denuncia di sinistro', from: 'Assicurazioni di Esempio', title: 'Documento principale', why: 'outcome-unknown', words: '', since: '2026-03-02T09:00:00Z' }
    const candidates = [{ register: 'PG', year: 2026, number: '0004711', day: '2026-03-02', registeredAt: '2026-03-02T08:01:04Z', subject: 'RICORSO', from: 'FARMACIA DI ESEMPIO', why: ['subject', 'day'] }]
    await page.route('**/api/outcomes', (r) => r.fulfill({ json: { total: 2, outcomes: [outcome, { ...outcome, intakeID: shared.unscanned, intakeCode: 'R 8/2026', choices: ['keyed'] }] } }))
    await page.route('**/api/stopped-deliveries', (r) => r.fulfill({ json: { deliveries: [delivery, { ...delivery, id: 2, why: 'rejected', words: 'Fascicolo chiuso' }] } }))
    await page.route('**/api/records/*/candidates', (r) => r.fulfill({ json: { candidates } }))
    await page.goto(shared.station.url + pathOf('verify'))
    await shared.carla.hands.activate(page.getByRole('button', { name: 'Forse è una di queste…' }))
    await see(page.getByRole('button', { name: 'È questa: 0004711/2026' }))
    await shared.carla.hands.activate(page.getByRole('button', { name: 'Ha questo numero…' }).nth(1))
    await shared.carla.hands.activate(page.getByRole('button', { name: 'L’ho visto sul protocollo…' }))
    await picture(page, 'da-verificare')
    await expectAccessible(page)
    await page.unrouteAll({ behavior: 'wait' })
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
  SlipDialog: [
    {
      name: 'Ricevuta per il cittadino',
      open: async (c) => {
        await c.hands.press('F4')
        await c.register({ from: 'Cittadina di Esempio', subject: 'Istanza allo sportello' }, 'Shift+F9')
      },
    },
    { name: 'Copia per chi ha consegnato', open: (c) => behind(c, 'Copia per chi ha consegnato') },
    { name: 'Ricevuta dei plichi', open: (c) => from(c, 'tenders', (p) => p.getByRole('button', { name: /^Ricevuta della consegna/ }).first()) },
  ],
  EnvelopeDialog: [
    {
      name: 'La busta resta chiusa?',
      open: async (c) => {
        await c.write({ from: 'Mittente di Esempio', subject: 'Busta riservata' })
        await c.hands.press('Alt+a')
        await c.page.getByLabel('Busta', { exact: true }).selectOption('chiusa')
        await c.hands.press('Escape')
        await c.hands.press('Shift+F9')
      },
    },
  ],
  OnwardDialog: [{ name: /^Pervenuta per errore: /, open: (c) => behind(c, 'Pervenuta per errore…', shared.unscanned) }],
  UnregisteredDialog: [{ name: 'Non si registra', open: (c) => c.hands.press('F3') }],
  MisdeliveredDialog: [{ name: 'È indirizzata ad altri', open: (c) => c.hands.press('Shift+F3') }],
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
  ExpectedDialog: [
    {
      name: 'Etichette attese',
      open: async (c) => {
        const { registrationID, intakeID } = await recordOf(c, shared.number)
        const [number, year] = shared.number.split('/')
        const expected = [{ registrationID, intakeID, number, year: Number(year), subject: 'Denuncia di sinistro', from: 'Assicurazioni di Esempio', facets: {} }]
        await c.page.route('**/api/expected', (r) => r.fulfill({ json: { expected } }))
        await c.page.reload()
        await c.hands.activate(c.scans.getByRole('button', { name: 'Quali sono' }))
      },
    },
  ],
  PageDialog: [
    { name: 'Togliere la pagina?', open: (c) => onPage(c, 'Delete') },
    { name: 'Riscansionare la pagina?', open: (c) => onPage(c, 's') },
  ],
  PageViewer: [
    {
      name: /pagina 1 di 2/,
      open: async (c) => {
        await c.hands.activate(c.document(shared.number).getByRole('option', { name: /^Pagina 1 di 2/ }))
        await until(() => c.dialog(/pagina 1/).getByRole('img').evaluate((i) => (i as HTMLImageElement).naturalWidth > 100), true, 'the page')
      },
    },
  ],
  AccountDialog: [
    { name: 'Nuovo utente', open: (c) => from(c, 'users', (p) => p.getByRole('button', { name: 'Nuovo utente' })) },
    { name: 'Modifica anna', open: (c) => from(c, 'users', (p) => p.getByRole('button', { name: 'Modifica anna' })) },
    { name: 'Nuova password per anna', open: (c) => from(c, 'users', (p) => p.getByRole('button', { name: 'Nuova password per anna' })) },
  ],
  ExcludeDialog: [
    {
      name: /^Escludere dalla scansione \d{7}\/\d{4}\?$/,
      open: async (c) => {
        await behind(c, 'Escludi dalla scansione', shared.unscanned)
        await expectFocus(c.dialog(/^Escludere/).getByRole('radio').first())
      },
    },
    {
      name: /^Escludere dalla scansione \d{7}\/\d{4}\?$/,
      open: async (c) => {
        await c.hands.activate(c.document(shared.number).getByRole('button', { name: 'Escludi…' }))
        await expectFocus(c.dialog(/^Escludere/).getByRole('radio').first())
        await c.hands.press('ArrowDown')
        await see(c.dialog(/^Escludere/).getByLabel(/^Responsabile del procedimento/))
      },
    },
  ],
  FrontispieceDialog: [
    {
      name: /^Solo il frontespizio di \d{7}\/\d{4}\?$/,
      open: async (c) => {
        await c.hands.activate(c.document(shared.number).getByRole('button', { name: 'Solo il frontespizio…' }))
        await expectFocus(c.dialog(/^Solo il frontespizio/).getByRole('radio').first())
      },
    },
  ],
  EmergencyDialog: [
    { name: 'Aprire il registro di emergenza', open: (c) => from(c, 'emergency', (p) => p.getByRole('button', { name: 'Apri il registro…' })) },
    { name: 'Autorizzare il registro di emergenza', open: (c) => from(c, 'emergency', (p) => p.getByRole('button', { name: 'Autorizza in anticipo…' })) },
  ],
  EmergencyMove: [{ name: 'Dare il numero del registro di emergenza', open: (c) => emergency(c, 'autorizzati', /^Dai il numero alla lettera/) }],
  EmergencyBlank: [{ name: 'Registro in bianco', open: (c) => from(c, 'emergency', (p) => p.getByRole('button', { name: 'Registro in bianco' })) }],
  EmergencyPolicy: [{ name: 'Regole del registro di emergenza', open: (c) => from(c, 'emergency', (p) => p.getByRole('button', { name: 'Cambia le regole…' })) }],
  EmergencyTyped: [{ name: /^Trascrivere da carta/, open: (c) => emergency(c, 'tutti', 'Trascrivi da carta…') }],
  EmergencyRoad: [{ name: /^Via dei numeri ordinari/, open: (c) => emergency(c, 'tutti', /^Cambia la via dei numeri ordinari/, { rows: 2 }) }],
  EmergencySheet: [{ name: /^Foglio di calcolo/, open: (c) => emergency(c, 'tutti', /^Foglio di calcolo del registro/) }],
  CloseRefused: [
    {
      name: 'Chiudere senza numero?',
      open: async (c) => {
        await c.page.route('**/api/records/*', async (route) => {
          const body = (await (await route.fetch()).json()) as { number?: string; attempts: object[] }
          delete body.number
          await route.fulfill({ json: { ...body, attempts: [...body.attempts, { ordinal: 2, outcome: 'rejected', words: 'Classifica inesistente' }] } })
        })
        await from(c, 'record', (p) => p.getByRole('button', { name: 'Chiudi senza numero…' }), shared.unscanned)
      },
    },
  ],
  FrozenInstant: [{ name: 'Istante di ricezione', open: (c) => c.hands.press('F6') }],
  TenderForm: [
    { name: 'Nuova gara', open: (c) => from(c, 'tenders', (p) => p.getByRole('button', { name: 'Nuova gara' })) },
    { name: 'Cambia la gara', open: (c) => from(c, 'tender', (p) => p.getByRole('button', { name: /^Cambia/ }), shared.tender) },
  ],
  BidSheet: [{ name: 'Foglio ricezione plichi', open: (c) => from(c, 'tenders', (p) => p.getByRole('button', { name: 'Foglio ricezione plichi…' })) }],
  TenderEndDialog: [
    { name: 'La gara non si può ancora chiudere', open: (c) => from(c, 'tender', (p) => p.getByRole('button', { name: 'Chiudi la gara…' }), shared.tender) },
    {
      name: 'Chiudere la gara?',
      open: async (c) => {
        await c.page.route('**/api/tenders/*', async (route) => {
          const body = (await (await route.fetch()).json()) as { bids: { gap?: string }[] }
          await route.fulfill({ json: { ...body, bids: body.bids.map((b) => ({ ...b, gap: '' })), mayBelong: [], undeclared: [] } })
        })
        await from(c, 'tender', (p) => p.getByRole('button', { name: 'Chiudi la gara…' }), shared.tender)
      },
    },
  ],
  BidEventDialog: [{ name: /annotazione$/, open: (c) => from(c, 'tender', (p) => p.getByRole('button', { name: /^Annota il plico/ }), shared.tender) }],
  CompetitionForm: [
    { name: 'Nuovo concorso, borsa o corso', open: (c) => from(c, 'competitions', (p) => p.getByRole('button', { name: 'Nuovo concorso' })) },
    { name: 'Cambia il concorso', open: (c) => from(c, 'competition', (p) => p.getByRole('button', { name: /^Cambia/ }), shared.competition) },
  ],
  ConfirmDialog: [
    {
      name: 'Chiudere la nota di oggi?',
      open: async (c) => {
        await c.page.route('**/api/competitions/*', async (route) => {
          const body = (await (await route.fetch()).json()) as object
          await route.fulfill({ json: { ...body, notes: [] } })
        })
        await from(c, 'competition', (p) => p.getByRole('button', { name: 'Chiudi la nota…' }), shared.competition)
      },
    },
  ],
  LegendDialog: [{ name: 'Dicitura', open: (c) => behind(c, 'Dicitura') }],
  ReasonDialog: [{ name: 'Scansionare più tardi?', open: (c) => behind(c, 'Scansiona più tardi', shared.unscanned) }],
  ExchangeDialog: [{ name: 'Scambio di etichette', open: (c) => behind(c, 'Scambio di etichette') }],
  ObscureDialog: [
    {
      name: /^Oscuramento: /,
      open: async (c) => {
        await c.page.route('**/api/records/*', async (route) => {
          const answer = await route.fetch()
          const body = (await answer.json()) as { documents: { state: string; archive: object }[] }
          const archive = { flavour: '2b', bytes: 40_000, at: '2026-01-02T08:00:00Z', sha256: 'ab'.repeat(32), current: true, text: { state: 'not-asked' }, editions: [], files: [] }
          Object.assign(body.documents[0]!, { state: 'archived', archive })
          await route.fulfill({ json: body })
        })
        await from(c, 'record', (p) => p.getByRole('button', { name: /^Oscuramento di / }))
      },
    },
  ],
  ProfileDialog: [{ name: 'Nuovo profilo di scansione', open: (c) => from(c, 'scanners', (p) => p.getByRole('button', { name: 'Nuovo profilo' })) }],
  ProfileScannerDialog: [
    {
      name: 'Lo scanner del profilo non c’è',
      open: async (c) => {
        const problem = { status: 409, class: 'conflict', code: 'profile-scanner', words: 'Scanner del terzo piano' }
        await c.page.route('**/api/scans', (r) => r.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify(problem) }))
        await c.hands.press('F8')
      },
    },
  ],
  ReprintDialog: [{ name: 'Perché serve un’altra etichetta?', open: (c) => from(c, 'record', (p) => p.getByRole('button', { name: 'Ristampa' })) }],
  CorrectionDialog: [{ name: /^Chiedi rettifica o annullamento: /, open: (c) => from(c, 'record', (p) => p.getByRole('button', { name: 'Chiedi rettifica o annullamento' })) }],
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

async function onPage(c: Clerk, key: string): Promise<void> {
  await c.hands.tabTo(c.document(shared.number).getByRole('option', { name: /^Pagina 1 di 2/ }))
  await c.hands.press(key)
}

async function from(c: Clerk, route: RouteName, control: (page: Page) => ReturnType<Page['getByRole']>, id = shared.id): Promise<void> {
  await c.page.goto(c.station.url + pathOf(route, id))
  await c.hands.activate(control(c.page))
}

/** Does what stands behind «Altro» on a letter's page. */
async function behind(c: Clerk, line: string, id = shared.id): Promise<void> {
  await c.page.goto(c.station.url + pathOf('record', id))
  await c.doOther(line)
}

/** Opens a dialog of an emergency register that is open only to this browser. */
async function emergency(c: Clerk, scope: 'tutti' | 'autorizzati', control: string | RegExp, more: object = {}): Promise<void> {
  const at = new Date(Date.now() - 60 * 60 * 1000).toISOString()
  const state = await c.json<{ policy: object }>('/api/emergency')
  const policy = { ...state.policy, scope }
  const open = {
    id: 1, aoo: 'A', year: 2026, ordinal: 1, by: 'carla', name: 'Carla Esempio', signer: 'responsabile', at, openedAt: at, interruptedAt: at, cause: 'Guasto', code: 'EO1', first: 1, policy,
    authorisation: { id: 1 }, rows: 0, annulled: 0, recovered: 0, ...more,
  }
  const waiting = { intakeID: 1, intakeCode: '1/2026', arrivedAt: at, draft: { subject: 'Turni' } }
  await c.page.route('**/api/emergency', (r) => r.fulfill({ json: { ...state, policy, open, elsewhere: true } }))
  await c.page.route('**/api/emergency/registers', (r) => r.fulfill({ json: { registers: [open] } }))
  await c.page.route('**/api/emergency/registers/1/road', (r) => r.fulfill({ json: { road: 'chiamata', doubts: [], past: [] } }))
  await c.page.route('**/api/emergency/registers/1/rows', (r) => r.fulfill({ json: { rows: [] } }))
  await c.page.route('**/api/emergency/waiting', (r) => r.fulfill({ json: { records: [waiting] } }))
  await from(c, 'emergency', (p) => p.getByRole('button', { name: control }))
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
