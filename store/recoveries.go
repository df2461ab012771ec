package store

import (
	"context"
	"errors"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// recoveryColumn is the recovery of a registration r as JSON, or NULL; so that whoever reads a registration reads it too.
const recoveryColumn = `(SELECT json_object('registrationID', y.registration_id, 'attemptID', y.attempt_id, 'key', json_object(
		'Amministrazione', y.amministrazione, 'AOO', y.aoo, 'Register', y.register, 'Year', y.year), 'number', y.number, 'day', y.day,
		'nanos', y.registered_at, 'connector', y.connector, 'ref', y.ref) FROM recoveries y WHERE y.registration_id = r.id)`

// decodeRecovery reads what recoveryColumn gave; nil for NULL.
func decodeRecovery(column *string) (*protocollo.Recovery, error) {
	if column == nil {
		return nil, nil
	}
	var v struct {
		protocollo.Recovery
		Nanos int64 `json:"nanos"`
	}
	if err := decode(*column, &v); err != nil {
		return nil, err
	}
	v.RegisteredAt = instant(v.Nanos)
	return &v.Recovery, nil
}

// reachedBy is the connector that numbered a registration r ordinarily, as SQL.
const reachedBy = `coalesce((SELECT y.connector FROM recoveries y WHERE y.registration_id = r.id), r.connector)`

// withoutOrdinary is the SQL condition that the letter of a record x has no ordinary number yet.
const withoutOrdinary = `(x.registration_id IS NULL OR (x.emergency = 1 AND x.ordinary_number = ''))`

// mayBegin says whether the next attempt of an intake may go out to a register: Conflict "emergency-open" while the AOO is in emergency
// mode, so that no letter reaches the centre twice (R10.6, R21.2), and for an emergency registration "numbered" once it is recovered, and
// "annulled".
func (w *wtx) mayBegin(i protocollo.Intake, last protocollo.Attempt) error {
	if err := w.notClosed(i.ID); err != nil {
		return err
	}
	if err := w.notInEmergencyMode(i.AOO); err != nil {
		return err
	}
	reg, err := registrationOf(w.ctx, w, i.ID)
	if err != nil {
		return err
	}
	if reg != nil && reg.Emergency() && reg.Recovery == nil {
		annulment, err := annulmentOf(w.ctx, w, reg.ID)
		if err != nil {
			return err
		}
		if annulment != nil {
			return protocollo.Errorf(protocollo.Conflict, "annulled", "registration %d is annulled", reg.ID)
		}
		if last.Connector == protocollo.EmergencyConnector {
			return nil
		}
	}
	if code := barred[last.Outcome]; code != "" {
		return protocollo.Errorf(protocollo.Conflict, code, "attempt %d of intake %d is %s", last.Ordinal, i.ID, code)
	}
	return nil
}

// mayAsk is mayBegin for what asks the centre. Conflict "recovery-by-sheet" for a row whose register takes the other way: a person may have typed it in
// there at any moment since it was exported. What was keyed in here, twice, asks nobody.
func (w *wtx) mayAsk(i protocollo.Intake, last protocollo.Attempt) error {
	if err := w.mayBegin(i, last); err != nil {
		return err
	}
	typed, err := w.typedElsewhere(i)
	if err != nil || !typed {
		return err
	}
	keyed, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM keyed_numbers WHERE key = ?`, i.Key))
	if err == nil && keyed == 0 {
		err = protocollo.Errorf(protocollo.Conflict, "recovery-by-sheet", "the ordinary number of intake %d comes from a sheet", i.ID)
	}
	return err
}

// typedElsewhere reports whether a letter is a row of a register that is typed in at the centre by a person.
func (w *wtx) typedElsewhere(i protocollo.Intake) (bool, error) {
	n, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM registrations r JOIN emergency_rows e ON e.registration_id = r.id
		JOIN emergency_openings o ON o.id = e.opening_id WHERE r.intake_id = ? AND `+roadNow+` = ?`, i.ID, string(protocollo.EmergencyTyped)))
	return n > 0, err
}

// BeginRefusedAgain claims the next attempt of a letter, or of a row to be recovered, that the centre refused.
func (db *DB) BeginRefusedAgain(ctx context.Context, a protocollo.Actor, intakeID int64, connector, reason string) (station.PendingAttempt, error) {
	var p station.PendingAttempt
	err := db.transact(ctx, "ask again for what was refused", func(w *wtx) error {
		i, err := intakeByID(w.ctx, w, intakeID)
		if err != nil {
			return err
		}
		if i.AOO != a.AOO {
			return protocollo.Errorf(protocollo.NotFound, "intake", "no such intake: %d", intakeID)
		}
		if err := w.mayNumber(i.AOO); err != nil {
			return err
		}
		reg, err := registrationOf(w.ctx, w, i.ID)
		if err != nil {
			return err
		}
		last, err := latestAttempt(w.ctx, w, i.ID)
		switch {
		case err != nil:
			return err
		case !reg.Awaits() || last.Outcome != protocollo.AttemptRejected:
			return protocollo.Errorf(protocollo.Conflict, "not-refused", "attempt %d of intake %d is %q", last.Ordinal, i.ID, last.Outcome)
		}
		waits := last
		waits.Outcome = protocollo.AttemptAbsent // a refusal proves that there is no number
		if err := w.mayAsk(i, waits); err != nil {
			return err
		}
		next, err := w.startAttempt(i, last.Ordinal+1, connector)
		if err != nil {
			return err
		}
		p = station.PendingAttempt{Attempt: next, Intake: i}
		return w.report(KindAskedAgain, a.User, i.AOO, i.ID, map[string]any{"ordinal": next.Ordinal, "connector": connector, "reason": reason})
	})
	return p, err
}

// notInEmergencyMode refuses with Conflict "emergency-open" while the AOO's numbers are the emergency register's.
func (w *wtx) notInEmergencyMode(aoo protocollo.AOOCode) error {
	open, err := openEmergency(w.ctx, w, aoo)
	if err != nil {
		return err
	}
	if open != nil {
		return protocollo.Errorf(protocollo.Conflict, "emergency-open", "emergency register %s is open", open.Title())
	}
	return nil
}

// recoveryRests refuses with Conflict "under-way" or "unknown" while the centre may be giving an emergency registration its ordinary number:
// what is annulled meanwhile would keep one there that is valid for ever.
func (w *wtx) recoveryRests(r protocollo.Registration) error {
	if !r.Awaits() {
		return nil
	}
	last, err := latestAttempt(w.ctx, w, r.IntakeID)
	if err != nil {
		return err
	}
	if last.Outcome == protocollo.AttemptUnderWay || last.Outcome == protocollo.AttemptUnknown {
		return protocollo.Errorf(protocollo.Conflict, barred[last.Outcome], "the recovery of registration %d is %s", r.ID, barred[last.Outcome])
	}
	return nil
}

// recovered writes the ordinary number of an emergency registration. The same receipt again returns it; a second ordinary number is a
// broken invariant.
func (w *wtx) recovered(a protocollo.Attempt, i protocollo.Intake, reg protocollo.Registration, key protocollo.RegisterKey, r protocollo.Receipt,
) (protocollo.Registration, error) {
	if have := reg.Recovery; have != nil {
		if have.Key == key && have.Number == r.Number && have.Ref == r.Ref {
			return reg, nil
		}
		return reg, &brokenInvariant{fmt.Sprintf("registration %d was recovered as %s/%d and was given %s/%d too", reg.ID, have.Number, have.Key.Year, r.Number, r.Year)}
	}
	other, err := w.holderOf(key, r.Number)
	if err != nil {
		return reg, err
	}
	if other != 0 {
		return reg, &brokenInvariant{fmt.Sprintf("number %s/%d was given to intake %d and registration %d has it", r.Number, r.Year, i.ID, other)}
	}
	if _, err := w.insert("attempt_outcomes", row{"attempt_id": a.ID, "outcome": string(protocollo.AttemptNumbered), "words": ""}); err != nil {
		return reg, err
	}
	_, err = w.insert("recoveries", row{"registration_id": reg.ID, "attempt_id": a.ID, "amministrazione": key.Amministrazione, "aoo": string(key.AOO),
		"register": key.Register, "year": key.Year, "number": string(r.Number), "day": string(r.Day), "registered_at": nanos(r.At), "connector": a.Connector,
		"ref": r.Ref, "raw": r.Raw})
	if err != nil {
		return reg, err
	}
	if reg, err = registrationByID(w.ctx, w, reg.ID); err != nil {
		return reg, err
	}
	if err := w.indexNumber(i, reg); err != nil {
		return reg, err
	}
	return reg, w.report(KindRecovered, stationUser(), i.AOO, i.ID, map[string]any{"number": r.Number, "year": r.Year, "register": key.Register,
		"emergency": reg.Number, "emergencyRegister": reg.Key.Register})
}

// doubtRecoveries makes the recovery of each emergency registration unknown that has none: after a restore the centre may have given it a
// number that this copy does not know (R17.4).
func (w *wtx) doubtRecoveries() error {
	s, err := readSetup(w.ctx, w)
	if errors.Is(err, protocollo.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	ids, err := collect(w.ctx, w, number, `SELECT intake_id FROM records WHERE emergency = 1 AND ordinary_number = '' AND annulled = 0 AND outcome <> 'unknown' ORDER BY intake_id`)
	if err != nil {
		return err
	}
	for _, id := range ids {
		i, err := intakeByID(w.ctx, w, id)
		if err != nil {
			return err
		}
		a, err := latestAttempt(w.ctx, w, id)
		if err != nil {
			return err
		}
		if a.Outcome != protocollo.AttemptUnderWay {
			if a, err = w.startAttempt(i, a.Ordinal+1, s.Connector); err != nil {
				return err
			}
		}
		if err := w.settle(a, protocollo.AttemptUnknown, wordsRestored); err != nil {
			return err
		}
	}
	return nil
}

// RowsToRecover lists the letters of a register's rows whose ordinary number may be asked for now, in the order of the rows.
func (db *DB) RowsToRecover(ctx context.Context, openingID int64) ([]protocollo.Intake, error) {
	list, err := collect(ctx, db.read, scanIntake, `SELECT `+intakeColumns+` FROM emergency_rows e JOIN records x ON x.registration_id = e.registration_id
		JOIN intakes i ON i.id = x.intake_id JOIN attempts a ON a.id = x.attempt_id
		WHERE e.opening_id = ? AND x.ordinary_number = '' AND x.annulled = 0 AND (a.connector = ? OR x.outcome IN ('unavailable', 'absent')) ORDER BY e.row`,
		openingID, protocollo.EmergencyConnector)
	if err != nil {
		return nil, fmt.Errorf("list the rows of emergency register %d without ordinary number: %w", openingID, err)
	}
	return list, nil
}

// resolveRecovered returns the registration that has an ordinary number by recovery, or NotFound.
func resolveRecovered(ctx context.Context, q querier, b protocollo.Barcode, aoo protocollo.AOOCode, body string) (int64, error) {
	return one(ctx, q, "registration", number, `SELECT registration_id FROM recoveries
		WHERE amministrazione = ? AND aoo = ? AND register = ? COLLATE NOCASE AND year = ? AND number = ?`, body, string(aoo), b.Register, b.Year, b.Number)
}
