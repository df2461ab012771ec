// The desk as a clerk sees it: what is on the screen by its role and its name, and what a clerk does with it by keyboard.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { unzipSync } from 'fflate'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { expectFocus, focused, gone, Hands, person, picture, see, until } from './browser'
import type { Account, Station } from './station'

const execute = promisify(execFile)

/** The four questions of a letter; what is left out stays empty. */
export interface Letter {
  from: string
  subject: string
  classifica?: string
  uor?: string
}

/** One person at one desk. */
export class Clerk {
  readonly hands: Hands

  private constructor(
    readonly station: Station,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    this.hands = new Hands(page)
  }

  /** Opens a browser at the station's log-in. */
  static async arrive(browser: Browser, station: Station): Promise<Clerk> {
    const context = await person(browser)
    const clerk = new Clerk(station, context, await context.newPage())
    await clerk.page.goto(station.url)
    return clerk
  }

  /** Opens a browser and logs in, with whatever the screen has put the focus on. */
  static async login(browser: Browser, station: Station, account: Account): Promise<Clerk> {
    const clerk = await Clerk.arrive(browser, station)
    await clerk.logIn(account)
    await see(clerk.page.getByRole('banner').or(clerk.page.getByRole('navigation')))
    return clerk
  }

  /** The same person's second window. */
  async secondWindow(): Promise<Clerk> {
    const other = new Clerk(this.station, this.context, await this.context.newPage())
    await other.page.goto(this.station.url)
    return other
  }

  async logIn(account: Pick<Account, 'user' | 'password'>): Promise<void> {
    const user = this.page.getByLabel('Nome utente')
    await expectFocus(user)
    await this.hands.overwrite(account.user)
    await this.hands.press('Tab')
    await this.hands.type(account.password)
    await this.hands.press('Enter')
  }

  // --- What is on the screen ---

  get outcome(): Locator {
    return this.page.getByRole('region', { name: 'Ultima registrazione' })
  }

  get scans(): Locator {
    return this.page.getByRole('region', { name: 'Scansioni' })
  }

  get exceptions(): Locator {
    return this.page.getByRole('region', { name: 'Eccezioni' })
  }

  get bar(): Locator {
    return this.page.getByRole('contentinfo', { name: 'Stato della postazione' })
  }

  get notices(): Locator {
    return this.page.getByRole('region', { name: 'Avvisi' })
  }

  get form(): Locator {
    return this.page.getByRole('form', { name: 'Registrazione' })
  }

  field(name: 'Mittente' | 'Destinatario' | 'Oggetto' | 'Classifica' | 'Ufficio utente (UU)'): Locator {
    return this.form.getByLabel(name, { exact: true })
  }

  dialog(name: string | RegExp): Locator {
    return this.page.getByRole('dialog', { name })
  }

  document(number: string): Locator {
    return this.scans.getByRole('group', { name: `Documento ${number}`, exact: true })
  }

  exception(name: string | RegExp): Locator {
    return this.exceptions.getByRole('group', { name })
  }

  // --- What a clerk does ---

  /** Answers the questions in their order with Enter between them, as the form leads. The focus ends on the last answered one's successor. */
  async write(letter: Letter): Promise<void> {
    const party = this.field('Mittente').or(this.field('Destinatario'))
    await expectFocus(party)
    await this.hands.type(letter.from)
    await this.hands.press('Enter')
    await expectFocus(this.field('Oggetto'))
    await this.hands.type(letter.subject)
    await this.hands.press('Enter')
    await expectFocus(this.field('Classifica'))
    if (letter.classifica) await this.hands.type(letter.classifica)
    await this.hands.press('Enter')
    await expectFocus(this.field('Ufficio utente (UU)'))
    if (letter.uor) await this.hands.type(letter.uor)
    await this.hands.press('Enter')
    await expectFocus(this.form.getByRole('button', { name: /^Registra e stampa/ }))
  }

  /** Presses the key and reads the new number, large on the screen: «0000001/2026». */
  async number(key = 'F9'): Promise<string> {
    const before = await this.shownNumber()
    await this.hands.press(key)
    return this.newNumber(before)
  }

  async newNumber(before: string): Promise<string> {
    let now = ''
    await until(async () => (now = await this.shownNumber()) !== before, true, `a number after ${before || 'none'}`)
    expect(now).toMatch(/^(\d{7}|n\.\d+\/\d{4}R\.E\.\d+)\/\d{4}$/)
    return now
  }

  async shownNumber(): Promise<string> {
    const link = this.outcome.getByRole('link').first()
    return (await link.count()) === 0 ? '' : (await link.innerText()).replaceAll(/\s/g, '')
  }

  /** Writes a letter and registers it. */
  async register(letter: Letter, key = 'F9'): Promise<string> {
    await this.write(letter)
    return this.number(key)
  }

  /** Waits until a form with this subject is kept on the station. */
  async kept(subject: string): Promise<void> {
    const drafts = async () => (await this.json<{ drafts: { draft: { subject: string } }[] }>('/api/desk')).drafts
    await until(async () => (await drafts()).some((d) => d.draft.subject === subject), true, `a draft with the subject ${subject}`)
  }

  /** Scans, by a key, what lies in the feeder and waits for the end of the run. */
  async scan(key = 'F8'): Promise<void> {
    const runs = this.scans.getByRole('article')
    const before = await runs.count()
    await this.hands.press(key)
    await until(async () => (await runs.count()) > before, true, 'a new run on the strip')
    await gone(runs.first().getByText('Scansione in corso'))
  }

  /** Confirms a document's quality with the keyboard and waits until it is archived. */
  async confirm(number: string): Promise<void> {
    const card = this.document(number)
    await this.hands.tabTo(card.getByRole('button', { name: /^Conferma qualità/ }))
    await this.hands.press('Alt+c')
    await see(card.getByText('Archiviato', { exact: true }))
  }

  /** Goes to the exceptions with their key and presses the digit of a choice. */
  async choose(name: string | RegExp, choice: string | RegExp): Promise<void> {
    const card = this.exception(name)
    await see(card)
    await this.hands.press('Alt+e')
    await this.hands.tabTo(card)
    await this.hands.press(await this.digit(card, choice))
  }

  /** The digit that stands on a choice's button. */
  async digit(card: Locator, choice: string | RegExp): Promise<string> {
    const text = await card.getByRole('button', { name: choice }).locator('kbd').innerText()
    expect(text).toMatch(/^[1-9]$/)
    return text
  }

  /** Presses a button as who uses no mouse does. */
  async press(name: string | RegExp, within: Locator = this.page.locator('body')): Promise<void> {
    await this.hands.activate(within.getByRole('button', { name, exact: typeof name === 'string' }))
  }

  /** Writes the day and the time of an instant so many minutes ago. */
  async fillInstant(dialog: Locator, label: string, minutes: number): Promise<void> {
    const { day, time } = ago(minutes)
    const group = dialog.getByRole('group', { name: label, exact: true })
    await this.hands.fill(group.getByLabel(label, { exact: true }), day)
    await this.hands.fill(group.getByLabel('ore', { exact: true }), time)
  }

  /** The Responsabile writes name and password into a dialog at this person's screen, and signs. */
  async sign(dialog: Locator, action: string, shot: string): Promise<void> {
    const { user, password } = this.station.account('responsabile')
    await this.hands.fill(dialog.getByLabel('Nome utente del Responsabile'), user)
    await this.hands.fill(dialog.getByLabel('Password'), password)
    await picture(this.page, shot)
    await this.press(action, dialog)
    await gone(dialog)
  }

  // --- A letter's page ---

  /** Goes to a letter's page by its number. */
  async recordScreen(number: string): Promise<void> {
    await this.page.goto(`${this.station.url}/registrazioni/${(await recordOf(this, number)).intakeID}`)
    await see(this.page.getByRole('region', { name: 'Documenti' }))
  }

  /** Opens «Altro» with its key and walks to one of its lines with the arrows. */
  async other(name: string): Promise<Locator> {
    await see(this.page.getByRole('button', { name: /^Altro/ }))
    await this.hands.press('Alt+l')
    const line = this.page.getByRole('menuitem', { name, exact: true })
    await see(line)
    for (let i = await this.page.getByRole('menuitem').count(); i > 0 && !(await focused(line)); i--) await this.hands.press('ArrowDown')
    await expectFocus(line)
    return line
  }

  async doOther(name: string): Promise<void> {
    await this.other(name)
    await this.hands.press('Enter')
  }

  /** What «Altro» offers. */
  async others(): Promise<string[]> {
    await see(this.page.getByRole('heading', { level: 1 }))
    const button = this.page.getByRole('button', { name: /^Altro/ })
    if ((await button.count()) === 0) return []
    await this.hands.press('Alt+l')
    await see(this.page.getByRole('menu'))
    const names = (await this.page.getByRole('menuitem').allInnerTexts()).map((t) => t.trim())
    await this.hands.press('Escape')
    await expectFocus(button)
    return names
  }

  // --- What the station holds, with this person's own session ---

  async json<T>(path: string): Promise<T> {
    const answer = await this.context.request.get(this.station.url + path, { headers: { 'X-Sfondo': '1' } })
    expect(answer.status(), path).toBe(200)
    return (await answer.json()) as T
  }

  async status(path: string): Promise<number> {
    return (await this.context.request.get(this.station.url + path, { headers: { 'X-Sfondo': '1' } })).status()
  }

  async bytes(url: string): Promise<Buffer> {
    const answer = await this.context.request.get(new URL(url, this.station.url).href)
    expect(answer.status(), url).toBe(200)
    return answer.body()
  }

  async leave(): Promise<void> {
    await this.context.close()
  }
}

/** A day and a time of Rome, so many minutes ago, as a form takes them. */
export function ago(minutes: number): { day: string; time: string } {
  const at = new Date(Date.now() - minutes * 60_000)
  const zone = { timeZone: 'Europe/Rome' } as const
  return {
    day: at.toLocaleDateString('it-IT', { ...zone, day: '2-digit', month: '2-digit', year: 'numeric' }),
    time: at.toLocaleTimeString('it-IT', { ...zone, hour: '2-digit', minute: '2-digit' }),
  }
}

/** The record behind a number, as the API tells it. */
export interface Record {
  intakeID: number
  registrationID: number
  segnatura: string
  arrivedAt: string
  draft: { subject: string; senders?: { name: string }[]; recipients?: { name: string }[]; direction: string }
  facets: { delivered: boolean }
  documents?: { id: number; state: string; pages: number; pageList?: { id: number }[]; scope?: { note?: string } }[]
}

export async function recordOf(clerk: Clerk, number: string): Promise<Record> {
  const { hits } = await clerk.json<{ hits: Record[] }>(`/api/open?codice=${encodeURIComponent(number)}`)
  expect(hits).toHaveLength(1)
  return hits[0]!
}

export async function inFile<T>(pdf: Buffer, use: (path: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'segnatura-e2e-pdf-'))
  try {
    const path = join(dir, 'file.pdf')
    await writeFile(path, pdf)
    return await use(path)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** What a hand reader finds on a printed label. */
export async function codeOf(png: Buffer): Promise<string> {
  const { stdout } = await inFile(png, (path) => execute('zbarimg', ['--quiet', '--raw', '-Sdisable', '-Sqrcode.enable', path]))
  return stdout.trim()
}

/** Fails unless qpdf finds the file whole. */
export async function expectWholePDF(pdf: Buffer): Promise<void> {
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
  const { stdout } = await inFile(pdf, (path) => execute('qpdf', ['--check', path]))
  expect(stdout).toContain('No syntax or stream encoding errors found')
}

/** Fails unless OpenSSL verifies a plico's time-stamp token over the record beside it, with what the download holds and nothing of ours, and refuses it for another record. */
export async function expectToken(zip: Buffer): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'segnatura-e2e-marca-'))
  try {
    const files = unzipSync(zip)
    for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content)
    const records = Object.keys(files).filter((name) => name.endsWith('.json'))
    expect(records).toHaveLength(1)
    const openssl = (data: string) => execute('openssl', ['ts', '-verify', '-in', 'marca.tsr', '-data', data, '-CAfile', 'radice.pem', '-untrusted', 'catena.pem'], { cwd: dir })
    await openssl(records[0]!)
    await writeFile(join(dir, 'altro.json'), 'another record')
    await expect(openssl('altro.json'), 'of another record').rejects.toThrow()
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** The words of a PDF in one line. */
export async function wordsOf(pdf: Buffer): Promise<string> {
  const { stdout } = await inFile(pdf, (path) => execute('pdftotext', ['-enc', 'UTF-8', path, '-']))
  return stdout.replaceAll(/\s+/g, ' ').trim()
}

/** The words on a label that came out, as a program reads them off the picture. */
export async function readBack(picture: Buffer): Promise<string> {
  const { stdout } = await inFile(picture, (path) => execute('tesseract', [path, 'stdout', '-l', 'ita', '--psm', '6', '--dpi', '203']))
  return stdout.replaceAll(/\s+/g, ' ').trim()
}

export async function pagesOf(pdf: Buffer): Promise<number> {
  const { stdout } = await inFile(pdf, (path) => execute('qpdf', ['--show-npages', path]))
  return Number(stdout)
}
