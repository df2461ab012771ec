// What the station's API sends and takes. Field names and shapes are those of the Go structs' JSON.

export type Direction = 'A' | 'P' | 'I'
export type Action =
  | 'register' | 'search' | 'decide' | 'policy' | 'accounts' | 'devices' | 'read-all' | 'confidential' | 'journal'
export type Role = 'operatore' | 'responsabile' | 'consultazione' | 'gare' | 'amministratore'

export interface Problem {
  status: number
  class: string
  code: string
  field?: string
  words?: string
  detail?: string
}

export interface Me {
  loggedIn: boolean
  needsSetup: boolean
  user?: string
  name?: string
  aoo?: string
  desk?: string
  roles?: Role[]
  may?: Action[]
  locked?: boolean
  mustChange?: boolean
  bodyName?: string
  aooName?: string
  responsabileTitle?: string
  trial?: boolean
  pretendOfficeURL?: string
  version: string
  now: string
}

export interface Correspondent {
  name: string
  address?: string
  email?: string
  code?: string
}

export interface Attachment {
  description: string
  pages?: number
}

export interface Draft {
  direction: Direction
  senders?: Correspondent[]
  recipients?: Correspondent[]
  copies?: Correspondent[]
  subject: string
  anonymous?: boolean
  unsigned?: boolean
  classifica?: string
  fascicolo?: string
  uor?: string
  rpa?: string
  means?: string
  support?: string
  envelope?: string
  raccomandataCode?: string
  senderRef?: { protocol?: string; day?: string }
  place?: string
  link?: string
  externalRef?: string
  procedure?: string
  note?: string
  attachments?: Attachment[]
  declaredCount?: number
  confidential?: boolean
  deliveryID?: number
  arrivalDay?: string
  arrivalDayReason?: string
  atCounter?: boolean
  fileDigest?: string
}

export interface Facets {
  numbered: boolean
  labelled: boolean
  captured: boolean
  archived: boolean
  delivered: boolean
  annulled: boolean
}

export type PrintState = 'queued' | 'sending' | 'printed' | 'unknown' | 'failed'

export interface Print {
  id: number
  registrationID: number
  ordinal: number
  printer: string
  state: PrintState
  reprintReason?: number
  queuedAt: string
  queuedBy: string
  settledAt?: string
  condition?: string
}

export interface Candidate {
  registrationID: number
  intakeID: number
  number: string
  year: number
  subject: string
  from: string
  facets: Facets
}

/** A label that waits, with whose it is. */
export interface PrintView extends Print {
  of: Candidate
}

export type DuplicateView = Candidate & { reason: 'sender-reference' | 'raccomandata' | 'digest' }

export interface Attempt {
  ordinal: number
  connector: string
  startedAt: string
  settledAt?: string
  outcome: string
  words?: string
}

export interface Annulment {
  registrationID: number
  at: string
  by: string
  reason: string
  actNumber: string
  actDay: string
}

export interface RecordView {
  intakeID: number
  intakeCode: string
  registrationID?: number
  number?: string
  year?: number
  day?: string
  registeredAt?: string
  segnatura?: string
  arrivedAt: string
  arrivalDay: string
  savedAt: string
  operator: string
  draft: Draft
  facets: Facets
  attempt?: string
  words?: string
  attempts?: Attempt[]
  prints?: Print[]
  documents?: DocumentView[]
  annulment?: Annulment
  related?: number[]
}

export interface Registered {
  record: RecordView
  print?: Print
  printProblem?: Problem
}

export interface SearchPage {
  hits: RecordView[]
  next?: number
}

export type DocumentState = 'receiving' | 'waiting' | 'ready' | 'confirmed' | 'archived' | 'discarded' | 'noted'

export interface PageView {
  id: number
  batchID: number
  documentID: number
  seq: number
  sheet?: number
  back?: boolean
  mediaType: string
  takenAt: string
  name?: string
  erased?: boolean
  paper?: string
  code?: string
}

export interface DocumentView {
  id: number
  batchID: number
  registrationID?: number
  version?: number
  state: DocumentState
  pages: number
  pageList: PageView[] | null
  archive?: { sha256: string; bytes: number; flavour: string; at: string; current: boolean; delivered?: string }
  scope?: { choice: string; note?: string; profile: string; by: string; at: string; reason?: string }
  /** The registration that it joined. */
  record?: Candidate
}

export type BatchState = 'running' | 'ended' | 'faulted' | 'cancelled' | 'interrupted'

export interface Batch {
  id: number
  desk: string
  source: string
  startedBy: string
  startedAt: string
  endedAt?: string
  state: BatchState
  fault?: string
  selected?: number
  pages: number
}

export interface BatchView extends Batch {
  documents: DocumentView[] | null
}

export type Choice =
  | 'assign' | 'new-version' | 'belongs' | 'split' | 'accept' | 'discard' | 'note' | 'note-first' | 'whole' | 'retry'
export type NotePart = 'documento' | 'allegato' | 'allegati'

export interface ExceptionView {
  id: number
  version: number
  kind: string
  documentID: number
  pageID?: number
  openedAt: string
  detail: {
    registrations?: number[]
    why?: string
    code?: string
    found?: number
    declared?: number
    limit?: number
    paper?: string
    message?: string
  }
  choices: Choice[]
  candidates?: Candidate[]
  batchID?: number
  pages: number
  note?: string
  sheets?: number
}

export interface Answer {
  version: number
  choice: Choice
  registrationID?: number
  reason?: string
  sheets?: number
  notePart?: NotePart
}

export interface ScannerView {
  id: string
  name: string
  state: 'idle' | 'busy' | 'stopped' | 'offline'
  feeder?: string
  user?: string
  inputs?: ScannerInput[]
}

export interface ScannerInput {
  input: 'feeder' | 'platen'
  duplex?: boolean
  colorModes?: string[]
  resolutions?: number[]
}

export interface PrinterView {
  id: string
  name: string
  conditions: string[] | null
  blocks?: string
  widthMM: number
  heightMM: number
}

export interface Stop {
  code: string
  since: string
  detail?: string
}

export interface Counts {
  exceptions: number
  labelsToPrint: number
  printsUnknown: number
  withoutNumber: number
  outcomesUnknown: number
  toConfirm: number
  toScan: number
  toDeliver: number
  registeredToday: number
}

export interface Status {
  scanners: ScannerView[]
  printers: PrinterView[]
  central: { connector: string; state: string; since?: string }
  counts: Counts
  stops: Stop[]
  seq: number
}

export interface Delivery {
  id: number
  openedAt: string
  openedBy: string
  closedAt?: string
  means?: string
  declaredDay?: string
  reason?: string
  intakes: number
}

export interface ParkedDraft {
  key: string
  draft: Draft
  parked: boolean
  savedAt: string
}

export interface Desk {
  delivery?: Delivery
  drafts: ParkedDraft[] | null
  batches: BatchView[] | null
  exceptions: ExceptionView[] | null
  labels: PrintView[] | null
  status: Status
}

export interface UOR {
  code: string
  name: string
}

export interface Classifica {
  code: string
  title: string
  name: string
}

export interface Titolario {
  id: number
  name: string
  validFrom: string
  validTo?: string
  count: number
}

export interface HistoryEntry {
  seq: number
  at: string
  actor: string
  kind: string
  detail?: Record<string, unknown>
  intakeID?: number
  hash: string
}

export interface Account {
  user: string
  name: string
  roles: Role[]
  uor?: string
  disabled?: boolean
  namedForConfidential?: boolean
  locked?: boolean
  passwordSetAt?: string
}

export interface LabelSwitches {
  aooName: boolean
  time: boolean
  classifica: boolean
  uor: boolean
  fascicolo: boolean
  subject: boolean
}

export interface Policies {
  version: number
  aoo: string
  pageProfile: string
  label: LabelSwitches
  terms?: { procedure: string; text: string }[]
  setAt?: string
  setBy?: string
}

export interface Limit {
  unit: 'pagine' | 'fogli'
  max: number
}

export interface PageProfile {
  name: string
  manual: string
  incoming: Limit
  outgoing: Limit
  inside: Limit
  a4: boolean
  smallerIsA4: boolean
  firstPageAllowed: boolean
  exceptionAllowed: boolean
}

export interface ScanForecast {
  within: boolean
  declared?: number
  limit?: number
  unit?: 'pagine' | 'fogli'
  manual?: string
}

export interface Setup {
  body: { code: string; name: string; shortName: string }
  aoos: { code: string; name: string; registerCode: string; registerName: string }[]
  connector: 'embedded'
  startingNumber: number
  actNumber: string
  actDay: string
  responsabileTitle: string
}

export interface NewAccount {
  user: string
  name: string
  aoo: string
  roles: Role[]
  password: string
}

export interface LiveEvent {
  seq: number
  kind: string
  id?: number
}
