package station

import (
	"context"
	"io"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/stamp"
)

// TenderRecords keeps what was produced for gare's verbali.
type TenderRecords interface {
	// TenderFacts reads a gara with all that stands beside it, in one snapshot. NotFound "tender".
	TenderFacts(ctx context.Context, aoo protocollo.AOOCode, id int64) (TenderFacts, error)
	// RecordTenderRecord keeps one more production; its blobs must be there. The same key returns what is there; Conflict "tender-record" for a version
	// that is not the next one. The PDF's digest waits for a token of the time-stamping authority, where there is one.
	RecordTenderRecord(ctx context.Context, a protocollo.Actor, r TenderRecord) (TenderRecord, error)
	// TenderRecords lists a gara's, newest first. key "" is all; otherwise the one of that request, of whatever gara of the AOO.
	TenderRecords(ctx context.Context, aoo protocollo.AOOCode, tenderID int64, key string) ([]TenderRecord, error)
}

// BidSheets keeps which blank sheets were printed.
type BidSheets interface {
	// PrepareBidSheets gives numbers to blank sheets under a key; the same key and count return what is there, otherwise Conflict "request-key".
	PrepareBidSheets(ctx context.Context, a protocollo.Actor, key string, count, rows int) ([]BidSheet, error)
	// BidSheets lists an AOO's, newest first, each with the lines that were typed in.
	BidSheets(ctx context.Context, aoo protocollo.AOOCode, limit int) ([]BidSheet, error)
}

// BidSheet is a printed «Foglio ricezione plichi».
type BidSheet struct {
	ID    int64     `json:"id"`
	Year  int       `json:"year"`
	Seq   int64     `json:"seq"`
	Code  string    `json:"code" doc:"Foglio n., come 3/2026"`
	Rows  int       `json:"rows"`
	At    time.Time `json:"at"`
	Typed []int     `json:"typed" doc:"Le righe già trascritte"`
}

// TenderFacts are what the register has of a gara.
type TenderFacts struct {
	Tender   protocollo.Tender
	Versions []protocollo.TenderVersion
	Waiting  []WaitingCount
	Bids     []protocollo.Bid
	// Letters are those of the plichi that have one, by the plico's id.
	Letters   map[int64]Record
	Transfers []protocollo.BidTransfer
	// Tokens are the time-stamping authority's on each plico, waiting ones too, by the plico's id.
	Tokens      map[int64]TimestampRecord
	ClosingNote string
	Journal     JournalHead
	Versioned   int // how many records there are
}

// TenderRecord is one production of a gara's data for its verbale.
type TenderRecord struct {
	ID       int64       `json:"-"`
	TenderID int64       `json:"-"`
	Key      string      `json:"-"`
	Version  int         `json:"version"`
	MadeAt   time.Time   `json:"madeAt"`
	By       string      `json:"by"`
	Name     string      `json:"name"`
	Plichi   int         `json:"plichi"`
	Journal  JournalHead `json:"journal"`
	PDF      DailyFile   `json:"pdf"`
	CSV      DailyFile   `json:"csv"`
	// Stamp is the time-stamping authority's, on the PDF; nil: none was asked for.
	Stamp *Stamp `json:"stamp,omitempty"`
}

// TenderPaper writes a gara's record. What it writes of equal records is equal.
type TenderPaper interface {
	TenderPDF(w io.Writer, r stamp.TenderRecord) error
	TenderCSV(w io.Writer, r stamp.TenderRecord) error
}
