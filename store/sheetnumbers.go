package store

import (
	"context"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// RecordTypedNumber makes a number that a person typed in at the centre the ordinary one of a row of a closed emergency register. An attempt of its
// own, the person's word on it and the recovery stand together or not at all: an attempt that stood alone would look like a call of which the
// answer was lost, and be made a second time once its absence seems proved.
func (db *DB) RecordTypedNumber(ctx context.Context, a protocollo.Actor, n station.TypedNumber) (protocollo.Registration, error) {
	var reg protocollo.Registration
	err := db.transact(ctx, "record a number that was typed in elsewhere", func(w *wtx) error {
		i, err := intakeByID(w.ctx, w, n.IntakeID)
		if err != nil {
			return err
		}
		have, err := registrationOf(w.ctx, w, i.ID)
		switch {
		case err != nil:
			return err
		case i.AOO != a.AOO || have == nil || !have.Emergency():
			return protocollo.Errorf(protocollo.NotFound, "emergency", "intake %d is no row of an emergency register here", i.ID)
		case have.Recovery != nil && have.Recovery.Number == n.Receipt.Number && have.Recovery.Day == n.Receipt.Day:
			reg = *have
			return nil
		case have.Recovery != nil:
			return protocollo.Errorf(protocollo.Conflict, "numbered", "intake %d has number %s of %s", i.ID, have.Recovery.Number, have.Recovery.Day)
		}
		attempt, err := w.typedAttempt(i, n.Connector)
		if err != nil {
			return err
		}
		decided, err := w.decideOutcome(a, attempt, i, station.OutcomeDecision{AttemptID: attempt.ID, Choice: station.OutcomeKeyed, Reason: n.Reason, Receipt: n.Receipt, Segnatura: n.Segnatura})
		if err != nil {
			return err
		}
		reg = *decided
		return nil
	})
	return reg, err
}

// typedAttempt is the attempt that a typed number is the answer of. A refusal proves that the centre's call gave none; a call without a clear answer
// may have given one, and a person decides on that first.
func (w *wtx) typedAttempt(i protocollo.Intake, connector string) (protocollo.Attempt, error) {
	if err := w.mayNumber(i.AOO); err != nil {
		return protocollo.Attempt{}, err
	}
	last, err := latestAttempt(w.ctx, w, i.ID)
	if err != nil {
		return last, err
	}
	restored := false // nothing asked for a row of a register that is typed in: it is in doubt because of a restore, and the sheet knows
	if last.Outcome == protocollo.AttemptUnknown {
		if restored, err = w.typedElsewhere(i); err != nil {
			return last, err
		}
	}
	before := last
	if restored || last.Outcome == protocollo.AttemptRejected {
		before.Outcome = protocollo.AttemptAbsent
	}
	if err := w.mayBegin(i, before); err != nil || restored {
		return last, err
	}
	a, err := w.startAttempt(i, last.Ordinal+1, connector)
	if err != nil {
		return a, err
	}
	if err := w.report(KindAttempt, stationUser(), i.AOO, i.ID, map[string]any{"ordinal": a.Ordinal, "connector": connector}); err != nil {
		return a, err
	}
	a.Outcome, a.Words = protocollo.AttemptUnknown, wordsTyped
	return a, w.settle(a, a.Outcome, a.Words)
}

// wordsTyped is what an attempt says whose number was typed in at the centre by a person.
const wordsTyped = "numero dato a mano nel sistema di protocollo, dal foglio del registro di emergenza"
