// The part of the station's API that serves the papers of plichi: data for a verbale, lists to sign, blank sheets and what was written on them.

import { request } from './api'
import { instant } from './emergency'
import type { BidSheet, HandoverView, TenderRecord } from './types'

const get = <T>(path: string) => request<T>('GET', path, undefined, { background: true })
const gara = (id: number) => `/api/tenders/${id}`

/** A line of a sheet as it goes to the station. */
export interface LineOrder {
  key: string
  sheet: string
  row: number
  at: string
  by: string
  count: number
  tenderID: number
  sender: string
  note: string
  noSeconds: boolean
}

export const papersAPI = {
  records: (id: number) => get<TenderRecord[]>(`${gara(id)}/records`),
  produce: (id: number, key: string) => request<TenderRecord>('POST', `${gara(id)}/records`, { key }),
  sheets: () => get<BidSheet[]>('/api/bids/sheets'),
  prepare: (key: string, count: number) => request<BidSheet[]>('POST', '/api/bids/sheets', { key, count }),
  line: (o: LineOrder) => request<HandoverView>('POST', '/api/bids/sheet', o),
}

export const recordURL = (id: number, version: number, form: 'dati.pdf' | 'dati.csv' | 'marca.zip') => `${gara(id)}/records/${version}/${form}`
export const returnsURL = (id: number) => `${gara(id)}/returns.pdf`
export const transferURL = (id: number) => `/api/transfers/${id}/paper.pdf`
export const bidReceiptURL = (handover: number) => `/api/bids/handovers/${handover}/receipt.pdf`
export const sheetsURL = (list: readonly BidSheet[]) => `/api/bids/sheets/${list[0]?.year ?? 0}/blank.pdf?from=${list[0]?.seq ?? 0}&to=${list.at(-1)?.seq ?? 0}`

/** A line as it is being typed: what the hand wrote, piece by piece. */
export interface Line {
  key: string
  row: string
  hours: string
  minutes: string
  seconds: string
  sender: string
  tender: string
  count: string
  by: string
  note: string
  error: string
  saved: boolean
}

/** What a line lacks, in words; '' where it may be saved. */
export function lineFault(day: string, l: Line, last: number): string {
  const whole = (s: string, most: number) => /^\d{1,3}$/.test(s.trim()) && Number(s) <= most
  if (!day) return 'Manca il giorno del foglio.'
  if (!whole(l.row, last) || Number(l.row) < 1) return `La riga va da 1 a ${last}.`
  if (!whole(l.hours, 23) || !whole(l.minutes, 59)) return 'Scrivi ora e minuti come sul foglio.'
  if (l.seconds.trim() !== '' && !whole(l.seconds, 59)) return 'I secondi vanno da 0 a 59; vuoti, se sul foglio non ci sono.'
  if (!whole(l.count, 200) || Number(l.count) < 1) return 'Scrivi quanti plichi.'
  if (!l.by.trim()) return 'Scrivi la sigla di chi ha ricevuto.'
  return lineInstant(day, l) === '' ? 'Quest’ora non esiste in quel giorno.' : ''
}

/** The line's instant; where no seconds are written, the minute's first. */
export function lineInstant(day: string, l: Line): string {
  const minute = instant(day, `${l.hours.trim()}:${l.minutes.trim().padStart(2, '0')}`)
  return minute && new Date(Date.parse(minute) + Number(l.seconds.trim() || 0) * 1000).toISOString()
}
