// Where the page is: the browser's history over the table of routes.

import { match, pathOf, type Match, type RouteName } from './router'

class Place {
  path = $state(location.pathname)
  hash = $state(location.hash)
  readonly at: Match | undefined = $derived(match(this.path))

  constructor() {
    addEventListener('popstate', () => this.read())
    addEventListener('hashchange', () => this.read())
  }

  go(name: RouteName, id = 0): void {
    this.to(pathOf(name, id))
  }

  to(path: string, replace = false): void {
    if (path !== location.pathname || location.hash !== '') {
      if (replace) history.replaceState(null, '', path)
      else history.pushState(null, '', path)
    }
    this.read()
  }

  private read(): void {
    this.path = location.pathname
    this.hash = location.hash
  }
}

export const place = new Place()

/** Makes a link route within the page; with a modifier it stays the browser's. */
export function link(node: HTMLAnchorElement): { destroy: () => void } {
  const click = (e: MouseEvent) => {
    if (e.button !== 0 || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey || e.defaultPrevented) return
    e.preventDefault()
    place.to(node.pathname)
  }
  node.addEventListener('click', click)
  return { destroy: () => node.removeEventListener('click', click) }
}
