// The shapes of the API by the names that the screens use. They come from the station's own description (api.gen.ts); where that
// says only "a text", the codes that the page must tell apart are named here.

import type { components } from './api.gen'

type S = components['schemas']

/** T with some fields narrowed. */
type With<T, N> = Omit<T, keyof N> & N

export type Direction = S['Draft']['direction']
export type Action =
  | 'register' | 'search' | 'decide' | 'policy' | 'accounts' | 'devices' | 'read-all' | 'confidential' | 'journal' | 'tender' | 'tender-close' | 'competition'
export type Role = 'operatore' | 'responsabile' | 'consultazione' | 'gare' | 'concorsi' | 'amministratore'
export type PrintState = 'queued' | 'sending' | 'printed' | 'unknown' | 'failed'
export type DocumentState = 'receiving' | 'waiting' | 'ready' | 'confirmed' | 'archived' | 'discarded' | 'noted'
export type BatchState = 'running' | 'ended' | 'faulted' | 'cancelled' | 'interrupted' | 'awaits-backs'
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
/** What became of the label of a letter that waits for its number. */
export type LinkedLetter = S['LinkedLetter']
export type Onward = S['Onward']
export type Legend = S['Legend']
export type LegendVersion = S['LegendVersion']
export type RecipientList = With<S['RecipientList'], { recipients?: Correspondent[] | null; faults?: RecipientFault[] | null }>
type RecipientFault = S['RecipientFault']
export type TemporaryPrint = S['TemporaryPrint']
/** The list of what is not registered, as it is in force. */
export type UnregisteredList = With<S['UnregisteredList'], { entries: Unregistered[]; profiles: { name: string; manual: string }[] }>
export type Unregistered = S['Unregistered']
export type RegistrationPolicy = With<S['RegistrationPolicy'], { off?: string[] | null; added?: S['AddedUnregistered'][] | null }>
export type PrintView = With<S['PrintView'], { state: PrintState }>
export type DuplicateView = S['DuplicateView']
export type Page = S['Page']
export type PageView = S['PageView']
export type PageOrder = S['PageOrder']
/** What an edit left, and how the pages lay before. */
export type Edited = S['Edited']
export type Box = S['Box']
export type ArchiveView = S['ArchiveView']
export type KeptFile = S['KeptFileView']
export type Work = S['Progress']
export type Flag = S['Flag']
export type DocumentView = With<S['StripDocument'], { state: DocumentState }>
export type Batch = With<S['Batch'], { state: BatchState }>
export type BatchView = With<S['StripBatch'], { state: BatchState; documents: DocumentView[] | null }>
export type RecordView = With<S['RecordView'], { prints?: Print[] | null; documents?: DocumentView[] | null }>
export type Registered = With<S['Registered'], { record: RecordView; print?: Print; minuta?: Print; printProblem?: Problem }>
export type CorrectedLetter = Registered & { left?: Problem }
export type SearchPage = With<S['SearchPage'], { hits: RecordView[] }>
export type ExceptionView = With<S['ExceptionView'], { choices: Choice[] }>
export type Answer = S['SolveInputBody']
export type ScannerView = With<S['ScannerView'], { inputs?: ScannerInput[] | null }>
export type ScannerInput = With<S['InputView'], { input: 'feeder' | 'platen' }>
export type InputView = S['InputView']
export type ProfileView = S['ProfileView']
export type ScanProfile = S['ScanProfile']
export type FoundScanner = S['FoundScanner']
export type FoundScanners = With<S['FoundScanners'], { found: FoundScanner[] | null }>
export type TriedScanner = S['TriedScanner']
export type PrinterView = S['PrinterView']
export type PrinterProfile = S['PrinterProfile']
export type PrinterSettings = S['PrinterSettings']
export type PrinterOffset = S['Offset']
export type TestPrint = S['TestPrint']
export type FolderView = S['FolderView']
export type Stop = S['Stop']
export type Counts = S['Counts']
export type Status = With<S['Status'], { scanners: ScannerView[]; printers: PrinterView[]; stops: Stop[]; profiles: ProfileView[] | null }>
export type Delivery = S['Delivery']
export type ParkedDraft = S['ParkedDraft']
export type Desk = With<S['Desk'], {
  batches: BatchView[] | null
  exceptions: ExceptionView[] | null
  labels: PrintView[] | null
  status: Status
}>
export type UOR = S['UOR']
export type OutcomeView = With<S['OutcomeView'], { choices: OutcomeDecision['choice'][] | null }>
export type Alarm = S['Alarm']
export type AlarmView = S['AlarmView']
export type CorrectionView = With<S['CorrectionView'], { changes: FieldChange[]; choices: CorrectionAnswer['choice'][] }>
export type FieldChange = S['FieldChange']
export type FieldValue = S['FieldValue']
export type CorrectionAsk = S['CorrectionAskBody']
export type CorrectionAnswer = S['CorrectionAnswerBody']
export type Outcomes = With<S['Outcomes'], { outcomes: OutcomeView[] | null }>
export type OutcomeCandidate = S['OutcomeCandidate']
/** A person's word on a call for a number without a clear answer. */
export type OutcomeDecision = Omit<S['OutcomeInputBody'], '$schema'>
export type EmergencyRegister = S['EmergencyRegister']
export type EmergencyYear = S['EmergencyYear']
export type EmergencyYears = S['EmergencyYears']
export type YearCommand = S['YearCommand']
export type RoadState = S['RoadState']
export type EmergencyState = S['EmergencyState']
export type EmergencyWarning = S['EmergencyWarning']
export type MoveResult = S['MoveResult']
export type EmergencyPolicy = S['EmergencyPolicy']
export type EmergencyProfile = S['EmergencyProfile']
export type EmergencyRow = S['EmergencyRowView']
export type EmergencyColumn = S['EmergencyColumn']
export type SheetComparison = S['SheetComparison']
export type SheetFormat = S['SheetExportBody']['format']
/** What comes back: Finmatica's batch only goes out. */
export type SheetImportFormat = S['SheetImportBody']['format']
export type DailyRegister = S['DailyRegister']
export type Stamp = S['Stamp']
export type TimeState = S['TimeState']
/** A day of ours beside the register of whoever numbers. */
export type Reconciliation = S['Reconciliation']
export type DayDifference = S['Difference']
export type DifferenceSide = S['DifferenceSide']
export type RecoverySummary = S['RecoverySummary']
export type UnsignedAct = S['UnsignedAct']
export type AuthoriseOrder = Omit<S['AuthoriseInputBody'], '$schema'>
export type OpenOrder = Omit<S['OpenEmergencyInputBody'], '$schema'>
export type ExtendOrder = Omit<S['ExtendEmergencyInputBody'], '$schema'>
export type CloseOrder = Omit<S['CloseEmergencyInputBody'], '$schema'>
export type RevokeOrder = Omit<S['RevokeEmergencyInputBody'], '$schema'>
/** Who signs; with a user, the Responsabile at the clerk's screen. */
export type Signing = Pick<OpenOrder, 'signer' | 'user' | 'password'>
export type StoppedDelivery = S['StoppedDelivery']
export type EndOfDay = S['EndOfDay']
export type OpenCompetition = S['OpenCompetition']
export type DayItem = S['DayItem']
export type Exclusion = S['Exclusion']
/** A person's word that no image of a document is kept. */
export type ExclusionOrder = S['ExclusionBody']
export type Frontispiece = S['Frontispiece']
export type FrontispieceOrder = Omit<S['FrontispieceInputBody'], '$schema'>
export type ScanOptions = S['ScanOptions']
export type Taken = S['Taken']
export type Classifica = S['Classifica']
export type Titolario = S['Titolario']
export type HistoryEntry = With<S['HistoryEntry'], { detail?: Record<string, unknown> }>
export type Account = With<S['AccountView'], { roles: Role[] }>
export type LabelSwitches = S['LabelSwitches']
export type Policies = With<S['Policies'], { terms?: { procedure: string; text: string }[] | null; emergencyColumns?: EmergencyColumn[] | null }>
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

export type BidView = With<S['BidView'], { handover: HandoverView; events: S['BidEvent'][]; custody: S['BidTransfer'][] }>
export type BidEventKind = S['BidEvent']['kind']
export type HandoverView = With<S['HandoverView'], { annotations: S['HandoverAnnotated'][] }>
export type Tender = S['Tender']
export type TenderTerms = S['TenderTerms']
export type TenderView = With<S['TenderView'], { bids: BidView[]; transfers: BidTransfer[]; versions: S['TenderVersion'][]; waiting: S['WaitingCount'][]; closings: S['TenderClosing'][]; mayBelong: BidView[]; undeclared: HandoverView[] }>
export type TenderRecord = S['TenderRecord']
export type BidSheet = With<S['BidSheet'], { typed: number[] }>
export type TenderBasis = S['TenderBasis']
export type BidTransfer = S['BidTransfer']
export type BidReception = With<S['Reception'], { open: HandoverView[]; recent: HandoverView[]; unassigned: BidView[]; tenders: Tender[] }>
export type Competition = S['Competition']
export type CompetitionTerms = S['CompetitionTerms']
export type CompetitionLetter = S['CompetitionLetter']
export type CompetitionNote = S['CompetitionNote']
export type NoteView = S['NoteView']
export type Application = S['Application']
export type ApplicationFacts = S['ApplicationFacts']
export type ApplicationView = S['ApplicationView']
export type CompetitionView = With<S['CompetitionView'], { applications: ApplicationView[]; notes: NoteView[]; versions: S['CompetitionVersion'][] }>
