package protocollo

import (
	"fmt"
	"time"
)

// Batch is one run of pages: a feeder run, an upload, files that came into a hot folder together.
type Batch struct {
	ID        int64      `json:"id"`
	AOO       AOOCode    `json:"aoo"`
	Desk      string     `json:"desk"`
	Source    string     `json:"source"` // the configured device's id
	StartedBy string     `json:"startedBy"`
	StartedAt time.Time  `json:"startedAt"`
	EndedAt   time.Time  `json:"endedAt,omitzero"`
	State     BatchState `json:"state"`
	// Fault is the kind of trouble that ended it, in scanner's vocabulary, or "".
	Fault string `json:"fault,omitempty"`
	// Selected is the registration that was selected when it started, or 0 (R18.3).
	Selected int64 `json:"selected,omitempty"`
	// TwoSided is set on a one-sided feeder's run whose backs come in a second pass; that pass names this batch in BacksOf.
	TwoSided bool  `json:"twoSided,omitempty"`
	BacksOf  int64 `json:"backsOf,omitempty"`
	Pages    int   `json:"pages"`
}

// BatchState is how a run stands.
type BatchState string

const (
	BatchRunning     BatchState = "running"
	BatchEnded       BatchState = "ended"
	BatchFaulted     BatchState = "faulted"      // pages up to the fault are good
	BatchCancelled   BatchState = "cancelled"    // by the clerk
	BatchInterrupted BatchState = "interrupted"  // the station stopped meanwhile
	BatchAwaitsBacks BatchState = "awaits-backs" // the fronts are here, a second pass or the word that there is none is due
)

// Page is one page in the spool: a working row; its image is a file.
type Page struct {
	ID         int64     `json:"id"`
	BatchID    int64     `json:"batchID"`
	DocumentID int64     `json:"documentID"`
	Seq        int       `json:"seq"` // within the batch; the order that counts
	Sheet      int       `json:"sheet,omitempty"`
	Back       bool      `json:"back,omitempty"`
	File       string    `json:"-"` // name within the spool
	MediaType  string    `json:"mediaType"`
	SHA256     string    `json:"sha256"`
	Bytes      int64     `json:"bytes"`
	TakenAt    time.Time `json:"takenAt"`
	Name       string    `json:"name,omitempty"` // original file name, for people
	// OriginalSHA256 and OriginalBytes are of the file that the page was taken out of; empty where the page is that file.
	OriginalSHA256 string `json:"-"`
	OriginalBytes  int64  `json:"-"`
	// Facts and Settings are scanner.Facts and scanner.Settings as JSON.
	Facts    []byte `json:"-"`
	Settings []byte `json:"-"`
	// Turn is how far a person turned the page clockwise, in degrees: 0, 90, 180, 270. Its pixels stay as they came.
	Turn int `json:"turn,omitempty"`
	// Erased is set when the image was erased by a decision (R19.5); the row stays.
	Erased bool `json:"erased,omitempty"`
}

// Document is a set of pages that belong together: the main document of one registration, one of its attachments, or what waits to
// become it.
type Document struct {
	ID             int64   `json:"id"`
	BatchID        int64   `json:"batchID"`
	AOO            AOOCode `json:"aoo"`
	RegistrationID int64   `json:"registrationID,omitempty"` // 0 while it is not associated
	Version        int     `json:"version,omitempty"`        // 1 for the first scan of a registration, 2 for a rescan (R3.7)
	// Sequence counts all that was joined to the registration, parts and versions; it names archive and delivery.
	Sequence int           `json:"-"`
	Part     int           `json:"part,omitempty"` // 0 the main document; 1, 2, ...: that attachment (R18.5)
	State    DocumentState `json:"state"`
	Pages    int           `json:"pages"`
	// Superseded is set where the document is its registration's no more: by an exchange of labels or an obscuration (R18.6).
	Superseded bool `json:"superseded,omitempty"`
}

// FileName is the name under which people get a document's archived file: «2026-0000012-v1.pdf», «2026-0000012-allegato-2-v1.pdf». Under a
// number of the emergency register its code stands as well, «2026-EO1-0000012-v1.pdf»: the ordinary register has the same number.
func (d Document) FileName(r Registration) string {
	part := ""
	if d.Part > 0 {
		part = fmt.Sprintf("-allegato-%d", d.Part)
	}
	number := string(r.Number)
	if r.Emergency() {
		number = r.Key.Register + "-" + number
	}
	return fmt.Sprintf("%d-%s%s-v%d.pdf", r.Key.Year, number, part, max(d.Version, 1))
}

// DocumentState is how far a document has come. Archived, Discarded and Noted are final.
type DocumentState string

const (
	DocumentReceiving DocumentState = "receiving" // its run is not over
	DocumentWaiting   DocumentState = "waiting"   // an open exception
	DocumentReady     DocumentState = "ready"     // complete, associated, within the rule: the clerk confirms its quality (R19.1)
	DocumentConfirmed DocumentState = "confirmed" // the archive's turn
	DocumentArchived  DocumentState = "archived"
	DocumentDiscarded DocumentState = "discarded" // by a person, with reason; or excluded: nothing is kept
	DocumentNoted     DocumentState = "noted"     // closed by a note without images (R3.3)
)

// ExceptionKind says why something waits for a person.
type ExceptionKind string

const (
	ExceptionNoCode      ExceptionKind = "no-code"      // no code of ours on the first page
	ExceptionNotExpected ExceptionKind = "not-expected" // ours, but annulled, already captured, not labelled, or not the selected one
	ExceptionTwoCodes    ExceptionKind = "two-codes"    // two of ours that resolve to different records
	ExceptionCodeInside  ExceptionKind = "code-inside"  // an unexpected code of ours on a later page
	ExceptionStray       ExceptionKind = "stray"        // a page that arrived while the station was stopping (R19.6)
	ExceptionRepeated    ExceptionKind = "repeated"     // the same bytes as a page that is here already
	ExceptionScope       ExceptionKind = "scope"        // over the limit or another format: a note is due (R3.3)
	ExceptionCount       ExceptionKind = "count"        // found differs from declared
	ExceptionArchive     ExceptionKind = "archive"      // the PDF/A could not be made or was not accepted
	ExceptionBeforeLabel ExceptionKind = "before-label" // pages of a batch before the first label of ours
	ExceptionSeenTwice   ExceptionKind = "seen-twice"   // the same label begins two documents of one batch
	// ExceptionLabelMissing: between this letter's label and the next one's another was printed that nobody has seen; its letter may be among
	// this one's pages.
	ExceptionLabelMissing ExceptionKind = "label-missing"
	ExceptionBacks        ExceptionKind = "backs" // the second pass has another number of sides than the first
	// ExceptionTakeover: the pages that an act gives to this document could not be taken out of the archive. It is receiving still, so that
	// nothing else is done to it.
	ExceptionTakeover ExceptionKind = "takeover"
)

// Choice is a person's answer to an exception.
type Choice string

const (
	ChoiceAssign     Choice = "assign"      // join to the named registration
	ChoiceNewVersion Choice = "new-version" // join as a rescan of an already captured registration
	ChoiceBelongs    Choice = "belongs"     // the page with the unexpected code belongs to this document
	ChoiceSplit      Choice = "split"       // another document begins at that page
	ChoiceAccept     Choice = "accept"      // it is right as it is (count, repeated)
	ChoiceDiscard    Choice = "discard"     // erase it, with a reason
	ChoiceNote       Choice = "note"        // the note and no image
	ChoiceNoteFirst  Choice = "note-first"  // the note and the first page, where the profile allows
	ChoiceWhole      Choice = "whole"       // all pages all the same: the Responsabile, with a reason, where the profile allows
	ChoiceRetry      Choice = "retry"       // try the archive, or the takeover, again
	ChoiceAttachment Choice = "attachment"  // join to the named registration as its next attachment
	ChoiceWrongLabel Choice = "wrong-label" // the label is on the wrong letter: join to the named registration, the label's own goes on waiting
	ChoiceExclude    Choice = "exclude"     // no image is kept, with the exclusion that the rule knows (R3.4)
	ChoiceRedoBacks  Choice = "redo-backs"  // erase the second pass, scan it again
	ChoiceFrontOnly  Choice = "front-only"  // the backs are not needed: erase the second pass
	// ChoiceEdited is the station's own answer to what was asked about pages that a person has moved since; what is still to be asked is
	// asked anew.
	ChoiceEdited Choice = "edited"
)

// Exception is one thing that waits for a person. Version rises with every change; an answer names the version it saw, so the
// second of two clerks is told «già risolto da …» (R21.6).
type Exception struct {
	ID         int64           `json:"id"`
	Version    int             `json:"version"`
	AOO        AOOCode         `json:"aoo"`
	Kind       ExceptionKind   `json:"kind"`
	DocumentID int64           `json:"documentID"`
	PageID     int64           `json:"pageID,omitempty"` // the page to show
	OpenedAt   time.Time       `json:"openedAt"`
	Detail     ExceptionDetail `json:"detail"`
	SolvedAt   time.Time       `json:"solvedAt,omitzero"`
	SolvedBy   string          `json:"solvedBy,omitempty"`
	Choice     Choice          `json:"choice,omitempty"`
	Reason     string          `json:"reason,omitempty"`
}

// ExceptionDetail is what a person needs to see.
type ExceptionDetail struct {
	// Registrations are the candidates, the likeliest first.
	Registrations []int64 `json:"registrations,omitempty"`
	// Why tells cases of one kind apart: annulled, captured, not-labelled, not-selected, unknown, other-aoo, excluded; or an error's code or a refusal's reason.
	Why      string `json:"why,omitempty"`
	Code     string `json:"code,omitempty"`
	Found    int    `json:"found,omitempty"`
	Declared int    `json:"declared,omitempty"`
	Limit    int    `json:"limit,omitempty"`
	// Unit is what Found, Declared and Limit count: pagine or fogli (C7), or the letter's allegati.
	Unit    string `json:"unit,omitempty" enum:"pagine,fogli,allegati"`
	Paper   string `json:"paper,omitempty"`
	File    string `json:"file,omitempty"`    // the page that stopped the archive, as it is called on the screen
	Message string `json:"message,omitempty"` // English detail for the expert
	// Crop is where on the page a code seems to be that could not be read, or where the label is looked for; nil where neither is known.
	Crop *Box `json:"crop,omitempty"`
}

// Box is a part of a page image, in its pixels as it lies in its file; X1 and Y1 are outside it.
type Box struct {
	X0 int `json:"x0"`
	Y0 int `json:"y0"`
	X1 int `json:"x1"`
	Y1 int `json:"y1"`
}

// FromPages reports whether the pages of a document alone raised it: whoever looks at them again raises it again.
func (e Exception) FromPages() bool {
	switch e.Kind {
	case ExceptionNoCode, ExceptionNotExpected, ExceptionTwoCodes, ExceptionCodeInside, ExceptionRepeated, ExceptionScope,
		ExceptionBeforeLabel:
		return true
	case ExceptionCount: // otherwise the run was cut short
		return e.Detail.Why == ""
	case ExceptionStray: // otherwise it came while the station was stopping
		return e.Detail.Why == WhyNoImage
	}
	return false
}

// WhyNoImage is why a page that is no image is a stray one, as the scanner's vocabulary words it.
const WhyNoImage = "bad-data"

// Choices lists what may be answered to a kind of exception, in the order in which it is offered.
func (k ExceptionKind) Choices() []Choice { return exceptionChoices[k] }

var exceptionChoices = map[ExceptionKind][]Choice{
	ExceptionNoCode:       {ChoiceAssign, ChoiceAttachment, ChoiceNewVersion, ChoiceDiscard},
	ExceptionNotExpected:  {ChoiceAssign, ChoiceAttachment, ChoiceNewVersion, ChoiceWrongLabel, ChoiceDiscard},
	ExceptionTwoCodes:     {ChoiceAssign, ChoiceAttachment, ChoiceNewVersion, ChoiceDiscard},
	ExceptionCodeInside:   {ChoiceBelongs, ChoiceSplit, ChoiceDiscard},
	ExceptionStray:        {ChoiceAssign, ChoiceAttachment, ChoiceNewVersion, ChoiceDiscard},
	ExceptionRepeated:     {ChoiceAccept, ChoiceDiscard},
	ExceptionScope:        {ChoiceNote, ChoiceNoteFirst, ChoiceWhole, ChoiceExclude},
	ExceptionCount:        {ChoiceAccept, ChoiceDiscard, ChoiceExclude},
	ExceptionArchive:      {ChoiceRetry, ChoiceDiscard},
	ExceptionBeforeLabel:  {ChoiceAssign, ChoiceAttachment, ChoiceNewVersion, ChoiceDiscard},
	ExceptionSeenTwice:    {ChoiceAttachment, ChoiceNewVersion, ChoiceWrongLabel, ChoiceAccept, ChoiceDiscard},
	ExceptionLabelMissing: {ChoiceAccept, ChoiceDiscard},
	ExceptionBacks:        {ChoiceRedoBacks, ChoiceFrontOnly},
	ExceptionTakeover:     {ChoiceRetry, ChoiceDiscard},
}
