// The table of screens, and matching a path against it. The page reads it to route, and the accessibility test walks through it.

import type { Action } from './types'

export type RouteName =
  | 'desk' | 'search' | 'record' | 'labels' | 'endofday' | 'verify' | 'alarms' | 'corrections' | 'tenders' | 'tender' | 'competitions' | 'competition' | 'emergency' | 'days' | 'journal' | 'settings' | 'scanners' | 'users' | 'password' | 'login' | 'setup'

export interface Route {
  name: RouteName
  /** A segment that begins with ":" is a number. */
  path: string
  title: string
  /** What a role must allow for the screen to be offered; none where everybody with a session may. */
  needs?: Action
  /** Shown without a session. */
  open?: true
  /** Stands in the menu; short is how, where the title is long. */
  menu?: true
  /** The screen of the menu that it belongs to. */
  under?: RouteName
  short?: string
}

export const routes: readonly Route[] = [
  { name: 'desk', path: '/', title: 'Scrivania', needs: 'register', menu: true },
  { name: 'search', path: '/ricerca', title: 'Ricerca', needs: 'search', menu: true },
  { name: 'labels', path: '/etichette', title: 'Etichette', needs: 'register', menu: true },
  { name: 'endofday', path: '/fine-giornata', title: 'Fine giornata', needs: 'register', menu: true },
  { name: 'verify', path: '/da-verificare', title: 'Da verificare sul protocollo', needs: 'register' },
  { name: 'alarms', path: '/avvisi', title: 'Avvisi', needs: 'decide' },
  { name: 'corrections', path: '/rettifiche', title: 'Rettifiche e annullamenti', needs: 'register' },
  { name: 'emergency', path: '/emergenza', title: 'Registro di emergenza', needs: 'register', menu: true, short: 'Emergenza' },
  { name: 'days', path: '/registri-giornalieri', title: 'Registro giornaliero', needs: 'read-all', menu: true, short: 'Giornaliero' },
  { name: 'tenders', path: '/gare', title: 'Gare', needs: 'tender', menu: true },
  { name: 'tender', path: '/gare/:id', title: 'Gara', needs: 'tender', under: 'tenders' },
  { name: 'competitions', path: '/concorsi', title: 'Concorsi', needs: 'competition', menu: true },
  { name: 'competition', path: '/concorsi/:id', title: 'Concorso', needs: 'competition', under: 'competitions' },
  { name: 'record', path: '/registrazioni/:id', title: 'Registrazione', needs: 'search' },
  { name: 'journal', path: '/giornale', title: 'Giornale', needs: 'journal', menu: true },
  { name: 'settings', path: '/impostazioni', title: 'Impostazioni', needs: 'policy', menu: true },
  { name: 'scanners', path: '/scanner', title: 'Scanner e stampanti', needs: 'devices', menu: true, short: 'Dispositivi' },
  { name: 'users', path: '/utenti', title: 'Utenti', needs: 'accounts', menu: true },
  { name: 'password', path: '/password', title: 'Cambio della password' },
  { name: 'login', path: '/accesso', title: 'Accesso', open: true },
  { name: 'setup', path: '/prima-configurazione', title: 'Prima configurazione', open: true },
]

export interface Match {
  route: Route
  id: number
}

/** Finds the screen of a path; undefined where there is none. */
export function match(path: string): Match | undefined {
  const parts = split(path)
  for (const route of routes) {
    const want = split(route.path)
    if (want.length !== parts.length) continue
    let id = 0
    const fits = want.every((w, i) => {
      const part = parts[i] ?? ''
      if (!w.startsWith(':')) return w === part
      id = /^[1-9]\d{0,15}$/.test(part) ? Number(part) : 0
      return id > 0
    })
    if (fits) return { route, id }
  }
  return undefined
}

function split(path: string): string[] {
  return path.split('/').filter((p) => p !== '')
}

export function pathOf(name: RouteName, id = 0): string {
  const route = routes.find((r) => r.name === name)
  if (!route) throw new Error(`no screen ${name}`)
  return route.path.replace(':id', String(id))
}

/** The screens that these actions open, in the menu's order. */
export function menuFor(may: readonly Action[]): Route[] {
  return routes.filter((r) => r.menu && (!r.needs || may.includes(r.needs)))
}

/** The first screen of somebody who may do these things: an office's own, where it has one, before the search that all have. */
export function homeOf(may: readonly Action[]): RouteName {
  const [first, second] = menuFor(may)
  return (first?.name === 'search' && second ? second : first)?.name ?? 'password'
}
