// What a page is suspected of, in words with its figure. It is never more than a suspicion: the clerk looks.

import { count } from './format'
import { sideWords } from './messages'
import type { Flag } from './types'

const decimals = (n: number, most: number) => n.toLocaleString('it-IT', { minimumFractionDigits: most > 1 ? 0 : most, maximumFractionDigits: most })
const percent = (share: number, most = 0) => `${decimals(share * 100, most)} %`

const missing: Record<string, (f: Flag) => string> = {
  'no-back': () => 'forse manca una pagina: di questo foglio non c’è il retro',
  'no-front': () => 'forse manca una pagina: di questo foglio c’è solo il retro',
  gap: (f) => `forse ${f.figure === 1 ? 'manca' : 'mancano'} ${count(f.figure, 'foglio', 'fogli')} prima di questa pagina`,
  'blank-back': () => 'forse manca una pagina: è l’unico retro bianco tra retri scritti',
}

const words: Record<Flag['code'], (f: Flag) => string> = {
  blank: (f) => f.figure < 0.00005 ? 'bianca: nessun inchiostro' : `quasi bianca: ${percent(f.figure, 2)} di inchiostro`,
  skew: (f) => `storta di ${decimals(f.figure, 1)}°`,
  'low-contrast': (f) => `poco contrasto: ${percent(f.figure)}`,
  'cut-edge': (f) => `forse tagliata ${(f.why ?? '').split(',').map((s) => sideWords[s] ?? s).join(' e ')}: ${count(f.figure, 'segno esce', 'segni escono')} dal foglio`,
  'upside-down': (f) => `forse capovolta: ${count(f.figure, 'tratto', 'tratti')} di testo`,
  sideways: (f) => `forse di traverso: ${count(f.figure, 'tratto', 'tratti')} di testo`,
  unreadable: (f) => (f.why === 'dark' ? `molto scura: fondo al ${percent(f.figure / 255)} di luce` : `poco leggibile: contorni sfumati su ${decimals(f.figure, 1)} mm`),
  'missing-page': (f) => (missing[f.why ?? ''] ?? (() => 'forse manca una pagina'))(f),
}

/** One suspicion, to stand after the page's number. */
export function flagText(f: Flag): string {
  return words[f.code](f)
}
