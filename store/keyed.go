package store

import (
	"context"
	"errors"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

const keyedColumns = `key, amministrazione, aoo, register, year, number, day, doubt`

func scanKeyed(s scannable) (station.KeyedNumber, error) {
	var n station.KeyedNumber
	err := s.Scan(&n.RequestKey, &n.Register.Amministrazione, &n.Register.AOO, &n.Register.Register, &n.Register.Year, &n.Number, &n.Day, &n.Doubt)
	return n, err
}

// KeyNumber records a number that a person read on another screen and keyed in for a letter. The same number of the same day for the same
// letter is no error; Conflict "keyed" when it was another, "number-taken" when another letter has the number. NotFound "intake" for a
// letter of another AOO, Conflict "emergency-open" while its numbers are the emergency register's (R21.2). Stopped as RecordIntake.
func (db *DB) KeyNumber(ctx context.Context, a protocollo.Actor, n station.KeyedNumber) error {
	return db.transact(ctx, "key a number in", func(w *wtx) error {
		i, err := one(w.ctx, w, "intake", scanIntake, `SELECT `+intakeColumns+` FROM intakes i WHERE i.key = ? AND i.aoo = ?`, n.RequestKey, string(a.AOO))
		if err != nil {
			return err
		}
		have, err := one(w.ctx, w, "keyed", scanKeyed, `SELECT `+keyedColumns+` FROM keyed_numbers WHERE key = ?`, n.RequestKey)
		switch {
		case err == nil && have.Register == n.Register && have.Number == n.Number && have.Day == n.Day:
			return nil
		case err == nil:
			return protocollo.Errorf(protocollo.Conflict, "keyed", "%s/%d was keyed in for intake %d", have.Number, have.Register.Year, i.ID)
		case !errors.Is(err, protocollo.NotFound):
			return err
		}
		if err := w.mayNumber(i.AOO); err != nil {
			return err
		}
		if err := w.notClosed(i.ID); err != nil {
			return err
		}
		if err := w.notInEmergencyMode(i.AOO); err != nil {
			return err
		}
		if err := w.takenInAny(i, n.Register.Year, n.Number); err != nil {
			return err
		}
		_, err = w.insert("keyed_numbers", row{"key": n.RequestKey, "amministrazione": n.Register.Amministrazione, "aoo": string(n.Register.AOO),
			"register": n.Register.Register, "year": n.Register.Year, "number": string(n.Number), "day": string(n.Day), "by_user": a.User, "doubt": n.Doubt})
		if err != nil {
			return err
		}
		return w.report(KindNumberKeyed, a.User, i.AOO, i.ID, map[string]any{"number": n.Number, "year": n.Register.Year, "day": n.Day, "doubt": n.Doubt})
	})
}

// KeyedNumber returns what was keyed in for a request key, as a receipt; found=false is proof that nothing was.
func (db *DB) KeyedNumber(ctx context.Context, key string) (protocollo.Receipt, bool, error) {
	r, err := one(ctx, db.read, "keyed", func(s scannable) (protocollo.Receipt, error) {
		r := protocollo.Receipt{Ref: key}
		var at int64
		err := s.Scan(&r.Register, &r.Year, &r.Number, &r.Day, &at)
		r.At = instant(at)
		return r, err
	}, `SELECT register, year, number, day, at FROM keyed_numbers WHERE key = ?`, key)
	if errors.Is(err, protocollo.NotFound) {
		return protocollo.Receipt{}, false, nil
	}
	if err != nil {
		return protocollo.Receipt{}, false, fmt.Errorf("find a keyed number: %w", err)
	}
	return r, true, nil
}

// LastKeyed returns the number that was keyed in last for a register's year.
func (db *DB) LastKeyed(ctx context.Context, k protocollo.RegisterKey) (station.KeyedNumber, bool, error) {
	n, err := one(ctx, db.read, "keyed", scanKeyed, `SELECT `+keyedColumns+` FROM keyed_numbers
		WHERE amministrazione = ? AND aoo = ? AND register = ? AND year = ? ORDER BY id DESC LIMIT 1`, k.Amministrazione, string(k.AOO), k.Register, k.Year)
	if errors.Is(err, protocollo.NotFound) {
		return n, false, nil
	}
	if err != nil {
		return n, false, fmt.Errorf("find the last keyed number: %w", err)
	}
	return n, true, nil
}
