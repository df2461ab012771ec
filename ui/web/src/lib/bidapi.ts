// The part of the station's API that serves plichi di gara.

import { request } from './api'
import { onPrinter } from './printer'
import type { BidEventKind, BidReception, BidTransfer, BidView, HandoverView, TemporaryPrint, Tender, TenderBasis, TenderTerms, TenderView } from './types'

/** Whoever stands at the window does not wait for an answer that does not come. */
const frozenWithinMs = 3000

const get = <T>(path: string) => request<T>('GET', path, undefined, { background: true })
const post = <T>(path: string, body: unknown) => request<T>('POST', path, body)
const plico = (id: number) => `/api/bids/plichi/${id}`
const gara = (id: number) => `/api/tenders/${id}`

export interface DescribeOrder {
  version: number
  tenderID: number
  sender: string
  address: string
  means: string
  seal: string
  marks: string
  reason: string
}

export interface EventOrder {
  key: string
  kind: BidEventKind
  person: string
  signed: boolean
  otherID: number
  note: string
}

export const bidAPI = {
  freeze: (key: string) => request<HandoverView>('POST', '/api/bids/handovers', { key }, { signal: AbortSignal.timeout(frozenWithinMs) }),
  enable: () => request<void>('POST', '/api/bids/handovers/desk', undefined, { background: true }),
  reception: () => get<BidReception>('/api/bids/reception'),
  declare: (id: number, count: number, reason: string) => post<BidView[]>(`/api/bids/handovers/${id}/declaration`, { count, reason }),
  printReceipt: (id: number) => post<TemporaryPrint>(`/api/bids/handovers/${id}/receipt`, onPrinter({})),
  annotate: (id: number, key: string, note: string) => post<void>(`/api/bids/handovers/${id}/annotations`, { key, note }),
  plico: (id: number) => get<BidView>(plico(id)),
  find: (code: string) => get<BidView>(`/api/bids/plichi?code=${encodeURIComponent(code)}`),
  describe: (id: number, o: DescribeOrder) => post<BidView>(`${plico(id)}/description`, o),
  register: (id: number) => post<BidView>(`${plico(id)}/registration`, {}),
  print: (id: number, reason: number) => post<{ state: string; condition?: string }>(`${plico(id)}/label`, { reason }),
  stampURL: (id: number) => `${plico(id)}/timestamp.zip`,
  labelURL: (id: number) => `${plico(id)}/label.pdf`,
  event: (id: number, o: EventOrder) => post<BidView>(`${plico(id)}/events`, o),
  tenders: () => get<{ tenders: Tender[]; bases: TenderBasis[] }>('/api/tenders'),
  tender: (id: number) => get<TenderView>(gara(id)),
  enter: (key: string, terms: TenderTerms) => post<Tender>('/api/tenders', { key, ...terms }),
  amend: (id: number, version: number, terms: TenderTerms, reason: string) => post<Tender>(`${gara(id)}/terms`, { ...terms, version, reason }),
  waiting: (id: number, key: string, count: number) => post<void>(`${gara(id)}/waiting`, { key, count }),
  close: (id: number, note: string) => post<void>(`${gara(id)}/closing`, { note }),
  reopen: (id: number, closingID: number, reason: string) => post<void>(`${gara(id)}/reopening`, { closingID, reason }),
  handOver: (id: number, key: string, to: string, place: string, plichi: { code: string; seal: string }[]) => post<BidTransfer>(`${gara(id)}/transfers`, { key, to, place, plichi }),
  confirm: (id: number, onPaper: boolean) => post<BidTransfer>(`/api/transfers/${id}/confirmation`, { onPaper }),
}
