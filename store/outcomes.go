package store

import (
	"context"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// UncertainAttempts lists unknown attempts of intakes without ordinary number that the actor sees, oldest first, at most limit.
func (db *DB) UncertainAttempts(ctx context.Context, a protocollo.Actor, limit int) ([]station.PendingAttempt, error) {
	where, args := visible(a)
	list, err := pendingAttempts(ctx, db.read, `x.outcome = 'unknown' AND `+where+` ORDER BY a.id LIMIT ?`, append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("list uncertain attempts: %w", err)
	}
	return list, nil
}

// pendingAttempts reads the latest attempts of intakes without an ordinary number, with their intakes.
func pendingAttempts(ctx context.Context, q querier, where string, args ...any) ([]station.PendingAttempt, error) {
	attempts, err := collect(ctx, q, scanAttempt, `SELECT `+attemptColumns+` FROM records x JOIN attempts a ON a.id = x.attempt_id
		JOIN attempt_current c ON c.attempt_id = a.id WHERE `+withoutOrdinary+` AND `+where, args...)
	if err != nil {
		return nil, err
	}
	list := make([]station.PendingAttempt, 0, len(attempts))
	for _, a := range attempts {
		i, err := intakeByID(ctx, q, a.IntakeID)
		if err != nil {
			return nil, err
		}
		list = append(list, station.PendingAttempt{Attempt: a, Intake: i})
	}
	return list, nil
}

// DecideOutcome records a person's word on an unknown attempt together with what follows from it.
func (db *DB) DecideOutcome(ctx context.Context, a protocollo.Actor, d station.OutcomeDecision) (*protocollo.Registration, error) {
	var reg *protocollo.Registration
	err := db.transact(ctx, "decide an outcome", func(w *wtx) error {
		attempt, err := attemptByID(w, d.AttemptID)
		if err != nil {
			return err
		}
		i, err := intakeByID(w.ctx, w, attempt.IntakeID)
		if err != nil {
			return err
		}
		if i.AOO != a.AOO {
			return protocollo.Errorf(protocollo.NotFound, "attempt", "no such attempt")
		}
		if reg, err = registrationOf(w.ctx, w, i.ID); err != nil {
			return err
		}
		same, err := w.decidedSo(d)
		switch {
		case err != nil || same:
			return err
		case !reg.Awaits() || attempt.Outcome != protocollo.AttemptUnknown:
			return protocollo.Errorf(protocollo.Conflict, "outcome-settled", "attempt %d is %q", attempt.ID, attempt.Outcome)
		}
		reg, err = w.decideOutcome(a, attempt, i, d)
		return err
	})
	return reg, err
}

// decidedSo reports whether this very decision is recorded.
func (w *wtx) decidedSo(d station.OutcomeDecision) (bool, error) {
	n, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM outcome_decisions WHERE attempt_id = ? AND choice = ? AND register = ? AND year = ? AND number = ?`,
		d.AttemptID, string(d.Choice), d.Receipt.Register, d.Receipt.Year, string(d.Receipt.Number)))
	return n > 0, err
}

// takenInAny refuses with Conflict "number-taken" an ordinary number that another letter than i has, or had keyed in, in whichever register of the
// AOO: there is one a year (DPR 445/2000 art. 53(1)), who keys a number in does not name it, and receipts may name it by a code that is not ours,
// or was not ours before the connector was changed. It is a person's slip, not a broken invariant: nothing stops.
func (w *wtx) takenInAny(i protocollo.Intake, year int, n protocollo.Number) error {
	other, err := number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(intake_id), 0) FROM (
		SELECT intake_id FROM registrations WHERE aoo = ?1 AND year = ?2 AND number = ?3 AND connector <> ?4
		UNION ALL SELECT r.intake_id FROM recoveries y JOIN registrations r ON r.id = y.registration_id WHERE y.aoo = ?1 AND y.year = ?2 AND y.number = ?3
		UNION ALL SELECT i.id FROM keyed_numbers k JOIN intakes i ON i.key = k.key WHERE k.aoo = ?1 AND k.year = ?2 AND k.number = ?3) WHERE intake_id <> ?5`,
		string(i.AOO), year, string(n), protocollo.EmergencyConnector, i.ID))
	if err == nil && other != 0 {
		return protocollo.Errorf(protocollo.Conflict, "number-taken", "intake %d has number %s/%d", other, n, year)
	}
	return err
}

func (w *wtx) decideOutcome(a protocollo.Actor, attempt protocollo.Attempt, i protocollo.Intake, d station.OutcomeDecision) (*protocollo.Registration, error) {
	r := d.Receipt
	if d.Choice != station.OutcomeAbsent {
		if err := r.Validate(); err != nil {
			return nil, protocollo.Errorf(protocollo.Invalid, "number", "%w", err)
		}
		if err := w.takenInAny(i, r.Year, r.Number); err != nil {
			return nil, err
		}
	}
	_, err := w.insert("outcome_decisions", row{"attempt_id": attempt.ID, "choice": string(d.Choice), "by_user": a.User, "reason": d.Reason,
		"register": r.Register, "year": r.Year, "number": string(r.Number), "day": string(r.Day)})
	if err != nil {
		return nil, err
	}
	err = w.report(KindOutcomeDecided, a.User, i.AOO, i.ID, map[string]any{"ordinal": attempt.Ordinal, "choice": d.Choice, "reason": d.Reason,
		"number": r.Number, "year": r.Year, "day": r.Day})
	if err != nil {
		return nil, err
	}
	if d.Choice == station.OutcomeAbsent {
		return nil, w.settle(attempt, protocollo.AttemptAbsent, attempt.Words)
	}
	reg, err := w.confirmNumber(attempt, i, r, d.Segnatura)
	return &reg, err
}
