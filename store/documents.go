package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

const documentColumns = `d.id, d.batch_id, d.aoo, coalesce(s.registration_id, 0), coalesce(s.version, 0),
	(SELECT count(*) FROM associations v WHERE v.registration_id = s.registration_id AND v.part IS s.part AND v.version <= s.version),
	coalesce(s.part, 0), d.state,
	(SELECT count(*) FROM pages p WHERE p.document_id = d.id AND p.erase_due = 0),
	EXISTS (SELECT 1 FROM supersessions u WHERE u.association_id = s.id)`

const documentFrom = ` FROM documents d LEFT JOIN associations s ON s.document_id = d.id `

func scanDocument(s scannable) (protocollo.Document, error) {
	var d protocollo.Document
	err := s.Scan(&d.ID, &d.BatchID, &d.AOO, &d.RegistrationID, &d.Sequence, &d.Version, &d.Part, &d.State, &d.Pages, &d.Superseded)
	return d, err
}

func documentByID(ctx context.Context, q querier, id int64) (protocollo.Document, error) {
	return one(ctx, q, "document", scanDocument, `SELECT `+documentColumns+documentFrom+`WHERE d.id = ?`, id)
}

func pagesOf(ctx context.Context, q querier, documentID int64) ([]protocollo.Page, error) {
	return collect(ctx, q, scanPage, `SELECT `+pageColumns+` FROM pages p WHERE p.document_id = ? ORDER BY p.position, p.id`, documentID)
}

// stillOpen refuses to change a document that is final, or whose quality was confirmed.
func stillOpen(d protocollo.Document) error {
	switch d.State {
	case protocollo.DocumentConfirmed, protocollo.DocumentArchived, protocollo.DocumentDiscarded, protocollo.DocumentNoted:
		return protocollo.Errorf(protocollo.Conflict, "document-closed", "document %d is %s", d.ID, d.State)
	}
	return nil
}

// NewDocument begins a document in a batch, state receiving.
func (db *DB) NewDocument(ctx context.Context, d protocollo.Document) (protocollo.Document, error) {
	err := db.transact(ctx, "begin a document", func(w *wtx) error {
		b, err := batchByID(w.ctx, w, d.BatchID)
		if err != nil {
			return err
		}
		res, err := w.ExecContext(w.ctx, `INSERT INTO documents (batch_id, aoo, state) VALUES (?, ?, ?)`, b.ID, string(b.AOO), string(protocollo.DocumentReceiving))
		if err != nil {
			return err
		}
		d = protocollo.Document{BatchID: b.ID, AOO: b.AOO, State: protocollo.DocumentReceiving}
		d.ID, err = res.LastInsertId()
		return err
	})
	return d, err
}

// MovePages puts pages, in order, after those that the document has. Pages and document are of one AOO; neither the document nor
// the one that a page comes from may be confirmed or closed: Conflict "document-closed".
func (db *DB) MovePages(ctx context.Context, documentID int64, pageIDs []int64) error {
	return db.transact(ctx, "move pages", func(w *wtx) error {
		d, err := documentByID(w.ctx, w, documentID)
		if err != nil {
			return err
		}
		if err := stillOpen(d); err != nil {
			return err
		}
		for _, id := range pageIDs {
			p, err := pageByID(w.ctx, w, id)
			if err != nil {
				return err
			}
			b, err := batchByID(w.ctx, w, p.BatchID)
			if err != nil {
				return err
			}
			if b.AOO != d.AOO || p.Erased {
				return protocollo.Errorf(protocollo.NotFound, "page", "no such page")
			}
			if p.DocumentID != 0 {
				from, err := documentByID(w.ctx, w, p.DocumentID)
				if err != nil {
					return err
				}
				if err := stillOpen(from); err != nil {
					return err
				}
			}
			position, err := nextPosition(w, documentID)
			if err != nil {
				return err
			}
			if err := w.exec(`UPDATE pages SET document_id = ?, position = ? WHERE id = ?`, documentID, position, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Associate joins a document to a registration as its next version. The same association again is no error; Conflict
// "already-associated", "already-captured", "annulled", "first-the-main" or "document-closed"; NotFound "part" for a rescan of an
// attachment that is not there, and across AOOs.
func (db *DB) Associate(ctx context.Context, as station.Association) (protocollo.Document, error) {
	var d protocollo.Document
	err := db.transact(ctx, "associate a document", func(w *wtx) error {
		var err error
		if d, err = documentByID(w.ctx, w, as.DocumentID); err != nil {
			return err
		}
		r, err := registrationByID(w.ctx, w, as.RegistrationID)
		if err != nil {
			return err
		}
		if r.Key.AOO != d.AOO {
			return protocollo.Errorf(protocollo.NotFound, "registration", "no such registration")
		}
		if d.RegistrationID != 0 {
			if d.RegistrationID == r.ID {
				return nil
			}
			return protocollo.Errorf(protocollo.Conflict, "already-associated", "document %d belongs to registration %d", d.ID, d.RegistrationID)
		}
		if err := stillOpen(d); err != nil {
			return err
		}
		annulled, err := annulmentOf(w.ctx, w, r.ID)
		if err != nil {
			return err
		}
		if annulled != nil {
			return protocollo.Errorf(protocollo.Conflict, "annulled", "registration %d is annulled", r.ID)
		}
		if err := w.associate(d, r, as); err != nil {
			return err
		}
		d, err = documentByID(w.ctx, w, d.ID)
		return err
	})
	return d, err
}

// SetDocumentState moves a document on. States that stand for a legal fact need that fact: confirmed, archived, discarded, noted.
// The same state again is no error; Conflict "document-closed" leaves final states alone, Conflict "document-state" otherwise. Nothing becomes
// ready or confirmed while something is asked about it: it waits.
func (db *DB) SetDocumentState(ctx context.Context, documentID int64, s protocollo.DocumentState) error {
	return db.transact(ctx, "set a document's state", func(w *wtx) error {
		d, err := documentByID(w.ctx, w, documentID)
		if err != nil {
			return err
		}
		switch d.State {
		case s:
			return nil
		case protocollo.DocumentArchived, protocollo.DocumentDiscarded, protocollo.DocumentNoted:
			return protocollo.Errorf(protocollo.Conflict, "document-closed", "document %d is %s", d.ID, d.State)
		}
		proof, needed := map[protocollo.DocumentState]string{
			protocollo.DocumentConfirmed: `SELECT count(*) FROM quality_confirmations WHERE document_id = ?`,
			protocollo.DocumentArchived:  `SELECT count(*) FROM archives WHERE document_id = ?`,
			protocollo.DocumentDiscarded: `SELECT count(*) FROM discards WHERE document_id = ?`,
			protocollo.DocumentNoted:     `SELECT count(*) FROM scope_decisions WHERE document_id = ? AND choice IN ('note', 'exclude')`,
		}[s]
		if needed {
			n, err := number(w.QueryRowContext(w.ctx, proof, documentID))
			if err != nil {
				return err
			}
			if n == 0 {
				return protocollo.Errorf(protocollo.Conflict, "document-state", "nothing makes document %d %s", documentID, s)
			}
		}
		if s == protocollo.DocumentReady || s == protocollo.DocumentConfirmed {
			open, err := w.openQuestions(d.ID)
			if err != nil {
				return err
			}
			if open > 0 {
				s = protocollo.DocumentWaiting
			}
		}
		return w.setState(d, s)
	})
}

func (w *wtx) setState(d protocollo.Document, s protocollo.DocumentState) error {
	return w.exec(`UPDATE documents SET state = ? WHERE id = ?`, string(s), d.ID)
}

// Document returns a document with its pages in order, or NotFound "document".
func (db *DB) Document(ctx context.Context, id int64) (protocollo.Document, []protocollo.Page, error) {
	d, err := documentByID(ctx, db.read, id)
	if err != nil {
		return d, nil, fmt.Errorf("read document %d: %w", id, err)
	}
	pages, err := pagesOf(ctx, db.read, id)
	if err != nil {
		return d, nil, fmt.Errorf("read the pages of document %d: %w", id, err)
	}
	return d, pages, nil
}

// intakeOf returns the intake of a document's registration, or 0.
func (w *wtx) intakeOf(d protocollo.Document) (int64, error) {
	if d.RegistrationID == 0 {
		return 0, nil
	}
	return number(w.QueryRowContext(w.ctx, `SELECT intake_id FROM registrations WHERE id = ?`, d.RegistrationID))
}

// Decide records a page-rule decision. The choices "note" and "exclude" close the document as noted. Pages to be erased can no longer be opened
// from here on; EraseDecided erases them. NotFound "page" for a page of another document.
func (db *DB) Decide(ctx context.Context, s station.ScopeDecision) error {
	return db.transact(ctx, "decide a page rule", func(w *wtx) error {
		d, err := documentByID(w.ctx, w, s.DocumentID)
		if err != nil {
			return err
		}
		if err := stillOpen(d); err != nil {
			return err
		}
		erase, err := w.markForErasure(d.ID, s.Erase)
		if err != nil {
			return err
		}
		closes := s.Choice == protocollo.ChoiceNote || s.Choice == protocollo.ChoiceExclude
		decision := row{"document_id": d.ID, "by_user": s.Actor.User, "choice": string(s.Choice), "profile": s.Profile, "note": s.Note,
			"sheets": s.Sheets, "reason": s.Reason, "erase": erase}
		if s.Choice == protocollo.ChoiceExclude {
			decision["exclusion"], decision["responsible"] = s.Exclusion, s.Responsible
		}
		if _, err = w.insert("scope_decisions", decision); err != nil {
			return err
		}
		if closes {
			if err := w.setState(d, protocollo.DocumentNoted); err != nil {
				return err
			}
		}
		intake, err := w.intakeOf(d)
		if err != nil {
			return err
		}
		detail := map[string]any{"document": d.ID, "choice": s.Choice, "profile": s.Profile, "note": s.Note, "reason": s.Reason, "erase": len(s.Erase)}
		if s.Choice == protocollo.ChoiceExclude {
			detail["exclusion"] = s.Exclusion
		}
		return w.report(KindScope, s.Actor.User, d.AOO, intake, detail)
	})
}

// markForErasure closes the pages to readers and returns the list as it is recorded.
func (w *wtx) markForErasure(documentID int64, ids []int64) (string, error) {
	for _, id := range ids {
		res, err := w.ExecContext(w.ctx, `UPDATE pages SET erase_due = 1 WHERE id = ? AND document_id = ?`, id, documentID)
		if err != nil {
			return "", err
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return "", orElse(err, protocollo.Errorf(protocollo.NotFound, "page", "page %d is not in document %d", id, documentID))
		}
	}
	if len(ids) == 0 {
		return "[]", nil
	}
	return encode(ids)
}

// confirmedPage is what was confirmed of one page: with flags, singly; without, as part of the document.
type confirmedPage struct {
	ID     int64              `json:"id"`
	SHA256 string             `json:"sha256"`
	Turn   int                `json:"turn,omitempty"` // as it was shown, clockwise in degrees
	Flags  []station.PageFlag `json:"flags,omitempty"`
}

// ConfirmQuality records the operator's confirmation with the digests of the pages and what they were suspected of. Again it is no
// error; Conflict "superseded", "not-ready", also when something is asked about the document, or its pages are not those that
// were confirmed.
func (db *DB) ConfirmQuality(ctx context.Context, q station.QualityConfirmation) error {
	return db.transact(ctx, "confirm quality", func(w *wtx) error {
		d, err := documentByID(w.ctx, w, q.DocumentID)
		switch {
		case err != nil:
			return err
		case d.AOO != q.Actor.AOO:
			return protocollo.Errorf(protocollo.NotFound, "document", "no such document")
		case d.State == protocollo.DocumentConfirmed, d.State == protocollo.DocumentArchived:
			return nil
		case d.Superseded:
			return protocollo.Errorf(protocollo.Conflict, "superseded", "document %d is superseded", d.ID)
		case d.State != protocollo.DocumentReady || d.RegistrationID == 0:
			return protocollo.Errorf(protocollo.Conflict, "not-ready", "document %d is %s", d.ID, d.State)
		}
		open, err := w.openQuestions(d.ID)
		if err != nil {
			return err
		}
		if open > 0 {
			return protocollo.Errorf(protocollo.Conflict, "not-ready", "%d questions are open on document %d", open, d.ID)
		}
		list, flagged, err := w.confirmedPages(d, q.Pages)
		if err != nil {
			return err
		}
		confirmed, err := encode(list)
		if err != nil {
			return err
		}
		done, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM quality_confirmations WHERE document_id = ?`, d.ID))
		if err != nil {
			return err
		}
		if done == 0 {
			if _, err := w.insert("quality_confirmations", row{"document_id": d.ID, "by_user": q.Actor.User, "pages": confirmed}); err != nil {
				return err
			}
		}
		if err := w.setState(d, protocollo.DocumentConfirmed); err != nil {
			return err
		}
		intake, err := w.intakeOf(d)
		if err != nil {
			return err
		}
		detail := map[string]any{"document": d.ID, "pages": len(list)}
		if flagged > 0 {
			detail["flagged"] = flagged
		}
		return w.report(KindQuality, q.Actor.User, d.AOO, intake, detail)
	})
}

// confirmedPages lists the document's pages as they are recorded, and counts the flagged ones.
func (w *wtx) confirmedPages(d protocollo.Document, confirmed []station.PageConfirmation) (list []confirmedPage, flagged int, err error) {
	pages, err := pagesOf(w.ctx, w, d.ID)
	if err != nil {
		return nil, 0, err
	}
	list = []confirmedPage{}
	for _, p := range pages {
		if p.Erased {
			continue
		}
		at := len(list)
		if at >= len(confirmed) || confirmed[at].PageID != p.ID {
			return nil, 0, protocollo.Errorf(protocollo.Conflict, "not-ready", "document %d has other pages than were confirmed", d.ID)
		}
		if len(confirmed[at].Flags) > 0 {
			flagged++
		}
		list = append(list, confirmedPage{p.ID, p.SHA256, p.Turn, confirmed[at].Flags})
	}
	if len(list) != len(confirmed) {
		return nil, 0, protocollo.Errorf(protocollo.Conflict, "not-ready", "document %d has other pages than were confirmed", d.ID)
	}
	return list, flagged, nil
}

// Discard closes a document and orders the erasure of its images. Again it is no error; Conflict "document-closed".
func (db *DB) Discard(ctx context.Context, a protocollo.Actor, documentID int64, reason string) error {
	return db.transact(ctx, "discard a document", func(w *wtx) error {
		d, err := documentByID(w.ctx, w, documentID)
		switch {
		case err != nil:
			return err
		case d.AOO != a.AOO:
			return protocollo.Errorf(protocollo.NotFound, "document", "no such document")
		case reason == "":
			return protocollo.Errorf(protocollo.Invalid, "reason", "a discard needs its reason")
		case d.State == protocollo.DocumentDiscarded:
			return nil
		case d.State == protocollo.DocumentArchived, d.State == protocollo.DocumentNoted:
			return protocollo.Errorf(protocollo.Conflict, "document-closed", "document %d is %s", d.ID, d.State)
		}
		return w.discard(d, a.User, reason)
	})
}

func (w *wtx) discard(d protocollo.Document, user, reason string) error {
	pages, err := pagesOf(w.ctx, w, d.ID)
	if err != nil {
		return err
	}
	var ids []int64
	for _, p := range pages {
		if !p.Erased {
			ids = append(ids, p.ID)
		}
	}
	erase, err := w.markForErasure(d.ID, ids)
	if err != nil {
		return err
	}
	if _, err := w.insert("discards", row{"document_id": d.ID, "by_user": user, "reason": reason, "erase": erase}); err != nil {
		return err
	}
	if err := w.setState(d, protocollo.DocumentDiscarded); err != nil {
		return err
	}
	intake, err := w.intakeOf(d)
	if err != nil {
		return err
	}
	return w.report(KindDiscarded, user, d.AOO, intake, map[string]any{"document": d.ID, "reason": reason, "pages": len(ids)})
}

// erasure is an order to erase that is not recorded as done.
type erasure struct {
	cause    string
	causeID  int64
	document int64
	pages    string
}

// EraseDecided erases files, then each page's original, then records it (R19.5); what a crash or an error of original cut short is
// done again. original may be nil. An order that fails holds up no other. It returns how many images it erased.
func (db *DB) EraseDecided(ctx context.Context, original func(context.Context, protocollo.Page) error) (int, error) {
	due, err := collect(ctx, db.read, func(s scannable) (erasure, error) {
		var e erasure
		err := s.Scan(&e.cause, &e.causeID, &e.document, &e.pages)
		return e, err
	}, `SELECT 'scope', id, document_id, erase FROM scope_decisions s WHERE erase <> '[]'
			AND NOT EXISTS (SELECT 1 FROM erasures e WHERE e.cause = 'scope' AND e.cause_id = s.id)
		UNION ALL SELECT 'discard', id, document_id, erase FROM discards s WHERE erase <> '[]'
			AND NOT EXISTS (SELECT 1 FROM erasures e WHERE e.cause = 'discard' AND e.cause_id = s.id)`)
	if err != nil {
		return 0, fmt.Errorf("list what is to be erased: %w", err)
	}
	total := 0
	var failed []error
	for _, e := range due {
		n, err := db.erase(ctx, e, KindErased, `UPDATE pages SET erased = 1 WHERE id = ?`, original)
		total += n
		if err != nil {
			failed = append(failed, fmt.Errorf("erase the pages of document %d: %w", e.document, err))
		}
	}
	return total, errors.Join(failed...)
}

// erase removes the files of one order, and their originals unless original is nil, and records it.
func (db *DB) erase(ctx context.Context, e erasure, kind, mark string, original func(context.Context, protocollo.Page) error) (int, error) {
	var ids []int64
	if err := json.Unmarshal([]byte(e.pages), &ids); err != nil {
		return 0, err
	}
	var pages []protocollo.Page
	for _, id := range ids {
		p, err := pageByID(ctx, db.read, id)
		if err != nil {
			return 0, err
		}
		if err := db.files.Remove(filepath.Join(db.dir, spoolDir, p.File)); err != nil {
			return 0, classify(err)
		}
		pages = append(pages, p)
	}
	if original != nil { // after the pages of our own, which go even while a folder is away
		for _, p := range pages {
			if err := original(ctx, p); err != nil {
				return 0, err
			}
		}
	}
	err := db.transact(ctx, "record an erasure", func(w *wtx) error {
		done, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM erasures WHERE cause = ? AND cause_id = ?`, e.cause, e.causeID))
		if err != nil || done > 0 {
			return err
		}
		for _, id := range ids {
			if err := w.exec(mark, id); err != nil {
				return err
			}
		}
		if _, err := w.insert("erasures", row{"cause": e.cause, "cause_id": e.causeID, "pages": e.pages}); err != nil {
			return err
		}
		d, err := documentByID(w.ctx, w, e.document)
		if err != nil {
			return err
		}
		intake, err := w.intakeOf(d)
		if err != nil {
			return err
		}
		return w.report(kind, stationUser(), d.AOO, intake, map[string]any{"document": d.ID, "pages": len(ids)})
	})
	return len(ids), err
}
