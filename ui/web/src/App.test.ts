import { flushSync, mount, unmount } from 'svelte'
import { afterEach, describe, expect, it, vi } from 'vitest'
import html from '../index.html?raw'
import App from './App.svelte'
import { desk } from './lib/desk.svelte'
import { dialogs } from './lib/dialogs.svelte'
import { place } from './lib/place.svelte'
import { session } from './lib/session.svelte'
import type { Status } from './lib/types'

describe('the application', () => {
  let app: ReturnType<typeof mount> | undefined

  afterEach(async () => {
    if (app) await unmount(app)
    app = undefined
    session.me = undefined
    desk.status = undefined
    vi.unstubAllGlobals()
  })

  it('shows one heading inside one main landmark, also before the station has answered', () => {
    vi.stubGlobal('fetch', () => new Promise(() => {}))
    app = mount(App, { target: document.body })
    flushSync()
    expect(document.querySelectorAll('main')).toHaveLength(1)
    expect(document.querySelector('main h1')?.textContent).toBe('Stazione di segnatura')
  })

  it.each([
    ['/ricerca', 1],
    ['/fine-giornata', 1],
    ['/emergenza', 0], // the screen says it in full
  ])('says on %s that the centre is away', async (path, bands) => {
    const me = { loggedIn: true, user: 'anna', name: 'Anna', may: ['register', 'search'], roles: [] }
    vi.stubGlobal('fetch', (url: string) => (url.endsWith('/api/me') ? Promise.resolve(new Response(JSON.stringify(me))) : new Promise(() => {})))
    place.to(path, true)
    app = mount(App, { target: document.body })
    await vi.waitFor(() => expect(document.querySelector('header nav')).not.toBeNull())
    desk.status = { counts: {}, stops: [], scanners: [], printers: [], central: { connector: 'jente', state: 'away', since: '2026-11-22T12:25:40Z' } } as unknown as Status
    flushSync()
    expect([...document.querySelectorAll('.band')].filter((b) => b.textContent?.includes('JEnte non risponde dal 22/11/2026, 13:25'))).toHaveLength(bands)
  })

  it('goes by key to a screen’s title, and F1 shows no key of a screen that is not this person’s', async () => {
    HTMLDialogElement.prototype.showModal = function () {
      this.open = true
    }
    HTMLDialogElement.prototype.close = function () {
      this.open = false
    }
    const me = { loggedIn: true, user: 'anna', name: 'Anna', may: ['register', 'search'], roles: [] }
    vi.stubGlobal('fetch', (url: string) => (url.endsWith('/api/me') ? Promise.resolve(new Response(JSON.stringify(me))) : new Promise(() => {})))
    place.to('/ricerca', true)
    app = mount(App, { target: document.body })
    await vi.waitFor(() => expect(document.querySelector('header nav')).not.toBeNull())
    const key = (init: KeyboardEventInit) => window.dispatchEvent(new KeyboardEvent('keydown', { ...init, cancelable: true }))
    ;(document.activeElement as HTMLElement | null)?.blur()
    key({ key: 'f', code: 'KeyF', altKey: true })
    await vi.waitFor(() => expect(document.activeElement?.textContent).toBe('Fine giornata'))
    expect(document.activeElement?.tagName).toBe('H1')
    key({ key: 'F1', code: 'F1' })
    await vi.waitFor(() => expect(document.querySelector('dialog kbd')).not.toBeNull())
    const shown = [...document.querySelectorAll('dialog kbd')].map((k) => k.textContent)
    expect(shown).toContain('Alt+G')
    expect(shown).not.toContain('Alt+O')
    expect(shown).not.toContain('Alt+I')
    dialogs.close()
  })

  it('is declared to be in Italian, so that a screen reader pronounces it so', () => {
    const page = new DOMParser().parseFromString(html, 'text/html')
    expect(page.documentElement.lang).toBe('it')
    expect(page.title).toBe('Stazione di segnatura')
  })
})
