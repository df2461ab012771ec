package station

import (
	"context"
	"io"

	"segnatura/internal/protocollo"
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
