// The station's API over fetch. Every failure is an ApiError whose problem the catalogue words; nothing else is thrown.

import type {
  Account, Answer, Batch, BatchView, Classifica, Correspondent, Delivery, Desk, Draft, DuplicateView, ExceptionView, HistoryEntry,
  Me, NewAccount, PageProfile, Policies, Print, PrintView, Problem, RecordView, Registered, ScanForecast, ScannerView, SearchPage,
  Setup, Status, Titolario, UOR,
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
}

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
    return (response.status === 204 ? undefined : await json(response)) as T
  }
  const problem = asProblem(response.status, await json(response))
  if (!ownWords.includes(path) && (problem.status === 401 || problem.code === 'screen-locked' || problem.code === 'must-change-password')) {
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

export interface RegisterCommand {
  key: string
  draft: Draft
  duplicateChoice?: 'diverso' | 'originale-fax'
  duplicateOf?: number
  print?: boolean
  printer?: string
}

export interface ScanCommand {
  scanner?: string
  input?: 'feeder' | 'platen'
  duplex?: boolean
  colorMode?: string
  resolution?: number
  selected?: number
  continue?: number
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
  batch: (id: number, o?: Options) => get<BatchView>(`/api/batches/${id}`, o),

  openDelivery: (d: { means?: string; declaredDay?: string; reason?: string }) => post<Delivery>('/api/deliveries', d),
  closeDelivery: (id: number) => request<Delivery>('POST', `/api/deliveries/${id}/close`),
  saveDraft: (key: string, draft: Draft, parked: boolean, o?: Options) =>
    request<void>('PUT', `/api/drafts/${encodeURIComponent(key)}`, { draft, parked }, o),
  discardDraft: (key: string) => request<void>('DELETE', `/api/drafts/${encodeURIComponent(key)}`),
  duplicates: (d: Draft) => post<{ duplicates: DuplicateView[] }>('/api/duplicates', d).then((r) => r.duplicates ?? []),
  register: (c: RegisterCommand) => post<Registered>('/api/registrations', c),
  scope: (registrationID: number) => get<ScanForecast>(`/api/registrations/${registrationID}/scope`, { background: true }),

  search: (q: Search, o?: Options) => get<SearchPage>('/api/records' + query({ ...q }), o),
  open: (code: string) => get<SearchPage>('/api/open' + query({ codice: code })),
  record: (intakeID: number, o?: Options) => get<RecordView>(`/api/records/${intakeID}`, o),
  history: (intakeID: number, o?: Options) =>
    get<{ entries: HistoryEntry[] }>(`/api/records/${intakeID}/history`, o).then((r) => r.entries ?? []),
  annul: (registrationID: number, a: { reason: string; actNumber: string; actDay: string }) =>
    post<RecordView>(`/api/registrations/${registrationID}/annulment`, a),

  print: (registrationID: number, reason = 0) => post<Print>(`/api/registrations/${registrationID}/labels`, reason ? { reason } : {}),
  retryPrint: (id: number) => post<Print>(`/api/prints/${id}/retry`),
  printOutcome: (id: number, printed: boolean) => post<void>(`/api/prints/${id}/outcome`, { printed }),

  scanner: (id: string) => get<ScannerView>(`/api/scanners/${encodeURIComponent(id)}`, { background: true }),
  scan: (c: ScanCommand) => post<Batch>('/api/scans', c),
  cancelScan: (batchID: number) => request<void>('POST', `/api/scans/${batchID}/cancel`),
  upload(files: Iterable<File>, selected = 0): Promise<Batch> {
    const form = new FormData()
    for (const f of files) form.append('file', f, f.name)
    return request<Batch>('POST', '/api/uploads' + query({ selezionata: selected }), form)
  },
  /** pages are those that were looked at singly: all that are flagged. */
  confirm: (documentID: number, pages: number[] = []) => post<void>(`/api/documents/${documentID}/confirm`, { pages }),
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
  confirmRestore: (r: { aoo: string; lastNumber: string; actNumber: string; actDay: string }) => post<void>('/api/stops/restore', r),

  accounts: () => get<{ accounts: Account[] }>('/api/accounts').then((r) => r.accounts ?? []),
  createAccount: (a: Account & { password: string }) => post<void>('/api/accounts', a),
  updateAccount: (a: Account) => request<void>('PUT', `/api/accounts/${encodeURIComponent(a.user)}`, a),
  resetPassword: (user: string, password: string) => post<void>(`/api/accounts/${encodeURIComponent(user)}/password`, { password }),
}

export const thumbnailURL = (pageID: number) => `/api/pages/${pageID}/thumbnail.jpg`
export const pageURL = (pageID: number) => `/api/pages/${pageID}/image.jpg`
export const archiveURL = (documentID: number, edition = 0) => `/api/documents/${documentID}/archive.pdf` + query({ edizione: edition })
export const keptFileURL = (documentID: number, fileID: number) => `/api/documents/${documentID}/files/${fileID}`
export const labelURL = (registrationID: number, kind: 'png' | 'pdf') => `/api/registrations/${registrationID}/label.${kind}`
export const attestationURL = (registrationID: number) => `/api/registrations/${registrationID}/attestation.pdf`
export const receiptURL = (intakeID: number) => `/api/records/${intakeID}/receipt.pdf`
