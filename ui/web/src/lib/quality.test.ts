import { describe, expect, it } from 'vitest'
import { flagText } from './quality'
import type { Flag } from './types'

const flag = (code: Flag['code'], figure: number, why?: string): Flag => ({ code, figure, limit: 0, ...(why ? { why } : {}) })

describe('a suspicion', () => {
  it.each<[Flag, string]>([
    [flag('blank', 0.0001), 'quasi bianca: 0,01 % di inchiostro'],
    [flag('blank', 0), 'bianca: nessun inchiostro'],
    [flag('skew', 3.2), 'storta di 3,2°'],
    [flag('skew', 4), 'storta di 4,0°'],
    [flag('low-contrast', 0.283), 'poco contrasto: 28 %'],
    [flag('cut-edge', 14, 'right,left'), 'forse tagliata a destra e a sinistra: 14 segni escono dal foglio'],
    [flag('upside-down', 12), 'forse capovolta: 12 tratti di testo'],
    [flag('sideways', 9), 'forse di traverso: 9 tratti di testo'],
    [flag('unreadable', 0.94, 'blur'), 'poco leggibile: contorni sfumati su 0,9 mm'],
    [flag('unreadable', 51, 'dark'), 'molto scura: fondo al 20 % di luce'],
    [flag('missing-page', 1, 'gap'), 'forse manca 1 foglio prima di questa pagina'],
    [flag('missing-page', 2, 'gap'), 'forse mancano 2 fogli prima di questa pagina'],
    [flag('missing-page', 1, 'no-back'), 'forse manca una pagina: di questo foglio non c’è il retro'],
    [flag('missing-page', 1, 'something new'), 'forse manca una pagina'],
  ])('%o is «%s»', (f, text) => expect(flagText(f)).toBe(text))
})
