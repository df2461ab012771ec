package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// The kinds of journal entries of sealed bids.
const (
	KindBidFrozen     = "bid.frozen"
	KindBidDeclared   = "bid.declared"
	KindBidAnnotated  = "bid.annotated"
	KindBidDescribed  = "bid.described"
	KindBidLabel      = "bid.label"
	KindBidEvent      = "bid.event"
	KindBidTransfer   = "bid.transfer"
	KindBidConfirmed  = "bid.transfer-confirmed"
	KindTenderEntered = "tender.entered"
	KindTenderAmended = "tender.amended"
	KindTenderWaiting = "tender.waiting"
	KindTenderClosed  = "tender.closed"

	KindTenderReopened = "tender.reopened"
)

// bidTick is what machines' clocks tell apart: two records of one tick contest nothing, and a contested instant stands one after the last record.
const bidTick = time.Millisecond

const handoverColumns = `h.id, h.aoo, h.year, h.seq, h.key, h.at, h.desk, h.by_user, h.clock_at, h.contested, h.proof, coalesce(h.sheet_at, 0), coalesce(h.sheet_row, 0),
	coalesce(h.sheet_by, ''), coalesce((SELECT s.seq || '/' || s.year FROM bid_sheets s WHERE s.id = h.sheet_id), ''), d.count, coalesce(d.reason, ''), coalesce(d.by_user, ''), coalesce(d.by_name, ''), coalesce(d.at, 0),
	coalesce((SELECT json_group_array(json_object('note', a.note, 'by', a.by_user, 'ns', a.at)) FROM bid_annotations a WHERE a.handover_id = h.id), '[]')`

const handoverFrom = ` FROM bid_handovers h LEFT JOIN bid_declarations d ON d.handover_id = h.id `

func scanHandover(s scannable) (protocollo.Handover, error) {
	var h protocollo.Handover
	var d protocollo.HandoverDeclared
	var sheet protocollo.HandoverSheet
	var at, clock, sheetAt, declared int64
	var count *int
	var proof, annotations string
	err := s.Scan(&h.ID, &h.AOO, &h.Year, &h.Seq, &h.Key, &at, &h.Desk, &h.By, &clock, &h.Contested, &proof, &sheetAt, &sheet.Row, &sheet.By, &sheet.Sheet,
		&count, &d.Reason, &d.By, &d.Name, &declared, &annotations)
	if err != nil {
		return h, err
	}
	h.At, h.ClockAt, sheet.At, d.At = instant(at), instant(clock), instant(sheetAt), instant(declared)
	if sheetAt != 0 {
		h.Sheet = &sheet
	}
	if count != nil {
		d.Count = *count
		h.Declared = &d
	}
	var notes []struct {
		Note, By string
		NS       int64
	}
	if err := errors.Join(decode(proof, &h.Proof), decode(annotations, &notes)); err != nil {
		return h, err
	}
	h.Annotations = make([]protocollo.HandoverAnnotated, len(notes))
	for i, n := range notes {
		h.Annotations[i] = protocollo.HandoverAnnotated{Note: n.Note, By: n.By, At: instant(n.NS)}
	}
	return h, nil
}

// FreezeHandover is one row and one entry. It goes ahead of every other writer that waits, and nothing that stops numbering stops it.
func (db *DB) FreezeHandover(ctx context.Context, f station.FreezeCommand) (protocollo.Handover, error) {
	var h protocollo.Handover
	err := db.transactFirst(ctx, "freeze an instant", func(w *wtx) error {
		var err error
		h, err = one(w.ctx, w, "handover", scanHandover, `SELECT `+handoverColumns+handoverFrom+`WHERE h.key = ?`, f.Key)
		if err == nil {
			if h.AOO != f.AOO || !sameSheet(h.Sheet, f.Sheet) {
				return protocollo.Errorf(protocollo.Conflict, "request-key", "key %s came before with other content", f.Key)
			}
			return nil
		}
		if !errors.Is(err, protocollo.NotFound) {
			return err
		}
		h, err = w.freeze(f)
		return err
	})
	return h, err
}

// sameSheet reports whether two presses are of one line of paper, or of none.
func sameSheet(a, b *protocollo.HandoverSheet) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Sheet == b.Sheet && a.Row == b.Row && a.By == b.By && a.At.Equal(b.At)
}

func (w *wtx) freeze(f station.FreezeCommand) (protocollo.Handover, error) {
	h := protocollo.Handover{AOO: f.AOO, Key: f.Key, Desk: f.Desk, By: f.User, ClockAt: w.clock, Proof: f.Proof, Sheet: f.Sheet, Annotations: []protocollo.HandoverAnnotated{}}
	known, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM aoos WHERE code = ?`, string(f.AOO)))
	if err != nil {
		return h, err
	}
	if known == 0 {
		return h, protocollo.Errorf(protocollo.NotFound, "aoo", "no AOO %q", f.AOO)
	}
	w.afterTheLast()
	h.At, h.Contested = w.now, w.now.Sub(w.clock) >= bidTick || w.doubt
	h.Year = protocollo.YearOf(h.At)
	if h.Seq, err = number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(seq), 0) + 1 FROM bid_handovers WHERE aoo = ? AND year = ?`, string(f.AOO), h.Year)); err != nil {
		return h, err
	}
	proof, err := encode(f.Proof)
	if err != nil {
		return h, err
	}
	r := row{"aoo": string(h.AOO), "year": h.Year, "seq": h.Seq, "key": h.Key, "desk": h.Desk, "by_user": h.By, "clock_at": nanos(h.ClockAt), "contested": h.Contested, "proof": proof}
	detail := map[string]any{"code": h.Code(), "desk": h.Desk}
	if h.Contested {
		detail["contested"] = true
	}
	if f.Sheet != nil {
		sheet, err := w.freeLine(f.AOO, *f.Sheet)
		if err != nil {
			return h, err
		}
		r["sheet_id"], r["sheet_at"], r["sheet_row"], r["sheet_by"] = sheet, nanos(f.Sheet.At), f.Sheet.Row, f.Sheet.By
		detail["sheet"] = f.Sheet.Sheet
		detail["sheetRow"] = f.Sheet.Row
	}
	if h.ID, err = w.insert("bid_handovers", r); err != nil {
		return h, err
	}
	user := f.User
	if user == "" {
		user = stationUser()
	}
	return h, w.report(KindBidFrozen, user, h.AOO, 0, detail)
}

// afterTheLast makes the transaction's instant later than every record's, where the order of two records decides: by the least that can be written where the clock stands still, and by a
// whole millisecond where it is behind or in doubt (R14.3).
func (w *wtx) afterTheLast() {
	last := w.last.at
	switch {
	case last.IsZero() || w.now.After(last):
	case w.doubt || w.clock.Before(last.Add(-bidTick)):
		w.now = last.Add(bidTick)
	default:
		w.now = last.Add(1)
	}
}

// PutDeskToken puts a browser's token in the place of the one that it had, and forgets those that are too old.
func (db *DB) PutDeskToken(ctx context.Context, t station.DeskToken, replaces string) error {
	return db.transact(ctx, "keep a desk's token", func(w *wtx) error {
		if err := w.exec(`DELETE FROM desk_tokens WHERE until < ? OR digest IN (?, ?)`, nanos(w.clock), t.Digest, replaces); err != nil {
			return err
		}
		return w.exec(`INSERT INTO desk_tokens (digest, aoo, desk, user, until) VALUES (?, ?, ?, ?, ?)`, t.Digest, string(t.AOO), t.Desk, t.User, nanos(t.Until))
	})
}

// DeskToken returns whose digest it is.
func (db *DB) DeskToken(ctx context.Context, digest string, now time.Time) (station.DeskToken, error) {
	t, err := one(ctx, db.read, "desk-token", func(s scannable) (station.DeskToken, error) {
		var t station.DeskToken
		var until int64
		var roles string
		err := s.Scan(&t.Digest, &t.AOO, &t.Desk, &t.User, &until, &roles)
		t.Until = instant(until)
		return t, errors.Join(err, decode(roles, &t.Roles))
	}, `SELECT t.digest, t.aoo, t.desk, t.user, t.until, a.roles FROM desk_tokens t JOIN accounts a ON a.user = t.user AND a.aoo = t.aoo AND a.disabled = 0
		WHERE t.digest = ? AND t.until > ?`, digest, nanos(now))
	if err != nil {
		return t, fmt.Errorf("look a desk's token up: %w", err)
	}
	return t, nil
}

func (w *wtx) handover(a protocollo.Actor, id int64) (protocollo.Handover, error) {
	return one(w.ctx, w, "handover", scanHandover, `SELECT `+handoverColumns+handoverFrom+`WHERE h.id = ? AND h.aoo = ?`, id, string(a.AOO))
}

// DeclareHandover says who received how many, and makes the plichi.
func (db *DB) DeclareHandover(ctx context.Context, a protocollo.Actor, id int64, count int, reason string) ([]protocollo.Bid, error) {
	var list []protocollo.Bid
	err := db.transact(ctx, "declare a handover", func(w *wtx) error {
		h, err := w.handover(a, id)
		if err != nil {
			return err
		}
		if d := h.Declared; d == nil {
			err = w.declare(a, h, count, reason)
		} else if d.Count != count || d.Reason != reason || d.By != a.User {
			err = protocollo.Errorf(protocollo.Conflict, "handover-declared", "%s has declared %d of handover %d", d.By, d.Count, id)
		}
		if err != nil {
			return err
		}
		list, err = readBids(w.ctx, w, a.AOO, station.BidQuery{HandoverID: id})
		return err
	})
	return list, err
}

func (w *wtx) declare(a protocollo.Actor, h protocollo.Handover, count int, reason string) error {
	_, err := w.insert("bid_declarations", row{"handover_id": h.ID, "count": count, "reason": reason, "by_user": a.User, "by_name": a.Name})
	if err != nil {
		return err
	}
	year := protocollo.YearOf(h.At)
	next, err := number(w.QueryRowContext(w.ctx, `SELECT coalesce(max(seq), 0) FROM bids WHERE aoo = ? AND year = ?`, string(h.AOO), year))
	if err != nil {
		return err
	}
	for i := range count {
		_, err := w.insert("bids", row{"aoo": string(h.AOO), "year": year, "seq": next + int64(i) + 1, "handover_id": h.ID, "ordinal": i + 1})
		if err != nil {
			return err
		}
	}
	if err := w.queueBids(a, h.ID); err != nil {
		return err
	}
	detail := map[string]any{"code": h.Code(), "count": count}
	if reason != "" {
		detail["reason"] = reason
	}
	return w.report(KindBidDeclared, a.User, h.AOO, 0, detail)
}

// queueBids asks for a token on the record of each plico of a handover.
func (w *wtx) queueBids(a protocollo.Actor, handover int64) error {
	list, err := readBids(w.ctx, w, a.AOO, station.BidQuery{HandoverID: handover})
	if err != nil {
		return err
	}
	for _, b := range list {
		record, err := b.Record()
		if err != nil {
			return err
		}
		sum := sha256.Sum256(record)
		if err := w.queueTimestamp(b.AOO, protocollo.TimestampBid, b.ID, hex.EncodeToString(sum[:])); err != nil {
			return err
		}
	}
	return nil
}

// AnnotateHandover adds a person's word beside an instant, which stays as it was frozen.
func (db *DB) AnnotateHandover(ctx context.Context, a protocollo.Actor, key string, id int64, note string) error {
	return db.transact(ctx, "annotate a handover", func(w *wtx) error {
		h, err := w.handover(a, id)
		if err != nil {
			return err
		}
		if said, err := w.said(key, "bid_annotations", `handover_id = ? AND note = ? AND by_user = ?`, id, note, a.User); said || err != nil {
			return err
		}
		if _, err := w.insert("bid_annotations", row{"handover_id": id, "note": note, "by_user": a.User, "key": key}); err != nil {
			return err
		}
		return w.report(KindBidAnnotated, a.User, a.AOO, 0, map[string]any{"code": h.Code(), "note": note})
	})
}

// said reports whether a request key has brought a row of a table before, and that row is this one; Conflict "request-key" where it is another.
func (w *wtx) said(key, table, condition string, args ...any) (bool, error) {
	same, err := one(w.ctx, w, "said", number, `SELECT `+condition+` FROM `+table+` WHERE key = ?`, append(args, key)...)
	switch {
	case errors.Is(err, protocollo.NotFound):
		return false, nil
	case err != nil:
		return false, err
	case same == 0:
		return false, protocollo.Errorf(protocollo.Conflict, "request-key", "key %s came before with other content", key)
	}
	return true, nil
}

func (w *wtx) bid(a protocollo.Actor, id int64) (protocollo.Bid, error) {
	list, err := readBids(w.ctx, w, a.AOO, station.BidQuery{ID: id})
	if err != nil {
		return protocollo.Bid{}, err
	}
	if len(list) == 0 {
		return protocollo.Bid{}, protocollo.Errorf(protocollo.NotFound, "bid", "no such plico: %d", id)
	}
	return list[0], nil
}

// DescribeBid adds a version of what is seen on an envelope.
func (db *DB) DescribeBid(ctx context.Context, a protocollo.Actor, id int64, version int, d protocollo.BidDescription, reason string) error {
	return db.transact(ctx, "describe a plico", func(w *wtx) error {
		b, err := w.bid(a, id)
		if err != nil {
			return err
		}
		if b.Version == version+1 && *b.Description == d {
			same, err := number(w.QueryRowContext(w.ctx, `SELECT count(*) FROM bid_descriptions WHERE bid_id = ? AND version = ? AND reason = ? AND by_user = ?`, id, b.Version, reason, a.User))
			if err != nil || same > 0 {
				return err
			}
		}
		if b.Version != version {
			return protocollo.Errorf(protocollo.Conflict, "bid-changed", "plico %d is at version %d", id, b.Version)
		}
		was := int64(0)
		if b.Description != nil {
			was = b.Description.TenderID
		}
		if was != d.TenderID {
			for _, t := range []int64{was, d.TenderID} {
				if err := w.openTender(a, t); err != nil {
					return err
				}
			}
			if len(b.Custody) > 0 {
				return protocollo.Errorf(protocollo.Conflict, "bid-handed-over", "plico %d was handed over with a gara's", id)
			}
		}
		_, err = w.insert("bid_descriptions", row{"bid_id": id, "version": version + 1, "tender_id": nullable(d.TenderID), "sender": d.Sender, "address": d.Address,
			"means": string(d.Means), "seal": string(d.Seal), "marks": d.Marks, "reason": reason, "by_user": a.User})
		if err != nil {
			return err
		}
		detail := map[string]any{"code": b.Code(), "version": version + 1}
		if reason != "" {
			detail["reason"] = reason
		}
		return w.report(KindBidDescribed, a.User, a.AOO, b.IntakeID, detail)
	})
}

// openTender refuses a gara that is closed or not there; 0 is none.
func (w *wtx) openTender(a protocollo.Actor, id int64) error {
	if id == 0 {
		return nil
	}
	t, err := w.tender(a.AOO, id)
	if err == nil && !t.ClosedAt.IsZero() {
		err = protocollo.Errorf(protocollo.Conflict, "tender-closed", "gara %d is closed", id)
	}
	return err
}

// RecordBidEvent records what befell a plico.
func (db *DB) RecordBidEvent(ctx context.Context, a protocollo.Actor, key string, e protocollo.BidEvent) error {
	return db.transact(ctx, "record what befell a plico", func(w *wtx) error {
		b, err := w.bid(a, e.BidID)
		if err != nil {
			return err
		}
		said, err := w.said(key, "bid_events", `bid_id = ? AND kind = ? AND person = ? AND signed = ? AND coalesce(other_id, 0) = ? AND note = ? AND by_user = ?`,
			e.BidID, string(e.Kind), e.Person, e.Signed, e.OtherID, e.Note, a.User)
		if said || err != nil {
			return err
		}
		if err := w.mayBefall(a, b, e); err != nil {
			return err
		}
		w.afterTheLast()
		_, err = w.insert("bid_events", row{"key": key, "bid_id": e.BidID, "kind": string(e.Kind), "person": e.Person, "signed": e.Signed, "other_id": nullable(e.OtherID), "note": e.Note, "by_user": a.User})
		if err != nil {
			return err
		}
		detail := map[string]any{"code": b.Code(), "bidEvent": e.Kind}
		if e.Note != "" {
			detail["note"] = e.Note
		}
		return w.report(KindBidEvent, a.User, a.AOO, b.IntakeID, detail)
	})
}

func (w *wtx) mayBefall(a protocollo.Actor, b protocollo.Bid, e protocollo.BidEvent) error {
	leaves := e.Kind == protocollo.BidWithdrawn || e.Kind == protocollo.BidReplaced || e.Kind == protocollo.BidReturned
	if leaves && b.Gone() != nil {
		return protocollo.Errorf(protocollo.Conflict, "bid-gone", "plico %d is %s", b.ID, b.Gone().Kind)
	}
	if e.Kind == protocollo.BidReplaced {
		other, err := w.bid(a, e.OtherID)
		if err != nil {
			return err
		}
		if other.ID == b.ID || other.Gone() != nil || tenderOf(other) != tenderOf(b) || !other.Handover.Received().After(b.Handover.Received()) {
			return protocollo.Errorf(protocollo.Invalid, "otherID", "plico %d takes no place of %d", other.ID, b.ID)
		}
	}
	if e.Kind == protocollo.BidReturned {
		id := tenderOf(b)
		if id == 0 {
			return protocollo.Errorf(protocollo.Conflict, "tender-open", "plico %d has no gara that is over", b.ID)
		}
		t, err := w.tender(a.AOO, id)
		if err != nil {
			return err
		}
		if t.ClosedAt.IsZero() {
			return protocollo.Errorf(protocollo.Conflict, "tender-open", "gara %d is not over", id)
		}
	}
	return nil
}

func tenderOf(b protocollo.Bid) int64 {
	if b.Description == nil {
		return 0
	}
	return b.Description.TenderID
}

// RecordBidLabel keeps what is known of a label with L-16.
func (db *DB) RecordBidLabel(ctx context.Context, a protocollo.Actor, bidID int64, l station.BidLabelPrint) error {
	return db.transact(ctx, "record a plico's label", func(w *wtx) error {
		b, err := w.bid(a, bidID)
		if err != nil {
			return err
		}
		var reason any
		detail := map[string]any{"code": b.Code(), "printer": l.Printer, "state": l.State}
		if l.Reason != protocollo.ReprintNone {
			reason, detail["reason"] = int(l.Reason), l.Reason
		}
		_, err = w.insert("bid_labels", row{"bid_id": bidID, "printer": l.Printer, "state": string(l.State), "condition": l.Condition, "bitmap_sha256": l.BitmapSHA256, "reason": reason, "by_user": a.User})
		if err != nil {
			return err
		}
		return w.report(KindBidLabel, a.User, a.AOO, b.IntakeID, detail)
	})
}

// linkBid joins an intake to the plico that it is about. NotFound "bid"; Conflict "bid-registered".
func (w *wtx) linkBid(i protocollo.Intake) error {
	b, err := w.bid(protocollo.Station(i.AOO), i.Draft.BidID)
	if err != nil {
		return err
	}
	if b.IntakeID != 0 {
		return protocollo.Errorf(protocollo.Conflict, "bid-registered", "plico %d is intake %d", b.ID, b.IntakeID)
	}
	_, err = w.insert("bid_intakes", row{"bid_id": b.ID, "intake_id": i.ID})
	return err
}
