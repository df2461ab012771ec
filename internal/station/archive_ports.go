package station

import (
	"context"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
)

// Edition is one PDF/A of a document: made, found compliant, and stored with the files that are kept beside it. The blobs that it
// names are durable before it is recorded.
type Edition struct {
	Result pdfa.Result
	Report pdfa.Report
	Files  []KeptFile
}

// KeptFile is a stored file beside an archived one.
type KeptFile struct {
	Kind      KeptKind `json:"kind"`
	Page      int      `json:"page,omitempty"` // of the archived file, from 1; 0 where it belongs to the whole
	Name      string   `json:"name"`           // for people, without folder
	MediaType string   `json:"mediaType"`
	SHA256    string   `json:"sha256"`
	Bytes     int64    `json:"bytes"`
}

// KeptKind is why a file is kept.
type KeptKind string

const (
	KeptMetadata KeptKind = "metadata" // the metadata file of R4.3 (LLGG annex 5), one for each edition
	KeptSource   KeptKind = "source"   // what a page was before it had to be drawn
)

// The ordinals of a document's editions.
const (
	firstEdition = 1 // as scanned, PDF/A-2b
	textEdition  = 2 // the same pages with searchable text, PDF/A-2u
)

// TextStore keeps what becomes of an archive's text (decision 0019).
type TextStore interface {
	// DueForText lists the archives whose text is due, oldest first. Their pages stay in the spool and their delivery is not due.
	DueForText(ctx context.Context) ([]DueText, error)
	// BeginText records that a try begins, durably, and returns how many began: one that takes the program with it is counted too.
	BeginText(ctx context.Context, documentID int64) (tries int, err error)
	// ReturnText takes a try back that a stop in order cut short.
	ReturnText(ctx context.Context, documentID int64) error
	// AttachText records the outcome, and the delivery of the current file as due, in one transaction: exactly one for each archive.
	// The same outcome again is no error; Conflict "text" for another, or where none is due; Invalid "report", "pages" for an edition
	// that no check accepted or whose images are not the archive's.
	AttachText(ctx context.Context, documentID int64, o TextOutcome) error
}

// DueText is an archive whose text is due.
type DueText struct {
	Document protocollo.Document
	Archived pdfa.Result // the archive's own result: what the edition with text must agree with
	Tries    int
}

// TextOutcome is what came of reading a document's text. Why is "" where there is an edition.
type TextOutcome struct {
	Engine  string // program, version and languages; "" where none was asked
	Edition Edition
	Why     TextWhy
	Detail  string // English, for the expert; no word of the document
}

// TextWhy is why a document has no edition with text; the UI words it.
type TextWhy string

const (
	TextNoWords     TextWhy = "no-words"      // it was read, and there is nothing to find
	TextNotRead     TextWhy = "failed"        // the recognition failed, on every page or as a whole
	TextLate        TextWhy = "deadline"      // it was not ready in time
	TextRefused     TextWhy = "refused"       // the pages were refused the second time
	TextOtherImages TextWhy = "other-images"  // the new file would not have the archive's images
	TextNotAccepted TextWhy = "not-compliant" // no check accepted the new file
	TextOff         TextWhy = "off"           // the recognition was switched off meanwhile
	TextPagesLost   TextWhy = "pages-lost"    // restored from a backup, which has no spool
	TextSuperseded  TextWhy = "superseded"    // the document is its registration's no more
)

// TextReader recognises text. It may be asked about one document at a time.
type TextReader interface {
	// ReadText returns the text of each page of the inputs, in order. A page whose text could not be read says so and is no error; the
	// end of ctx is. progress is called with the pages done and those that there are.
	ReadText(ctx context.Context, inputs []pdfa.Input, progress func(page, pages int)) ([]pdfa.PageText, error)
	// Engine names program, version and languages.
	Engine() string
}

// ArchiveView is an archived file: the current edition of it, with the earlier one and what is kept beside them.
type ArchiveView struct {
	SHA256    string    `json:"sha256"`
	Bytes     int64     `json:"bytes"`
	Flavour   string    `json:"flavour"`
	At        time.Time `json:"at"`
	Current   bool      `json:"current"` // no later scan of the registration is archived
	Delivered time.Time `json:"delivered,omitzero"`
	Text      TextView  `json:"text"`
	// Editions are oldest first; the last one is current.
	Editions []EditionView  `json:"editions"`
	Files    []KeptFileView `json:"files,omitempty"`
}

// EditionView is one edition of an archived file.
type EditionView struct {
	Ordinal int       `json:"ordinal"` // 1 as scanned, 2 with text
	SHA256  string    `json:"sha256"`
	Bytes   int64     `json:"bytes"`
	Flavour string    `json:"flavour"`
	At      time.Time `json:"at"`
}

// TextView says whether words can be searched for in an archived file.
type TextView struct {
	State  TextState    `json:"state" enum:"not-asked,due,present,missing"`
	Engine string       `json:"engine,omitempty"`
	Why    TextWhy      `json:"why,omitempty"`
	Words  int          `json:"words,omitempty"`
	Unread []UnreadPage `json:"unread,omitempty"`
}

// UnreadPage is a page without text in an edition that has some.
type UnreadPage struct {
	Page int              `json:"page"` // from 1
	Why  pdfa.TextMissing `json:"why"`
}

// TextState is how an archive's text stands.
type TextState string

const (
	TextNotAsked TextState = "not-asked" // the station recognised no text then
	TextDue      TextState = "due"
	TextPresent  TextState = "present"
	TextMissing  TextState = "missing" // Why says why
)

// KeptFileView is a file beside an archive.
type KeptFileView struct {
	ID      int64 `json:"id"`
	Edition int   `json:"edition"`
	KeptFile
}
