package store

import (
	"context"
	"errors"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

const tenderColumns = `t.id, t.aoo, t.year, t.seq, t.at, t.by_user, v.version, v.cig, v.subject, v.place, v.session_at, v.deadline_at, v.uor, v.basis, v.norm,
	coalesce(f.at, 0), coalesce(f.by_user, '')`

const tenderFrom = ` FROM tenders t JOIN tender_versions v ON v.id = (SELECT max(x.id) FROM tender_versions x WHERE x.tender_id = t.id)
	LEFT JOIN tender_facts f ON f.tender_id = t.id AND f.kind = 'closed' AND NOT EXISTS (SELECT 1 FROM tender_reopenings r WHERE r.closing_id = f.id) `

func scanTender(s scannable) (protocollo.Tender, error) {
	var t protocollo.Tender
	var at, session, deadline, closed int64
	err := s.Scan(&t.ID, &t.AOO, &t.Year, &t.Seq, &at, &t.EnteredBy, &t.Version, &t.Terms.CIG, &t.Terms.Subject, &t.Terms.Place, &session, &deadline,
		&t.Terms.UOR, &t.Terms.Basis, &t.Terms.Norm, &closed, &t.ClosedBy)
	t.EnteredAt, t.Terms.SessionAt, t.Terms.Deadline, t.ClosedAt = instant(at), instant(session), instant(deadline), instant(closed)
	return t, err
}

func (w *wtx) tender(aoo protocollo.AOOCode, id int64) (protocollo.Tender, error) {
	return one(w.ctx, w, "tender", scanTender, `SELECT `+tenderColumns+tenderFrom+`WHERE t.id = ? AND t.aoo = ?`, id, string(aoo))
}

// SaveTender enters a gara with its first version.
func (db *DB) SaveTender(ctx context.Context, a protocollo.Actor, key string, terms protocollo.TenderTerms) (protocollo.Tender, error) {
	var t protocollo.Tender
	err := db.transact(ctx, "enter a gara", func(w *wtx) error {
		id, err := one(w.ctx, w, "tender", number, `SELECT id FROM tenders WHERE key = ?`, key)
		switch {
		case err == nil:
			if t, err = w.tender(a.AOO, id); err != nil {
				return err
			}
			first, err := one(w.ctx, w, "tender", scanTenderVersion, `SELECT `+tenderVersionColumns+` FROM tender_versions v WHERE v.tender_id = ? AND v.version = 1`, id)
			if err == nil && first.Terms != terms {
				err = protocollo.Errorf(protocollo.Conflict, "request-key", "key %s came before with other content", key)
			}
			return err
		case !errors.Is(err, protocollo.NotFound):
			return err
		}
		year := protocollo.YearOf(w.now)
		seq, err := number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(seq), 0) + 1 FROM tenders WHERE aoo = ? AND year = ?`, string(a.AOO), year))
		if err != nil {
			return err
		}
		id, err = w.insert("tenders", row{"aoo": string(a.AOO), "year": year, "seq": seq, "key": key, "by_user": a.User})
		if err != nil {
			return err
		}
		if err := w.tenderVersion(a, id, 1, terms, ""); err != nil {
			return err
		}
		if err := w.report(KindTenderEntered, a.User, a.AOO, 0, map[string]any{"tender": id, "deadline": terms.Deadline}); err != nil {
			return err
		}
		t, err = w.tender(a.AOO, id)
		return err
	})
	return t, err
}

func (w *wtx) tenderVersion(a protocollo.Actor, id int64, version int, t protocollo.TenderTerms, reason string) error {
	_, err := w.insert("tender_versions", row{"tender_id": id, "version": version, "cig": t.CIG, "subject": t.Subject, "place": t.Place,
		"session_at": nanos(t.SessionAt), "deadline_at": nanos(t.Deadline), "uor": t.UOR, "basis": t.Basis, "norm": t.Norm, "reason": reason, "by_user": a.User})
	return err
}

// AmendTender adds a version: what a deadline was stays readable beside what it is.
func (db *DB) AmendTender(ctx context.Context, a protocollo.Actor, id int64, version int, terms protocollo.TenderTerms, reason string) (protocollo.Tender, error) {
	var t protocollo.Tender
	err := db.transact(ctx, "amend a gara", func(w *wtx) error {
		have, err := w.tender(a.AOO, id)
		if err != nil {
			return err
		}
		switch {
		case have.Version == version+1 && have.Terms == terms:
			same, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM tender_versions WHERE tender_id = ? AND version = ? AND reason = ? AND by_user = ?`, id, have.Version, reason, a.User))
			if err == nil && same == 0 {
				err = protocollo.Errorf(protocollo.Conflict, "tender-changed", "somebody else made gara %d so", id)
			}
			t = have
			return err
		case have.Version != version:
			return protocollo.Errorf(protocollo.Conflict, "tender-changed", "gara %d is at version %d", id, have.Version)
		case !have.ClosedAt.IsZero():
			return protocollo.Errorf(protocollo.Conflict, "tender-closed", "gara %d is closed", id)
		}
		if err := w.tenderVersion(a, id, version+1, terms, reason); err != nil {
			return err
		}
		detail := map[string]any{"tender": id, "reason": reason, "version": version + 1}
		if !have.Terms.Deadline.Equal(terms.Deadline) {
			detail["deadlineWas"], detail["deadline"] = have.Terms.Deadline, terms.Deadline
		}
		if err := w.report(KindTenderAmended, a.User, a.AOO, 0, detail); err != nil {
			return err
		}
		t, err = w.tender(a.AOO, id)
		return err
	})
	return t, err
}

// CountWaiting records who stood in the queue when the deadline struck.
func (db *DB) CountWaiting(ctx context.Context, a protocollo.Actor, key string, id int64, count int, note string) error {
	return db.transact(ctx, "count who waits", func(w *wtx) error {
		if said, err := w.said(key, "tender_facts", `tender_id = ? AND kind = 'waiting' AND count = ? AND note = ? AND by_user = ?`, id, count, note, a.User); said || err != nil {
			return err
		}
		if err := w.openTender(a, id); err != nil {
			return err
		}
		if _, err := w.insert("tender_facts", row{"key": key, "tender_id": id, "kind": "waiting", "count": count, "note": note, "by_user": a.User}); err != nil {
			return err
		}
		return w.report(KindTenderWaiting, a.User, a.AOO, 0, map[string]any{"tender": id, "count": count})
	})
}

const tenderVersionColumns = `v.version, v.cig, v.subject, v.place, v.session_at, v.deadline_at, v.uor, v.basis, v.norm, v.reason, v.by_user, v.at`

func scanTenderVersion(s scannable) (protocollo.TenderVersion, error) {
	var v protocollo.TenderVersion
	var session, deadline, at int64
	err := s.Scan(&v.Version, &v.Terms.CIG, &v.Terms.Subject, &v.Terms.Place, &session, &deadline, &v.Terms.UOR, &v.Terms.Basis, &v.Terms.Norm, &v.Reason, &v.By, &at)
	v.Terms.SessionAt, v.Terms.Deadline, v.At = instant(session), instant(deadline), instant(at)
	return v, err
}

// RecordTransfer records a passage of custody with the word of whoever hands over.
func (db *DB) RecordTransfer(ctx context.Context, a protocollo.Actor, n station.NewTransfer) (protocollo.BidTransfer, error) {
	var t protocollo.BidTransfer
	err := db.transact(ctx, "hand plichi over", func(w *wtx) error {
		id, err := one(w.ctx, w, "transfer", number, `SELECT id FROM bid_transfers WHERE key = ?`, n.Key)
		switch {
		case errors.Is(err, protocollo.NotFound):
			if id, err = w.transfer(a, n); err == nil {
				t, err = w.transferByID(a, id)
			}
			return err
		case err != nil:
			return err
		}
		if t, err = w.transferByID(a, id); errors.Is(err, protocollo.NotFound) || err == nil && !sameTransfer(t, n) {
			err = protocollo.Errorf(protocollo.Conflict, "request-key", "key %s came before with other content", n.Key)
		}
		return err
	})
	return t, err
}

// sameTransfer reports whether a distinta is the one that a request asks for; in which order its plichi were read is of no interest.
func sameTransfer(t protocollo.BidTransfer, n station.NewTransfer) bool {
	seals := map[int64]protocollo.SealCondition{}
	for _, i := range t.Items {
		seals[i.BidID] = i.Seal
	}
	for _, i := range n.Items {
		if seals[i.BidID] != i.Seal {
			return false
		}
	}
	return t.From == n.From && t.To == n.To && t.Place == n.Place && t.TenderID == n.TenderID && len(t.Items) == len(n.Items)
}

func (w *wtx) transfer(a protocollo.Actor, n station.NewTransfer) (int64, error) {
	if _, err := w.tender(a.AOO, n.TenderID); err != nil {
		return 0, err
	}
	year := protocollo.YearOf(w.now)
	seq, err := number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(seq), 0) + 1 FROM bid_transfers WHERE aoo = ? AND year = ?`, string(a.AOO), year))
	if err != nil {
		return 0, err
	}
	list, err := readBids(w.ctx, w, a.AOO, station.BidQuery{TenderID: n.TenderID})
	if err != nil {
		return 0, err
	}
	bids := map[int64]protocollo.Bid{}
	for _, b := range list {
		bids[b.ID] = b
	}
	w.afterTheLast()
	id, err := w.insert("bid_transfers", row{"aoo": string(a.AOO), "year": year, "seq": seq, "key": n.Key, "tender_id": n.TenderID, "from_name": n.From, "to_name": n.To,
		"place": n.Place, "by_user": a.User})
	if err != nil {
		return 0, err
	}
	for _, item := range n.Items {
		b, of := bids[item.BidID]
		if !of {
			return 0, w.notOfTender(a, item.BidID, n.TenderID)
		}
		if b.Gone() != nil {
			return 0, protocollo.Errorf(protocollo.Conflict, "bid-gone", "plico %s is %s", b.Code(), b.Gone().Kind)
		}
		if _, err := w.insert("bid_transfer_items", row{"transfer_id": id, "bid_id": b.ID, "seal": string(item.Seal)}); err != nil {
			return 0, err
		}
	}
	_, err = w.insert("bid_transfer_confirmations", row{"transfer_id": id, "side": string(protocollo.SideFrom), "by_user": a.User, "by_name": n.From, "by_sign": a.Name != n.From})
	if err != nil {
		return 0, err
	}
	return id, w.report(KindBidTransfer, a.User, a.AOO, 0, map[string]any{"tender": n.TenderID, "code": protocollo.BidTransfer{Year: year, Seq: seq}.Code(), "count": len(n.Items)})
}

// notOfTender says why a plico is not among a gara's.
func (w *wtx) notOfTender(a protocollo.Actor, id, tender int64) error {
	b, err := w.bid(a, id)
	switch {
	case err != nil:
		return err
	case b.Description == nil:
		return protocollo.Errorf(protocollo.Conflict, "not-described", "plico %s is not described", b.Code())
	}
	return protocollo.Errorf(protocollo.Conflict, "bid-elsewhere", "plico %s is not of gara %d", b.Code(), tender)
}

// ConfirmTransfer is the word of whoever receives.
func (db *DB) ConfirmTransfer(ctx context.Context, a protocollo.Actor, id int64, c protocollo.TransferConfirm) (protocollo.BidTransfer, error) {
	var t protocollo.BidTransfer
	err := db.transact(ctx, "confirm a transfer", func(w *wtx) error {
		have, err := w.transferByID(a, id)
		if err != nil {
			return err
		}
		if have.Taken != nil {
			t = have
			if have.Taken.By == a.User && have.Taken.Name == c.Name && have.Taken.OnPaper == c.OnPaper {
				return nil
			}
			return protocollo.Errorf(protocollo.Conflict, "transfer-confirmed", "%s has confirmed transfer %d", have.Taken.Name, id)
		}
		_, err = w.insert("bid_transfer_confirmations", row{"transfer_id": id, "side": string(protocollo.SideTo), "by_user": a.User, "by_name": c.Name, "by_sign": c.OnPaper})
		if err != nil {
			return err
		}
		if err := w.report(KindBidConfirmed, a.User, a.AOO, 0, map[string]any{"tender": have.TenderID, "code": have.Code()}); err != nil {
			return err
		}
		t, err = w.transferByID(a, id)
		return err
	})
	return t, err
}

func (w *wtx) transferByID(a protocollo.Actor, id int64) (protocollo.BidTransfer, error) {
	list, err := readTransfers(w.ctx, w, a.AOO, 0, id)
	if err != nil {
		return protocollo.BidTransfer{}, err
	}
	if len(list) == 0 {
		return protocollo.BidTransfer{}, protocollo.Errorf(protocollo.NotFound, "transfer", "no such transfer: %d", id)
	}
	return list[0], nil
}
