package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// AuthoriseEmergency records the authorisation (L-20), also of a planned interruption. The same one again returns what is there.
func (db *DB) AuthoriseEmergency(ctx context.Context, by station.Signatory, a protocollo.EmergencyAuthorisation) (protocollo.EmergencyAuthorisation, error) {
	err := db.transact(ctx, "authorise the emergency register", func(w *wtx) error {
		if w.doubt {
			return protocollo.Errorf(protocollo.Stopped, "clock", "the clock is in doubt")
		}
		same, err := collect(w.ctx, w, scanAuthorisation, `SELECT `+authorisationColumns+` FROM emergency_authorisations u
			WHERE u.aoo = ? AND u.by_user = ? AND u.cause = ? AND u.interrupted_at = ? AND u.planned_from = ? AND u.planned_until = ? AND u.act_number = ?
			AND NOT EXISTS (SELECT 1 FROM emergency_openings o WHERE o.authorisation_id = u.id)`,
			string(by.AOO), by.User, a.Cause, nanos(a.InterruptedAt), nanos(a.PlannedFrom), nanos(a.PlannedUntil), a.Number)
		if err != nil {
			return err
		}
		if len(same) > 0 {
			a = same[0]
			return nil
		}
		id, err := w.authorise(by, a)
		if err != nil {
			return err
		}
		if err := w.report(KindEmergencyAuthorised, by.User, by.AOO, 0, map[string]any{"authorisation": id, "cause": a.Cause, "planned": a.Planned()}); err != nil {
			return err
		}
		a, err = one(w.ctx, w, "authorisation", scanAuthorisation, `SELECT `+authorisationColumns+` FROM emergency_authorisations u WHERE u.id = ?`, id)
		return err
	})
	return a, err
}

// signed adds who signs to a row.
func signed(by station.Signatory, r row) row {
	r["by_user"], r["by_name"], r["signer"] = by.User, by.Name, string(by.Signer)
	return r
}

func (w *wtx) authorise(by station.Signatory, a protocollo.EmergencyAuthorisation) (int64, error) {
	return w.insert("emergency_authorisations", signed(by, row{"aoo": string(by.AOO), "cause": a.Cause, "interrupted_at": nanos(a.InterruptedAt),
		"planned_from": nanos(a.PlannedFrom), "planned_until": nanos(a.PlannedUntil), "act_number": a.Number, "act_day": string(a.Day)}))
}

// OpenEmergency records an opening with what comes with it. The same opening again, while it is open, returns it.
func (db *DB) OpenEmergency(ctx context.Context, by station.Signatory, o station.EmergencyOpening) (protocollo.EmergencyRegister, error) {
	var e protocollo.EmergencyRegister
	err := db.transact(ctx, "open the emergency register", func(w *wtx) error {
		open, err := openEmergency(w.ctx, w, by.AOO)
		switch {
		case err != nil:
			return err
		case open != nil && open.Cause == o.Cause && open.InterruptedAt.Equal(o.InterruptedAt) && open.UserCode == o.UserCode:
			e = *open
			return nil
		case open != nil:
			return protocollo.Errorf(protocollo.Conflict, "emergency-open", "emergency register %s is open", open.Title())
		}
		if err := w.mayNumber(by.AOO); err != nil {
			return err
		}
		e, err = w.openEmergency(by, o)
		return err
	})
	return e, err
}

func (w *wtx) openEmergency(by station.Signatory, o station.EmergencyOpening) (protocollo.EmergencyRegister, error) {
	none := protocollo.EmergencyRegister{}
	opened := o.OpenedAt
	if opened.IsZero() {
		opened = w.now
	}
	if err := w.fitsBefore(by.AOO, opened); err != nil {
		return none, err
	}
	authorisation, err := w.authorisationFor(by, o, opened)
	if err != nil {
		return none, err
	}
	id, err := w.insertOpening(by, o, opened, authorisation, 0)
	if err != nil {
		return none, err
	}
	if o.Extension != nil {
		x := *o.Extension
		if x.OpeningID = id; x.From.IsZero() {
			x.From = opened
		}
		if err := fitsPeriod(x, o.Policy.LongestDays); err != nil {
			return none, err
		}
		if err := w.extend(by, x); err != nil {
			return none, err
		}
	}
	e, err := readEmergency(w.ctx, w, id)
	if err != nil {
		return none, err
	}
	if !e.Covers(w.now) && o.OpenedAt.IsZero() {
		return none, protocollo.Errorf(protocollo.Invalid, "extension", "24 hours after the interruption an opening needs the act for a further period")
	}
	return e, w.report(KindEmergencyOpened, by.User, by.AOO, 0, map[string]any{"opening": id, "name": e.Title(), "code": e.Code, "cause": o.Cause})
}

// fitsBefore refuses an opening in the future, and one before the end of the register before it.
func (w *wtx) fitsBefore(aoo protocollo.AOOCode, opened time.Time) error {
	if opened.After(w.now) {
		return protocollo.Errorf(protocollo.Invalid, "openedAt", "the opening is in the future")
	}
	last, err := number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(c.closed_at), 0) FROM emergency_closings c JOIN emergency_openings o ON o.id = c.opening_id
		WHERE o.aoo = ?`, string(aoo)))
	if err != nil {
		return err
	}
	if opened.Before(instant(last)) {
		return protocollo.Errorf(protocollo.Invalid, "openedAt", "the register before it was closed at %s", instant(last))
	}
	return nil
}

// authorisationFor records the authorisation that comes with an opening, or finds the one that was given beforehand.
func (w *wtx) authorisationFor(by station.Signatory, o station.EmergencyOpening, opened time.Time) (int64, error) {
	if o.AuthorisationID == 0 {
		return w.authorise(by, *o.Authorisation)
	}
	a, err := one(w.ctx, w, "authorisation", scanAuthorisation, `SELECT `+authorisationColumns+` FROM emergency_authorisations u WHERE u.id = ? AND u.aoo = ?
		AND NOT EXISTS (SELECT 1 FROM emergency_openings o WHERE o.authorisation_id = u.id)`, o.AuthorisationID, string(by.AOO))
	if err != nil {
		return 0, err
	}
	if a.Planned() && (opened.Before(a.PlannedFrom) || !opened.Before(a.PlannedUntil)) {
		return 0, protocollo.Errorf(protocollo.Conflict, "emergency-planned", "authorisation %d is for %s to %s", a.ID, a.PlannedFrom, a.PlannedUntil)
	}
	return a.ID, nil
}

// insertOpening numbers the opening within its year and takes up the sequence that its scheme names.
func (w *wtx) insertOpening(by station.Signatory, o station.EmergencyOpening, opened time.Time, authorisation, continues int64) (int64, error) {
	year := protocollo.YearOf(opened)
	next, err := number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(ordinal), 0) + 1 FROM emergency_openings WHERE aoo = ? AND year = ?`, string(by.AOO), year))
	if err != nil {
		return 0, err
	}
	ordinal := max(int(next), o.Ordinal)
	if o.Ordinal != 0 && ordinal != o.Ordinal {
		return 0, protocollo.Errorf(protocollo.Invalid, "ordinal", "the next opening of %d is number %d", year, next)
	}
	code, err := protocollo.EmergencyCode(o.Policy.Scheme, ordinal, o.UserCode, o.Policy.StationCode)
	if err != nil {
		return 0, err
	}
	taken, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM aoos WHERE register_code = ? COLLATE NOCASE`, code))
	if err != nil {
		return 0, err
	}
	if taken > 0 {
		return 0, protocollo.Errorf(protocollo.Invalid, "userCode", "%s is the code of an ordinary register", code)
	}
	if continues == 0 {
		if err := w.saysWhereItGoesOn(by.AOO, o, year, code); err != nil {
			return 0, err
		}
	}
	first, err := w.nextEmergencyNumber(by.AOO, code, year)
	if err != nil {
		return 0, err
	}
	if o.First != 0 && o.First < first {
		return 0, protocollo.Errorf(protocollo.Invalid, "first", "number %d was given already", o.First)
	}
	policy, err := encode(o.Policy)
	if err != nil {
		return 0, err
	}
	r := row{"aoo": string(by.AOO), "year": year, "ordinal": ordinal, "code": code, "user_code": o.UserCode, "station_code": o.Policy.StationCode,
		"first": max(first, o.First), "authorisation_id": authorisation, "continues_id": nullable(continues), "cause": o.Cause, "assessment": o.Assessment,
		"interrupted_at": nanos(o.InterruptedAt), "opened_at": nanos(opened), "policy": policy}
	return w.insert("emergency_openings", signed(by, r))
}

// nextEmergencyNumber is the number after the last of a sequence, given or lost with a restore, or what a register without rows was to begin
// with.
func (w *wtx) nextEmergencyNumber(aoo protocollo.AOOCode, code string, year int) (int64, error) {
	return number(w.QueryRowContext(w.ctx, `SELECT max(
		(SELECT coalesce(max(CAST(number AS INTEGER)), 0) + 1 FROM registrations WHERE connector = ?1 AND aoo = ?2 AND register = ?3 AND year = ?4),
		(SELECT coalesce(max(last), 0) + 1 FROM number_gaps WHERE aoo = ?2 AND register = ?3 AND year = ?4),
		(SELECT coalesce(max(first), 1) FROM emergency_openings WHERE aoo = ?2 AND code = ?3 AND year = ?4))`,
		protocollo.EmergencyConnector, string(aoo), code, year))
}

// ExtendEmergency records the act for another period. The same act again is no error.
func (db *DB) ExtendEmergency(ctx context.Context, by station.Signatory, x protocollo.EmergencyExtension) (protocollo.EmergencyRegister, error) {
	var e protocollo.EmergencyRegister
	err := db.emergencyStep(ctx, "extend the emergency register", by.AOO, x.OpeningID, func(w *wtx, was protocollo.EmergencyRegister) error {
		e = was
		for _, have := range was.Extensions {
			if have.Until.Equal(x.Until) && have.Number == x.Number {
				return nil
			}
		}
		if was.Closing != nil {
			return protocollo.Errorf(protocollo.Conflict, "emergency-closed", "emergency register %s is closed", was.Title())
		}
		if x.From.IsZero() {
			x.From = was.ValidUntil()
			if x.From.Before(w.now) {
				x.From = w.now
			}
		}
		if x.From.Before(was.ValidUntil()) {
			return protocollo.Errorf(protocollo.Invalid, "from", "the period before it ends at %s", was.ValidUntil())
		}
		if err := fitsPeriod(x, was.Policy.LongestDays); err != nil {
			return err
		}
		if err := w.extend(by, x); err != nil {
			return err
		}
		detail := map[string]any{"opening": was.ID, "name": was.Title(), "until": x.Until, "actNumber": x.Number, "actDay": x.Day}
		if err := w.report(KindEmergencyExtended, by.User, by.AOO, 0, detail); err != nil {
			return err
		}
		var err error
		e, err = readEmergency(w.ctx, w, was.ID)
		return err
	})
	return e, err
}

// fitsPeriod holds an extension to whole days by the calendar of Rome.
func fitsPeriod(x protocollo.EmergencyExtension, longestDays int) error {
	switch {
	case !x.Until.After(x.From):
		return protocollo.Errorf(protocollo.Invalid, "until", "the period ends before it begins")
	case x.Until.After(x.From.In(protocollo.Rome()).AddDate(0, 0, longestDays)):
		return protocollo.Errorf(protocollo.Invalid, "until", "a period of more than %d days", longestDays)
	}
	return nil
}

func (w *wtx) extend(by station.Signatory, x protocollo.EmergencyExtension) error {
	_, err := w.insert("emergency_extensions", signed(by, row{"opening_id": x.OpeningID, "from_at": nanos(x.From), "until_at": nanos(x.Until),
		"grounds": x.Grounds, "act_number": x.Number, "act_day": string(x.Day)}))
	return err
}

// emergencyStep runs fn on a register of an AOO in one transaction.
func (db *DB) emergencyStep(ctx context.Context, doing string, aoo protocollo.AOOCode, id int64, fn func(*wtx, protocollo.EmergencyRegister) error) error {
	return db.transact(ctx, doing, func(w *wtx) error {
		e, err := readEmergency(w.ctx, w, id)
		if err != nil {
			return err
		}
		if aoo != "" && e.AOO != aoo {
			return protocollo.Errorf(protocollo.NotFound, "emergency", "no such emergency register: %d", id)
		}
		return fn(w, e)
	})
}

// CloseEmergency closes for ever, with the totals of all days. The same closing again returns it.
func (db *DB) CloseEmergency(ctx context.Context, by station.Signatory, c protocollo.EmergencyClosing) (protocollo.EmergencyRegister, error) {
	var e protocollo.EmergencyRegister
	err := db.emergencyStep(ctx, "close the emergency register", by.AOO, c.OpeningID, func(w *wtx, was protocollo.EmergencyRegister) error {
		e = was
		if was.Closing != nil {
			if was.Closing.RestoredAt.Equal(c.RestoredAt) {
				return nil
			}
			return protocollo.Errorf(protocollo.Conflict, "emergency-closed", "emergency register %s is closed", was.Title())
		}
		if w.doubt {
			return protocollo.Errorf(protocollo.Stopped, "clock", "the clock is in doubt")
		}
		if c.ClosedAt.IsZero() {
			c.ClosedAt = w.now
		}
		last, err := w.lastRowAt(was)
		switch {
		case err != nil:
			return err
		case c.ClosedAt.After(w.now) || c.ClosedAt.Before(last):
			return protocollo.Errorf(protocollo.Invalid, "closedAt", "the closing is not between the last row and now")
		case c.RestoredAt.Before(was.InterruptedAt) || c.RestoredAt.After(c.ClosedAt):
			return protocollo.Errorf(protocollo.Invalid, "restoredAt", "the restoring is not between the interruption and the closing")
		}
		if err := w.closeEmergency(by, was, c); err != nil {
			return err
		}
		detail := map[string]any{"opening": was.ID, "name": was.Title(), "rows": was.Rows, "restoredAt": c.RestoredAt}
		if err := w.report(KindEmergencyClosed, by.User, by.AOO, 0, detail); err != nil {
			return err
		}
		e, err = readEmergency(w.ctx, w, was.ID)
		return err
	})
	return e, err
}

func (w *wtx) closeEmergency(by station.Signatory, e protocollo.EmergencyRegister, c protocollo.EmergencyClosing) error {
	if err := w.totals(e, protocollo.DayOf(c.ClosedAt)); err != nil {
		return err
	}
	_, err := w.insert("emergency_closings", signed(by, row{"opening_id": e.ID, "closed_at": nanos(c.ClosedAt), "restored_at": nanos(c.RestoredAt),
		"count": e.Rows, "year_end": c.YearEnd}))
	return err
}

// lastRowAt is the instant before which nothing may be added: the last row's, or the opening's.
func (w *wtx) lastRowAt(e protocollo.EmergencyRegister) (time.Time, error) {
	at, err := number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(r.registered_at), 0) FROM emergency_rows x JOIN registrations r ON r.id = x.registration_id
		WHERE x.opening_id = ?`, e.ID))
	if last := instant(at); last.After(e.OpenedAt) {
		return last, err
	}
	return e.OpenedAt, err
}

// totals writes the total of each day up to one, where it is not the one that is there.
func (w *wtx) totals(e protocollo.EmergencyRegister, to protocollo.Day) error {
	for t := e.OpenedAt.In(protocollo.Rome()); ; t = time.Date(t.Year(), t.Month(), t.Day()+1, 12, 0, 0, 0, protocollo.Rome()) {
		day := protocollo.DayOf(t)
		if day > to {
			return nil
		}
		if err := w.total(e.ID, day); err != nil {
			return err
		}
	}
}

func (w *wtx) total(openingID int64, day protocollo.Day) error {
	count, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM emergency_rows x JOIN registrations r ON r.id = x.registration_id
		WHERE x.opening_id = ? AND r.day = ?`, openingID, string(day)))
	if err != nil {
		return err
	}
	var ordinal, have int64
	err = w.QueryRowContext(w.ctx, `SELECT coalesce(max(ordinal), 0), coalesce((SELECT count FROM emergency_days l WHERE l.opening_id = ?1 AND l.day = ?2
		ORDER BY ordinal DESC LIMIT 1), -1) FROM emergency_days WHERE opening_id = ?1 AND day = ?2`, openingID, string(day)).Scan(&ordinal, &have)
	if err != nil || have == count {
		return err
	}
	_, err = w.insert("emergency_days", row{"opening_id": openingID, "day": string(day), "ordinal": ordinal + 1, "count": count})
	return err
}

// RecordEmergencyDays writes the totals of days that are over; where nothing is new it writes nothing.
func (db *DB) RecordEmergencyDays(ctx context.Context, openingID int64) error {
	return db.emergencyStep(ctx, "write the day's total", "", openingID, func(w *wtx, e protocollo.EmergencyRegister) error {
		if e.Closing != nil || w.doubt {
			return nil
		}
		yesterday := w.now.In(protocollo.Rome()).AddDate(0, 0, -1)
		if err := w.totals(e, protocollo.DayOf(yesterday)); err != nil || len(w.pending) == 0 {
			return err
		}
		return w.report(KindEmergencyTotals, stationUser(), e.AOO, 0, map[string]any{"opening": e.ID, "name": e.Title()})
	})
}

// RevokeEmergency records the act that ends it and orders the recovery. Again it is no error. Conflict "emergency-continues" for a register that
// the year's end closed.
func (db *DB) RevokeEmergency(ctx context.Context, by station.Signatory, r protocollo.EmergencyRevocation) (protocollo.EmergencyRegister, error) {
	var e protocollo.EmergencyRegister
	err := db.emergencyStep(ctx, "revoke the emergency register", by.AOO, r.OpeningID, func(w *wtx, was protocollo.EmergencyRegister) error {
		e = was
		switch {
		case was.Revocation != nil:
			return nil
		case was.Closing == nil:
			return protocollo.Errorf(protocollo.Conflict, "emergency-open", "emergency register %s is open", was.Title())
		case was.Closing.YearEnd: // its authorisation goes on with the next one, whose revocation orders both recoveries
			return protocollo.Errorf(protocollo.Conflict, "emergency-continues", "emergency register %s goes on in the next year's", was.Title())
		}
		_, err := w.insert("emergency_revocations", signed(by, row{"opening_id": was.ID, "act_number": r.Number, "act_day": string(r.Day)}))
		if err != nil {
			return err
		}
		if err := w.report(KindEmergencyRevoked, by.User, by.AOO, 0, map[string]any{"opening": was.ID, "name": was.Title()}); err != nil {
			return err
		}
		e, err = readEmergency(w.ctx, w, was.ID)
		return err
	})
	return e, err
}

// RenewEmergency closes a yearly register whose year is over and opens the next year's, which takes up its cause, authorisation and
// periods: 31 December ends the sequence, not the interruption (R17.7). What it is kept on, and its form, are the new year's where that was set up.
// nil: nothing is due.
func (db *DB) RenewEmergency(ctx context.Context, openingID int64) (*protocollo.EmergencyRegister, error) {
	var next *protocollo.EmergencyRegister
	err := db.emergencyStep(ctx, "renew the emergency register", "", openingID, func(w *wtx, was protocollo.EmergencyRegister) error {
		if was.Closing != nil || !was.Policy.Scheme.Yearly() || protocollo.YearOf(w.now) <= was.Year || w.doubt {
			return nil
		}
		by := station.Signatory{Actor: protocollo.Station(was.AOO), Signer: was.Authorisation.Signer} // nobody but the year's end made these
		if err := w.mayNumber(was.AOO); errors.Is(err, protocollo.Stopped) {                          // after a restore the next year's may be open on paper
			return nil
		} else if err != nil {
			return err
		}
		begins := newYear(was.Year + 1)
		end := protocollo.EmergencyClosing{ClosedAt: begins.Add(-time.Nanosecond), YearEnd: true}
		if err := w.closeEmergency(by, was, end); err != nil {
			return err
		}
		policy := was.Policy
		year, err := emergencyYear(w.ctx, w, was.AOO, was.Year+1)
		if err != nil {
			return err
		}
		if year != nil { // what was said of the new year's register holds for it (R9.9)
			policy.Medium, policy.Fields = year.Medium, year.Fields
		}
		id, err := w.insertOpening(by, station.EmergencyOpening{Cause: was.Cause, InterruptedAt: was.InterruptedAt, Assessment: was.Assessment,
			UserCode: was.UserCode, Policy: policy}, begins, was.Authorisation.ID, was.ID)
		if err != nil {
			return err
		}
		for _, x := range was.Extensions {
			if x.Until.After(begins) {
				x.OpeningID = id
				if err := w.extend(station.Signatory{Actor: protocollo.Actor{User: x.By, Name: x.Name}, Signer: x.Signer}, x); err != nil {
					return err
				}
			}
		}
		e, err := readEmergency(w.ctx, w, id)
		if err != nil {
			return err
		}
		next = &e
		return w.report(KindEmergencyRenewed, stationUser(), was.AOO, 0, map[string]any{"closed": was.Title(), "opened": e.Title(), "rows": was.Rows})
	})
	return next, err
}

// signedActs says how an act's id is looked for.
var signedActs = map[protocollo.EmergencyActKind]string{
	protocollo.ActAuthorisation: `SELECT count(*) FROM emergency_authorisations WHERE id = ? AND aoo = ?`,
	protocollo.ActOpening:       `SELECT count(*) FROM emergency_openings WHERE id = ? AND aoo = ?`,
	protocollo.ActExtension:     `SELECT count(*) FROM emergency_extensions x JOIN emergency_openings o ON o.id = x.opening_id WHERE x.id = ? AND o.aoo = ?`,
	protocollo.ActClosing:       `SELECT count(*) FROM emergency_closings x JOIN emergency_openings o ON o.id = x.opening_id WHERE o.id = ? AND o.aoo = ?`,
	protocollo.ActRevocation:    `SELECT count(*) FROM emergency_revocations x JOIN emergency_openings o ON o.id = x.opening_id WHERE o.id = ? AND o.aoo = ?`,
}

func actKnown(ctx context.Context, q querier, aoo protocollo.AOOCode, kind protocollo.EmergencyActKind, id int64) error {
	known, err := number(q.QueryRowContext(ctx, signedActs[kind], id, string(aoo)))
	if err == nil && known == 0 {
		return protocollo.Errorf(protocollo.NotFound, "emergency", "no such act: %s %d", kind, id)
	}
	return err
}

// EmergencyActKnown is nil where the AOO has such an act, else NotFound "emergency".
func (db *DB) EmergencyActKnown(ctx context.Context, aoo protocollo.AOOCode, kind protocollo.EmergencyActKind, id int64) error {
	return actKnown(ctx, db.read, aoo, kind, id)
}

// SignEmergencyAct records an act that came back signed. Its file is a blob already; the same file again is no error.
func (db *DB) SignEmergencyAct(ctx context.Context, a protocollo.Actor, s protocollo.EmergencySignature) error {
	return db.transact(ctx, "record a signed act", func(w *wtx) error {
		if err := actKnown(w.ctx, w, a.AOO, s.Kind, s.ActID); err != nil {
			return err
		}
		have, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM emergency_signatures WHERE kind = ? AND act_id = ? AND sha256 = ?`, string(s.Kind), s.ActID, s.SHA256))
		if err != nil || have > 0 {
			return err
		}
		_, err = w.insert("emergency_signatures", row{"aoo": string(a.AOO), "kind": string(s.Kind), "act_id": s.ActID, "sha256": s.SHA256, "bytes": s.Bytes,
			"file_name": s.FileName, "media_type": s.MediaType, "by_user": a.User})
		if err != nil {
			return fmt.Errorf("record a signed act: %w", err)
		}
		return w.report(KindEmergencySigned, a.User, a.AOO, 0, map[string]any{"act": s.Kind, "id": s.ActID, "sha256": s.SHA256})
	})
}
