package store

import (
	"context"
	"fmt"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// stands is the condition that nothing was joined since postponement p: a later scan ended it, even one that was discarded.
const stands = `NOT EXISTS (SELECT 1 FROM associations s WHERE s.registration_id = p.registration_id AND s.at >= p.at)`

// postponed is the condition that somebody put off the scan of record x, and nothing was scanned since.
const postponed = `(x.captured = 0 AND EXISTS (SELECT 1 FROM postponements p WHERE p.registration_id = x.registration_id AND ` + stands + `))`

// Postpone records that a registration's paper is scanned later. The same reason again is no error; Conflict "already-captured", "annulled".
func (db *DB) Postpone(ctx context.Context, a protocollo.Actor, registrationID int64, reason string) error {
	return db.transact(ctx, "put a scan off", func(w *wtx) error {
		r, err := registrationByID(w.ctx, w, registrationID)
		if err != nil {
			return err
		}
		list, err := readRecords(w.ctx, w, []int64{r.IntakeID})
		if err != nil {
			return err
		}
		last, err := postponementOf(w.ctx, w, r.ID)
		if err != nil {
			return err
		}
		switch f := list[0].Facets; {
		case r.Key.AOO != a.AOO:
			return protocollo.Errorf(protocollo.NotFound, "registration", "no such registration")
		case f.Annulled:
			return protocollo.Errorf(protocollo.Conflict, "annulled", "registration %d is annulled", r.ID)
		case f.Captured:
			return protocollo.Errorf(protocollo.Conflict, "already-captured", "registration %d is captured", r.ID)
		case reason == "":
			return protocollo.Errorf(protocollo.Invalid, "reason", "to put a scan off needs a reason")
		case last != nil && last.Reason == reason:
			return nil
		}
		if _, err := w.insert("postponements", row{"registration_id": r.ID, "by_user": a.User, "reason": reason}); err != nil {
			return err
		}
		return w.report(KindPostponed, a.User, r.Key.AOO, r.IntakeID, map[string]any{"reason": reason})
	})
}

// postponementOf returns the latest that stands, or nil.
func postponementOf(ctx context.Context, q querier, registrationID int64) (*station.Postponement, error) {
	list, err := collect(ctx, q, func(s scannable) (station.Postponement, error) {
		var p station.Postponement
		var at int64
		err := s.Scan(&at, &p.By, &p.Reason)
		p.At = instant(at)
		return p, err
	}, `SELECT at, by_user, reason FROM postponements p WHERE registration_id = ? AND `+stands+` ORDER BY id DESC LIMIT 1`, registrationID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return &list[0], nil
}

// unscanned is the condition that record x of intake i is a registration whose paper is to be scanned and was not, with a label or without:
// nothing is scanned of a file, nor of an envelope that stays closed.
const unscanned = `(x.registration_id IS NOT NULL AND x.captured = 0 AND x.annulled = 0 AND coalesce(i.draft ->> '$.support', '') <> 'file'
	AND coalesce(i.draft ->> '$.envelope', '') <> 'chiusa')`

// dayList is one list of the end of a day: where it goes, and the rows intake, document, exception, kind, instant, who, why; 0 and ” where
// a list has none. Conditions stand before the actor's sight, order after it.
type dayList struct {
	into *station.DayList
	from string
	args []any
	seen bool // the rows are of records x, and only those that the actor sees
}

// EndOfDay lists what is open of what was there by the end of a day, and what happened on it, of what the actor sees. A list has at most
// station.DayListLimit items, the urgent first and then the oldest (R1.20); its Total counts all.
func (db *DB) EndOfDay(ctx context.Context, a protocollo.Actor, day protocollo.Day) (station.EndOfDay, error) {
	e := station.EndOfDay{Day: day}
	from, to, err := boundsOf(day)
	if err != nil {
		return e, err
	}
	const paper = ` x.day <= ? AND ` + unscanned + ` AND `
	where, seen := visible(a)
	for _, l := range []dayList{
		{&e.Unscanned, `SELECT x.intake_id, 0, 0, '', r.registered_at, x.operator, '' FROM records x JOIN registrations r ON r.id = x.registration_id
			JOIN intakes i ON i.id = x.intake_id WHERE` + paper + `NOT ` + postponed, []any{string(day)}, true},
		{&e.Postponed, `SELECT x.intake_id, 0, 0, '', p.at, p.by_user, p.reason FROM records x JOIN postponements p ON p.id = (
			SELECT max(y.id) FROM postponements y WHERE y.registration_id = x.registration_id) JOIN intakes i ON i.id = x.intake_id WHERE` + paper + stands, []any{string(day)}, true},
		{&e.Inside, `SELECT x.intake_id, 0, 0, y.kind, y.at, y.by_user, y.person FROM inside y JOIN records x ON x.intake_id = y.intake_id WHERE y.at < ?`, []any{to.UnixNano()}, true},
		{&e.GoingBack, `SELECT x.intake_id, 0, 0, CASE WHEN y.kind = 'returned' AND y.at < ? THEN 'returned' ELSE 'desk' END, CASE WHEN y.at < ? THEN y.at ELSE y.since END,
				y.by_user, y.addressee FROM going_back y JOIN records x ON x.intake_id = y.intake_id WHERE y.since < ? AND (y.kind = 'desk' OR y.at >= ?)`,
			[]any{to.UnixNano(), to.UnixNano(), to.UnixNano(), from.UnixNano()}, true},
		{&e.Unregistered, `SELECT x.intake_id, 0, 0, u.grounds, u.at, u.by_user, n.words || ' (' || n.source || ')' FROM unnumbered_intakes u
			JOIN unregistered_entries n ON n.intake_id = u.intake_id JOIN records x ON x.intake_id = u.intake_id WHERE u.at >= ? AND u.at < ?`,
			[]any{from.UnixNano(), to.UnixNano()}, true},
		{&e.Excluded, `SELECT x.intake_id, d.document_id, 0, coalesce(d.exclusion, ''), d.at, d.by_user, d.reason FROM scope_decisions d
			JOIN associations s ON s.document_id = d.document_id JOIN records x ON x.registration_id = s.registration_id
			WHERE d.choice = 'exclude' AND d.at >= ? AND d.at < ? AND NOT EXISTS (SELECT 1 FROM discards y WHERE y.document_id = d.document_id)`,
			[]any{from.UnixNano(), to.UnixNano()}, true},
		{&e.Unjoined, `SELECT 0, e.document_id, e.id, e.kind, e.opened_at, '', '' FROM exceptions e LEFT JOIN associations s ON s.document_id = e.document_id
			WHERE e.aoo = ? AND e.solved_at = 0 AND e.opened_at < ? AND s.id IS NULL`, []any{string(a.AOO), to.UnixNano()}, false},
		{&e.Unanswered, `SELECT x.intake_id, e.document_id, e.id, e.kind, e.opened_at, '', '' FROM exceptions e JOIN associations s ON s.document_id = e.document_id
			JOIN records x ON x.registration_id = s.registration_id WHERE e.solved_at = 0 AND e.opened_at < ?`, []any{to.UnixNano()}, true},
		{&e.Unnumbered, `SELECT x.intake_id, 0, 0, x.outcome, i.at, x.operator, CASE x.outcome WHEN 'rejected' THEN (SELECT o.words FROM attempts t
				JOIN attempt_outcomes o ON o.attempt_id = t.id WHERE t.intake_id = x.intake_id ORDER BY t.ordinal DESC, o.id DESC LIMIT 1) ELSE '' END
			FROM records x JOIN intakes i ON i.id = x.intake_id WHERE x.registration_id IS NULL AND x.outcome <> 'closed' AND i.at < ?`, []any{to.UnixNano()}, true},
		{&e.ByHand, `SELECT DISTINCT x.intake_id, e.document_id, 0, e.kind, e.solved_at, e.solved_by, '' FROM exceptions e JOIN associations s ON s.document_id = e.document_id
			JOIN records x ON x.registration_id = s.registration_id WHERE e.kind IN ('no-code', 'before-label') AND e.choice IN ('assign', 'new-version', 'attachment')
			AND s.by_code = '' AND e.solved_at >= ? AND e.solved_at < ?`, []any{from.UnixNano(), to.UnixNano()}, true},
		{&e.ToConfirm, `SELECT x.intake_id, d.id, 0, '', s.at, '', '' FROM documents d JOIN associations s ON s.document_id = d.id
			JOIN records x ON x.registration_id = s.registration_id WHERE d.aoo = ? AND d.state = 'ready' AND d.state NOT IN ('archived', 'discarded', 'noted') AND s.at < ?`,
			[]any{string(a.AOO), to.UnixNano()}, true},
		{&e.Unfinished, `SELECT coalesce(x.intake_id, 0), d.id, 0, CASE WHEN b.state = 'awaits-backs' THEN 'backs'
				WHEN EXISTS (SELECT 1 FROM supersessions u WHERE u.successor_id = s.id) THEN 'takeover' ELSE '' END, b.ended_at, b.started_by, ''
			FROM documents d JOIN batches b ON b.id = d.batch_id LEFT JOIN associations s ON s.document_id = d.id LEFT JOIN records x ON x.registration_id = s.registration_id
			WHERE d.aoo = ? AND d.state = 'receiving' AND d.state NOT IN ('archived', 'discarded', 'noted') AND b.state <> 'running' AND b.started_at < ?
			AND NOT EXISTS (SELECT 1 FROM exceptions e WHERE e.document_id = d.id AND e.kind = 'takeover' AND e.solved_at = 0) AND (s.id IS NULL OR ` + where + `)`, append([]any{string(a.AOO), to.UnixNano()}, seen...), false},
	} {
		if err := db.dayList(ctx, a, l); err != nil {
			return e, fmt.Errorf("list the end of the day: %w", err)
		}
	}
	n, err := number(db.read.QueryRowContext(ctx, `SELECT count(*) FROM records x WHERE x.aoo = ? AND x.day = ? AND `+where, append([]any{string(a.AOO), string(day)}, seen...)...))
	e.Registered = int(n)
	if err != nil {
		return e, fmt.Errorf("count the day's registrations: %w", err)
	}
	return e, nil
}

func (db *DB) dayList(ctx context.Context, a protocollo.Actor, l dayList) error {
	if l.seen {
		where, seen := visible(a)
		l.from += ` AND ` + where
		l.args = append(l.args, seen...)
	}
	l.into.Items = []station.DayItem{}
	var intakes []int64
	items, err := collect(ctx, db.read, func(s scannable) (station.DayItem, error) {
		var i station.DayItem
		var intake, at int64
		err := s.Scan(&intake, &i.DocumentID, &i.ExceptionID, &i.Kind, &at, &i.By, &i.Reason, &l.into.Total)
		i.At, intakes = instant(at), append(intakes, intake)
		return i, err
	}, `WITH list (intake, document, exception, kind, at, by_user, reason) AS (`+l.from+`) SELECT *, count(*) OVER () FROM list
		ORDER BY intake IN (SELECT intake_id FROM urgent) DESC, at, intake, document, exception LIMIT ?`, append(l.args, station.DayListLimit)...)
	if err != nil {
		return err
	}
	at := map[int64]*station.Record{}
	if of := distinct(intakes); len(of) > 0 {
		records, err := readRecords(ctx, db.read, of)
		if err != nil {
			return err
		}
		for _, r := range records {
			at[r.Intake.ID] = &r
		}
	}
	for i, item := range items {
		item.Record = at[intakes[i]]
		l.into.Items = append(l.into.Items, item)
	}
	return nil
}

// distinct leaves 0 out.
func distinct(ids []int64) []int64 {
	seen := map[int64]bool{0: true}
	var out []int64
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// boundsOf returns the instants between which a day lies in Rome, the second outside it.
func boundsOf(day protocollo.Day) (from, to time.Time, err error) {
	from, err = time.ParseInLocation(time.DateOnly, string(day), protocollo.Rome())
	if err != nil {
		return from, to, protocollo.Errorf(protocollo.Invalid, "day", "the day %q", day)
	}
	return from, from.AddDate(0, 0, 1), nil
}

// SortedPaper lists what came on paper or stays in the house and was registered on a day, of what the actor sees, by office and then in the
// register's order; uor "" is all offices. What was annulled goes nowhere.
func (db *DB) SortedPaper(ctx context.Context, a protocollo.Actor, day protocollo.Day, uor string) ([]station.Record, error) {
	where, seen := visible(a)
	args := append([]any{string(a.AOO), string(day), uor, uor}, seen...)
	ids, err := collect(ctx, db.read, number, `SELECT x.intake_id FROM records x JOIN intakes i ON i.id = x.intake_id
		WHERE x.aoo = ? AND x.day = ? AND x.annulled = 0 AND x.direction IN ('A', 'I') AND coalesce(i.draft ->> '$.support', '') <> 'file'
		AND (? = '' OR x.uor = ?) AND `+where+` ORDER BY x.uor = '', x.uor, length(x.number), x.number`, args...)
	if err != nil {
		return nil, fmt.Errorf("list the day's paper: %w", err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := readRecords(ctx, db.read, ids)
	if err != nil {
		return nil, fmt.Errorf("list the day's paper: %w", err)
	}
	return list, nil
}
