import { flushSync, mount, unmount } from 'svelte'
import { afterEach, describe, expect, it, vi } from 'vitest'
import html from '../index.html?raw'
import App from './App.svelte'

describe('the application', () => {
  let app: ReturnType<typeof mount> | undefined

  afterEach(async () => {
    if (app) await unmount(app)
    app = undefined
  })

  it('shows one heading inside one main landmark, also before the station has answered', () => {
    vi.stubGlobal('fetch', () => new Promise(() => {}))
    app = mount(App, { target: document.body })
    flushSync()
    expect(document.querySelectorAll('main')).toHaveLength(1)
    expect(document.querySelector('main h1')?.textContent).toBe('Stazione di segnatura')
  })

  it('is declared to be in Italian, so that a screen reader pronounces it so', () => {
    const page = new DOMParser().parseFromString(html, 'text/html')
    expect(page.documentElement.lang).toBe('it')
    expect(page.title).toBe('Stazione di segnatura')
  })
})
