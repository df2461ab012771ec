package store

import (
	"context"
	"errors"

	"segnatura/internal/protocollo"
)

// The kinds of journal entries of competitions. None names a candidate.
const (
	KindCompetitionEntered = "competition.entered"
	KindCompetitionAmended = "competition.amended"
	KindApplicationSaved   = "application.saved"
	KindApplicationAmended = "application.amended"
	KindApplicationStruck  = "application.struck"
	KindNoteClosed         = "note.closed"
	KindNoteMade           = "note.made"
	KindNoteArchived       = "note.archived"
)

// onceUnder answers a key that came before: same is asked about the id that it became. First reports that the key is new.
func (w *wtx) onceUnder(table, key string, same func(id int64) (bool, error)) (id int64, first bool, err error) {
	id, err = one(w.ctx, w, "key", number, `SELECT id FROM `+table+` WHERE key = ?`, key)
	if errors.Is(err, protocollo.NotFound) {
		return 0, true, nil
	}
	if err != nil {
		return 0, false, err
	}
	as, err := same(id)
	if err == nil && !as {
		err = protocollo.Errorf(protocollo.Conflict, "request-key", "key %s came before with other content", key)
	}
	return id, false, err
}

// SaveCompetition enters a competition with its first version.
func (db *DB) SaveCompetition(ctx context.Context, a protocollo.Actor, key string, terms protocollo.CompetitionTerms) (protocollo.Competition, error) {
	var c protocollo.Competition
	err := db.transact(ctx, "enter a competition", func(w *wtx) error {
		id, first, err := w.onceUnder("competitions", key, func(id int64) (bool, error) {
			was, err := one(w.ctx, w, "competition", scanCompetitionVersion, `SELECT `+competitionVersionColumns+` FROM competition_versions v
				JOIN competitions c ON c.id = v.competition_id WHERE c.id = ? AND c.aoo = ? AND v.version = 1`, id, string(a.AOO))
			return was.Terms == terms, err
		})
		if err != nil {
			return err
		}
		if first {
			if id, err = w.insert("competitions", row{"aoo": string(a.AOO), "key": key, "by_user": a.User}); err != nil {
				return err
			}
			if err := w.competitionVersion(a, id, 1, terms, ""); err != nil {
				return err
			}
			if err := w.report(KindCompetitionEntered, a.User, a.AOO, 0, map[string]any{"competition": id, "closesAt": terms.ClosesAt, "mode": terms.Mode}); err != nil {
				return err
			}
		}
		c, err = w.competition(a.AOO, id)
		return err
	})
	return c, err
}

func (w *wtx) competitionVersion(a protocollo.Actor, id int64, version int, t protocollo.CompetitionTerms, reason string) error {
	_, err := w.insert("competition_versions", row{"competition_id": id, "version": version, "kind": string(t.Kind), "notice": t.Notice, "uor": t.UOR,
		"responsible": t.Responsible, "closes_at": nanos(t.ClosesAt), "mode": string(t.Mode), "postmark": t.Postmark, "classifica": t.Classifica, "fascicolo": t.Fascicolo,
		"reason": reason, "by_user": a.User})
	return err
}

// AmendCompetition adds a version: what a closing date was stays readable beside what it is.
func (db *DB) AmendCompetition(ctx context.Context, a protocollo.Actor, id int64, version int, terms protocollo.CompetitionTerms, reason string) (protocollo.Competition, error) {
	var c protocollo.Competition
	err := db.transact(ctx, "amend a competition", func(w *wtx) error {
		have, err := w.competition(a.AOO, id)
		if err != nil {
			return err
		}
		switch {
		case have.Version == version+1 && have.Terms == terms:
			c = have
			return nil
		case have.Version != version:
			return protocollo.Errorf(protocollo.Conflict, "competition-changed", "competition %d is at version %d", id, have.Version)
		}
		if err := w.competitionVersion(a, id, version+1, terms, reason); err != nil {
			return err
		}
		if err := w.report(KindCompetitionAmended, a.User, a.AOO, 0, map[string]any{"competition": id, "reason": reason, "version": version + 1}); err != nil {
			return err
		}
		c, err = w.competition(a.AOO, id)
		return err
	})
	return c, err
}

// SaveApplication enters a domanda with its first version.
func (db *DB) SaveApplication(ctx context.Context, a protocollo.Actor, competitionID int64, version int, key string, f protocollo.ApplicationFacts) (protocollo.Application, error) {
	var out protocollo.Application
	err := db.transact(ctx, "enter an application", func(w *wtx) error {
		c, err := w.competition(a.AOO, competitionID)
		if err != nil {
			return err
		}
		id, first, err := w.onceUnder("applications", key, func(id int64) (bool, error) { return w.firstFacts(id, competitionID, f) })
		if err != nil {
			return err
		}
		if first {
			if c.Version != version {
				return protocollo.Errorf(protocollo.Conflict, "competition-changed", "competition %d is at version %d", c.ID, c.Version)
			}
			seq, err := number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(seq), 0) + 1 FROM applications WHERE competition_id = ?`, c.ID))
			if err != nil {
				return err
			}
			if id, err = w.insert("applications", row{"competition_id": c.ID, "seq": seq, "key": key, "by_user": a.User}); err != nil {
				return err
			}
			if f.ArrivedAt.IsZero() {
				f.ArrivedAt = w.now
			}
			if err := w.applicationVersion(a, id, 1, f, false, ""); err != nil {
				return err
			}
			if err := w.report(KindApplicationSaved, a.User, a.AOO, 0, map[string]any{"competition": c.ID, "application": seq}); err != nil {
				return err
			}
		}
		out, err = w.application(a.AOO, id)
		return err
	})
	return out, err
}

// firstFacts reports whether an application was entered with these; an arrival that was left open is the instant of then.
func (w *wtx) firstFacts(id, competitionID int64, f protocollo.ApplicationFacts) (bool, error) {
	was, err := one(w.ctx, w, "application", scanApplication, `SELECT `+applicationColumns+` FROM applications a JOIN application_versions v ON v.application_id = a.id AND v.version = 1
		WHERE a.id = ?`, id)
	if f.ArrivedAt.IsZero() && was.Facts.ArrivedAt.Equal(was.SavedAt) {
		f.ArrivedAt = was.Facts.ArrivedAt
	}
	return was.CompetitionID == competitionID && was.Facts == f, err
}

func (w *wtx) applicationVersion(a protocollo.Actor, id int64, version int, f protocollo.ApplicationFacts, struck bool, reason string) error {
	_, err := w.insert("application_versions", row{"application_id": id, "version": version, "candidate": f.Candidate, "arrived_at": nanos(f.ArrivedAt),
		"arrival_reason": f.ArrivalReason, "initials": f.Initials, "means": string(f.Means), "postmark_day": string(f.PostmarkDay), "unreadable": f.Unreadable,
		"raccomandata": f.Raccomandata, "note": f.Note, "struck": struck, "reason": reason, "by_user": a.User})
	return err
}

// AmendApplication adds a version, or strikes what was entered by mistake.
func (db *DB) AmendApplication(ctx context.Context, a protocollo.Actor, id int64, version int, f protocollo.ApplicationFacts, strike bool, reason string) (protocollo.Application, error) {
	var out protocollo.Application
	err := db.transact(ctx, "amend an application", func(w *wtx) error {
		have, err := w.application(a.AOO, id)
		if err != nil {
			return err
		}
		if f.ArrivedAt.IsZero() || strike {
			f.ArrivedAt = have.Facts.ArrivedAt
		}
		if strike {
			f = have.Facts
		}
		switch {
		case have.Version == version+1 && have.Facts == f && (have.Struck != "") == strike:
			out = have
			return nil
		case have.Struck != "":
			return protocollo.Errorf(protocollo.Conflict, "application-struck", "application %d is struck", id)
		case have.Version != version:
			return protocollo.Errorf(protocollo.Conflict, "application-changed", "application %d is at version %d", id, have.Version)
		case strike && (have.NoteID != 0 || have.IntakeID != 0):
			return protocollo.Errorf(protocollo.Conflict, "application-noted", "application %d stands in note %d, or is letter %d", id, have.NoteID, have.IntakeID)
		}
		if err := w.applicationVersion(a, id, version+1, f, strike, reason); err != nil {
			return err
		}
		kind := KindApplicationAmended
		if strike {
			kind = KindApplicationStruck
		}
		if err := w.report(kind, a.User, a.AOO, have.IntakeID, map[string]any{"competition": have.CompetitionID, "application": have.Seq, "reason": reason, "version": version + 1}); err != nil {
			return err
		}
		out, err = w.application(a.AOO, id)
		return err
	})
	return out, err
}
