package station

import (
	"context"

	"segnatura/internal/protocollo"
	"segnatura/pdfa"
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
