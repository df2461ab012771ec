package store

import (
	"context"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// CloseTender ends a gara, unless refuse finds something in what there is in the same transaction.
func (db *DB) CloseTender(ctx context.Context, a protocollo.Actor, id int64, note string, refuse func(station.TenderEnd) error) error {
	return db.transact(ctx, "close a gara", func(w *wtx) error {
		e := station.TenderEnd{}
		var err error
		if e.Tender, err = w.tender(a.AOO, id); err != nil {
			return err
		}
		if !e.Tender.ClosedAt.IsZero() {
			same, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM tender_facts WHERE tender_id = ? AND kind = 'closed' AND at = ? AND note = ? AND by_user = ?`,
				id, nanos(e.Tender.ClosedAt), note, a.User))
			if err == nil && same == 0 {
				err = protocollo.Errorf(protocollo.Conflict, "tender-closed", "%s has closed gara %d", e.Tender.ClosedBy, id)
			}
			return err
		}
		if e.Bids, err = readBids(w.ctx, w, a.AOO, station.BidQuery{TenderID: id}); err != nil {
			return err
		}
		if e.Unassigned, err = readBids(w.ctx, w, a.AOO, station.BidQuery{Unassigned: true}); err != nil {
			return err
		}
		if e.Undeclared, err = readHandovers(w.ctx, w, a.AOO, station.HandoverQuery{Open: true}); err != nil {
			return err
		}
		if err := refuse(e); err != nil {
			return err
		}
		if _, err := w.insert("tender_facts", row{"tender_id": id, "kind": "closed", "count": len(e.Bids), "note": note, "by_user": a.User}); err != nil {
			return err
		}
		return w.report(KindTenderClosed, a.User, a.AOO, 0, map[string]any{"tender": id, "count": len(e.Bids)})
	})
}

// ReopenTender takes a closing back.
func (db *DB) ReopenTender(ctx context.Context, a protocollo.Actor, id, closing int64, reason string) error {
	return db.transact(ctx, "open a gara again", func(w *wtx) error {
		c, err := one(w.ctx, w, "tender", scanTenderClosing, tenderClosingSelect+`WHERE f.id = ? AND f.kind = 'closed' AND t.id = ? AND t.aoo = ?`, closing, id, string(a.AOO))
		switch {
		case err != nil:
			return err
		case c.ReopenedBy == a.User && c.Reason == reason:
			return nil
		case c.ReopenedBy != "":
			return protocollo.Errorf(protocollo.Conflict, "tender-open", "closing %d of gara %d was taken back by %s", closing, id, c.ReopenedBy)
		}
		if _, err := w.insert("tender_reopenings", row{"closing_id": closing, "reason": reason, "by_user": a.User}); err != nil {
			return err
		}
		return w.report(KindTenderReopened, a.User, a.AOO, 0, map[string]any{"tender": id, "reason": reason})
	})
}

const tenderClosingSelect = `SELECT f.id, f.note, f.by_user, f.at, coalesce(r.reason, ''), coalesce(r.by_user, ''), coalesce(r.at, 0)
	FROM tender_facts f JOIN tenders t ON t.id = f.tender_id LEFT JOIN tender_reopenings r ON r.closing_id = f.id `

func scanTenderClosing(s scannable) (protocollo.TenderClosing, error) {
	var c protocollo.TenderClosing
	var at, reopened int64
	err := s.Scan(&c.ID, &c.Note, &c.By, &at, &c.Reason, &c.ReopenedBy, &reopened)
	c.At, c.ReopenedAt = instant(at), instant(reopened)
	return c, err
}

// TenderClosings lists each end of a gara, oldest first.
func (db *DB) TenderClosings(ctx context.Context, aoo protocollo.AOOCode, id int64) ([]protocollo.TenderClosing, error) {
	list, err := collect(ctx, db.read, scanTenderClosing, tenderClosingSelect+`WHERE t.aoo = ? AND t.id = ? AND f.kind = 'closed' ORDER BY f.id`, string(aoo), id)
	if err != nil {
		return nil, fmt.Errorf("list the ends of gara %d: %w", id, err)
	}
	return list, nil
}
