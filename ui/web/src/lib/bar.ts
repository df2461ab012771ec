// The fixed bar in words: each device with what it means for the clerk now.

import { centralWords, connectorWords, feederWords, fileWords, printerWords, scannerWords, word } from './messages'
import type { FolderView, PrinterView, ScannerView, Status } from './types'

export interface BarItem {
  kind: 'plain' | 'wait' | 'bad'
  text: string
}

export function scannerText(s: ScannerView): BarItem {
  if (s.user && s.state !== 'offline') return { kind: 'plain', text: `in uso da ${s.user}` }
  if (s.state === 'offline') return { kind: 'bad', text: word(scannerWords, s.state) }
  if (s.feeder === 'jam' || s.feeder === 'open') return { kind: 'bad', text: word(feederWords, s.feeder) }
  if (s.state === 'stopped') return { kind: 'bad', text: word(scannerWords, s.state) }
  const feeder = s.feeder ? `, ${word(feederWords, s.feeder)}` : ''
  return { kind: 'plain', text: word(scannerWords, s.state) + feeder }
}

export function printerText(p: PrinterView, waiting: number): BarItem {
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
  const more = (f.troubles?.length ?? 0) > 1 ? ` e altri ${(f.troubles?.length ?? 0) - 1}` : ''
  return { kind: 'wait', text: `${first.file} non si può prendere${more}: ${fileWords[first.fault] ?? 'controlla il file'}` }
}

export function centralText(s: Status): BarItem {
  const { connector, state } = s.central
  const name = word(connectorWords, connector)
  if (state === 'away') return { kind: 'bad', text: `${name} ${word(centralWords, state)}` }
  if (state === 'doubtful') return { kind: 'wait', text: word(centralWords, state) }
  const unknown = s.counts.outcomesUnknown
  return unknown > 0 ? { kind: 'wait', text: `${name} — ${unknown} esiti da verificare sul protocollo` } : { kind: 'plain', text: name }
}
