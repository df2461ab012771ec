package station

import (
	"context"

	"segnatura/internal/protocollo"
)

// CandidateFinder is what a [Registrar] also is where its Capabilities().Candidates is set: it shows what may be a letter whose number
// was asked for without a clear answer. It searches by other data than our key, so that neither what it finds nor that it finds
// nothing proves anything (R17.3).
type CandidateFinder interface {
	// Candidates returns what may be the letter, likeliest first, at most some tens; receipts are such that Receipt.Validate is nil.
	// Errors: Unavailable, OutcomeUnknown (no clear answer; nothing was changed), Rejected with the other side's words.
	Candidates(ctx context.Context, q protocollo.CandidateQuery) ([]protocollo.Candidate, error)
}

// OutcomeStore keeps what a person decided on a call for a number without a clear answer.
type OutcomeStore interface {
	// UncertainAttempts lists unknown attempts of intakes without number that the actor sees, oldest first, at most limit.
	UncertainAttempts(ctx context.Context, a protocollo.Actor, limit int) ([]PendingAttempt, error)
	// DecideOutcome records a decision and what follows from it in one transaction: the registration, or that the attempt is absent.
	// The same decision again is no error. Conflict "outcome-settled" when the attempt is not unknown (any more), "number-taken" when
	// another registration has the number; NotFound "attempt" in another AOO.
	DecideOutcome(ctx context.Context, a protocollo.Actor, d OutcomeDecision) (*protocollo.Registration, error)
}

// OutcomeDecision is a person's word on one attempt.
type OutcomeDecision struct {
	AttemptID int64
	Choice    OutcomeChoice // candidate, keyed or absent
	Reason    string
	Receipt   protocollo.Receipt // of the number; zero for absent
	Segnatura protocollo.Segnatura
}
