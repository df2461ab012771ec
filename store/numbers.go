package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// BeginAttempt claims the next attempt of an intake, with the letter as it reads now. Conflict "numbered", "under-way", "unknown" or "rejected"
// says why not; "recovery-by-sheet" that the ordinary number of a row comes from a sheet.
func (db *DB) BeginAttempt(ctx context.Context, intakeID int64, connector string) (station.PendingAttempt, error) {
	var p station.PendingAttempt
	err := db.transact(ctx, "begin an attempt", func(w *wtx) error {
		i, err := intakeByID(w.ctx, w, intakeID)
		if err != nil {
			return err
		}
		if err := w.mayNumber(i.AOO); err != nil {
			return err
		}
		last, err := latestAttempt(w.ctx, w, intakeID)
		if err != nil {
			return err
		}
		if err := w.mayAsk(i, last); err != nil {
			return err
		}
		a, err := w.startAttempt(i, last.Ordinal+1, connector)
		if err != nil {
			return err
		}
		p = station.PendingAttempt{Attempt: a, Intake: i}
		return w.report(KindAttempt, stationUser(), i.AOO, i.ID, map[string]any{"ordinal": a.Ordinal, "connector": connector})
	})
	return p, err
}

// settlements says which outcome may follow which. A number may follow any: a letter never loses one that was given.
func mayFollow(before, after protocollo.AttemptOutcome) bool {
	switch before {
	case protocollo.AttemptUnderWay:
		return after != protocollo.AttemptUnderWay && after != protocollo.AttemptNumbered
	case protocollo.AttemptUnknown:
		return after == protocollo.AttemptAbsent
	}
	return false
}

// SettleAttempt records how an attempt ended without a number. The same outcome again is no error; Conflict "attempt-settled" otherwise.
func (db *DB) SettleAttempt(ctx context.Context, attemptID int64, o protocollo.AttemptOutcome, words string) error {
	return db.transact(ctx, "settle an attempt", func(w *wtx) error {
		switch o {
		case protocollo.AttemptRejected, protocollo.AttemptUnavailable, protocollo.AttemptUnknown, protocollo.AttemptAbsent:
		default:
			return protocollo.Errorf(protocollo.Invalid, "outcome", "%q settles nothing", o)
		}
		a, err := attemptByID(w, attemptID)
		switch {
		case err != nil:
			return err
		case a.Outcome == o:
			return nil
		case !mayFollow(a.Outcome, o):
			return protocollo.Errorf(protocollo.Conflict, "attempt-settled", "attempt %d is %s, not to become %s", attemptID, a.Outcome, o)
		}
		return w.settle(a, o, words)
	})
}

func attemptByID(w *wtx, id int64) (protocollo.Attempt, error) {
	return one(w.ctx, w, "attempt", scanAttempt, `SELECT `+attemptColumns+attemptFrom+`WHERE a.id = ?`, id)
}

func (w *wtx) settle(a protocollo.Attempt, o protocollo.AttemptOutcome, words string) error {
	aoo, err := text(w.QueryRowContext(w.ctx, `SELECT aoo FROM intakes WHERE id = ?`, a.IntakeID))
	if err != nil {
		return err
	}
	if _, err := w.insert("attempt_outcomes", row{"attempt_id": a.ID, "outcome": string(o), "words": words}); err != nil {
		return err
	}
	return w.report(KindAttemptSettled, stationUser(), protocollo.AOOCode(aoo), a.IntakeID, map[string]any{"ordinal": a.Ordinal, "outcome": o, "words": words})
}

// ConfirmNumber turns an intake into a registration. It never stops: a number that was given is kept. A second number for the
// same intake, or a number that another registration has, is Stopped "invariant" and stays so until a person lifts it.
func (db *DB) ConfirmNumber(ctx context.Context, attemptID int64, r protocollo.Receipt, s protocollo.Segnatura) (protocollo.Registration, error) {
	var reg protocollo.Registration
	if err := r.Validate(); err != nil {
		return reg, err
	}
	err := db.transact(ctx, "confirm a number", func(w *wtx) error {
		a, err := attemptByID(w, attemptID)
		if err != nil {
			return err
		}
		i, err := intakeByID(w.ctx, w, a.IntakeID)
		if err != nil {
			return err
		}
		reg, err = w.confirmNumber(a, i, r, s)
		return err
	})
	return reg, err
}

// keyOf is the sequence that a receipt's number is of.
func keyOf(i protocollo.Intake, r protocollo.Receipt, s protocollo.Segnatura) protocollo.RegisterKey {
	return protocollo.RegisterKey{Amministrazione: s.Body.Code, AOO: i.AOO, Register: r.Register, Year: r.Year}
}

// holderOf returns the registration that has a number, or 0.
func (w *wtx) holderOf(key protocollo.RegisterKey, n protocollo.Number) (int64, error) {
	return number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(id), 0) FROM (
		SELECT id FROM registrations WHERE amministrazione = ?1 AND aoo = ?2 AND register = ?3 AND year = ?4 AND number = ?5
		UNION ALL SELECT registration_id FROM recoveries WHERE amministrazione = ?1 AND aoo = ?2 AND register = ?3 AND year = ?4 AND number = ?5)`,
		key.Amministrazione, string(key.AOO), key.Register, key.Year, string(n)))
}

func (w *wtx) confirmNumber(a protocollo.Attempt, i protocollo.Intake, r protocollo.Receipt, s protocollo.Segnatura) (protocollo.Registration, error) {
	key := keyOf(i, r, s)
	have, err := registrationOf(w.ctx, w, i.ID)
	switch {
	case err != nil:
		return protocollo.Registration{}, err
	case have != nil && have.Emergency():
		return w.recovered(a, i, *have, key, r)
	case have != nil && have.Key == key && have.Number == r.Number && have.Ref == r.Ref:
		return *have, nil
	case have != nil:
		return *have, &brokenInvariant{fmt.Sprintf("intake %d has number %s/%d and was given %s/%d too", i.ID, have.Number, have.Key.Year, r.Number, r.Year)}
	}
	other, err := w.holderOf(key, r.Number)
	if err != nil {
		return protocollo.Registration{}, err
	}
	if other != 0 {
		return protocollo.Registration{}, &brokenInvariant{fmt.Sprintf("number %s/%d was given to intake %d and registration %d has it", r.Number, r.Year, i.ID, other)}
	}
	reg := protocollo.Registration{IntakeID: i.ID, Key: key, Number: r.Number, Day: r.Day, RegisteredAt: r.At.UTC(), Connector: a.Connector, Ref: r.Ref, Segnatura: s}
	err = w.register(i, a, &reg, r.Raw)
	return reg, err
}

func (w *wtx) register(i protocollo.Intake, a protocollo.Attempt, reg *protocollo.Registration, raw string) error {
	if err := w.insertRegistration(i, a, reg, raw); err != nil {
		return err
	}
	return w.report(KindNumberConfirmed, i.Operator, i.AOO, i.ID, map[string]any{"number": reg.Number, "year": reg.Key.Year, "register": reg.Key.Register})
}

func (w *wtx) insertRegistration(i protocollo.Intake, a protocollo.Attempt, reg *protocollo.Registration, raw string) error {
	segnatura, err := encode(reg.Segnatura)
	if err != nil {
		return err
	}
	if _, err := w.insert("attempt_outcomes", row{"attempt_id": a.ID, "outcome": string(protocollo.AttemptNumbered), "words": ""}); err != nil {
		return err
	}
	reg.ID, err = w.insert("registrations", row{"intake_id": i.ID, "attempt_id": a.ID, "amministrazione": reg.Key.Amministrazione, "aoo": string(reg.Key.AOO),
		"register": reg.Key.Register, "year": reg.Key.Year, "number": string(reg.Number), "day": string(reg.Day), "registered_at": reg.RegisteredAt.UnixNano(),
		"connector": reg.Connector, "ref": reg.Ref, "raw": raw, "segnatura": segnatura})
	if err != nil {
		return err
	}
	return w.indexNumber(i, *reg)
}

// annulRegistration writes an annulment.
func (w *wtx) annulRegistration(r protocollo.Registration, ann protocollo.Annulment, by string, at time.Time) error {
	_, err := w.insert("annulments", row{"registration_id": r.ID, "annulled_at": at.UnixNano(), "by_user": by, "reason": ann.Reason,
		"act_number": ann.ActNumber, "act_day": string(ann.ActDay)})
	if err != nil {
		return err
	}
	return w.report(KindAnnulled, by, r.Key.AOO, r.IntakeID, map[string]any{"reason": ann.Reason, "actNumber": ann.ActNumber, "actDay": ann.ActDay})
}

const annulmentColumns = `registration_id, annulled_at, by_user, reason, act_number, act_day`

func scanAnnulment(s scannable) (protocollo.Annulment, error) {
	var n protocollo.Annulment
	var at int64
	err := s.Scan(&n.RegistrationID, &at, &n.By, &n.Reason, &n.ActNumber, &n.ActDay)
	n.At = instant(at)
	return n, err
}

// annulmentOf returns the annulment of a registration, or nil.
func annulmentOf(ctx context.Context, q querier, registrationID int64) (*protocollo.Annulment, error) {
	n, err := one(ctx, q, "annulment", scanAnnulment, `SELECT `+annulmentColumns+` FROM annulments WHERE registration_id = ?`, registrationID)
	if errors.Is(err, protocollo.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &n, nil
}
