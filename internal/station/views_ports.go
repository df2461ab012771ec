package station

import (
	"context"
	"time"

	"segnatura/internal/protocollo"
)

// ViewStore answers what the screens ask. Every method filters by what the actor sees (R11.2): what it may not see does not exist.
type ViewStore interface {
	Search(ctx context.Context, a protocollo.Actor, q Query) (SearchResult, error)
	Record(ctx context.Context, a protocollo.Actor, registrationID int64) (Record, error)
	IntakeRecord(ctx context.Context, a protocollo.Actor, intakeID int64) (Record, error)
	// History lists the journal of one intake, oldest first.
	History(ctx context.Context, a protocollo.Actor, intakeID int64) ([]protocollo.Entry, error)
	// Journal pages through the whole journal of the AOO, newest first, before seq (0 = from the end).
	Journal(ctx context.Context, a protocollo.Actor, before int64, limit int) ([]JournalEntry, error)
	// ActiveBatches lists the desk's strip: batches with documents that are not closed, newest first.
	ActiveBatches(ctx context.Context, a protocollo.Actor, limit int) ([]BatchView, error)
	BatchView(ctx context.Context, a protocollo.Actor, id int64) (BatchView, error)
	// Counts are the numbers of the fixed bar.
	Counts(ctx context.Context, a protocollo.Actor) (Counts, error)
	// RecordView journals that the actor looked at a confidential record (R11.5).
	RecordView(ctx context.Context, a protocollo.Actor, intakeID int64) error
}

// JournalEntry is an entry with what its letter is called now.
type JournalEntry struct {
	protocollo.Entry
	// Letter is the number ([protocollo.Registration.ShortCitation]), or the intake's code where there is none; "" where the entry is about none.
	Letter string
}

// Query is a search. Zero fields do not filter.
type Query struct {
	Text      string // words anywhere: subject, correspondents, references, number
	Year      int
	Number    protocollo.Number
	Direction protocollo.Direction
	From, To  protocollo.Day // of registration
	Missing   string         // "number", "label", "scan", "later" (a scan that was put off), "archive", "file" (whatever is registered and not archived), "recovery" (the ordinary number of an emergency registration): what it still lacks
	Before    int64          // cursor: intakes with a smaller id
	Limit     int            // at most 200
}

// SearchResult is one page of hits, newest first.
type SearchResult struct {
	Hits []Record `json:"hits"`
	Next int64    `json:"next,omitempty"` // Before of the next page; 0 = the end
}

// Record is everything about one intake and its registration.
type Record struct {
	Intake       protocollo.Intake        `json:"intake"`
	Registration *protocollo.Registration `json:"registration,omitempty"`
	Facets       protocollo.Facets        `json:"facets"`
	Attempts     []protocollo.Attempt     `json:"attempts,omitempty"`
	Prints       []protocollo.Print       `json:"prints,omitempty"`
	Documents    []DocumentView           `json:"documents,omitempty"`
	Annulment    *protocollo.Annulment    `json:"annulment,omitempty"`
	// Closing is set on a letter that was given up without number.
	Closing *protocollo.IntakeClosing `json:"closing,omitempty"`
	// Unnumbered is set on what gets no number; Inside is its way to somebody in the house, or a registration's, oldest first; not in lists.
	Unnumbered *protocollo.Unnumbered        `json:"unnumbered,omitempty"`
	Inside     []protocollo.InternalDelivery `json:"inside,omitempty"`
	// Urgency is set while whoever decides wants it done before the others.
	Urgency   *protocollo.Urgency `json:"urgency,omitempty"`
	Postponed *Postponement       `json:"postponed,omitempty"` // while nothing is scanned
	Related   []int64             `json:"related,omitempty"`   // duplicates chosen as different or fax first
}

// DocumentView is a document with its pages and archive.
type DocumentView struct {
	protocollo.Document
	PageList []PageView   `json:"pageList"`
	Archive  *ArchiveView `json:"archive,omitempty"`
	Scope    *ScopeView   `json:"scope,omitempty"`
	// Why says why it is superseded; nil where it is not.
	Why *SupersededView `json:"why,omitempty"`
	// Scans say how the pages were taken; only in one record, not in lists.
	Scans []ScanView `json:"scans,omitempty"`
}

// PageView is a page as the strip shows it.
type PageView struct {
	protocollo.Page
	Paper    string  `json:"paper,omitempty"`
	WidthMM  float64 `json:"widthMM,omitempty"`
	HeightMM float64 `json:"heightMM,omitempty"`
	Code     string  `json:"code,omitempty"` // ours, when one was read
	// Flags are what the page is suspected of while its document waits to be confirmed: it is then confirmed singly.
	Flags []PageFlag `json:"flags,omitempty"`
}

// ScopeView is the page rule's decision.
type ScopeView struct {
	Choice  protocollo.Choice `json:"choice"`
	Note    string            `json:"note,omitempty"`
	Profile string            `json:"profile"`
	By      string            `json:"by"`
	At      time.Time         `json:"at"`
	Reason  string            `json:"reason,omitempty"`
	// Exclusion is the catalogue's code of an exclusion, whose words stand in Reason; Responsible is of the procedure.
	Exclusion   string `json:"exclusion,omitempty"`
	Responsible string `json:"responsible,omitempty"`
}

// BatchView is a batch on the strip.
type BatchView struct {
	protocollo.Batch
	Documents []DocumentView `json:"documents"`
}

// Counts are what waits.
type Counts struct {
	Exceptions      int `json:"exceptions"`
	LabelsToPrint   int `json:"labelsToPrint"`
	PrintsUnknown   int `json:"printsUnknown"`
	WithoutNumber   int `json:"withoutNumber"` // their number comes by itself
	Refused         int `json:"refused"`       // letters without any number that the centre refused: a person asks again
	OutcomesUnknown int `json:"outcomesUnknown"`
	ToConfirm       int `json:"toConfirm"`
	ToScan          int `json:"toScan"`
	Postponed       int `json:"postponed"` // of ToScan, what somebody put off (R3.5)
	ToDeliver       int `json:"toDeliver"`
	// DeliveriesStopped are those of ToDeliver that the centre refused or may have: a person looks.
	DeliveriesStopped int `json:"deliveriesStopped"`
	RegisteredToday   int `json:"registeredToday"`
	Corrections       int `json:"corrections"` // corrections and annulments that wait for this actor
	// Instants are handovers of plichi di gara of which nobody at the desk said yet what came; 0 for who does not register.
	Instants int `json:"instants"`
}
