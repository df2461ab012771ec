package store

import (
	"context"
	"fmt"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// clockDoubt says why the clock cannot be trusted, or "". The first record has nothing to be compared with.
//
// Behind the last record: numbering waits until the clock has reached it again, and asks. Ahead of it by more than the limit
// without the time servers' agreement, or set by more than a minute while the process ran: asks. While the doubt is open what must be written all the same (a print's outcome, a
// page) carries the last record's instant, so that a clock that ran wild leaves no instants in the future.
func (db *DB) clockDoubt(w *wtx) string {
	last := w.last.at
	switch {
	case last.IsZero():
		return ""
	case w.clock.Before(last.Add(-clockTolerance)):
		return fmt.Sprintf("the clock says %s, behind the last record at %s", w.clock.Format(time.RFC3339), last.Format(time.RFC3339))
	case w.clock.After(last.Add(db.cfg.MaxClockGap)) && (db.cfg.TimeAgreed == nil || !db.cfg.TimeAgreed()):
		return fmt.Sprintf("the clock says %s, more than %s after the last record at %s", w.clock.Format(time.RFC3339), db.cfg.MaxClockGap,
			last.Format(time.RFC3339))
	}
	if set := db.clockSet(); (set - time.Duration(db.clockTaken.Load())).Abs() > clockStepLimit {
		if db.cfg.TimeAgreed == nil || !db.cfg.TimeAgreed() {
			return fmt.Sprintf("the clock was set by %s while the station ran, to %s", (set - time.Duration(db.clockTaken.Load())).Round(time.Millisecond), w.clock.Format(time.RFC3339))
		}
		db.clockTaken.Store(int64(set))
	}
	return ""
}

func (db *DB) clockSet() time.Duration {
	if db.cfg.ClockSet == nil {
		return 0
	}
	return db.cfg.ClockSet()
}

// stop records a reason to stop numbering, unless it stands already.
func (w *wtx) stop(code string, aoo protocollo.AOOCode, detail string) error {
	open, err := openStops(w.ctx, w, code)
	if err != nil {
		return err
	}
	for _, s := range open {
		if s.aoo == aoo {
			return nil
		}
	}
	if _, err := w.insert("stops", row{"code": code, "aoo": string(aoo), "detail": detail}); err != nil {
		return err
	}
	return w.report(KindStopped, stationUser(), aoo, 0, map[string]any{"code": code, "detail": detail})
}

// openStop is a stop that nobody confirmed yet.
type openStop struct {
	station.Stop
	id  int64
	aoo protocollo.AOOCode
}

// openStops lists the stops that stand, all of them where code is "".
func openStops(ctx context.Context, q querier, code string) ([]openStop, error) {
	list, err := collect(ctx, q, func(s scannable) (openStop, error) {
		var o openStop
		var at int64
		err := s.Scan(&o.id, &at, &o.Code, &o.aoo, &o.Detail)
		o.Since = instant(at)
		return o, err
	}, `SELECT s.id, s.at, s.code, s.aoo, s.detail FROM stops s
		WHERE NOT EXISTS (SELECT 1 FROM stop_confirmations c WHERE c.stop_id = s.id) AND (? = '' OR s.code = ?) ORDER BY s.id`, code, code)
	if err != nil {
		return nil, fmt.Errorf("read stops: %w", err)
	}
	return list, nil
}

// mayNumber refuses with Stopped while a reason stands for this AOO, and when nothing was configured.
func (w *wtx) mayNumber(aoo protocollo.AOOCode) error {
	n, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM aoos WHERE code = ?`, string(aoo)))
	if err != nil {
		return err
	}
	if n == 0 {
		return protocollo.Errorf(protocollo.Stopped, "numbering-unset", "nobody has said yet who numbers for AOO %q", aoo)
	}
	open, err := openStops(w.ctx, w, "")
	if err != nil {
		return err
	}
	for _, s := range open {
		if s.aoo == "" || s.aoo == aoo {
			return protocollo.Errorf(protocollo.Stopped, s.Code, "numbering stands still: %s", s.Detail)
		}
	}
	return nil
}

// Stops lists why numbering stands still, recorded or about to be. A clock that is in doubt now is listed before anybody tries to number.
func (db *DB) Stops(ctx context.Context) ([]station.Stop, error) {
	list := []station.Stop{}
	n, err := number(db.read.QueryRowContext(ctx, `SELECT count(*) FROM setups`))
	if err != nil {
		return nil, fmt.Errorf("list stops: %w", err)
	}
	if n == 0 {
		list = append(list, station.Stop{Code: "numbering-unset"})
	}
	open, err := openStops(ctx, db.read, "")
	if err != nil {
		return nil, err
	}
	clock := false
	for _, s := range open {
		clock = clock || s.Code == "clock"
		if s.aoo != "" {
			s.Detail = fmt.Sprintf("%s: %s", s.aoo, s.Detail)
		}
		list = append(list, s.Stop)
	}
	if clock {
		return list, nil
	}
	last, err := journalHead(ctx, db.read)
	if err != nil {
		return nil, err
	}
	now := db.cfg.Clock().UTC()
	if why := db.clockDoubt(&wtx{last: last, clock: now}); why != "" {
		list = append(list, station.Stop{Code: "clock", Since: now, Detail: why})
	}
	return list, nil
}

// ConfirmClock ends the doubt. A clock that is still behind the last record cannot be confirmed: Conflict "clock-behind", and
// numbering waits until it has caught up, because no record is ever earlier than the one before it (R14.3).
func (db *DB) ConfirmClock(ctx context.Context, a protocollo.Actor, reason string) error {
	var set time.Duration
	err := db.transact(ctx, "confirm the clock", func(w *wtx) error {
		set = db.clockSet()
		if reason == "" {
			return protocollo.Errorf(protocollo.Invalid, "reason", "a confirmation of the clock needs its reason")
		}
		open, err := openStops(w.ctx, w, "clock")
		if err != nil {
			return err
		}
		if len(open) == 0 {
			return protocollo.Errorf(protocollo.Conflict, "not-stopped", "the clock is not in doubt")
		}
		if w.clock.Before(w.last.at) {
			return protocollo.Errorf(protocollo.Conflict, "clock-behind", "the clock is %s behind the last record", w.last.at.Sub(w.clock))
		}
		w.now = w.clock
		for _, s := range open {
			if _, err := w.insert("stop_confirmations", row{"stop_id": s.id, "by_user": a.User, "reason": reason}); err != nil {
				return err
			}
		}
		return w.report(KindClockConfirmed, a.User, a.AOO, 0, map[string]any{"reason": reason})
	})
	if err == nil {
		db.clockTaken.Store(int64(set))
	}
	return err
}

// LiftInvariant ends a stop "invariant" after a person has looked; Conflict "not-stopped" when there is none.
func (db *DB) LiftInvariant(ctx context.Context, a protocollo.Actor, reason string) error {
	return db.transact(ctx, "lift the broken invariant", func(w *wtx) error {
		if reason == "" {
			return protocollo.Errorf(protocollo.Invalid, "reason", "it needs its reason")
		}
		open, err := openStops(w.ctx, w, "invariant")
		if err != nil {
			return err
		}
		if len(open) == 0 {
			return protocollo.Errorf(protocollo.Conflict, "not-stopped", "no invariant is broken")
		}
		for _, s := range open {
			if _, err := w.insert("stop_confirmations", row{"stop_id": s.id, "by_user": a.User, "reason": reason}); err != nil {
				return err
			}
		}
		return w.report(KindInvariantLifted, a.User, a.AOO, 0, map[string]any{"reason": reason})
	})
}

// ConfirmRestore ends the stop of one AOO after a restore. Where this station numbers, the next number follows r.LastNumber, and the numbers
// between the last one that the data know and that one are listed as a gap with the act. r.LastNumber is the register's of the
// Roman year in which it is confirmed; 0000000 says that this year none was given. Invalid "lastNumber" when the data know a
// later one. Conflict "emergency-still-open" and Invalid "emergencyLast" as [station.RestoreConfirmation] says.
func (db *DB) ConfirmRestore(ctx context.Context, a protocollo.Actor, r station.RestoreConfirmation) error {
	return db.transact(ctx, "confirm the restore", func(w *wtx) error {
		if r.AOO == "" {
			r.AOO = a.AOO
		}
		switch {
		case r.ActNumber == "":
			return protocollo.Errorf(protocollo.Invalid, "actNumber", "the confirmation needs its act's number")
		case r.ActDay == "":
			return protocollo.Errorf(protocollo.Invalid, "actDay", "the confirmation needs its act's date")
		}
		known, err := r.LastNumber.Int()
		if err != nil {
			return protocollo.Errorf(protocollo.Invalid, "lastNumber", "%w", err)
		}
		open, err := openStops(w.ctx, w, "restore")
		if err != nil {
			return err
		}
		var stopID int64
		for _, s := range open {
			if s.aoo == r.AOO {
				stopID = s.id
			}
		}
		if stopID == 0 {
			return protocollo.Errorf(protocollo.Conflict, "not-stopped", "no restore of AOO %q waits", r.AOO)
		}
		_, err = w.insert("stop_confirmations", row{"stop_id": stopID, "by_user": a.User, "reason": "restore",
			"last_number": string(r.LastNumber), "act_number": r.ActNumber, "act_day": string(r.ActDay)})
		if err != nil {
			return err
		}
		detail := map[string]any{"lastNumber": r.LastNumber}
		if err := w.recordGap(a, r, known, detail); err != nil {
			return err
		}
		if err := w.resumeEmergency(a, r, detail); err != nil {
			return err
		}
		return w.report(KindRestoreConfirmed, a.User, r.AOO, 0, detail)
	})
}

// recordGap lists the numbers that were lost, where this station numbers.
func (w *wtx) recordGap(a protocollo.Actor, r station.RestoreConfirmation, known int64, detail map[string]any) error {
	s, err := readSetup(w.ctx, w)
	if err != nil {
		return err
	}
	if s.Connector != embeddedConnector {
		return nil
	}
	key, err := registerOf(s, r.AOO, protocollo.YearOf(w.now))
	if err != nil {
		return err
	}
	next, err := nextNumber(w.ctx, w, key)
	if err != nil {
		return err
	}
	if known < next-1 {
		taken, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM register_numbers
			WHERE amministrazione = ? AND aoo = ? AND register = ? AND year = ?`, key.Amministrazione, string(key.AOO), key.Register, key.Year))
		if err != nil {
			return err
		}
		if taken > 0 {
			return protocollo.Errorf(protocollo.Invalid, "lastNumber", "the data know number %d, later than %d", next-1, known)
		}
		return nil // none was given yet: the starting number stands
	}
	if known == next-1 {
		return nil
	}
	detail["gapFirst"], detail["gapLast"] = next, known
	_, err = w.insert("number_gaps", row{"amministrazione": key.Amministrazione, "aoo": string(key.AOO), "register": key.Register,
		"year": key.Year, "first": next, "last": known, "act_number": r.ActNumber, "act_day": string(r.ActDay), "by_user": a.User})
	return err
}
