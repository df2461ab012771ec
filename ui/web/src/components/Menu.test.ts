import { flushSync, mount, tick, unmount } from 'svelte'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import Menu from './Menu.svelte'

describe('a menu of what is seldom done', () => {
  let menu: ReturnType<typeof mount>
  let done: string[]

  beforeEach(() => {
    done = []
    menu = mount(Menu, {
      target: document.body,
      props: {
        id: 'm', label: 'Altro',
        items: [
          { label: 'Dicitura', icon: 'print', act: () => void done.push(`dicitura from ${document.activeElement?.id}`) },
          { label: 'PDF etichetta', icon: 'file-pdf', href: '/etichetta.pdf' },
          { label: 'Urgente', icon: 'warning-circle', act: () => void done.push('urgente') },
        ],
      },
    })
    flushSync()
  })

  afterEach(async () => {
    await unmount(menu)
    document.body.replaceChildren()
  })

  const button = () => document.querySelector<HTMLButtonElement>('#m')!
  const at = () => document.activeElement?.textContent?.trim()

  async function press(key: string) {
    document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
    await tick()
  }

  it('is walked with the arrows, round and round, and with first letters', async () => {
    button().click()
    await tick()
    await tick()
    expect(button().getAttribute('aria-expanded')).toBe('true')
    expect(at()).toBe('Dicitura')
    await press('ArrowUp')
    expect(at()).toBe('Urgente')
    await press('ArrowDown')
    expect(at()).toBe('Dicitura')
    await press('End')
    expect(at()).toBe('Urgente')
    await press('p')
    expect(at()).toBe('PDF etichetta')
  })

  it('gives the focus back with Esc, and before it does something', async () => {
    button().focus()
    await press('ArrowDown')
    await press('Escape')
    expect([document.activeElement?.id, button().getAttribute('aria-expanded')]).toEqual(['m', 'false'])
    await press('ArrowDown')
    ;(document.activeElement as HTMLElement).click()
    expect(done).toEqual(['dicitura from m'])
  })
})
