package store

import (
	"context"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// withColumn scans a row that has one column more than its reader knows.
type withColumn struct {
	scannable
	last any
}

func (c withColumn) Scan(dest ...any) error { return c.scannable.Scan(append(dest, c.last)...) }

// FirstPages lists the first page of each document of the batch, and of each open one of the AOO that is joined to nothing yet; discarded
// ones are left out. Oldest document first.
func (db *DB) FirstPages(ctx context.Context, aoo protocollo.AOOCode, batchID int64) ([]station.FirstPage, error) {
	list, err := collect(ctx, db.read, func(s scannable) (station.FirstPage, error) {
		var f station.FirstPage
		var err error
		f.Page, err = scanPage(withColumn{s, &f.RegistrationID})
		return f, err
	}, `SELECT `+pageColumns+`, coalesce(s.registration_id, 0) FROM documents d LEFT JOIN associations s ON s.document_id = d.id
		JOIN pages p ON p.id = (SELECT q.id FROM pages q WHERE q.document_id = d.id AND q.erase_due = 0 ORDER BY q.position, q.id LIMIT 1)
		WHERE d.aoo = ?1 AND d.state <> 'discarded' AND (d.batch_id = ?2 OR s.id IS NULL AND d.state NOT IN ('archived', 'discarded', 'noted'))
		ORDER BY d.id`, string(aoo), batchID)
	if err != nil {
		return nil, fmt.Errorf("list first pages: %w", err)
	}
	return list, nil
}

// LastJoined returns the registration that the last document of the desk's latest batch before this one was joined to, or 0. What came of an
// act or an exclusion is no pile of paper.
func (db *DB) LastJoined(ctx context.Context, batchID int64) (int64, error) {
	id, err := number(db.read.QueryRowContext(ctx, `SELECT coalesce((SELECT s.registration_id FROM batches o
		JOIN documents d ON d.batch_id = o.id JOIN associations s ON s.document_id = d.id
		WHERE o.id < b.id AND o.aoo = b.aoo AND o.desk = b.desk AND d.state <> 'discarded' AND o.source NOT IN (?, ?, ?) ORDER BY o.id DESC, d.id DESC LIMIT 1), 0)
		FROM batches b WHERE b.id = ?`, exclusionSource, station.SupersedeSource(station.SupersededExchange), station.SupersedeSource(station.SupersededObscuration), batchID))
	if err != nil {
		return 0, fmt.Errorf("look for what batch %d follows: %w", batchID, err)
	}
	return id, nil
}

// Expected lists the registrations that the actor sees whose label was printed and of which no scan is here, oldest first.
func (db *DB) Expected(ctx context.Context, a protocollo.Actor, limit int) ([]station.Record, error) {
	where, args := visible(a)
	condition, err := missing("scan")
	if err != nil {
		return nil, err
	}
	ids, err := collect(ctx, db.read, number, `SELECT x.intake_id FROM records x WHERE `+where+` AND `+condition+` ORDER BY x.intake_id IN (SELECT intake_id FROM urgent) DESC, x.intake_id LIMIT ?`,
		append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("list what is expected: %w", err)
	}
	if len(ids) == 0 {
		return []station.Record{}, nil
	}
	list, err := readRecords(ctx, db.read, ids)
	if err != nil {
		return nil, fmt.Errorf("list what is expected: %w", err)
	}
	return list, nil
}

// AskJoined opens an exception on a joined document that is waiting or ready, and makes it wait. It does nothing, and says so, for any other
// document, and for one that a person has accepted in answer to an exception of that kind.
func (db *DB) AskJoined(ctx context.Context, e protocollo.Exception) (opened protocollo.Exception, asked bool, err error) {
	err = db.transact(ctx, "ask about a joined document", func(w *wtx) error {
		d, err := documentByID(w.ctx, w, e.DocumentID)
		if err != nil {
			return err
		}
		if d.AOO != e.AOO || d.RegistrationID == 0 || d.State != protocollo.DocumentWaiting && d.State != protocollo.DocumentReady {
			return nil
		}
		accepted, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM exceptions WHERE document_id = ? AND kind = ? AND choice = ?`,
			d.ID, string(e.Kind), string(protocollo.ChoiceAccept)))
		if err != nil || accepted > 0 {
			return err
		}
		asked = true
		if opened, err = w.openException(e); err != nil {
			return err
		}
		return w.setState(d, protocollo.DocumentWaiting)
	})
	return opened, asked, err
}

// ReopenBatch makes a run that did not come to its own end running again; seq and sheet are the last ones that it has.
func (db *DB) ReopenBatch(ctx context.Context, id int64) (b protocollo.Batch, seq, sheet int, err error) {
	err = db.transact(ctx, "reopen a batch", func(w *wtx) error {
		if b, err = batchByID(w.ctx, w, id); err != nil {
			return err
		}
		switch b.State {
		case protocollo.BatchFaulted, protocollo.BatchCancelled, protocollo.BatchInterrupted, protocollo.BatchAwaitsBacks:
		default:
			return protocollo.Errorf(protocollo.Conflict, "batch-ended", "batch %d is %s", id, b.State)
		}
		if err := w.exec(`UPDATE batches SET state = 'running', fault = '', ended_at = 0 WHERE id = ?`, id); err != nil {
			return err
		}
		if err := w.QueryRowContext(w.ctx, `SELECT coalesce(max(seq), 0), coalesce(max(sheet), 0) FROM pages WHERE batch_id = ?`, id).Scan(&seq, &sheet); err != nil {
			return err
		}
		b, err = batchByID(w.ctx, w, id)
		return err
	})
	return b, seq, sheet, err
}

// SecondPass returns the document that holds the backs of a batch, or NotFound "document".
func (db *DB) SecondPass(ctx context.Context, batchID int64) (protocollo.Document, error) {
	return one(ctx, db.read, "document", scanDocument, `SELECT `+documentColumns+documentFrom+`JOIN batches b ON b.id = d.batch_id
		WHERE b.backs_of = ? AND d.state <> 'discarded' ORDER BY d.id LIMIT 1`, batchID)
}

// awaiting returns a batch that awaits its backs.
func (w *wtx) awaiting(id int64) (protocollo.Batch, error) {
	b, err := batchByID(w.ctx, w, id)
	if err == nil && b.State != protocollo.BatchAwaitsBacks {
		err = protocollo.Errorf(protocollo.Conflict, "no-backs-due", "batch %d is %s", id, b.State)
	}
	return b, err
}

// Interleave puts each back behind its front and ends the batch. The pile was turned over: the first back is the last sheet's.
func (db *DB) Interleave(ctx context.Context, batchID, holder int64) error {
	return db.transact(ctx, "interleave fronts and backs", func(w *wtx) error {
		b, err := w.awaiting(batchID)
		if err != nil {
			return err
		}
		h, err := documentByID(w.ctx, w, holder)
		if err != nil {
			return err
		}
		second, err := batchByID(w.ctx, w, h.BatchID)
		if err != nil {
			return err
		}
		if second.BacksOf != b.ID {
			return protocollo.Errorf(protocollo.NotFound, "document", "document %d holds no backs of batch %d", holder, batchID)
		}
		fronts, err := collect(w.ctx, w, scanPage, `SELECT `+pageColumns+` FROM pages p WHERE p.batch_id = ? AND p.erase_due = 0 ORDER BY p.seq`, b.ID)
		if err != nil {
			return err
		}
		backs, err := pagesOf(w.ctx, w, holder)
		if err != nil {
			return err
		}
		if len(fronts) != len(backs) || len(fronts) == 0 {
			return protocollo.Errorf(protocollo.Conflict, "backs", "%d backs to %d fronts", len(backs), len(fronts))
		}
		last, place := fronts[len(fronts)-1].Seq, map[int64]int{}
		for i, front := range fronts {
			place[front.DocumentID] += 2
			at, back := place[front.DocumentID], backs[len(backs)-1-i]
			if err := w.exec(`UPDATE pages SET sheet = ?, position = ? WHERE id = ?`, i+1, at-1, front.ID); err != nil {
				return err
			}
			// The back becomes a page of its front's batch: a sheet is one thing of one pile.
			if err := w.exec(`UPDATE pages SET batch_id = ?, seq = ?, document_id = ?, sheet = ?, position = ?, back = 1 WHERE id = ?`,
				b.ID, last+i+1, front.DocumentID, i+1, at, back.ID); err != nil {
				return err
			}
		}
		if err := w.discard(h, stationUser(), "retri uniti ai fronti"); err != nil {
			return err
		}
		return w.exec(`UPDATE batches SET state = 'ended' WHERE id = ?`, b.ID)
	})
}

// WaiveBacks ends a batch whose backs are not wanted.
func (db *DB) WaiveBacks(ctx context.Context, batchID int64) error {
	return db.transact(ctx, "waive the backs", func(w *wtx) error {
		b, err := w.awaiting(batchID)
		if err != nil {
			return err
		}
		return w.exec(`UPDATE batches SET state = 'ended' WHERE id = ?`, b.ID)
	})
}
