// A real Chromium and the hands at its keyboard. The journey is walked without a mouse: every page remembers whether one was
// pressed, and that is a failure in the end.

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core'
import { expect, vi } from 'vitest'
import { root } from './station'

const executable = process.env['SEGNATURA_CHROMIUM'] ?? '/usr/bin/chromium'
const pictures = join(root, 'build/e2e')

/** How long something may take to be seen. A machine that is busy with other tests is slow, not wrong. */
export const patienceMs = 20_000

export async function openBrowser(): Promise<Browser> {
  await mkdir(pictures, { recursive: true })
  return chromium.launch({
    executablePath: executable,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
    ],
  })
}

/** One person's browser: a session of its own, an Italian clock, the smallest screen that is promised. */
export async function person(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 }, locale: 'it-IT', timezoneId: 'Europe/Rome', reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(patienceMs)
  await context.addInitScript(() => {
    addEventListener('pointerdown', () => sessionStorage.setItem('pressed', 'with a mouse'), true)
  })
  return context
}

/** Fails when a mouse was used on the page. */
export async function keyboardOnly(page: Page): Promise<void> {
  expect(await page.evaluate(() => sessionStorage.getItem('pressed')), 'how something was pressed').toBeNull()
}

/** The desk takes characters closer than 35 ms with an Enter behind them for a hand reader's; a hand pauses. */
const handPauseMs = 45

/** Two hands at one page's keyboard. keys counts what they pressed, a combination as one. */
export class Hands {
  keys = 0
  private at = 0

  constructor(readonly page: Page) {}

  async press(...combos: string[]): Promise<void> {
    for (const combo of combos) {
      if (combo === 'Enter') await this.pause()
      await this.page.keyboard.press(combo)
      this.keys++
      this.at = Date.now()
    }
  }

  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text)
    this.keys += [...text].length
    this.at = Date.now()
  }

  /** Writes over whatever the focused field holds. */
  async overwrite(text: string): Promise<void> {
    await this.press('Control+a')
    if (text === '') await this.press('Delete')
    else await this.type(text)
  }

  /** Walks with Tab until the element has the focus, as somebody without a mouse must. */
  async tabTo(target: Locator, limit = 120): Promise<void> {
    await target.waitFor()
    for (let i = 0; i < limit; i++) {
      if (await focused(target)) return
      await this.press('Tab')
    }
    throw new Error(`no Tab reaches ${String(target)}`)
  }

  /** Walks to a field and writes into it. */
  async fill(field: Locator, text: string): Promise<void> {
    await this.tabTo(field)
    await this.overwrite(text)
  }

  /** Walks to a control and presses it. */
  async activate(control: Locator): Promise<void> {
    await this.tabTo(control)
    await this.press('Enter')
  }

  /** Walks to a list and chooses by typing the beginning of a line, as a closed select takes it. */
  async select(list: Locator, line: string): Promise<void> {
    await this.tabTo(list)
    await this.type(line)
    await until(() => list.evaluate((e) => (e as HTMLSelectElement).selectedOptions[0]?.label), line, `the choice in ${String(list)}`)
  }

  /** What a hand reader sends: characters 4 ms apart, then Enter. The times are the device's own, whatever this machine does. */
  async burst(text: string): Promise<void> {
    await this.pause()
    const wire = await this.page.context().newCDPSession(this.page)
    const start = Date.now() / 1000
    const keys = [...text].map((c) => ({ key: c, text: c }))
    keys.push({ key: 'Enter', text: '\r' })
    await Promise.all(
      keys.flatMap((k, i) => {
        const timestamp = start + i * 0.004
        const windowsVirtualKeyCode = k.key === 'Enter' ? 13 : k.key.toUpperCase().charCodeAt(0)
        return [
          wire.send('Input.dispatchKeyEvent', { type: 'keyDown', ...k, windowsVirtualKeyCode, timestamp }),
          wire.send('Input.dispatchKeyEvent', { type: 'keyUp', key: k.key, windowsVirtualKeyCode, timestamp: timestamp + 0.001 }),
        ]
      }),
    )
    await wire.detach()
  }

  private async pause(): Promise<void> {
    const left = this.at + handPauseMs - Date.now()
    if (left > 0) await new Promise((done) => setTimeout(done, left))
  }
}

/** Reads again and again until it reads what is wanted. */
export async function until<T>(read: () => Promise<T>, want: T, what: string): Promise<void> {
  await vi.waitFor(async () => expect(await read(), what).toEqual(want), { timeout: patienceMs, interval: 30 })
}

export async function focused(target: Locator): Promise<boolean> {
  return (await target.count()) === 1 && target.evaluate((e) => e === document.activeElement)
}

export async function expectFocus(target: Locator): Promise<void> {
  await until(() => focused(target), true, `the focus on ${String(target)}`)
}

/** Waits until it is on the screen. */
export async function see(what: Locator): Promise<void> {
  await what.first().waitFor({ state: 'visible' })
}

/** Waits until it is no longer on the screen. */
export async function gone(what: Locator): Promise<void> {
  await what.first().waitFor({ state: 'hidden' })
}

/** Waits until a field holds the text. */
export async function holds(field: Locator, text: string): Promise<void> {
  await until(() => field.inputValue(), text, `the text of ${String(field)}`)
}

/** Keeps what is on the screen as build/e2e/NAME.png. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled', caret: 'hide' })
}

/**
 * Fails when axe finds a fault of level A or AA on the page. It runs in the page alone and says only what is wrong: the way over a second, blank page is for
 * frames of other origins, of which there are none.
 */
export async function expectAccessible(page: Page): Promise<void> {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
  const { violations } = await axe.setLegacyMode().analyze()
  expect(violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => `${n.target.join(' ')} ${n.any[0]?.message ?? ''}`).join('; ')}`)).toEqual([])
}
