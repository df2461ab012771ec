package station

import (
	"context"
	"io"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
	"segnatura/scanner"
)

// BatchStore keeps runs and their pages.
type BatchStore interface {
	BeginBatch(ctx context.Context, b protocollo.Batch) (protocollo.Batch, error)
	EndBatch(ctx context.Context, id int64, s protocollo.BatchState, fault string) error
	// AddPage makes one page durable: the spool file first (temp, fsync, rename, fsync of the folder), the row second. It reads data to its end; an
	// error of data leaves no page. The page's SHA-256 and size are filled in.
	AddPage(ctx context.Context, p protocollo.Page, data io.Reader) (protocollo.Page, error)
	// SetPageFacts stores what was measured.
	SetPageFacts(ctx context.Context, pageID int64, f scanner.Facts) error
	Batch(ctx context.Context, id int64) (protocollo.Batch, error)
	// RunningBatches lists batches that a stop interrupted, at start.
	RunningBatches(ctx context.Context) ([]protocollo.Batch, error)
	// StrayPages adopts spool files without row (R19.6): each becomes a page of its batch, or of a new one when the batch is not known.
	StrayPages(ctx context.Context) ([]protocollo.Page, error)
	// OpenPage returns a page's image. NotFound once it is erased.
	OpenPage(ctx context.Context, pageID int64) (protocollo.Page, io.ReadSeekCloser, error)
	// PageTwins lists earlier pages of the AOO, not discarded, with the same digest.
	PageTwins(ctx context.Context, aoo protocollo.AOOCode, sha256 string, notPage int64) ([]protocollo.Page, error)
}

// DocumentStore keeps documents, their association, decisions and exceptions.
type DocumentStore interface {
	// NewDocument begins a document in a batch, state receiving.
	NewDocument(ctx context.Context, d protocollo.Document) (protocollo.Document, error)
	// MovePages puts pages, in order, into a document (a working step before association).
	MovePages(ctx context.Context, documentID int64, pageIDs []int64) error
	// Associate joins a document to a registration as its next version: a legal fact (R3.7). Conflict "already-captured" when version 1 exists
	// and newVersion is false; Conflict "annulled".
	// An attachment needs its main document: Conflict "first-the-main".
	Associate(ctx context.Context, as Association) (protocollo.Document, error)
	// SetDocumentState moves a document on. What is asked about has it wait instead of becoming ready or confirmed.
	SetDocumentState(ctx context.Context, documentID int64, s protocollo.DocumentState) error
	Document(ctx context.Context, id int64) (protocollo.Document, []protocollo.Page, error)
	// Decide records a page-rule decision: a legal fact. Pages it leaves out are listed in Erase and are erased by EraseDecided afterwards (R19.5).
	Decide(ctx context.Context, s ScopeDecision) error
	// ConfirmQuality records the operator's confirmation (R19.1) and makes the document's archive due. Conflict "not-ready" also when the
	// document has other pages by now than those that are confirmed.
	ConfirmQuality(ctx context.Context, q QualityConfirmation) error
	// Discard closes a document without registration: reason recorded, images erased by EraseDecided.
	Discard(ctx context.Context, a protocollo.Actor, documentID int64, reason string) error
	// EraseDecided erases the images of every decision and discard that are not yet recorded as erased; safe to run at any time, also at start.
	// original is called for each page before that is recorded, perhaps again after a crash; its error leaves the order due.
	EraseDecided(ctx context.Context, original func(context.Context, protocollo.Page) error) (int, error)
}

// Association joins a document to a registration.
type Association struct {
	DocumentID     int64
	RegistrationID int64
	Actor          protocollo.Actor // Station for a code that joined by itself
	ByCode         string           // the payload that was read, or ""
	NewVersion     bool
	Part           int // 0 the main document; 1, 2, ...: that attachment (R18.5)
	// NextPart makes it the next attachment: the store gives it the lowest number that no kept document has.
	NextPart bool
}

// ScopeDecision is the page rule's outcome for one document.
type ScopeDecision struct {
	DocumentID int64
	Actor      protocollo.Actor
	Choice     protocollo.Choice // note, note-first, whole, exclude
	Profile    string            // the profile's name, with its manual
	Note       string            // the exact words, N-1 to N-3 with n filled in, or ""
	Sheets     int               // n
	Reason     string            // for whole
	Erase      []int64           // page ids
	// Exclusion is why no image is kept, a code of the rules' catalogue; Responsible names who is responsible of the procedure, where the
	// exclusion is at their word (R3.4, R19.4). Both only with exclude.
	Exclusion, Responsible string
}

// ExceptionStore keeps what waits for a person.
type ExceptionStore interface {
	// OpenException asks, and has a document wait that was ready or confirmed.
	OpenException(ctx context.Context, e protocollo.Exception) (protocollo.Exception, error)
	// Exceptions lists the open ones of an AOO, oldest first.
	Exceptions(ctx context.Context, aoo protocollo.AOOCode) ([]protocollo.Exception, error)
	Exception(ctx context.Context, id int64) (protocollo.Exception, error)
	// SolveException records an answer. Conflict "already-solved" (Words = who) when version is not the current one or it is solved. Invalid
	// "choice" when the kind does not offer it; but split, discard and exclude answer whatever was asked about pages that left with them.
	SolveException(ctx context.Context, a protocollo.Actor, id int64, version int, c protocollo.Choice, reason string) (protocollo.Exception, error)
}

// Inspector measures a page. The wiring joins scanner/sheet and scanner/sheet/barcode behind it.
type Inspector interface {
	// Inspect decodes once: facts with codes, and a JPEG thumbnail of at most maxPx. accept says which code texts end the search.
	// Errors are *scanner.Fault with FaultBadData or FaultTruncated.
	Inspect(ctx context.Context, r io.ReadSeeker, s scanner.Settings, accept func(string) bool, maxPx int) (scanner.Facts, []byte, error)
	// Crop draws a part of a page, in the pixels of its file, as a JPEG of at most maxPx pixels on its longer side. Errors as of Inspect.
	Crop(ctx context.Context, r io.ReadSeeker, s scanner.Settings, box scanner.Box, maxPx int) ([]byte, error)
}

// Originals are the files that pages came in, where a source keeps them.
type Originals interface {
	// EraseOriginal removes a file for good wherever the source keeps it; size is in bytes. What is gone, and a source that keeps
	// nothing, is no error. It may be repeated.
	EraseOriginal(ctx context.Context, source, sha256 string, size int64) error
}

// CodeResolver finds what a code of ours stands for.
type CodeResolver interface {
	// ResolveBarcode returns the registration of an ordinary code. NotFound when the AOO is not ours or no such number exists.
	ResolveBarcode(ctx context.Context, b protocollo.Barcode) (Resolved, error)
	// ResolveIntake returns the letter with that «Ricezione n.»; its Registration is zero while it has no number. NotFound when there is none.
	ResolveIntake(ctx context.Context, aoo protocollo.AOOCode, year int, seq int64) (Resolved, error)
	// ResolveHandCode looks a year and number up within an AOO.
	ResolveHandCode(ctx context.Context, aoo protocollo.AOOCode, year int, n protocollo.Number) ([]Resolved, error)
}

// Resolved is a registration with what R18.3 asks about it.
type Resolved struct {
	Registration protocollo.Registration
	Intake       protocollo.Intake
	Facets       protocollo.Facets
}

// ArchiveStore keeps the archive.
type ArchiveStore interface {
	// DueForArchive lists confirmed documents that have no archived file, oldest first.
	DueForArchive(ctx context.Context) ([]protocollo.Document, error)
	// PutBlob stores a file under its SHA-256, read-only, durable once it returns; putting the same content again is no error.
	PutBlob(ctx context.Context, r io.Reader) (sha256 string, size int64, err error)
	OpenBlob(ctx context.Context, sha256 string) (io.ReadSeekCloser, int64, error)
	// AttachArchive records the archived file of a document with its check report and what is kept beside it, and its delivery as
	// due, in one transaction. With awaitsText its text is due instead, and the delivery once that has an outcome (decision 0019).
	AttachArchive(ctx context.Context, documentID int64, e Edition, awaitsText bool) error
	// ReleasePages erases spool images of archived documents whose text is not due; the archive has them now.
	ReleasePages(ctx context.Context) (int, error)
}

// Converter makes PDF/A.
type Converter interface {
	Convert(ctx context.Context, job pdfa.Job, w io.Writer, progress func(page int)) (pdfa.Result, error)
}

// Checker judges a PDF/A; no verdict is a no.
type Checker interface {
	Check(ctx context.Context, r io.ReaderAt, size int64) (pdfa.Report, error)
}

// Sender hands archived documents to the centre.
type Sender interface {
	Name() string
	Attach(ctx context.Context, r protocollo.AttachRequest, body io.Reader) (protocollo.AttachReceipt, error)
}

// OutboxStore keeps what is due to the centre.
type OutboxStore interface {
	// DueDeliveries lists what the centre is to be sent, oldest first. A scan waits for the earlier scans of its registration whose text or
	// delivery is still to come.
	DueDeliveries(ctx context.Context) ([]DueDelivery, error)
	// DueDelivery returns one of them, and whether it is due.
	DueDelivery(ctx context.Context, id int64) (d DueDelivery, due bool, err error)
	// ClaimDelivery records that an attempt starts; Conflict when another has it.
	ClaimDelivery(ctx context.Context, id int64) error
	MarkDelivered(ctx context.Context, id int64, r protocollo.AttachReceipt) error
	// MarkUndelivered records how an attempt ended: unavailable (due again), unknown or rejected (a person looks).
	MarkUndelivered(ctx context.Context, id int64, c protocollo.Class, words string) error
	// StoppedDispatches lists what was refused or may have arrived, oldest first.
	StoppedDispatches(ctx context.Context, aoo protocollo.AOOCode) ([]StoppedDispatch, error)
	// ResumeDispatch makes a stopped one due again, by a person's word; Conflict "dispatch" when it is not stopped, NotFound
	// "dispatch" in another AOO.
	ResumeDispatch(ctx context.Context, a protocollo.Actor, id int64) error
	// ConfirmDispatch records a person's word that the centre has a stopped one: seen there, or attached by hand; Conflict "dispatch" when it
	// is not stopped, NotFound "dispatch" in another AOO.
	ConfirmDispatch(ctx context.Context, a protocollo.Actor, id int64, reason string) error
}

// DueDelivery is one archived file that the centre does not have yet.
type DueDelivery struct {
	ID             int64
	RegistrationID int64
	Attempts       int
	Request        protocollo.AttachRequest
}
