package station

import (
	"context"

	"segnatura/internal/protocollo"
)

// CorrectionStore keeps what is asked to be corrected, what was decided, and how it ended (R8.1 to R8.4, R16.10; decision 0038). Each method is
// one transaction.
type CorrectionStore interface {
	// RequestCorrection saves a request, and with it the decision of who may authorise it in itself. The same key with the same content returns
	// what is there.
	//
	// Errors: NotFound "registration"; Invalid "linkedID", "answersID"; Conflict "request-key", "annulled", "correction-stale" where a value to be
	// annulled does not stand any more; those of DecideCorrection.
	RequestCorrection(ctx context.Context, a protocollo.Actor, n NewCorrection) (protocollo.Correction, error)
	// DecideCorrection records the one decision on a request. With here the correction is made at once, in the same transaction, because nobody
	// else has the registration: the book of the embedded register, or an emergency registration before its recovery.
	//
	// Errors: NotFound "correction"; Conflict "correction-decided", "annulled", "correction-stale", "correction-under-way" while another one of the
	// registration is not settled, "under-way" and "unknown" while its recovery is; Internal "not-here" where a centre has it.
	DecideCorrection(ctx context.Context, a protocollo.Actor, id int64, d protocollo.CorrectionDecision, here bool) (protocollo.Correction, error)
	// SettleCorrection records how far an authorised correction has come; with [protocollo.CorrectionDone] it is mirrored here in the same
	// transaction (R8.4). The same again is no error. Conflict "correction-settled" for one that is over.
	SettleCorrection(ctx context.Context, a protocollo.Actor, id int64, o protocollo.CorrectionOutcome, words string) (protocollo.Correction, error)
	// Corrections lists those of registrations that the actor sees, newest first.
	Corrections(ctx context.Context, a protocollo.Actor, q CorrectionQuery) ([]CorrectionEntry, error)
	OnwardStore
}

// NewCorrection is a request to be saved. Decision is nil where the Responsabile is asked; Here as in [CorrectionStore.DecideCorrection].
type NewCorrection struct {
	Request  protocollo.CorrectionRequest
	Decision *protocollo.CorrectionDecision
	Here     bool
}

// CorrectionQuery selects corrections. With ID or IntakeID those of a letter are shown to all who see the letter; without, to who may not
// decide: their own, and what waits for the desk.
type CorrectionQuery struct {
	Key          string // of the actor's own
	ID, IntakeID int64
	// Open leaves out what is over; Due keeps what the station has to carry out: authorised, and not asked for or known not to have been done;
	// UnderWay keeps those whose call has no outcome.
	Open, Due, UnderWay bool
	Before              int64 // a request's id; 0: from the newest
	Limit               int
}

// CorrectionEntry is a correction with the letter that it is about: intake, registration, facets.
type CorrectionEntry struct {
	protocollo.Correction
	Record Record
}

// Corrector is what a [Registrar] may be too, whose contract changes a registration that is there ([protocollo.Capabilities.Correct]).
type Corrector interface {
	// Corrects reports whether the contract has a field.
	Corrects(f protocollo.Field) bool
	// Correct puts the new values there. Asking again for what is there already is no error. Errors as [Registrar.Annul].
	Correct(ctx context.Context, r protocollo.CorrectRequest) error
}
