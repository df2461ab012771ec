package store

import (
	"context"
	"encoding/json"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

const competitionVersionColumns = `v.version, v.kind, v.notice, v.uor, v.responsible, v.closes_at, v.mode, v.postmark, v.classifica, v.fascicolo, v.reason, v.by_user, v.at`

func scanCompetitionVersion(s scannable) (protocollo.CompetitionVersion, error) {
	var v protocollo.CompetitionVersion
	var closes, at int64
	t := &v.Terms
	err := s.Scan(&v.Version, &t.Kind, &t.Notice, &t.UOR, &t.Responsible, &closes, &t.Mode, &t.Postmark, &t.Classifica, &t.Fascicolo, &v.Reason, &v.By, &at)
	t.ClosesAt, v.At = instant(closes), instant(at)
	return v, err
}

// waitingApplication is the condition that application a has neither a note nor a letter, and was not struck; v is its latest version.
const waitingApplication = `v.struck = 0 AND NOT EXISTS (SELECT 1 FROM competition_note_items i WHERE i.application_id = a.id)
	AND NOT EXISTS (SELECT 1 FROM competition_letters l WHERE l.application_id = a.id)`

const applicationsFrom = ` FROM applications a JOIN application_versions v ON v.id = (SELECT max(x.id) FROM application_versions x WHERE x.application_id = a.id) `

// competitionQuery lists competitions with what waits of each.
const competitionQuery = `SELECT ` + competitionVersionColumns + `, c.id, c.aoo, c.at, c.by_user,
		(SELECT count(*)` + applicationsFrom + `WHERE a.competition_id = c.id AND v.struck = 0),
		(SELECT count(*)` + applicationsFrom + `WHERE a.competition_id = c.id AND ` + waitingApplication + `),
		(SELECT count(*) FROM competition_notes n WHERE n.competition_id = c.id AND NOT EXISTS (SELECT 1 FROM competition_letters l
			JOIN records x ON x.intake_id = l.intake_id WHERE l.note_id = n.id AND x.registration_id IS NOT NULL AND x.annulled = 0))
	FROM competitions c JOIN competition_versions v ON v.id = (SELECT max(y.id) FROM competition_versions y WHERE y.competition_id = c.id)
	WHERE c.aoo = ? AND (? = 0 OR c.id = ?) ORDER BY v.closes_at DESC, c.id DESC`

func scanCompetition(s scannable) (protocollo.Competition, error) {
	var c protocollo.Competition
	var at int64
	v, err := scanCompetitionVersion(moreColumns{s, []any{&c.ID, &c.AOO, &at, &c.EnteredBy, &c.Applications, &c.Waiting, &c.Unnumbered}})
	c.Terms, c.Version, c.EnteredAt = v.Terms, v.Version, instant(at)
	return c, err
}

func (w *wtx) competition(aoo protocollo.AOOCode, id int64) (protocollo.Competition, error) {
	return one(w.ctx, w, "competition", scanCompetition, competitionQuery, string(aoo), id, id)
}

// Competitions lists an AOO's, the latest closing date first.
func (db *DB) Competitions(ctx context.Context, aoo protocollo.AOOCode, id int64) ([]protocollo.Competition, error) {
	list, err := collect(ctx, db.read, scanCompetition, competitionQuery, string(aoo), id, id)
	if err != nil {
		return nil, fmt.Errorf("list competitions: %w", err)
	}
	return list, nil
}

// CompetitionHistory returns each version of a competition's terms, oldest first.
func (db *DB) CompetitionHistory(ctx context.Context, aoo protocollo.AOOCode, id int64) ([]protocollo.CompetitionVersion, error) {
	list, err := collect(ctx, db.read, scanCompetitionVersion, `SELECT `+competitionVersionColumns+` FROM competition_versions v JOIN competitions c ON c.id = v.competition_id
		WHERE c.aoo = ? AND c.id = ? ORDER BY v.version`, string(aoo), id)
	if err != nil {
		return nil, fmt.Errorf("read the versions of competition %d: %w", id, err)
	}
	return list, nil
}

// applicationColumns are of application a in its version v.
const applicationColumns = `a.id, a.competition_id, a.seq, a.key, a.at, a.by_user, v.version, v.candidate, v.arrived_at, v.arrival_reason, v.initials, v.means, v.postmark_day,
	v.unreadable, v.raccomandata, v.note, CASE v.struck WHEN 1 THEN v.reason ELSE '' END,
	coalesce((SELECT i.note_id FROM competition_note_items i WHERE i.application_id = a.id), 0),
	coalesce((SELECT max(l.intake_id) FROM competition_letters l WHERE l.application_id = a.id), 0),
	(SELECT count(*) FROM competition_letters l WHERE l.application_id = a.id)`

func scanApplication(s scannable) (protocollo.Application, error) {
	var a protocollo.Application
	var at, arrived int64
	f := &a.Facts
	err := s.Scan(&a.ID, &a.CompetitionID, &a.Seq, &a.Key, &at, &a.SavedBy, &a.Version, &f.Candidate, &arrived, &f.ArrivalReason, &f.Initials, &f.Means, &f.PostmarkDay,
		&f.Unreadable, &f.Raccomandata, &f.Note, &a.Struck, &a.NoteID, &a.IntakeID, &a.Letters)
	a.SavedAt, f.ArrivedAt = instant(at), instant(arrived)
	return a, err
}

func readApplications(ctx context.Context, q querier, aoo protocollo.AOOCode, want station.ApplicationQuery) ([]protocollo.Application, error) {
	where, args := `c.aoo = ?`, []any{string(aoo)}
	for _, f := range []struct {
		id        int64
		condition string
	}{
		{want.ID, `a.id = ?`}, {want.CompetitionID, `a.competition_id = ?`},
		{want.NoteID, `a.id IN (SELECT i.application_id FROM competition_note_items i WHERE i.note_id = ?)`},
		{want.IntakeID, `a.id IN (SELECT l.application_id FROM competition_letters l WHERE l.intake_id = ?)`},
	} {
		if f.id != 0 {
			where += ` AND ` + f.condition
			args = append(args, f.id)
		}
	}
	return collect(ctx, q, scanApplication, `SELECT `+applicationColumns+applicationsFrom+`JOIN competitions c ON c.id = a.competition_id WHERE `+where+` ORDER BY a.id`, args...)
}

func (w *wtx) application(aoo protocollo.AOOCode, id int64) (protocollo.Application, error) {
	return one(w.ctx, w, "application", scanApplication, `SELECT `+applicationColumns+applicationsFrom+`JOIN competitions c ON c.id = a.competition_id WHERE a.id = ? AND c.aoo = ?`,
		id, string(aoo))
}

// Applications lists domande in the order in which they were entered.
func (db *DB) Applications(ctx context.Context, aoo protocollo.AOOCode, q station.ApplicationQuery) ([]protocollo.Application, error) {
	list, err := readApplications(ctx, db.read, aoo, q)
	if err != nil {
		return nil, fmt.Errorf("list applications: %w", err)
	}
	return list, nil
}

const noteColumns = `n.id, c.aoo, n.competition_id, n.seq, n.key, n.day, n.count, n.at, n.by_user, coalesce(f.sha256, ''), coalesce(l.intake_id, 0),
	(SELECT count(*) FROM competition_letters y WHERE y.note_id = n.id), EXISTS (SELECT 1 FROM competition_note_archives v WHERE v.letter_id = l.id)`

const noteFrom = ` FROM competition_notes n JOIN competitions c ON c.id = n.competition_id LEFT JOIN competition_note_files f ON f.note_id = n.id
	LEFT JOIN competition_letters l ON l.id = (SELECT max(x.id) FROM competition_letters x WHERE x.note_id = n.id) `

func scanNote(s scannable) (protocollo.CompetitionNote, error) {
	var n protocollo.CompetitionNote
	var at int64
	err := s.Scan(&n.ID, &n.AOO, &n.CompetitionID, &n.Seq, &n.Key, &n.Day, &n.Count, &at, &n.ClosedBy, &n.SHA256, &n.IntakeID, &n.Letters, &n.Archived)
	n.ClosedAt = instant(at)
	return n, err
}

func noteByID(ctx context.Context, q querier, aoo protocollo.AOOCode, id int64) (protocollo.CompetitionNote, error) {
	return one(ctx, q, "competition-note", scanNote, `SELECT `+noteColumns+noteFrom+`WHERE n.id = ? AND c.aoo = ?`, id, string(aoo))
}

// Notes lists notes, oldest first.
func (db *DB) Notes(ctx context.Context, aoo protocollo.AOOCode, q station.NoteQuery) ([]protocollo.CompetitionNote, error) {
	list, err := collect(ctx, db.read, scanNote, `SELECT `+noteColumns+noteFrom+`WHERE c.aoo = ? AND (? = 0 OR n.id = ?) AND (? = 0 OR n.competition_id = ?)
		AND (? = 0 OR n.id IN (SELECT x.note_id FROM competition_letters x WHERE x.intake_id = ?)) ORDER BY n.id`,
		string(aoo), q.ID, q.ID, q.CompetitionID, q.CompetitionID, q.IntakeID, q.IntakeID)
	if err != nil {
		return nil, fmt.Errorf("list notes: %w", err)
	}
	return list, nil
}

// NotesToArchive lists those whose latest letter has a number that stands, and not yet the note's file.
func (db *DB) NotesToArchive(ctx context.Context) ([]protocollo.CompetitionNote, error) {
	list, err := collect(ctx, db.read, scanNote, `SELECT `+noteColumns+noteFrom+`JOIN records x ON x.intake_id = l.intake_id
		WHERE f.id IS NOT NULL AND x.registration_id IS NOT NULL AND x.annulled = 0
			AND NOT EXISTS (SELECT 1 FROM competition_note_archives v WHERE v.letter_id = l.id) ORDER BY n.id`)
	if err != nil {
		return nil, fmt.Errorf("list notes to archive: %w", err)
	}
	return list, nil
}

// NoteFacts returns what a note says, as it was closed.
func (db *DB) NoteFacts(ctx context.Context, aoo protocollo.AOOCode, noteID int64) (station.NoteFacts, error) {
	var f station.NoteFacts
	var err error
	if f.Note, err = noteByID(ctx, db.read, aoo, noteID); err != nil {
		return f, fmt.Errorf("read note %d: %w", noteID, err)
	}
	v, err := one(ctx, db.read, "competition-note", scanCompetitionVersion, `SELECT `+competitionVersionColumns+` FROM competition_versions v JOIN competition_notes n ON n.version_id = v.id WHERE n.id = ?`, noteID)
	if err != nil {
		return f, fmt.Errorf("read the terms of note %d: %w", noteID, err)
	}
	f.Terms = v.Terms
	f.Items, err = collect(ctx, db.read, scanApplication, `SELECT `+applicationColumns+` FROM competition_note_items j JOIN applications a ON a.id = j.application_id
		JOIN application_versions v ON v.id = j.version_id WHERE j.note_id = ? ORDER BY a.seq`, noteID)
	if err != nil {
		return f, fmt.Errorf("read the applications of note %d: %w", noteID, err)
	}
	return f, nil
}

// NoteFile returns the PDF/A of a note.
func (db *DB) NoteFile(ctx context.Context, aoo protocollo.AOOCode, noteID int64) (station.Edition, error) {
	e, err := noteFile(ctx, db.read, aoo, noteID)
	if err != nil {
		return e, fmt.Errorf("read the file of note %d: %w", noteID, err)
	}
	return e, nil
}

func noteFile(ctx context.Context, q querier, aoo protocollo.AOOCode, noteID int64) (station.Edition, error) {
	return one(ctx, q, "note-file", func(s scannable) (station.Edition, error) {
		var e station.Edition
		var result, report string
		if err := s.Scan(&result, &report); err != nil {
			return e, err
		}
		if err := json.Unmarshal([]byte(result), &e.Result); err != nil {
			return e, err
		}
		return e, json.Unmarshal([]byte(report), &e.Report)
	}, `SELECT f.result, f.report FROM competition_note_files f JOIN competition_notes n ON n.id = f.note_id JOIN competitions c ON c.id = n.competition_id
		WHERE n.id = ? AND c.aoo = ?`, noteID, string(aoo))
}
