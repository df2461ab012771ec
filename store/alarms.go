package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"segnatura/internal/protocollo"
)

// The kinds of journal entries of alarms.
const (
	KindAlarmRaised = "alarm.raised"
	KindAlarmSeen   = "alarm.acknowledged"
	KindAlarmEnded  = "alarm.ended"
)

// AlarmFacts fills what the records say; Away, Answers, MayOpenAfter, BidsDueBefore, WatchedSince and VerifiedAt are the caller's. Its instant is the one that
// a record made now would bear: not earlier than the last one's, and the last one's while the clock is in doubt.
func (db *DB) AlarmFacts(ctx context.Context, aoo protocollo.AOOCode) (protocollo.AlarmFacts, error) {
	var f protocollo.AlarmFacts
	err := db.alarmInstant(ctx, &f)
	if err != nil {
		return f, fmt.Errorf("read the clock's state: %w", err)
	}
	f.Waiting, err = collect(ctx, db.read, func(s scannable) (protocollo.WaitingLetter, error) {
		var w protocollo.WaitingLetter
		var at int64
		err := s.Scan(&w.IntakeID, &at)
		w.Since = instant(at)
		return w, err
	}, `SELECT i.id, i.at FROM records x JOIN intakes i ON i.id = x.intake_id WHERE x.aoo = ? AND x.registration_id IS NULL AND x.outcome NOT IN ('rejected', 'closed') ORDER BY i.at, i.id`, string(aoo))
	if err != nil {
		return f, fmt.Errorf("list letters without number: %w", err)
	}
	if f.AnsweredAt, err = db.answeredAt(ctx, aoo, f.Waiting); err != nil {
		return f, err
	}
	if f.OutageSince, err = db.OutageSince(ctx); err != nil {
		return f, err
	}
	if f.Undelivered, err = db.undeliveredBids(ctx, aoo); err != nil {
		return f, err
	}
	f.Registers, err = db.EmergencyRegisters(ctx, aoo, 0)
	return f, err
}

// answeredAt returns when an AOO's letter got its latest answer after the oldest that waits had its first call; zero: none did. Ids follow the instants.
func (db *DB) answeredAt(ctx context.Context, aoo protocollo.AOOCode, waiting []protocollo.WaitingLetter) (time.Time, error) {
	if len(waiting) == 0 {
		return time.Time{}, nil
	}
	at, err := number(db.read.QueryRowContext(ctx, `SELECT coalesce((SELECT o.at FROM attempt_outcomes o
		JOIN attempts a ON a.id = o.attempt_id JOIN intakes i ON i.id = a.intake_id
		WHERE o.id > (SELECT min(f.id) FROM attempt_outcomes f JOIN attempts b ON b.id = f.attempt_id WHERE b.intake_id = ?)
			AND `+answered+` AND i.aoo = ? ORDER BY o.id DESC LIMIT 1), 0)`, waiting[0].IntakeID, string(aoo)))
	if err != nil {
		return time.Time{}, fmt.Errorf("look for the last answer: %w", err)
	}
	return instant(at), nil
}

// answered is an outcome o of an attempt a that the system which numbers gave an answer to: a number, or a refusal.
const answered = `o.outcome IN ('numbered', 'rejected') AND a.connector <> 'emergency'`

func (db *DB) alarmInstant(ctx context.Context, f *protocollo.AlarmFacts) error {
	last, err := journalHead(ctx, db.read)
	if err != nil {
		return err
	}
	open, err := openStops(ctx, db.read, "clock")
	if err != nil {
		return err
	}
	f.Now = db.cfg.Clock().UTC()
	switch {
	case len(open) > 0:
		f.ClockDoubt = open[0].Since
	case db.clockDoubt(&wtx{last: last, clock: f.Now}) != "":
		f.ClockDoubt = last.at // as the stop will say that the next record brings
	}
	if f.Now.Before(last.at) || !f.ClockDoubt.IsZero() {
		f.Now = last.at
	}
	return nil
}

// OutageSince returns when the system that numbers first left a call undone since it last answered one, while a letter waits for that; zero
// where none does. A number and a refusal are answers. A call that was never made began no outage: the first day of the emergency register runs
// from the interruption itself (DPR 445/2000 art. 63(1)).
func (db *DB) OutageSince(ctx context.Context) (time.Time, error) {
	uncalled, err := json.Marshal(protocollo.Uncalled())
	if err != nil {
		return time.Time{}, fmt.Errorf("encode codes: %w", err)
	}
	at, err := number(db.read.QueryRowContext(ctx, `SELECT coalesce(min(o.at), 0) FROM attempt_outcomes o JOIN attempts a ON a.id = o.attempt_id
		WHERE o.outcome = 'unavailable' AND a.connector <> 'emergency' AND o.words NOT IN (SELECT value FROM json_each(?))
			AND EXISTS (SELECT 1 FROM records x WHERE x.registration_id IS NULL AND x.outcome = 'unavailable')
			AND o.id > coalesce((SELECT o.id FROM attempt_outcomes o JOIN attempts a ON a.id = o.attempt_id WHERE `+answered+` ORDER BY o.id DESC LIMIT 1), 0)`, string(uncalled)))
	if err != nil {
		return time.Time{}, fmt.Errorf("look for an outage: %w", err)
	}
	return instant(at), nil
}

const alarmColumns = `a.id, a.aoo, a.kind, a.hours, a.subject, a.since, a.count, a.at, coalesce(e.at, 0), coalesce(e.why, ''),
	coalesce(k.at, 0), coalesce(k.by_user, ''), coalesce(k.by_name, ''), coalesce(k.note, '')`

const alarmFrom = ` FROM alarms a LEFT JOIN alarm_ends e ON e.alarm_id = a.id LEFT JOIN alarm_acknowledgements k ON k.alarm_id = a.id `

func scanAlarm(s scannable) (protocollo.Alarm, error) {
	var a protocollo.Alarm
	var seen protocollo.Seen
	var since, raised, ended, at int64
	err := s.Scan(&a.ID, &a.AOO, &a.Kind, &a.Hours, &a.Subject, &since, &a.Count, &raised, &ended, &a.EndedWhy, &at, &seen.By, &seen.Name, &seen.Note)
	a.Since, a.RaisedAt, a.EndedAt = instant(since), instant(raised), instant(ended)
	if seen.At = instant(at); at != 0 {
		a.Seen = &seen
	}
	return a, err
}

// Alarms lists those of an AOO that stand or that nobody saw, or all, newest first, at most limit.
func (db *DB) Alarms(ctx context.Context, aoo protocollo.AOOCode, all bool, limit int) ([]protocollo.Alarm, error) {
	list, err := collect(ctx, db.read, scanAlarm, `SELECT `+alarmColumns+alarmFrom+`WHERE a.aoo = ? AND (? OR e.id IS NULL OR k.id IS NULL)
		ORDER BY a.id DESC LIMIT ?`, string(aoo), all, limit)
	if err != nil {
		return nil, fmt.Errorf("list alarms: %w", err)
	}
	return list, nil
}

// UnseenAlarms counts those of an AOO to which nobody said «Ho visto», also where they are over.
func (db *DB) UnseenAlarms(ctx context.Context, aoo protocollo.AOOCode) (int, error) {
	n, err := number(db.read.QueryRowContext(ctx, `SELECT count(*) FROM alarms a WHERE a.aoo = ?
		AND NOT EXISTS (SELECT 1 FROM alarm_acknowledgements k WHERE k.alarm_id = a.id)`, string(aoo)))
	if err != nil {
		return 0, fmt.Errorf("count alarms: %w", err)
	}
	return int(n), nil
}

// RaiseAlarm records an alarm, once for each threshold and outage: one of the same kind, hours, subject and instant is there for ever, and
// while one of the same kind and hours stands that is counted from After or later another is not raised beside it, unless there may be several.
func (db *DB) RaiseAlarm(ctx context.Context, a protocollo.DueAlarm) (raised bool, err error) {
	err = db.transact(ctx, "raise an alarm", func(w *wtx) error {
		there, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM alarms a WHERE a.aoo = ?1 AND a.kind = ?2 AND a.hours = ?3
			AND ((a.subject = ?4 AND a.since = ?5) OR (NOT ?6 AND a.since >= ?7 AND NOT EXISTS (SELECT 1 FROM alarm_ends e WHERE e.alarm_id = a.id)))`,
			string(a.AOO), string(a.Kind), a.Hours, a.Subject, nanos(a.Since), a.Kind.Several(), nanos(a.After)))
		if err != nil || there > 0 {
			return err
		}
		_, err = w.insert("alarms", row{"aoo": string(a.AOO), "kind": string(a.Kind), "hours": a.Hours, "subject": a.Subject, "since": nanos(a.Since), "count": a.Count})
		if err != nil {
			return err
		}
		raised = true
		return w.reportAlarm(KindAlarmRaised, stationUser(), a.Alarm, map[string]any{"count": a.Count})
	})
	return raised && err == nil, err
}

func (w *wtx) reportAlarm(entry, user string, a protocollo.Alarm, detail map[string]any) error {
	detail["alarm"] = a.Kind
	if a.Hours > 0 {
		detail["hours"] = a.Hours
	}
	return w.report(entry, user, a.AOO, 0, detail)
}

// EndAlarm records that what an alarm was about is over. Ending it again is no error; NotFound "alarm".
func (db *DB) EndAlarm(ctx context.Context, id int64, why protocollo.AlarmEnd) error {
	return db.transact(ctx, "end an alarm", func(w *wtx) error {
		a, err := alarmByID(w, id)
		if err != nil || !a.EndedAt.IsZero() {
			return err
		}
		if _, err := w.insert("alarm_ends", row{"alarm_id": id, "why": string(why)}); err != nil {
			return err
		}
		return w.reportAlarm(KindAlarmEnded, stationUser(), a, map[string]any{"end": why})
	})
}

// AcknowledgeAlarm records that a person saw an alarm. One that somebody saw already is returned as it is. NotFound "alarm", also for
// another AOO's.
func (db *DB) AcknowledgeAlarm(ctx context.Context, by protocollo.Actor, id int64, note string) (protocollo.Alarm, error) {
	var a protocollo.Alarm
	err := db.transact(ctx, "acknowledge an alarm", func(w *wtx) (err error) {
		if a, err = alarmByID(w, id); err == nil && a.AOO != by.AOO {
			err = protocollo.Errorf(protocollo.NotFound, "alarm", "no such alarm: %d", id)
		}
		if err != nil || a.Seen != nil {
			return err
		}
		if _, err := w.insert("alarm_acknowledgements", row{"alarm_id": id, "by_user": by.User, "by_name": by.Name, "note": note}); err != nil {
			return err
		}
		detail := map[string]any{}
		if note != "" {
			detail["note"] = note
		}
		if err := w.reportAlarm(KindAlarmSeen, by.User, a, detail); err != nil {
			return err
		}
		a, err = alarmByID(w, id)
		return err
	})
	return a, err
}

func alarmByID(w *wtx, id int64) (protocollo.Alarm, error) {
	a, err := one(w.ctx, w, "alarm", scanAlarm, `SELECT `+alarmColumns+alarmFrom+`WHERE a.id = ?`, id)
	if errors.Is(err, protocollo.NotFound) {
		return a, protocollo.Errorf(protocollo.NotFound, "alarm", "no such alarm: %d", id)
	}
	return a, err
}
