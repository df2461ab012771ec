// The program under test: bin/segnatura as `make build` leaves it, on a free port with a data folder of its own, and the pretend
// office beside it. Everything is read from what the program prints, as a person would.

import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The repository's root. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../../..')
const program = process.env['SEGNATURA_BIN'] ?? join(root, 'bin/segnatura')
const startsWithinMs = 30_000
const stopsWithinMs = 25_000

export interface Account {
  user: string
  password: string
  role: string
}

interface Announced {
  url: string
  control: string
  setup: string
  accounts: Account[]
}

/** What is started: the demonstration numbers by itself, or by a pretend central system. */
export type Kind = 'demo' | 'demo-centre' | 'demo-pitre' | 'unconfigured'

const flagsOf: Readonly<Record<Kind, readonly string[]>> = { demo: ['-demo'], 'demo-centre': ['-demo', '-demo-centre', 'jente'], 'demo-pitre': ['-demo', '-demo-centre', 'pitre'], unconfigured: [] }

/** A running station. Whoever starts it stops it. */
export class Station {
  url = ''
  /** The first-run page with its token; "" once the station is configured. */
  setup = ''
  accounts: Account[] = []
  office = new Office('')
  private child: ChildProcess | undefined
  private log = ''

  private constructor(
    private readonly dir: string,
    private readonly flags: readonly string[],
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  /** Starts a station over an empty data folder: the demonstration, also with a central system, or one that nobody has configured yet. settings are the machine's, in TOML; env adds to its environment. */
  static async start(kind: Kind = 'demo', settings = '', env: NodeJS.ProcessEnv = {}): Promise<Station> {
    if (!existsSync(program)) throw new Error(`${program} is missing: run make build first`)
    const s = new Station(await mkdtemp(join(tmpdir(), 'segnatura-e2e-')), flagsOf[kind], env)
    if (settings) await writeFile(join(s.dir, 'segnatura.toml'), settings)
    await s.launch('127.0.0.1:0')
    return s
  }

  private async launch(listen: string): Promise<void> {
    const args = ['serve', '-data', this.dir, '-listen', listen, ...this.flags]
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...this.env } })
    this.child = child
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.log += text))
    const said = await announced(child, this.flags.length > 0, () => this.log)
    this.url = said.url.replace(/\/$/, '')
    this.setup = said.setup
    this.accounts = said.accounts
    this.office = new Office(said.control)
  }

  /** Ends the program as a power cut does. */
  async kill(): Promise<void> {
    await this.end('SIGKILL')
  }

  /** Starts it again on the same data and the same address. The pretend office is a new one. */
  async restart(): Promise<void> {
    await this.launch(new URL(this.url).host)
  }

  /** Ends the program in order and removes its data. */
  async stop(): Promise<void> {
    await this.end('SIGTERM')
    await rm(this.dir, { recursive: true, force: true })
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((done) => child.once('exit', () => done()))
    child.kill(signal)
    const late = setTimeout(() => child.kill('SIGKILL'), stopsWithinMs)
    await gone
    clearTimeout(late)
  }

  /** What the program logged as its own fault. A question that a reload took back is nobody's. */
  get errors(): string[] {
    return this.log.split('\n').filter((line) => (line.includes('level=ERROR') && !line.includes('context canceled')) || line.startsWith('panic:'))
  }

  account(role: string, nth = 0): Account {
    const found = this.accounts.filter((a) => a.role === role)[nth]
    if (!found) throw new Error(`the station printed no account number ${nth + 1} with the role ${role}`)
    return found
  }
}

/** Reads what serve prints until it has said everything. */
async function announced(child: ChildProcess, demo: boolean, log: () => string): Promise<Announced> {
  const said: Announced = { url: '', control: '', setup: '', accounts: [] }
  const complete = () => said.url !== '' && (demo ? said.accounts.length >= 5 : said.setup !== '')
  return new Promise((done, failed) => {
    const fail = (why: string) => failed(new Error(`segnatura serve ${why}\n${log()}`))
    const late = setTimeout(() => fail(`did not say where it is within ${startsWithinMs / 1000} s`), startsWithinMs)
    child.once('error', (err) => fail(String(err)))
    child.once('exit', (code) => fail(`ended with ${code} before it said where it is`))
    createInterface({ input: child.stdout! }).on('line', (line) => {
      said.url = /^Stazione di segnatura: (\S+)/.exec(line)?.[1] ?? said.url
      said.setup = /^Prima configurazione: (\S+)/.exec(line)?.[1] ?? said.setup
      said.control = /Ufficio di prova: (\S+)/.exec(line)?.[1] ?? said.control
      const [, user, password, role] = /^ {2}(\S+)\s+(\S+)\s+\((\S+)\)$/.exec(line) ?? []
      if (user && password && role) said.accounts.push({ user, password, role })
      if (!complete()) return
      clearTimeout(late)
      child.removeAllListeners('exit')
      done(said)
    })
  })
}

export type LetterKind = 'letter' | 'long' | 'foreign-code' | 'photocopy' | 'unlabelled' | 'plan' | 'two-labels' | 'double-sided' | 'poor'
export type Trouble =
  | 'scanner-jam'
  | 'scanner-slow'
  | 'printer-labels-out'
  | 'printer-head-open'
  | 'printer-paused'
  | 'printer-other-labels'
  | 'printer-silent'
  | 'printer-slow'
  | 'printer-cut'

export interface PrintedLabel {
  seq: number
  letter: number
  picture: string
}

/** How the pretend central system treats what it is asked. */
export type CentreWay = 'well' | 'away' | 'loses' | 'rejects'

/** How the pretend time-stamping authority answers: well; late, or not at all; or with a token in which one thing is wrong. */
export type AuthorityWay = 'well' | 'slow' | 'away' | 'nonce' | 'imprint' | 'expired' | 'sha1' | 'key'

/** What the pretend central system really holds, newest first. */
export interface Centre {
  behaviour: string
  numbers: number
  documents: number
  /** Numbers and documents that look like a second one of the same letter. */
  alike: number
  entries: { number: number; year: number; subject: string; names: string[]; documents: { name: string; bytes: number }[] }[]
}

/** The hands and the troubles of the pretend office: what happens outside the screen. */
export class Office {
  constructor(private readonly url: string) {}

  /** Puts a letter into the feeder; the next label is stuck on it. */
  async load(kind: LetterKind = 'letter', pages = 0): Promise<void> {
    await this.post('feeder', { kind, pages })
  }

  /** Empties the feeder and ends every trouble. */
  async tidy(): Promise<void> {
    await this.post('faults/clear', {})
    await this.post('feeder/empty', {})
  }

  /** Turns the pile that was scanned last over and puts it back, as for its backs. */
  async turnOver(): Promise<void> {
    await this.post('feeder/turn', {})
  }

  /** Says how many sides of a sheet its feeder takes. */
  async scanner(kind: 'one-sided' | 'two-sided'): Promise<void> {
    await this.post('scanner', { kind })
  }

  async trouble(kind: Trouble, after = 0, delayMS = 0): Promise<void> {
    await this.post('faults', { kind, after, delayMS })
  }

  async mend(kind: Trouble): Promise<void> {
    await this.post('faults/clear', { kind })
  }

  /** Pulls the central system away, puts it back, or has it misbehave. */
  async centreIs(way: CentreWay): Promise<void> {
    await this.post('centre', { kind: way })
  }

  /** Sets the trial's clock ahead, and the station's with it: sessions that are open end. */
  async clockAhead(hours: number): Promise<void> {
    await this.post('clock', { hours })
  }

  /** Has the time-stamping authority answer well, wrongly, or not at all. */
  async authorityIs(way: AuthorityWay): Promise<void> {
    await this.post('authority', { kind: way })
  }

  async centre(): Promise<Centre> {
    const answer = await fetch(new URL('/control/centre', this.url))
    return (await answer.json()) as Centre
  }

  /** Where its page for people is. */
  get page(): string {
    return this.url
  }

  /** A printed label's picture. */
  async picture(label: PrintedLabel): Promise<Buffer> {
    const answer = await fetch(new URL(label.picture, this.url))
    return Buffer.from(await answer.arrayBuffer())
  }

  async labels(): Promise<PrintedLabel[]> {
    const answer = await fetch(new URL('/control/labels', this.url))
    return (await answer.json()) as PrintedLabel[]
  }

  /** Where its scanner speaks eSCL. */
  async scannerURL(): Promise<string> {
    const answer = await fetch(new URL('/control/state', this.url))
    return ((await answer.json()) as { scannerURL: string }).scannerURL
  }

  /** Takes the pages that lie in the feeder as another machine of the office would, which then keeps them as files. */
  async takePages(): Promise<Buffer[]> {
    const root = await this.scannerURL()
    const settings =
      '<scan:ScanSettings xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm">' +
      '<pwg:Version>2.0</pwg:Version><pwg:InputSource>Feeder</pwg:InputSource><scan:ColorMode>Grayscale8</scan:ColorMode>' +
      '<pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat><scan:XResolution>150</scan:XResolution><scan:YResolution>150</scan:YResolution></scan:ScanSettings>'
    const job = await fetch(`${root}/ScanJobs`, { method: 'POST', headers: { 'Content-Type': 'text/xml' }, body: settings })
    const place = new URL(job.headers.get('Location')!, root)
    const pages: Buffer[] = []
    for (;;) {
      const page = await fetch(`${place.href}/NextDocument`)
      if (page.status !== 200) return pages
      pages.push(Buffer.from(await page.arrayBuffer()))
    }
  }

  private async post(path: string, body: object): Promise<void> {
    const answer = await fetch(new URL(`/control/${path}`, this.url), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`the pretend office refused ${path}: ${answer.status} ${await answer.text()}`)
  }
}
