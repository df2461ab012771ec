package store

import (
	"context"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// exclusionSource is the source of the batch that an empty document needs: nothing was taken in.
const exclusionSource = "esclusione"

// ExcludeUnscanned records that nothing of a registration is scanned: an empty document, joined to it and noted, with the decision. The same
// order under its key, and the same decision about the main document, returns the document again; Conflict "key" for another order under the
// key, "already-captured", "annulled". The journal keeps the key.
func (db *DB) ExcludeUnscanned(ctx context.Context, o station.ExclusionOrder) (protocollo.Document, error) {
	var d protocollo.Document
	err := db.transact(ctx, "exclude a registration", func(w *wtx) error {
		s := o.Decision
		r, err := registrationByID(w.ctx, w, o.RegistrationID)
		if err != nil {
			return err
		}
		if r.Key.AOO != s.Actor.AOO {
			return protocollo.Errorf(protocollo.NotFound, "registration", "no such registration")
		}
		if d, err = w.excludedUnder(r, o); err != nil || d.ID != 0 {
			return err
		}
		if annulled, err := annulmentOf(w.ctx, w, r.ID); err != nil || annulled != nil {
			return orElse(err, protocollo.Errorf(protocollo.Conflict, "annulled", "registration %d is annulled", r.ID))
		}
		if !o.Attachment {
			there, err := mainDocument(w, r.ID)
			if err != nil {
				return err
			}
			if there != 0 {
				if same, err := w.sameExclusion(there, s); err != nil || !same {
					return orElse(err, protocollo.Errorf(protocollo.Conflict, "already-captured", "the registration has document %d", there))
				}
				d, err = documentByID(w.ctx, w, there)
				return err
			}
		}
		id, err := w.emptyDocument(r, s.Actor)
		if err != nil {
			return err
		}
		if d, err = documentByID(w.ctx, w, id); err != nil {
			return err
		}
		if err := w.associate(d, r, station.Association{Actor: s.Actor, NextPart: o.Attachment}); err != nil {
			return err
		}
		if _, err := w.insert("scope_decisions", row{"document_id": id, "by_user": s.Actor.User, "choice": string(protocollo.ChoiceExclude), "profile": s.Profile,
			"note": s.Note, "sheets": s.Sheets, "reason": s.Reason, "erase": "[]", "exclusion": s.Exclusion, "responsible": s.Responsible}); err != nil {
			return err
		}
		err = w.report(KindScope, s.Actor.User, r.Key.AOO, r.IntakeID, map[string]any{"document": id, "choice": protocollo.ChoiceExclude, "exclusion": s.Exclusion,
			"profile": s.Profile, "note": s.Note, "reason": s.Reason, "key": o.Key})
		if err != nil {
			return err
		}
		d, err = documentByID(w.ctx, w, id)
		return err
	})
	return d, err
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// mainDocument returns the registration's main document that is neither discarded nor superseded, or 0.
func mainDocument(w *wtx, registrationID int64) (int64, error) {
	return number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(s.document_id), 0) FROM associations s WHERE s.registration_id = ? AND s.part IS NULL
		AND NOT EXISTS (SELECT 1 FROM discards x WHERE x.document_id = s.document_id)
		AND NOT EXISTS (SELECT 1 FROM supersessions y WHERE y.association_id = s.id)`, registrationID))
}

// excludedUnder returns the document that was excluded under an order's key, or none.
func (w *wtx) excludedUnder(r protocollo.Registration, o station.ExclusionOrder) (protocollo.Document, error) {
	id, err := number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(detail ->> '$.document'), 0) FROM journal WHERE intake = ? AND intake <> 0 AND kind = ?
		AND detail ->> '$.key' = ?`, r.IntakeID, KindScope, o.Key))
	if err != nil || id == 0 {
		return protocollo.Document{}, err
	}
	d, err := documentByID(w.ctx, w, id)
	if err != nil {
		return d, err
	}
	if same, err := w.sameExclusion(id, o.Decision); err != nil || !same || o.Attachment != (d.Part != 0) {
		return protocollo.Document{}, orElse(err, protocollo.Errorf(protocollo.Conflict, "key", "the key is of another exclusion, document %d", id))
	}
	return d, nil
}

// sameExclusion reports whether that is what was decided of a document.
func (w *wtx) sameExclusion(documentID int64, s station.ScopeDecision) (bool, error) {
	same, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM scope_decisions WHERE document_id = ? AND exclusion = ? AND responsible = ? AND note = ? AND reason = ?`,
		documentID, s.Exclusion, s.Responsible, s.Note, s.Reason))
	return same > 0, err
}

// emptyDocument makes a document without pages, noted, in a batch of its own.
func (w *wtx) emptyDocument(r protocollo.Registration, a protocollo.Actor) (int64, error) {
	res, err := w.ExecContext(w.ctx, `INSERT INTO batches (aoo, desk, source, started_by, started_at, ended_at, state, selected) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
		string(r.Key.AOO), a.Desk, exclusionSource, a.User, w.now.UnixNano(), w.now.UnixNano(), string(protocollo.BatchEnded), r.ID)
	if err != nil {
		return 0, err
	}
	batch, err := res.LastInsertId()
	if err != nil {
		return 0, err
	}
	if res, err = w.ExecContext(w.ctx, `INSERT INTO documents (batch_id, aoo, state) VALUES (?, ?, ?)`, batch, string(r.Key.AOO), string(protocollo.DocumentNoted)); err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// LiftExclusion closes an excluded document as discarded: its registration is expected again. Again it is no error; Conflict "not-excluded".
func (db *DB) LiftExclusion(ctx context.Context, a protocollo.Actor, documentID int64, reason string) error {
	return db.transact(ctx, "lift an exclusion", func(w *wtx) error {
		d, err := documentByID(w.ctx, w, documentID)
		if err != nil {
			return err
		}
		if d.AOO != a.AOO {
			return protocollo.Errorf(protocollo.NotFound, "document", "no such document")
		}
		excluded, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM scope_decisions WHERE document_id = ? AND choice = 'exclude'`, d.ID))
		switch {
		case err != nil:
			return err
		case excluded == 0:
			return protocollo.Errorf(protocollo.Conflict, "not-excluded", "document %d is not excluded", d.ID)
		case d.State == protocollo.DocumentDiscarded:
			return nil
		case reason == "":
			return protocollo.Errorf(protocollo.Invalid, "reason", "to lift an exclusion needs a reason")
		}
		if _, err := w.insert("discards", row{"document_id": d.ID, "by_user": a.User, "reason": reason, "erase": "[]"}); err != nil {
			return err
		}
		if err := w.setState(d, protocollo.DocumentDiscarded); err != nil {
			return err
		}
		intake, err := w.intakeOf(d)
		if err != nil {
			return err
		}
		return w.report(KindExclusionLifted, a.User, d.AOO, intake, map[string]any{"document": d.ID, "reason": reason})
	})
}
