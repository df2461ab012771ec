package store

import (
	"context"
	"errors"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// KindDailySigned is a copy of a day's register that came back signed.
const KindDailySigned = "daily-register.signed"

const dailyCopyColumns = `c.id, d.day, c.sha256, c.bytes, c.file_name, c.media_type, c.by_user, c.at FROM daily_copies c JOIN daily_registers d ON d.id = c.daily_register_id`

func scanDailyCopy(s scannable) (station.DailyCopy, error) {
	var c station.DailyCopy
	var at int64
	err := s.Scan(&c.ID, &c.Day, &c.SHA256, &c.Bytes, &c.FileName, &c.MediaType, &c.By, &at)
	c.At = instant(at)
	return c, err
}

// SignDailyRegister records a copy of a day's register that came back signed. Its file is a blob already; the same file again returns what is there.
func (db *DB) SignDailyRegister(ctx context.Context, a protocollo.Actor, day protocollo.Day, c station.DailyCopy) (station.DailyCopy, error) {
	var kept station.DailyCopy
	err := db.transact(ctx, "record a signed daily register", func(w *wtx) error {
		register, err := one(w.ctx, w, "daily-register", number, `SELECT id FROM daily_registers WHERE aoo = ? AND day = ?`, string(a.AOO), string(day))
		if err != nil {
			return err
		}
		find := func() error {
			kept, err = one(w.ctx, w, "signature", scanDailyCopy, `SELECT `+dailyCopyColumns+` WHERE c.daily_register_id = ? AND c.sha256 = ?`, register, c.SHA256)
			return err
		}
		if err := find(); !errors.Is(err, protocollo.NotFound) {
			return err
		}
		if _, err := w.insert("daily_copies", row{"daily_register_id": register, "sha256": c.SHA256, "bytes": c.Bytes, "file_name": c.FileName, "media_type": c.MediaType,
			"by_user": a.User}); err != nil {
			return err
		}
		if err := w.report(KindDailySigned, a.User, a.AOO, 0, map[string]any{"day": day, "sha256": c.SHA256}); err != nil {
			return err
		}
		return find()
	})
	return kept, err
}

// DailyCopies lists the signed copies of an AOO's registers from a day to a day, oldest first.
func (db *DB) DailyCopies(ctx context.Context, aoo protocollo.AOOCode, from, to protocollo.Day) ([]station.DailyCopy, error) {
	list, err := collect(ctx, db.read, scanDailyCopy, `SELECT `+dailyCopyColumns+` WHERE d.aoo = ? AND d.day BETWEEN ? AND ? ORDER BY c.id`, string(aoo), string(from), string(to))
	if err != nil {
		return nil, fmt.Errorf("list signed daily registers: %w", err)
	}
	return list, nil
}

// DailyCopy finds a signed copy of an AOO's register.
func (db *DB) DailyCopy(ctx context.Context, aoo protocollo.AOOCode, id int64) (station.DailyCopy, error) {
	c, err := one(ctx, db.read, "signature", scanDailyCopy, `SELECT `+dailyCopyColumns+` WHERE c.id = ? AND d.aoo = ?`, id, string(aoo))
	if err != nil {
		return c, fmt.Errorf("read a signed daily register: %w", err)
	}
	return c, nil
}
