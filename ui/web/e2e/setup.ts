// What every file of the journey begins with and ends with.

import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { keyboardOnly, openBrowser, picture } from './browser'
import { Clerk } from './desk'
import { type Kind, Station } from './station'

/** What a file's tests share; its fields are set before the first one. */
export interface Day {
  browser: Browser
  station: Station
  anna: Clerk
}

/**
 * Opens a browser and a fresh demonstration, with the machine's settings and environment where there are any, and logs Anna, an operator, in. Each test
 * finds an empty feeder and no trouble.
 */
export function aDay(settings = '', env: NodeJS.ProcessEnv = {}, kind: Kind = 'demo'): Day {
  const day = {} as Day
  beforeAll(async () => {
    ;[day.browser, day.station] = await Promise.all([openBrowser(), Station.start(kind, settings, env)])
    day.anna = await Clerk.login(day.browser, day.station, day.station.account('operatore'))
  })
  beforeEach(() => day.station.office.tidy())
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await picture(day.anna.page, `fallito-${task.name.replaceAll(/\W+/g, '-').slice(0, 60)}`).catch(() => {})
  })
  afterAll(async () => {
    try {
      if (day.anna) await keyboardOnly(day.anna.page)
    } finally {
      await day.browser?.close()
      await day.station?.stop()
    }
    expect(day.station?.errors.join('\n'), 'what the station logged as its own fault').toBe('')
  })
  return day
}
