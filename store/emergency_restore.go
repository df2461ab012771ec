package store

import (
	"context"
	"fmt"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// resumeEmergency says with the confirmation of a restore how a register goes on that is open in the copy: labels made since the backup
// bear its next numbers. The numbers up to r.EmergencyLast are listed as a gap, and the next row comes after them. Conflict
// "emergency-still-open" where the last number is not said, or the register's year is over: then it is closed first.
func (w *wtx) resumeEmergency(a protocollo.Actor, r station.RestoreConfirmation, detail map[string]any) error {
	e, err := openEmergency(w.ctx, w, r.AOO)
	switch {
	case err != nil:
		return err
	case e == nil && r.EmergencyLast != "":
		return protocollo.Errorf(protocollo.Invalid, "emergencyLast", "no emergency register of AOO %q is open", r.AOO)
	case e == nil:
		return nil
	case r.EmergencyLast == "" || e.Policy.Scheme.Yearly() && protocollo.YearOf(w.now) > e.Year:
		return protocollo.Errorf(protocollo.Conflict, "emergency-still-open", "emergency register %s is open in the copy", e.Title())
	}
	last, err := r.EmergencyLast.Int()
	if err != nil {
		return protocollo.Errorf(protocollo.Invalid, "emergencyLast", "%w", err)
	}
	next, err := w.nextRowNumber(*e)
	if err != nil {
		return err
	}
	if last < next-1 {
		return protocollo.Errorf(protocollo.Invalid, "emergencyLast", "emergency register %s has number %d, later than %d", e.Title(), next-1, last)
	}
	detail["name"], detail["emergencyLast"] = e.Title(), r.EmergencyLast
	if last == next-1 {
		return nil
	}
	s, err := readSetup(w.ctx, w)
	if err != nil {
		return err
	}
	detail["emergencyGapFirst"], detail["emergencyGapLast"] = next, last
	key := e.Key(s.Body.Code)
	_, err = w.insert("number_gaps", row{"amministrazione": key.Amministrazione, "aoo": string(key.AOO), "register": key.Register, "year": key.Year,
		"first": next, "last": last, "act_number": r.ActNumber, "act_day": string(r.ActDay), "by_user": a.User})
	return err
}

// nextRowNumber is the number of the next row of an open register: after its rows and what a restore lost of them.
func (w *wtx) nextRowNumber(e protocollo.EmergencyRegister) (int64, error) {
	lost, err := number(w.QueryRowContext(w.ctx, `SELECT coalesce(sum(last - first + 1), 0) FROM number_gaps WHERE aoo = ? AND register = ? AND year = ? AND first >= ?`,
		string(e.AOO), e.Code, e.Year, e.First))
	return e.First + int64(e.Rows) + lost, err
}

// restoredSince is the SQL condition that after a restore in the year ?2, or later, nothing was opened in the AOO ?1, or nothing of the code
// ?3 where that is not empty.
const restoredSince = `SELECT count(*) FROM stops s WHERE s.code = 'restore' AND s.aoo = ?1 AND s.at >= ?2
	AND NOT EXISTS (SELECT 1 FROM emergency_openings o WHERE o.aoo = s.aoo AND o.at > s.at AND (?3 = '' OR o.code = ?3))`

// unsureOfOpenings reports whether registers may have been opened in a year, or of a code, that were lost with a restore.
func unsureOfOpenings(ctx context.Context, q querier, aoo protocollo.AOOCode, year int, code string) (bool, error) {
	n, err := number(q.QueryRowContext(ctx, restoredSince, string(aoo), newYear(year).UnixNano(), code))
	return n > 0, err
}

// newYear is when a year begins in Rome.
func newYear(year int) time.Time {
	return time.Date(year, time.January, 1, 0, 0, 0, 0, protocollo.Rome())
}

// EmergencyRestored reports whether the next opening of the AOO must say its ordinal and first number.
func (db *DB) EmergencyRestored(ctx context.Context, aoo protocollo.AOOCode) (bool, error) {
	unsure, err := unsureOfOpenings(ctx, db.read, aoo, protocollo.YearOf(db.cfg.Clock()), "")
	if err != nil {
		return false, fmt.Errorf("look for a restore: %w", err)
	}
	return unsure, nil
}

// saysWhereItGoesOn demands of an opening after a restore what the papers have next: registers and numbers since the backup are not in the
// data. A sequence that goes on through openings is asked for once more, the first time that it is taken up.
func (w *wtx) saysWhereItGoesOn(aoo protocollo.AOOCode, o station.EmergencyOpening, year int, code string) error {
	if o.Ordinal != 0 && o.First != 0 {
		return nil
	}
	unsure, err := unsureOfOpenings(w.ctx, w, aoo, year, "")
	if err == nil && !unsure && o.First == 0 && o.Policy.Scheme.Yearly() {
		unsure, err = unsureOfOpenings(w.ctx, w, aoo, year, code)
	}
	if err != nil || !unsure {
		return err
	}
	return protocollo.Errorf(protocollo.Invalid, "emergency-restored", "after a restore an opening says its ordinal and its first number")
}
