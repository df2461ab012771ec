package store

import (
	"context"
	"errors"

	"segnatura/internal/protocollo"
)

const intakeClosingColumns = `z.intake_id, z.at, z.by_user, z.reason, coalesce(z.registration_id, 0)`

func scanIntakeClosing(s scannable) (protocollo.IntakeClosing, error) {
	var c protocollo.IntakeClosing
	var at int64
	err := s.Scan(&c.IntakeID, &at, &c.By, &c.Reason, &c.RegistrationID)
	c.At = instant(at)
	return c, err
}

// closingOf returns the closing of an intake, or nil.
func closingOf(ctx context.Context, q querier, intakeID int64) (*protocollo.IntakeClosing, error) {
	c, err := one(ctx, q, "closing", scanIntakeClosing, `SELECT `+intakeClosingColumns+` FROM intake_closings z WHERE z.intake_id = ?`, intakeID)
	if errors.Is(err, protocollo.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &c, nil
}

// notClosed refuses with Conflict "closed" what would ask for a letter that was given up, "unnumbered" for one that gets no number.
func (w *wtx) notClosed(intakeID int64) error {
	c, err := closingOf(w.ctx, w, intakeID)
	if err == nil && c != nil {
		err = protocollo.Errorf(protocollo.Conflict, "closed", "intake %d was closed without number", intakeID)
	}
	if err != nil {
		return err
	}
	u, err := unnumberedOf(w.ctx, w, intakeID)
	if err == nil && u != nil {
		err = protocollo.Errorf(protocollo.Conflict, "unnumbered", "intake %d gets no number: %s", intakeID, u.Grounds)
	}
	return err
}

// refusedIntake reads a letter of the actor's AOO that has no number and was certainly refused, with the attempt that was.
func (w *wtx) refusedIntake(a protocollo.Actor, intakeID int64) (protocollo.Intake, protocollo.Attempt, error) {
	i, err := intakeByID(w.ctx, w, intakeID)
	if err == nil && i.AOO != a.AOO {
		err = protocollo.Errorf(protocollo.NotFound, "intake", "no such intake: %d", intakeID)
	}
	if err != nil {
		return i, protocollo.Attempt{}, err
	}
	last, err := latestAttempt(w.ctx, w, intakeID)
	if err != nil {
		return i, last, err
	}
	reg, err := registrationOf(w.ctx, w, intakeID)
	switch {
	case err != nil:
		return i, last, err
	case reg != nil:
		return i, last, protocollo.Errorf(protocollo.Conflict, "numbered", "intake %d is registration %d", intakeID, reg.ID)
	case last.Outcome != protocollo.AttemptRejected:
		return i, last, protocollo.Errorf(protocollo.Conflict, "not-refused", "attempt %d of intake %d is %q", last.Ordinal, intakeID, last.Outcome)
	}
	return i, last, w.notClosed(intakeID)
}

// CorrectRefused puts a corrected draft in the place of a refused one, in the table where every reader of an intake finds its last one.
func (db *DB) CorrectRefused(ctx context.Context, a protocollo.Actor, intakeID int64, attempt int, d protocollo.Draft) (protocollo.Intake, error) {
	var i protocollo.Intake
	err := db.transact(ctx, "correct a refused letter", func(w *wtx) error {
		var last protocollo.Attempt
		var err error
		if i, last, err = w.refusedIntake(a, intakeID); err != nil {
			return err
		}
		if last.Ordinal != attempt {
			return protocollo.Errorf(protocollo.Conflict, "asked-since", "intake %d was asked for after attempt %d", intakeID, attempt)
		}
		next, changes, err := i.Draft.Corrected(d)
		if err != nil {
			return err
		}
		if len(changes) == 0 {
			done, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM corrections WHERE attempt_id = ?`, last.ID))
			if err == nil && done == 0 {
				err = protocollo.Errorf(protocollo.Invalid, "nothing-corrected", "nothing would change")
			}
			return err
		}
		i.Draft = next
		return w.correctRefused(a, i, last, changes)
	})
	return i, err
}

func (w *wtx) correctRefused(a protocollo.Actor, i protocollo.Intake, last protocollo.Attempt, changed []protocollo.FieldChange) error {
	changes, err := encode(changed)
	if err != nil {
		return err
	}
	draft, err := encode(i.Draft)
	if err != nil {
		return err
	}
	if _, err := w.insert("corrections", row{"intake_id": i.ID, "attempt_id": last.ID, "by_user": a.User, "changes": changes, "draft": draft}); err != nil {
		return err
	}
	if err := w.indexAlso(i); err != nil {
		return err
	}
	detail := changeDetail(changed)
	detail["ordinal"] = last.Ordinal
	return w.report(KindIntakeCorrected, a.User, i.AOO, i.ID, detail)
}

// CloseRefused gives a refused letter up.
func (db *DB) CloseRefused(ctx context.Context, a protocollo.Actor, c protocollo.IntakeClosing) error {
	return db.transact(ctx, "close a refused letter", func(w *wtx) error {
		have, err := closingOf(w.ctx, w, c.IntakeID)
		if err != nil {
			return err
		}
		if have != nil && have.By == a.User && have.Reason == c.Reason && have.RegistrationID == c.RegistrationID {
			return nil
		}
		i, last, err := w.refusedIntake(a, c.IntakeID)
		if err != nil {
			return err
		}
		if i.Draft.BidID != 0 { // it is the plico's only letter, which keeps its instant
			return protocollo.Errorf(protocollo.Conflict, "plico-stays", "intake %d is plico %d", i.ID, i.Draft.BidID)
		}
		detail := map[string]any{"reason": c.Reason}
		if c.RegistrationID != 0 {
			instead, err := w.stands(a, c.RegistrationID)
			if err != nil {
				return err
			}
			detail["replacedBy"] = instead.ID // its number is for who sees it (R11.2)
		}
		_, err = w.insert("intake_closings", row{"intake_id": i.ID, "attempt_id": last.ID, "by_user": a.User, "reason": c.Reason, "registration_id": nullable(c.RegistrationID)})
		if err != nil {
			return err
		}
		return w.report(KindIntakeClosed, a.User, i.AOO, i.ID, detail)
	})
}

// stands reads a registration of the actor's AOO that is not annulled; Invalid "replaced-by" for any other.
func (w *wtx) stands(a protocollo.Actor, id int64) (protocollo.Registration, error) {
	reg, _, err := w.correctable(a, id)
	if errors.Is(err, protocollo.NotFound) || errors.Is(err, protocollo.Conflict) {
		err = protocollo.Errorf(protocollo.Invalid, "replaced-by", "registration %d does not stand", id)
	}
	return reg, err
}
