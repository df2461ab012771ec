package store

import (
	"context"
	"errors"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// DueTakeovers lists the documents that take pages over from an archived one and do not have them all yet. Those
// about which a person is asked are not due.
func (db *DB) DueTakeovers(ctx context.Context) ([]station.Takeover, error) {
	type due struct {
		station.Takeover
		archive int64
	}
	list, err := collect(ctx, db.read, func(s scannable) (due, error) {
		var d due
		var result, leave string
		if err := s.Scan(&d.Document.ID, &d.Source.ID, &d.archive, &d.SHA256, &result, &leave); err != nil {
			return d, err
		}
		return d, errors.Join(decode(result, &d.Result), decode(leave, &d.Leave))
	}, `SELECT n.document_id, s.document_id, coalesce(v.id, 0), coalesce(v.sha256, ''), coalesce(v.result, '{}'), u.pages FROM documents d JOIN associations n ON n.document_id = d.id
		JOIN supersessions u ON u.successor_id = n.id JOIN associations s ON s.id = u.association_id LEFT JOIN archives v ON v.document_id = s.document_id
		WHERE d.state = 'receiving' AND NOT EXISTS (SELECT 1 FROM exceptions e WHERE e.document_id = d.id AND e.kind = ? AND e.solved_at = 0) ORDER BY d.id`,
		string(protocollo.ExceptionTakeover))
	if err != nil {
		return nil, fmt.Errorf("list takeovers: %w", err)
	}
	var out []station.Takeover
	for _, d := range list {
		if d.Document, err = documentByID(ctx, db.read, d.Document.ID); err != nil {
			return nil, fmt.Errorf("list takeovers: %w", err)
		}
		if d.Source, err = documentByID(ctx, db.read, d.Source.ID); err != nil {
			return nil, fmt.Errorf("list takeovers: %w", err)
		}
		d.Sources, err = collect(ctx, db.read, func(s scannable) (station.KeptFile, error) {
			var f station.KeptFile
			err := s.Scan(&f.Kind, &f.Page, &f.Name, &f.MediaType, &f.SHA256, &f.Bytes)
			return f, err
		}, `SELECT kind, page, name, media_type, sha256, bytes FROM archive_files WHERE archive_id = ? AND kind = 'source' ORDER BY page`, d.archive)
		if err != nil {
			return nil, fmt.Errorf("list takeovers: %w", err)
		}
		out = append(out, d.Takeover)
	}
	return out, nil
}

// takesFromArchive is a condition on documents d that are not in the archive: all their pages are to be had from another's archive, and
// nothing was decided about them here.
const takesFromArchive = `d.state NOT IN ('archived', 'discarded', 'noted') AND NOT EXISTS (SELECT 1 FROM scope_decisions c WHERE c.document_id = d.id AND c.erase <> '[]')
	AND EXISTS (SELECT 1 FROM associations n JOIN supersessions u ON u.successor_id = n.id JOIN associations f ON f.id = u.association_id
		JOIN archives v ON v.document_id = f.document_id WHERE n.document_id = d.id)`

// takeOverAgain has documents whose pages a restore lost take them from the archive once more.
func (w *wtx) takeOverAgain() error {
	again, err := collect(w.ctx, w, number, `SELECT d.id FROM documents d WHERE `+takesFromArchive+` ORDER BY d.id`)
	if err != nil {
		return err
	}
	for _, id := range again {
		for _, statement := range []string{`DELETE FROM exceptions WHERE document_id = ? AND solved_at = 0`,
			`UPDATE exceptions SET page_id = NULL WHERE document_id = ?`, `DELETE FROM pages WHERE document_id = ?`, `UPDATE documents SET state = 'receiving' WHERE id = ?`} {
			if err := w.exec(statement, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// supersededView says why a document is superseded, or NotFound "superseded".
func supersededView(ctx context.Context, q querier, documentID int64) (station.SupersededView, error) {
	return one(ctx, q, "superseded", func(s scannable) (station.SupersededView, error) {
		var v station.SupersededView
		var at int64
		var pages string
		err := s.Scan(&v.Kind, &at, &v.By, &v.Reason, &v.ActNumber, &v.ActDay, &pages, &v.Successor, &v.SuccessorRegistration, &v.Centre)
		if err != nil {
			return v, err
		}
		v.At = instant(at)
		return v, decode(pages, &v.Pages)
	}, `SELECT u.kind, u.at, u.by_user, u.reason, coalesce(u.act_number, ''), coalesce(u.act_day, ''), u.pages,
			coalesce(n.document_id, 0), coalesce(n.registration_id, 0),
			CASE WHEN coalesce(c.state, '') NOT IN ('delivered', 'unknown') THEN '' WHEN c.state = 'delivered' AND `+replacementDue+` THEN 'replaced-soon' ELSE 'by-hand' END
		FROM associations s JOIN supersessions u ON u.association_id = s.id LEFT JOIN associations n ON n.id = u.successor_id
		LEFT JOIN archives v ON v.document_id = s.document_id LEFT JOIN dispatches e ON e.archive_id = v.id LEFT JOIN dispatch_current c ON c.dispatch_id = e.id
		WHERE s.document_id = ?`, documentID)
}

// replacementDue is a condition on associations s: a later scan of the same part is to come to the centre and is not there yet.
const replacementDue = `EXISTS (SELECT 1 FROM associations l LEFT JOIN archives lv ON lv.document_id = l.document_id
	LEFT JOIN dispatches le ON le.archive_id = lv.id LEFT JOIN dispatch_current lc ON lc.dispatch_id = le.id
	WHERE l.registration_id = s.registration_id AND l.part IS s.part AND l.version > s.version AND coalesce(lc.state, 'due') IN ('due', 'unavailable', 'sending')
	AND NOT EXISTS (SELECT 1 FROM supersessions lu WHERE lu.association_id = l.id)
	AND NOT EXISTS (SELECT 1 FROM discards lx WHERE lx.document_id = l.document_id)
	AND NOT EXISTS (SELECT 1 FROM scope_decisions ls WHERE ls.document_id = l.document_id AND ls.choice IN ('note', 'exclude')))`

// RecordSupersededView journals that the actor looked at a superseded document; at another one nothing is journaled.
func (db *DB) RecordSupersededView(ctx context.Context, a protocollo.Actor, documentID int64) error {
	return db.transact(ctx, "record a view of what is superseded", func(w *wtx) error {
		d, err := documentByID(w.ctx, w, documentID)
		switch {
		case err != nil:
			return err
		case d.AOO != a.AOO:
			return protocollo.Errorf(protocollo.NotFound, "document", "no such document")
		case !d.Superseded:
			return nil
		}
		intake, err := w.intakeOf(d)
		if err != nil {
			return err
		}
		return w.report(KindSupersededViewed, a.User, a.AOO, intake, map[string]any{"document": d.ID, "version": d.Version})
	})
}

// ConfirmRemoval records a person's word that the centre does not have a superseded document any more.
func (db *DB) ConfirmRemoval(ctx context.Context, a protocollo.Actor, documentID int64) error {
	return db.transact(ctx, "confirm a removal", func(w *wtx) error {
		d, err := documentByID(w.ctx, w, documentID)
		if err != nil {
			return err
		}
		if d.AOO != a.AOO {
			return protocollo.Errorf(protocollo.NotFound, "document", "no such document")
		}
		var id int64
		var state string
		id, err = one(w.ctx, w, "delivery", func(s scannable) (int64, error) { err := s.Scan(&id, &state); return id, err },
			`SELECT e.id, c.state FROM dispatches e JOIN dispatch_current c ON c.dispatch_id = e.id JOIN archives v ON v.id = e.archive_id WHERE v.document_id = ?`, d.ID)
		if err != nil {
			return err
		}
		view, err := supersededView(w.ctx, w, d.ID)
		switch {
		case err != nil:
			return err
		case state == dispatchWithdrawn:
			return nil
		case view.Centre != station.CentreByHand:
			return protocollo.Errorf(protocollo.Conflict, "removal", "the delivery of document %d is %s", d.ID, state)
		}
		return w.dispatchOutcomeBy(a.User, id, KindDispatchWithdrawn, row{"state": dispatchWithdrawn, "words": "removed by hand"})
	})
}

// withdraw settles a superseded document's delivery that was not made: a text that is due gets its outcome first. The embedded register
// is this station's own, and goes by its word.
func (w *wtx) withdraw(documentID int64) error {
	due, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM text_due t JOIN archives v ON v.id = t.archive_id WHERE v.document_id = ?`, documentID))
	if err != nil {
		return err
	}
	if due > 0 {
		if err := w.attachText(documentID, station.TextOutcome{Why: station.TextSuperseded}, encodedEdition{}); err != nil {
			return err
		}
	}
	var id int64
	var state, connector string
	id, err = one(w.ctx, w, "delivery", func(s scannable) (int64, error) { err := s.Scan(&id, &state, &connector); return id, err },
		`SELECT d.id, c.state, r.connector FROM dispatches d JOIN dispatch_current c ON c.dispatch_id = d.id JOIN archives v ON v.id = d.archive_id
		JOIN registrations r ON r.id = d.registration_id WHERE v.document_id = ?`, documentID)
	switch {
	case errors.Is(err, protocollo.NotFound):
		return nil
	case err != nil:
		return err
	case state == dispatchSending, state == dispatchWithdrawn:
		return nil // it is settled when its fate is known
	case connector != embeddedConnector && (state == dispatchDelivered || state == string(protocollo.OutcomeUnknown)):
		return nil // a person, or what takes its place there
	}
	return w.dispatchOutcome(id, KindDispatchWithdrawn, row{"state": dispatchWithdrawn, "words": "superseded"})
}

// settleSuperseded follows an attempt's end: what is superseded by now is not sent again, nor is a scan after a later one of its part.
func (w *wtx) settleSuperseded(dispatchID int64) error {
	var document int64
	var superseded, late bool
	err := w.QueryRowContext(w.ctx, `SELECT s.document_id, NOT `+notSuperseded+`, c.state = 'unavailable' AND EXISTS (
			SELECT 1 FROM associations l JOIN archives b ON b.document_id = l.document_id JOIN dispatches e ON e.archive_id = b.id
			JOIN dispatch_current f ON f.dispatch_id = e.id
			WHERE l.registration_id = s.registration_id AND l.part IS s.part AND l.version > s.version AND f.state = 'delivered')
		FROM dispatches d JOIN dispatch_current c ON c.dispatch_id = d.id JOIN archives v ON v.id = d.archive_id
		JOIN associations s ON s.document_id = v.document_id WHERE d.id = ?`, dispatchID).Scan(&document, &superseded, &late)
	switch {
	case err != nil:
		return err
	case superseded:
		return w.withdraw(document)
	case late:
		return w.dispatchOutcome(dispatchID, KindDispatchWithdrawn, row{"state": dispatchWithdrawn, "words": "a later scan is there"})
	}
	return nil
}

// withdrawReplaced settles the superseded documents whose place the centre gave to a delivered one.
func (w *wtx) withdrawReplaced(dispatchID int64) error {
	gone, err := collect(w.ctx, w, number, `SELECT e.id FROM dispatches d JOIN archives b ON b.id = d.archive_id
		JOIN associations n ON n.document_id = b.document_id JOIN associations s ON s.registration_id = n.registration_id AND s.part IS n.part AND s.version < n.version
		JOIN supersessions u ON u.association_id = s.id JOIN archives v ON v.document_id = s.document_id
		JOIN dispatches e ON e.archive_id = v.id JOIN dispatch_current c ON c.dispatch_id = e.id
		WHERE d.id = ? AND c.state = 'delivered' ORDER BY e.id`, dispatchID)
	if err != nil {
		return err
	}
	for _, id := range gone {
		if err := w.dispatchOutcome(id, KindDispatchWithdrawn, row{"state": dispatchWithdrawn, "words": "replaced"}); err != nil {
			return err
		}
	}
	return nil
}
