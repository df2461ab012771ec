// From the key that freezes a handover's instant, as Chromium takes it in, to the last byte of the answer, whose instant is durable by then: ten browsers on one
// machine with the station, each at its desk with its live feed, pressing in turn and all at the same moment.

import { availableParallelism } from 'node:os'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openBrowser } from './browser'
import { Clerk } from './desk'
import { Station } from './station'

const desks = 10
const presses = 1000

/** What a page kept of its presses: the key, the request's first byte and the answer's last one, in milliseconds of the page. */
interface Press {
  key: number
  asked: number
  answered: number
}

declare global {
  interface Window {
    presses: Press[]
    /** Resolves when so many presses have their answer. */
    answered: (many: number) => Promise<void>
  }
}

/** Watches a page's key and its requests from without: nothing of the page is changed. */
function watch(): void {
  const keys: number[] = []
  const waiting: { many: number; done: () => void }[] = []
  window.presses = []
  window.answered = (many) => new Promise((done) => (window.presses.length >= many ? done() : waiting.push({ many, done })))
  addEventListener('keydown', (e) => e.key === 'F6' && keys.push(e.timeStamp), true)
  new PerformanceObserver((list) => {
    for (const e of list.getEntries() as PerformanceResourceTiming[]) {
      if (!e.name.endsWith('/api/bids/handovers')) continue
      window.presses.push({ key: keys[window.presses.length]!, asked: e.requestStart, answered: e.responseEnd })
    }
    for (const w of waiting.filter((w) => window.presses.length >= w.many)) w.done()
  }).observe({ type: 'resource' })
}

let browser: Browser
let station: Station
let clerks: Clerk[]

beforeAll(async () => {
  ;[browser, station] = await Promise.all([openBrowser(), Station.start()])
  clerks = []
  for (let i = 0; i < desks; i++) clerks.push(await Clerk.login(browser, station, station.account('operatore')))
  for (const c of clerks) {
    await c.page.waitForFunction(() => localStorage.getItem('segnatura-banco') === '1')
    await c.page.evaluate(watch)
  }
})

afterAll(async () => {
  await browser?.close()
  await station?.stop()
})

/** The smallest of the values that so many percent of all do not exceed. */
const percentile = (sorted: number[], p: number) => sorted[Math.max(Math.ceil((p / 100) * sorted.length), 1) - 1]!

it.each([['in_turn', false], ['all_at_once', true]] as const)('the key, pressed %s', async (name, together) => {
  const before = await Promise.all(clerks.map((c) => c.page.evaluate(() => window.presses.length)))
  const press = async (c: Clerk, many: number) => {
    await c.page.keyboard.press('F6')
    await c.page.evaluate((many) => window.answered(many), many)
  }
  for (let round = 1; round <= presses / desks; round++) {
    if (together) await Promise.all(clerks.map((c, i) => press(c, before[i]! + round)))
    else for (const [i, c] of clerks.entries()) await press(c, before[i]! + round)
  }
  const made = (await Promise.all(clerks.map((c, i) => c.page.evaluate((from) => window.presses.slice(from), before[i]!)))).flat()
  expect(made.length).toBe(presses)
  expect(station.errors).toEqual([])
  const figures = (what: string, took: (p: Press) => number) => {
    const sorted = made.map(took).sort((a, b) => a - b)
    return `${percentile(sorted, 50).toFixed(2)} ${what}p50-ms ${percentile(sorted, 99).toFixed(2)} ${what}p99-ms`
  }
  process.stdout.write(`\nBenchmarkKeyInChromium/${name}-${availableParallelism()} 1 ${figures('', (p) => p.answered - p.key)} ${figures('request-', (p) => p.answered - p.asked)} ${presses} samples\n`)
})
