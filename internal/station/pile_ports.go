package station

import (
	"context"

	"segnatura/internal/protocollo"
)

// PileStore answers what the station knows of a pile of paper beyond the document under way.
type PileStore interface {
	// FirstPages lists the first page of each document of the batch, and of each open document of the AOO that is joined to nothing yet;
	// discarded ones are left out. Oldest document first.
	FirstPages(ctx context.Context, aoo protocollo.AOOCode, batchID int64) ([]FirstPage, error)
	// LastJoined returns the registration that the last pages of the desk's latest batch before this one were joined to, or 0.
	LastJoined(ctx context.Context, batchID int64) (int64, error)
	// Expected lists the registrations that the actor sees whose label was printed, on any day, and of which no scan is here (R19.7): oldest
	// first, at most limit.
	Expected(ctx context.Context, a protocollo.Actor, limit int) ([]Record, error)
	// AskJoined opens an exception on a document that is joined and whose quality is not confirmed, and makes it wait, in one transaction. It
	// does nothing, and says so, when the document is neither waiting nor ready, or a person has accepted it in answer to one of that kind.
	AskJoined(ctx context.Context, e protocollo.Exception) (protocollo.Exception, bool, error)
}

// FirstPage is the first page of a document that may be joined already.
type FirstPage struct {
	protocollo.Page
	RegistrationID int64 // 0 = the document is joined to nothing yet
}

// BackStore keeps runs whose backs come in a second pass.
type BackStore interface {
	// ReopenBatch makes a run that a trouble cut short running again, so that its pages stay one pile; seq and sheet are its last ones.
	// Conflict "batch-ended" for a run that came to its own end.
	ReopenBatch(ctx context.Context, id int64) (b protocollo.Batch, seq, sheet int, err error)
	// SecondPass returns the document that holds the backs of a batch, or NotFound "document" where there is none that was not discarded.
	SecondPass(ctx context.Context, batchID int64) (protocollo.Document, error)
	// Interleave puts the backs that holder has behind the fronts of a batch that awaits them, the last sheet's back first, and ends the
	// batch: sheet, back, document and place of each page, in one transaction. Conflict "backs" when there are not as many as fronts,
	// Conflict "no-backs-due" when the batch does not await them. The holder is discarded, without pages.
	Interleave(ctx context.Context, batchID, holder int64) error
	// WaiveBacks ends a batch that awaits its backs, because there are none. Conflict "no-backs-due".
	WaiveBacks(ctx context.Context, batchID int64) error
}
