package station

import (
	"context"
	"time"

	"segnatura/internal/protocollo"
)

// BidStore keeps sealed bids. Each method that writes is one transaction and one legal fact, durable once it returns.
type BidStore interface {
	BidFreezer
	BidDesk
	TenderBook
	BidCustody
	BidViews
	BidSheets
	TenderRecords
}

// BidFreezer keeps the instants of the key, and who may press it on a locked screen.
type BidFreezer interface {
	// FreezeHandover fixes an instant, later than every record before it, ahead of whatever else waits to be written. The same key again
	// returns what is there; with another line of paper it is Conflict "request-key". It never stops for a doubtful clock: the handover is then Contested (R17.5). NotFound "aoo". Of a line of a sheet: NotFound
	// "bid-sheet"; Invalid "row" for one that the sheet does not have; Conflict "sheet-row-typed" for one that came under another key.
	FreezeHandover(ctx context.Context, f FreezeCommand) (protocollo.Handover, error)
	// PutDeskToken lets a browser freeze instants until then; replaces is the digest of the token that it had, or "". DeskToken returns whose
	// digest it is, or NotFound "desk-token" when it is none, too old, or its user's account is disabled. Working rows.
	PutDeskToken(ctx context.Context, t DeskToken, replaces string) error
	DeskToken(ctx context.Context, digest string, now time.Time) (DeskToken, error)
}

// FreezeCommand is a press of the key. It says nothing of time.
type FreezeCommand struct {
	Key   string
	AOO   protocollo.AOOCode
	Desk  string
	User  string // "" on a locked screen
	Proof protocollo.ClockProof
	// Sheet is a line of a «Foglio ricezione plichi», typed in.
	Sheet *protocollo.HandoverSheet
}

// DeskToken is a browser that may freeze an instant while nobody is logged in there, and nothing else.
type DeskToken struct {
	Digest string // SHA-256 of the token, lower-case hex
	AOO    protocollo.AOOCode
	Desk   string
	User   string // who was logged in there last
	Until  time.Time
	Roles  []protocollo.Role // that User has now; not kept with it
}

// BidDesk keeps what the desk says of a handover and of its plichi.
type BidDesk interface {
	// DeclareHandover says who received and how many, and makes that many plichi, in their order. The same again changes nothing; otherwise Conflict
	// "handover-declared".
	DeclareHandover(ctx context.Context, a protocollo.Actor, id int64, count int, reason string) ([]protocollo.Bid, error)
	// AnnotateHandover adds a word under a request key; the same key again changes nothing, with other words it is Conflict "request-key".
	AnnotateHandover(ctx context.Context, a protocollo.Actor, key string, id int64, note string) error
	// DescribeBid adds a version; from the second on with its reason. Version is the one that the caller saw: Conflict "bid-changed". NotFound
	// "tender"; Conflict "tender-closed" where it leaves or joins one that is closed. The same again changes nothing.
	DescribeBid(ctx context.Context, a protocollo.Actor, id int64, version int, d protocollo.BidDescription, reason string) error
	// RecordBidEvent records one under a request key, as AnnotateHandover does: Conflict "bid-gone" when the plico left before; Conflict "tender-open" for one
	// that is given back before its gara is over.
	RecordBidEvent(ctx context.Context, a protocollo.Actor, key string, e protocollo.BidEvent) error
}

// TenderBook keeps gare.
type TenderBook interface {
	// SaveTender enters one under a key; the same key with the same terms returns what is there, otherwise Conflict "request-key".
	SaveTender(ctx context.Context, a protocollo.Actor, key string, t protocollo.TenderTerms) (protocollo.Tender, error)
	// AmendTender adds a version. version is the one that the caller saw: Conflict "tender-changed". Conflict "tender-closed".
	AmendTender(ctx context.Context, a protocollo.Actor, id int64, version int, t protocollo.TenderTerms, reason string) (protocollo.Tender, error)
	// CountWaiting records «Presenti in attesa alle ore del termine: n» under a request key.
	CountWaiting(ctx context.Context, a protocollo.Actor, key string, id int64, count int, note string) error
	// CloseTender ends a gara; the same again by the same person changes nothing, otherwise Conflict "tender-closed". refuse is asked, within the
	// transaction, about what there is then.
	CloseTender(ctx context.Context, a protocollo.Actor, id int64, note string, refuse func(TenderEnd) error) error
	// ReopenTender takes one closing back, with the reason; the same again changes nothing. NotFound "tender" for a closing that is not the gara's;
	// Conflict "tender-open" for one that was taken back before.
	ReopenTender(ctx context.Context, a protocollo.Actor, id, closing int64, reason string) error
}

// TenderEnd is what a gara's end is judged by.
type TenderEnd struct {
	Tender protocollo.Tender
	Bids   []protocollo.Bid
	// Unassigned are the AOO's plichi of no gara, or not described; Undeclared its instants of which nobody said yet what was handed over.
	Unassigned []protocollo.Bid
	Undeclared []protocollo.Handover
}

// BidCustody keeps passages of custody.
type BidCustody interface {
	// RecordTransfer records a «Distinta di consegna» with the word of whoever hands over. The same key with the same content returns what is there,
	// otherwise Conflict "request-key". Conflict "bid-gone", "bid-elsewhere" for a plico of another gara, "not-described".
	RecordTransfer(ctx context.Context, a protocollo.Actor, t NewTransfer) (protocollo.BidTransfer, error)
	// ConfirmTransfer is the receiving side's word; said again by the same person it changes nothing, otherwise Conflict "transfer-confirmed".
	ConfirmTransfer(ctx context.Context, a protocollo.Actor, id int64, c protocollo.TransferConfirm) (protocollo.BidTransfer, error)
	// RecordBidLabel keeps what is known of a label with L-16.
	RecordBidLabel(ctx context.Context, a protocollo.Actor, bidID int64, l BidLabelPrint) error
}

// BidLabelPrint is a label with L-16 and without number that went to a printer, and what is known of it.
type BidLabelPrint struct {
	Printer      string
	State        protocollo.PrintState // printed, unknown or failed
	Condition    string
	BitmapSHA256 string
	Reason       protocollo.ReprintReason // why another one; none of the first
}

// NewTransfer is a «Distinta di consegna» to be recorded.
type NewTransfer struct {
	Key             string
	TenderID        int64
	From, To, Place string
	Items           []protocollo.BidTransferItem
}

// BidViews reads.
type BidViews interface {
	// Tenders lists an AOO's gare, open ones first, then the latest deadline first; id 0 is all.
	Tenders(ctx context.Context, aoo protocollo.AOOCode, id int64) ([]protocollo.Tender, error)
	TenderHistory(ctx context.Context, aoo protocollo.AOOCode, id int64) ([]protocollo.TenderVersion, []WaitingCount, error)
	// TenderClosings lists each end of a gara, oldest first.
	TenderClosings(ctx context.Context, aoo protocollo.AOOCode, id int64) ([]protocollo.TenderClosing, error)
	// Bids lists plichi in the order of their reception.
	Bids(ctx context.Context, aoo protocollo.AOOCode, q BidQuery) ([]protocollo.Bid, error)
	// BidNumbers returns the protocol numbers that letters of plichi have, by their intake, as far as the actor sees them.
	BidNumbers(ctx context.Context, a protocollo.Actor, intakeIDs []int64) (map[int64]BidNumber, error)
	// Handovers lists them, newest first; open only those that nobody declared, oldest first.
	Handovers(ctx context.Context, aoo protocollo.AOOCode, q HandoverQuery) ([]protocollo.Handover, error)
	// Transfers lists the passages of a gara, or one, with their items, oldest first.
	Transfers(ctx context.Context, aoo protocollo.AOOCode, tenderID, id int64) ([]protocollo.BidTransfer, error)
}

// BidNumber is the protocol number of a plico's letter.
type BidNumber struct {
	Number protocollo.Number
	Year   int
	// Emergency is how a number of the emergency register is said, until the letter has its ordinary one.
	Emergency string
}

// WaitingCount is «Presenti in attesa alle ore del termine: n».
type WaitingCount struct {
	Count int       `json:"count"`
	Note  string    `json:"note,omitempty"`
	By    string    `json:"by"`
	At    time.Time `json:"at"`
}

// BidQuery selects plichi; its zero value means all.
type BidQuery struct {
	ID, TenderID, HandoverID, IntakeID int64
	Year                               int // with Seq
	Seq                                int64
	Unassigned                         bool // of no gara, or not described yet, and still here
	Limit                              int
}

// HandoverQuery selects handovers.
type HandoverQuery struct {
	ID     int64
	Open   bool
	Before int64
	Limit  int
}
