package store

import (
	"context"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// AllocateEmergencyNumber takes a waiting intake out of the queue and gives it the next number of the open register.
func (db *DB) AllocateEmergencyNumber(ctx context.Context, a protocollo.Actor, intakeID int64, sign protocollo.Segnatura, authorised string,
) (protocollo.Registration, error) {
	var reg protocollo.Registration
	err := db.transact(ctx, "give an emergency number", func(w *wtx) error {
		i, err := intakeByID(w.ctx, w, intakeID)
		if err != nil {
			return err
		}
		if i.AOO != a.AOO {
			return protocollo.Errorf(protocollo.NotFound, "intake", "no such intake: %d", intakeID)
		}
		have, err := registrationOf(w.ctx, w, intakeID)
		if err != nil {
			return err
		}
		if have != nil && have.Emergency() {
			reg = *have
			return nil
		}
		last, err := latestAttempt(w.ctx, w, intakeID)
		if err != nil {
			return err
		}
		if code := barred[last.Outcome]; code != "" && last.Outcome != protocollo.AttemptRejected { // a refusal proves that there is no number
			return protocollo.Errorf(protocollo.Conflict, code, "attempt %d of intake %d is %s", last.Ordinal, intakeID, code)
		}
		if err := w.mayNumber(i.AOO); err != nil {
			return err
		}
		if err := w.notClosed(i.ID); err != nil {
			return err
		}
		e, err := openEmergency(w.ctx, w, i.AOO)
		if err != nil {
			return err
		}
		if authorised != "" {
			i.Draft.EmergencyGrounds = authorised
		}
		if why := w.notInEmergency(a, e, i); why != "" {
			return protocollo.Errorf(protocollo.Conflict, why, "intake %d stays in the queue: %s", intakeID, why)
		}
		attempt, err := w.startAttempt(i, last.Ordinal+1, protocollo.EmergencyConnector)
		if err != nil {
			return err
		}
		reg, err = w.emergencyNumber(*e, i, attempt, sign)
		if err != nil {
			return err
		}
		return w.report(KindEmergencyNumber, a.User, i.AOO, i.ID, emergencyDetail(reg, last.Ordinal))
	})
	return reg, err
}

// barred says which outcomes of the last attempt leave no room for another one, and by which code.
var barred = map[protocollo.AttemptOutcome]string{
	protocollo.AttemptUnderWay: "under-way", protocollo.AttemptNumbered: "numbered", protocollo.AttemptUnknown: "unknown",
	protocollo.AttemptRejected: "rejected",
}

// emergencyDetail is what the journal says of an emergency number; superseded is the ordinal of the attempt whose place in the queue ended, 0
// for none.
func emergencyDetail(reg protocollo.Registration, superseded int) map[string]any {
	d := map[string]any{"number": reg.Number, "year": reg.Key.Year, "register": reg.Key.Register, "label": reg.Segnatura.Emergency.Label}
	if superseded != 0 {
		d["superseded"] = superseded
	}
	return d
}

// notInEmergency says why an intake gets no number of the open register now: "" where it does. e may be nil. Where only authorised acts are
// registered the grounds are the Responsabile's to state: a clerk's letter waits for a person who decides (C4).
func (w *wtx) notInEmergency(a protocollo.Actor, e *protocollo.EmergencyRegister, i protocollo.Intake) string {
	at := w.now
	if sheet := i.Draft.EmergencySheet; sheet != nil {
		at = sheet.At
	}
	switch {
	case e == nil:
		return "emergency-none"
	case !e.Covers(at):
		return "emergency-expired"
	case e.Policy.Scope == protocollo.EmergencyAuthorised && (i.Draft.EmergencyGrounds == "" || !a.May(protocollo.ActDecide)):
		return "emergency-scope"
	}
	return ""
}

// intoEmergency gives a new intake its number while a register is open, within the transaction that records it: nothing can come
// between. Where it gets none it waits, and the attempt says why. It reports nothing by itself.
func (w *wtx) intoEmergency(a protocollo.Actor, e protocollo.EmergencyRegister, rec *station.RecordedIntake, sign protocollo.Segnatura) error {
	if why := w.notInEmergency(a, &e, rec.Intake); why != "" {
		if rec.Intake.Draft.EmergencySheet != nil {
			return protocollo.Errorf(protocollo.Conflict, why, "the row of the sheet is in no period of the register: %s", why)
		}
		if _, err := w.insert("attempt_outcomes", row{"attempt_id": rec.Attempt.ID, "outcome": string(protocollo.AttemptUnavailable), "words": why}); err != nil {
			return err
		}
		rec.Attempt.Outcome, rec.Attempt.SettledAt, rec.Attempt.Words = protocollo.AttemptUnavailable, w.now, why
		return nil
	}
	reg, err := w.emergencyNumber(e, rec.Intake, rec.Attempt, sign)
	if err != nil {
		return err
	}
	rec.Attempt.Outcome, rec.Attempt.SettledAt, rec.Registration = protocollo.AttemptNumbered, w.now, &reg
	return nil
}

// emergencyNumber writes the next row of a register. Rows follow each other without gaps, and no row is earlier than the one before it
// (R9.6).
func (w *wtx) emergencyNumber(e protocollo.EmergencyRegister, i protocollo.Intake, a protocollo.Attempt, sign protocollo.Segnatura) (protocollo.Registration, error) {
	none := protocollo.Registration{}
	at, manual := w.now, false
	next := e.Rows + 1
	last, err := w.lastRowAt(e)
	if err != nil {
		return none, err
	}
	if sheet := i.Draft.EmergencySheet; sheet != nil {
		at, manual = sheet.At.UTC(), true
		switch {
		case sheet.Row != next:
			return none, protocollo.Errorf(protocollo.Invalid, "emergencySheet.row", "the next row is %d, not %d", next, sheet.Row)
		case at.Before(last) || at.After(w.now):
			return none, protocollo.Errorf(protocollo.Invalid, "emergencySheet.at", "the row's instant is not between the row before it and now")
		}
	}
	if at.Before(last) { // a clock that was put back by less than a doubt
		at = last
	}
	value, err := w.nextRowNumber(e)
	if err != nil {
		return none, err
	}
	n, err := protocollo.NumberFrom(value)
	if err != nil {
		return none, err
	}
	s, err := readSetup(w.ctx, w)
	if err != nil {
		return none, err
	}
	mark := e.Sign(n, at)
	sign.AOO.RegisterCode, sign.Year, sign.Number, sign.Day, sign.RegisteredAt, sign.Emergency = e.Code, e.Year, n, protocollo.DayOf(at), at, &mark
	if d := i.Draft; d.Direction == protocollo.Incoming && i.ArrivalDay != "" && i.ArrivalDay != sign.Day {
		sign.ArrivalDay = i.ArrivalDay // L. 241/1990 art. 18-bis; R16.1
	}
	reg := protocollo.Registration{IntakeID: i.ID, Key: e.Key(s.Body.Code), Number: n, Day: sign.Day, RegisteredAt: at,
		Connector: protocollo.EmergencyConnector, Segnatura: sign}
	if err := w.insertRegistration(i, a, &reg, ""); err != nil {
		return none, err
	}
	_, err = w.insert("emergency_rows", row{"registration_id": reg.ID, "opening_id": e.ID, "row": next, "manual": manual, "authorised": i.Draft.EmergencyGrounds})
	if err != nil {
		return none, err
	}
	if len(e.Days) > 0 && e.Days[len(e.Days)-1].Day >= sign.Day { // the day's total stands already
		err = w.total(e.ID, sign.Day)
	}
	return reg, err
}
