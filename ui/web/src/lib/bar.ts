// The fixed bar in words: each device with what it means for the clerk now.

import { count, dateTime } from './format'
import { connectorWords, feederWords, fileWords, printerWords, scannerFaultWords, scannerWords, word } from './messages'
import type { FolderView, PrinterView, ScannerView, Status } from './types'

export interface BarItem {
  kind: 'plain' | 'wait' | 'bad'
  text: string
}

export function scannerText(s: ScannerView): BarItem {
  if (s.user && s.state !== 'offline') return { kind: 'plain', text: `in uso da ${s.user}` }
  if (s.state === 'offline') return { kind: 'bad', text: word(scannerWords, s.state) }
  if (s.feeder === 'jam' || s.feeder === 'open') return { kind: 'bad', text: word(feederWords, s.feeder) }
  if (s.state === 'stopped' && s.fault && s.fault in scannerFaultWords) return { kind: 'bad', text: word(scannerFaultWords, s.fault) }
  if (s.state === 'stopped') return { kind: 'bad', text: word(scannerWords, s.state) }
  const feeder = s.feeder ? `, ${word(feederWords, s.feeder)}` : ''
  return { kind: 'plain', text: word(scannerWords, s.state) + feeder }
}

export function printerText(p: PrinterView, waiting: number): BarItem {
  if (p.download) return { kind: 'plain', text: 'etichette in PDF' }
  const queue = waiting > 0 ? ` (${waiting})` : ''
  if (p.blocks) {
    return { kind: 'wait', text: `${word(printerWords, p.blocks)} — le registrazioni continuano, le etichette restano in coda${queue}` }
  }
  const worth = (p.conditions ?? []).find((c) => c !== 'ready')
  return { kind: worth === 'media-low' ? 'wait' : 'plain', text: word(printerWords, worth ?? 'ready') }
}

/** Only what is wrong in a hot folder is worth a place. */
export function folderText(f: FolderView): BarItem | undefined {
  const first = f.troubles?.[0]
  if (!first) return undefined
  if (first.file === '') return { kind: 'bad', text: 'la cartella non si può leggere: controlla il collegamento e i permessi' }
  const more = (f.troubles?.length ?? 0) > 1 ? ` e altri ${(f.troubles?.length ?? 0) - 1}` : ''
  return { kind: 'wait', text: `${first.file} non si può prendere${more}: ${fileWords[first.fault] ?? 'controlla il file'}` }
}

const since = (s: Status) => (s.central.since ? ` dal ${dateTime(s.central.since)}` : '')

/** How many wait for a number that comes by itself, and that they are safe; "" where none does. */
function waitingText(s: Status): string {
  const n = s.counts.withoutNumber
  return n ? count(n, 'ricezione salva attende il numero', 'ricezioni salve attendono il numero') : ''
}

/** What no number comes to before somebody has said something. */
function personTexts(s: Status): string[] {
  const { outcomesUnknown: unknown, refused } = s.counts
  return [
    ...(unknown > 0 ? [count(unknown, 'esito da verificare sul protocollo', 'esiti da verificare sul protocollo')] : []),
    ...(refused > 0 ? [count(refused, 'ricezione rifiutata dal protocollo', 'ricezioni rifiutate dal protocollo')] : []),
  ]
}

export interface NumberLink {
  text: string
  to: 'endofday' | 'verify'
}

/** Where letters without number are: those that wait, those to look up, those that were refused, each apart. */
export function numberLinks({ counts: c, central }: Status): NumberLink[] {
  const links: (NumberLink & { n: number })[] = [
    { n: c.withoutNumber, text: central.keyed ? 'Numeri da scrivere' : 'In attesa', to: 'endofday' },
    { n: c.outcomesUnknown, text: 'Da verificare', to: 'verify' },
    { n: c.refused, text: 'Rifiutate', to: 'endofday' },
  ]
  return links.filter((l) => l.n > 0).map(({ n, text, to }) => ({ text: `${text}: ${n}`, to }))
}

/** Since when, how many wait, what is safe. */
const awayText = (s: Status) => `non risponde${since(s)} — ${waitingText(s) || 'continua a registrare: le ricezioni restano salve'}`

/** Whether it can be reached; of a register in this very station, and of a person who reads numbers elsewhere, there is nothing to say. */
function reachedText({ central }: Status, at: string): string {
  if (central.connector === 'embedded' || central.keyed) return ''
  return central.state === 'answering' ? ` risponde${at}` : ' non ancora interpellato'
}

/** What the desk says beside an emergency register that is open: whether the centre is back, and what waits all the same. */
export function besideEmergency(s: Status): string {
  const { connector, held, keyed, state } = s.central
  const waiting = waitingText(s)
  const said = waiting && ` ${waiting}.`
  if (connector === 'embedded' || keyed) return said
  if (held || state === 'away') return ` Il protocollo non risponde${since(s)}.${said}`
  return state === 'answering' ? ` Il protocollo risponde di nuovo${since(s)}: il Responsabile può chiudere il registro.${said}` : said
}

/** What stands in the queue, by its kinds where there are two: letters that wait for their number, documents that wait to be sent. */
export function queueText({ withoutNumber = 0, toDeliver = 0 }: Partial<Pick<Status['counts'], 'withoutNumber' | 'toDeliver'>>): string {
  if (withoutNumber && toDeliver) return `${count(withoutNumber, 'ricezione', 'ricezioni')} e ${count(toDeliver, 'invio', 'invii')}`
  return String(withoutNumber + toDeliver)
}

export function centralText(s: Status): BarItem {
  const { connector, held, state } = s.central
  const name = word(connectorWords, connector)
  if (held || state === 'away') return { kind: 'bad', text: `${name} ${awayText(s)}` }
  if (state === 'doubtful') return { kind: 'wait', text: `${name}: risposta non chiara${since(s)} — ${waitingText(s) || 'le ricezioni restano salve'}; verifica gli esiti` }
  const asks = personTexts(s)
  const said = [waitingText(s), ...asks].filter((x) => x !== '').join(', ')
  return { kind: asks.length > 0 ? 'wait' : 'plain', text: name + reachedText(s, since(s)) + (said && ` — ${said}`) }
}
