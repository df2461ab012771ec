// The station's API over fetch. Every failure is an ApiError whose problem the catalogue words; nothing else is thrown.

import type { DuplicateAnswer } from './form'
import { onPrinter } from './printer'
import type {
  TimeState,
  Account, Answer, Batch, BatchView, Box, Candidate, Classifica, CorrectedLetter, Correspondent, Delivery, Desk, Draft, DuplicateView, Edited, EndOfDay, ExceptionView, ExclusionOrder, FrontispieceOrder, HistoryEntry,
  Me, NewAccount, Page, PageOrder, PageProfile, PageView, Policies, Print, PrintView, Problem, RecipientList, RecordView, Registered, ScanForecast, ScanOptions, ScannerView, SearchPage, Taken,
  Setup, Status, Titolario, UOR,
  DailyRegister, EmergencyColumn, EmergencyPolicy, EmergencyProfile, EmergencyRow, SheetComparison, SheetFormat, SheetImportFormat,
  AuthoriseOrder, CloseOrder, EmergencyRegister, EmergencyState, ExtendOrder, MoveResult, OpenOrder, RecoverySummary, RevokeOrder, UnsignedAct,
  Alarm, AlarmView, CorrectionAnswer, CorrectionAsk, CorrectionView, OutcomeCandidate, OutcomeDecision, Outcomes, StoppedDelivery,
  FoundScanners, ScanProfile, PrinterOffset, PrinterProfile, PrinterSettings, TestPrint, Reconciliation, Legend, LegendVersion, TemporaryPrint, UnregisteredList, TriedScanner, RoadState, YearCommand, EmergencyYear,
} from './types'

export class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code)
    this.name = 'ApiError'
  }

  get code(): string {
    return this.problem.code
  }
}

/** The problem of anything that was thrown. What is no ApiError is a fault of the page itself. */
export function problemOf(err: unknown): Problem {
  if (err instanceof ApiError) return err.problem
  return { status: 0, class: 'internal', code: 'page', detail: String(err) }
}

type Watcher = (p: Problem) => void
let watcher: Watcher = () => {}

/** Calls w for every answer that ends or locks the session, so that one overlay serves all screens. */
export function watchSession(w: Watcher): void {
  watcher = w
}

export interface Options {
  /** Set where nobody asked: the request does not keep the session awake. */
  background?: boolean
  signal?: AbortSignal
  keepalive?: boolean
  /** Set where another person may sign: what the station says of that person's password is not about this session. */
  countersigned?: boolean
  /** The answer is a file, not words. */
  file?: boolean
}

const another: Options = { countersigned: true }

/** What the session's end does not concern: these say themselves what went wrong. */
const ownWords = ['/api/login', '/api/unlock', '/api/setup']

export async function request<T>(method: string, path: string, body?: unknown, o: Options = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json, application/problem+json' }
  if (o.background) headers['X-Sfondo'] = '1'
  const init: RequestInit = { method, headers, credentials: 'same-origin' }
  if (o.signal) init.signal = o.signal
  if (o.keepalive) init.keepalive = true
  if (body instanceof FormData) {
    init.body = body
  } else if (body !== undefined) {
    headers['Content-Type'] = 'application/json'
    init.body = JSON.stringify(body)
  }
  let response: Response
  try {
    response = await fetch(path, init)
  } catch (err) {
    if (o.signal?.aborted) throw new ApiError({ status: 0, class: 'internal', code: 'aborted' })
    throw new ApiError({ status: 0, class: 'unavailable', code: 'network', detail: String(err) })
  }
  if (response.ok) {
    if (o.file) return (await response.blob()) as T
    return (response.status === 204 ? undefined : await json(response)) as T
  }
  const problem = asProblem(response.status, await json(response))
  if (!ownWords.includes(path) && (problem.status === 401 || problem.code === 'screen-locked' || (problem.code === 'must-change-password' && !o.countersigned))) {
    watcher(problem)
  }
  throw new ApiError(problem)
}

async function json(r: Response): Promise<unknown> {
  const text = await r.text().catch(() => '')
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Fills in what is missing, also in answers that are not the station's own (the framework's check of a schema, a proxy). */
function asProblem(status: number, body: unknown): Problem {
  const b = (body ?? {}) as Partial<Problem> & { errors?: { message?: string; location?: string }[] }
  if (b.code && b.class) return { ...b, status, class: b.class, code: b.code }
  const first = b.errors?.[0]
  const p: Problem = { status, class: status >= 500 ? 'internal' : 'invalid', code: first ? 'schema' : 'http' }
  if (first?.location) p.field = first.location.replace(/^body\.(draft\.)?/, '')
  p.detail = first?.message ?? b.detail ?? `HTTP ${status}`
  return p
}

function query(params: Record<string, string | number | undefined>): string {
  const q = new URLSearchParams()
  for (const [k, v] of Object.entries(params)) {
    if (v !== undefined && v !== '' && v !== 0) q.set(k, String(v))
  }
  const s = q.toString()
  return s && '?' + s
}

export interface RegisterCommand extends Partial<DuplicateAnswer> {
  notPersonal?: boolean
  key: string
  draft: Draft
  print?: boolean
  printer?: string
}

export interface ScanCommand {
  scanner?: string
  input?: 'feeder' | 'platen'
  duplex?: boolean
  colorMode?: string
  resolution?: number
  pageSize?: string
  profile?: number
  selected?: number
  continue?: number
  /** The page that this run scans anew. */
  replace?: number
  /** The fronts of a one-sided feeder: the backs come in a second run. */
  twoSided?: boolean
  /** The batch of fronts whose backs these are. */
  backsOf?: number
}

export interface Search {
  testo?: string
  anno?: number
  verso?: string
  dal?: string
  al?: string
  manca?: string
  prima?: number
  limite?: number
}

const get = <T>(path: string, o?: Options) => request<T>('GET', path, undefined, o)
const post = <T>(path: string, body: unknown = {}, o?: Options) => request<T>('POST', path, body, o)

export const api = {
  me: (o?: Options) => get<Me>('/api/me', o),
  login: (user: string, password: string, desk: string) => post<Me>('/api/login', { user, password, desk }),
  logout: () => request<Me>('POST', '/api/logout'),
  lock: () => request<Me>('POST', '/api/lock'),
  unlock: (password: string) => post<Me>('/api/unlock', { password }),
  changePassword: (old: string, next: string) => post<Me>('/api/password', { old, new: next }),
  setup: (token: string, setup: Setup, accounts: NewAccount[]) => post<Me>('/api/setup', { token, setup, accounts }),

  desk: (o?: Options) => get<Desk>('/api/desk', o),
  status: (o?: Options) => get<Status>('/api/status', o),
  exceptions: (o?: Options) => get<{ exceptions: ExceptionView[] }>('/api/exceptions', o).then((r) => r.exceptions ?? []),
  labels: (o?: Options) => get<{ labels: PrintView[] }>('/api/labels', o).then((r) => r.labels ?? []),
  expected: (o?: Options) => get<{ expected: Candidate[] }>('/api/expected', o).then((r) => r.expected ?? []),
  batch: (id: number, o?: Options) => get<BatchView>(`/api/batches/${id}`, o),

  openDelivery: (d: { means?: string; declaredDay?: string; reason?: string }) => post<Delivery>('/api/deliveries', d),
  closeDelivery: (id: number) => request<Delivery>('POST', `/api/deliveries/${id}/close`),
  saveDraft: (key: string, draft: Draft, parked: boolean, o?: Options) =>
    request<void>('PUT', `/api/drafts/${encodeURIComponent(key)}`, { draft, parked }, o),
  discardDraft: (key: string) => request<void>('DELETE', `/api/drafts/${encodeURIComponent(key)}`),
  duplicates: (d: Draft) => post<{ duplicates: DuplicateView[] }>('/api/duplicates', d).then((r) => r.duplicates ?? []),
  register: (c: RegisterCommand) => post<Registered>('/api/registrations', onPrinter(c)),
  keepClosed: (c: { key: string; draft: Draft; formula?: string }) => post<RecordView>('/api/envelopes', c),
  unregistered: () => get<UnregisteredList>('/api/unregistered'),
  closeUnregistered: (c: { key: string; draft: Draft; entry: string }) => post<RecordView>('/api/unregistered', c),
  takeMisdelivered: (c: { key: string; draft: Draft }) => post<RecordView>('/api/misdelivered', c),
  printMisdelivered: (intakeID: number) => post<TemporaryPrint>(`/api/records/${intakeID}/envelope-legend`, {}),
  returnToPost: (key: string, intakes: number[]) => post<void>('/api/post-returns', { key, intakes }),
  setUrgent: (intakeID: number, urgent: boolean, reason: string) => post<RecordView>(`/api/records/${intakeID}/urgent`, { urgent, reason }),
  deliverInside: (intakeID: number, d: { key: string; person: string; note?: string }) => post<RecordView>(`/api/records/${intakeID}/inside`, d),
  endInside: (id: number, e: { outcome: 'firmata' | 'non-consegnata'; person?: string; note?: string }) => post<RecordView>(`/api/inside/${id}/end`, e),
  keyNumber: (intakeID: number, n: { number: string; again: string; day: string; confirmed?: boolean; print?: boolean }) =>
    post<Registered>(`/api/intakes/${intakeID}/number`, onPrinter(n)),
  scope: (registrationID: number) => get<ScanForecast>(`/api/registrations/${registrationID}/scope`, { background: true }),

  search: (q: Search, o?: Options) => get<SearchPage>('/api/records' + query({ ...q }), o),
  open: (code: string) => get<SearchPage>('/api/open' + query({ codice: code })),
  record: (intakeID: number, o?: Options) => get<RecordView>(`/api/records/${intakeID}`, o),
  history: (intakeID: number, o?: Options) =>
    get<{ entries: HistoryEntry[] }>(`/api/records/${intakeID}/history`, o).then((r) => r.entries ?? []),
  corrections: (q: { ricezione?: number; aperte?: boolean; prima?: number }, o?: Options) =>
    get<{ corrections: CorrectionView[] | null }>('/api/corrections' + query({ ...q, aperte: q.aperte ? 'true' : undefined }), o).then((r) => r.corrections ?? []),
  requestCorrection: (registrationID: number, a: CorrectionAsk) => post<CorrectionView>(`/api/registrations/${registrationID}/corrections`, a),
  answerCorrection: (id: number, a: CorrectionAnswer) => post<CorrectionView>(`/api/corrections/${id}/decision`, a),
  exchange: (registrationID: number, a: SupersedeAct & { with: number }) => post<void>(`/api/registrations/${registrationID}/exchange`, a),
  obscure: (documentID: number, a: SupersedeAct & { pages: number[] }) => post<void>(`/api/documents/${documentID}/obscuration`, a),
  scanOptions: (registrationID: number) => get<ScanOptions>(`/api/registrations/${registrationID}/exclusions`),
  excludeRegistration: (registrationID: number, attachment: boolean, x: ExclusionOrder & { key: string }) =>
    post<void>(`/api/registrations/${registrationID}/exclusion${attachment ? '?allegato=true' : ''}`, x),
  excludeDocument: (documentID: number, x: ExclusionOrder) => post<void>(`/api/documents/${documentID}/exclusion`, x),
  frontispiece: (documentID: number, o: FrontispieceOrder) => post<void>(`/api/documents/${documentID}/frontispiece`, o),
  liftExclusion: (documentID: number, reason: string) => post<void>(`/api/documents/${documentID}/lift-exclusion`, { reason }),
  postpone: (registrationID: number, reason: string) => post<void>(`/api/registrations/${registrationID}/postponement`, { reason }),
  endOfDay: (day: string) => get<EndOfDay>('/api/endofday' + query({ day }), { background: true }),
  /** Fails as opening the list would: a browser's tab has no words of ours. */
  hasPaper: (url: string) => get<void>(url),
  emergency: (o?: Options) => get<EmergencyState>('/api/emergency', o),
  emergencyRegisters: (o?: Options) => get<{ registers: EmergencyRegister[] | null }>('/api/emergency/registers', o).then((r) => r.registers ?? []),
  emergencyWaiting: (o?: Options) => get<{ records: RecordView[] | null }>('/api/emergency/waiting', o).then((r) => r.records ?? []),
  authoriseEmergency: (a: AuthoriseOrder) => post<unknown>('/api/emergency/authorisations', a, another),
  openEmergency: (a: OpenOrder) => post<EmergencyRegister>('/api/emergency/registers', a, another),
  extendEmergency: (id: number, a: ExtendOrder) => post<EmergencyRegister>(`/api/emergency/registers/${id}/extensions`, a, another),
  closeEmergency: (id: number, a: CloseOrder) => post<EmergencyRegister>(`/api/emergency/registers/${id}/closing`, a, another),
  revokeEmergency: (id: number, a: RevokeOrder) => post<EmergencyRegister>(`/api/emergency/registers/${id}/revocation`, a, another),
  recoverEmergency: (id: number) => post<RecoverySummary>(`/api/emergency/registers/${id}/recovery`),
  retryNumber: (intakeID: number) => post<RecordView>(`/api/records/${intakeID}/number`, {}),
  askAgain: (intakeID: number, reason: string) => post<RecordView>(`/api/records/${intakeID}/again`, { reason }),
  correctRefused: (intakeID: number, body: { attempt: number; draft: Draft; print?: boolean }) => post<CorrectedLetter>(`/api/records/${intakeID}/correct`, body),
  closeRefused: (intakeID: number, reason: string, registrationID?: number) => post<RecordView>(`/api/records/${intakeID}/close`, { reason, ...(registrationID ? { registrationID } : {}) }),
  moveToEmergency: (intakeIDs: number[], more: { grounds?: string; user?: string; password?: string } = {}) => post<MoveResult>('/api/emergency/move', { intakeIDs, ...more }, another),
  emergencyRows: (id: number, o?: Options) => get<{ rows: EmergencyRow[] | null }>(`/api/emergency/registers/${id}/rows`, o).then((r) => r.rows ?? []),
  emergencyMail: (e: Named, kind: MailKind) => request<Blob>('GET', `${registerPath(e)}/mail/${kind}`, undefined, { file: true }),
  emergencyProfiles: () => get<{ profiles: EmergencyProfile[] | null }>('/api/emergency/profiles').then((r) => r.profiles ?? []),
  saveEmergencyPolicy: (p: EmergencyPolicy) => request<EmergencyPolicy>('PUT', '/api/emergency/policy', p),
  exportEmergency: (e: Named, format: SheetFormat, columns: EmergencyColumn[]) => post<Blob>(`${registerPath(e)}/sheet`, { format, columns }, { file: true }),
  importEmergency: async (e: Named, format: SheetImportFormat, columns: EmergencyColumn[], f: Blob, apply: boolean) => post<SheetComparison>(`${registerPath(e)}/sheet/import`, { format, columns, file: await base64(f), apply }),
  reconcileDay: (day: string, dopo = 0) => get<Reconciliation>(`/api/days/${day}/reconciliation` + query({ dopo })),
  timeState: (o?: Options) => get<TimeState>('/api/time', o),
  askForMarks: () => post<null>('/api/time/marks'),
  dailyRegisters: (before = '', limit = 0) => get<DailyRegister[] | null>('/api/days' + query({ before, limit })).then((r) => r ?? []),
  keepSignedDaily: async (day: string, f: File) => post<unknown>(`/api/days/${day}/signed`, { fileName: f.name, mediaType: mediaTypeOf(f), content: await base64(f) }),
  replaceSignedAct: async (id: number, f: File, reason: string) =>
    post<unknown>(`/api/emergency/signatures/${id}/replacement`, { fileName: f.name, mediaType: mediaTypeOf(f), content: await base64(f), reason }),
  emergencyRoad: (id: number) => get<RoadState>(`/api/emergency/registers/${id}/road`),
  changeEmergencyRoad: (id: number, road: 'chiamata' | 'foglio', reason: string, nothingTyped: boolean) => post<EmergencyRegister>(`/api/emergency/registers/${id}/road`, { road, reason, nothingTyped }),
  setUpEmergencyYear: (y: YearCommand) => post<EmergencyYear>('/api/emergency/years', y),
  attachSignedAct: async (a: UnsignedAct, f: File) => post<unknown>('/api/emergency/signatures', { ...a, fileName: f.name, mediaType: mediaTypeOf(f), content: await base64(f) }),
  alarms: (all: boolean, o?: Options) => get<{ alarms: AlarmView[] | null }>(`/api/alarms?tutti=${all}`, o).then((r) => r.alarms ?? []),
  acknowledgeAlarm: (id: number, note: string) => post<Alarm>(`/api/alarms/${id}/acknowledgement`, note ? { note } : {}),
  outcomes: (o?: Options) => get<Outcomes>('/api/outcomes', o),
  outcomeCandidates: (intakeID: number) => get<{ candidates: OutcomeCandidate[] | null }>(`/api/records/${intakeID}/candidates`).then((r) => r.candidates ?? []),
  decideOutcome: (intakeID: number, d: OutcomeDecision) => post<RecordView>(`/api/records/${intakeID}/outcome`, d),
  stoppedDeliveries: (o?: Options) => get<{ deliveries: StoppedDelivery[] | null }>('/api/stopped-deliveries', o).then((r) => r.deliveries ?? []),
  solveStopped: (id: number, choice: 'retry' | 'seen', reason = '') => post<RecordView>(`/api/stopped-deliveries/${id}`, { choice, reason }),
  confirmRemoval: (documentID: number) => post<void>(`/api/documents/${documentID}/removal`),

  print: (registrationID: number, reason = 0) => post<Print>(`/api/registrations/${registrationID}/labels`, onPrinter(reason ? { reason } : {})),
  printReceipt: (intakeID: number) => post<TemporaryPrint>(`/api/records/${intakeID}/receipt`, onPrinter({})),
  printCopyLabel: (intakeID: number) => post<TemporaryPrint>(`/api/records/${intakeID}/copy-label`, onPrinter({})),
  printTemporary: (intakeID: number) => post<TemporaryPrint>(`/api/records/${intakeID}/temporary-label`, onPrinter({})),
  readRecipients: (csv: string) => post<RecipientList>('/api/recipients', { csv }),
  printMinuta: (registrationID: number, reason = 0) => post<Print>(`/api/registrations/${registrationID}/labels`, onPrinter(reason ? { minuta: true, reason } : { minuta: true })),
  legends: () => get<{ legends: Legend[] | null }>('/api/legends').then((r) => r.legends ?? []),
  letterLegends: (registrationID: number) => get<{ legends: Legend[] | null }>(`/api/registrations/${registrationID}/legends`).then((r) => r.legends ?? []),
  legendHistory: () => get<{ versions: LegendVersion[] | null }>('/api/legends/history').then((r) => r.versions ?? []),
  envelopeWords: () => get<{ envelopeWords: string[] | null }>('/api/legends').then((r) => r.envelopeWords ?? []),
  printLegend: (registrationID: number, code: string, segnatura: boolean) => post<TemporaryPrint>(`/api/registrations/${registrationID}/legends`, { code, segnatura }),
  printSecond: (registrationID: number) => post<Print>(`/api/registrations/${registrationID}/second-label`, onPrinter({})),
  retryPrint: (id: number) => post<Print>(`/api/prints/${id}/retry`, onPrinter({})),
  printOutcome: (id: number, printed: boolean) => post<void>(`/api/prints/${id}/outcome`, { printed }),

  printers: (o?: Options) => get<{ printers: PrinterProfile[] | null }>('/api/printers', o).then((r) => r.printers ?? []),
  keepPrinter: (id: string, kept: PrinterSettings) => request<void>('PUT', `/api/printers/${encodeURIComponent(id)}`, kept),
  testPrint: (id: string, offset?: PrinterOffset) => post<TestPrint>(`/api/printers/${encodeURIComponent(id)}/test`, offset ? { offset } : {}),

  scanner: (id: string) => get<ScannerView>(`/api/scanners/${encodeURIComponent(id)}`, { background: true }),
  saveScanProfile: (p: ScanProfile) => request<ScanProfile>('PUT', '/api/scan-profiles', p),
  deleteScanProfile: (id: number) => request<void>('DELETE', `/api/scan-profiles/${id}`),
  findScanners: (where: 'rete' | 'sane') => get<FoundScanners>('/api/scanners/found' + query({ dove: where })),
  tryScanner: (address: string) => post<TriedScanner>('/api/scanners/try', { address }),
  scan: (c: ScanCommand) => post<Batch>('/api/scans', c),
  cancelScan: (batchID: number) => request<void>('POST', `/api/scans/${batchID}/cancel`),
  upload(files: Iterable<File>, selected = 0): Promise<Taken> {
    const form = new FormData()
    for (const f of files) form.append('file', f, f.name)
    return request<Taken>('POST', '/api/uploads' + query({ selezionata: selected }), form)
  },
  /** pages are those that were looked at singly: all that are flagged. */
  confirm: (documentID: number, pages: number[] = []) => post<void>(`/api/documents/${documentID}/confirm`, { pages }),
  splitDocument: (documentID: number, page: number) => post<Edited>(`/api/documents/${documentID}/split`, { page }),
  mergeDocument: (documentID: number, into: number) => post<Edited>(`/api/documents/${documentID}/merge`, { into }),
  newAttachment: (documentID: number, page: number) => post<Edited>(`/api/documents/${documentID}/attachment`, { page }),
  /** position counts from 1 in the document as it is afterwards. */
  movePage: (pageID: number, document: number, position: number) => post<Edited>(`/api/pages/${pageID}/move`, { document, position }),
  turnPage: (pageID: number, degrees: 90 | 180 | 270) => post<Page>(`/api/pages/${pageID}/turn`, { degrees }),
  discardPage: (pageID: number, reason: string) => post<Edited>(`/api/pages/${pageID}/discard`, { reason }),
  /** Puts pages as they lay; document 0 is a new one. */
  arrangePages: (documents: PageOrder[]) => post<Edited>('/api/pages/arrange', { documents }),
  frontOnly: (batchID: number) => request<void>('POST', `/api/batches/${batchID}/front-only`),
  solve: (exceptionID: number, a: Answer) => post<void>(`/api/exceptions/${exceptionID}/solve`, a),

  correspondents: (text: string, o?: Options) =>
    get<{ correspondents: Correspondent[] }>('/api/correspondents' + query({ testo: text }), o).then((r) => r.correspondents ?? []),
  subjects: (text: string, o?: Options) =>
    get<{ subjects: string[] }>('/api/subjects' + query({ testo: text }), o).then((r) => r.subjects ?? []),
  uors: (o?: Options) => get<{ uors: UOR[] }>('/api/uors', o).then((r) => r.uors ?? []),
  classifiche: (text: string, o?: Options) =>
    get<{ classifiche: Classifica[] }>('/api/classifiche' + query({ testo: text }), o).then((r) => r.classifiche ?? []),
  titolari: () => get<{ titolari: Titolario[] }>('/api/titolari').then((r) => r.titolari ?? []),
  importTitolario: (name: string, validFrom: string, csv: string) => post<{ added: number }>('/api/titolari', { name, validFrom, csv }),
  importCorrespondents: (csv: string) => post<{ added: number }>('/api/correspondents', { csv }),
  saveUOR: (u: UOR) => post<void>('/api/uors', u),
  saveSubject: (subject: string) => post<void>('/api/subjects', { subject }),

  policies: () => get<Policies>('/api/policies'),
  savePolicies: (p: Policies) => request<Policies>('PUT', '/api/policies', p),
  pageProfiles: () => get<{ profiles: PageProfile[] }>('/api/page-profiles').then((r) => r.profiles ?? []),
  journal: (before = 0, limit = 100) =>
    get<{ entries: HistoryEntry[] }>('/api/journal' + query({ prima: before, limite: limit })).then((r) => r.entries ?? []),
  confirmClock: (reason: string) => post<void>('/api/stops/clock', { reason }),
  confirmRestore: (r: { aoo: string; lastNumber: string; actNumber: string; actDay: string; emergencyLast?: string }) => post<void>('/api/stops/restore', r),

  people: (o?: Options) => get<{ names: Record<string, string> }>('/api/people', o).then((r) => r.names),
  accounts: () => get<{ accounts: Account[] }>('/api/accounts').then((r) => r.accounts ?? []),
  createAccount: (a: Account & { password: string }) => post<void>('/api/accounts', a),
  updateAccount: (a: Account) => request<void>('PUT', `/api/accounts/${encodeURIComponent(a.user)}`, a),
  resetPassword: (user: string, password: string) => post<void>(`/api/accounts/${encodeURIComponent(user)}/password`, { password }),
}

type Shown = Pick<PageView, 'id' | 'turn'>

/** A page that was turned is another picture: its address says so, or the browser would show the one that it has. */
const turned = (p: Shown) => (p.turn ? `?giro=${p.turn}` : '')
/** What every act of the Responsabile says; the key is of the form that was opened. */
export interface SupersedeAct {
  key: string
  reason: string
  actNumber?: string
  actDay?: string
}

export const thumbnailURL = (p: Shown) => `/api/pages/${p.id}/thumbnail.jpg${turned(p)}`
export const pageURL = (p: Shown) => `/api/pages/${p.id}/image.jpg${turned(p)}`
/** A part of a page, in the pixels of its file. */
export const cropURL = (pageID: number, b: Box) => `/api/pages/${pageID}/crop.jpg?x0=${b.x0}&y0=${b.y0}&x1=${b.x1}&y1=${b.y1}`
export const archiveURL = (documentID: number, edition = 0) => `/api/documents/${documentID}/archive.pdf` + query({ edizione: edition })
export const keptFileURL = (documentID: number, fileID: number) => `/api/documents/${documentID}/files/${fileID}`
/** The label of one of a letter's prints, or of its original. */
export const labelURL = (registrationID: number, kind: 'png' | 'pdf', print?: number) => `/api/registrations/${registrationID}/label.${kind}${print ? `?print=${print}` : ''}`
export const attestationURL = (registrationID: number) => `/api/registrations/${registrationID}/attestation.pdf`
export const postingURL = (kind: 'pdf' | 'csv', day: string) => `/api/endofday/spedizione.${kind}` + query({ day })
export const recipientsURL = (registrationID: number, kind: 'pdf' | 'csv') => `/api/registrations/${registrationID}/recipients.${kind}`
export const sortingURL = (kind: 'pdf' | 'csv', day: string, uor: string) => `/api/endofday/distinta.${kind}` + query({ day, uor })
/** A browser knows no type for a signed envelope. */
const mediaTypeOf = (f: File) => (/\.p7m$/i.test(f.name) ? 'application/pkcs7-mime' : f.type)

async function base64(f: Blob): Promise<string> {
  const bytes = new Uint8Array(await f.arrayBuffer())
  let s = ''
  for (let i = 0; i < bytes.length; i += 0x8000) s += String.fromCharCode(...bytes.subarray(i, i + 0x8000))
  return btoa(s)
}

/** What the offices are told: that a register was opened, or closed. */
export type MailKind = 'attivazione' | 'chiusura'
type Named = Pick<EmergencyRegister, 'ordinal' | 'year'>
const registerPath = (e: Named) => `/api/emergency/registers/${e.ordinal}-${e.year}`
export const emergencyPaperURL = (e: Named, kind: string) => `${registerPath(e)}/papers/${kind}`
export const signedActURL = (id: number) => `/api/emergency/signatures/${id}/file`
export const authorisationPaperURL = (id: number) => `/api/emergency/authorisations/${id}/paper`
export const emergencyBlankURL = (first: number, last: number, form: string) => '/api/emergency/blank.pdf' + query({ first, last, form })
export const dailyURL = (day: string, kind: 'pdf' | 'csv') => `/api/days/${day}/register.${kind}`
export const signedDailyURL = (id: number) => `/api/day-copies/${id}/file`
export const dailyTimestampURL = (day: string) => `/api/days/${day}/timestamp.zip`
export const dividersURL = (copies: number) => `/api/divider.pdf?copies=${copies}`
export const temporaryLabelURL = (intakeID: number) => `/api/records/${intakeID}/temporary-label.pdf`
export const firstPageURL = (registrationID: number) => `/api/registrations/${registrationID}/first-page.pdf`
export const copyStampURL = (intakeID: number) => `/api/records/${intakeID}/copy-stamp.pdf`
export const legendURL = (registrationID: number, code: string, segnatura: boolean) => `/api/registrations/${registrationID}/legend.pdf` + query({ code, segnatura: String(segnatura) })
export const envelopeLegendURL = (intakeID: number) => `/api/records/${intakeID}/envelope-legend.pdf`
export const postReturnURL = (day: string) => '/api/endofday/restituzione.pdf' + query({ day })
export const internalReceiptURL = (id: number) => `/api/inside/${id}/receipt.pdf`
export const receiptURL = (intakeID: number) => `/api/records/${intakeID}/receipt.pdf`
