// The shapes of the API by the names that the screens use. They come from the station's own description (api.gen.ts); where that
// says only "a text", the codes that the page must tell apart are named here.

import type { components } from './api.gen'

type S = components['schemas']

/** T with some fields narrowed. */
type With<T, N> = Omit<T, keyof N> & N

export type Direction = S['Draft']['direction']
export type Action =
  | 'register' | 'search' | 'decide' | 'policy' | 'accounts' | 'devices' | 'read-all' | 'confidential' | 'journal'
export type Role = 'operatore' | 'responsabile' | 'consultazione' | 'gare' | 'amministratore'
export type PrintState = 'queued' | 'sending' | 'printed' | 'unknown' | 'failed'
export type DocumentState = 'receiving' | 'waiting' | 'ready' | 'confirmed' | 'archived' | 'discarded' | 'noted'
export type BatchState = 'running' | 'ended' | 'faulted' | 'cancelled' | 'interrupted'
export type Choice = S['SolveInputBody']['choice']
export type NotePart = 'documento' | 'allegato' | 'allegati'

/** An error answer. The page makes some itself, with status 0. */
export interface Problem {
  status: number
  class: string
  code: string
  field?: string
  words?: string
  detail?: string
}

export type Me = With<S['Me'], { may?: Action[] | null; roles?: Role[] | null }>
export type Correspondent = S['Correspondent']
export type Attachment = S['Attachment']
export type Draft = S['Draft']
export type Facets = S['Facets']
export type Candidate = S['Candidate']
export type Annulment = S['Annulment']
export type Print = With<S['Print'], { state: PrintState }>
export type PrintView = With<S['PrintView'], { state: PrintState }>
export type DuplicateView = S['DuplicateView']
export type PageView = S['PageView']
export type ArchiveView = S['ArchiveView']
export type KeptFile = S['KeptFileView']
export type Work = S['Progress']
export type Flag = S['Flag']
export type DocumentView = With<S['StripDocument'], { state: DocumentState }>
export type Batch = With<S['Batch'], { state: BatchState }>
export type BatchView = With<S['StripBatch'], { state: BatchState; documents: DocumentView[] | null }>
export type RecordView = With<S['RecordView'], { prints?: Print[] | null; documents?: DocumentView[] | null }>
export type Registered = With<S['Registered'], { record: RecordView; print?: Print; printProblem?: Problem }>
export type SearchPage = With<S['SearchPage'], { hits: RecordView[] }>
export type ExceptionView = With<S['ExceptionView'], { choices: Choice[] }>
export type Answer = S['SolveInputBody']
export type ScannerView = With<S['ScannerView'], { inputs?: ScannerInput[] | null }>
export type ScannerInput = With<S['InputView'], { input: 'feeder' | 'platen' }>
export type PrinterView = S['PrinterView']
export type FolderView = S['FolderView']
export type Stop = S['Stop']
export type Counts = S['Counts']
export type Status = With<S['Status'], { scanners: ScannerView[]; printers: PrinterView[]; stops: Stop[] }>
export type Delivery = S['Delivery']
export type ParkedDraft = S['ParkedDraft']
export type Desk = With<S['Desk'], {
  batches: BatchView[] | null
  exceptions: ExceptionView[] | null
  labels: PrintView[] | null
  status: Status
}>
export type UOR = S['UOR']
export type Classifica = S['Classifica']
export type Titolario = S['Titolario']
export type HistoryEntry = With<S['HistoryEntry'], { detail?: Record<string, unknown> }>
export type Account = With<S['AccountView'], { roles: Role[] }>
export type LabelSwitches = S['LabelSwitches']
export type Policies = With<S['Policies'], { terms?: { procedure: string; text: string }[] | null }>
export type Limit = S['Limit']
export type PageProfile = S['PageProfile']
export type ScanForecast = S['ScanForecast']
export type Setup = S['Setup']
export type NewAccount = With<S['NewAccount'], { roles: Role[] }>

/** One message of the live feed, which is no part of the description. */
export interface LiveEvent {
  seq: number
  kind: string
  id?: number
}
