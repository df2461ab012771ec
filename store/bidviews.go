package store

import (
	"context"
	"fmt"

	"segnatura/internal/protocollo"
	"segnatura/internal/station"
)

// Bids lists an AOO's plichi in the order of their reception.
func (db *DB) Bids(ctx context.Context, aoo protocollo.AOOCode, q station.BidQuery) ([]protocollo.Bid, error) {
	list, err := readBids(ctx, db.read, aoo, q)
	if err != nil {
		return nil, fmt.Errorf("list plichi: %w", err)
	}
	return list, nil
}

// readBids asks five questions however many there are.
func readBids(ctx context.Context, q querier, aoo protocollo.AOOCode, want station.BidQuery) ([]protocollo.Bid, error) {
	where, args := `b.aoo = ?`, []any{string(aoo)}
	for _, f := range []struct {
		on        bool
		condition string
		values    []any
	}{
		{want.ID != 0, `b.id = ?`, []any{want.ID}},
		{want.TenderID != 0, `s.tender_id = ?`, []any{want.TenderID}},
		{want.HandoverID != 0, `b.handover_id = ?`, []any{want.HandoverID}},
		{want.IntakeID != 0, `n.intake_id = ?`, []any{want.IntakeID}},
		{want.Seq != 0, `b.year = ? AND b.seq = ?`, []any{want.Year, want.Seq}},
		{want.Unassigned, `s.tender_id IS NULL AND NOT EXISTS (SELECT 1 FROM bid_events e WHERE e.bid_id = b.id AND e.kind IN ('withdrawn', 'replaced', 'returned'))`, nil},
	} {
		if f.on {
			where += ` AND ` + f.condition
			args = append(args, f.values...)
		}
	}
	limit := want.Limit
	if limit < 1 {
		limit = -1
	}
	list, err := collect(ctx, q, scanBid, `SELECT b.id, b.aoo, b.year, b.seq, b.handover_id, b.ordinal, b.at, coalesce(n.intake_id, 0),
			(SELECT count(*) FROM bid_labels l WHERE l.bid_id = b.id AND l.state <> 'failed'),
			coalesce(s.version, 0), coalesce(s.tender_id, 0), coalesce(s.sender, ''), coalesce(s.address, ''), coalesce(s.means, ''), coalesce(s.seal, ''), coalesce(s.marks, ''),
			coalesce((SELECT v.deadline_at FROM tender_versions v WHERE v.tender_id = s.tender_id ORDER BY v.version DESC LIMIT 1), 0)
		FROM bids b JOIN bid_handovers h ON h.id = b.handover_id LEFT JOIN bid_intakes n ON n.bid_id = b.id
		LEFT JOIN bid_descriptions s ON s.id = (SELECT max(x.id) FROM bid_descriptions x WHERE x.bid_id = b.id)
		WHERE `+where+` ORDER BY coalesce(h.sheet_at, h.at), h.id, b.ordinal LIMIT ?`, append(args, limit)...)
	if err != nil || len(list) == 0 {
		return []protocollo.Bid{}, err
	}
	out := make([]protocollo.Bid, len(list))
	at := map[int64]*protocollo.Bid{}
	var ids, handovers []int64
	for i, b := range list {
		out[i] = b.Bid
		at[b.ID] = &out[i]
		ids, handovers = append(ids, b.ID), append(handovers, b.Handover.ID)
	}
	if err := joinHandovers(ctx, q, out, handovers); err != nil {
		return nil, err
	}
	for i, b := range list {
		if b.deadline != 0 {
			out[i].Lateness = protocollo.LatenessOf(out[i].Handover.Received(), instant(b.deadline))
		}
	}
	return out, joinHistories(ctx, q, at, ids)
}

// BidNumbers reads the numbers of letters that an actor sees.
func (db *DB) BidNumbers(ctx context.Context, a protocollo.Actor, intakeIDs []int64) (map[int64]station.BidNumber, error) {
	set, err := encode(intakeIDs)
	if err != nil {
		return nil, err
	}
	type letter struct {
		station.BidNumber
		intake int64
	}
	where, args := visible(a)
	list, err := collect(ctx, db.read, func(s scannable) (letter, error) {
		var l letter
		err := s.Scan(&l.intake, &l.Number, &l.Year, &l.Emergency)
		return l, err
	}, `SELECT x.intake_id, coalesce(nullif(x.ordinary_number, ''), r.number), coalesce(nullif(x.ordinary_year, 0), r.year),
		CASE WHEN x.ordinary_number = '' THEN coalesce(json_extract(r.segnatura, '$.emergency.label'), '') ELSE '' END FROM records x JOIN registrations r ON r.id = x.registration_id WHERE `+where+` AND x.intake_id`+amongThese, append(args, set)...)
	if err != nil {
		return nil, fmt.Errorf("read the numbers of letters: %w", err)
	}
	out := map[int64]station.BidNumber{}
	for _, l := range list {
		out[l.intake] = l.BidNumber
	}
	return out, nil
}

// undeliveredBids counts, for each open gara with a session, the plichi in time that no passage with both words has taken from the desk.
func (db *DB) undeliveredBids(ctx context.Context, aoo protocollo.AOOCode) ([]protocollo.UndeliveredBids, error) {
	list, err := collect(ctx, db.read, scanTender, `SELECT `+tenderColumns+tenderFrom+`WHERE t.aoo = ? AND f.id IS NULL AND v.session_at <> 0 ORDER BY t.id`, string(aoo))
	if err != nil {
		return nil, fmt.Errorf("list open gare: %w", err)
	}
	var out []protocollo.UndeliveredBids
	for _, t := range list {
		bids, err := readBids(ctx, db.read, aoo, station.BidQuery{TenderID: t.ID})
		if err != nil {
			return nil, fmt.Errorf("read the plichi of gara %d: %w", t.ID, err)
		}
		u := protocollo.UndeliveredBids{TenderID: t.ID, SessionAt: t.Terms.SessionAt}
		for _, b := range bids {
			if b.Gone() == nil && b.Lateness == protocollo.Within && !b.HandedOver() {
				u.Count++
			}
		}
		if u.Count > 0 {
			out = append(out, u)
		}
	}
	return out, nil
}

// listedBid is a plico with the deadline in force of its gara; 0 where it has none.
type listedBid struct {
	protocollo.Bid
	deadline int64
}

func scanBid(s scannable) (listedBid, error) {
	var b listedBid
	var d protocollo.BidDescription
	var at int64
	err := s.Scan(&b.ID, &b.AOO, &b.Year, &b.Seq, &b.Handover.ID, &b.Ordinal, &at, &b.IntakeID, &b.Labels,
		&b.Version, &d.TenderID, &d.Sender, &d.Address, &d.Means, &d.Seal, &d.Marks, &b.deadline)
	b.At = instant(at)
	b.Events, b.Custody = []protocollo.BidEvent{}, []protocollo.BidTransfer{}
	if b.Version > 0 {
		b.Description = &d
	}
	return b, err
}

const amongThese = ` IN (SELECT value FROM json_each(?))`

func joinHandovers(ctx context.Context, q querier, bids []protocollo.Bid, ids []int64) error {
	set, err := encode(ids)
	if err != nil {
		return err
	}
	list, err := collect(ctx, q, scanHandover, `SELECT `+handoverColumns+handoverFrom+`WHERE h.id`+amongThese, set)
	if err != nil {
		return err
	}
	byID := map[int64]protocollo.Handover{}
	for _, h := range list {
		byID[h.ID] = h
	}
	for i := range bids {
		bids[i].Handover = byID[bids[i].Handover.ID]
		if d := bids[i].Handover.Declared; d != nil {
			bids[i].Of = d.Count
		}
	}
	return nil
}

// joinHistories adds what befell each plico and whose hands it went through.
func joinHistories(ctx context.Context, q querier, at map[int64]*protocollo.Bid, ids []int64) error {
	set, err := encode(ids)
	if err != nil {
		return err
	}
	events, err := collect(ctx, q, func(s scannable) (protocollo.BidEvent, error) {
		var e protocollo.BidEvent
		var ns int64
		err := s.Scan(&e.ID, &e.BidID, &e.Kind, &e.Person, &e.Signed, &e.OtherID, &e.Note, &e.By, &ns)
		e.At = instant(ns)
		return e, err
	}, `SELECT id, bid_id, kind, person, signed, coalesce(other_id, 0), note, by_user, at FROM bid_events WHERE bid_id`+amongThese+` ORDER BY id`, set)
	if err != nil {
		return err
	}
	for _, e := range events {
		at[e.BidID].Events = append(at[e.BidID].Events, e)
	}
	type passage struct {
		protocollo.BidTransfer
		bid int64
	}
	passages, err := collect(ctx, q, func(s scannable) (passage, error) {
		var p passage
		t, err := scanTransfer(moreColumns{s, []any{&p.bid}})
		p.BidTransfer = t
		return p, err
	}, `SELECT `+transferColumns+`, i.bid_id `+transferFrom+`JOIN bid_transfer_items i ON i.transfer_id = t.id WHERE i.bid_id`+amongThese+` ORDER BY t.id`, set)
	if err != nil {
		return err
	}
	for _, p := range passages {
		at[p.bid].Custody = append(at[p.bid].Custody, p.BidTransfer)
	}
	return nil
}

// moreColumns scans further columns behind those that a scanner knows.
type moreColumns struct {
	scannable
	more []any
}

func (m moreColumns) Scan(dest ...any) error { return m.scannable.Scan(append(dest, m.more...)...) }

const transferColumns = `t.id, t.aoo, t.year, t.seq, t.tender_id, t.from_name, t.to_name, t.place, t.by_user, t.at,
	coalesce(g.by_user, ''), coalesce(g.by_name, ''), coalesce(g.by_sign, 0), coalesce(g.at, 0), coalesce(k.by_user, ''), coalesce(k.by_name, ''), coalesce(k.by_sign, 0), coalesce(k.at, 0)`

const transferFrom = ` FROM bid_transfers t LEFT JOIN bid_transfer_confirmations g ON g.transfer_id = t.id AND g.side = 'from'
	LEFT JOIN bid_transfer_confirmations k ON k.transfer_id = t.id AND k.side = 'to' `

func scanTransfer(s scannable) (protocollo.BidTransfer, error) {
	var t protocollo.BidTransfer
	var given, taken protocollo.TransferConfirm
	var at, givenAt, takenAt int64
	err := s.Scan(&t.ID, &t.AOO, &t.Year, &t.Seq, &t.TenderID, &t.From, &t.To, &t.Place, &t.By, &at, &given.By, &given.Name, &given.OnPaper, &givenAt,
		&taken.By, &taken.Name, &taken.OnPaper, &takenAt)
	t.At, given.At, taken.At = instant(at), instant(givenAt), instant(takenAt)
	if givenAt != 0 {
		t.Given = &given
	}
	if takenAt != 0 {
		t.Taken = &taken
	}
	return t, err
}

// Transfers lists passages of custody with their items, oldest first.
func (db *DB) Transfers(ctx context.Context, aoo protocollo.AOOCode, tenderID, id int64) ([]protocollo.BidTransfer, error) {
	list, err := readTransfers(ctx, db.read, aoo, tenderID, id)
	if err != nil {
		return nil, fmt.Errorf("list transfers: %w", err)
	}
	return list, nil
}

func readTransfers(ctx context.Context, q querier, aoo protocollo.AOOCode, tenderID, id int64) ([]protocollo.BidTransfer, error) {
	list, err := collect(ctx, q, scanTransfer, `SELECT `+transferColumns+transferFrom+`WHERE t.aoo = ? AND (? = 0 OR t.tender_id = ?) AND (? = 0 OR t.id = ?) ORDER BY t.id`,
		string(aoo), tenderID, tenderID, id, id)
	if err != nil {
		return nil, err
	}
	ids, at := make([]int64, len(list)), map[int64]int{}
	for i, t := range list {
		ids[i], at[t.ID] = t.ID, i
	}
	set, err := encode(ids)
	if err != nil {
		return nil, err
	}
	type item struct {
		protocollo.BidTransferItem
		transfer int64
	}
	items, err := collect(ctx, q, func(s scannable) (item, error) {
		var n item
		err := s.Scan(&n.transfer, &n.BidID, &n.Seal)
		return n, err
	}, `SELECT transfer_id, bid_id, seal FROM bid_transfer_items WHERE transfer_id`+amongThese+` ORDER BY id`, set)
	if err != nil {
		return nil, err
	}
	for _, n := range items {
		t := &list[at[n.transfer]]
		t.Items = append(t.Items, n.BidTransferItem)
	}
	return list, nil
}

// Tenders lists gare, open ones first, then the latest deadline first.
func (db *DB) Tenders(ctx context.Context, aoo protocollo.AOOCode, id int64) ([]protocollo.Tender, error) {
	list, err := collect(ctx, db.read, scanTender, `SELECT `+tenderColumns+tenderFrom+`WHERE t.aoo = ? AND (? = 0 OR t.id = ?) ORDER BY f.id IS NOT NULL, v.deadline_at DESC, t.id DESC`,
		string(aoo), id, id)
	if err != nil {
		return nil, fmt.Errorf("list gare: %w", err)
	}
	return list, nil
}

// TenderHistory returns each version of a gara's terms and who was counted in the queue, oldest first.
func (db *DB) TenderHistory(ctx context.Context, aoo protocollo.AOOCode, id int64) ([]protocollo.TenderVersion, []station.WaitingCount, error) {
	return readTenderHistory(ctx, db.read, aoo, id)
}

func readTenderHistory(ctx context.Context, q querier, aoo protocollo.AOOCode, id int64) ([]protocollo.TenderVersion, []station.WaitingCount, error) {
	versions, err := collect(ctx, q, scanTenderVersion, `SELECT `+tenderVersionColumns+` FROM tender_versions v JOIN tenders t ON t.id = v.tender_id
		WHERE t.aoo = ? AND t.id = ? ORDER BY v.version`, string(aoo), id)
	if err != nil {
		return nil, nil, fmt.Errorf("read the versions of gara %d: %w", id, err)
	}
	counts, err := collect(ctx, q, func(s scannable) (station.WaitingCount, error) {
		var c station.WaitingCount
		var at int64
		err := s.Scan(&c.Count, &c.Note, &c.By, &at)
		c.At = instant(at)
		return c, err
	}, `SELECT f.count, f.note, f.by_user, f.at FROM tender_facts f JOIN tenders t ON t.id = f.tender_id WHERE t.aoo = ? AND t.id = ? AND f.kind = 'waiting' ORDER BY f.id`, string(aoo), id)
	if err != nil {
		return nil, nil, fmt.Errorf("read who waited for gara %d: %w", id, err)
	}
	return versions, counts, nil
}

// Handovers lists frozen instants.
func (db *DB) Handovers(ctx context.Context, aoo protocollo.AOOCode, q station.HandoverQuery) ([]protocollo.Handover, error) {
	list, err := readHandovers(ctx, db.read, aoo, q)
	if err != nil {
		return nil, fmt.Errorf("list handovers: %w", err)
	}
	return list, nil
}

func readHandovers(ctx context.Context, from querier, aoo protocollo.AOOCode, q station.HandoverQuery) ([]protocollo.Handover, error) {
	order, limit := `DESC`, q.Limit
	if q.Open {
		order = `ASC`
	}
	if limit < 1 {
		limit = -1
	}
	return collect(ctx, from, scanHandover, `SELECT `+handoverColumns+handoverFrom+`WHERE h.aoo = ? AND (? = 0 OR h.id = ?) AND (? = 0 OR h.id < ?)
		AND (NOT ? OR d.id IS NULL) ORDER BY h.id `+order+` LIMIT ?`, string(aoo), q.ID, q.ID, q.Before, q.Before, q.Open, limit)
}
