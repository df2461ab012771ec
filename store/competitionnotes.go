package store

import (
	"context"
	"errors"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// CloseNote lists what stands and waits, as it reads in this transaction: what comes after it is of the next day's note.
func (db *DB) CloseNote(ctx context.Context, a protocollo.Actor, competitionID int64, key string) (protocollo.CompetitionNote, error) {
	var n protocollo.CompetitionNote
	err := db.transact(ctx, "close a note", func(w *wtx) error {
		id, first, err := w.onceUnder("competition_notes", key, func(id int64) (bool, error) {
			have, err := noteByID(w.ctx, w, a.AOO, id)
			return have.CompetitionID == competitionID, err
		})
		if err == nil && first {
			id, err = w.closeNote(a, competitionID, key)
		}
		if err != nil {
			return err
		}
		n, err = noteByID(w.ctx, w, a.AOO, id)
		return err
	})
	return n, err
}

func (w *wtx) closeNote(a protocollo.Actor, competitionID int64, key string) (int64, error) {
	c, err := w.competition(a.AOO, competitionID)
	if err != nil {
		return 0, err
	}
	day := protocollo.DayOf(w.now)
	today, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM competition_notes WHERE competition_id = ? AND day = ?`, c.ID, string(day)))
	if err != nil {
		return 0, err
	}
	type item struct{ application, version int64 }
	items, err := collect(w.ctx, w, func(s scannable) (item, error) {
		var i item
		err := s.Scan(&i.application, &i.version)
		return i, err
	}, `SELECT a.id, v.id`+applicationsFrom+`WHERE a.competition_id = ? AND `+waitingApplication+` ORDER BY a.id`, c.ID)
	switch {
	case err != nil:
		return 0, err
	case c.Terms.Mode != protocollo.ModeNote:
		return 0, protocollo.Errorf(protocollo.Conflict, "note-mode", "applications of competition %d get a number each", c.ID)
	case today > 0:
		return 0, protocollo.Errorf(protocollo.Conflict, "note-today", "competition %d has its note of %s", c.ID, day)
	case len(items) == 0:
		return 0, protocollo.Errorf(protocollo.Conflict, "note-empty", "no application of competition %d waits", c.ID)
	}
	seq, err := number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(seq), 0) + 1 FROM competition_notes WHERE competition_id = ?`, c.ID))
	if err != nil {
		return 0, err
	}
	terms, err := number(w.QueryRowContext(w.ctx, `SELECT max(id) FROM competition_versions WHERE competition_id = ?`, c.ID))
	if err != nil {
		return 0, err
	}
	id, err := w.insert("competition_notes", row{"competition_id": c.ID, "seq": seq, "day": string(day), "key": key, "version_id": terms, "count": len(items), "by_user": a.User})
	if err != nil {
		return 0, err
	}
	for _, i := range items {
		if _, err := w.insert("competition_note_items", row{"note_id": id, "application_id": i.application, "version_id": i.version}); err != nil {
			return 0, err
		}
	}
	return id, w.report(KindNoteClosed, a.User, a.AOO, 0, map[string]any{"competition": c.ID, "note": seq, "count": len(items)})
}

// RecordNoteFile keeps the PDF/A of a note; the first one holds.
func (db *DB) RecordNoteFile(ctx context.Context, noteID int64, e station.Edition) (station.Edition, error) {
	enc, err := db.encodeEdition(ctx, e)
	if err != nil {
		return e, fmt.Errorf("record the file of a note: %w", err)
	}
	err = db.transact(ctx, "record the file of a note", func(w *wtx) error {
		aoo, err := one(w.ctx, w, "competition-note", text, `SELECT c.aoo FROM competition_notes n JOIN competitions c ON c.id = n.competition_id WHERE n.id = ?`, noteID)
		if err != nil {
			return err
		}
		have, err := noteFile(w.ctx, w, protocollo.AOOCode(aoo), noteID)
		if !errors.Is(err, protocollo.NotFound) {
			e = have
			return err
		}
		if _, err := w.insert("competition_note_files", row{"note_id": noteID, "sha256": e.Result.SHA256, "bytes": e.Result.Bytes, "result": enc.result, "report": enc.report}); err != nil {
			return err
		}
		return w.report(KindNoteMade, stationUser(), protocollo.AOOCode(aoo), 0, map[string]any{"noteID": noteID, "sha256": e.Result.SHA256})
	})
	return e, err
}

// linkCompetition joins an intake to the note or the application that it is, in the transaction that saves it. Conflict "already-numbered" while an
// earlier letter of it stands, "application-noted", "application-struck", "note-file" for a letter that is not of the note's file.
func (w *wtx) linkCompetition(i protocollo.Intake, in station.NewIntake) error {
	var link row
	var letters string
	switch {
	case in.NoteID != 0:
		n, err := noteByID(w.ctx, w, i.AOO, in.NoteID)
		if err != nil {
			return err
		}
		if n.SHA256 == "" || n.SHA256 != i.Draft.FileDigest {
			return protocollo.Errorf(protocollo.Conflict, "note-file", "the file of note %d is %q, not %q", n.ID, n.SHA256, i.Draft.FileDigest)
		}
		link, letters = row{"note_id": n.ID, "intake_id": i.ID}, `l.note_id = ?`
	case in.ApplicationID != 0:
		a, err := w.application(i.AOO, in.ApplicationID)
		switch {
		case err != nil:
			return err
		case a.Struck != "":
			return protocollo.Errorf(protocollo.Conflict, "application-struck", "application %d is struck", a.ID)
		case a.NoteID != 0:
			return protocollo.Errorf(protocollo.Conflict, "application-noted", "application %d stands in note %d", a.ID, a.NoteID)
		}
		link, letters = row{"application_id": a.ID, "intake_id": i.ID}, `l.application_id = ?`
	default:
		return nil
	}
	standing, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM competition_letters l JOIN records x ON x.intake_id = l.intake_id
		WHERE `+letters+` AND x.annulled = 0 AND x.outcome <> 'closed'`, in.NoteID+in.ApplicationID))
	if err != nil {
		return err
	}
	if standing > 0 {
		return protocollo.Errorf(protocollo.Conflict, "already-numbered", "it has a letter")
	}
	_, err = w.insert("competition_letters", link)
	return err
}

// ArchiveNote makes a note's file the document of its letter's number.
func (db *DB) ArchiveNote(ctx context.Context, noteID int64, files []station.KeptFile) error {
	type letter struct {
		id  int64
		aoo string
	}
	return db.transact(ctx, "archive a note", func(w *wtx) error {
		l, err := one(w.ctx, w, "competition-note", func(s scannable) (letter, error) {
			var l letter
			err := s.Scan(&l.id, &l.aoo)
			return l, err
		}, `SELECT coalesce(max(l.id), 0), c.aoo FROM competition_notes n JOIN competitions c ON c.id = n.competition_id LEFT JOIN competition_letters l ON l.note_id = n.id
			WHERE n.id = ? GROUP BY c.aoo`, noteID)
		if err != nil {
			return err
		}
		aoo := protocollo.AOOCode(l.aoo)
		n, err := noteByID(w.ctx, w, aoo, noteID)
		if err != nil || n.Archived {
			return err
		}
		reg, err := registrationOf(w.ctx, w, n.IntakeID)
		if err != nil {
			return err
		}
		if reg == nil {
			return protocollo.Errorf(protocollo.Conflict, "note-not-numbered", "note %d has no number", noteID)
		}
		annulled, err := annulmentOf(w.ctx, w, reg.ID)
		if err != nil {
			return err
		}
		if annulled != nil {
			return protocollo.Errorf(protocollo.Conflict, "annulled", "registration %d is annulled", reg.ID)
		}
		e, err := noteFile(w.ctx, w, aoo, noteID)
		if err != nil {
			return err
		}
		e.Files = files
		enc, err := db.encodeEdition(w.ctx, e)
		if err != nil {
			return err
		}
		return w.archiveNote(n, l.id, *reg, enc)
	})
}

// noteSource is what stands for a scanner in the run of a note's document, which has no pages.
const noteSource = "nota"

func (w *wtx) archiveNote(n protocollo.CompetitionNote, letterID int64, reg protocollo.Registration, e encodedEdition) error {
	b, err := w.beginBatch(protocollo.Batch{AOO: n.AOO, Source: noteSource, StartedBy: stationUser()})
	if err != nil {
		return err
	}
	if err := w.exec(`UPDATE batches SET state = ?, ended_at = started_at, selected = ? WHERE id = ?`, string(protocollo.BatchEnded), reg.ID, b.ID); err != nil {
		return err
	}
	res, err := w.ExecContext(w.ctx, `INSERT INTO documents (batch_id, aoo, state) VALUES (?, ?, ?)`, b.ID, string(n.AOO), string(protocollo.DocumentReceiving))
	if err != nil {
		return err
	}
	id, err := res.LastInsertId()
	if err != nil {
		return err
	}
	d, err := documentByID(w.ctx, w, id)
	if err != nil {
		return err
	}
	// Where somebody scanned its signed paper first, that is the main document.
	kept, err := w.keptParts(reg.ID)
	if err != nil {
		return err
	}
	if err := w.associate(d, reg, station.Association{DocumentID: id, RegistrationID: reg.ID, Actor: protocollo.Station(n.AOO), NextPart: len(kept) > 0}); err != nil {
		return err
	}
	if d, err = documentByID(w.ctx, w, id); err != nil {
		return err
	}
	if err := w.attachArchive(d, e, false); err != nil {
		return err
	}
	archive, err := number(w.QueryRowContext(w.ctx, `SELECT id FROM archives WHERE document_id = ?`, id))
	if err != nil {
		return err
	}
	if _, err := w.insert("competition_note_archives", row{"letter_id": letterID, "archive_id": archive}); err != nil {
		return err
	}
	return w.report(KindNoteArchived, stationUser(), n.AOO, n.IntakeID, map[string]any{"competition": n.CompetitionID, "note": n.Seq, "sha256": e.Result.SHA256})
}
