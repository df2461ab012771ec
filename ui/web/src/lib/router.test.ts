import { describe, expect, it } from 'vitest'
import { homeOf, match, menuFor, pathOf, routes } from './router'

describe('the table of routes', () => {
  it('finds each screen by the path that it makes', () => {
    for (const r of routes) expect(match(pathOf(r.name, 7))?.route.name).toBe(r.name)
  })

  it('reads the number of a record', () => {
    expect(match('/registrazioni/42')).toMatchObject({ id: 42, route: { name: 'record' } })
    expect(match('/registrazioni/42/')?.id).toBe(42)
  })

  it.each(['/registrazioni', '/registrazioni/0', '/registrazioni/x', '/registrazioni/1/2', '/altro'])('knows no screen %s', (path) => {
    expect(match(path)).toBeUndefined()
  })

  it('offers only what a role may', () => {
    expect(menuFor(['search']).map((r) => r.name)).toEqual(['search'])
    expect(menuFor(['register', 'search']).map((r) => r.name)).toEqual(['desk', 'search', 'labels', 'endofday', 'emergency'])
    expect(menuFor(['accounts', 'devices', 'journal']).map((r) => r.name)).toEqual(['journal', 'scanners', 'users'])
    expect(menuFor(['devices']).map((r) => r.short), 'the screen has the printers too').toEqual(['Dispositivi'])
    expect(homeOf(['accounts', 'devices', 'journal'])).toBe('journal')
    expect(homeOf([])).toBe('password')
  })

  it.each([
    [['register', 'search', 'tender', 'competition'], 'desk'], [['search'], 'search'],
    [['search', 'tender', 'tender-close'], 'tenders'], [['search', 'competition'], 'competitions'],
  ] as const)('whoever may %s begins at «%s»', (may, home) => {
    expect(homeOf(may)).toBe(home)
  })
})
