// Where the page is: the browser's history over the table of routes.

import { match, pathOf, type Match, type RouteName } from './router'

class Place {
  path = $state(location.pathname)
  search = $state(location.search)
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
    if (path !== location.pathname + location.search || location.hash !== '') {
      if (replace) history.replaceState(null, '', path)
      else history.pushState(null, '', path)
    }
    this.read()
  }

  /** Writes what a screen asks for into its address; the back key does not stop at each letter that is typed. */
  refine(search: string): void {
    if (search === location.search) return
    history.replaceState(null, '', location.pathname + search)
    this.read()
  }

  private read(): void {
    this.path = location.pathname
    this.search = location.search
    this.hash = location.hash
  }
}

export const place = new Place()

/** Makes a link route within the page; with a modifier it stays the browser's. */
export function link(node: HTMLAnchorElement): { destroy: () => void } {
  const click = (e: MouseEvent) => {
    if (e.button !== 0 || e.ctrlKey || e.metaKey || e.shiftKey || e.altKey || e.defaultPrevented) return
    e.preventDefault()
    place.to(node.pathname + node.search)
  }
  node.addEventListener('click', click)
  return { destroy: () => node.removeEventListener('click', click) }
}
