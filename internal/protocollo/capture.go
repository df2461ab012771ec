package protocollo

import "time"

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
	Pages    int   `json:"pages"`
}

// BatchState is how a run stands.
type BatchState string

const (
	BatchRunning     BatchState = "running"
	BatchEnded       BatchState = "ended"
	BatchFaulted     BatchState = "faulted"     // pages up to the fault are good
	BatchCancelled   BatchState = "cancelled"   // by the clerk
	BatchInterrupted BatchState = "interrupted" // the station stopped meanwhile
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
	// Erased is set when the image was erased by a decision (R19.5); the row stays.
	Erased bool `json:"erased,omitempty"`
}

// Document is a set of pages that belong together: the main document of one registration, or what waits to become it.
type Document struct {
	ID             int64         `json:"id"`
	BatchID        int64         `json:"batchID"`
	AOO            AOOCode       `json:"aoo"`
	RegistrationID int64         `json:"registrationID,omitempty"` // 0 while it is not associated
	Version        int           `json:"version,omitempty"`        // 1 for the first scan of a registration, 2 for a rescan (R3.7)
	State          DocumentState `json:"state"`
	Pages          int           `json:"pages"`
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
	ChoiceRetry      Choice = "retry"       // try the archive again
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
	// Why tells cases of one kind apart: annulled, captured, not-labelled, not-selected, unknown, other-aoo; or an error's code or a refusal's reason.
	Why      string `json:"why,omitempty"`
	Code     string `json:"code,omitempty"`
	Found    int    `json:"found,omitempty"`
	Declared int    `json:"declared,omitempty"`
	Limit    int    `json:"limit,omitempty"`
	// Unit is what Found, Declared and Limit count: pagine or fogli (C7).
	Unit    string `json:"unit,omitempty" enum:"pagine,fogli"`
	Paper   string `json:"paper,omitempty"`
	File    string `json:"file,omitempty"`    // the page that stopped the archive, as it is called on the screen
	Message string `json:"message,omitempty"` // English detail for the expert
}

// Choices lists what may be answered to a kind of exception, in the order in which it is offered.
func (k ExceptionKind) Choices() []Choice { return exceptionChoices[k] }

var exceptionChoices = map[ExceptionKind][]Choice{
	ExceptionNoCode:      {ChoiceAssign, ChoiceNewVersion, ChoiceDiscard},
	ExceptionNotExpected: {ChoiceAssign, ChoiceNewVersion, ChoiceDiscard},
	ExceptionTwoCodes:    {ChoiceAssign, ChoiceNewVersion, ChoiceDiscard},
	ExceptionCodeInside:  {ChoiceBelongs, ChoiceSplit, ChoiceDiscard},
	ExceptionStray:       {ChoiceAssign, ChoiceNewVersion, ChoiceDiscard},
	ExceptionRepeated:    {ChoiceAccept, ChoiceDiscard},
	ExceptionScope:       {ChoiceNote, ChoiceNoteFirst, ChoiceWhole},
	ExceptionCount:       {ChoiceAccept, ChoiceDiscard},
	ExceptionArchive:     {ChoiceRetry, ChoiceDiscard},
}
