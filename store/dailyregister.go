package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/stamp"
)

// DaysToClose lists the days of an AOO that are over and have no daily register, oldest first. The first is the day on which the AOO was set up.
func (db *DB) DaysToClose(ctx context.Context, aoo protocollo.AOOCode, limit int) ([]protocollo.Day, error) {
	next, err := nextToClose(ctx, db.read, aoo)
	if err != nil {
		return nil, fmt.Errorf("list days to close: %w", err)
	}
	today := protocollo.DayOf(db.cfg.Clock())
	var days []protocollo.Day
	for ; protocollo.DayOf(next) < today && len(days) < limit; next = next.AddDate(0, 0, 1) {
		days = append(days, protocollo.DayOf(next))
	}
	return days, nil
}

// nextToClose is the beginning of the day after the last register's.
func nextToClose(ctx context.Context, q querier, aoo protocollo.AOOCode) (time.Time, error) {
	last, err := text(q.QueryRowContext(ctx, `SELECT coalesce(max(day), '') FROM daily_registers WHERE aoo = ?`, string(aoo)))
	if err != nil {
		return time.Time{}, err
	}
	if last != "" {
		_, next, err := boundsOf(protocollo.Day(last))
		return next, err
	}
	at, err := one(ctx, q, "aoo", number, `SELECT at FROM aoos WHERE code = ?`, string(aoo))
	if err != nil {
		return time.Time{}, err
	}
	first, _, err := boundsOf(protocollo.DayOf(instant(at)))
	return first, err
}

// DailyFacts returns what was recorded on a day that is over. It reads one snapshot, in the order in which things were recorded.
func (db *DB) DailyFacts(ctx context.Context, aoo protocollo.AOOCode, day protocollo.Day) (station.DailyFacts, error) {
	f := station.DailyFacts{}
	from, to, err := boundsOf(day)
	if err != nil {
		return f, err
	}
	if db.cfg.Clock().Before(to) {
		return f, protocollo.Errorf(protocollo.Conflict, "day-open", "%s is not over", day)
	}
	tx, err := db.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return f, fmt.Errorf("read the day %s: %w", day, err)
	}
	defer tx.Rollback() // it only read
	f.EndedAt = to.UTC()
	r := dailyReader{ctx, tx, aoo, from.UnixNano(), to.UnixNano()}
	for _, step := range []func(*station.DailyFacts) error{r.office, r.numbers, r.corrected, r.emergency, r.unnumbered, r.unregistered, r.journal,
		func(f *station.DailyFacts) error { return r.previous(f, day) }} {
		if err := step(&f); err != nil {
			return f, fmt.Errorf("read the day %s: %w", day, err)
		}
	}
	return f, nil
}

// dailyReader reads one day of an AOO.
type dailyReader struct {
	ctx      context.Context
	q        querier
	aoo      protocollo.AOOCode
	from, to int64
}

func (r dailyReader) office(f *station.DailyFacts) error {
	setup, err := readSetup(r.ctx, r.q)
	if err != nil {
		return err
	}
	f.Body, f.Trial = setup.Body, setup.Trial
	for _, a := range setup.AOOs {
		if a.Code == r.aoo {
			f.AOO = a
		}
	}
	return nil
}

// numbers reads the registrations, recoveries and annulments that were recorded on the day.
func (r dailyReader) numbers(f *station.DailyFacts) error {
	for _, l := range []struct {
		into *[]station.Record
		ids  string
	}{
		{&f.Registered, `SELECT intake_id FROM registrations WHERE aoo = ? AND at >= ? AND at < ? AND connector <> 'emergency' ORDER BY id`},
		{&f.Recovered, `SELECT r.intake_id FROM recoveries y JOIN registrations r ON r.id = y.registration_id WHERE y.aoo = ? AND y.at >= ? AND y.at < ? ORDER BY y.id`},
		{&f.Annulled, `SELECT r.intake_id FROM annulments a JOIN registrations r ON r.id = a.registration_id WHERE r.aoo = ? AND a.at >= ? AND a.at < ? ORDER BY a.id`},
	} {
		ids, err := collect(r.ctx, r.q, number, l.ids, string(r.aoo), r.from, r.to)
		if err != nil {
			return err
		}
		if len(ids) == 0 {
			continue
		}
		if *l.into, err = readRecords(r.ctx, r.q, ids); err != nil {
			return err
		}
		for i := range *l.into {
			if err := r.asThen(&(*l.into)[i].Intake); err != nil {
				return err
			}
		}
	}
	return nil
}

// asThen gives a letter the words that it had at the end of the day: a correction of a later day is in that day's register.
func (r dailyReader) asThen(in *protocollo.Intake) error {
	draft, err := text(r.q.QueryRowContext(r.ctx, `SELECT coalesce((SELECT k.draft FROM corrections k WHERE k.intake_id = i.id AND k.at < ? ORDER BY k.id DESC LIMIT 1), i.draft)
		FROM intakes i WHERE i.id = ? AND EXISTS (SELECT 1 FROM corrections k WHERE k.intake_id = i.id AND k.at >= ?)
		UNION ALL SELECT '' LIMIT 1`, r.to, in.ID, r.to))
	if err != nil || draft == "" { // nothing was corrected since
		return err
	}
	in.Draft = protocollo.Draft{}
	return decode(draft, &in.Draft)
}

// corrected reads what was corrected on the day.
func (r dailyReader) corrected(f *station.DailyFacts) error {
	list, err := collect(r.ctx, r.q, scanCorrection, `SELECT `+correctionColumns+correctionFrom+`JOIN corrections k ON k.request_id = q.id
		WHERE x.aoo = ? AND k.at >= ? AND k.at < ? ORDER BY k.id`, string(r.aoo), r.from, r.to)
	if err != nil {
		return err
	}
	f.Corrected, err = entries(r.ctx, r.q, list)
	return err
}

// emergency counts the rows that each emergency register gained on the day, and those of its rows that gained their ordinary number. A register
// that was open has its line also where nothing was registered (DPR 445/2000 art. 63(3)).
func (r dailyReader) emergency(f *station.DailyFacts) error {
	var err error
	f.Emergency, err = collect(r.ctx, r.q, func(s scannable) (stamp.DailyEmergency, error) {
		var e stamp.DailyEmergency
		err := s.Scan(&e.Name, &e.Recorded, &e.ByHand, &e.Recovered)
		return e, err
	}, `SELECT o.ordinal || '/' || o.year, count(x.id) FILTER (WHERE x.at >= ?2 AND x.at < ?3), count(x.id) FILTER (WHERE x.at >= ?2 AND x.at < ?3 AND x.manual = 1),
			count(y.id) FILTER (WHERE y.at >= ?2 AND y.at < ?3)
		FROM emergency_openings o LEFT JOIN emergency_closings c ON c.opening_id = o.id LEFT JOIN emergency_rows x ON x.opening_id = o.id
			LEFT JOIN recoveries y ON y.registration_id = x.registration_id
		WHERE o.aoo = ?1 AND o.at < ?3 GROUP BY o.id
		HAVING c.at IS NULL OR c.at >= ?2 OR count(y.id) FILTER (WHERE y.at >= ?2 AND y.at < ?3) > 0 ORDER BY o.id`, string(r.aoo), r.from, r.to)
	return err
}

func (r dailyReader) unnumbered(f *station.DailyFacts) error {
	var err error
	f.Unnumbered, err = collect(r.ctx, r.q, scanIntake, `SELECT `+intakeColumns+` FROM intakes i WHERE i.aoo = ? AND i.at < ?
		AND NOT EXISTS (SELECT 1 FROM registrations x WHERE x.intake_id = i.id AND x.at < ?)
		AND NOT EXISTS (SELECT 1 FROM unnumbered_intakes x WHERE x.intake_id = i.id) ORDER BY i.id`, string(r.aoo), r.to, r.to)
	for i := range f.Unnumbered {
		if err == nil {
			err = r.asThen(&f.Unnumbered[i])
		}
	}
	return err
}

// unregistered counts what was left out of the register on the day, by the entry that was cited (R1.14). What is registered after all later was left out on its day.
func (r dailyReader) unregistered(f *station.DailyFacts) (err error) {
	f.Unregistered, err = collect(r.ctx, r.q, func(s scannable) (stamp.DailyUnregistered, error) {
		var u stamp.DailyUnregistered
		err := s.Scan(&u.Code, &u.Words, &u.Source, &u.Manual, &u.Count)
		return u, err
	}, `SELECT e.code, e.words, e.source, e.manual, count(*) FROM unregistered_entries e JOIN intakes i ON i.id = e.intake_id
		WHERE i.aoo = ? AND i.at >= ? AND i.at < ? GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`, string(r.aoo), r.from, r.to)
	return err
}

func (r dailyReader) journal(f *station.DailyFacts) (err error) {
	f.Journal, err = endOfDayHead(r.ctx, r.q, r.to)
	return err
}

// endOfDayHead is the journal's last entry before an instant.
func endOfDayHead(ctx context.Context, q querier, before int64) (station.JournalHead, error) {
	return one(ctx, q, "entry", func(s scannable) (station.JournalHead, error) {
		var h station.JournalHead
		err := s.Scan(&h.Seq, &h.Hash)
		return h, err
	}, `SELECT seq, hash FROM journal WHERE at < ? ORDER BY seq DESC LIMIT 1`, before)
}

func (r dailyReader) previous(f *station.DailyFacts, day protocollo.Day) error {
	p, err := one(r.ctx, r.q, "daily-register", scanDaily, `SELECT `+dailyColumns+` FROM daily_registers WHERE aoo = ? AND day < ? ORDER BY day DESC LIMIT 1`, string(r.aoo), string(day))
	switch {
	case errors.Is(err, protocollo.NotFound):
		return nil
	case err != nil:
		return err
	}
	f.Previous = &p
	return nil
}

const dailyColumns = `id, at, aoo, day, registrations, annulments, emergency, late, journal_seq, journal_hash, pdf_sha256, pdf_bytes, csv_sha256, csv_bytes`

func scanDaily(s scannable) (station.DailyRegister, error) {
	var d station.DailyRegister
	var at int64
	err := s.Scan(&d.ID, &at, &d.AOO, &d.Day, &d.Registrations, &d.Annulments, &d.Emergency, &d.Late, &d.Journal.Seq, &d.Journal.Hash,
		&d.PDF.SHA256, &d.PDF.Bytes, &d.CSV.SHA256, &d.CSV.Bytes)
	d.MadeAt = instant(at)
	return d, err
}

// RecordDailyRegister records that a day's register was made.
func (db *DB) RecordDailyRegister(ctx context.Context, d station.DailyRegister) error {
	for _, f := range []station.DailyFile{d.PDF, d.CSV} {
		if err := db.mustHaveBlob(ctx, f.SHA256, f.Bytes); err != nil {
			return fmt.Errorf("record a daily register: %w", err)
		}
	}
	_, to, err := boundsOf(d.Day)
	if err != nil {
		return err
	}
	return db.transact(ctx, "record a daily register", func(w *wtx) error {
		if w.now.Before(to) { // also where the clock is in doubt: more may yet be recorded with an instant of that day
			return protocollo.Errorf(protocollo.Conflict, "day-open", "%s is not over", d.Day)
		}
		have, err := one(w.ctx, w, "daily-register", scanDaily, `SELECT `+dailyColumns+` FROM daily_registers WHERE aoo = ? AND day = ?`, string(d.AOO), string(d.Day))
		switch {
		case err == nil && have.PDF == d.PDF && have.CSV == d.CSV:
			return nil
		case err == nil:
			return protocollo.Errorf(protocollo.Conflict, "daily-register", "%s has its register %s", d.Day, have.PDF.SHA256)
		case !errors.Is(err, protocollo.NotFound):
			return err
		}
		// A transaction that began before midnight may have ended after the day was read.
		end, err := endOfDayHead(w.ctx, w, to.UnixNano())
		if err != nil {
			return err
		}
		if end != d.Journal {
			return protocollo.Errorf(protocollo.Conflict, "day-open", "the journal of %s ends with entry %d, not %d", d.Day, end.Seq, d.Journal.Seq)
		}
		next, err := nextToClose(w.ctx, w, d.AOO)
		if err != nil {
			return err
		}
		if next := protocollo.DayOf(next); next != d.Day {
			return protocollo.Errorf(protocollo.Conflict, "daily-register", "the next register is of %s, not of %s", next, d.Day)
		}
		last, err := number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(id), 0) FROM daily_registers WHERE aoo = ?`, string(d.AOO)))
		if err != nil {
			return err
		}
		id, err := w.insert("daily_registers", row{"aoo": string(d.AOO), "day": string(d.Day), "previous_id": nullable(last), "registrations": d.Registrations,
			"annulments": d.Annulments, "emergency": d.Emergency, "late": d.Late, "journal_seq": d.Journal.Seq, "journal_hash": d.Journal.Hash,
			"pdf_sha256": d.PDF.SHA256, "pdf_bytes": d.PDF.Bytes, "csv_sha256": d.CSV.SHA256, "csv_bytes": d.CSV.Bytes})
		if err != nil {
			return err
		}
		if err := w.queueTimestamp(d.AOO, protocollo.TimestampDaily, id, d.PDF.SHA256); err != nil {
			return err
		}
		return w.report(KindDailyRegister, stationUser(), d.AOO, 0, map[string]any{"day": d.Day, "pdf": d.PDF.SHA256, "csv": d.CSV.SHA256})
	})
}

// DailyRegister returns the register of a day.
func (db *DB) DailyRegister(ctx context.Context, aoo protocollo.AOOCode, day protocollo.Day) (station.DailyRegister, error) {
	return one(ctx, db.read, "daily-register", scanDaily, `SELECT `+dailyColumns+` FROM daily_registers WHERE aoo = ? AND day = ?`, string(aoo), string(day))
}

// DailyRegisters lists those of an AOO, newest first, from before a day on.
func (db *DB) DailyRegisters(ctx context.Context, aoo protocollo.AOOCode, before protocollo.Day, limit int) ([]station.DailyRegister, error) {
	list, err := collect(ctx, db.read, scanDaily, `SELECT `+dailyColumns+` FROM daily_registers WHERE aoo = ? AND (? = '' OR day < ?) ORDER BY day DESC LIMIT ?`, string(aoo), string(before), string(before), limit)
	if err != nil {
		return nil, fmt.Errorf("list daily registers: %w", err)
	}
	return list, nil
}
