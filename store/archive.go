package store

import (
	"context"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
	"segnatura/pdfa"
)

// DueForArchive lists confirmed documents that are not superseded, oldest confirmation first.
func (db *DB) DueForArchive(ctx context.Context) ([]protocollo.Document, error) {
	list, err := collect(ctx, db.read, scanDocument, `SELECT `+documentColumns+documentFrom+
		`JOIN quality_confirmations q ON q.document_id = d.id WHERE d.state = 'confirmed' AND `+notSuperseded+` ORDER BY q.id`)
	if err != nil {
		return nil, fmt.Errorf("list what is due for the archive: %w", err)
	}
	return list, nil
}

// AttachArchive records the archived file and what is kept beside it, and its delivery as due; with awaitsText its text is due instead.
// The blobs must be there. The same file again is no error; Invalid "report" when the check did not say yes to this very file, Conflict
// "not-confirmed", "superseded", Conflict "archived" for another file.
func (db *DB) AttachArchive(ctx context.Context, documentID int64, e station.Edition, awaitsText bool) error {
	enc, err := db.encodeEdition(ctx, e)
	if err != nil {
		return fmt.Errorf("attach an archive: %w", err)
	}
	return db.transact(ctx, "attach an archive", func(w *wtx) error {
		d, err := documentByID(w.ctx, w, documentID)
		if err != nil {
			return err
		}
		if d.State == protocollo.DocumentArchived {
			have, err := text(w.QueryRowContext(w.ctx, `SELECT sha256 FROM archives WHERE document_id = ?`, d.ID))
			if err != nil || have == e.Result.SHA256 {
				return err
			}
			return protocollo.Errorf(protocollo.Conflict, "archived", "document %d is archived as %s", d.ID, have)
		}
		if d.State != protocollo.DocumentConfirmed || d.RegistrationID == 0 {
			return protocollo.Errorf(protocollo.Conflict, "not-confirmed", "document %d is %s", d.ID, d.State)
		}
		if d.Superseded {
			return protocollo.Errorf(protocollo.Conflict, "superseded", "document %d is superseded", d.ID)
		}
		return w.attachArchive(d, enc, awaitsText)
	})
}

// encodedEdition is an edition as it is stored.
type encodedEdition struct {
	station.Edition
	result, report string
}

// encodeEdition believes an edition that a check said yes to and whose blobs are all there.
func (db *DB) encodeEdition(ctx context.Context, e station.Edition) (encodedEdition, error) {
	enc := encodedEdition{Edition: e}
	if !e.Report.Compliant || e.Report.SHA256 != e.Result.SHA256 {
		return enc, protocollo.Errorf(protocollo.Invalid, "report", "the check did not say yes to this file")
	}
	if err := db.mustHaveBlob(ctx, e.Result.SHA256, e.Result.Bytes); err != nil {
		return enc, err
	}
	for _, f := range e.Files {
		if err := db.mustHaveBlob(ctx, f.SHA256, f.Bytes); err != nil {
			return enc, err
		}
	}
	var err error
	if enc.result, err = encode(e.Result); err != nil {
		return enc, err
	}
	enc.report, err = encode(e.Report)
	return enc, err
}

// mustHaveBlob is NotFound "blob", or Invalid "report" for one of another size.
func (db *DB) mustHaveBlob(ctx context.Context, sha string, bytes int64) error {
	f, size, err := db.OpenBlob(ctx, sha)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if size != bytes {
		return protocollo.Errorf(protocollo.Invalid, "report", "blob %s has %d bytes, not %d", sha, size, bytes)
	}
	return nil
}

func (w *wtx) attachArchive(d protocollo.Document, e encodedEdition, awaitsText bool) error {
	r, err := registrationByID(w.ctx, w, d.RegistrationID)
	if err != nil {
		return err
	}
	res := e.Result
	fields := row{"document_id": d.ID, "registration_id": r.ID, "version": d.Sequence, "sha256": res.SHA256, "bytes": res.Bytes,
		"flavour": string(res.Flavour), "result": e.result, "report": e.report}
	if awaitsText {
		fields["awaits_text"] = 1
	}
	id, err := w.insert("archives", fields)
	if err != nil {
		return err
	}
	if err := w.keepFiles(id, 1, e.Files); err != nil {
		return err
	}
	if awaitsText {
		err = w.exec(`INSERT INTO text_due (archive_id, tries) VALUES (?, 0)`, id)
	} else {
		err = w.dispatch(id, d, r, res)
	}
	if err != nil {
		return err
	}
	if err := w.setState(d, protocollo.DocumentArchived); err != nil {
		return err
	}
	detail := map[string]any{"document": d.ID, "version": d.Version, "sha256": res.SHA256, "bytes": res.Bytes, "flavour": res.Flavour}
	return w.report(KindArchived, stationUser(), d.AOO, r.IntakeID, detail)
}

// keepFiles records what is kept beside an edition.
func (w *wtx) keepFiles(archiveID int64, edition int, files []station.KeptFile) error {
	for _, f := range files {
		_, err := w.insert("archive_files", row{"archive_id": archiveID, "edition": edition, "kind": string(f.Kind), "page": f.Page, "name": f.Name,
			"media_type": f.MediaType, "sha256": f.SHA256, "bytes": f.Bytes})
		if err != nil {
			return err
		}
	}
	return nil
}

// dispatch makes the delivery of a document's current file due: once for each archive.
func (w *wtx) dispatch(archiveID int64, d protocollo.Document, r protocollo.Registration, res pdfa.Result) error {
	i, err := intakeByID(w.ctx, w, r.IntakeID)
	if err != nil {
		return err
	}
	name := d.FileName(r)
	if !r.Emergency() { // an emergency number's file says its register by itself
		name = r.Key.Register + "-" + name
	}
	// The key carries the intake's random key: row ids may come again after a restore.
	_, err = w.insert("dispatches", row{"archive_id": archiveID, "registration_id": r.ID, "key": fmt.Sprintf("%s-v%d", i.Key, d.Sequence), "ref": r.Ref,
		"file_name": name, "media_type": "application/pdf", "sha256": res.SHA256, "bytes": res.Bytes})
	return err
}

// storedFiles selects what an archive's blobs are: its editions and what is kept beside them.
const storedFiles = `SELECT id AS archive_id, sha256, bytes FROM archives UNION ALL SELECT archive_id, sha256, bytes FROM text_outcomes WHERE sha256 IS NOT NULL
	UNION ALL SELECT archive_id, sha256, bytes FROM archive_files`

// ReleasePages erases the spool images of archived documents whose text is not due and whose blobs are all there, and records it. It
// returns how many images went.
func (db *DB) ReleasePages(ctx context.Context) (int, error) {
	due, err := collect(ctx, db.read, func(s scannable) (erasure, error) {
		e := erasure{cause: "release"}
		err := s.Scan(&e.causeID, &e.document, &e.pages)
		return e, err
	}, `SELECT a.id, a.document_id, (SELECT json_group_array(p.id) FROM pages p WHERE p.document_id = a.document_id AND p.erase_due = 0)
		FROM archives a WHERE NOT EXISTS (SELECT 1 FROM erasures e WHERE e.cause = 'release' AND e.cause_id = a.id)
		AND (a.awaits_text IS NULL OR EXISTS (SELECT 1 FROM text_outcomes t WHERE t.archive_id = a.id))`)
	if err != nil {
		return 0, fmt.Errorf("list what the archive has: %w", err)
	}
	total := 0
	for _, e := range due {
		n, err := db.release(ctx, e)
		total += n
		if err != nil {
			return total, fmt.Errorf("release the pages of document %d: %w", e.document, err)
		}
	}
	return total, nil
}

func (db *DB) release(ctx context.Context, e erasure) (int, error) {
	type blob struct {
		sha   string
		bytes int64
	}
	blobs, err := collect(ctx, db.read, func(s scannable) (blob, error) {
		var b blob
		err := s.Scan(&b.sha, &b.bytes)
		return b, err
	}, `SELECT sha256, bytes FROM (`+storedFiles+`) WHERE archive_id = ?`, e.causeID)
	if err != nil {
		return 0, err
	}
	for _, b := range blobs {
		if err := db.mustHaveBlob(ctx, b.sha, b.bytes); err != nil {
			return 0, protocollo.Errorf(protocollo.Internal, "blob-damaged", "a stored file is not what was recorded: %w", err)
		}
	}
	return db.erase(ctx, e, KindReleased, `UPDATE pages SET released = 1 WHERE id = ?`, nil)
}

// The states of a delivery to the centre. due and unavailable are tried; unknown and rejected wait for a person.
const (
	dispatchDue       = "due"
	dispatchSending   = "sending"
	dispatchDelivered = "delivered"
	dispatchWithdrawn = "withdrawn" // superseded: not sent any more, or not at the centre any more
)

// lastDelivered is the delivery of the latest scan before archive a, of the same part, that the centre has. The register of our own has
// what it was given for ever, superseded or not.
const lastDelivered = `SELECT e.id FROM associations n JOIN associations m ON m.registration_id = n.registration_id AND m.part IS n.part AND m.version < n.version
	JOIN archives b ON b.document_id = m.document_id JOIN dispatches e ON e.archive_id = b.id JOIN dispatch_current f ON f.dispatch_id = e.id
	JOIN registrations r ON r.id = n.registration_id
	WHERE n.document_id = a.document_id AND (f.state = 'delivered' OR (f.state = 'withdrawn' AND ` + reachedBy + ` = '` + embeddedConnector + `'
		AND EXISTS (SELECT 1 FROM dispatch_outcomes g WHERE g.dispatch_id = e.id AND g.state = 'delivered'))) ORDER BY m.version DESC LIMIT 1`

// DueDeliveries lists what the centre is to be sent, oldest first. Of one registration the main document goes before its attachments, in
// their order, and an earlier scan of either before a later one: each waits for those before it whose text or delivery is still to come.
// One that waits for a person holds up nothing. What was registered on the emergency register waits for its recovery: before, the centre
// does not know it.
func (db *DB) DueDeliveries(ctx context.Context) ([]station.DueDelivery, error) {
	list, err := db.dueDeliveries(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("list due deliveries: %w", err)
	}
	return list, nil
}

// DueDelivery returns one of them; due is false for any other id.
func (db *DB) DueDelivery(ctx context.Context, id int64) (d station.DueDelivery, due bool, err error) {
	list, err := db.dueDeliveries(ctx, " AND d.id = ?", id)
	if err != nil {
		return d, false, fmt.Errorf("read delivery %d: %w", id, err)
	}
	if len(list) == 0 {
		return d, false, nil
	}
	return list[0], true, nil
}

// dueDeliveries lists those of them for which a condition holds, as SQL.
func (db *DB) dueDeliveries(ctx context.Context, and string, args ...any) ([]station.DueDelivery, error) {
	return collect(ctx, db.read, func(s scannable) (station.DueDelivery, error) {
		var d station.DueDelivery
		q := &d.Request
		err := s.Scan(&d.ID, &d.RegistrationID, &d.Attempts, &q.Key, &q.Ref, &q.FileName, &q.MediaType, &q.SHA256, &q.Bytes, &q.Part,
			&q.Replaces.Key, &q.Replaces.Ref)
		return d, err
	}, `SELECT d.id, d.registration_id, c.attempts, d.key, coalesce(y.ref, d.ref), d.file_name, d.media_type, d.sha256, d.bytes, coalesce(s.part, 0),
			coalesce(p.key, ''), coalesce(o.centre_ref, '')
		FROM dispatch_current c JOIN dispatches d ON d.id = c.dispatch_id
		JOIN archives a ON a.id = d.archive_id JOIN associations s ON s.document_id = a.document_id
		JOIN registrations r ON r.id = d.registration_id LEFT JOIN recoveries y ON y.registration_id = r.id
		LEFT JOIN dispatches p ON p.id = (`+lastDelivered+`)
		LEFT JOIN dispatch_outcomes o ON o.dispatch_id = p.id AND o.state = 'delivered'
		WHERE c.state <> 'delivered' AND c.state IN ('due', 'unavailable') AND (r.connector <> '`+protocollo.EmergencyConnector+`' OR y.id IS NOT NULL) AND NOT EXISTS (
			SELECT 1 FROM archives b JOIN associations q ON q.document_id = b.document_id LEFT JOIN text_due t ON t.archive_id = b.id
				LEFT JOIN dispatches e ON e.archive_id = b.id LEFT JOIN dispatch_current f ON f.dispatch_id = e.id
			WHERE b.registration_id = a.registration_id AND (coalesce(q.part, 0), b.version) < (coalesce(s.part, 0), a.version)
				AND (t.archive_id IS NOT NULL OR f.state IN ('due', 'unavailable', 'sending')))
		AND (s.part IS NULL OR EXISTS (SELECT 1 FROM associations m WHERE m.registration_id = a.registration_id AND m.part IS NULL
			AND NOT EXISTS (SELECT 1 FROM supersessions u WHERE u.association_id = m.id)
			AND (EXISTS (SELECT 1 FROM archives v WHERE v.document_id = m.document_id)
				OR EXISTS (SELECT 1 FROM scope_decisions y WHERE y.document_id = m.document_id AND y.choice IN ('note', 'exclude')))))
		`+and+` ORDER BY d.id`, args...)
}

// dispatchStep runs fn on a delivery's state in one transaction and records what it returns, and then what follows from it; nil records
// nothing.
func (db *DB) dispatchStep(ctx context.Context, doing string, id int64, kind string, fn func(state string) (row, error), then ...func(*wtx) error) error {
	return db.transact(ctx, doing, func(w *wtx) error {
		state, err := one(w.ctx, w, "delivery", text, `SELECT state FROM dispatch_current WHERE dispatch_id = ?`, id)
		if err != nil {
			return err
		}
		r, err := fn(state)
		if err != nil || r == nil {
			return err
		}
		if err := w.dispatchOutcome(id, kind, r); err != nil {
			return err
		}
		for _, step := range then {
			if err := step(w); err != nil {
				return err
			}
		}
		return w.settleSuperseded(id)
	})
}

// dispatchOutcome records what became of a delivery, by the program's own knowledge.
func (w *wtx) dispatchOutcome(id int64, kind string, r row) error {
	return w.dispatchOutcomeBy(stationUser(), id, kind, r)
}

func (w *wtx) dispatchOutcomeBy(user string, id int64, kind string, r row) error {
	var registration, intake int64
	var aoo protocollo.AOOCode
	err := w.QueryRowContext(w.ctx, `SELECT r.id, r.intake_id, r.aoo FROM dispatches d JOIN registrations r ON r.id = d.registration_id WHERE d.id = ?`, id).
		Scan(&registration, &intake, &aoo)
	if err != nil {
		return err
	}
	r["dispatch_id"] = id
	if _, ok := r["words"]; !ok {
		r["words"] = ""
	}
	detail := map[string]any{"dispatch": id, "state": r["state"], "words": r["words"]}
	if _, err := w.insert("dispatch_outcomes", r); err != nil {
		return err
	}
	return w.report(kind, user, aoo, intake, detail)
}

// ClaimDelivery records that an attempt starts. Conflict "delivery" unless it is due.
func (db *DB) ClaimDelivery(ctx context.Context, id int64) error {
	return db.dispatchStep(ctx, "claim a delivery", id, KindDispatchStarted, func(state string) (row, error) {
		if state != dispatchDue && state != string(protocollo.Unavailable) {
			return nil, protocollo.Errorf(protocollo.Conflict, "delivery", "delivery %d is %s", id, state)
		}
		return row{"state": dispatchSending}, nil
	})
}

// MarkDelivered records the centre's receipt, also for one that was unknown. Again it is no error.
func (db *DB) MarkDelivered(ctx context.Context, id int64, r protocollo.AttachReceipt) error {
	return db.dispatchStep(ctx, "record a delivery", id, KindDispatchDelivered, func(state string) (row, error) {
		if state == dispatchDelivered || state == dispatchWithdrawn {
			return nil, nil
		}
		return row{"state": dispatchDelivered, "centre_ref": r.Ref, "centre_at": nanos(r.At)}, nil
	}, func(w *wtx) error {
		if !r.Replaced {
			return nil
		}
		return w.withdrawReplaced(id)
	})
}

// MarkUndelivered records how an attempt ended: Unavailable, OutcomeUnknown or Rejected. A person may make an unknown or rejected
// one due again with Unavailable. Conflict "delivery" when it is delivered, or nothing was under way.
func (db *DB) MarkUndelivered(ctx context.Context, id int64, c protocollo.Class, words string) error {
	return db.dispatchStep(ctx, "record a failed delivery", id, KindDispatchFailed, func(state string) (row, error) {
		waiting := state == string(protocollo.OutcomeUnknown) || state == string(protocollo.Rejected)
		switch {
		case c != protocollo.Unavailable && c != protocollo.OutcomeUnknown && c != protocollo.Rejected:
			return nil, protocollo.Errorf(protocollo.Invalid, "class", "%q does not say how a delivery ended", c)
		case state == string(c):
			return nil, nil
		case state != dispatchSending && (!waiting || c != protocollo.Unavailable):
			return nil, protocollo.Errorf(protocollo.Conflict, "delivery", "delivery %d is %s", id, state)
		}
		return row{"state": string(c), "words": words}, nil
	})
}
